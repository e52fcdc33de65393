//! One row against what was known: the heart of the program.
//!
//! `(what we knew, what Zendesk says now) -> (what we know, effects)`, without I/O and without a
//! clock. The table of the design stands in [`events`]; its tests are the table again.

mod outcome;

mod events;

mod deletion;

pub(super) use deletion::deletion;
pub use events::{Baseline, Counted};
use events::{Was, count};
pub use outcome::Outcome;

use super::family;
use super::labels::Numbers;
use super::measured::{Measured, Taking, Turn};
use super::record::{Life, TicketRecord};
use super::sla;
use crate::ticket::{MetricSet, Standing, Status, TicketChange, UnixSeconds};

/// Furthest that a row's order key may lie beyond account time, in seconds. A key from the future
/// would shadow every true row of that ticket until then.
pub const ORDER_KEY_AHEAD_SECONDS_MAX: i64 = 3600;

/// What a transition needs to know beside the ticket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    /// From when on events are counted.
    pub baseline: Baseline,
    /// The latest that Zendesk's clock can show; `None` if nothing tells it but our own clock.
    pub latest_now: Option<UnixSeconds>,
    /// The mark of the latest walk over the whole export.
    pub resync_mark: u64,
    /// Whether rows carry SLA targets. Else what was known of them is as good as forgotten: nobody
    /// says any more how it goes on.
    pub slas: bool,
}

/// What follows from one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    /// What the row turned out to be.
    pub outcome: Outcome,
    /// The record to write; `None` leaves what is stored. A duplicate is written for its mark alone.
    pub record: Option<TicketRecord>,
    /// What was counted.
    pub counted: Counted,
}

/// Whether a row with this key is rejected: it lies more than an hour beyond `latest_now`.
pub(super) fn is_from_the_future(order_key: UnixSeconds, latest_now: Option<UnixSeconds>) -> bool {
    latest_now.is_some_and(|now| order_key > now.plus(ORDER_KEY_AHEAD_SECONDS_MAX))
}

/// Applies one row to what is known of its ticket.
///
/// Idempotent, and independent of the order of rows with different keys as far as the record
/// goes: pages overlap, and are delivered again after a crash. `numbers` is asked only for rows that
/// are not ignored, so that those take no place in a dictionary.
pub(super) fn transition(
    known: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: impl FnOnce() -> Numbers,
    circumstances: Circumstances,
) -> Transition {
    if is_from_the_future(change.order_key, circumstances.latest_now) {
        return Transition::rejected();
    }
    let mark = circumstances.resync_mark;
    let Some(known) = known else {
        let (record, counted) = step(None, change, numbers, circumstances, false);
        return Transition {
            outcome: Outcome::New,
            record: Some(record),
            counted,
        };
    };
    let deleted = change.standing == Standing::Deleted;
    if change.order_key < known.order_key
        || (change.order_key == known.order_key && known.life == Life::Tombstone && !deleted)
    {
        return Transition::ignored(Outcome::Stale, known, mark);
    }

    let touched = change.updated_at.is_some() && change.updated_at != known.updated_at;
    let after = step(Some(known), change, numbers, circumstances, touched);
    Transition::between(known, after, touched)
}

impl Transition {
    /// From the stored record to the one after a row that is not older, with what was counted.
    fn between(
        known: &TicketRecord,
        (record, counted): (TicketRecord, Counted),
        touched: bool,
    ) -> Self {
        if record.says_the_same(known) {
            return Self {
                outcome: Outcome::Duplicate,
                // What only a later version counts by is no reason to write.
                record: (known.resync_mark != record.resync_mark).then_some(record),
                counted: Counted::default(),
            };
        }
        Self {
            outcome: if touched {
                Outcome::Changed
            } else {
                Outcome::System
            },
            record: Some(record),
            counted,
        }
    }

    /// Nothing follows from a row of the future.
    fn rejected() -> Self {
        Self {
            outcome: Outcome::Rejected,
            record: None,
            counted: Counted::default(),
        }
    }

