//! Why the export was refused: asked of Zendesk where the refusal does not tell.

use std::sync::Arc;

use super::Poller;
use crate::clock::Clock;
use crate::ledger::Walk;
use crate::schedule::ListRole;
use crate::source::{ApiError, Asker, CurrentUser, Exchange, TicketSource};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// The refusal of a request of `walk`, by who was refused. That is asked after the first such
    /// refusal, and once it was told not again before a page has come or the credentials have changed. After a refusal
    /// of the export the list of tickets is asked in the same way: if it answers, the export alone is closed.
    pub(super) async fn find_cause(
        &mut self,
        walk: Walk,
        status: Option<u16>,
        refusal: ApiError,
    ) -> ApiError {
        let is_export_refused =
            walk == Walk::Main && self.choice.tries_export() && refusal.is_refusal();
        let is_in_doubt = status == Some(403) && refusal.depends_on_asker();
        if !is_in_doubt && !is_export_refused {
            return refusal;
        }
        let asker = match self.cause.asker {
            Some(asker) => asker,
            None => self.ask_who_asks(walk).await,
        };
        // An outage of that endpoint must not decide for as long as the refusals last.
        self.cause.asker = Some(asker).filter(|asker| *asker != Asker::Unknown);
        if is_export_refused {
            self.ask_whether_list_answers().await;
        }
        refusal.judged_by(asker)
    }

    /// Whether Zendesk shows the list of tickets to whom it refuses the export, if that is known.
    pub(super) fn list_answers(&self) -> Option<bool> {
        match self.schedule.list_role() {
            ListRole::Truth => Some(true),
            ListRole::Off | ListRole::FastLane => self.cause.list_answers,
        }
    }

    async fn ask_whether_list_answers(&mut self) {
        // Before the initial sync is complete, the refusal itself is followed by the same request.
        let is_synced = self
            .state
            .as_ref()
            .is_some_and(|state| state.progress().initial_sync_complete);
        let is_known = self.list_answers().is_some();
        if is_synced && !is_known && self.schedule.may_ask_list(self.clock.now()) {
            self.cause.list_answers = match self.ask_list_once().await {
                Ok(_) => Some(true),
                Err(failure) => failure.is_refusal().then_some(false),
            };
        }
    }

    async fn ask_who_asks(&mut self, walk: Walk) -> Asker {
        let exchange = self.current_user(walk).await;
        let exchange = match exchange.outcome {
            // Met a connection that had gone stale: once more, on a fresh one.
            Err(ApiError::ConnectionLost(_)) => self.current_user(walk).await,
            _ => exchange,
        };
        if let Err(failure) = &exchange.outcome {
            self.schedule.wait_as_asked(failure, self.clock.now());
        }
        Asker::from_answer(&exchange.outcome)
    }

    async fn current_user(&mut self, walk: Walk) -> Exchange<CurrentUser> {
        let sent = self.clock.now();
        self.schedule.on_request(walk, sent);
        let source = Arc::clone(&self.source);
        let exchange = self
            .while_refreshing(source.current_user(self.account_now()))
            .await;
        self.on_answer(&exchange.head, sent);
        exchange
    }
}
