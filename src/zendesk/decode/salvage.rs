//! Reads a damaged page row by row, if it cannot be read in one pass.
//!
//! PURE. Each row is decoded singly. A value that cannot be read is left out, a row that is not JSON is rejected,
//! and the other rows are read as usual. If it is uncertain which rows the page had, the body is not a page:
//! nothing of it is used, and the walk does not continue after it, because a lost row would never be noticed.
//!
//! Examples, with most keys of the rows left out:
//!
//! - `{"url":1,"id":1},{"url":2,"id":},{"url":3,"id":3}`: the brackets tell where the second row ends. Rows
//!   1 and 3 are read, and row 2 is rejected.
//! - `{"url":1,"id":1},{"url":"2,"id":2},{"url":3,"id":3}`: a quote is missing, so brackets and strings tell
//!   nothing. The second row ends where the next row begins that looks like the others.
//! - The same with a third row that has other keys than the first: it can be a row, or an object within
//!   the second row. There is no page.

mod broken;
mod ending;
mod likeness;
mod rows;
mod search;
mod text;
mod unsalvageable;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::metric_sets::TicketMetricSet;
use super::page_parts::{Parts, ROWS_MAX};
use super::page_shape::PageKey;
use super::row::RowReader;
use super::wire::RowJson;
use crate::zendesk::json::cut::{self, Scanner, Token};
use crate::zendesk::json::lenient::Lenient;
use crate::zendesk::json::numbers::Integer;
use crate::zendesk::json::piece::Piece;
pub(super) use unsalvageable::Unsalvageable;

/// Reads the body of a page row by row.
pub(super) fn read(body: &[u8], reader: &RowReader<'_>) -> Result<Parts, Unsalvageable> {
    let mut salvage = Salvage {
        scanner: Scanner::new(body),
        body,
        reader,
        parts: Parts::default(),
        has_end: false,
    };
    salvage.page()?;
    Ok(salvage.parts)
}

struct Salvage<'a> {
    scanner: Scanner<'a>,
    body: &'a [u8],
    reader: &'a RowReader<'a>,
    parts: Parts,
    /// Whether the rows were read and are followed by the rest of the page.
    has_end: bool,
}

impl<'a> Salvage<'a> {
    /// Reads the object around the rows, which must be JSON.
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

    /// Reads the value of `key`.
    fn entry(&mut self, key: &'a [u8]) -> Result<(), Unsalvageable> {
        let refused = self.not_a_page();
        let not_a_page = |_| refused;
        // The scanner only divides. This checks that a piece is JSON.
        serde_json::from_slice::<IgnoredAny>(key).map_err(not_a_page)?;
        let key = PageKey::deserialize(Piece(key)).map_err(not_a_page)?;
        let key = self.reader.shape.read_key(key);
        if matches!(key, PageKey::Tickets | PageKey::DeletedTickets) {
            return self.rows();
        }
        let json = self.scanner.value().ok_or(refused)?;
        let parts = &mut self.parts;
        if matches!(key, PageKey::MetricSets) && json.starts_with(b"[") && json.ends_with(b"]") {
            parts.metric_sets = metric_sets(json);
            return Ok(());
        }
        serde_json::from_slice::<IgnoredAny>(json).map_err(not_a_page)?;
        match key {
            PageKey::EndOfStream => {
                parts.end_of_stream = Some(serde_json::from_slice(json).map_err(not_a_page)?);
            }
            PageKey::AfterCursor => {
                parts.after_cursor = serde_json::from_slice(json).map_err(not_a_page)?;
            }
            PageKey::EndTime => parts.end_time = Integer::from_json(json),
            PageKey::Meta => parts.meta = serde_json::from_slice(json).map_err(not_a_page)?,
            PageKey::NextPage => parts.has_next_page = json != b"null",
            PageKey::Ticket => {
                let row = Lenient::<RowJson<'_, Piece<'_>>>::deserialize(Piece(json));
                let row = self.reader.row(row.map_err(not_a_page)?.0);
                if !parts.push(row) {
                    return Err(Unsalvageable::TooManyRows);
                }
            }
            PageKey::Tickets | PageKey::DeletedTickets | PageKey::MetricSets | PageKey::Unread => {}
        }
        Ok(())
    }

    /// Reads the rows, which must be in an array.
    fn rows(&mut self) -> Result<(), Unsalvageable> {
        let Some((Token::Open(b'['), _)) = self.scanner.next() else {
            return Err(self.not_a_page());
        };
        self.parts.rows.get_or_insert_default();
        let (rows, end) = rows::read(self.body, self.scanner.at(), self.reader)?;
        for row in rows {
            if !self.parts.push(row) {
                return Err(Unsalvageable::TooManyRows);
            }
        }
        // Quotes and brackets in broken rows have no meaning for what follows them.
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

/// The metric sets of an array. A set that is not JSON is left out, so its ticket has none in this page. That loses
/// no event: Zendesk also writes sets later than their tickets.
fn metric_sets(array: &[u8]) -> Vec<TicketMetricSet> {
    let sets = cut::elements(array).filter_map(|json| {
        serde_json::from_slice::<IgnoredAny>(json).ok()?;
        let set = Lenient::<Option<TicketMetricSet>>::deserialize(Piece(json));
        set.ok()?.0
    });
    sets.take(ROWS_MAX).collect()
}

#[cfg(test)]
mod tests;
