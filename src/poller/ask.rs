//! The one request of a step: the token before it, where the page begins, and what the answer says
//! beside its content.

use std::ops::ControlFlow;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::Poller;
use super::arrival::Arrived;
use crate::clock::{Clock, Moment};
use crate::ledger::Walk;
use crate::schedule::{Ended, Next};
use crate::source::{
    AnswerHead, ApiError, Exchange, ExportRequest, Login, Page, Position, TicketSource, TokenUse,
};
use crate::walk::{Trail, main_start, not_too_recent, replay_start, restart};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Asks for a page, and takes what comes.
    pub(super) async fn ask(
        &mut self,
        next: Next,
        shutdown: &CancellationToken,
    ) -> ControlFlow<()> {
        let request = ExportRequest {
            start: self.place(next.walk),
            page_size: next.page_size,
            account_now: self.account_now(),
            is_time_sure: self.schedule.account_clock().is_believed(),
        };
        self.schedule.on_request(next.walk, self.clock.now());
        let sent = self.clock.now();
        let source = Arc::clone(&self.source);
        let exchange = tokio::select! {
            biased;
            () = shutdown.cancelled() => return ControlFlow::Break(()),
            exchange = self.beside(source.fetch(&request)) => exchange,
        };
        self.on_exchange(next.walk, request, exchange, sent, shutdown)
            .await
    }

    /// Gets a token if the source needs one. Fails only if there is none to go on with.
    pub(super) async fn log_in(&mut self, now: Moment) -> Result<(), ApiError> {
        let login = self.source.login(TokenUse::Tickets, now);
        let is_early = login == Login::Advised;
        if login == Login::NotNeeded || (is_early && !self.schedule.may_renew_early(now)) {
            return Ok(());
        }
        let source = Arc::clone(&self.source);
        let Some(exchange) = self.beside(source.renew(TokenUse::Tickets, now)).await else {
            return Ok(());
        };
        self.on_answer(&exchange.head, now);
        if let Err(lost @ ApiError::ConnectionLost(_)) = exchange.outcome {
            return Err(lost);
        }
        if is_early {
            let failure = exchange.outcome.as_ref().err();
            self.schedule.on_renewal(failure, self.clock.now());
        }
        match exchange.outcome {
            Ok(lease) => {
                debug!(
                    account = self.settings.account,
                    expires_at = lease.expires_at.map(|at| at.0),
                    "got an OAuth token"
                );
                self.log_renewed();
                Ok(())
            }
            Err(failure) if is_early => {
                self.log_renewal_failed(&failure);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Where the next page of a walk begins.
    pub(super) fn place(&mut self, walk: Walk) -> Position {
        let account_now = self.account_now();
        match (walk, &self.replay, self.store.as_ref()) {
            (Walk::Replay, Some((start, _)), _) => not_too_recent(start, account_now),
            (Walk::Replay, None, _) => {
                let start = replay_start(
                    self.settings.replay_window,
                    self.settings.start_time,
                    account_now,
                );
                self.replay = Some((start.clone(), Trail::default()));
                start
            }
            (Walk::Resync, _, Some(store)) => {
                self.resync
                    .start(store.progress(), &self.settings, account_now)
            }
            (Walk::Main, _, Some(store)) if !self.cursor_lost => main_start(
                store.progress(),
                self.settings.source,
                self.settings.start_time,
                account_now,
            ),
            (Walk::Main, _, Some(store)) => {
                restart(store.progress(), self.settings.start_time, account_now)
            }
            (Walk::Main | Walk::Resync, _, None) => Position::Time(self.settings.start_time),
        }
    }

    async fn on_exchange(
        &mut self,
        walk: Walk,
        request: ExportRequest,
        exchange: Exchange<Page>,
        sent: Moment,
        shutdown: &CancellationToken,
    ) -> ControlFlow<()> {
        let received = self.clock.now();
        let is_sure = self.schedule.account_clock().is_believed();
        self.on_answer(&exchange.head, sent);
        match exchange.outcome {
            Ok(page) => {
                let arrived = Arrived {
                    walk,
                    start: request.start,
                    page,
                    endpoint: exchange.head.endpoint,
                    date: exchange.head.date,
                    sent,
                    received,
                    is_sure,
                };
                self.on_arrival(arrived).await
            }
            Err(ApiError::StartTimeTooRecent) => {
                // It began by an account time that was ahead.
                self.replay = None;
                let too_recent = Ended::Failed(&ApiError::StartTimeTooRecent);
                self.schedule.on_ended(walk, &too_recent, received);
                self.end_poll_of(walk);
                self.publish(false);
                ControlFlow::Continue(())
            }
            Err(failure) => {
                let failure = tokio::select! {
                    biased;
                    () = shutdown.cancelled() => return ControlFlow::Break(()),
                    failure = self.find_cause(walk, exchange.head.status, failure) => failure,
                };
                let request = (exchange.head.endpoint, exchange.head.request_id.as_deref());
                self.on_failure(walk, &failure, request);
                ControlFlow::Continue(())
            }
        }
    }

    /// Notes what every answer says beside its content.
    pub(super) fn on_answer(&mut self, head: &AnswerHead, sent: Moment) {
        let received = self.clock.now();
        let took = received.monotonic.saturating_sub(sent.monotonic);
        let metrics = &self.outlets.metrics;
        metrics.on_request(head.endpoint, head.status, took);
        self.schedule.on_answer(sent, received, &head.rate_limits);
        // An answer that never came says nothing.
        if head.status.is_none() {
            return;
        }
        let clock = &self.outlets.account_clock;
        let verdict = clock.observe(sent, received, head.date);
        self.tell_of_clock(verdict);
        self.follow_account_clock();
        // Requests for tokens have limits of their own.
        if head.endpoint == self.settings.source.sees().endpoint {
            let account_now = self.account_now();
            let metrics = &self.outlets.metrics;
            metrics.on_rate_limits(&head.rate_limits, account_now);
            self.publisher.on_limits(&head.rate_limits, account_now);
        }
    }
}
