//! A transaction on a state file.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::file::StateFile;
use super::file_error::FileError;
use super::schema::{APPLICATION_ID, CREATE, SELECT_UNSOLVED};
use crate::ledger::IdRange;
use crate::state::codec::{SCHEMA_VERSION, check_schema};
use crate::state::{CellRow, EntryRow, RecordRow, Rows, StateError, Stored, Transaction};
use crate::ticket::TicketId;

pub(super) struct SqliteTransaction<'a> {
    pub(super) transaction: rusqlite::Transaction<'a>,
    /// After the transaction, because fields are dropped in their order.
    pub(super) cache: PageCache<'a>,
    pub(super) file: &'a StateFile,
    pub(super) schema: &'a mut Option<i64>,
    pub(super) wal_identity: &'a mut Option<(u64, u64)>,
}

/// SQLite's page cache of a connection: released when this is dropped, unless it is kept.
///
/// Within a transaction one page is in use, and with it SQLite keeps the room of all pages: about 100 kB.
pub(super) struct PageCache<'a> {
    pub(super) connection: &'a Connection,
    pub(super) is_kept: bool,
}

impl Drop for PageCache<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // Whatever goes wrong here, the next statement meets it, too.
            let _ = self.connection.execute_batch("PRAGMA shrink_memory");
        }
    }
}

impl SqliteTransaction<'_> {
    /// Makes the tables of an empty state. Its schema is written with the first rows.
    pub(super) fn make_tables(&self) -> Result<(), FileError> {
        let make = || -> rusqlite::Result<()> {
            let transaction = &self.transaction;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.execute_batch(CREATE)
        };
        make().map_err(|source| self.file.failed(source))
    }

    /// What statements on the file return, or what their failure means for it.
    fn run<T>(
        &self,
        statements: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, FileError> {
        statements(&self.transaction).map_err(|source| self.file.failed(source))
    }

    fn check_schema(&self) -> Result<i64, FileError> {
        let pragma = |name| self.run(|file| file.pragma_query_value(None, name, |row| row.get(0)));
        let application_id: i64 = pragma("application_id")?;
        if application_id != APPLICATION_ID {
            return Err(FileError::NotState {
                path: self.file.path.clone(),
            });
        }
        let schema = pragma("user_version")?;
        check_schema(schema).map_err(|problem| self.file.unusable(problem))?;
        Ok(schema)
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn load(&mut self) -> Result<Stored, StateError> {
        let schema = self.check_schema()?;
        *self.schema = Some(schema);
        let meta = self.run(|file| -> rusqlite::Result<BTreeMap<String, String>> {
            file.prepare("SELECT key, value FROM meta")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        let dictionary = self.run(|file| -> rusqlite::Result<Vec<EntryRow>> {
            file.prepare("SELECT set_name, number, value, shown FROM dictionary ORDER BY 1, 2")?
                .query_map([], |row| {
                    let shown: i64 = row.get(3)?;
                    Ok(EntryRow {
                        set: row.get(0)?,
                        number: row.get(1)?,
                        value: row.get(2)?,
                        shown: shown != 0,
                    })
                })?
                .collect()
        })?;
        let cells = self.run(|file| -> rusqlite::Result<Vec<CellRow>> {
            file.prepare("SELECT family, labels, value FROM cells")?
                .query_map([], |row| {
                    let family: String = row.get(0)?;
                    Ok(CellRow {
                        family: family.into(),
                        labels: row.get(1)?,
                        value: row.get(2)?,
                    })
                })?
                .collect()
        })?;
        Ok(Stored {
            schema,
            meta,
            cells,
            dictionary,
        })
    }

    /// One prepared statement for each: that was measured to be faster than one statement for all of
    /// them, by `rarray` or `json_each`.
    fn records(&mut self, ids: &[TicketId]) -> Result<Vec<Option<Vec<u8>>>, StateError> {
        Ok(self.run(|file| {
            let mut statement = file.prepare_cached("SELECT record FROM tickets WHERE id = ?1")?;
            let read = |id: &TicketId| statement.query_row([id.0], |row| row.get(0)).optional();
            ids.iter().map(read).collect()
        })?)
    }

    fn scan(
        &mut self,
        range: IdRange,
        most: usize,
    ) -> Result<Vec<(TicketId, Vec<u8>)>, StateError> {
        let (query, from) = match range {
            IdRange::Rising { after } => (
                "SELECT id, record FROM tickets WHERE id >= ?1 ORDER BY id LIMIT ?2",
                after.map_or(Some(i64::MIN), |id| id.0.checked_add(1)),
            ),
            IdRange::Falling { before } => (
                "SELECT id, record FROM tickets WHERE id <= ?1 ORDER BY id DESC LIMIT ?2",
                before.map_or(Some(i64::MAX), |id| id.0.checked_sub(1)),
            ),
        };
        let Some(from) = from else {
            return Ok(Vec::new());
        };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(self.run(|file| {
            file.prepare_cached(query)?
                .query_map([from, most], |row| Ok((TicketId(row.get(0)?), row.get(1)?)))?
                .collect()
        })?)
    }

    fn unsolved(&mut self, each: &mut dyn FnMut(TicketId, &[u8])) -> Result<(), StateError> {
        Ok(self.run(|file| {
            let mut statement = file.prepare(SELECT_UNSOLVED)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(TicketId(row.get(0)?), row.get_ref(1)?.as_blob()?);
            }
            Ok(())
        })?)
    }

    fn put_records(&mut self, rows: &[RecordRow]) -> Result<(), StateError> {
        Ok(self.run(|file| {
            let mut statement = file.prepare_cached(
                "INSERT INTO tickets (id, record, unsolved) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET record = excluded.record, unsolved = excluded.unsolved",
            )?;
            for row in rows {
                let unsolved = row.is_unsolved.then_some(1);
                statement.execute(params![row.id.0, row.record, unsolved])?;
            }
            Ok(())
        })?)
    }

    fn put(&mut self, rows: &Rows) -> Result<(), StateError> {
        let is_new_or_older = *self.schema != Some(SCHEMA_VERSION);
        Ok(self.run(|file| {
            if is_new_or_older {
                file.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            if rows.clear_first {
                file.execute_batch("DELETE FROM cells; DELETE FROM dictionary")?;
            }
            put_rows(file, rows)
        })?)
    }

    fn commit(self: Box<Self>) -> Result<(), StateError> {
        let Self {
            transaction,
            cache: _cache,
            file,
            schema,
            wal_identity,
        } = *self;
        transaction.commit().map_err(|source| file.failed(source))?;
        *schema = Some(SCHEMA_VERSION);
        *wal_identity = file.wal_identity();
        Ok(())
    }
}

fn put_rows(file: &Connection, rows: &Rows) -> rusqlite::Result<()> {
    let mut statement = file.prepare_cached(
        "INSERT INTO cells (family, labels, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (family, labels) DO UPDATE SET value = excluded.value",
    )?;
    for row in &rows.cells {
        statement.execute(params![row.family, row.labels, row.value])?;
    }
    let mut statement = file.prepare_cached(
        "INSERT INTO dictionary (set_name, number, value, shown) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for row in &rows.dictionary {
        statement.execute(params![row.set, row.number, row.value, row.shown])?;
    }
    let mut statement = file.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    for (key, value) in &rows.meta {
        statement.execute([*key, value])?;
    }
    Ok(())
}
