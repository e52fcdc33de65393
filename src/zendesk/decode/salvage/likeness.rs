//! What the rows of a page look like, so that they are found again behind one that is no JSON.
//!
//! PURE. Zendesk writes all rows of a page alike. A JSON string cannot hold `{"url":` with its
//! quotes as they are, so where a row's first key stands like this an object begins, whatever the
//! quotes and brackets before it say.

use std::collections::BTreeSet;

use super::text::Text;
use crate::zendesk::json::cut::{self, Scanner, Token};

/// What a row has that was read whole, or what can be seen of the first one.
pub(super) struct Likeness<'a> {
    /// The keys, as they stand and in turn.
    keys: Vec<&'a [u8]>,
    /// The same, sorted, none twice.
    sorted: Vec<&'a [u8]>,
    /// It was read whole.
    is_whole: bool,
}

/// Zendesk's keys of rows, which pages do not have.
const ROW_KEYS: [&[u8]; 20] = [
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
];

impl<'a> Likeness<'a> {
    /// Of rows that are JSON: of one that has a twin, if there is any, as an odd one may be broken, too;
    /// then of one with many of Zendesk's keys; then of one that begins as the body does from the first
    /// row on. Without any, that beginning is all that is known.
    pub(super) fn of_rows(rows: &[&'a [u8]], first: &'a [u8]) -> Self {
        let first = keys(first).next();
        let all: Vec<Vec<&[u8]>> = rows.iter().map(|row| keys(row).collect()).collect();
        let usual = all.iter().rev().max_by_key(|row| {
            let twins = all.iter().filter(|other| other == row).count();
            let known = ROW_KEYS.iter().filter(|key| row.contains(key)).count();
            // In this order: what several rows agree on is the surest sign.
            (twins > 1, known, row.first() == first.as_ref(), row.len())
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

    /// Whether rows have this key, given as it stands.
    pub(super) fn has(&self, key: &[u8]) -> bool {
        self.sorted.binary_search(&key).is_ok() || (!self.is_whole && ROW_KEYS.contains(&key))
    }

    /// Whether a row may begin at `at`: an object with the first key of rows.
    pub(super) fn may_begin(&self, text: &Text<'_>, at: usize) -> bool {
        self.begins(text, at) != Some(false)
    }

    /// Whether the object that begins at `at` has the first two keys of rows; `None` if it has the
    /// first one, and the second one cannot be read.
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

    /// Whether an object, which is JSON, has half of the keys of rows. Objects within a row have not.
    pub(super) fn is_like(&self, object: &[u8]) -> bool {
        let mut common: Vec<&[u8]> = keys(object).filter(|key| self.has(key)).collect();
        common.sort_unstable();
        common.dedup();
        self.is_whole && common.len() * 2 >= self.sorted.len()
    }

    /// Whether an element that is no JSON has all keys of a row once, outside of all that is within
    /// it.
    pub(super) fn is_complete(&self, element: &[u8]) -> bool {
        let mut all: Vec<&[u8]> = keys(element).filter(|key| self.has(key)).collect();
        all.sort_unstable();
        self.is_whole && all == self.sorted
    }

    /// Whether this is a row that ended before its last keys came. Keys that come again, and those of
    /// something within it, do not matter.
    pub(super) fn ended_early(&self, row: &[u8]) -> bool {
        let mut seen = BTreeSet::new();
        let mut usual = self.keys.iter();
        let is_usual = keys(row)
            .filter(|key| seen.insert(*key))
            .filter(|key| self.has(key) || ROW_KEYS.contains(key))
            .all(|key| usual.next() == Some(&key));
        is_usual && usual.next().is_some()
    }

    /// Whether `row` is a row that may go on with `key`, given as it stands.
    pub(super) fn may_go_on(&self, row: &[u8], key: &[u8]) -> bool {
        let is_of_rows = self.has(key) || ROW_KEYS.contains(&key);
        is_of_rows && keys(row).all(|other| other != key)
    }

    /// Whether what is left of the last row ends as rows do: with their last key, its value and a
    /// bracket.
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

/// The key that comes next, behind `before` and with its colon.
fn key_behind<'a>(scanner: &mut Scanner<'a>, before: Token) -> Option<&'a [u8]> {
    match (scanner.next()?, scanner.next()?, scanner.next()?) {
        ((token, _), (Token::Text, key), (Token::Colon, _)) if token == before => Some(key),
        _ => None,
    }
}

fn keys(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    cut::members(object).map(|(key, _)| key)
}
