//! The file itself: what is checked before it is used, and how it is read.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::file_error::FileError;
use crate::state::Problem;
use crate::state::codec::SCHEMA_VERSION;

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

/// The path of a state file, and how SQLite is given what is there.
#[derive(Debug)]
pub(super) struct StateFile {
    pub(super) path: PathBuf,
}

impl StateFile {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Checks SQLite's own header before SQLite has the file. `false`: missing or of 0 bytes.
    pub(super) fn check_header(&self) -> Result<bool, FileError> {
        let io = |source| FileError::Io {
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
            std::io::ErrorKind::PermissionDenied => FileError::NotOurs {
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

    /// Makes an empty file, mode 0600, unless there is one.
    pub(super) fn create(&self) -> Result<(), FileError> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(|cause| FileError::Directory {
                path: self
                    .path
                    .parent()
                    .unwrap_or_else(|| Path::new("."))
                    .to_owned(),
                cause,
            })?;
        Ok(())
    }

    /// Opens for reading only: nothing is written to the database file.
    pub(super) fn open_for_reading(&self) -> Result<Connection, FileError> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY, None)
    }

    /// Opens for writing, every commit being on disk when it returns (`synchronous=FULL`). If the file
    /// is not the one that was checked, it is not written.
    pub(super) fn open_for_writing(
        &self,
        checked: Option<(u64, u64)>,
    ) -> Result<Connection, FileError> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE, checked)?;
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
            return Err(FileError::ReadOnly {
                path: self.path.clone(),
            });
        }
        Ok(connection)
    }

    /// What tells the file from another of the same name: device and number.
    pub(super) fn identity(&self) -> Result<(u64, u64), FileError> {
        let metadata = std::fs::metadata(&self.path).map_err(|_| self.gone())?;
        Ok((metadata.dev(), metadata.ino()))
    }

    /// Fails with [`FileError::Gone`] if the file at the path is not `expected`.
    pub(super) fn check_identity(&self, expected: (u64, u64)) -> Result<(), FileError> {
        if self.identity()? == expected {
            return Ok(());
        }
        Err(self.gone())
    }

    /// The same of the write-ahead log, where the latest pages are until they are copied into the
    /// database; `None` while there is none.
    pub(super) fn wal_identity(&self) -> Option<(u64, u64)> {
        let metadata = std::fs::metadata(self.beside("-wal")).ok()?;
        Some((metadata.dev(), metadata.ino()))
    }

    pub(super) fn gone(&self) -> FileError {
        FileError::Gone {
            path: self.path.clone(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the database is opened"
    )]
    fn open(
        &self,
        access: OpenFlags,
        checked: Option<(u64, u64)>,
    ) -> Result<Connection, FileError> {
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let configure = |connection: &Connection| -> rusqlite::Result<()> {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)
        };
        let connection =
            Connection::open_with_flags(&self.path, flags).map_err(|source| self.failed(source))?;
        // Before the first statement: some statements of the settings write.
        checked.map_or(Ok(()), |checked| self.check_identity(checked))?;
        configure(&connection).map_err(|source| self.failed(source))?;
        Ok(connection)
    }

    /// Bytes of the database and its write-ahead log.
    pub(super) fn size_bytes(&self) -> u64 {
        [self.path.clone(), self.beside("-wal")]
            .iter()
            .filter_map(|path| std::fs::metadata(path).ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// What is wrong with what is stored in the file.
    pub(super) fn unusable(&self, problem: Problem) -> FileError {
        let path = self.path.clone();
        match problem {
            Problem::Missing => FileError::Missing { path },
            Problem::Replaced => FileError::Gone { path },
            Problem::Damaged(problem) => FileError::Damaged { path, problem },
            Problem::NewerSchema(found) => FileError::NewerSchema {
                path,
                found,
                known: SCHEMA_VERSION,
            },
            Problem::OtherAccount { found, wanted } => FileError::OtherAccount {
                path,
                found,
                wanted,
            },
        }
    }

    pub(super) fn damaged(&self, problem: String) -> FileError {
        FileError::Damaged {
            path: self.path.clone(),
            problem,
        }
    }

    /// What a failure of SQLite means for the file.
    pub(super) fn failed(&self, source: rusqlite::Error) -> FileError {
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                self.damaged(source.to_string())
            }
            Some(ErrorCode::ReadOnly) => FileError::ReadOnly {
                path: self.path.clone(),
            },
            // Statements are ours and fixed: they fail where the tables are not ours, or hold
            // what we never wrote.
            Some(ErrorCode::Unknown | ErrorCode::TypeMismatch) => self.damaged(source.to_string()),
            None => self.damaged(source.to_string()),
            _ => FileError::Sqlite {
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
