//! The circumstances of a transition: when events count, what the settings request, and the answer that the row came
//! in.

use crate::ledger::answer_time::AnswerTime;
use crate::ledger::record::TicketRecord;
use crate::ticket::{TicketChange, UnixSeconds};

/// When the counting of events begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// No page was read.
    Initial,
    /// The initial sync is running. Rows only fill the ledger, except rows of tickets that were created at or after
    /// this time: their events count.
    Syncing(UnixSeconds),
    /// The initial sync is over. A ticket that the ledger did not have counts as created if it was created at or
    /// after this time. An older one is adopted without an event.
    Since(UnixSeconds),
}

/// The answer that a row came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowContext {
    /// The latest time that Zendesk's clock can show; `None` if only the local clock says what time it is.
    pub latest_now: Option<UnixSeconds>,
    /// When Zendesk gave the answer; `None` if unknown.
    pub answered_at: Option<UnixSeconds>,
    /// Whether the list of tickets is the source that decides, because no export can be read.
    pub list_is_truth: bool,
}

impl RowContext {
    /// Of an answer at this time.
    pub fn new(time: &AnswerTime, list_is_truth: bool) -> Self {
        Self {
            latest_now: time.latest_now(),
            answered_at: time.given_at(),
            list_is_truth,
        }
    }

    /// Of an answer at `now`, while an export decides.
    pub const fn at(now: UnixSeconds) -> Self {
        Self {
            latest_now: Some(now),
            answered_at: Some(now),
            list_is_truth: false,
        }
    }
}

/// What a transition depends on besides the ticket and its row.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Circumstances {
    /// When the counting of events begins.
    pub(in crate::ledger) baseline: Baseline,
    /// The answer that the row came in.
    pub(in crate::ledger) context: RowContext,
    /// The mark of the latest resync.
    pub(in crate::ledger) resync_mark: u64,
    /// Whether rows contain SLA targets. If they do not, stored targets are dropped, because no row says any more
    /// how they end.
    pub(in crate::ledger) slas: bool,
}

impl Baseline {
    /// The time from which events count; `None` if the events of this ticket do not count.
    ///
    /// A ticket that was created at or after that time counts from its first row on, whichever walk reads the row,
    /// because nothing can have happened to it before. The rows of older tickets in the initial sync show their
    /// past.
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
