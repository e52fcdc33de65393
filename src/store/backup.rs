//! A copy of a state, made while an exporter may go on with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::inspect::read;
use super::{StoreError, inspect};

/// How long the copy waits when another connection holds a lock of the state.
const BUSY_PAUSE: Duration = Duration::from_millis(250);

/// Why a state could not be copied. There is no file of the copy's name then, unless it was there before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The state itself cannot be read.
    #[error(transparent)]
    State(#[from] StoreError),
    /// Something of the copy's name is there.
    #[error("{} exists already: name a file that does not exist, or move that one away", path.display())]
    Exists { path: PathBuf },
    /// The copy cannot be written.
    #[error("cannot write the copy {}: free some room or name a file in a directory that this user can write to", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// SQLite could not copy.
    #[error("cannot copy the state file to {}: if the disk is full, name a file on another one", path.display())]
    Copy {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
}

/// Copies the state of `account` at `path` to the new file `copy`, mode 0600, and returns its bytes.
///
/// The copy is of one moment: SQLite's online backup reads all pages within one transaction, which does not
/// keep an exporter from writing. It is complete, checked and on disk before it has its name.
///
/// # Errors
///
/// [`BackupError`].
pub fn backup(path: &Path, account: &str, copy: &Path) -> Result<u64, BackupError> {
    let write = |source| BackupError::Write {
        path: copy.to_owned(),
        source,
    };
    let exists = || BackupError::Exists {
        path: copy.to_owned(),
    };
    let (_, connection, _) = read(path, account)?;
    if copy.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let directory = copy.parent().filter(|parent| *parent != Path::new(""));
    let directory = directory.unwrap_or_else(|| Path::new("."));
    // The library makes it with mode 0600.
    let unnamed = tempfile::Builder::new()
        .prefix(".zendesk-exporter-backup-")
        .tempfile_in(directory)
        .map_err(write)?;
    copy_pages(&connection, unnamed.path()).map_err(|source| BackupError::Copy {
        path: copy.to_owned(),
        source,
    })?;
    inspect(unnamed.path(), account)?;
    unnamed.as_file().sync_all().map_err(write)?;
    let file = unnamed.persist_noclobber(copy).map_err(|error| {
        if error.error.kind() == std::io::ErrorKind::AlreadyExists {
            exists()
        } else {
            write(error.error)
        }
    })?;
    // The name is on disk only with the directory.
    let synced = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(write)?;
    Ok(file.metadata().map_err(write)?.len())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the copy is no state yet, so no lock and no checks belong to it"
)]
fn copy_pages(from: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(from, &mut copy)?;
        // All pages in one step: between two the exporter could write, and all would begin anew.
        backup.run_to_completion(i32::MAX, BUSY_PAUSE, None)?;
    }
    // One file, without a write-ahead log beside it; the exporter makes one again.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)
}
