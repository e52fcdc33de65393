//! A page that is no good as a whole, read in pieces.
//!
//! PURE. It is cut apart by its brackets and strings, and each row is decoded singly: a value that
//! cannot be read costs itself, a row that is no JSON costs itself, and the rows beside it are read
//! as ever. What would leave a doubt which rows there were is no page: then nothing of it may be
//! kept, nor the walk go on behind it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::cut::{Scanner, Token};
use super::decode::{MetricSets, PageKey, Parts};
use super::lenient::{Integer, Lenient};
use super::piece::{self, Piece};
use super::wanted::Listed;
use super::wire::{LeftOut, Row};
use crate::ticket::TicketChange;

/// Most rows of a page that may be no JSON. Zendesk's serializer fails on one row in a great many;
/// a page with more of them is not what it should be in other ways too.
const NOT_JSON_MAX: usize = 10;

/// Why there is no page in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsalvageable {
    /// What is around the rows is no JSON or of the wrong kind, the rows cannot be told apart, or
    /// too many of them are no JSON.
    NotAPage,
    /// More rows than any page has.
    TooManyRows,
}

/// Reads a page in pieces.
pub(super) fn read(body: &[u8], listed: &Listed<'_>) -> Result<Parts, Unsalvageable> {
    let mut salvage = Salvage {
        scanner: Scanner::new(body),
        body,
        listed,
        parts: Parts::default(),
        not_json: 0,
    };
    salvage.page()?;
    Ok(salvage.parts)
}

struct Salvage<'a> {
    scanner: Scanner<'a>,
    body: &'a [u8],
    listed: &'a Listed<'a>,
    parts: Parts,
    /// Rows so far that were no JSON.
    not_json: usize,
}

/// An element of `tickets` as it stands in the body.
struct Element<'a> {
    json: &'a [u8],
    /// It may hold more than one row, if it is not the JSON of one.
    may_be_several: bool,
    /// Nothing comes after it.
    is_last: bool,
}

impl<'a> Salvage<'a> {
    /// The object around the rows, which must be JSON.
    fn page(&mut self) -> Result<(), Unsalvageable> {
        let Some((Token::Open(b'{'), _)) = self.scanner.next() else {
            return Err(Unsalvageable::NotAPage);
        };
        let mut is_first = true;
        loop {
            let key = match self.scanner.next() {
                Some((Token::Close(b'}'), _)) if is_first => break,
                Some((Token::Text, key)) => key,
                _ => return Err(Unsalvageable::NotAPage),
            };
            is_first = false;
            let Some((Token::Colon, _)) = self.scanner.next() else {
                return Err(Unsalvageable::NotAPage);
            };
            self.entry(key)?;
            match self.scanner.next() {
                Some((Token::Comma, _)) => {}
                Some((Token::Close(b'}'), _)) => break,
                _ => return Err(Unsalvageable::NotAPage),
            }
        }
        match self.scanner.peek() {
            None => Ok(()),
            Some(_) => Err(Unsalvageable::NotAPage),
        }
    }

    /// The value that follows `key`.
    fn entry(&mut self, key: &'a [u8]) -> Result<(), Unsalvageable> {
        let not_a_page = |_| Unsalvageable::NotAPage;
        serde_json::from_slice::<IgnoredAny>(key).map_err(not_a_page)?;
        let key = PageKey::deserialize(Piece(key)).map_err(not_a_page)?;
        if matches!(key, PageKey::Tickets) {
            return self.rows();
        }
        let json = self.scanner.value().ok_or(Unsalvageable::NotAPage)?;
        serde_json::from_slice::<IgnoredAny>(json).map_err(not_a_page)?;
        let parts = &mut self.parts;
        match key {
            PageKey::EndOfStream => {
                parts.end_of_stream = Some(serde_json::from_slice(json).map_err(not_a_page)?);
            }
            PageKey::AfterCursor => {
                parts.after_cursor = serde_json::from_slice(json).map_err(not_a_page)?;
            }
            PageKey::EndTime => parts.end_time = Integer::of_json(json),
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
            return Err(Unsalvageable::NotAPage);
        };
        self.parts.changes.get_or_insert_default();
        if self.scanner.peek() == Some(b']') {
            self.scanner.next();
            return Ok(());
        }
        // Reused: one of its own for each row would cost more than the row.
        let mut open = Vec::new();
        loop {
            let element = self.element(&mut open).ok_or(Unsalvageable::NotAPage)?;
            let row = self.row(&element)?;
            if !self.parts.push(row) {
                return Err(Unsalvageable::TooManyRows);
            }
            if element.is_last {
                return Ok(());
            }
        }
    }

