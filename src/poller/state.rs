//! The state: worked with beside everything else, and what follows where it fails.

use std::ops::ControlFlow;

use tracing::{debug, error};

use super::{AGAIN, Poller, STOP, Step};
use crate::clock::Clock;
use crate::error_chain::with_sources;
use crate::ledger::Walk;
use crate::metrics::Problem;
use crate::schedule::Ended;
use crate::source::TicketSource;
use crate::state::{State, StateError};

/// The reason of a failure of the state, which is none of a source.
pub(super) const STATE_FAILURE: &str = "state";

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Works with the state for `walk` on a thread that may wait for the disk, while tickets get older
    /// here. A failure ends the step, and is told.
    pub(super) async fn with_state<T: Send + 'static>(
        &mut self,
        walk: Walk,
        work: impl FnOnce(&mut State) -> Result<T, StateError> + Send + 'static,
    ) -> Step<T> {
        let mut state = self.state.take().ok_or(STOP)?;
        let job = tokio::task::spawn_blocking(move || {
            let done = work(&mut state);
            (state, done)
        });
        match self.while_refreshing(job).await {
            Ok((state, done)) => {
                self.state = Some(state);
                done.map_err(|failure| self.on_state_failure(walk, &failure))
            }
            // A bug of ours: whoever watches over the pollers must see it, not a poller that ended.
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(STOP),
        }
    }

    /// Reads the unsolved tickets from the state. If that fails, the next step tries again, and
    /// decides.
    pub(super) fn fill_backlog(&mut self) {
        if let Some(state) = &mut self.state
            && let Err(failure) = self.publisher.ageing.fill(state)
        {
            debug!(
                account = self.settings.account,
                error = with_sources(&failure),
                "cannot read the unsolved tickets from the state"
            );
        }
    }

    fn on_state_failure(&mut self, walk: Walk, failure: &StateError) -> ControlFlow<()> {
        self.publisher.status.is_stopped = failure.is_damage();
        let problem = Problem {
            at: self.clock.now().wall(),
            reason: STATE_FAILURE,
            message: with_sources(failure),
            advice: failure.advice(),
            is_over: false,
        };
        self.on_unusable(walk, &Ended::Unusable, problem);
        if failure.is_damage() {
            // Closed before anybody hears of it: who reads that it stopped may open it.
            self.state = None;
            self.outlets.health.stopped();
            error!(
                account = self.settings.account,
                error = with_sources(failure),
                "stopped reading the account, /metrics keeps its last values"
            );
            return STOP;
        }
        AGAIN
    }

    /// After a page that could not be stored: what is in memory must be what is on disk.
    /// If it is not, there is no point in asking for more: the error says how to go on.
    pub(super) fn recover_state(&mut self) -> Step {
        let state = self.state.as_mut().ok_or(STOP)?;
        let read_anew = state.is_suspect() || !self.publisher.ageing.is_current();
        let recovered = state.recover().and_then(|()| {
            if read_anew {
                self.publisher.ageing.fill(state)?;
            }
            Ok(())
        });
        recovered.map_err(|failure| self.on_state_failure(Walk::Main, &failure))
    }
}
