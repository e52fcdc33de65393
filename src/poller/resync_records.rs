//! The records that a resync has not seen: when they are looked at, and what is told of a resync.

use tracing::{info, warn};

use super::{Poller, Step};
use crate::clock::Clock;
use crate::ledger::{ResyncEnd, Walk};
use crate::source::TicketSource;
use crate::state::State;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Whether a resync has records to look at, and there is time for it.
    pub(super) fn has_records_to_look_at(&self) -> bool {
        let has_work = |state: &State| state.progress().resync.next_records().is_some();
        self.state.as_ref().is_some_and(has_work)
            && self.schedule.may_look_at_records(self.clock.now())
    }

    /// Looks at the next run of records, counts or sweeps, and publishes.
    pub(super) async fn look_at_records(&mut self) -> Step {
        self.recover_state()?;
        let account_now = self.account_now();
        let work = move |state: &mut State| state.look_at_records(account_now);
        let looked_at = self.with_state(Walk::Resync, work).await?;
        self.schedule.on_records_looked_at();
        // `None` says that the ticket is not unsolved any more.
        let gone: Vec<_> = looked_at.swept.iter().map(|(id, _)| (*id, None)).collect();
        self.publisher.ageing.apply(&gone);
        if let Some(end) = looked_at.ended {
            self.log_resync_ended(end);
        }
        let now = self.clock.now();
        let progress = self.state.as_ref().map(State::progress);
        if let Some(progress) = progress {
            self.schedule.on_progress(progress, now);
        }
        let cells_changed = !looked_at.swept.is_empty();
        if cells_changed || looked_at.ended.is_some() {
            self.publish(cells_changed);
        }
        Ok(())
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
