//! The parts of a page while it is read, and the errors for a body that is not a page.
//!
//! PURE.

use std::collections::HashMap;

use serde::Deserialize;

use super::fingerprint::Fingerprints;
use super::metric_sets::TicketMetricSet;
use super::wire::LeftOut;
use crate::source::{Cursor, Page, Position, RejectedRow, Row, SourceKind};
use crate::ticket::{MetricSet, TicketChange, UnixSeconds};
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
}

impl DecodeError {
    /// Whether the body ends before the page does; `None` if only its brackets can show it.
    pub(super) const fn is_cut(&self) -> Option<bool> {
        match self {
            Self::NotAPage { is_cut, .. } => *is_cut,
            Self::Empty => Some(true),
            Self::Missing { .. } | Self::TooManyRows | Self::CursorTooLong => Some(false),
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
    /// The rows; `None` before a key `tickets`. With several such keys, the rows of all of them, so that no row is
    /// lost.
    pub(super) rows: Option<Vec<Row>>,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) end_of_stream: Option<bool>,
    pub(super) after_cursor: Option<String>,
    pub(super) end_time: Option<i64>,
    pub(super) metric_sets: Vec<TicketMetricSet>,
    fingerprints: Fingerprints,
}

impl Parts {
    /// Adds a row, unless there are [`ROWS_MAX`].
    pub(super) fn push(&mut self, row: Result<TicketChange, LeftOut>) -> bool {
        let rows = self.rows.get_or_insert_default();
        if rows.len() + self.rejected.len() == ROWS_MAX {
            return false;
        }
        match row {
            Ok(change) => {
                self.fingerprints.on_ticket(&change);
                rows.push(Row::Ticket(change));
            }
            Err(row) => {
                if row.id.is_none() {
                    self.fingerprints.on_row_without_id(row.order_key);
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

    pub(super) fn into_page(mut self, source: SourceKind) -> Result<Page, DecodeError> {
        let mut rows = self.rows.ok_or(DecodeError::Missing { key: "tickets" })?;
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
        // A set in a ticket takes precedence over one next to it. Sets are matched only now, because their key may
        // come before or after the rows.
        if !beside.is_empty() {
            for row in &mut rows {
                if let Row::Ticket(change) = row {
                    change.metric_set = change
                        .metric_set
                        .or_else(|| beside.get(&change.id.0).copied());
                }
            }
        }
        let next = match source {
            SourceKind::Cursor => self
                .after_cursor
                .filter(|cursor| !cursor.is_empty())
                .map(|cursor| Position::Cursor(Cursor(cursor))),
            SourceKind::List => self
                .after_cursor
                .filter(|cursor| !cursor.is_empty())
                .map(|cursor| Position::List(Some(Cursor(cursor)))),
            SourceKind::Time => self.end_time.map(|time| Position::Time(UnixSeconds(time))),
        };
        let without_id = self.rejected.iter_mut().filter(|row| row.id.is_none());
        for (row, fingerprint) in without_id.zip(self.fingerprints.of_page(source, next.as_ref())) {
            row.fingerprint = fingerprint;
        }
        Ok(Page {
            source,
            rows,
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

/// The value at `metric_sets`.
pub(super) type MetricSets = FirstElements<TicketMetricSet, ROWS_MAX>;
