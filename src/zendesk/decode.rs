//! From the bytes of an answer to a page, in one pass.
//!
//! PURE. Rows that are no tickets are left out and the rest is kept. If a value breaks the pass,
//! the page is read again in pieces, by [`salvage`]. A body that is not a page gives an error and
//! nothing else.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Wanted;
use super::lenient::{Elements, Integer, Lenient, value};
use super::metric_sets::TicketMetricSet;
use super::place::Places;
use super::salvage::{self, Unsalvageable};
use super::wanted::Listed;
use super::wire::{LeftOut, Row};
use crate::source::{Cursor, Page, Position, RejectedRow, SourceKind};
use crate::ticket::{MetricSet, TicketChange, UnixSeconds};

/// Why a body is not a page. Says where, and never quotes the body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or JSON of another shape.
    #[error("it is not a page of tickets ({problem} at line {line} column {column})")]
    NotAPage {
        problem: &'static str,
        line: usize,
        column: usize,
        /// Whether the body ends before the page does, if that is known.
        is_cut: Option<bool>,
    },
    /// A key that every page has is missing.
    #[error("it is not a page of tickets ({key} is missing)")]
    Missing { key: &'static str },
    /// Nothing at all.
    #[error("it is not a page of tickets (the body is empty)")]
    Empty,
    /// More rows than any page has: what they decode to must be bounded as the body is.
    #[error("it is not a page of tickets (it has more than {ROWS_MAX} rows)")]
    TooManyRows,
    /// A cursor that no URL can carry, so that the walk could never go on.
    #[error("it is not a page of tickets (its cursor is longer than {CURSOR_BYTES_MAX} bytes)")]
    CursorTooLong,
}

impl DecodeError {
    /// Whether the body ends before the page does; `None` if only its brackets can tell.
    pub(super) const fn is_cut(&self) -> Option<bool> {
        match self {
            Self::NotAPage { is_cut, .. } => *is_cut,
            Self::Empty => Some(true),
            Self::Missing { .. } | Self::TooManyRows | Self::CursorTooLong => Some(false),
        }
    }
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
pub fn decode(body: &[u8], source: SourceKind, wanted: &Wanted) -> Result<Page, DecodeError> {
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
        Err(first) => salvage::read(body, listed).map_err(|why| match why {
            Unsalvageable::TooManyRows => DecodeError::TooManyRows,
            Unsalvageable::NotAPage { is_cut } => not_a_page(body, &first, is_cut),
        })?,
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
pub(super) struct Parts {
    /// `None` until there was a `tickets`. Where there are several, all of them: no row may be
    /// lost.
    pub(super) changes: Option<Vec<TicketChange>>,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) end_of_stream: Option<bool>,
    pub(super) after_cursor: Option<String>,
    pub(super) end_time: Option<i64>,
    pub(super) metric_sets: Vec<TicketMetricSet>,
    places: Places,
}

impl Parts {
    /// Takes a row, unless there are [`ROWS_MAX`] of them.
    pub(super) fn push(&mut self, row: Result<TicketChange, LeftOut>) -> bool {
        let changes = self.changes.get_or_insert_default();
        if changes.len() + self.rejected.len() == ROWS_MAX {
            return false;
        }
        match row {
            Ok(change) => {
                self.places.on_ticket(&change);
                changes.push(change);
            }
            Err(row) => {
                if row.id.is_none() {
                    self.places.on_row_without_id(row.order_key);
                }
                self.rejected.push(RejectedRow {
                    id: row.id,
                    reason: row.reason,
                    place: 0,
                });
            }
        }
        true
    }

    fn into_page(mut self, source: SourceKind) -> Result<Page, DecodeError> {
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
            SourceKind::Cursor => self
                .after_cursor
                .filter(|cursor| !cursor.is_empty())
                .map(|cursor| Position::Cursor(Cursor(cursor))),
            SourceKind::Time => self.end_time.map(|time| Position::Time(UnixSeconds(time))),
        };
        let without_id = self.rejected.iter_mut().filter(|row| row.id.is_none());
        for (row, place) in without_id.zip(self.places.of_page(source, next.as_ref())) {
            row.place = place;
        }
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
pub(super) enum PageKey {
    Tickets,
    EndOfStream,
    AfterCursor,
    EndTime,
    MetricSets,
    #[serde(other)]
    Unread,
}

/// Reads a page.
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
                object.next_value_seed(FastTickets {
                    listed: self.0,
                    parts: &mut parts,
                })?;
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
        PageKey::EndTime => parts.end_time = value::<Integer, A>(object)?.0,
        PageKey::MetricSets => parts.metric_sets = value::<MetricSets, A>(object)?.0,
        PageKey::Tickets | PageKey::Unread => {
            object.next_value::<IgnoredAny>()?;
        }
    }
    Ok(())
}

/// What stands at `metric_sets`.
pub(super) type MetricSets = Elements<TicketMetricSet, ROWS_MAX>;

struct FastTickets<'w, 'p> {
    listed: &'w Listed<'w>,
    parts: &'p mut Parts,
}

impl<'de> DeserializeSeed<'de> for FastTickets<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FastTickets<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of tickets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tickets: A) -> Result<(), A::Error> {
        self.parts.changes.get_or_insert_default();
        while let Some(row) = tickets.next_element::<Lenient<Row<'de, &'de RawValue>>>()? {
            if !self.parts.push(row.0.into_change(self.listed)) {
                return Err(A::Error::custom("too many rows"));
            }
        }
        Ok(())
    }
}

/// What is wrong with a body that could neither be read in one pass, which said `first`, nor in
/// pieces.
fn not_a_page(body: &[u8], first: &serde_json::Error, is_cut: Option<bool>) -> DecodeError {
    match serde_json::from_slice::<IgnoredAny>(body) {
        // No JSON: that is the reason, and not the odd value before it that ended the first pass.
        Err(syntax) => described(&syntax, is_cut),
        Ok(IgnoredAny) => described(first, is_cut),
    }
}

/// Where and of which kind, without serde's words: those quote the body.
fn described(error: &serde_json::Error, is_cut: Option<bool>) -> DecodeError {
    let problem = match error.classify() {
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Eof => "the JSON ends early",
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            "a value has the wrong type"
        }
    };
    DecodeError::NotAPage {
        problem,
        line: error.line(),
        column: error.column(),
        is_cut,
    }
}

#[cfg(test)]
mod tests;
