//! The record after a row, and what the row counts.

use super::circumstances::Circumstances;
use super::events::{Before, counters};
use super::row_order::key_after;
use crate::ledger::family::{self, TicketFamily};
use crate::ledger::labels::Numbers;
use crate::ledger::measured::{Measured, ObservationRule, Observed, Resolution};
use crate::ledger::record::{Life, TicketRecord};
use crate::ledger::reopens::{self, AfterRow, Past, Reopens};
use crate::ledger::sla;
use crate::ticket::{MetricSet, RowKey, Standing, Status, TicketChange};

/// What one row counts, with the labels of the ticket after the row; a deletion with those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The counters that increase by one.
    pub families: Vec<TicketFamily>,
    /// How often the ticket was solved and reopened without a row that showed it. `SOLVED` and `REOPENED` increase by
    /// this number too.
    pub hidden_reopens: u32,
    /// The measurements that were not observed before.
    pub observed: Observed,
    /// The SLA targets that ended.
    pub sla_ended: Vec<sla::Ended>,
    /// What the exporter counts of the row itself.
    pub noticed: Noticed,
}

/// What a row shows besides events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Whether the ticket changed although its `updated_at` did not.
    pub silent_change: bool,
    /// Whether the status has moved and come back since the row before.
    pub hidden_status_change: bool,
    /// Whether the number of reopens grew by more than
    /// [`HIDDEN_REOPENS_MAX`](crate::ledger::HIDDEN_REOPENS_MAX), so that none of them were counted.
    pub doubted_reopens: bool,
}

/// The record after a row that is not older than the stored record, and what the row counts.
pub(super) fn step(
    stored: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: impl FnOnce() -> Numbers,
    circumstances: Circumstances,
) -> (TicketRecord, Counted) {
    let said = said_by_row(stored, change, numbers(), circumstances);
    // Rows of deleted tickets can still have a metric set, which is no longer a measurement of anything.
    let is_deleted = said.life == Life::Tombstone;
    let set = change.metric_set.as_ref().filter(|_| !is_deleted);

    // `None` while the ticket's events do not count.
    let baseline = circumstances.baseline.counts(stored, change);
    let before = baseline.map(|baseline| Before::of(stored, change, baseline));
    let is_touched = stored.is_some_and(|stored| said.updated_at > stored.updated_at);
    let families = before.map_or_else(Vec::new, |before| {
        counters(before, stored, &said, is_touched)
    });
    let after_row = reopens_after(stored, &said, set, before);

    let resolution = resolution(&said, &families, after_row.hidden);
    let measured = stored.map_or_else(Measured::default, |stored| stored.measured);
    let (measured, observed) = measured.after(set, resolution, observation_rule(before));

    let row = sla_row(change, &said, is_touched, circumstances);
    let sla = sla::kept(stored.map_or(&[], |stored| &stored.sla), row);
    let counted = Counted {
        families,
        hidden_reopens: after_row.hidden,
        observed,
        sla_ended: match stored {
            Some(stored) if before.is_some() => sla::ended(stored.sla_targets(), row),
            _ => Vec::new(),
        },
        noticed: match before {
            Some(_) => noticed(stored, &said, set, after_row),
            None => Noticed::default(),
        },
    };
    let record = TicketRecord {
        measured,
        sla_stated_at: (!sla.is_empty() && row.stated_at != said.order_key)
            .then_some(row.stated_at),
        sla,
        reopens: after_row.reopens,
        // Only a metric set contains this time, so a row without one does not change it.
        solved_at: match set {
            Some(set) => set.solved_at,
            None => stored.and_then(|stored| stored.solved_at),
        },
        resync_mark: circumstances.resync_mark,
        ..said
    };
    (record, counted)
}

