//! The shapes of pages: the keys that each kind of answer has, and how its rows are read.
//!
//! PURE.

use serde::Deserialize;

use crate::source::SourceKind;
use crate::ticket::TicketId;

/// The kind of answer that a body is read as. Keys that an answer of this kind does not have are not read in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageShape<'a> {
    /// A page of the cursor-based export.
    CursorExport,
    /// A page of the time-based export, or a sample.
    TimeExport,
    /// A page of the list of tickets.
    TicketsList,
    /// A page of the list of deleted tickets.
    DeletedTickets,
    /// The tickets that were requested by these ids.
    ShowMany(&'a [TicketId]),
    /// The ticket that was requested by this id.
    ShowOne(TicketId),
}

impl From<SourceKind> for PageShape<'_> {
    fn from(source: SourceKind) -> Self {
        match source {
            SourceKind::Cursor => Self::CursorExport,
            SourceKind::Time => Self::TimeExport,
            SourceKind::List => Self::TicketsList,
        }
    }
}

impl PageShape<'_> {
    /// The kind of source that the page belongs to.
    pub(super) const fn source(self) -> SourceKind {
        match self {
            Self::CursorExport => SourceKind::Cursor,
            Self::TimeExport => SourceKind::Time,
            Self::TicketsList | Self::DeletedTickets | Self::ShowMany(_) | Self::ShowOne(_) => {
                SourceKind::List
            }
        }
    }

    /// The key of the rows.
    pub(super) const fn rows_key(self) -> &'static str {
        match self {
            Self::CursorExport | Self::TimeExport | Self::TicketsList | Self::ShowMany(_) => {
                "tickets"
            }
            Self::DeletedTickets => "deleted_tickets",
            Self::ShowOne(_) => "ticket",
        }
    }

    /// `key` as far as answers of this kind have it, otherwise [`PageKey::Unread`]. Example: `meta` says in a list
    /// whether more pages follow, and is unread in an export.
    pub(super) const fn read_key(self, key: PageKey) -> PageKey {
        let is_export = self.source().is_export();
        let is_read = match key {
            PageKey::EndOfStream | PageKey::AfterCursor | PageKey::EndTime => is_export,
            PageKey::Meta => !is_export && !matches!(self, Self::ShowOne(_)),
            PageKey::NextPage => matches!(self, Self::ShowMany(_)),
            PageKey::MetricSets => !matches!(self, Self::DeletedTickets),
            PageKey::Tickets => !matches!(self, Self::DeletedTickets | Self::ShowOne(_)),
            PageKey::DeletedTickets => matches!(self, Self::DeletedTickets),
            PageKey::Ticket => matches!(self, Self::ShowOne(_)),
            PageKey::Unread => true,
        };
        if is_read { key } else { PageKey::Unread }
    }

    /// The end of a key that every row has exactly once, also if its first quote is missing. Rows of the lists need
    /// not have a `generated_timestamp`.
    pub(super) const fn key_of_every_row(self) -> &'static [u8] {
        match self {
            Self::CursorExport | Self::TimeExport => b"generated_timestamp\"",
            Self::TicketsList | Self::ShowMany(_) | Self::ShowOne(_) => b"due_at\"",
            Self::DeletedTickets => b"deleted_at\"",
        }
    }
}

/// The keys of a page. [`PageShape::read_key`] says which of them a kind of answer has.
#[derive(Clone, Copy, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum PageKey {
    Tickets,
    EndOfStream,
    AfterCursor,
    EndTime,
    MetricSets,
    DeletedTickets,
    Ticket,
    Meta,
    NextPage,
    #[serde(other)]
    Unread,
}
