//! What a transition depends on beside the ticket and its row.

use crate::ledger::record::TicketRecord;
use crate::ticket::{TicketChange, UnixSeconds};

/// From when on events are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// No page has come yet.
    Initial,
    /// The initial sync is running. Rows only fill the ledger, except rows of tickets that were
    /// created from this moment on: their events count.
    Syncing(UnixSeconds),
    /// The initial sync is over. A ticket that the ledger did not have counts as created if it was
    /// created from this moment on. An older one is adopted without an event.
    Since(UnixSeconds),
}

/// What a transition depends on beside the ticket and its row.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Circumstances {
    /// From when on events are counted.
    pub(in crate::ledger) baseline: Baseline,
    /// The latest that Zendesk's clock can show; `None` if only our own clock says what time it is.
    pub(in crate::ledger) latest_now: Option<UnixSeconds>,
    /// The mark of the latest resync.
    pub(in crate::ledger) resync_mark: u64,
    /// Whether rows carry SLA targets. If they do not, stored targets are dropped, because no row
    /// says any more how they end.
    pub(in crate::ledger) slas: bool,
}

impl Baseline {
    /// The moment from which events count, if the events of this ticket count.
    ///
    /// A ticket that was created at or after that moment counts from its first row on, whichever walk
    /// reads the row, because nothing can have happened to it before. What the initial sync shows of
    /// older tickets is their past.
    pub(super) fn counts(
        self,
        stored: Option<&TicketRecord>,
        change: &TicketChange,
    ) -> Option<UnixSeconds> {
        match self {
            Self::Initial => None,
            Self::Syncing(baseline) => {
                let created_at = stored.map_or(change.created_at, |stored| stored.created_at);
                created_at
                    .is_some_and(|at| at >= baseline)
                    .then_some(baseline)
            }
            Self::Since(baseline) => Some(baseline),
        }
    }
}
