//! Where a page of tickets begins.

use crate::ticket::UnixSeconds;

/// Opaque position in the cursor-based export. Never built or changed by us, only repeated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(pub String);

/// Where a page of the export begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// Rows whose order key is at or after this moment.
    Time(UnixSeconds),
    /// Rows after this cursor.
    Cursor(Cursor),
}
