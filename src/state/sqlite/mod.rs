//! A state in a file: SQLite.
//!
//! The only module that knows the database.

mod file;

mod lock;

mod schema;

mod transaction;

mod verify;

mod backup;

mod file_error;

#[cfg(test)]
mod tests;

pub use backup::{BackupError, backup};
pub use file_error::FileError;
pub use verify::verify;

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::backend::{Backend, Transaction};
use super::error::{Problem, StateError};
use file::StateFile;
use lock::Lock;
use transaction::{PageCache, SqliteTransaction};

/// A state in a file, as a backend: the file, the connection to it, and the lock.
#[derive(Debug)]
pub struct Sqlite {
    file: StateFile,
    connection: Option<Connection>,
    /// The schema of the tables; `None` while there are none.
    schema: Option<i64>,
    /// Device and number of the file that was opened, for reading first.
    identity: Option<(u64, u64)>,
    /// The same of its write-ahead log, as of the last transaction.
    wal_identity: Option<(u64, u64)>,
    /// Whether SQLite's page cache is kept between transactions.
    keeps_cache: bool,
    /// Held for writing.
    _lock: Option<Lock>,
}

impl Sqlite {
    /// The state file at `path`, for writing. Takes the lock `<path>.lock` for life.
    ///
    /// # Errors
    ///
    /// [`Cause::InUse`](super::Cause::InUse) if another process has the lock,
    /// [`Cause::Settings`](super::Cause::Settings) if the directory cannot be written.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let lock = Lock::take(path)?;
        Ok(Self {
            _lock: Some(lock),
            ..Self::for_reading(path)
        })
    }

    /// The state file at `path`, for reading only, also while an exporter uses it.
    pub fn for_reading(path: &Path) -> Self {
        Self {
            file: StateFile::new(path),
            connection: None,
            schema: None,
            identity: None,
            wal_identity: None,
            keeps_cache: true,
            _lock: None,
        }
    }

    /// Whether pages of the file stay in memory between two transactions. Otherwise they are read again
    /// when they are needed, from the system's cache as a rule: for states that are many, of which few
    /// are in use at a time.
    #[must_use]
    pub fn keeping_cache(self, keeps_cache: bool) -> Self {
        Self {
            keeps_cache,
            ..self
        }
    }

    /// Checks the file without changing it, and opens it for reading. `false` if it holds nothing yet.
    fn open_for_reading(&mut self) -> Result<bool, FileError> {
        if !self.file.check_header()? {
            return Ok(false);
        }
        // Before the file is opened: the file that is opened is this one, or `reopen` notices it.
        let identity = self.file.identity()?;
        let connection = self.file.open_for_reading()?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|source| self.file.failed(source))?;
        // A database without a single table is left by a start that was killed while making it.
        if tables == 0 {
            return Ok(false);
        }
        self.identity = Some(identity);
        self.connection = Some(connection);
        Ok(true)
    }

    /// A file that was unlinked can be written for ever, and is lost with this process.
    fn check_in_place(&self) -> Result<(), FileError> {
        let same_log = self.wal_identity.is_none() || self.wal_identity == self.file.wal_identity();
        self.check_identity()?;
        if same_log {
            return Ok(());
        }
        Err(self.file.gone())
    }

    /// Checks that the file at the path is the one that was opened before, if any was.
    fn check_identity(&self) -> Result<(), FileError> {
        self.identity
            .map_or(Ok(()), |identity| self.file.check_identity(identity))
    }

    fn connection(&self) -> Result<&Connection, FileError> {
        self.connection.as_ref().ok_or_else(|| self.file.gone())
    }

    fn transaction(
        &mut self,
        behavior: TransactionBehavior,
    ) -> Result<SqliteTransaction<'_>, FileError> {
        // Not by the method, which would borrow all of this.
        let connection = self.connection.as_ref().ok_or_else(|| self.file.gone())?;
        let transaction = rusqlite::Transaction::new_unchecked(connection, behavior)
            .map_err(|source| self.file.failed(source))?;
        Ok(SqliteTransaction {
            transaction,
            cache: PageCache {
                connection,
                is_kept: self.keeps_cache,
            },
            file: &self.file,
            schema: &mut self.schema,
            wal_identity: &mut self.wal_identity,
        })
    }
}

impl Backend for Sqlite {
    fn begin_reading(&mut self) -> Result<Option<Box<dyn Transaction + '_>>, StateError> {
        if self.connection.is_none() && !self.open_for_reading()? {
            return Ok(None);
        }
        let transaction = self.transaction(TransactionBehavior::Deferred)?;
        Ok(Some(Box::new(transaction)))
    }

    fn reopen(&mut self) -> Result<(), StateError> {
        if self.schema.is_none() {
            self.file.create()?;
        }
        // Nothing was checked of a file that has taken the place of the one that was opened before.
        self.check_identity()?;
        // First, because SQLite keeps the file of a closed connection open for as long as another
        // connection of the process has locks on it.
        self.connection = None;
        let connection = self.file.open_for_writing(self.identity)?;
        self.connection = Some(connection);
        self.identity = Some(self.file.identity()?);
        self.wal_identity = None;
        Ok(())
    }

    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.check_in_place()?;
        let is_new = self.schema.is_none();
        let transaction = self.transaction(TransactionBehavior::Immediate)?;
        if is_new {
            transaction.make_tables()?;
        }
        Ok(Box::new(transaction))
    }

    fn size_bytes(&self) -> u64 {
        self.file.size_bytes()
    }

    fn unusable(&self, problem: Problem) -> StateError {
        self.file.unusable(problem).into()
    }
}
