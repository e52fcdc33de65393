//! The parts of a page while it is read, and the errors for a body that is not a page.
//!
//! PURE.

use std::collections::HashMap;

use serde::Deserialize;

use super::fingerprint::Fingerprints;
use super::metric_sets::TicketMetricSet;
use super::page_shape::PageShape;
use super::row::LeftOut;
use crate::source::{Cursor, Page, Position, RejectedRow, Row};
use crate::ticket::{MetricSet, TicketId, UnixSeconds};
use crate::zendesk::json::lenient::FirstElements;

/// Why a body is not a page. The error names a place, and never quotes the body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not JSON, or JSON of another shape.
    #[error("it is not a page of tickets ({problem} at line {line} column {column})")]
    NotAPage {
        problem: &'static str,
        line: usize,
        column: usize,
        /// Whether the body ends before the page does, if this is known.
        is_cut: Option<bool>,
    },
    /// A key that every page has is missing.
    #[error("it is not a page of tickets ({key} is missing)")]
    Missing { key: &'static str },
    /// The body is empty.
    #[error("it is not a page of tickets (the body is empty)")]
    Empty,
    /// It has more rows than any page. The memory for decoded rows must be bounded like the body.
    #[error("it is not a page of tickets (it has more than {ROWS_MAX} rows)")]
    TooManyRows,
    /// Its cursor does not fit into a URL, so the walk could never continue.
    #[error("it is not a page of tickets (its cursor is longer than {CURSOR_BYTES_MAX} bytes)")]
    CursorTooLong,
    /// It says that more tickets follow, where all that were requested must be in one answer.
    #[error("it is not a page of tickets (it has only a part of the requested tickets)")]
    OnlyAPart,
    /// It shows another ticket than the one that was requested.
    #[error("it is not a page of tickets (it has another ticket than the requested one)")]
    OtherTicket,
}

impl DecodeError {
    /// Whether the body ends before the page does; `None` if only its brackets can show it.
    pub(super) const fn is_cut(&self) -> Option<bool> {
        match self {
            Self::NotAPage { is_cut, .. } => *is_cut,
            Self::Empty => Some(true),
            Self::Missing { .. }
            | Self::TooManyRows
            | Self::CursorTooLong
            | Self::OnlyAPart
            | Self::OtherTicket => Some(false),
        }
    }
}

/// Most rows of a page. At most 1,000 are requested, but the time-based export does not divide a second, and a bulk
/// change writes some thousand tickets in one second.
pub(super) const ROWS_MAX: usize = 100_000;

/// Longest cursor. Zendesk's have about 40 bytes. Percent-encoded, it must fit into a URL.
pub(super) const CURSOR_BYTES_MAX: usize = 2048;

/// The parts of a page while it is read.
#[derive(Default)]
pub(super) struct Parts {
    /// The rows; `None` before a key of rows. With several such keys, the rows of all of them, so that no row is
    /// lost.
    pub(super) rows: Option<Vec<Row>>,
    pub(super) rejected: Vec<RejectedRow>,
    /// Whether the latest row is one of the rejected ones.
    is_last_rejected: bool,
    pub(super) end_of_stream: Option<bool>,
    pub(super) after_cursor: Option<String>,
    pub(super) end_time: Option<i64>,
    pub(super) meta: Option<Meta>,
    /// Whether `next_page` is not null.
    pub(super) has_next_page: bool,
    pub(super) metric_sets: Vec<TicketMetricSet>,
    fingerprints: Fingerprints,
}

/// The value at `meta`: how the pages of a list follow each other. `links` says the same, but last pages have it too.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    has_more: Option<bool>,
    after_cursor: Option<String>,
}

impl Parts {
    /// Adds a row, unless there are [`ROWS_MAX`].
    pub(super) fn push(&mut self, row: Result<Row, LeftOut>) -> bool {
        let rows = self.rows.get_or_insert_default();
        if rows.len() + self.rejected.len() == ROWS_MAX {
            return false;
        }
        self.is_last_rejected = row.is_err();
        match row {
            Ok(row) => {
                self.fingerprints.on_row(&row);
                rows.push(row);
            }
            Err(row) => {
                if row.id.is_none() {
                    self.fingerprints.on_row_without_id(row.generated_timestamp);
                }
                self.rejected.push(RejectedRow {
                    id: row.id,
                    reason: row.reason,
                    // It is set when the page is complete, because it depends on the rows before it and on the
                    // position.
                    fingerprint: 0,
                });
            }
        }
        true
    }