    /// Everything up to the next comma between elements, or to the end of the array. `None` if a
    /// bracket or a string does not end, or a bracket ends that does not begin within the element:
    /// it may be one of those around the rows.
    fn element(&mut self, open: &mut Vec<u8>) -> Option<Element<'a>> {
        open.clear();
        self.scanner.peek();
        let (start, mut end) = (self.scanner.at(), self.scanner.at());
        let mut may_be_several = false;
        let mut before = Token::Comma;
        let is_last = loop {
            let (token, json) = self.scanner.next()?;
            match token {
                Token::Endless => return None,
                Token::Comma if open.is_empty() => break false,
                Token::Close(b']') if open.is_empty() => break true,
                Token::Open(bracket) => {
                    // In an object only a value is one, and between elements nothing else.
                    may_be_several |= bracket == b'{'
                        && match open.last() {
                            None => end > start,
                            Some(b'{') => before != Token::Colon,
                            Some(_) => !matches!(before, Token::Comma | Token::Open(b'[')),
                        };
                    open.push(bracket);
                }
                Token::Close(bracket) => close(open, bracket)?,
                Token::Text => may_be_several |= ends_as_a_row_begins(json),
                Token::Comma | Token::Colon | Token::Bare => {}
            }
            before = token;
            end = self.scanner.at();
        };
        Some(Element {
            json: &self.body[start..end],
            may_be_several,
            is_last,
        })
    }

    /// One row, if it is surely one.
    fn row(
        &mut self,
        element: &Element<'_>,
    ) -> Result<Result<TicketChange, LeftOut>, Unsalvageable> {
        let json = element.json;
        if element.may_be_several && json.first() != Some(&b'{') {
            return Err(Unsalvageable::NotAPage);
        }
        // Most rows are as they should be.
        if let Ok(row) = serde_json::from_slice::<Lenient<Row<'_, &RawValue>>>(json) {
            return Ok(row.0.into_change(self.listed));
        }
        if serde_json::from_slice::<IgnoredAny>(json).is_ok() {
            let row = Lenient::<Row<'_, Piece<'_>>>::deserialize(Piece(json));
            return row
                .map(|row| row.0.into_change(self.listed))
                .map_err(|_| Unsalvageable::NotAPage);
        }
        self.not_json += 1;
        let is_one = !element.may_be_several && count_of(ORDER_KEY, json) <= 1;
        if !is_one || self.not_json > NOT_JSON_MAX {
            return Err(Unsalvageable::NotAPage);
        }
        Ok(Err(LeftOut {
            id: integer_in(json, "id"),
            order_key: integer_in(json, "generated_timestamp"),
            reason: "it is not JSON",
        }))
    }
}

/// Closes what `bracket` ends, and what is open within: a bracket that is missing there costs no
/// more than the row. `None` if nothing begins with such a one.
fn close(open: &mut Vec<u8>, bracket: u8) -> Option<()> {
    let begins = if bracket == b'}' { b'{' } else { b'[' };
    open.truncate(open.iter().rposition(|open| *open == begins)?);
    Some(())
}

/// Whether a string ends in `{`, with which the next row would begin. Then a quote too many or too
/// few may have turned into strings what is between them, and several rows into one.
fn ends_as_a_row_begins(json: &[u8]) -> bool {
    let inner = json.strip_suffix(b"\"").unwrap_or(json);
    inner.trim_ascii_end().ends_with(b"{")
}

/// A key that every row has once.
const ORDER_KEY: &[u8] = b"generated_timestamp\"";

fn count_of(part: &[u8], json: &[u8]) -> usize {
    json.windows(part.len())
        .filter(|window| *window == part)
        .count()
}

/// What a row that is no JSON says of itself under `key`, if it is the same integer wherever it
/// does.
fn integer_in(row: &[u8], key: &str) -> Option<i64> {
    let mut scanner = Scanner::new(row);
    let Some((Token::Open(b'{'), _)) = scanner.next() else {
        return None;
    };
    let (mut open, mut before, mut said) = (vec![b'{'], Token::Comma, None::<i64>);
    while let Some((token, json)) = scanner.next() {
        match token {
            Token::Open(bracket) => open.push(bracket),
            Token::Close(bracket) => close(&mut open, bracket)?,
            Token::Text
                if open.len() == 1
                    && before == Token::Comma
                    && scanner.peek() == Some(b':')
                    && piece::text(json).as_deref() == Some(key) =>
            {
                scanner.next();
                let found = Integer::of_json(scanner.value()?)?;
                if *said.get_or_insert(found) != found {
                    return None;
                }
            }
            _ => {}
        }
        before = token;
    }
    said
}

#[cfg(test)]
mod tests;
