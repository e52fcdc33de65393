//! What a database does for a state: it keeps rows, in transactions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::error::{Problem, StateError};
use crate::ledger::IdRange;
use crate::ticket::TicketId;

/// Where the state of one account is kept: rows, of which a backend does not know the meaning.
///
/// Only one process at a time may have a state open for writing. A backend makes sure of that before
/// it is handed over. Others may read meanwhile, with a backend of their own.
///
/// A page is applied by these calls, for example a page with the tickets 3 and 9, of which 9 is new:
///
/// ```text
/// backend.begin()
/// transaction.records([3, 9])      -> [Some(bytes of 3), None]
/// transaction.put_records([3, 9])     with the new bytes of each
/// transaction.put(rows)               changed cells, dictionary entries, position, checksum
/// transaction.commit()
/// ```
///
/// All calls block. Every error names the state in its sentence, and its cause says what callers do.
pub trait Backend: fmt::Debug + Send {
    /// Begins a transaction that reads the state as it is at one moment. Changes nothing: what is stored may not be a state of
    /// this program. `None` if nothing is stored yet, or only what a start left that was killed while
    /// it made the state.
    ///
    /// What others commit later does not show in the transaction.
    ///
    /// # Errors
    ///
    /// The state cannot be read, or [`Cause::Damage`](super::Cause::Damage) if it is not one of ours.
    fn begin_reading(&mut self) -> Result<Option<Box<dyn Transaction + '_>>, StateError>;

    /// Opens the state for writing. Makes it if [`Self::begin_reading`] has found none. Called once what
    /// is stored was read and checked, and again after each transaction that failed: then nothing that the backend holds of the state in
    /// memory may be used any more.
    ///
    /// # Errors
    ///
    /// The state cannot be written, or [`Cause::Gone`](super::Cause::Gone) if it is not the one that
    /// was read first.
    fn reopen(&mut self) -> Result<(), StateError>;

    /// Begins a transaction that can write. Dropped without a commit it writes nothing.
    ///
    /// # Errors
    ///
    /// [`Cause::Gone`](super::Cause::Gone) if the state is no longer the one that was opened: what is
    /// written to a removed file, for example, would be lost.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StateError>;

    /// Bytes that the state takes where it is stored; 0 where that cannot be seen.
    fn size_bytes(&self) -> u64;

    /// Says in a sentence that names the state what is wrong with what is stored.
    fn unusable(&self, problem: Problem) -> StateError;
}

/// The rows of a state at one moment, with those that the transaction itself has written.
///
/// # Errors
///
/// Each call fails if the backend does, but never with [`Cause::Gone`](super::Cause::Gone): that says that
/// nothing was begun. After an error the transaction is dropped, and nothing of it may be stored.
pub trait Transaction {
    /// Reads everything but the records. Checks the schema: only the schemas that this program reads
    /// are passed on. Cells come in any order, the entries of a dictionary by set and number.
    fn load(&mut self) -> Result<Stored, StateError>;

    /// Reads the records of these tickets: one item for each id, in the order of the ids, `None` for a
    /// ticket without a record.
    fn records(&mut self, ids: &[TicketId]) -> Result<Vec<Option<Vec<u8>>>, StateError>;

    /// Reads the first records of a range of ids, at most `most` of them. Fewer only if there are no
    /// more.
    ///
    /// Ids are compared as signed numbers. Every record is read in rising order when all are counted.
    /// A resync sweeps in falling order, because those that it may have to spare are the newest. For
    /// example, of the tickets 1, 2 and 5 `Falling { before: Some(5) }` with `most` = 1 is 2.
    fn scan(&mut self, range: IdRange, most: usize)
    -> Result<Vec<(TicketId, Vec<u8>)>, StateError>;

    /// Hands over the records of all unsolved tickets, in any order. There are few of them among
    /// millions of records, so this must not read the others.
    fn unsolved(&mut self, each: &mut dyn FnMut(TicketId, &[u8])) -> Result<(), StateError>;

    /// Writes records, each in place of the one of the same ticket. No ticket is in `rows` twice.
    fn put_records(&mut self, rows: &[RecordRow]) -> Result<(), StateError>;

    /// Writes rows: cells and entries of `meta` in place of those with the same key, and entries of
    /// dictionaries that are not there yet. The state then has the present schema.
    fn put(&mut self, rows: &Rows) -> Result<(), StateError>;

    /// Makes all that was written last, or nothing of it. Returns when nothing can lose it any more,
    /// not even a loss of power.
    ///
    /// # Errors
    ///
    /// Nothing is known of what is stored: a lost connection, for example, can hide a commit that
    /// succeeded. [`State`](super::State) reads the state again before it writes the next time, and applies
    /// the same page again, which then counts nothing twice.
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
