//! A page that is no good as a whole, read in pieces.
//!
//! PURE. Each row is decoded singly: a value that cannot be read costs itself, a row that is no JSON
//! costs itself, and the rows beside it are read as ever. What would leave a doubt which rows there
//! were is no page: then nothing of it may be kept, nor the walk go on behind it.

mod broken;
mod ending;
mod likeness;
mod rows;
mod search;
mod text;
mod unsalvageable;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::cut::{Scanner, Token};

use super::lenient::Lenient;
use super::numbers::Integer;
use super::page_parts::{MetricSets, PageKey, Parts};
use super::piece::Piece;
use super::tags_and_fields::TagsAndFieldsReader;
pub(super) use unsalvageable::Unsalvageable;

/// Reads a page in pieces.
pub(super) fn read(body: &[u8], listed: &TagsAndFieldsReader<'_>) -> Result<Parts, Unsalvageable> {
    let mut salvage = Salvage {
        scanner: Scanner::new(body),
        body,
        listed,
        parts: Parts::default(),
        has_end: false,
    };
    salvage.page()?;
    Ok(salvage.parts)
}

struct Salvage<'a> {
    scanner: Scanner<'a>,
    body: &'a [u8],
    listed: &'a TagsAndFieldsReader<'a>,
    parts: Parts,
    /// The rows were read, and behind them the page goes on to its end.
    has_end: bool,
}

impl<'a> Salvage<'a> {
    /// The object around the rows, which must be JSON.
    fn page(&mut self) -> Result<(), Unsalvageable> {
        let Some((Token::Open(b'{'), _)) = self.scanner.next() else {
            return Err(self.not_a_page());
        };
        let mut is_first = true;
        loop {
            let key = match self.scanner.next() {
                Some((Token::Close(b'}'), _)) if is_first => break,
                Some((Token::Text, key)) => key,
                _ => return Err(self.not_a_page()),
            };
            is_first = false;
            let Some((Token::Colon, _)) = self.scanner.next() else {
                return Err(self.not_a_page());
            };
            self.entry(key)?;
            match self.scanner.next() {
                Some((Token::Comma, _)) => {}
                Some((Token::Close(b'}'), _)) => break,
                _ => return Err(self.not_a_page()),
            }
        }
        match self.scanner.peek() {
            None => Ok(()),
            Some(_) => Err(self.not_a_page()),
        }
    }

    /// The value that follows `key`.
    fn entry(&mut self, key: &'a [u8]) -> Result<(), Unsalvageable> {
        let refused = self.not_a_page();
        let not_a_page = |_| refused;
        serde_json::from_slice::<IgnoredAny>(key).map_err(not_a_page)?;
        let key = PageKey::deserialize(Piece(key)).map_err(not_a_page)?;
        if matches!(key, PageKey::Tickets) {
            return self.rows();
        }
        let json = self.scanner.value().ok_or(refused)?;
        serde_json::from_slice::<IgnoredAny>(json).map_err(not_a_page)?;
        let parts = &mut self.parts;
        match key {
            PageKey::EndOfStream => {
                parts.end_of_stream = Some(serde_json::from_slice(json).map_err(not_a_page)?);
            }
            PageKey::AfterCursor => {
                parts.after_cursor = serde_json::from_slice(json).map_err(not_a_page)?;
            }
            PageKey::EndTime => parts.end_time = Integer::from_json(json),
            PageKey::MetricSets => {
                let sets = Lenient::<MetricSets>::deserialize(Piece(json)).map_err(not_a_page)?;
                parts.metric_sets = sets.0.0;
            }
            PageKey::Tickets | PageKey::Unread => {}
        }
        Ok(())
    }

    /// The rows, which must stand in an array.
    fn rows(&mut self) -> Result<(), Unsalvageable> {
        let Some((Token::Open(b'['), _)) = self.scanner.next() else {
            return Err(self.not_a_page());
        };
        self.parts.rows.get_or_insert_default();
        let (rows, end) = rows::read(self.body, self.scanner.at(), self.listed)?;
        for row in rows {
            if !self.parts.push(row) {
                return Err(Unsalvageable::TooManyRows);
            }
        }
        self.scanner = Scanner::starting_at(self.body, end);
        self.has_end = true;
        Ok(())
    }

    fn not_a_page(&self) -> Unsalvageable {
        Unsalvageable::NotAPage {
            is_cut: self.has_end.then_some(false),
        }
    }
}

#[cfg(test)]
mod tests;