/// The record with the facts of the row, without those that depend on the ticket's past.
fn said_by_row(
    stored: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: Numbers,
    circumstances: Circumstances,
) -> TicketRecord {
    let (life, status) = match change.standing {
        Standing::Live(status) => (Life::Live, status),
        // Nothing depends on the earlier status of a deleted ticket, so all tombstones have the same.
        Standing::Deleted => (Life::Tombstone, Status::Other),
    };
    let (order_key, key_origin) = key_after(stored, change, circumstances.context);
    // A row without a time does not make the stored one wrong.
    let created_at = stored.and_then(|stored| stored.created_at);
    let updated_at = stored.and_then(|stored| stored.updated_at);
    TicketRecord {
        order_key,
        key_origin,
        created_at: change.created_at.or(created_at),
        updated_at: change.updated_at.max(updated_at),
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
        sla_stated_at: None,
        reopens: Reopens::default(),
        solved_at: None,
        swept_at: None,
        resync_mark: 0,
    }
}

/// What a row says about the ticket's reopens. `before` is `None` while its events do not count.
fn reopens_after(
    stored: Option<&TicketRecord>,
    said: &TicketRecord,
    set: Option<&MetricSet>,
    before: Option<Before>,
) -> AfterRow {
    let reopens = stored.map_or_else(Reopens::default, |stored| stored.reopens);
    let was_done = stored.is_some_and(is_done);
    let has_known_status = said.is_unsolved() || is_done(said);
    reopens.after(reopens::Row {
        set,
        is_reopened: was_done && said.is_unsolved(),
        is_unsolved: said.is_unsolved(),
        past: match before {
            Some(Before::NotCreated) if has_known_status => Past::Created,
            Some(Before::Unsolved | Before::Solved) if has_known_status => Past::Recorded,
            _ => Past::Unknown,
        },
    })
}

fn is_done(record: &TicketRecord) -> bool {
    record.life == Life::Live && record.status.is_done()
}

/// Whether the row solves or reopens the ticket, for the measurements of a resolution.
fn resolution(said: &TicketRecord, families: &[TicketFamily], hidden_reopens: u32) -> Resolution {
    // A ticket that was reopened and solved unseen is solved with this row.
    if families.contains(&family::SOLVED) || (hidden_reopens > 0 && is_done(said)) {
        Resolution::Solved
    } else if families.contains(&family::REOPENED) || said.life == Life::Tombstone {
        Resolution::Reopened
    } else {
        Resolution::None
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

/// What the row says about SLA targets.
fn sla_row<'a>(
    change: &'a TicketChange,
    said: &TicketRecord,
    is_touched: bool,
    circumstances: Circumstances,
) -> sla::Row<'a> {
    // A row with `generated_timestamp` shows the ticket as it was then, another one as it is when Zendesk answers.
    let answered_at = circumstances.context.answered_at;
    let stated_at = match change.order_key {
        RowKey::Generated(at) => at,
        RowKey::Updated(_) => answered_at.map_or(said.order_key, |at| at.max(said.order_key)),
    };
    sla::Row {
        carried: if circumstances.slas {
            change.sla.as_deref()
        } else {
            Some(&[])
        },
        stated_at,
        // What ended a target was an update, unless the row has none that is new.
        ended_at: if is_touched {
            change.order_key.time()
        } else {
            stated_at
        },
        phase: phase(said),
    }
}

fn phase(record: &TicketRecord) -> sla::Phase {
    match record.life {
        Life::Live if record.status.is_unsolved() => sla::Phase::Unsolved,
        Life::Live if record.status.is_done() => sla::Phase::Done,
        Life::Live | Life::Tombstone | Life::Swept => sla::Phase::Gone,
    }
}

fn noticed(
    stored: Option<&TicketRecord>,
    said: &TicketRecord,
    set: Option<&MetricSet>,
    after_row: AfterRow,
) -> Noticed {
    let stored = stored.filter(|stored| stored.life == Life::Live && said.life == Life::Live);
    let changed_at = set.and_then(|set| set.status_updated_at);
    Noticed {
        silent_change: stored.is_some_and(|stored| {
            said.updated_at == stored.updated_at && !said.has_same_ticket_fields(stored)
        }),
        // A time after the row itself belongs to a change that a later row will show.
        hidden_status_change: stored.zip(changed_at).is_some_and(|(stored, changed_at)| {
            stored.status == said.status
                && changed_at > stored.order_key
                && changed_at <= said.order_key
        }),
        doubted_reopens: after_row.is_doubted,
    }
}
