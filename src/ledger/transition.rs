//! Compares one row with the stored record of its ticket: the new record, and the events to count.
//!
//! `(stored record, row) -> (new record, events)`, without I/O and without a clock. The events come from comparing
//! the two records, so reading a row twice counts nothing. The table of events is in `events`; the tests repeat it.

mod outcome;

mod circumstances;

mod future_rows;

mod events;

mod step;

mod deletion;

pub use circumstances::Baseline;
pub(super) use circumstances::Circumstances;
pub(super) use deletion::deletion;
pub use future_rows::ORDER_KEY_AHEAD_SECONDS_MAX;
pub(super) use future_rows::is_from_the_future;
pub use outcome::Outcome;
pub use step::Counted;

use super::labels::Numbers;
use super::record::{Life, TicketRecord};
use crate::ticket::{Standing, TicketChange};
use step::step;

/// What follows from one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    /// The outcome of the row.
    pub(super) outcome: Outcome,
    /// The record to write; `None` leaves the stored one. A duplicate is written only for its mark.
    pub(super) record: Option<TicketRecord>,
    /// The events to count.
    pub(super) counted: Counted,
}

/// Applies one row to the stored record of its ticket.
///
/// Rows with different order keys give the same record in whichever order they come, and a row that comes
/// twice gives it too: pages overlap, and come again after a crash. Example: the stored record has the key
/// 1,000. A row with the key 999 is stale. A row with the key 1,000 is a duplicate, or, if it says something
/// else, a change within the same second. A row with the key 1,001 is a change.
///
/// `numbers` is called only for rows that are not ignored, so that an ignored row takes no place in a
/// dictionary.
pub(super) fn transition(
    stored: Option<&TicketRecord>,
    change: &TicketChange,
    numbers: impl FnOnce() -> Numbers,
    circumstances: Circumstances,
) -> Transition {
    if is_from_the_future(change.order_key.time(), circumstances.latest_now) {
        return Transition::rejected();
    }
    let Some(stored) = stored else {
        let (record, counted) = step(None, change, numbers, circumstances, false);
        return Transition {
            outcome: Outcome::New,
            record: Some(record),
            counted,
        };
    };

    let is_older = change.order_key.time() < stored.order_key;
    // A live row with the same key can be the row from before the deletion, read again. So only a row
    // with a greater key restores a deleted ticket.
    let may_not_restore = change.order_key.time() == stored.order_key
        && stored.life == Life::Tombstone
        && change.standing != Standing::Deleted;
    if is_older || may_not_restore {
        return Transition::stale(stored, circumstances.resync_mark);
    }

    let is_touched = change.updated_at.is_some() && change.updated_at != stored.updated_at;
    let after = step(Some(stored), change, numbers, circumstances, is_touched);
    Transition::between(stored, after, is_touched)
}

impl Transition {
    /// From the stored record to the one after a row that is not older, with what was counted.
    fn between(
        stored: &TicketRecord,
        (record, counted): (TicketRecord, Counted),
        is_touched: bool,
    ) -> Self {
        if record.says_the_same(stored) {
            return Self {
                outcome: Outcome::Duplicate,
                // `says_the_same` leaves out facts that no counter uses yet. Writing a record for them
                // would rewrite the whole file in the first resync after an upgrade.
                record: (stored.resync_mark != record.resync_mark).then_some(record),
                counted: Counted::default(),
            };
        }
        Self {
            outcome: if is_touched {
                Outcome::Changed
            } else {
                Outcome::System
            },
            record: Some(record),
            counted,
        }
    }

    /// A row from the future has no effect.
    fn rejected() -> Self {
        Self {
            outcome: Outcome::Rejected,
            record: None,
            counted: Counted::default(),
        }
    }

    /// A stale row only shows that its ticket is still in the export.
    fn stale(stored: &TicketRecord, resync_mark: u64) -> Self {
        Self {
            outcome: Outcome::Stale,
            record: stored.seen_by(resync_mark),
            counted: Counted::default(),
        }
    }
}

#[cfg(test)]
mod tests;
