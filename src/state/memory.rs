//! A state in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::codec::SCHEMA_VERSION;
use super::{
    Backend, Cause, CellRow, EntryRow, Problem, RecordRow, Rows, StateError, Stored, Transaction,
};
use crate::ledger::IdRange;
use crate::ticket::TicketId;

/// A state that outlives who has it open: all clones hold the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct InMemory(Arc<Mutex<Contents>>);

#[derive(Clone, Debug, Default)]
struct Contents {
    /// Whether anything was committed yet.
    is_made: bool,
    meta: BTreeMap<String, String>,
    /// By family and labels.
    cells: BTreeMap<(String, String), i64>,
    /// By set and number.
    dictionary: BTreeMap<(String, i64), EntryRow>,
    /// The bytes of each record, and whether its ticket is unsolved.
    records: BTreeMap<TicketId, Record>,
    /// Whether nothing more can be written, as on a full disk.
    is_full: bool,
    /// Whether the state is where nobody finds it.
    is_away: bool,
}

type Record = (Vec<u8>, bool);

/// What went wrong with a state in memory.
#[derive(Debug, thiserror::Error)]
enum MemoryError {
    #[error("the state in memory cannot be used: {0:?}")]
    Unusable(Problem),
    #[error("the memory is full")]
    Full,
    #[error("the state in memory is away")]
    Away,
}

impl InMemory {
    /// Lets every transaction fail when it is committed, until the state is opened again.
    pub(crate) fn fill(&self) {
        self.contents().is_full = true;
    }

    /// Takes the state away from who has it open, or puts it back.
    pub(crate) fn take_away(&self, is_away: bool) {
        self.contents().is_away = is_away;
    }

    /// Makes every record unreadable.
    pub(crate) fn damage_records(&self) {
        for (bytes, _) in self.contents().records.values_mut() {
            *bytes = vec![0xff; 2];
        }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn check_in_place(&self) -> Result<(), StateError> {
        if self.is_away {
            return Err(StateError::new(Cause::Gone, MemoryError::Away));
        }
        Ok(())
    }

    fn put(&mut self, rows: &Rows) {
        self.is_made = true;
        if rows.clear_first {
            self.cells.clear();
            self.dictionary.clear();
        }
        for (key, value) in &rows.meta {
            self.meta.insert((*key).to_owned(), value.clone());
        }
        for row in &rows.cells {
            let key = (row.family.to_string(), row.labels.clone());
            self.cells.insert(key, row.value);
        }
        for row in &rows.dictionary {
            let key = (row.set.clone(), row.number);
            self.dictionary.insert(key, row.clone());
        }
    }

    fn stored(&self) -> Stored {
        let cells = self.cells.iter();
        let cell = |((family, labels), value): (&(String, String), &i64)| CellRow {
            family: family.clone().into(),
            labels: labels.clone(),
            value: *value,
        };
        Stored {
            schema: SCHEMA_VERSION,
            meta: self.meta.clone(),
            cells: cells.map(cell).collect(),
            dictionary: self.dictionary.values().cloned().collect(),
        }
    }
}

/// What is written, and not committed yet.
struct Uncommitted<'a> {
    memory: &'a InMemory,
    records: BTreeMap<TicketId, Record>,
    rows: Vec<Rows>,
}

impl Uncommitted<'_> {
    /// The contents as they would be.
    fn contents(&self) -> Contents {
        let mut contents = self.memory.contents().clone();
        self.rows.iter().for_each(|rows| contents.put(rows));
        contents.records.extend(self.records.clone());
        contents
    }
}

impl Backend for InMemory {
    fn begin_reading(&mut self) -> Result<Option<Box<dyn Transaction + '_>>, StateError> {
        if !self.contents().is_made {
            return Ok(None);
        }
        self.begin().map(Some)
    }

    fn reopen(&mut self) -> Result<(), StateError> {
        self.contents().check_in_place()?;
        self.contents().is_full = false;
        Ok(())
    }

    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.contents().check_in_place()?;
        Ok(Box::new(Uncommitted {
            memory: self,
            records: BTreeMap::new(),
            rows: Vec::new(),
        }))
    }

    fn size_bytes(&self) -> u64 {
        let contents = self.contents();
        let bytes = |(bytes, _): &Record| bytes.len() as u64;
        contents.records.values().map(bytes).sum()
    }

    fn unusable(&self, problem: Problem) -> StateError {
        let cause = match problem {
            Problem::Missing => Cause::Missing,
            Problem::Replaced => Cause::Gone,
            _ => Cause::Damage,
        };
        StateError::new(cause, MemoryError::Unusable(problem))
    }
}

impl Transaction for Uncommitted<'_> {
    fn load(&mut self) -> Result<Stored, StateError> {
        Ok(self.contents().stored())
    }

    fn records(&mut self, ids: &[TicketId]) -> Result<Vec<Option<Vec<u8>>>, StateError> {
        let committed = &self.memory.contents().records;
        let read = |id| self.records.get(id).or_else(|| committed.get(id));
        let bytes = |id| read(id).map(|(bytes, _)| bytes.clone());
        Ok(ids.iter().map(bytes).collect())
    }

    fn scan(
        &mut self,
        range: IdRange,
        most: usize,
    ) -> Result<Vec<(TicketId, Vec<u8>)>, StateError> {
        let records = self.contents().records.into_iter();
        let bytes = |(id, (bytes, _)): (TicketId, Record)| (id, bytes);
        Ok(match range {
            IdRange::Rising { after } => records
                .skip_while(|(id, _)| Some(*id) <= after)
                .take(most)
                .map(bytes)
                .collect(),
            IdRange::Falling { before } => records
                .rev()
                .skip_while(|(id, _)| before.is_some_and(|before| *id >= before))
                .take(most)
                .map(bytes)
                .collect(),
        })
    }

    fn unsolved(&mut self, each: &mut dyn FnMut(TicketId, &[u8])) -> Result<(), StateError> {
        let records = self.contents().records.into_iter();
        records
            .filter(|(_, (_, is_unsolved))| *is_unsolved)
            .for_each(|(id, (bytes, _))| each(id, &bytes));
        Ok(())
    }

    fn put_records(&mut self, rows: &[RecordRow]) -> Result<(), StateError> {
        let rows = rows.iter();
        let records = rows.map(|row| (row.id, (row.record.clone(), row.is_unsolved)));
        self.records.extend(records);
        Ok(())
    }

    fn put(&mut self, rows: &Rows) -> Result<(), StateError> {
        self.rows.push(rows.clone());
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        let mut contents = self.memory.contents();
        if contents.is_full {
            let advice = "give it room";
            let cause = Cause::Passing { advice };
            return Err(StateError::new(cause, MemoryError::Full));
        }
        self.rows.iter().for_each(|rows| contents.put(rows));
        contents.records.extend(self.records);
        Ok(())
    }
}
