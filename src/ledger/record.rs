//! The record that the ledger keeps of every ticket.

mod codec;

mod bytes;

use super::measured::Measured;
use crate::ticket::{
    PerSet, Priority, Score, SlaTarget, Status, SupportType, TicketType, UnixSeconds,
};
pub use codec::BadRecord;

/// Whether the ticket of a record exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The ticket exists.
    Live,
    /// The export reported the ticket as deleted. The record stays, so that an older row cannot restore the ticket.
    Tombstone,
    /// A resync found that the ticket is missing from the export, which did not report a deletion. Unlike a
    /// tombstone, a row with an equal key restores it.
    Swept,
}

/// The facts of one ticket.
///
/// Channel, ids, tags and fields are numbers of the [`Dictionaries`](super::Dictionaries). All except tags and
/// fields are stored whether or not their label is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRecord {
    /// The order key of the latest row.
    pub order_key: UnixSeconds,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened.
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
    /// How often the ticket was reopened: Zendesk's number, or the observed number if that is larger. It never
    /// falls.
    pub reopens: u32,
    /// When the ticket was last solved, according to the latest metric set.
    pub solved_at: Option<UnixSeconds>,
    /// The mark of the resync that was under way, or that was the last one, when a row of any walk last showed
    /// this ticket. It is not a fact of the ticket.
    pub resync_mark: u64,
}

impl TicketRecord {
    /// Whether two records are equal in everything that is counted: all except the mark, the reopens and the time
    /// of the solution.
    pub fn says_the_same(&self, other: &Self) -> bool {
        // The copy is cheap: most vectors are empty unless the settings list tags, fields or SLA targets.
        let counted = Self {
            reopens: self.reopens,
            solved_at: self.solved_at,
            resync_mark: self.resync_mark,
            ..other.clone()
        };
        *self == counted
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

    /// The record of a ticket that is missing from the export, which did not report a deletion.
    pub(super) fn swept(&self) -> Self {
        Self {
            life: Life::Swept,
            status: Status::Other,
            measured: self.measured.gone(),
            sla: Vec::new(),
            ..self.clone()
        }
    }
}
