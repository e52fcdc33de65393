//! The vocabulary: what a ticket is to this program.
//!
//! PURE. Zendesk's nouns, and only those facts of a ticket that the ledger needs: no subject, no
//! requester, no free text can enter the process past these types.

mod time;

#[macro_use]
mod closed_sets;

mod named_sets;

mod references;

mod channel;

mod tags_and_fields;

pub use channel::{CHANNEL_LENGTH_MAX, Channel};
pub use closed_sets::{Priority, Score, SlaMetric, SlaStage, Status, SupportType, TicketType};
pub use named_sets::NamedSet;
pub use references::{PerSet, Reference};
pub use tags_and_fields::{
    FIELD_VALUE_LENGTH_MAX, FIELDS_MAX, FieldValue, RESERVED_WORDS, TAGS_MAX, TagSet,
};
pub use time::UnixSeconds;

/// The number of a ticket, unique in its account.
///
/// Signed as in Zendesk's JSON, where ids are 64-bit and some special ids are negative. Stored as the
/// number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct TicketId(pub i64);

/// One row of the export: what Zendesk says now about one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketChange {
    /// Which ticket.
    pub id: TicketId,
    /// Orders the rows of one ticket: `generated_timestamp`.
    pub order_key: UnixSeconds,
    /// Status, or deleted.
    pub standing: Standing,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened; system writes leave it alone.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Channel.
    pub channel: Channel,
    /// People or AI agents.
    pub support_type: SupportType,
    /// Its group, brand, form and custom status.
    pub references: PerSet<Reference>,
    /// Whether the ticket names an assignee, readable or not.
    pub assigned: bool,
    /// Satisfaction score.
    pub score: Score,
    /// Zendesk's measurements, when the row carries them.
    pub metric_set: Option<MetricSet>,
    /// SLA targets, when the row carries them; at most one a metric, in the order of
    /// [`SlaMetric::ALL`].
    pub sla: Option<Vec<SlaTarget>>,
    /// Which of the tags that the settings list the ticket has: bit `n` for the `n`th of them.
    pub tags: TagSet,
    /// The values of the custom fields that the settings list, in their order.
    pub fields: Vec<FieldValue>,
}

/// Whether a ticket is there, and in which status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The ticket exists.
    Live(Status),
    /// The export says `deleted`; its other fields keep what they last were, or are scrubbed.
    Deleted,
}

/// Minutes of one of Zendesk's duration metrics, by the clock and in business hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minutes {
    /// Minutes by the calendar; `None` while Zendesk has none.
    pub calendar: Option<u32>,
    /// Minutes within the account's business hours; `None` while Zendesk has none.
    pub business: Option<u32>,
}

/// What Zendesk measured about one ticket (the `metric_sets` side-load).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricSet {
    /// Creation to the first public reply of an agent.
    pub reply: Minutes,
    /// Creation to the first time the ticket was solved.
    pub first_resolution: Minutes,
    /// Creation to the latest time the ticket was solved; `None` again after a reopen.
    pub full_resolution: Minutes,
    /// Total the requester waited.
    pub requester_wait: Minutes,
    /// Total the agents waited for the requester.
    pub agent_wait: Minutes,
    /// Total in status hold.
    pub on_hold: Minutes,
    /// Public replies by agents.
    pub replies: Option<u32>,
    /// Times the ticket was reopened.
    pub reopens: Option<u32>,
    /// When the ticket was last solved; `None` while Zendesk has no time.
    pub solved_at: Option<UnixSeconds>,
}

/// One SLA target of a ticket (the `slas` side-load).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlaTarget {
    /// What it measures.
    pub metric: SlaMetric,
    /// How it stands.
    pub stage: SlaStage,
    /// When it is or was breached; `None` while Zendesk names no time.
    pub breach_at: Option<UnixSeconds>,
}
