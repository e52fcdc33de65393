//! Positions: where a source has been read up to.

use super::SourceKind;
use crate::ticket::UnixSeconds;

/// Opaque position in the cursor-based export. Never built or changed by us, only repeated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(pub String);

/// Where a page of tickets begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// Rows whose order key is at or after this moment. The first page of any export can begin here.
    Time(UnixSeconds),
    /// Rows after this cursor.
    Cursor(Cursor),
}

impl Position {
    /// The kind of source whose pages lead here. A walk through another kind cannot go on from here,
    /// because the position says nothing of how far that source has been read.
    pub const fn kind(&self) -> SourceKind {
        match self {
            Self::Time(_) => SourceKind::Time,
            Self::Cursor(_) => SourceKind::Cursor,
        }
    }

    /// This position, but no later than `latest`: Zendesk refuses a time that is too recent. An
    /// earlier time loses nothing, because rows that come again change nothing.
    #[must_use]
    pub fn no_later_than(&self, latest: UnixSeconds) -> Self {
        match self {
            Self::Time(time) => Self::Time((*time).min(latest).max(UnixSeconds(0))),
            Self::Cursor(cursor) => Self::Cursor(cursor.clone()),
        }
    }
}
