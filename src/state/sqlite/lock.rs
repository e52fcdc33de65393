//! One process per state file.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::file_error::FileError;

/// Held for as long as a state file is open for writing; the system lets go of it when the
/// process ends, however it ends.
///
/// A file of its own, `<state>.lock`: locking the database itself would collide with SQLite's
/// locks, and closing a second handle of the database would drop those (POSIX).
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the state file at `state`, making its directory (0700) if need be.
    pub(super) fn take(state: &Path) -> Result<Self, FileError> {
        let directory = state.parent().unwrap_or_else(|| Path::new("."));
        let unusable = |cause| FileError::Directory {
            path: directory.to_owned(),
            cause,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(unusable)?;
        // Two links to one state share one lock.
        let real = std::fs::canonicalize(state).unwrap_or_else(|_| state.to_owned());
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(lock_path(&real))
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FileError::Locked {
                path: state.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }
}

fn lock_path(state: &Path) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}
