//! Divides a damaged page into its rows.
//!
//! PURE. A row that is JSON ends where JSON says. A row that is not ends where its brackets and strings say, or if
//! these are damaged, where the next row like the others begins. If it is uncertain which rows there were, there is
//! no page.

use std::cell::OnceCell;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::broken;
use super::ending::{Rest, rest};
use super::likeness::Likeness;
use super::text::Text;
use super::unsalvageable::Unsalvageable;
use crate::source::Row;
use crate::zendesk::decode::page_parts::ROWS_MAX;
use crate::zendesk::decode::row::{LeftOut, RowReader};
use crate::zendesk::decode::wire::RowJson;
use crate::zendesk::json::lenient::Lenient;
use crate::zendesk::json::piece::Piece;

/// Most rows that may be invalid JSON. Zendesk's serializer fails on one row of a great many; a page with more of
/// them is probably wrong in other ways too.
const NOT_JSON_MAX: usize = 10;

/// A decoded row, or why it is rejected.
pub(super) type Read = Result<Row, LeftOut>;

/// Reads the rows of an array whose first element begins at `start`. Returns them and the index after the array.
pub(super) fn read(
    body: &[u8],
    start: usize,
    reader: &RowReader<'_>,
) -> Result<(Vec<Read>, usize), Unsalvageable> {
    let mut rows = Rows {
        text: Text::new(body),
        reader,
        start,
        likeness: OnceCell::new(),
        taken: Vec::new(),
        not_json: 0,
        has_searched: false,
    };
    let end = rows.all()?;
    Ok((rows.taken.into_iter().map(|taken| taken.row).collect(), end))
}

pub(super) struct Rows<'a> {
    pub(super) text: Text<'a>,
    reader: &'a RowReader<'a>,
    /// Where the first row begins.
    pub(super) start: usize,
    /// The keys of rows, computed at first use.
    pub(super) likeness: OnceCell<Likeness<'a>>,
    pub(super) taken: Vec<Taken>,
    /// The number of rows that are not JSON.
    pub(super) not_json: usize,
    /// Whether a row was found by a search after one whose end is unknown.
    has_searched: bool,
}

/// A row and its place in the body.
pub(super) struct Taken {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_json: bool,
    pub(super) row: Read,
}

/// What follows a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterRow {
    /// The next row begins at this index.
    Row(usize),
    /// The rows end; what follows begins at this index.
    End(usize),
}

impl<'a> Rows<'a> {
    /// Reads all rows, and returns where they end.
    fn all(&mut self) -> Result<usize, Unsalvageable> {
        let mut at = self.start;
        // The array is empty.
        if let Some((end, b']')) = self.text.next(at)
            && let Some(AfterRow::End(end)) = self.next(end)
        {
            return Ok(end);
        }
        loop {
            // White space is skipped, and after the last byte the row is empty.
            let first = self.text.next(at);
            at = first.map_or(self.text.bytes.len(), |(at, _)| at);
            // The most reliable way comes first.
            let next = match self.json(at) {
                Some(next) => next,
                None => match self.by_brackets(at)? {
                    Some(next) => next,
                    None => self.by_likeness(at)?,
                },
            };
            if self.taken.len() > ROWS_MAX {
                return Err(Unsalvageable::TooManyRows);
            }
            if self.text.is_exhausted() || self.not_json > NOT_JSON_MAX {
                return Err(self.refused());
            }
            match next {
                AfterRow::Row(start) => at = start,
                AfterRow::End(_) if self.has_swallowed_rows() || self.text.is_exhausted() => {
                    return Err(self.refused());
                }
                AfterRow::End(end) => return Ok(end),
            }
        }
    }

    /// Whether a missing bracket in one row and an additional one in another have joined these two, and all between
    /// them.
    fn has_swallowed_rows(&self) -> bool {
        let holds = |row: &Taken| row.is_json && self.holds_complete_rows(row.start, row.end);
        self.not_json > 0 && self.taken.iter().any(holds)
    }

    /// Reads a row that is JSON and is followed by another row or by the end of the rows.
    fn json(&mut self, at: usize) -> Option<AfterRow> {
        let (row, end) = self.read_json(at)?;
        let next = self.next(end)?;
        // Rows are objects. If one were in an array of its own, it would be lost with all that follow in the array.
        if self.text.bytes[at] == b'[' && self.holds_tickets(at + 1, end) {
            return None;
        }
        self.taken.push(Taken {
            start: at,
            end,
            is_json: true,
            row,
        });
        Some(next)
    }

