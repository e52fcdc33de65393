//! Which of two rows of a ticket is the later one.
//!
//! A row is compared by its `generated_timestamp` if that is not before its `updated_at`, and else by its
//! `updated_at`. A record keeps the greatest of both that it has met.

use std::cmp::Ordering;

use crate::ticket::SimTicket;

/// The times of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowTime {
    pub(super) updated_at: i64,
    /// The `generated_timestamp` by which it is compared.
    generated: Option<i64>,
    /// When it says that the status last changed.
    pub(super) status_updated_at: Option<i64>,
    /// It is an entry of the list of deleted tickets.
    names_deletion: bool,
    /// The `Date` of its answer.
    answered_at: i64,
}

/// A list can be so many seconds behind.
const BEHIND_SECONDS_MAX: i64 = 60;

impl RowTime {
    /// Of a row of the export. `tells` says whether its metric set says when the status last changed.
    pub(super) fn of_export(ticket: &SimTicket, tells: bool) -> Self {
        Self::of_list(ticket, Some(ticket.generated_at), tells)
    }

    /// The same of a row of the lists.
    pub(super) fn of_list(
        ticket: &SimTicket,
        generated_timestamp: Option<i64>,
        tells: bool,
    ) -> Self {
        let set = ticket.shown_set().filter(|_| tells);
        Self {
            updated_at: ticket.updated_at,
            generated: generated_timestamp.filter(|generated| *generated >= ticket.updated_at),
            status_updated_at: set.map(|set| set.status_updated_at),
            names_deletion: false,
            answered_at: 0,
        }
    }

    /// Of an entry of the list of deleted tickets.
    pub(super) fn of_deletion(ticket: &SimTicket) -> Self {
        Self {
            updated_at: ticket.deletion.map_or(0, |deletion| deletion.at),
            generated: None,
            status_updated_at: None,
            names_deletion: true,
            answered_at: 0,
        }
    }

    /// The same in an answer of this date.
    pub(super) fn dated(self, date: i64) -> Self {
        Self {
            answered_at: date,
            ..self
        }
    }

    /// The order key, where it has one.
    pub(super) const fn generated(&self) -> Option<i64> {
        self.generated
    }

    /// The latest write that it tells of.
    fn latest(&self) -> i64 {
        let told = self.status_updated_at.unwrap_or(i64::MIN);
        self.generated.unwrap_or_else(|| self.updated_at.max(told))
    }
}

/// The times that a record keeps. Neither falls.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordTime {
    pub(super) generated: i64,
    pub(super) updated_at: i64,
    /// Its latest row had no key of its own.
    is_listed: bool,
}

/// What a record says of its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Live,
    Deleted,
    Swept,
}

/// What a record and a row say of the ticket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    pub(super) was: Life,
    /// Whether the row says that the ticket is not deleted.
    pub(super) is_live: bool,
    pub(super) status_differs: bool,
}

impl RecordTime {
    pub(super) fn of(row: &RowTime) -> Self {
        Self {
            generated: row.latest(),
            updated_at: row.updated_at,
            is_listed: row.generated.is_none(),
        }
    }

    /// After a row that replaces the record. `differs` says whether the ticket is in another status than before,
    /// or was gone.
    pub(super) fn after(self, row: &RowTime, differs: bool) -> Self {
        let after = Self {
            generated: self.generated.max(row.latest()),
            updated_at: self.updated_at.max(row.updated_at),
            is_listed: row.generated.is_none(),
        };
        let says_when = row.generated.is_some()
            || after.generated > self.generated
            || after.updated_at > self.updated_at;
        if says_when || row.names_deletion || !differs {
            return after;
        }
        // Nothing says when it changed, but the row shows what was so a minute before its answer.
        let shown_until = row.answered_at - BEHIND_SECONDS_MAX;
        Self {
            generated: shown_until.max(self.generated + 1),
            ..after
        }
    }

    /// Whether a row replaces the record of a ticket.
    pub(super) fn yields_to(self, row: &RowTime, sides: Sides, list_is_truth: bool) -> bool {
        let order = match row.generated {
            // A row of the list may have raised the key beyond every write.
            Some(_) if sides.was == Life::Swept && self.is_listed => {
                row.updated_at.cmp(&self.updated_at)
            }
            Some(generated) => generated.cmp(&self.generated),
            None => row.updated_at.cmp(&self.updated_at),
        };
        let would_restore = sides.was == Life::Deleted && sides.is_live;
        match order {
            Ordering::Less => false,
            // Without a key of its own it must be later than the deletion too.
            Ordering::Greater if would_restore && row.generated.is_none() => {
                row.updated_at > self.generated
            }
            Ordering::Greater => true,
            Ordering::Equal if sides.was == Life::Swept || row.names_deletion => true,
            Ordering::Equal if would_restore => false,
            Ordering::Equal if row.generated.is_some() => true,
            Ordering::Equal => {
                // A copy that lags shows the status of before a silent change, and when that one began. Once no
                // copy lags as much, its metric set is late, or the status changed twice within a second.
                let is_older = row.status_updated_at.is_some_and(|at| at <= self.generated)
                    && row.answered_at < self.generated + 2 * BEHIND_SECONDS_MAX;
                list_is_truth && !(sides.status_differs && is_older)
            }
        }
    }
}
