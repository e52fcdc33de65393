//! The record after a row, and what the row counts.

use super::circumstances::Circumstances;
use super::events::{Before, counters};
use crate::ledger::family::{self, TicketFamily};
use crate::ledger::labels::Numbers;
use crate::ledger::measured::{Measured, ObservationRule, Observed, Resolution};
use crate::ledger::record::{Life, TicketRecord};
use crate::ledger::sla;
use crate::ticket::{MetricSet, Standing, Status, TicketChange};

/// What one row counts, with the labels of the ticket after the row; a deletion with those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The counters that increase by one.
    pub families: Vec<TicketFamily>,
    /// The measurements that were not observed before.
    pub observed: Observed,
    /// The SLA targets that ended.
    pub sla_ended: Vec<sla::Ended>,
}

/// The record after a row, and what the row counts. `is_touched` says whether the row has another `updated_at` than
/// the record.
pub(super) fn step(
    stored: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: impl FnOnce() -> Numbers,
    circumstances: Circumstances,
    is_touched: bool,
) -> (TicketRecord, Counted) {
    let said = said_by_row(stored, change, numbers());
    let is_deleted = said.life == Life::Tombstone;

    // `None` while the ticket's events do not count.
    let baseline = circumstances.baseline.counts(stored, change);
    let before = baseline.map(|baseline| Before::of(stored, change, baseline));
    let families = before.map_or_else(Vec::new, |before| {
        counters(before, stored, &said, is_touched)
    });

    // Rows of deleted tickets can still have a metric set, which is no longer a measurement of anything.
    let set = change.metric_set.as_ref().filter(|_| !is_deleted);
    let is_reopened = families.contains(&family::REOPENED);
    let resolution = if families.contains(&family::SOLVED) {
        Resolution::Solved
    } else if is_reopened || is_deleted {
        Resolution::Reopened
    } else {
        Resolution::None
    };
    let measured = stored.map_or_else(Measured::default, |stored| stored.measured);
    let (measured, observed) = measured.after(set, resolution, observation_rule(before));

    let previous = sla::Targets {
        list: stored.map_or(&[], |stored| &stored.sla),
        order_key: stored.map_or_else(|| change.order_key.time(), |stored| stored.order_key),
    };
    let row = sla::Row {
        carried: if circumstances.slas {
            change.sla.as_deref()
        } else {
            Some(&[])
        },
        order_key: change.order_key.time(),
        phase: phase(&said),
    };
    let sla_ended = if before.is_some() {
        sla::ended(previous, row)
    } else {
        Vec::new()
    };

    let record = TicketRecord {
        measured,
        sla: sla::kept(previous, row),
        reopens: reopens(stored, set, is_reopened),
        // Only a metric set contains this time, so a row without one does not change it.
        solved_at: match set {
            Some(set) => set.solved_at,
            None => stored.and_then(|stored| stored.solved_at),
        },
        resync_mark: circumstances.resync_mark,
        ..said
    };
    let counted = Counted {
        families,
        observed,
        sla_ended,
    };
    (record, counted)
}

/// The record with the facts of the row, without those that depend on the ticket's past.
fn said_by_row(
    stored: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: Numbers,
) -> TicketRecord {
    let (life, status) = match change.standing {
        Standing::Live(status) => (Life::Live, status),
        // Nothing depends on the earlier status of a deleted ticket, so all tombstones have the same.
        Standing::Deleted => (Life::Tombstone, Status::Other),
    };
    // A row without a time does not make the stored one wrong.
    let created_at = stored.and_then(|stored| stored.created_at);
    let updated_at = stored.and_then(|stored| stored.updated_at);
    TicketRecord {
        order_key: change.order_key.time(),
        created_at: change.created_at.or(created_at),
        updated_at: change.updated_at.or(updated_at),
        due_at: change.due_at,
        life,
        status,
        priority: change.priority,
        ticket_type: change.ticket_type,
        support_type: change.support_type,
        channel: numbers.channel,
        named: numbers.named,
        assigned: change.assigned,
        score: change.score,
        tags: numbers.tags,
        fields: numbers.fields,
        measured: Measured::default(),
        sla: Vec::new(),
        reopens: 0,
        solved_at: None,
        resync_mark: 0,
    }
}

/// Which measurements of the ticket are observed.
const fn observation_rule(before: Option<Before>) -> ObservationRule {
    match before {
        None | Some(Before::Unseen | Before::Swept) => ObservationRule::Never,
        Some(Before::NotCreated) => ObservationRule::Always,
        Some(Before::Unsolved | Before::Solved | Before::OtherStatus | Before::Deleted) => {
            ObservationRule::AfterFirstSet
        }
    }
}

fn phase(record: &TicketRecord) -> sla::Phase {
    match record.life {
        Life::Live if record.status.is_unsolved() => sla::Phase::Unsolved,
        Life::Live if record.status.is_done() => sla::Phase::Done,
        Life::Live | Life::Tombstone | Life::Swept => sla::Phase::Gone,
    }
}

/// How often a ticket was reopened: Zendesk's number, or the number that the ledger observed if that is larger.
///
/// Example: the stored number is 2, and a row reopens the ticket with a metric set that still says 2. The
/// set can be that of the row before, so the number is 3.
fn reopens(stored: Option<&TicketRecord>, set: Option<&MetricSet>, is_reopened: bool) -> u32 {
    let stored = stored.map_or(0, |stored| stored.reopens);
    let seen = stored.saturating_add(u32::from(is_reopened));
    let said = set.and_then(|set| set.reopens);
    said.unwrap_or_default().max(seen)
}