    /// Reads the JSON at `at` as a row. Also returns where it ends.
    pub(super) fn read_json(&self, at: usize) -> Option<(Read, usize)> {
        if self.text.is_exhausted() {
            return None;
        }
        let rest = &self.text.bytes[at..];
        // Most rows are valid.
        let mut rows = serde_json::Deserializer::from_slice(rest)
            .into_iter::<Lenient<RowJson<'_, &RawValue>>>();
        if let Some(Ok(row)) = rows.next() {
            self.text.charge(rows.byte_offset());
            let end = at + rows.byte_offset();
            return Some((self.reader.row(row.0), end));
        }
        // A second attempt with a reader that accepts values on which serde_json gives up: strings that are not
        // UTF-8, and numbers that no type can hold.
        let end = self.text.value_end(at).ok()?;
        let json = self.text.bytes[at..end].trim_ascii_start();
        let row = Lenient::<RowJson<'_, Piece<'_>>>::deserialize(Piece(json)).ok()?;
        Some((self.reader.row(row.0), end))
    }

    /// What follows a row that ends at `end`, if a row can end there.
    pub(super) fn next(&self, end: usize) -> Option<AfterRow> {
        let (at, byte) = self.text.next(end)?;
        match byte {
            b',' => Some(AfterRow::Row(at + 1)),
            b']' => {
                let is_end = match rest(&self.text, at + 1, self.likeness()) {
                    Rest::Page | Rest::Nameless | Rest::Bracket => true,
                    Rest::Spoiled | Rest::Other => false,
                };
                is_end.then_some(AfterRow::End(at + 1))
            }
            // Only the comma is missing.
            b'{' if self.likeness().may_begin(&self.text, at) => Some(AfterRow::Row(at)),
            _ => None,
        }
    }

    /// Reads a row whose brackets and strings show where it ends: something else in it is not JSON.
    fn by_brackets(&mut self, at: usize) -> Result<Option<AfterRow>, Unsalvageable> {
        let bytes = self.text.bytes;
        let end = broken::end_of(bytes, at).filter(|_| bytes[at] != b'[');
        let Some((end, next)) = end.and_then(|end| Some((end, self.next(end)?))) else {
            return Ok(None);
        };
        // A row that was cut within an array continues with the rows after it. It can even look complete if it
        // meets the end of another row.
        let is_one = self.likeness().is_complete(&bytes[at..end]);
        // It is complete and contains complete rows, so it is uncertain which of them are real.
        if is_one && self.holds_complete_rows(at, end) {
            return Err(self.refused());
        }
        if !is_one && self.next_row(at, end).row.is_some() {
            return Ok(None);
        }
        // Between two commas, a row cannot continue with anything.
        let start = if end == at { at } else { self.reopened(at) };
        self.take_broken(start, end, is_one && start == at);
        Ok(Some(next))
    }

    /// Reads a row whose brackets or strings are damaged. It ends where the next row like the others begins, or
    /// where the rest of the page begins.
    fn by_likeness(&mut self, at: usize) -> Result<AfterRow, Unsalvageable> {
        // The row that an earlier search found may have been an object within a broken row.
        if self.has_searched && self.ends_an_array_within(at) {
            return Err(self.refused());
        }
        self.has_searched = true;
        let found = self.next_row(at, self.text.bytes.len());
        let (end, next) = match found.row {
            _ if found.is_in_doubt => return Err(self.refused()),
            // It can still be the last row, and the found one a part of the rest.
            Some(row) if self.end_of_rows(at, row).is_some() => return Err(self.refused()),
            Some(row) => (row, AfterRow::Row(row)),
            None => {
                let end = self.end_of_rows(at, self.text.bytes.len());
                let end = end.ok_or_else(|| self.refused())?;
                (end, AfterRow::End(end + 1))
            }
        };
        let mut start = self.reopened(at);
        let others = found.others.into_iter().filter(|other| *other < end);
        for next in others.chain([end]) {
            self.take_broken(start, next, false);
            start = next;
        }
        Ok(next)
    }

    /// Rejects a row that is not JSON. If it may be more than one, each of them counts.
    fn take_broken(&mut self, start: usize, end: usize, is_one: bool) {
        let piece = self.text.bytes[start..end].trim_ascii_end();
        let piece = piece.strip_suffix(b",").unwrap_or(piece);
        let count = if is_one {
            1
        } else {
            broken::count_of_rows(piece, self.reader.shape.key_of_every_row())
        };
        for index in 0..count {
            // The values of keys are those of the first row. Nothing is known of the others.
            let said = |key| broken::integer_in(piece, key).filter(|_| index == 0);
            self.taken.push(Taken {
                start,
                end,
                is_json: false,
                row: Err(LeftOut {
                    id: said("id"),
                    generated_timestamp: said("generated_timestamp"),
                    reason: "it is not JSON",
                }),
            });
        }
        self.not_json += count;
    }
}

#[cfg(test)]
mod tests;
