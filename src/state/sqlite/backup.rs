//! A copy of a state, made while an exporter may go on with it.

use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{FileError, Sqlite, verify};
use crate::state::{StateError, inspect};

/// Pages that are copied between two looks at whether to stop: 4 MiB, which no disk takes long for.
const PAGES_A_STEP: i32 = 1024;

/// How a copy is called while it is not complete; some letters and digits follow.
const UNNAMED: &str = ".zendesk-exporter-backup-";

/// Why a state was not copied. There is no file of the copy's name then, unless it was there before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The state itself cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state can be read but is not what it should be.
    #[error("the state file {} is damaged ({problem}), so it was not copied; `zendesk-exporter state verify` lists all problems", path.display())]
    Damaged { path: PathBuf, problem: String },
    /// The name is taken.
    #[error("{} already exists; name a file that does not exist, or move that one away", path.display())]
    Exists { path: PathBuf },
    /// The name is that of a directory.
    #[error("{} names a directory; name a file in it", path.display())]
    Directory { path: PathBuf },
    /// The exporter, or SQLite, would take the copy for one of its own files.
    #[error("{} is a name that the exporter uses in the state directory; choose another name, e.g. one that ends in .backup", path.display())]
    Reserved { path: PathBuf },
    /// The copy cannot be written.
    #[error("cannot write the copy {}: {cause}; check that its directory exists, has free space and is writable for this user", path.display())]
    Write {
        path: PathBuf,
        cause: std::io::Error,
    },
    /// SQLite could not copy.
    #[error("cannot copy the state file to {}: {cause}; check the free space of that disk", path.display())]
    Copy {
        path: PathBuf,
        cause: rusqlite::Error,
    },
    /// Somebody asked to stop.
    #[error("the backup was interrupted, and there is no copy {}", path.display())]
    Interrupted { path: PathBuf },
}

/// Copies the state of `account` at `path` to the new file `copy`, mode 0600, and returns its bytes. Ends early
/// once `is_interrupted` says so.
///
/// The copy is of one moment: all pages are read within one transaction, which does not keep an exporter from
/// writing. It is complete, verified and on disk before it has its name.
///
/// # Errors
///
/// [`BackupError`].
pub fn backup(
    path: &Path,
    account: &str,
    copy: &Path,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<u64, BackupError> {
    let write = |cause| BackupError::Write {
        path: copy.to_owned(),
        cause,
    };
    let interrupted = || BackupError::Interrupted {
        path: copy.to_owned(),
    };
    check_name(path, copy)?;
    let mut state = Sqlite::for_reading(path);
    inspect(&mut state, account)?;
    let connection = state.connection().map_err(StateError::from)?;
    let directory = directory_of(copy);
    // The library makes it with mode 0600, and removes it unless it gets its name.
    let unnamed = tempfile::Builder::new()
        .prefix(UNNAMED)
        .tempfile_in(directory)
        .map_err(write)?;
    let is_whole = copy_pages(connection, unnamed.path(), is_interrupted).map_err(|cause| {
        BackupError::Copy {
            path: copy.to_owned(),
            cause,
        }
    })?;
    if !is_whole {
        return Err(interrupted());
    }
    check_copy(unnamed.path(), account, path)?;
    unnamed.as_file().sync_all().map_err(write)?;
    if is_interrupted() {
        return Err(interrupted());
    }
    let file = unnamed.persist_noclobber(copy).map_err(|error| {
        if error.error.kind() == ErrorKind::AlreadyExists {
            BackupError::Exists {
                path: copy.to_owned(),
            }
        } else {
            write(error.error)
        }
    })?;
    // The name is on disk only with the directory. One that may be written but not read cannot be synced.
    if let Ok(directory) = File::open(directory) {
        directory.sync_all().map_err(write)?;
    }
    Ok(file.metadata().map_err(write)?.len())
}

fn directory_of(copy: &Path) -> &Path {
    let parent = copy.parent().filter(|parent| *parent != Path::new(""));
    parent.unwrap_or_else(|| Path::new("."))
}

/// Refuses names that are taken, and those that somebody else would use.
fn check_name(state: &Path, copy: &Path) -> Result<(), BackupError> {
    let is_directory = copy.as_os_str().as_encoded_bytes().ends_with(b"/");
    if is_directory || copy.is_dir() {
        return Err(BackupError::Directory {
            path: copy.to_owned(),
        });
    }
    // SQLite would take what lies beside a file of this name for a part of it.
    for suffix in ["", "-wal", "-journal"] {
        let mut path = OsString::from(copy);
        path.push(suffix);
        let path = PathBuf::from(path);
        if path.symlink_metadata().is_ok() {
            return Err(BackupError::Exists { path });
        }
    }
    if is_reserved(state, copy) {
        return Err(BackupError::Reserved {
            path: copy.to_owned(),
        });
    }
    Ok(())
}

/// Whether `copy` would be beside the state and have a name as the exporter, for any account, and SQLite use
/// there.
fn is_reserved(state: &Path, copy: &Path) -> bool {
    const ENDINGS: [&str; 5] = ["", "-wal", "-shm", "-journal", ".lock"];
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let Some(directory) = real(directory_of(copy)) else {
        return false;
    };
    // SQLite keeps its files where the state really is, if the path is a link.
    let linked = real(state).and_then(|state| state.parent().map(Path::to_owned));
    let mut of_states = [real(directory_of(state)), linked].into_iter().flatten();
    let name = copy.file_name().unwrap_or_default().as_encoded_bytes();
    of_states.any(|it| it == directory)
        && ENDINGS
            .iter()
            .any(|ending| name.ends_with(format!(".sqlite{ending}").as_bytes()))
}

/// Copies all pages, and returns whether it came to the end before it was interrupted.
#[expect(
    clippy::disallowed_methods,
    reason = "the copy is no state yet, so no lock and no checks belong to it"
)]
fn copy_pages(
    from: &Connection,
    to: &Path,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<bool, rusqlite::Error> {
    // Without a transaction over all steps, each page that the exporter commits would make them begin anew. It
    // begins with the first read.
    let moment = from.unchecked_transaction()?;
    moment.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mut copy = Connection::open(to)?;
    // What fails is removed, and what succeeds is synced by the caller.
    copy.pragma_update(None, "journal_mode", "OFF")?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    {
        let backup = Backup::new(&moment, &mut copy)?;
        loop {
            match backup.step(PAGES_A_STEP)? {
                StepResult::Done => break,
                StepResult::More => {}
                // Both files are ours for reading and writing already.
                _ => return Err(busy()),
            }
            if is_interrupted() {
                return Ok(false);
            }
        }
    }
    // One file, without a write-ahead log beside it; the exporter makes one again.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(true)
}

fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)
}

/// Counts the copy again from its records. Whatever is wrong with it is wrong with the state.
fn check_copy(copy: &Path, account: &str, state: &Path) -> Result<(), BackupError> {
    let problem = match verify(copy, account) {
        Ok(verification) => verification.problems.into_iter().next(),
        Err(error) => match error.downcast_ref() {
            Some(FileError::Damaged { problem, .. }) => Some(problem.clone()),
            _ => return Err(error.into()),
        },
    };
    problem.map_or(Ok(()), |problem| {
        Err(BackupError::Damaged {
            path: state.to_owned(),
            problem,
        })
    })
}
