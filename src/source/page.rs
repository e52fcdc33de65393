//! A page of tickets: the request for it, and its rows.

use std::collections::BTreeSet;

use super::{Position, SourceKind};
use crate::ticket::{TicketChange, TicketId, UnixSeconds};

/// A request for one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page begins.
    pub start: Position,
    /// The most rows that the answer should have, 1 to 1000. The time-based export may send more.
    pub page_size: u32,
    /// The account time when the request is sent, for an answer without a `Date`.
    pub account_now: UnixSeconds,
    /// Whether `account_now` was derived from the `Date` of earlier answers. If so, it takes precedence over the
    /// `Date` of this answer.
    pub is_time_sure: bool,
}

/// A request for tickets by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowRequest {
    /// The tickets, at most [`SHOWN_MAX`].
    pub ids: Vec<TicketId>,
    /// Which endpoint is asked.
    pub by: ShowBy,
    /// As in [`PageRequest`].
    pub account_now: UnixSeconds,
    /// As in [`PageRequest`].
    pub is_time_sure: bool,
}

/// How tickets are requested by their ids. Zendesk's two endpoints can differ in what they show of archived tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowBy {
    /// Up to [`SHOWN_MAX`] tickets in one answer.
    Many,
    /// A ticket by itself.
    One,
}

/// The answer to a request for tickets by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Tickets that exist. One that was requested and is not here does not exist.
    Tickets(Page),
    /// At least one of the requested tickets does not exist. Zendesk shows none of them.
    NotFound,
}

/// Most rows of a page of a list. Zendesk refuses a request for more.
pub const LIST_ROWS_MAX: u32 = 100;

/// Most tickets that Zendesk shows in one answer by their ids.
pub const SHOWN_MAX: usize = 100;

/// A page of tickets, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The kind of source that the page came from.
    pub source: SourceKind,
    /// Rows in the order of the answer.
    pub rows: Vec<Row>,
    /// Rows that could not be read as tickets.
    pub rejected: Vec<RejectedRow>,
    /// Whether the last row of the answer is one of the rejected rows.
    pub is_last_rejected: bool,
    /// Whether Zendesk has no more rows at present.
    pub end_of_stream: bool,
    /// Where the next page begins; `None` if the answer contains null, and the position then stays.
    pub next: Option<Position>,
}

impl Page {
    /// The times that order the rows of this source, in the order of the rows. An export is ordered by
    /// `generated_timestamp`, so its rows without one have no place in that order.
    pub fn order_times(&self) -> impl DoubleEndedIterator<Item = UnixSeconds> {
        self.rows.iter().filter_map(|row| self.order_time(row))
    }

    /// The time that orders the last row of the answer. `None` if the answer has no row, or if its last row was
    /// rejected or has no such time: then nobody knows up to which time the answer goes.
    pub fn last_order_time(&self) -> Option<UnixSeconds> {
        let last = self.rows.last().filter(|_| !self.is_last_rejected);
        last.and_then(|row| self.order_time(row))
    }

    fn order_time(&self, row: &Row) -> Option<UnixSeconds> {
        match row {
            Row::Ticket(change) if self.source.is_export() => change.order_key.generated(),
            Row::Ticket(change) => change.updated_at,
            Row::Deletion { at, .. } => Some(*at),
        }
    }

    /// The ids of all rows, also of those that could not be read as tickets.
    pub fn ids(&self) -> impl Iterator<Item = TicketId> {
        let rejected = self.rejected.iter().filter_map(|row| row.id);
        let rows = self.rows.iter().map(Row::id);
        rows.chain(rejected.map(TicketId))
    }

    /// Those of the tickets `requested` by their ids that exist, as far as this answer shows. They are in a row, also
    /// in a rejected one. A rejected row without an id can be any of them, so then all of them may exist.
    ///
    /// Example: 1, 2 and 3 were requested. Of an answer with a row of 1 and a rejected row of 2, 1 and 2 exist, and 3
    /// does not. Of the same answer with a rejected row without an id, all three may exist.
    pub fn existing(&self, requested: &[TicketId]) -> BTreeSet<TicketId> {
        let rejected = || self.rejected.iter();
        if rejected().any(|row| row.id.is_none()) {
            return requested.iter().copied().collect();
        }
        let rejected = rejected().filter_map(|row| row.id.map(TicketId));
        let shown = self.rows.iter().map(Row::id).chain(rejected);
        shown.filter(|id| requested.contains(id)).collect()
    }

    /// The tickets among the rows.
    pub fn tickets(&self) -> impl DoubleEndedIterator<Item = &TicketChange> {
        self.rows.iter().filter_map(|row| match row {
            Row::Ticket(change) => Some(change),
            Row::Deletion { .. } => None,
        })
    }
}

/// A row of a page.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every row is a ticket, and a box would be an allocation for each"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The current values of a ticket.
    Ticket(TicketChange),
    /// A ticket was deleted. Zendesk's list of deleted tickets contains no other values of it.
    Deletion {
        /// The ticket's id.
        id: TicketId,
        /// When the ticket was deleted.
        at: UnixSeconds,
    },
}

impl Row {
    /// The id of the ticket that the row describes.
    pub const fn id(&self) -> TicketId {
        match self {
            Self::Ticket(TicketChange { id, .. }) | Self::Deletion { id, .. } => *id,
        }
    }
}

/// A row that could not be read as a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The ticket's id, if it could be read.
    pub id: Option<i64>,
    /// Why the row was rejected, as a fixed text that never repeats Zendesk's.
    pub reason: &'static str,
    /// Identifies a row without an id: the same row has the same fingerprint when Zendesk sends it again. 0 for
    /// rows with an id.
    pub fingerprint: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_whose_rows_all_have_an_id_shows_that_a_ticket_does_not_exist() {
        let rejected = |id| RejectedRow {
            id,
            reason: "it is not JSON",
            fingerprint: 0,
        };
        let existing = |rejected: Vec<RejectedRow>| {
            let page = Page {
                source: SourceKind::List,
                rows: vec![Row::Deletion {
                    id: TicketId(1),
                    at: UnixSeconds(0),
                }],
                rejected,
                is_last_rejected: false,
                end_of_stream: true,
                next: None,
            };
            let existing = page.existing(&[1, 2, 3].map(TicketId));
            existing.iter().map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(existing(vec![]), [1]);
        assert_eq!(existing(vec![rejected(Some(2))]), [1, 2]);
        // Another ticket than the requested ones.
        assert_eq!(existing(vec![rejected(Some(4))]), [1]);
        assert_eq!(existing(vec![rejected(Some(4)), rejected(None)]), [1, 2, 3]);
    }

    #[test]
    fn a_row_takes_no_more_memory_than_its_ticket() {
        assert_eq!(size_of::<Row>(), size_of::<TicketChange>());
    }
}
