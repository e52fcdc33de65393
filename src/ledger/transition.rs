//! Compares one row with the stored record of its ticket: the new record, and the events to count.
//!
//! `(stored record, row) -> (new record, events)`, without I/O and without a clock. The events come from comparing
//! the two records, so reading a row twice counts nothing. The table of events is in `events`; the tests repeat it.

mod outcome;

mod circumstances;

mod future_rows;

mod row_order;

mod events;

mod step;

mod deletion;

pub(super) use circumstances::Circumstances;
pub use circumstances::{Baseline, RowContext};
pub(super) use deletion::deletion;
pub use future_rows::ORDER_KEY_AHEAD_SECONDS_MAX;
pub(super) use future_rows::is_from_the_future;
pub use outcome::Outcome;
pub use step::{Counted, Noticed};

use super::labels::Numbers;
use super::record::{KeyOrigin, TicketRecord};
use crate::ticket::TicketChange;
use row_order::{RowOrder, raise_key, row_order};
use step::step;

/// What follows from one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    /// The outcome of the row.
    pub(super) outcome: Outcome,
    /// The record to write; `None` leaves the stored one. A duplicate is written only for its key or its mark.
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
    let context = circumstances.context;
    if is_from_the_future(change.order_key.time(), context.latest_now) {
        return Transition::rejected();
    }
    let Some(stored) = stored else {
        let (record, counted) = step(None, change, numbers, circumstances);
        return Transition {
            outcome: Outcome::New,
            record: Some(record),
            counted,
        };
    };
    match row_order(stored, change, context) {
        RowOrder::Older => Transition::stale(stored, circumstances.resync_mark),
        RowOrder::Repeated => Transition::duplicate(stored, circumstances.resync_mark),
        RowOrder::Later => {
            let after = step(Some(stored), change, numbers, circumstances);
            Transition::between(stored, after, context)
        }
    }
}

impl Transition {
    /// From the stored record to the one after a row that is not older, with what was counted.
    fn between(
        stored: &TicketRecord,
        (mut record, counted): (TicketRecord, Counted),
        context: RowContext,
    ) -> Self {
        let is_generated = record.key_origin == KeyOrigin::Generated;
        // A source has shown the same before, without the key that only an export has.
        let confirms = is_generated && stored.key_origin != KeyOrigin::Generated;
        let is_key_equal = record.order_key == stored.order_key;
        if (confirms || is_key_equal) && record.adds_nothing_to(stored) {
            // `adds_nothing_to` leaves out facts that no counter uses yet. Writing a record for them
            // would rewrite the whole file in the first resync after an upgrade.
            let is_marked = stored.resync_mark != record.resync_mark;
            if confirms || (is_generated && is_marked) {
                return Self {
                    outcome: Outcome::Duplicate,
                    record: Some(record),
                    counted: Counted::default(),
                };
            }
            // The row has no key that could replace the stored one.
            return Self::duplicate(stored, record.resync_mark);
        }
        raise_key(&mut record, stored, context);
        Self {
            outcome: if record.updated_at == stored.updated_at {
                Outcome::System
            } else {
                Outcome::Changed
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

    /// A stale row only shows that Zendesk still has its ticket.
    fn stale(stored: &TicketRecord, resync_mark: u64) -> Self {
        Self {
            outcome: Outcome::Stale,
            ..Self::duplicate(stored, resync_mark)
        }
    }

    /// A duplicate only shows that Zendesk still has its ticket.
    fn duplicate(stored: &TicketRecord, resync_mark: u64) -> Self {
        Self {
            outcome: Outcome::Duplicate,
            record: stored.seen_by(resync_mark),
            counted: Counted::default(),
        }
    }
}

#[cfg(test)]
mod tests;
