//! Values as text, as `meta` keeps them.

use crate::source::{Cursor, Position};
use crate::ticket::UnixSeconds;

/// A place in the export as stored.
pub(super) fn position_text(position: &Position) -> String {
    match position {
        Position::Cursor(Cursor(cursor)) => format!("cursor {cursor}"),
        Position::Time(time) => format!("time {}", time.0),
    }
}

/// Reads back what [`position_text`] wrote; `None` if no place is written like that.
pub(super) fn position_from(text: &str) -> Option<Position> {
    match text.split_once(' ')? {
        ("cursor", cursor) => Some(Position::Cursor(Cursor(cursor.to_owned()))),
        ("time", time) => Some(Position::Time(UnixSeconds(time.parse().ok()?))),
        _ => None,
    }
}

/// The value of a key that must be there. The error is the key, if it is missing or unreadable.
pub(super) fn required<'a, T: std::str::FromStr>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
    key: &'static str,
) -> Result<T, &'static str> {
    value(key).and_then(|text| text.parse().ok()).ok_or(key)
}
