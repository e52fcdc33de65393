//! The one request of a step: when it goes out, the token before it, and what the answer says beside
//! its content.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{AGAIN, Poller, STEP_MARGIN, STOP, Step};
use crate::clock::{Clock, Moment};
use crate::ledger::Walk;
use crate::schedule::{Because, ListRole, NextRequest};
use crate::source::{AnswerHead, ApiError, Endpoint, Login, PageRequest, TicketSource, TokenUse};
use crate::walk::{AnsweredRequest, Arrived};

/// Requests of one step: for a token and for the page. If the page is refused, for the user behind the credentials, and
/// twice for one ticket of the list, to tell the cause and to decide. Each of these three is sent once more on a fresh
/// connection.
const REQUESTS_PER_STEP_MAX: u32 = 8;

/// Failures in a row of the list of deleted tickets after which the first sync does not wait for it.
const DELETED_FAILURES_MAX: u32 = 10;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Waits until the next request is due, and says which. New settings end the step.
    pub(super) async fn wait_for_turn(
        &mut self,
        shutdown: &CancellationToken,
    ) -> Step<NextRequest> {
        let began = self.clock.now();
        let next = self.schedule.next(began);
        // The margin is for the page's transaction.
        let longest = self.settings.request_timeout * REQUESTS_PER_STEP_MAX + STEP_MARGIN;
        let waits_until = next.at.max(began.monotonic);
        self.outlets.health.expect_by(waits_until + longest);
        let clock = Arc::clone(&self.clock);
        let new_settings = self.pending_settings.arrival();
        let is_time = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Err(STOP),
            () = new_settings => false,
            () = self.while_refreshing(clock.sleep_until(next.at)) => true,
        };
        let now = self.clock.now();
        if next.because == Because::RateLimit {
            // The part of the wait that the limit caused, without the time until the request was due.
            let waited_from = began.monotonic.max(next.due);
            let waited = now.monotonic.saturating_sub(waited_from);
            self.outlets.metrics.on_rate_limit_wait(waited);
        }
        if !is_time || !self.schedule.still_stands(next, now) {
            return Err(AGAIN);
        }
        if self.is_of_truth(next.walk) {
            self.polls.on_turn(next.walk, now.monotonic);
        }
        Ok(next)
    }

    /// Asks for a page, and takes what comes.
    pub(super) async fn ask(&mut self, next: NextRequest, shutdown: &CancellationToken) -> Step {
        if matches!(next.walk, Walk::Verify | Walk::Archive) {
            return self.ask_by_ids(next, shutdown).await;
        }
        let (walk, account_now) = (next.walk, self.account_now());
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        let request = PageRequest {
            start: self.walks.next_page(walk, progress, account_now),
            page_size: next.page_size,
            account_now,
            is_time_sure: self.schedule.account_clock().is_believed(),
        };
        // Before the answer: also a request that is given up counts against Zendesk's limits.
        self.schedule.on_request(walk, self.clock.now());
        let sent = self.clock.now();
        let source = Arc::clone(&self.source);
        let fetched = self.while_refreshing(source.fetch(&request));
        let exchange = or_shutdown(fetched, shutdown).await?;
        let received = self.clock.now();
        self.on_answer(&exchange.head, sent);
        match exchange.outcome {
            Ok(page) => {
                let asked = AnsweredRequest {
                    walk,
                    request,
                    head: exchange.head,
                    sent,
                    received,
                    has_waited: false,
                };
                self.on_arrival(Arrived { asked, page }).await
            }
            Err(failure) => {
                let cause = self.find_cause(walk, exchange.head.status, failure);
                let failure = or_shutdown(cause, shutdown).await?;
                self.on_failure(walk, &failure, &exchange.head);
                self.after_failure(walk, &failure, shutdown).await
            }
        }
    }

    /// What follows from a refusal: of an export, or of the list of deleted tickets.
    async fn after_failure(
        &mut self,
        walk: Walk,
        failure: &ApiError,
        shutdown: &CancellationToken,
    ) -> Step {
        match walk {
            Walk::Main if failure.is_refusal() => self.on_refused(failure, shutdown).await,
            Walk::Deleted if failure.is_refusal() || self.gives_up_deleted(failure) => {
                self.on_deleted_refused(failure).await
            }
            _ => Ok(()),
        }
    }

    /// Whether the first sync goes on without the list of deleted tickets, because that list fails again and again. No
    /// gauge needs it, and without a first sync nothing is shown.
    fn gives_up_deleted(&mut self, failure: &ApiError) -> bool {
        if !failure.is_repeated_at_once() {
            self.deleted_failures = self.deleted_failures.saturating_add(1);
        }
        let is_awaited = self.state.as_ref().is_some_and(|state| {
            let progress = state.progress();
            progress.truth.is_list && !progress.initial_sync_complete
        });
        is_awaited && self.deleted_failures >= DELETED_FAILURES_MAX
    }

    /// Whether the request limits that this endpoint states are shown: those of the truth.
    fn shows_limits_of(&self, endpoint: Endpoint) -> bool {
        match self.schedule.list_role() {
            ListRole::Truth => endpoint == Endpoint::TicketsList,
            ListRole::Off | ListRole::FastLane => {
                endpoint == self.settings.walks.source.sees().endpoint
            }
        }
    }

    /// Gets a token for a request of `next.walk` if the source needs one. A failure ends the step
    /// only if there is no token to go on with.
    pub(super) async fn log_in(&mut self, next: NextRequest, shutdown: &CancellationToken) -> Step {
        let now = self.clock.now();
        if let Err(failure) = or_shutdown(self.renew_token(now), shutdown).await? {
            let head = AnswerHead::unanswered(Endpoint::OAuthToken);
            self.on_failure(next.walk, &failure, &head);
            return Err(AGAIN);
        }
        Ok(())
    }

    async fn renew_token(&mut self, now: Moment) -> Result<(), ApiError> {
        let login = self.source.login(TokenUse::Tickets, now);
        let is_early = login == Login::Advised;
        if login == Login::NotNeeded || (is_early && !self.schedule.may_renew_early(now)) {
            return Ok(());
        }
        let source = Arc::clone(&self.source);
        let Some(exchange) = self
            .while_refreshing(source.renew(TokenUse::Tickets, now))
            .await
        else {
            return Ok(());
        };
        self.on_answer(&exchange.head, now);
        // No failure of the token, so no back-off follows: the step begins again at once, on a fresh
        // connection.
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
            // The present token still works, so the page is asked for with it.
            Err(failure) if is_early => {
                self.log_renewal_failed(&failure);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Notes what every answer says beside its content.
    pub(super) fn on_answer(&mut self, head: &AnswerHead, sent: Moment) {
        let received = self.clock.now();
        let took = received.monotonic.saturating_sub(sent.monotonic);
        let metrics = &self.outlets.metrics;
        metrics.on_request(head.endpoint, head.status, took);
        self.schedule
            .on_answer(head.endpoint, [sent, received], &head.rate_limits);
        // An answer that never came says nothing.
        if head.status.is_none() {
            return;
        }
        let clock = &self.outlets.account_clock;
        let verdict = clock.observe(sent, received, head.date);
        self.log_clock_verdict(verdict);
        self.follow_account_clock();
        // Requests for tokens have limits of their own.
        if self.shows_limits_of(head.endpoint) {
            let account_now = self.account_now();
            let metrics = &self.outlets.metrics;
            metrics.on_rate_limits(&head.rate_limits, account_now);
            self.publisher.on_limits(&head.rate_limits, account_now);
        }
    }
}

/// Waits for `work`, unless the program ends before.
pub(super) async fn or_shutdown<T>(
    work: impl Future<Output = T>,
    shutdown: &CancellationToken,
) -> Step<T> {
    tokio::select! {
        biased;
        () = shutdown.cancelled() => Err(STOP),
        done = work => Ok(done),
    }
}
