//! Why the export was refused: asked of Zendesk where the refusal does not tell.

use super::Poller;
use crate::clock::Clock;
use crate::ledger::Walk;
use crate::source::{ApiError, Asker, CurrentUser, Exchange, TicketSource};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// The refusal of a request of `walk`, by who was refused. That is asked after the first such
    /// refusal, and once it was told not again before a page has come or the credentials have changed.
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
        let asker = match self.asker {
            Some(asker) => asker,
            None => self.ask_who_asks(walk).await,
        };
        // An outage of that endpoint must not decide for as long as the refusals last.
        self.asker = Some(asker).filter(|asker| *asker != Asker::Unknown);
        refusal.judged_by(asker)
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
        let source = std::sync::Arc::clone(&self.source);
        let exchange = self
            .while_refreshing(source.current_user(self.account_now()))
            .await;
        self.on_answer(&exchange.head, sent);
        exchange
    }
}