    pub(super) fn into_page(mut self, shape: PageShape<'_>) -> Result<Page, DecodeError> {
        let key = shape.rows_key();
        let mut rows = self.rows.take().ok_or(DecodeError::Missing { key })?;
        let end_of_stream = self.end_of_stream(shape)?;
        let next = self.next(shape)?;
        self.add_metric_sets(&mut rows);
        let without_id = self.rejected.iter_mut().filter(|row| row.id.is_none());
        let fingerprints = self.fingerprints.of_page(shape.source(), next.as_ref());
        for (row, fingerprint) in without_id.zip(fingerprints) {
            row.fingerprint = fingerprint;
        }
        match shape {
            PageShape::ShowMany(requested) => {
                reject_others(&mut rows, &mut self.rejected, requested)
            }
            PageShape::ShowOne(requested) => check_only(&rows, &mut self.rejected, requested)?,
            PageShape::CursorExport
            | PageShape::TimeExport
            | PageShape::TicketsList
            | PageShape::DeletedTickets => {}
        }
        Ok(Page {
            source: shape.source(),
            rows,
            rejected: self.rejected,
            is_last_rejected: self.is_last_rejected,
            end_of_stream,
            next,
        })
    }

    /// Whether no rows follow this page at present.
    fn end_of_stream(&self, shape: PageShape<'_>) -> Result<bool, DecodeError> {
        let has_more = self.meta.as_ref().map(|meta| meta.has_more);
        match shape {
            PageShape::CursorExport | PageShape::TimeExport => {
                let key = "end_of_stream";
                self.end_of_stream.ok_or(DecodeError::Missing { key })
            }
            PageShape::TicketsList | PageShape::DeletedTickets => {
                let has_more = has_more.ok_or(DecodeError::Missing { key: "meta" })?;
                let key = "meta.has_more";
                Ok(!has_more.ok_or(DecodeError::Missing { key })?)
            }
            // A ticket that is left out of such an answer does not exist, so the answer must be complete.
            PageShape::ShowMany(_) if self.has_next_page || has_more == Some(Some(true)) => {
                Err(DecodeError::OnlyAPart)
            }
            PageShape::ShowMany(_) | PageShape::ShowOne(_) => Ok(true),
        }
    }

    /// Where the next page begins.
    fn next(&mut self, shape: PageShape<'_>) -> Result<Option<Position>, DecodeError> {
        let of_meta = self.meta.take().and_then(|meta| meta.after_cursor);
        let (cursor, position): (_, fn(Cursor) -> Position) = match shape {
            PageShape::CursorExport | PageShape::TimeExport => {
                (self.after_cursor.take(), Position::Cursor)
            }
            PageShape::TicketsList => (of_meta, |cursor| Position::List(Some(cursor))),
            PageShape::DeletedTickets => (of_meta, |cursor| Position::Deleted(Some(cursor))),
            PageShape::ShowMany(_) | PageShape::ShowOne(_) => return Ok(None),
        };
        let cursor = cursor.filter(|cursor| !cursor.is_empty());
        if cursor
            .as_ref()
            .is_some_and(|cursor| cursor.len() > CURSOR_BYTES_MAX)
        {
            return Err(DecodeError::CursorTooLong);
        }
        Ok(match shape {
            PageShape::TimeExport => self.end_time.map(|time| Position::Time(UnixSeconds(time))),
            _ => cursor.map(|cursor| position(Cursor(cursor))),
        })
    }

    /// Adds the metric sets that are next to the tickets. A set in a ticket takes precedence. Sets are matched only
    /// now, because their key may come before or after the rows.
    fn add_metric_sets(&mut self, rows: &mut [Row]) {
        let beside: HashMap<i64, MetricSet> = std::mem::take(&mut self.metric_sets)
            .into_iter()
            .filter_map(|set| Some((set.ticket_id?, set.metric_set)))
            .collect();
        if beside.is_empty() {
            return;
        }
        for row in rows {
            if let Row::Ticket(change) = row {
                let set = change.metric_set;
                change.metric_set = set.or_else(|| beside.get(&change.id.0).copied());
            }
        }
    }
}

/// Rejects the rows that were not requested.
fn reject_others(rows: &mut Vec<Row>, rejected: &mut Vec<RejectedRow>, requested: &[TicketId]) {
    rows.retain(|row| {
        let id = row.id();
        let is_requested = requested.contains(&id);
        if !is_requested {
            rejected.push(RejectedRow {
                id: Some(id.0),
                reason: "it was not requested",
                fingerprint: 0,
            });
        }
        is_requested
    });
}

/// Checks that the only ticket is the requested one. A rejected row without an id can be no other.
fn check_only(
    rows: &[Row],
    rejected: &mut [RejectedRow],
    requested: TicketId,
) -> Result<(), DecodeError> {
    for row in &mut *rejected {
        if row.id.is_none() {
            row.id = Some(requested.0);
            row.fingerprint = 0;
        }
    }
    let is_other = rows.iter().any(|row| row.id() != requested)
        || rejected.iter().any(|row| row.id != Some(requested.0));
    if is_other {
        return Err(DecodeError::OtherTicket);
    }
    Ok(())
}

/// The value at `metric_sets`.
pub(super) type MetricSets = FirstElements<TicketMetricSet, ROWS_MAX>;
