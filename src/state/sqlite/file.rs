//! The file itself: what is checked before it is used, and how it is read.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::StateError;
use crate::ledger::{Entry, Ledger, SeriesSettings};
use crate::state::codec::{
    APPLICATION_ID, CREATE, META_ACCOUNT, META_CHECKSUM, SCHEMA_VERSION, SCHEMA_VERSION_MIN,
    cell_from, entry_from, ledger_from, meta_rows, row_checksum,
};
use crate::ticket::UnixSeconds;

/// First bytes of every SQLite database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Bytes of SQLite's file header.
const HEADER_BYTES: usize = 100;

/// Page cache of a connection, in KiB. The pages of a thousand tickets spread over millions do
/// not fit anyway; this holds the inner nodes, and bounds the memory.
const CACHE_KIB: i64 = 8 * 1024;

/// How long a statement waits for another connection: the reading commands of this program, for
/// as long as they copy what they need.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Above this the write-ahead log is cut back after a checkpoint, so that one big page does not
/// take its room for ever.
const WAL_BYTES_MAX: i64 = 16 * 1024 * 1024;

/// One state file and whose it is.
#[derive(Debug)]
pub(in crate::state) struct StateFile {
    pub(in crate::state) path: PathBuf,
    pub(in crate::state) account: String,
}

/// What a state file holds beside the ticket records.
pub(in crate::state) struct Loaded {
    pub(in crate::state) ledger: Ledger,
    pub(in crate::state) meta: BTreeMap<String, String>,
    pub(in crate::state) checksum: u64,
    /// The schema that it is written in.
    pub(in crate::state) schema: i64,
}

impl StateFile {
    pub(in crate::state) fn new(path: &Path, account: &str) -> Self {
        Self {
            path: path.to_owned(),
            account: account.to_owned(),
        }
    }

    /// Looks at the file without changing it, and reads what it holds; `None` if that is nothing yet.
    pub(in crate::state) fn check(&self) -> Result<Option<Loaded>, StateError> {
        if !self.check_header()? {
            return Ok(None);
        }
        let connection = self.open_for_reading()?;
        if self.is_untouched(&connection)? {
            return Ok(None);
        }
        self.load_at_once(&connection).map(Some)
    }

