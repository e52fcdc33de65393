//! Whether Zendesk shows archived tickets by their ids: what is asked to find out.

use crate::ticket::TicketId;

/// What is known of archived tickets, and what is asked next to find out.
#[derive(Debug, Default)]
pub(super) struct ArchiveProbe {
    /// Archived tickets that are known, to be asked for.
    pub(super) known: Vec<TicketId>,
    /// The number of the next probe of a walk over all ids.
    pub(super) next: i64,
    /// No probe has shown an archived ticket.
    pub(super) has_failed: bool,
}

impl ArchiveProbe {
    /// Whether Zendesk was asked for archived tickets in vain.
    pub(super) const fn has_failed(&self) -> bool {
        self.has_failed
    }
}
