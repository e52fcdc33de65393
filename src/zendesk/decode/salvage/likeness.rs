//! Recognizes the rows of a page by their keys, to find the next row after a damaged one.
//!
//! PURE. Zendesk writes all rows of a page with the same keys. A JSON string cannot contain `{"url":` with
//! unescaped quotes. So an object begins where a row's first key is written like this, whatever the quotes and
//! brackets before it say.

use std::collections::BTreeSet;

use super::text::Text;
use crate::zendesk::json::cut::{self, Scanner, Token};

/// The keys of a row that was read completely, or the visible beginning of the first row.
pub(super) struct Likeness<'a> {
    /// The keys as written, in order.
    keys: Vec<&'a [u8]>,
    /// The same keys sorted, each once.
    sorted: Vec<&'a [u8]>,
    /// Whether the row was read completely.
    is_whole: bool,
}

/// Zendesk's keys of rows, which pages do not have.
const ROW_KEYS: [&[u8]; 22] = [
    b"\"id\"",
    b"\"url\"",
    b"\"status\"",
    b"\"generated_timestamp\"",
    b"\"created_at\"",
    b"\"updated_at\"",
    b"\"due_at\"",
    b"\"priority\"",
    b"\"type\"",
    b"\"via\"",
    b"\"subject\"",
    b"\"description\"",
    b"\"external_id\"",
    b"\"assignee_id\"",
    b"\"satisfaction_rating\"",
    b"\"tags\"",
    b"\"fields\"",
    b"\"custom_fields\"",
    b"\"group_id\"",
    b"\"brand_id\"",
    b"\"deleted_at\"",
    b"\"previous_state\"",
];

impl<'a> Likeness<'a> {
    /// The keys of one of the rows that are JSON. A row with the same keys as another is preferred, because a
    /// single one may be damaged; then one with many of Zendesk's keys; then one that begins like the first row.
    /// Without such rows, only that beginning is known.
    pub(super) fn of_rows(rows: &[&'a [u8]], first: &'a [u8]) -> Self {
        let first = keys(first).next();
        let all: Vec<Vec<&[u8]>> = rows.iter().map(|row| keys(row).collect()).collect();
        let usual = all.iter().rev().max_by_key(|row| {
            let alike = all.iter().filter(|other| other == row).count();
            let known = ROW_KEYS.iter().filter(|key| row.contains(key)).count();
            // In this order, because keys that several rows share are the best evidence.
            (alike > 1, known, row.first() == first.as_ref(), row.len())
        });
        match usual {
            Some(usual) => Self::new(usual.clone(), true),
            None => Self::new(first.into_iter().collect(), false),
        }
    }

    fn new(keys: Vec<&'a [u8]>, is_whole: bool) -> Self {
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        sorted.dedup();
        Self {
            keys,
            sorted,
            is_whole,
        }
    }

    /// Whether rows have this key, given as written.
    pub(super) fn has(&self, key: &[u8]) -> bool {
        self.sorted.binary_search(&key).is_ok() || (!self.is_whole && ROW_KEYS.contains(&key))
    }

    /// Whether a row can begin at `at`: an object with the first key of rows.
    pub(super) fn may_begin(&self, text: &Text<'_>, at: usize) -> bool {
        self.begins(text, at) != Some(false)
    }

    /// Whether the object at `at` has the first two keys of rows; `None` if it has the first one, and the second
    /// cannot be read.
    pub(super) fn begins(&self, text: &Text<'_>, at: usize) -> Option<bool> {
        let mut scanner = Scanner::starting_at(text.bytes, at);
        let first = key_behind(&mut scanner, Token::Open(b'{'));
        if first.is_none() || first != self.keys.first().copied() {
            return Some(false);
        }
        let (Token::Text | Token::Bare, _) = scanner.next()? else {
            return None;
        };
        let second = key_behind(&mut scanner, Token::Comma)?;
        self.keys.get(1).map(|usual| second == *usual)
    }

    /// Whether an object, which is JSON, has at least half of the keys of rows. Objects inside a row do not.
    pub(super) fn is_like(&self, object: &[u8]) -> bool {
        let mut common: Vec<&[u8]> = keys(object).filter(|key| self.has(key)).collect();
        common.sort_unstable();
        common.dedup();
        self.is_whole && common.len() * 2 >= self.sorted.len()
    }

    /// Whether an element that is not JSON has all keys of a row exactly once, outside of its nested values.
    pub(super) fn is_complete(&self, element: &[u8]) -> bool {
        let mut all: Vec<&[u8]> = keys(element).filter(|key| self.has(key)).collect();
        all.sort_unstable();
        self.is_whole && all == self.sorted
    }

    /// Whether this is a row that ended before its last keys. Repeated keys, and keys of nested values, do not
    /// matter.
    pub(super) fn ended_early(&self, row: &[u8]) -> bool {
        let mut seen = BTreeSet::new();
        let mut usual = self.keys.iter();
        let is_usual = keys(row)
            .filter(|key| seen.insert(*key))
            .filter(|key| self.has(key) || ROW_KEYS.contains(key))
            .all(|key| usual.next() == Some(&key));
        is_usual && usual.next().is_some()
    }

    /// Whether `row` is a row that can continue with `key`, given as written.
    pub(super) fn may_go_on(&self, row: &[u8], key: &[u8]) -> bool {
        let is_of_rows = self.has(key) || ROW_KEYS.contains(&key);
        is_of_rows && keys(row).all(|other| other != key)
    }

    /// Whether the remainder of the last row ends as rows do: with their last key, its value and a bracket.
    pub(super) fn ends(&self, piece: &[u8]) -> bool {
        let Some(key) = self.keys.last().filter(|_| self.is_whole) else {
            return false;
        };
        let mut places = piece.windows(key.len());
        let Some(at) = places.rposition(|window| window == *key) else {
            return false;
        };
        let mut scanner = Scanner::starting_at(piece, at + key.len());
        matches!(scanner.next(), Some((Token::Colon, _)))
            && scanner.value().is_some()
            && matches!(scanner.next(), Some((Token::Close(b'}'), _)))
            && scanner.peek().is_none()
    }
}

/// The next key, after the token `before` and with its colon.
fn key_behind<'a>(scanner: &mut Scanner<'a>, before: Token) -> Option<&'a [u8]> {
    match (scanner.next()?, scanner.next()?, scanner.next()?) {
        ((token, _), (Token::Text, key), (Token::Colon, _)) if token == before => Some(key),
        _ => None,
    }
}

fn keys(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    cut::members(object).map(|(key, _)| key)
}