    /// Nothing follows but that the ticket was seen: an old row proves that it is there, too.
    fn ignored(outcome: Outcome, known: &TicketRecord, resync_mark: u64) -> Self {
        let seen = || TicketRecord {
            resync_mark,
            ..known.clone()
        };
        Self {
            outcome,
            record: (known.resync_mark != resync_mark).then(seen),
            counted: Counted::default(),
        }
    }
}

/// The record after a row, and what is counted of it.
fn step(
    known: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: impl FnOnce() -> Numbers,
    circumstances: Circumstances,
    touched: bool,
) -> (TicketRecord, Counted) {
    let (was, mut counted) = match circumstances.baseline.counts(known, change) {
        None => (None, Counted::default()),
        Some(baseline) => {
            let was = Was::before(known, change, baseline);
            (Some(was), count(was, known, change, touched))
        }
    };
    let measured = known.map_or_else(Measured::default, |known| known.measured);
    // A deleted ticket has no measurements, whatever its row says.
    let set = change
        .metric_set
        .as_ref()
        .filter(|_| change.standing != Standing::Deleted);
    let (measured, observed) = measured.after(set, turn(change, &counted), taking(was));
    let standing = match change.standing {
        Standing::Live(status) if status.is_unsolved() => sla::Standing::Unsolved,
        Standing::Live(status) if status.is_done() => sla::Standing::Done,
        Standing::Live(_) | Standing::Deleted => sla::Standing::Gone,
    };
    let carried = if circumstances.slas {
        change.sla.as_deref()
    } else {
        Some(&[][..])
    };
    let (targets, known_key) = known.map_or((&[][..], change.order_key), |known| {
        (&known.sla, known.order_key)
    });
    if was.is_some() {
        counted.observed = observed;
        let known_targets = (targets, known_key);
        counted.sla_ended = sla::ended(known_targets, (carried, change.order_key), standing);
    }
    let record = TicketRecord {
        measured,
        sla: sla::kept(targets, carried, standing),
        reopens: reopens(known, set, &counted),
        solved_at: set.map_or_else(
            || known.and_then(|known| known.solved_at),
            |set| set.solved_at,
        ),
        resync_mark: circumstances.resync_mark,
        ..plain_record(known, change, numbers())
    };
    (record, counted)
}

/// How often a ticket was reopened: what Zendesk says, or what was seen so far if that is more, as a
/// metric set can be a row late.
fn reopens(known: Option<&TicketRecord>, set: Option<&MetricSet>, counted: &Counted) -> u32 {
    let seen_now = counted.families.contains(&family::REOPENED);
    let kept = known.map_or(0, |known| known.reopens);
    let seen = kept.saturating_add(u32::from(seen_now));
    set.and_then(|set| set.reopens)
        .unwrap_or_default()
        .max(seen)
}

const fn taking(was: Option<Was>) -> Taking {
    match was {
        None | Some(Was::Unknown | Was::Swept) => Taking::Nothing,
        Some(Was::Unborn) => Taking::OfNew,
        Some(Was::Unsolved | Was::Done | Was::Other | Was::Tombstone) => Taking::OfKnown,
    }
}

fn turn(change: &TicketChange, counted: &Counted) -> Turn {
    if counted.families.contains(&family::SOLVED) {
        Turn::Solved
    } else if counted.families.contains(&family::REOPENED) || change.standing == Standing::Deleted {
        Turn::Reopened
    } else {
        Turn::None
    }
}

/// What a row says, without what needs the ticket's past.
fn plain_record(
    known: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: Numbers,
) -> TicketRecord {
    let (life, status) = match change.standing {
        Standing::Live(status) => (Life::Live, status),
        // What a deleted ticket's status was is not asked any more.
        Standing::Deleted => (Life::Tombstone, Status::Other),
    };
    TicketRecord {
        order_key: change.order_key,
        // A row that fails to say when does not make it forgotten.
        created_at: change
            .created_at
            .or_else(|| known.and_then(|known| known.created_at)),
        updated_at: change
            .updated_at
            .or_else(|| known.and_then(|known| known.updated_at)),
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

#[cfg(test)]
mod tests;
