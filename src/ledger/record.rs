//! The small record that is kept of every ticket, and its bytes in the state.

mod codec;

mod bytes;

use super::measured::Measured;
use crate::ticket::{
    PerSet, Priority, Score, SlaTarget, Status, SupportType, TicketType, UnixSeconds,
};
pub use codec::BadRecord;

/// Whether a record stands for a ticket that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The ticket exists.
    Live,
    /// The export said deleted. Kept, so that an older row cannot bring the ticket back.
    Tombstone,
    /// The ticket is gone from the export, which did not say that it was deleted. Unlike a tombstone, an equal key lifts it.
    Swept,
}

/// What is known of one ticket.
///
/// Channel, the ids, tags and fields are numbers of the [`Dictionaries`](super::Dictionaries); all
/// but tags and fields are kept whether or not their label is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRecord {
    /// Order key of the latest row.
    pub order_key: UnixSeconds,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Whether the ticket is there.
    pub life: Life,
    /// Status; means nothing unless `life` is live, and is `Other` then.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// People or AI agents.
    pub support_type: SupportType,
    /// Channel.
    pub channel: u16,
    /// Group, brand, form and custom status.
    pub named: PerSet<u16>,
    /// Whether the ticket has an assignee.
    pub assigned: bool,
    /// Satisfaction score.
    pub score: Score,
    /// Which of Zendesk's measurements have been taken.
    pub measured: Measured,
    /// Tags that the settings listed when the ticket was last seen, rising.
    pub tags: Vec<u16>,
    /// Custom fields that the settings listed when the ticket was last seen, rising, and their
    /// values.
    pub fields: Vec<(u16, u16)>,
    /// SLA targets of an unsolved ticket, by metric.
    pub sla: Vec<SlaTarget>,
    /// How often the ticket was reopened: Zendesk's number, or what was observed if that is more. It
    /// never falls.
    pub reopens: u32,
    /// When the ticket was last solved, as the latest metric set says.
    pub solved_at: Option<UnixSeconds>,
    /// The number of the resync that last saw this ticket; not part of what is known of it.
    pub resync_mark: u64,
}

impl TicketRecord {
    /// Whether two records say the same of a ticket, as far as anything is counted by it: all but the
    /// mark, the reopens and the time of the solve.
    pub fn says_the_same(&self, other: &Self) -> bool {
        // Cheap: vectors are empty but for what the settings ask for.
        let counted = Self {
            reopens: self.reopens,
            solved_at: self.solved_at,
            resync_mark: self.resync_mark,
            ..other.clone()
        };
        *self == counted
    }

    /// The same record with the mark of the resync that has seen the ticket. `None` if it has that mark
    /// already, so that nothing is written for it.
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

    /// What is kept of a ticket that is gone from the export, which did not say that it was deleted.
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
