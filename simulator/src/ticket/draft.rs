//! What a ticket is made from.

use std::borrow::Cow;

use crate::vocabulary::{Priority, Score, SlaTarget, Status, SupportType, TicketType};

/// A ticket that a test wants to exist.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Channel.
    pub channel: &'static str,
    /// Whether an agent has it.
    pub assigned: bool,
    /// People or AI agents.
    pub support_type: SupportType,
    /// Id of its group.
    pub group: Option<i64>,
    /// Id of its brand.
    pub brand: Option<i64>,
    /// Id of its form.
    pub form: Option<i64>,
    /// Id of its custom status; `None` for the default one of its status.
    pub custom_status: Option<i64>,
    /// Its tags.
    pub tags: Vec<Cow<'static, str>>,
    /// Value of the drop-down field 360001.
    pub product: Option<Cow<'static, str>>,
    /// Value of the checkbox field 360002.
    pub is_escalated: Option<bool>,
    /// When the task is due, in Unix seconds.
    pub due_at: Option<i64>,
    /// When it was created, if that was before its row is written, in Unix seconds.
    pub created_at: Option<i64>,
    /// When an agent replied to it, in Unix seconds.
    pub replied_at: Option<i64>,
    /// Satisfaction score.
    pub score: Score,
    /// SLA targets, beside those that the account's policy gives it.
    pub sla: Vec<SlaTarget>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            status: Status::New,
            priority: Priority::None,
            ticket_type: TicketType::None,
            channel: "web",
            assigned: false,
            support_type: SupportType::Agent,
            group: Some(crate::names::GROUP),
            brand: Some(crate::names::BRAND),
            form: Some(crate::names::FORM),
            custom_status: None,
            tags: Vec::new(),
            product: None,
            is_escalated: None,
            due_at: None,
            created_at: None,
            replied_at: None,
            score: Score::None,
            sla: Vec::new(),
        }
    }
}
