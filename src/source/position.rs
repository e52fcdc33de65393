//! Positions in a source, and their stored text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::SourceKind;
use crate::ticket::UnixSeconds;

/// A position in the cursor-based export or in a list. Only Zendesk creates and interprets the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(pub String);

/// Where a page of tickets begins. Stored as text, e.g. `cursor MTc5`, `time 1790000000` or `list eyJvIj`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Position {
    /// The page begins with the rows whose order key is at or after this time. The first page of any export can
    /// begin here.
    Time(UnixSeconds),
    /// The page begins after this cursor of the cursor-based export.
    Cursor(Cursor),
    /// The page begins after this cursor of the list of tickets; `None` for the ticket whose update is the oldest.
    List(Option<Cursor>),
    /// The page begins after this cursor of the list of deleted tickets; `None` for the oldest deletion.
    Deleted(Option<Cursor>),
}

impl Position {
    /// The kind of source whose pages give such positions. A walk through the other kind cannot continue from here,
    /// because the position does not say how far that source has been read.
    pub const fn kind(&self) -> SourceKind {
        match self {
            Self::Time(_) => SourceKind::Time,
            Self::Cursor(_) => SourceKind::Cursor,
            Self::List(_) | Self::Deleted(_) => SourceKind::List,
        }
    }

    /// The cursor, if the page begins after one.
    pub const fn cursor(&self) -> Option<&Cursor> {
        match self {
            Self::Time(_) => None,
            Self::Cursor(cursor) => Some(cursor),
            Self::List(cursor) | Self::Deleted(cursor) => cursor.as_ref(),
        }
    }

    /// This position, but a time no later than `latest`, because Zendesk refuses a time that is too recent. An
    /// earlier time loses nothing, because rows that are read again change nothing. Example: with `latest` 1000,
    /// the time 1030 becomes 1000 and the time 970 stays. A cursor stays in any case.
    #[must_use]
    pub fn no_later_than(&self, latest: UnixSeconds) -> Self {
        match self {
            Self::Time(time) => Self::Time((*time).min(latest).max(UnixSeconds(0))),
            Self::Cursor(_) | Self::List(_) | Self::Deleted(_) => self.clone(),
        }
    }
}

/// The error for a text that is not a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no position in a source")]
pub struct NotAPosition;

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cursor(Cursor(cursor)) => write!(out, "cursor {cursor}"),
            Self::Time(UnixSeconds(time)) => write!(out, "time {time}"),
            Self::List(cursor) => write!(out, "list {}", text(cursor.as_ref())),
            Self::Deleted(cursor) => write!(out, "deleted {}", text(cursor.as_ref())),
        }
    }
}

/// A cursor as text. Zendesk's cursors are not empty, so an empty text stands for the beginning.
fn text(cursor: Option<&Cursor>) -> &str {
    cursor.map_or("", |cursor| &cursor.0)
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
            ("list", cursor) => Ok(Self::List(cursor_from(cursor))),
            ("deleted", cursor) => Ok(Self::Deleted(cursor_from(cursor))),
            _ => Err(NotAPosition),
        }
    }
}

fn cursor_from(text: &str) -> Option<Cursor> {
    (!text.is_empty()).then(|| Cursor(text.to_owned()))
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
