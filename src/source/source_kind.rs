//! The kinds of source and what each of them shows, and the parameter `support_type_scope`.

use super::Endpoint;

/// An endpoint of Zendesk that lists tickets in an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The cursor-based export: pages neither overlap nor repeat.
    Cursor,
    /// The time-based export ("Incremental Ticket Export, Time Based").
    Time,
    /// The list of tickets, which needs no admin: live tickets that are not archived. Beside it Zendesk lists the
    /// deleted ones, and shows tickets by their ids.
    List,
}

/// What a kind of source shows, and its endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sees {
    /// The endpoint of its pages.
    pub endpoint: Endpoint,
    /// Whether it shows tickets that Zendesk has archived, which happens some months after they were closed.
    pub archived: bool,
    /// Whether it shows rows that report a ticket as deleted.
    pub deleted: bool,
    /// Whether it shows writes that leave `updated_at` unchanged, such as those of an automation.
    pub silent_writes: bool,
    /// How many seconds a write stays hidden. A page at the end of the stream shows all writes up to this long
    /// before its `Date`. Example: with 60, a page with the `Date` 12:00:00 shows every write up to 11:59:00.
    pub hold_back_seconds: i64,
}

impl SourceKind {
    /// What this kind shows. The two exports differ only in how their pages follow each other.
    pub const fn sees(self) -> Sees {
        let is_export = self.is_export();
        Sees {
            endpoint: match self {
                Self::Cursor => Endpoint::TicketsCursor,
                Self::Time => Endpoint::TicketsTime,
                Self::List => Endpoint::TicketsList,
            },
            archived: is_export,
            deleted: is_export,
            silent_writes: is_export,
            // Zendesk leaves the last minute out of the exports.
            hold_back_seconds: if is_export { 60 } else { 0 },
        }
    }

    /// Value of the label `source`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::Time => "time",
            Self::List => "list",
        }
    }

    /// Whether it is one of the two exports, whose rows have one order.
    pub const fn is_export(self) -> bool {
        matches!(self, Self::Cursor | Self::Time)
    }
}

/// The parameter `support_type_scope` of the export: who works on the tickets. States store its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportTypeScope {
    /// Tickets that people work on, Zendesk's default.
    Agent,
    /// Tickets that AI agents work on.
    AiAgent,
    /// Tickets of both kinds.
    All,
}

impl SupportTypeScope {
    /// The value of the parameter `support_type_scope`.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::AiAgent => "ai_agent",
            Self::All => "all",
        }
    }
}
