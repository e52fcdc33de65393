//! Answers that were served, and perhaps kept.

use super::arrival::Carried;
use crate::list_faults::ListEndpoint;
use crate::ticket::SimTicket;

/// A page of an export.
#[derive(Clone, Debug)]
pub struct Served {
    /// The position that was asked for.
    pub asked: String,
    /// Where it goes on: its `after_cursor` or `end_time`.
    pub leads_to: Option<String>,
    /// Its rows.
    pub rows: Vec<(i64, SimTicket)>,
    /// What its rows carried.
    pub carried: Carried,
    /// Whether there was nothing more.
    pub end_of_stream: bool,
    /// Its `Date`.
    pub date: i64,
}

/// An answer of the lists.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Who answered.
    pub endpoint: ListEndpoint,
    /// Its rows.
    pub rows: Vec<ListedRow>,
    /// What its rows carried.
    pub carried: Carried,
    /// Whether there was more.
    pub has_more: bool,
    /// Its `Date`.
    pub date: i64,
}

/// A row of the lists.
#[derive(Clone, Debug)]
pub struct ListedRow {
    /// Id of the ticket.
    pub id: i64,
    /// The ticket as the row has it. Of an entry of the list of deleted tickets only `deletion` is told.
    pub ticket: SimTicket,
    /// Its `generated_timestamp`, where it has one.
    pub generated_timestamp: Option<i64>,
}
