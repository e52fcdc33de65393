//! From the bytes of an answer to a page, in one pass.
//!
//! PURE. If a row breaks the pass, a second one goes row by row, leaves out the rows that cannot
//! be read and keeps the rest. A body that is not a page gives an error and nothing else.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::wanted::Listed;
use super::wire::{Elements, Lenient, Number, Remains, Ticket, TicketMetricSet};
use super::{Cursor, Page, PageStart, RejectedRow, Wanted};
use crate::ticket::{MetricSet, TicketChange, UnixSeconds};
use crate::walk::ExportSource;

/// Why a body is not a page. Says where, and never quotes the body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or JSON of another shape.
    #[error("not a page of tickets: {problem} at line {line} column {column}")]
    NotAPage {
        problem: &'static str,
        line: usize,
        column: usize,
    },
    /// A key that every page has is missing.
    #[error("not a page of tickets: {key} is missing")]
    Missing { key: &'static str },
    /// Nothing at all.
    #[error("not a page of tickets: the body is empty")]
    Empty,
    /// More rows than any page has: what they decode to must be bounded as the body is.
    #[error("not a page of tickets: it has more than {ROWS_MAX} rows")]
    TooManyRows,
    /// A cursor that no URL can carry, so that the walk could never go on.
    #[error("not a page of tickets: its cursor is longer than {CURSOR_BYTES_MAX} bytes")]
    CursorTooLong,
}

/// Most rows of a page. At most 1,000 are asked for, but the time-based export does not split a
/// second, and a bulk change writes some thousand tickets in one.
pub(super) const ROWS_MAX: usize = 100_000;

/// Longest cursor. Zendesk's have some 40 bytes; percent-encoded it must still fit into a URL.
const CURSOR_BYTES_MAX: usize = 2048;

/// Decodes a page of the export `source`. Of tags and custom fields only those `wanted` are read.
///
/// # Errors
///
/// [`DecodeError`] when `body` is not a page; rows that are not tickets are in
/// [`Page::rejected`].
pub fn decode(body: &[u8], source: ExportSource, wanted: &Wanted) -> Result<Page, DecodeError> {
    let listed = &Listed::of(wanted);
    if body.trim_ascii().is_empty() {
        return Err(DecodeError::Empty);
    }
    // Checking all of it for UTF-8 at once is cheaper than checking every key and value; a body
    // that is not UTF-8 may still be so in all that is read.
    let parts = match std::str::from_utf8(body) {
        Ok(text) => one_pass(serde_json::Deserializer::from_str(text), listed),
        Err(_) => one_pass(serde_json::Deserializer::from_slice(body), listed),
    };
    let parts = match parts {
        Ok(parts) => parts,
        // Row by row; what is not UTF-8 is replaced, so that it costs a value and not the page.
        Err(_) => row_by_row(&String::from_utf8_lossy(body), listed)?,
    };
    parts.into_page(source)
}

fn one_pass<'de, R: serde_json::de::Read<'de>>(
    mut reader: serde_json::Deserializer<R>,
    listed: &Listed<'_>,
) -> Result<Parts, serde_json::Error> {
    let parts = FastPage(listed).deserialize(&mut reader)?;
    reader.end()?;
    Ok(parts)
}

/// What a page consists of, while it is being read.
#[derive(Default)]
struct Parts {
    changes: Option<Vec<TicketChange>>,
    rejected: Vec<RejectedRow>,
    end_of_stream: Option<bool>,
    after_cursor: Option<String>,
    end_time: Option<i64>,
    metric_sets: Vec<TicketMetricSet>,
}

impl Parts {
    fn into_page(self, source: ExportSource) -> Result<Page, DecodeError> {
        let mut changes = self
            .changes
            .ok_or(DecodeError::Missing { key: "tickets" })?;
        let end_of_stream = self.end_of_stream.ok_or(DecodeError::Missing {
            key: "end_of_stream",
        })?;
        if self
            .after_cursor
            .as_ref()
            .is_some_and(|cursor| cursor.len() > CURSOR_BYTES_MAX)
        {
            return Err(DecodeError::CursorTooLong);
        }
        let beside: HashMap<i64, MetricSet> = self
            .metric_sets
            .into_iter()
            .filter_map(|set| Some((set.ticket_id?, set.metric_set)))
            .collect();
        if !beside.is_empty() {
            for change in &mut changes {
                change.metric_set = change
                    .metric_set
                    .or_else(|| beside.get(&change.id.0).copied());
            }
        }
        let next = match source {
            ExportSource::Cursor => self
                .after_cursor
                .filter(|cursor| !cursor.is_empty())
                .map(|cursor| PageStart::Cursor(Cursor(cursor))),
            ExportSource::Time => self.end_time.map(|time| PageStart::Time(UnixSeconds(time))),
        };
        Ok(Page {
            changes,
            rejected: self.rejected,
            end_of_stream,
            next,
        })
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum PageKey {
    Tickets,
    EndOfStream,
    AfterCursor,
    EndTime,
    MetricSets,
    #[serde(other)]
    Unread,
}

/// Reads a page whose every row is a ticket.
struct FastPage<'w>(&'w Listed<'w>);

impl<'de> DeserializeSeed<'de> for FastPage<'_> {
    type Value = Parts;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FastPage<'_> {
    type Value = Parts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page of tickets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = object.next_key::<PageKey>()? {
            if matches!(key, PageKey::Tickets) {
                parts.changes = Some(object.next_value_seed(FastTickets(self.0))?);
            } else {
                read_other(key, &mut object, &mut parts)?;
            }
        }
        Ok(parts)
    }
}

