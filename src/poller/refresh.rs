//! How the poller waits, and what it shows anew meanwhile.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::Poller;
use super::publish::Now;
use crate::clock::Clock;
use crate::source::TicketSource;

/// How often what depends on the clock is shown anew. Nothing shown may be older than 15 seconds;
/// the rest is for a busy machine.
const REFRESH_EVERY: Duration = Duration::from_secs(10);

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Waits for `work`, and meanwhile shows anew what depends on the clock, and what the lookups find
    /// when they find it. Every wait of the poller is one of these.
    pub(super) async fn while_refreshing<T>(&mut self, work: impl Future<Output = T>) -> T {
        let clock = Arc::clone(&self.clock);
        let mut work = pin!(work);
        loop {
            // A new one for each round: it is a wait for the next change.
            let found = self.outlets.findings.changed();
            tokio::select! {
                // The work goes first: an answer that is there is not kept waiting by a refresh.
                biased;
                done = &mut work => return done,
                () = clock.passes(self.refresh_at) => self.refresh(),
                () = found => self.refresh(),
            }
        }
    }

    fn refresh(&mut self) {
        let now = self.now();
        if let Some(snapshot) = self.publisher.refreshed(now) {
            self.outlets.published.store(Arc::new(snapshot));
        }
        self.refresh_later(now);
    }

    /// Shows everything anew after a while, or when new series are to be shown as they are.
    pub(super) fn refresh_later(&mut self, now: Now) {
        let usual = now.monotonic + REFRESH_EVERY;
        let lets_go_at = self.publisher.cells.lets_go_at();
        self.refresh_at = lets_go_at.map_or(usual, |at| at.min(usual));
    }
}
