//! The walk over the whole export: where its requests begin, and the records that it has not seen.

use std::ops::ControlFlow;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Poller, PollerSettings};
use crate::clock::Clock;
use crate::ledger::{Progress, ResyncEnd, Walk};
use crate::source::{Position, TicketSource};
use crate::store::Store;
use crate::ticket::UnixSeconds;
use crate::walk::{Trail, resync_restart, resync_start};

/// What is remembered of the walk beside what the state holds.
#[derive(Debug, Default)]
pub(super) struct ResyncWalk {
    pub(super) trail: Trail,
    /// It must start over.
    pub(super) cursor_lost: bool,
}

impl ResyncWalk {
    pub(super) fn start(
        &self,
        progress: &Progress,
        settings: &PollerSettings,
        account_now: UnixSeconds,
    ) -> Position {
        if self.cursor_lost {
            return resync_restart(progress, settings.start_time, account_now);
        }
        resync_start(progress, settings.source, settings.start_time, account_now)
    }

    /// Starts over.
    pub(super) fn on_cursor_lost(&mut self) {
        self.trail = Trail::default();
        self.cursor_lost = true;
    }
}

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Whether a resync has records to look at, and there is time for it.
    pub(super) fn has_records_to_look_at(&self) -> bool {
        let has_work = |store: &Store| store.progress().resync.next_records().is_some();
        self.store.as_ref().is_some_and(has_work)
            && self.schedule.may_look_at_records(self.clock.now())
    }

    /// Looks at the next run of records, counts or sweeps, and publishes.
    pub(super) async fn look_at_records(
        &mut self,
        shutdown: &CancellationToken,
    ) -> ControlFlow<()> {
        if shutdown.is_cancelled() {
            return ControlFlow::Break(());
        }
        if let Err(flow) = self.recover_store() {
            return flow;
        }
        let account_now = self.account_now();
        let work = move |store: &mut Store| store.look_at_records(account_now);
        let looked_at = match self.with_store(work).await {
            Ok(looked_at) => looked_at,
            Err(flow) => return flow,
        };
        match looked_at {
            Ok(looked_at) => {
                self.schedule.on_records_looked_at();
                let gone: Vec<_> = looked_at.swept.iter().map(|id| (*id, None)).collect();
                self.publisher.ageing.apply(&gone);
                if let Some(end) = looked_at.ended {
                    self.log_resync_ended(end);
                }
                if let Some(store) = &self.store {
                    let now = self.clock.now();
                    self.schedule.on_progress(store.progress(), now);
                }
                if looked_at.cells_changed || looked_at.ended.is_some() {
                    self.publish(looked_at.cells_changed);
                }
                ControlFlow::Continue(())
            }
            Err(failure) => self.on_store_failure(Walk::Resync, &failure, self.clock.now()),
        }
    }

    pub(super) fn log_resync_begins(&self) {
        info!(
            account = self.settings.account,
            "started a resync, which reads the whole export again to find permanently deleted tickets"
        );
    }

    fn log_resync_ended(&self, end: ResyncEnd) {
        let account = &self.settings.account;
        match end {
            ResyncEnd::Complete { swept } => {
                info!(account, removed = swept, "the resync is complete");
            }
            ResyncEnd::CompleteBut {
                swept,
                spared,
                without_id,
            } => warn!(
                account,
                removed = swept,
                kept = spared,
                rows_without_id = without_id,
                "the resync is complete, but some missing tickets were kept because rows of the export have no readable id"
            ),
            ResyncEnd::Refused { unseen, live, why } => warn!(
                account,
                error = why.sentence(),
                missing = unseen.all,
                newer_than_the_export = unseen.beyond,
                tickets = live,
                advice = "check which tickets the user behind the credentials can see",
                "the resync is refused, no ticket is removed"
            ),
        }
    }
}