/// Reads the entry of a page that is not its tickets.
fn read_other<'de, A: MapAccess<'de>>(
    key: PageKey,
    object: &mut A,
    parts: &mut Parts,
) -> Result<(), A::Error> {
    match key {
        PageKey::EndOfStream => parts.end_of_stream = Some(object.next_value()?),
        PageKey::AfterCursor => parts.after_cursor = object.next_value()?,
        PageKey::EndTime => parts.end_time = object.next_value::<Lenient<Number>>()?.0.0,
        PageKey::MetricSets => {
            parts.metric_sets = object
                .next_value::<Lenient<Elements<TicketMetricSet, ROWS_MAX>>>()?
                .0
                .0;
        }
        PageKey::Tickets | PageKey::Unread => {
            object.next_value::<IgnoredAny>()?;
        }
    }
    Ok(())
}

struct FastTickets<'w>(&'w Listed<'w>);

impl<'de> DeserializeSeed<'de> for FastTickets<'_> {
    type Value = Vec<TicketChange>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FastTickets<'_> {
    type Value = Vec<TicketChange>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of tickets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tickets: A) -> Result<Self::Value, A::Error> {
        let mut changes = Vec::new();
        while let Some(ticket) = tickets.next_element::<Ticket>()? {
            if changes.len() == ROWS_MAX {
                return Err(A::Error::custom("too many rows"));
            }
            let change = ticket
                .into_change(self.0)
                .ok_or_else(|| A::Error::custom("no order key"))?;
            changes.push(change);
        }
        Ok(changes)
    }
}

/// Reads a page row by row, leaving out what is no ticket.
fn row_by_row(body: &str, listed: &Listed<'_>) -> Result<Parts, DecodeError> {
    let mut reader = serde_json::Deserializer::from_str(body);
    let (rows, mut parts) = RawPage
        .deserialize(&mut reader)
        .and_then(|parts| reader.end().map(|()| parts))
        .map_err(|error| not_a_page(&error))?;
    let rows = rows.ok_or(DecodeError::Missing { key: "tickets" })?;
    if rows.len() > ROWS_MAX {
        return Err(DecodeError::TooManyRows);
    }
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let ticket = serde_json::from_str::<Ticket>(row.get());
        match ticket.map(|ticket| ticket.into_change(listed)) {
            Ok(Some(change)) => changes.push(change),
            Ok(None) | Err(_) => parts.rejected.push(rejected(row)),
        }
    }
    parts.changes = Some(changes);
    Ok(parts)
}

struct RawPage;

impl<'de> DeserializeSeed<'de> for RawPage {
    type Value = (Option<Vec<&'de RawValue>>, Parts);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RawPage {
    type Value = (Option<Vec<&'de RawValue>>, Parts);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page of tickets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut rows, mut parts) = (None, Parts::default());
        while let Some(key) = object.next_key::<PageKey>()? {
            if matches!(key, PageKey::Tickets) {
                rows = Some(object.next_value_seed(RawRows)?);
            } else {
                read_other(key, &mut object, &mut parts)?;
            }
        }
        Ok((rows, parts))
    }
}

/// The rows as they stand in the body: one more than [`ROWS_MAX`] if there are too many.
struct RawRows;

impl<'de> DeserializeSeed<'de> for RawRows {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RawRows {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of tickets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while rows.len() <= ROWS_MAX
            && let Some(row) = elements.next_element()?
        {
            rows.push(row);
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(rows)
    }
}

fn rejected(row: &RawValue) -> RejectedRow {
    let Ok(remains) = serde_json::from_str::<Remains>(row.get()) else {
        return RejectedRow {
            id: None,
            reason: "it is not a ticket",
        };
    };
    let id = remains.id.0.0;
    let reason = if id.is_none() {
        "its id is missing or no number"
    } else if !remains.status.0.0 {
        "its status is missing or no word"
    } else if remains.generated_timestamp.0.0.is_none_or(|key| key < 0) {
        "its generated_timestamp is missing or no time"
    } else {
        "it is not a ticket"
    };
    RejectedRow { id, reason }
}

/// Where and of which kind, without serde's words: those quote the body.
fn not_a_page(error: &serde_json::Error) -> DecodeError {
    let problem = match error.classify() {
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Eof => "it is cut off",
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            "a value has the wrong type"
        }
    };
    DecodeError::NotAPage {
        problem,
        line: error.line(),
        column: error.column(),
    }
}

#[cfg(test)]
mod tests;
