//! The kinds of source, what each of them sees, and whose tickets it shows.

use super::Endpoint;

/// A kind of source: an endpoint of Zendesk that lists tickets, in an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The cursor-based export: pages neither overlap nor repeat.
    Cursor,
    /// The time-based export ("Incremental Ticket Export, Time Based").
    Time,
}

/// What a kind of source sees, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sees {
    /// Where its pages are.
    pub endpoint: Endpoint,
    /// Tickets that Zendesk has archived, some months after they were closed.
    pub archived: bool,
    /// Rows that say that a ticket is deleted.
    pub deleted: bool,
    /// Writes that leave `updated_at` as it was, such as those of an automation.
    pub silent_writes: bool,
    /// How long a write stays hidden, in seconds. A page with nothing more to come is true as of this
    /// long before its `Date`: one of 12:00:00 shows every write up to 11:59:00.
    pub hold_back_seconds: i64,
}

impl SourceKind {
    /// What this kind sees. The two exports differ only in how their pages follow each other.
    pub const fn sees(self) -> Sees {
        Sees {
            endpoint: match self {
                Self::Cursor => Endpoint::TicketsCursor,
                Self::Time => Endpoint::TicketsTime,
            },
            archived: true,
            deleted: true,
            silent_writes: true,
            // The exports leave out the last minute.
            hold_back_seconds: 60,
        }
    }
}

/// Whose tickets are exported. Stored as the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportTypeScope {
    /// Tickets that people work on, Zendesk's default.
    Agent,
    /// Tickets that AI agents work on.
    AiAgent,
    /// Both.
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