    /// Checks SQLite's own header before SQLite has the file. `false`: missing or of 0 bytes.
    fn check_header(&self) -> Result<bool, StateError> {
        let io = |source| StateError::Io {
            path: self.path.clone(),
            source,
        };
        let metadata = match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            seen => seen.map_err(io)?,
        };
        if !metadata.is_file() {
            return Err(self.damaged("it is not a file".to_owned()));
        }
        let length = metadata.len();
        if length == 0 {
            return Ok(false);
        }
        let mut file = File::open(&self.path).map_err(|error| match error.kind() {
            std::io::ErrorKind::PermissionDenied => StateError::NotOurs {
                path: self.path.clone(),
                user: rustix::process::geteuid().as_raw(),
                owner: metadata.uid(),
                mode: metadata.mode() & 0o7777,
            },
            _ => io(error),
        })?;
        let mut header = Vec::with_capacity(HEADER_BYTES);
        file.by_ref()
            .take(HEADER_BYTES as u64)
            .read_to_end(&mut header)
            .map_err(io)?;
        if header.len() < HEADER_BYTES || !header.starts_with(MAGIC) {
            return Err(self.damaged("it has no SQLite header".to_owned()));
        }
        // While a write-ahead log is pending the header may be ahead of the file; without one a
        // file shorter than its header says was cut off.
        let page_bytes = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            bytes => u64::from(bytes),
        };
        let pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
        let wal_pending = std::fs::metadata(self.beside("-wal")).is_ok_and(|wal| wal.len() > 0);
        if !wal_pending && length < page_bytes * u64::from(pages) {
            return Err(self.damaged("it is shorter than its header says".to_owned()));
        }
        Ok(true)
    }

    /// A database without a single table, as a start leaves that was killed while making it.
    fn is_untouched(&self, connection: &Connection) -> Result<bool, StateError> {
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|source| self.failed(source))?;
        Ok(tables == 0)
    }

    /// Makes an empty state: file mode 0600, tables and first meta rows in one transaction.
    pub(in crate::state) fn create(
        &self,
        settings: &SeriesSettings,
        now: UnixSeconds,
    ) -> Result<(), StateError> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(|cause| StateError::Directory {
                path: self
                    .path
                    .parent()
                    .unwrap_or_else(|| Path::new("."))
                    .to_owned(),
                cause,
            })?;
        let mut connection = self.open_for_writing()?;
        let ledger = Ledger::new(settings.clone(), now);
        let mut meta = BTreeMap::from([(META_ACCOUNT.to_owned(), self.account.clone())]);
        for (key, value) in meta_rows(&ledger) {
            meta.insert(key.to_owned(), value);
        }
        let sum = meta_checksum(&meta);
        meta.insert(META_CHECKSUM.to_owned(), sum.to_string());
        let mut make = || -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            transaction.execute_batch(CREATE)?;
            for (key, value) in &meta {
                transaction.execute(
                    "INSERT INTO meta (key, value) VALUES (?1, ?2)",
                    [key, value],
                )?;
            }
            transaction.commit()
        };
        make().map_err(|source| self.failed(source))
    }

    /// Opens for reading only: nothing is written to the database file.
    pub(in crate::state) fn open_for_reading(&self) -> Result<Connection, StateError> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Opens for writing, every commit being on disk when it returns (`synchronous=FULL`).
    pub(in crate::state) fn open_for_writing(&self) -> Result<Connection, StateError> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let configure = || -> rusqlite::Result<()> {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "journal_size_limit", WAL_BYTES_MAX)
        };
        configure().map_err(|source| self.failed(source))?;
        // SQLite opens a file that it may not write for reading, and says nothing.
        if connection
            .is_readonly("main")
            .map_err(|source| self.failed(source))?
        {
            return Err(StateError::ReadOnly {
                path: self.path.clone(),
            });
        }
        Ok(connection)
    }

    /// What tells the file from another of the same name: device and number.
    pub(in crate::state) fn identity(&self) -> Result<(u64, u64), StateError> {
        let metadata = std::fs::metadata(&self.path).map_err(|_| self.gone())?;
        Ok((metadata.dev(), metadata.ino()))
    }

    /// The same of the write-ahead log, where the latest pages are until they are copied into the
    /// database; `None` while there is none.
    pub(in crate::state) fn wal_identity(&self) -> Option<(u64, u64)> {
        let metadata = std::fs::metadata(self.beside("-wal")).ok()?;
        Some((metadata.dev(), metadata.ino()))
    }

    pub(in crate::state) fn gone(&self) -> StateError {
        StateError::Gone {
            path: self.path.clone(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the database is opened"
    )]
    fn open(&self, access: OpenFlags) -> Result<Connection, StateError> {
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let configure = |connection: &Connection| -> rusqlite::Result<()> {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)
        };
        let connection =
            Connection::open_with_flags(&self.path, flags).map_err(|source| self.failed(source))?;
        configure(&connection).map_err(|source| self.failed(source))?;
        Ok(connection)
    }

    /// As [`Self::load`], of one moment: a running exporter may write meanwhile.
    pub(in crate::state) fn load_at_once(
        &self,
        connection: &Connection,
    ) -> Result<Loaded, StateError> {
        let moment = connection
            .unchecked_transaction()
            .map_err(|source| self.failed(source))?;
        self.load(&moment)
    }

    /// Reads everything but the ticket records, and checks all that can be checked of it.
    pub(in crate::state) fn load(&self, connection: &Connection) -> Result<Loaded, StateError> {
        let schema = self.check_schema(connection)?;
        let mut meta = self.read_meta(connection)?;
        let stored_sum: Option<u64> = meta
            .remove(META_CHECKSUM)
            .and_then(|checksum| checksum.parse().ok());
        let account = meta.get(META_ACCOUNT).map(String::as_str);
        if account != Some(&self.account) {
            return Err(StateError::OtherAccount {
                path: self.path.clone(),
                found: account.unwrap_or("an unknown account").to_owned(),
                wanted: self.account.clone(),
            });
        }
        let mut ledger = ledger_from(|key| meta.get(key).map(String::as_str))
            .map_err(|key| self.damaged(format!("its entry {key} is missing or cannot be read")))?;
        let dictionary_sum = self.read_dictionary(connection, &mut ledger)?;
        let cells_sum = self.read_cells(connection, &mut ledger)?;
        let checksum = dictionary_sum.wrapping_add(cells_sum);
        if stored_sum != Some(checksum.wrapping_add(meta_checksum(&meta))) {
            return Err(self.damaged("its counts do not match their checksum".to_owned()));
        }
        Ok(Loaded {
            ledger,
            meta,
            checksum,
            schema,
        })
    }

    fn check_schema(&self, connection: &Connection) -> Result<i64, StateError> {
        let pragma = |name| -> Result<i64, StateError> {
            connection
                .pragma_query_value(None, name, |row| row.get(0))
                .map_err(|source| self.failed(source))
        };
        if pragma("application_id")? != APPLICATION_ID {
            return Err(StateError::NotState {
                path: self.path.clone(),
            });
        }
        match pragma("user_version")? {
            known @ SCHEMA_VERSION_MIN..=SCHEMA_VERSION => Ok(known),
            found if found > SCHEMA_VERSION => Err(StateError::NewerSchema {
                path: self.path.clone(),
                found,
                known: SCHEMA_VERSION,
            }),
            found => Err(self.damaged(format!("it has the unknown schema {found}"))),
        }
    }

    fn read_meta(&self, connection: &Connection) -> Result<BTreeMap<String, String>, StateError> {
        let read = || -> rusqlite::Result<BTreeMap<String, String>> {
            connection
                .prepare("SELECT key, value FROM meta")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        read().map_err(|source| self.failed(source))
    }

    fn read_dictionary(
        &self,
        connection: &Connection,
        ledger: &mut Ledger,
    ) -> Result<u64, StateError> {
        let read = || -> rusqlite::Result<Vec<Option<Entry>>> {
            connection
                .prepare("SELECT set_name, number, value, shown FROM dictionary ORDER BY 1, 2")?
                .query_map([], |row| {
                    let set: String = row.get(0)?;
                    Ok(entry_from(&set, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect()
        };
        let mut sum = 0u64;
        for entry in read().map_err(|source| self.failed(source))? {
            let restored = entry.is_some_and(|entry| {
                sum = sum.wrapping_add(entry_checksum(&entry));
                ledger.dictionaries.restore(entry)
            });
            if !restored {
                return Err(self.damaged("its dictionary has an invalid entry".to_owned()));
            }
        }
        Ok(sum)
    }

    fn read_cells(&self, connection: &Connection, ledger: &mut Ledger) -> Result<u64, StateError> {
        let read = || -> rusqlite::Result<Vec<(String, String, i64)>> {
            connection
                .prepare("SELECT family, labels, value FROM cells")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        };
        let mut sum = 0u64;
        for (family, labels, value) in read().map_err(|source| self.failed(source))? {
            let settings = ledger.aggregates.settings();
            let cell = cell_from(&family, &labels, settings)
                .filter(|cell| cell.is_known(&ledger.dictionaries, &settings.labels));
            let (Some(cell), Ok(count)) = (cell, u64::try_from(value)) else {
                return Err(self.damaged(format!("its cell {family} {labels} cannot be read")));
            };
            let row = row_checksum("cells", [&family, &labels], &value.to_string());
            sum = sum.wrapping_add(row);
            ledger.aggregates.restore(cell, count);
        }
        Ok(sum)
    }

    /// Bytes of the database and its write-ahead log.
    pub(in crate::state) fn size_bytes(&self) -> u64 {
        [self.path.clone(), self.beside("-wal")]
            .iter()
            .filter_map(|path| std::fs::metadata(path).ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    pub(in crate::state) fn damaged(&self, problem: String) -> StateError {
        StateError::Damaged {
            path: self.path.clone(),
            problem,
        }
    }

    /// What a failure of SQLite means for the file.
    pub(in crate::state) fn failed(&self, source: rusqlite::Error) -> StateError {
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                self.damaged(source.to_string())
            }
            Some(ErrorCode::ReadOnly) => StateError::ReadOnly {
                path: self.path.clone(),
            },
            // Statements are ours and fixed: they fail where the tables are not ours, or hold
            // what we never wrote.
            Some(ErrorCode::Unknown | ErrorCode::TypeMismatch) => self.damaged(source.to_string()),
            None => self.damaged(source.to_string()),
            _ => StateError::Sqlite {
                path: self.path.clone(),
                source,
            },
        }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(suffix);
        path.into()
    }
}

/// Contribution of a dictionary entry to the checksum.
pub(in crate::state) fn entry_checksum(entry: &Entry) -> u64 {
    let value = format!("{} {}", u8::from(entry.shown), entry.value);
    row_checksum(
        "dictionary",
        [&entry.set.name(), &entry.number.to_string()],
        &value,
    )
}

/// Contribution of the meta rows (without the checksum itself) to the checksum.
pub(in crate::state) fn meta_checksum(meta: &BTreeMap<String, String>) -> u64 {
    meta.iter()
        .filter(|(key, _)| *key != META_CHECKSUM)
        .map(|(key, value)| row_checksum("meta", [key, ""], value))
        .fold(0, u64::wrapping_add)
}
