//! Why a state file could not be used.

use std::path::PathBuf;

use crate::state::{Cause, StateError};

/// Why a state file could not be opened, read or written.
///
/// A file that this names is as it was: nothing in it was overwritten. A `cause` stands within the sentence, as
/// what to do follows it, and so is no source.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The state directory cannot be made or written to.
    #[error("cannot write to the state directory {}: {cause}; make it writable for this user, or set another state.directory", path.display())]
    Directory {
        path: PathBuf,
        cause: std::io::Error,
    },
    /// The file, or its directory, can be read but not written.
    #[error("cannot write the state file {} and its directory; make both writable for this user, or set another state.directory", path.display())]
    ReadOnly { path: PathBuf },
    /// The file belongs to another user, and only that one may read it: it was copied here.
    #[error("user {user}, who runs this program, cannot read the state file {}, which belongs to user {owner} and has mode {mode:04o}; change its owner with chown", path.display())]
    NotOurs {
        path: PathBuf,
        user: u32,
        owner: u32,
        mode: u32,
    },
    /// Another process holds the lock.
    #[error("the state file {} is in use by another process, and two exporters cannot share one state; stop the other one, or set another state.directory", path.display())]
    Locked { path: PathBuf },
    /// There is no such file (commands that only read).
    #[error("there is no state file {}; either the exporter has not read this account yet, or state.directory is wrong", path.display())]
    Missing { path: PathBuf },
    /// The file is a database, but not one of this program.
    #[error("{} is not a state file of zendesk-exporter; move it away, or set another state.directory", path.display())]
    NotState { path: PathBuf },
    /// A later version of this program wrote the file.
    #[error("the state file {} has schema {found}, but this version supports schemas up to {known}; use the newer zendesk-exporter, or move the file away to read the account again from the beginning", path.display())]
    NewerSchema {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    /// The file holds the tickets of another account.
    #[error("the state file {} belongs to {found}, not to {wanted}; move it away, or correct the account's address", path.display())]
    OtherAccount {
        path: PathBuf,
        found: String,
        wanted: String,
    },
    /// The file was removed or replaced while it was in use.
    #[error("the state file {} was removed or replaced while it was in use; restore it, or restart the exporter to read the account again from the beginning", path.display())]
    Gone { path: PathBuf },
    /// The file is damaged.
    #[error("the state file {} is damaged ({problem}); restore it from a backup, or move it away to read the account again from the beginning", path.display())]
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

impl From<FileError> for StateError {
    fn from(error: FileError) -> Self {
        Self::new(error.cause(), error)
    }
}

impl FileError {
    const fn cause(&self) -> Cause {
        match self {
            Self::Directory { .. } | Self::ReadOnly { .. } | Self::NotOurs { .. } => {
                Cause::Settings
            }
            Self::Locked { .. } => Cause::InUse,
            Self::Missing { .. } => Cause::Missing,
            Self::Gone { .. } => Cause::Gone,
            Self::NotState { .. }
            | Self::NewerSchema { .. }
            | Self::OtherAccount { .. }
            | Self::Damaged { .. } => Cause::Damage,
            Self::Sqlite { .. } | Self::Io { .. } => Cause::Passing {
                advice: "check that the disk has free space and works; the exporter tries again",
            },
        }
    }
}
