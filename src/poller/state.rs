//! The state: worked with beside everything else, and what follows where it fails.

use std::ops::ControlFlow;

use tracing::{debug, error};

use super::Poller;
use super::outcome::Unusable;
use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::ledger::Walk;
use crate::source::TicketSource;
use crate::store::{Store, StoreError};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Works with the state on a thread that may wait for the disk, while tickets get older here. To
    /// be left with if there is no state any more.
    pub(super) async fn with_store<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, ControlFlow<()>> {
        let Some(mut store) = self.store.take() else {
            return Err(ControlFlow::Break(()));
        };
        let job = tokio::task::spawn_blocking(move || {
            let done = work(&mut store);
            (store, done)
        });
        match self.beside(job).await {
            Ok((store, done)) => {
                self.store = Some(store);
                Ok(done)
            }
            // A bug of ours: whoever watches over the pollers must see it, not a poller that ended.
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(ControlFlow::Break(())),
        }
    }

    /// Reads the unsolved tickets from the state. If that fails, the next step tries again, and
    /// decides.
    pub(super) fn fill_backlog(&mut self) {
        if let Some(store) = &self.store
            && let Err(failure) = self.publisher.ageing.fill(store)
        {
            debug!(
                account = self.settings.account,
                error = with_sources(&failure),
                "cannot read the unsolved tickets from the state"
            );
        }
    }

    pub(super) fn on_store_failure(
        &mut self,
        walk: Walk,
        failure: &StoreError,
        now: Moment,
    ) -> ControlFlow<()> {
        self.publisher.is_stopped = failure.is_damage();
        let unusable = Unusable {
            reason: "state",
            problem: with_sources(failure),
            advice: failure.advice(),
        };
        self.on_unusable(walk, &unusable, now);
        if failure.is_damage() {
            // Closed before anybody hears of it: who reads that it stopped may open it.
            self.store = None;
            self.outlets.health.stopped();
            error!(
                account = self.settings.account,
                error = with_sources(failure),
                "stopped reading the account, /metrics keeps its last values"
            );
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// After a page that could not be stored: what is in memory must be what is on disk.
    /// If it is not, there is no point in asking for more: the error says how to go on.
    pub(super) fn recover_store(&mut self) -> Result<(), ControlFlow<()>> {
        let Some(store) = &mut self.store else {
            return Err(ControlFlow::Break(()));
        };
        let read_anew = store.is_suspect() || !self.publisher.ageing.is_current();
        let recovered = store.recover().and_then(|()| {
            if read_anew {
                self.publisher.ageing.fill(store)?;
            }
            Ok(())
        });
        recovered.map_err(|failure| {
            let now = self.clock.now();
            self.on_store_failure(Walk::Main, &failure, now)
        })
    }
}
