//! The file of a state: SQLite.

mod error;

mod lock;

mod file;

mod backup;

pub use backup::{BackupError, backup};
pub use error::StateError;
pub(super) use file::{Loaded, StateFile, entry_checksum, meta_checksum};
pub(super) use lock::Lock;
