//! Why the state could not be used.

use std::path::PathBuf;

/// Why a state file could not be opened, read or written.
///
/// A file that this names is as it was: nothing in it was overwritten.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The state directory cannot be made or written to.
    #[error("cannot write in the state directory {}: make it writable for this user, or set state.directory to another", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The file, or its directory, can be read but not written.
    #[error("cannot write the state file {} and beside it: make both the file and its directory writable for this user, or set state.directory to another", path.display())]
    ReadOnly {
        path: PathBuf,
        #[source]
        source: Option<rusqlite::Error>,
    },
    /// The file belongs to another user, and only that one may read it: it was copied here.
    #[error("user {user}, who runs this program, cannot read the state file {}: it belongs to user {owner} and has mode {mode:04o}; change its owner with chown", path.display())]
    NotOurs {
        path: PathBuf,
        user: u32,
        owner: u32,
        mode: u32,
    },
    /// Another process holds the lock.
    #[error("the state file {} is in use by another process: two exporters cannot share one state, stop the other or set another state.directory", path.display())]
    Locked { path: PathBuf },
    /// There is no such file (commands that only read).
    #[error("there is no state file {}: nothing has been read for this account yet, or state.directory is another one", path.display())]
    Missing { path: PathBuf },
    /// The file is a database, but not one of this program.
    #[error("{} is not a state file of zendesk-exporter: move it away, or set another state.directory", path.display())]
    NotState { path: PathBuf },
    /// A later version of this program wrote the file.
    #[error("the state file {} has schema {found}, this version knows up to {known}: use the newer zendesk-exporter, or move the file away to begin anew", path.display())]
    NewerSchema {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    /// The file holds the tickets of another account.
    #[error("the state file {} belongs to {found}, not to {wanted}: move it away, or correct the account's address", path.display())]
    OtherAccount {
        path: PathBuf,
        found: String,
        wanted: String,
    },
    /// The file was removed or replaced while it was in use.
    #[error("the state file {} was removed or replaced while it was in use: put it back, or restart to read the account anew", path.display())]
    Gone { path: PathBuf },
    /// The file is damaged.
    #[error("the state file {} is damaged ({problem}): restore it from a backup, or move it away to read the account anew", path.display())]
    Damaged { path: PathBuf, problem: String },
    /// SQLite failed for another reason: a full disk, an I/O error.
    #[error("cannot use the state file {}", path.display())]
    Sqlite {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    /// The file could not be looked at before SQLite opens it.
    #[error("cannot read the state file {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl StoreError {
    /// Whether trying again can never help, because what is stored is wrong.
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::NotState { .. }
                | Self::NewerSchema { .. }
                | Self::OtherAccount { .. }
        )
    }
}
