//! A row that has come.

use super::row_order::RowTime;
use crate::ticket::SimTicket;

/// A row that has come.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) ticket: SimTicket,
    pub(super) carried: Carried,
    pub(super) time: RowTime,
    /// The time that the row speaks of.
    pub(super) key: i64,
}

impl Arrival {
    pub(super) fn new(ticket: SimTicket, carried: Carried, time: RowTime) -> Self {
        Self {
            key: ticket.generated_at,
            ticket,
            carried,
            time,
        }
    }

    /// An entry of the list of deleted tickets. It tells nothing else of the ticket than was known.
    pub(super) fn deleted(known: &SimTicket, time: RowTime) -> Self {
        let mut ticket = known.clone();
        ticket.status = None;
        ticket.updated_at = time.updated_at;
        let carried = Carried {
            metric_sets: false,
            slas: false,
        };
        Self::new(ticket, carried, time)
    }

    /// The same in an answer of this date: the time that a row without a key of its own speaks of.
    pub(super) fn dated(self, date: i64) -> Self {
        Self {
            key: self.time.generated().unwrap_or(date),
            time: self.time.dated(date),
            ..self
        }
    }
}

/// What came along with the rows of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Zendesk's measurements.
    pub metric_sets: bool,
    /// SLA targets.
    pub slas: bool,
}
