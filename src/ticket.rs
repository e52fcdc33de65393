//! The facts of a ticket that can enter the process, as types.
//!
//! PURE. The names are Zendesk's. The types have no field for a subject, a requester or free text, so these cannot
//! enter the process.

mod time;

#[macro_use]
mod closed_sets;

mod named_sets;

mod row_key;

mod references;

mod channel;

mod tags_and_fields;

pub use channel::{CHANNEL_LENGTH_MAX, Channel};
pub use closed_sets::{Priority, Score, SlaMetric, SlaStage, Status, SupportType, TicketType};
pub use named_sets::NamedSet;
pub use references::{PerSet, Reference};
pub use row_key::RowKey;
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

/// One row of a ticket: its current values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketChange {
    /// The ticket's id.
    pub id: TicketId,
    /// The time that orders the rows of one ticket: the row with the larger key is newer.
    pub order_key: RowKey,
    /// The status, or that the ticket is deleted.
    pub standing: Standing,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened; writes of the system do not change it.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Channel.
    pub channel: Channel,
    /// Whether people or AI agents work on the ticket.
    pub support_type: SupportType,
    /// Its group, brand, form and custom status.
    pub references: PerSet<Reference>,
    /// Whether the ticket has an assignee, also if the assignee's id cannot be read.
    pub assigned: bool,
    /// Satisfaction score.
    pub score: Score,
    /// Zendesk's measurements; `None` if the row does not contain them.
    pub metric_set: Option<MetricSet>,
    /// The SLA targets, at most one for each metric, in the order of [`SlaMetric::ALL`]; `None` if the row does not
    /// contain them.
    pub sla: Option<Vec<SlaTarget>>,
    /// The tags of the ticket that the settings list: bit `n` is the `n`th tag of the settings. Example: with
    /// `tags: [vip, beta]`, `0b10` is a ticket with `beta` alone.
    pub tags: TagSet,
    /// The values of the custom fields that the settings list, in their order.
    pub fields: Vec<FieldValue>,
}

/// Whether a ticket exists, and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The ticket exists.
    Live(Status),
    /// Zendesk reports the ticket as deleted. Its other fields keep their last values or are emptied.
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
    /// From the creation to the first public reply of an agent.
    pub reply: Minutes,
    /// From the creation to the first time that the ticket was solved.
    pub first_resolution: Minutes,
    /// From the creation to the latest time that the ticket was solved; `None` again after a reopen.
    pub full_resolution: Minutes,
    /// The total time that the requester waited.
    pub requester_wait: Minutes,
    /// The total time that the agents waited for the requester.
    pub agent_wait: Minutes,
    /// The total time in status hold.
    pub on_hold: Minutes,
    /// The number of public replies by agents.
    pub replies: Option<u32>,
    /// How often the ticket was reopened.
    pub reopens: Option<u32>,
    /// When the ticket was last solved; `None` while Zendesk states no time.
    pub solved_at: Option<UnixSeconds>,
    /// When the status last changed; `None` while Zendesk states no time.
    pub status_updated_at: Option<UnixSeconds>,
}

/// One SLA target of a ticket (the `slas` side-load).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlaTarget {
    /// What the target measures.
    pub metric: SlaMetric,
    /// The stage of the target.
    pub stage: SlaStage,
    /// When the target is or was breached; `None` while Zendesk states no time.
    pub breach_at: Option<UnixSeconds>,
}
