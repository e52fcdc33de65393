//! The kinds of source, and whose tickets they show.

/// A kind of source: an endpoint of Zendesk that lists tickets, in an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The cursor-based export: pages neither overlap nor repeat.
    Cursor,
    /// The time-based export ("Incremental Ticket Export, Time Based").
    Time,
}

/// Whose tickets are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
