//! What a database does for a state: it keeps rows, in transactions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::error::{Problem, StateError};
use crate::ledger::IdRange;
use crate::ticket::TicketId;

/// Where the state of one account is kept. What the rows mean is not known here.
///
/// Whoever opened a state for writing is the only one who writes to it.
pub trait Backend: fmt::Debug + Send {
    /// Looks at one moment of the state, and changes nothing; `None` if there is no state yet.
    ///
    /// # Errors
    ///
    /// The state cannot be read, or is not one of ours.
    fn look(&mut self) -> Result<Option<Box<dyn Transaction + '_>>, StateError>;

    /// Opens the state for writing, after a look at it, and again after a transaction failed. Makes it
    /// if there is none.
    ///
    /// # Errors
    ///
    /// The state cannot be written.
    fn reopen(&mut self) -> Result<(), StateError>;

    /// Begins a transaction. What it does not commit was never written.
    ///
    /// # Errors
    ///
    /// [`Cause::Gone`](super::Cause::Gone) if the state is not the one that was opened any more.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StateError>;

    /// Bytes that it takes; 0 where they cannot be seen.
    fn size_bytes(&self) -> u64;

    /// Says in a sentence that names the state what is wrong with what is stored.
    fn unusable(&self, problem: Problem) -> StateError;
}

/// One moment of a state, and what is written to it. Every call can fail as the whole.
pub trait Transaction {
    /// Reads everything but the records.
    fn load(&mut self) -> Result<Stored, StateError>;

    /// Reads the records of these tickets, in their order.
    fn records(&mut self, ids: &[TicketId]) -> Result<Vec<Option<Vec<u8>>>, StateError>;

    /// Reads the first records of a range, `most` of them.
    fn scan(&mut self, range: IdRange, most: usize)
    -> Result<Vec<(TicketId, Vec<u8>)>, StateError>;

    /// Reads the records of all unsolved tickets, without touching the rest.
    fn unsolved(&mut self, each: &mut dyn FnMut(TicketId, &[u8])) -> Result<(), StateError>;

    /// Writes records in place of those of the same tickets.
    fn put_records(&mut self, rows: &[RecordRow]) -> Result<(), StateError>;

    /// Writes rows in place of those with the same keys, and the present schema.
    fn put(&mut self, rows: &Rows) -> Result<(), StateError>;

    /// Makes what was written last, and returns when nothing can lose it any more.
    fn commit(self: Box<Self>) -> Result<(), StateError>;
}

/// What a state holds beside the records.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The schema that it is written in.
    pub schema: i64,
    /// The entries of `meta`.
    pub meta: BTreeMap<String, String>,
    /// The cells.
    pub cells: Vec<CellRow>,
    /// The entries of the dictionaries.
    pub dictionary: Vec<EntryRow>,
}

/// Rows to write.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Whether all cells and dictionary entries that there are go first.
    pub clear_first: bool,
    /// Entries of `meta`.
    pub meta: Vec<(&'static str, String)>,
    /// Cells.
    pub cells: Vec<CellRow>,
    /// New entries of the dictionaries.
    pub dictionary: Vec<EntryRow>,
}

/// A cell as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRow {
    /// Its family.
    pub family: Cow<'static, str>,
    /// Its labels, which tell it from others of the family.
    pub labels: String,
    /// Its value.
    pub value: i64,
}

/// An entry of a dictionary as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// The set of values.
    pub set: String,
    /// The number of the value in the set.
    pub number: i64,
    /// The value.
    pub value: String,
    /// Whether it is shown.
    pub shown: bool,
}

/// A record as it is stored.
#[derive(Clone, Debug)]
pub struct RecordRow {
    /// Its ticket.
    pub id: TicketId,
    /// Its bytes.
    pub record: Vec<u8>,
    /// Whether the ticket is unsolved.
    pub is_unsolved: bool,
}
