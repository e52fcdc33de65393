//! A page of tickets: the request for it, and its rows.

use super::{Position, SourceKind};
use crate::ticket::{TicketChange, TicketId, UnixSeconds};

/// One page to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page begins.
    pub start: Position,
    /// Most rows wanted, 1 to 1000. The time-based export may send more.
    pub page_size: u32,
    /// What time it is for Zendesk as far as is known, for an answer without a `Date`.
    pub account_now: UnixSeconds,
    /// Whether `account_now` rests on the `Date` of answers. If it does, it counts more than the `Date`
    /// of this answer.
    pub is_time_sure: bool,
}

/// A page of tickets, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The kind of source that sent it.
    pub source: SourceKind,
    /// Rows in the order in which they came.
    pub rows: Vec<Row>,
    /// Rows that could not be read as a ticket.
    pub rejected: Vec<RejectedRow>,
    /// Whether Zendesk had nothing more to send.
    pub end_of_stream: bool,
    /// Where the next page begins; `None` when the answer says null, and the position stays.
    pub next: Option<Position>,
}

impl Page {
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
    /// A ticket as it is now.
    Ticket(TicketChange),
    /// A ticket was deleted. Zendesk's list of deleted tickets says no more than that.
    Deletion {
        /// Which ticket.
        id: TicketId,
        /// When it was deleted.
        at: UnixSeconds,
    },
}

impl Row {
    /// The ticket that the row is about.
    pub const fn id(&self) -> TicketId {
        match self {
            Self::Ticket(TicketChange { id, .. }) | Self::Deletion { id, .. } => *id,
        }
    }
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The ticket, if its id was readable.
    pub id: Option<i64>,
    /// What was wrong with it: our words, never Zendesk's text.
    pub reason: &'static str,
    /// Tells rows without an id apart: the same row has the same number when it comes again. 0 for
    /// rows with an id.
    pub fingerprint: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_no_more_memory_than_its_ticket() {
        assert_eq!(size_of::<Row>(), size_of::<TicketChange>());
    }
}
