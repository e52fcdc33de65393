//! The record that the ledger keeps of every ticket.

mod codec;

mod bytes;

use super::measured::Measured;
use super::reopens::Reopens;
use super::sla;
use crate::ticket::{
    PerSet, Priority, Score, SlaTarget, Status, SupportType, TicketType, UnixSeconds,
};
pub use codec::BadRecord;

/// Whether the ticket of a record exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The ticket exists.
    Live,
    /// Zendesk reported the ticket as deleted. The record stays, so that an older row cannot restore the ticket.
    Tombstone,
    /// Zendesk was found not to show the ticket any more, without having reported a deletion. Unlike a tombstone, a row
    /// with an equal key restores it.
    Swept,
}

/// Which time of a row is the order key of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The `generated_timestamp` of the latest row.
    #[default]
    Generated,
    /// The latest row had none. The key is the greatest of its `updated_at`, the `status_updated_at` of its metric set,
    /// and the key before it.
    Updated,
}

/// The facts of one ticket.
///
/// Channel, ids, tags and fields are numbers of the [`Dictionaries`](super::Dictionaries). All except tags and
/// fields are stored whether or not their label is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRecord {
    /// The time of the latest row. It never falls, and is compared with the `generated_timestamp` of rows.
    pub order_key: UnixSeconds,
    /// Which time of the row the key is.
    pub key_origin: KeyOrigin,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened. It never falls, and is compared with the `updated_at` of rows without
    /// `generated_timestamp`.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Whether the ticket exists.
    pub life: Life,
    /// The status; valid only if `life` is live, and otherwise `Other`.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Whether people or AI agents work on the ticket.
    pub support_type: SupportType,
    /// Channel.
    pub channel: u16,
    /// Group, brand, form and custom status.
    pub named: PerSet<u16>,
    /// Whether the ticket has an assignee.
    pub assigned: bool,
    /// Satisfaction score.
    pub score: Score,
    /// Which of Zendesk's measurements were observed.
    pub measured: Measured,
    /// The tags that the settings listed when the ticket was last seen, in increasing order.
    pub tags: Vec<u16>,
    /// The custom fields that the settings listed when the ticket was last seen, in increasing order, and their
    /// values.
    pub fields: Vec<(u16, u16)>,
    /// The SLA targets of an unsolved ticket, by metric.
    pub sla: Vec<SlaTarget>,
    /// The time for which a row stated the SLA targets, if it is not the order key: the `Date` of the answer with a
    /// row that had no `generated_timestamp`.
    pub sla_stated_at: Option<UnixSeconds>,
    /// How often the ticket was reopened.
    pub reopens: Reopens,
    /// When the ticket was last solved, according to the latest metric set.
    pub solved_at: Option<UnixSeconds>,
    /// The account time when the ticket was swept; only swept records have it, and those that a version before schema 5
    /// swept do not.
    pub swept_at: Option<UnixSeconds>,
    /// The mark of the resync that was under way, or that was the last one, when a row of any walk last showed
    /// this ticket. It is not a fact of the ticket.
    pub resync_mark: u64,
}

impl TicketRecord {
    /// Whether this record says nothing new after `stored`, so that a row which leads from one to the other is a
    /// duplicate. The times of the row, the mark, and facts that no counter uses do not count: the time of the
    /// solution, and the first number of reopens.
    pub fn adds_nothing_to(&self, stored: &Self) -> bool {
        // The copy is cheap: most vectors are empty unless the settings list tags, fields or SLA targets.
        let counted = Self {
            order_key: stored.order_key,
            key_origin: stored.key_origin,
            sla_stated_at: stored.sla_stated_at,
            reopens: if stored.reopens.is_stated {
                self.reopens
            } else {
                stored.reopens
            },
            solved_at: stored.solved_at,
            resync_mark: stored.resync_mark,
            ..self.clone()
        };
        counted == *stored
    }

    /// Whether the fields of the ticket itself are equal, without its times, its measurements, and the tags and fields
    /// that settings choose.
    pub(super) fn has_same_ticket_fields(&self, other: &Self) -> bool {
        let fields = |record: &Self| {
            (
                (record.status, record.priority, record.ticket_type),
                (record.support_type, record.channel, record.named),
                (record.assigned, record.score, record.due_at),
            )
        };
        fields(self) == fields(other)
    }

    /// The SLA targets, and the time for which a row stated them.
    pub(super) fn sla_targets(&self) -> sla::Targets<'_> {
        sla::Targets {
            list: &self.sla,
            stated_at: self.sla_stated_at.unwrap_or(self.order_key),
        }
    }

    /// The record with the mark of the resync that has seen the ticket. `None` if it has that mark already, so that
    /// it is not written.
    pub(super) fn seen_by(&self, resync_mark: u64) -> Option<Self> {
        (self.resync_mark != resync_mark).then(|| Self {
            resync_mark,
            ..self.clone()
        })
    }

    /// Whether the ticket exists and is unsolved.
    pub fn is_unsolved(&self) -> bool {
        self.life == Life::Live && self.status.is_unsolved()
    }

    /// The record of a ticket that Zendesk was found not to show any more, without having reported a deletion, at the
    /// account time `now`.
    pub(super) fn swept(&self, now: UnixSeconds) -> Self {
        Self {
            life: Life::Swept,
            status: Status::Other,
            measured: self.measured.gone(),
            sla: Vec::new(),
            sla_stated_at: None,
            swept_at: Some(now),
            ..self.clone()
        }
    }
}
