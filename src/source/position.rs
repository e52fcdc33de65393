//! Positions: where a source has been read up to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::SourceKind;
use crate::ticket::UnixSeconds;

/// A position in the cursor-based export. Only Zendesk makes its text, and only Zendesk reads it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(pub String);

/// Where a page of tickets begins. Stored as text, `cursor MTc5` or `time 1790000000`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
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

/// A text that is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no position in an export")]
pub struct NotAPosition;

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cursor(Cursor(cursor)) => write!(out, "cursor {cursor}"),
            Self::Time(UnixSeconds(time)) => write!(out, "time {time}"),
        }
    }
}

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        match text.split_once(' ').ok_or(NotAPosition)? {
            ("cursor", cursor) => Ok(Self::Cursor(Cursor(cursor.to_owned()))),
            ("time", time) => {
                let time = time.parse().map_err(|_| NotAPosition)?;
                Ok(Self::Time(UnixSeconds(time)))
            }
            _ => Err(NotAPosition),
        }
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.to_string()
    }
}

impl TryFrom<String> for Position {
    type Error = NotAPosition;

    fn try_from(text: String) -> Result<Self, NotAPosition> {
        text.parse()
    }
}
