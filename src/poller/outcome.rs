//! What follows from an answer: the state of the poller moves, the schedule decides, people are
//! told.

use std::time::Duration;

use tracing::debug;

use super::Poller;
use super::known_cause::KnownCause;
use super::state::STATE_FAILURE;
use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::ledger::{Outcome, Walk};
use crate::metrics::Problem;
use crate::schedule::Ended;
use crate::source::{AnswerHead, ApiError, Endpoint, Page, TicketSource};
use crate::state::PageApplied;
use crate::walk::AnsweredRequest;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// A page was applied, and its walk says how that `ended` the request.
    pub(super) fn on_applied(
        &mut self,
        asked: &AnsweredRequest,
        ended: Option<&Ended<'static>>,
        page: &Page,
        applied: &PageApplied,
        took: Duration,
    ) {
        let (walk, now) = (asked.walk, self.clock.now());
        self.count_rows(applied, took);
        self.log_rejected(&page.rejected, &applied.rejected);
        if applied.is_out_of_order {
            self.log_out_of_order(walk);
        }
        self.log_doubted_reopens(&applied.doubted_reopens);
        if let Some(ended) = ended {
            // A page that has waited says when its request ended, not when the next one may go out.
            let at = if asked.has_waited {
                asked.received
            } else {
                now
            };
            self.schedule.on_ended(walk, ended, at);
        }
        if let Some(state) = &self.state {
            self.schedule.on_progress(state.progress(), now);
        }
        if applied.completed_initial_sync {
            self.log_initial_sync();
        }
        // A page that has waited was understood when it came.
        if matches!(ended, Some(Ended::Page { .. })) {
            self.on_understood(walk, now);
        }
        self.age_from_now_on(applied);
        let twins_began = applied.twins_began.as_ref();
        self.publisher.cells.on_twins_began(twins_began);
        if self.is_of_truth(walk) {
            let ended = self.polls.on_page(walk, page.end_of_stream, now.monotonic);
            self.count_poll(ended);
        }
        self.publish(applied.cells_changed || applied.completed_initial_sync);
        if asked.request.start.cursor().is_some() {
            self.log_cursor_taken(walk);
        }
    }

    /// Zendesk answered with a page that can be used.
    pub(super) fn on_understood(&mut self, walk: Walk, now: Moment) {
        self.log_recovered(walk);
        if walk == Walk::Deleted {
            self.deleted_failures = 0;
        }
        if self.is_of_truth(walk) {
            self.publisher.on_success(now.wall());
            self.cause = KnownCause::default();
        }
        if walk == Walk::Main {
            self.publisher.export_failure = None;
            self.choice.on_export_answer();
        }
        if self.pending_settings.prove_credentials() {
            self.outlets.findings.notify_login_works();
        }
    }

    /// Takes what a page changed into what depends on the clock.
    fn age_from_now_on(&mut self, applied: &PageApplied) {
        if applied.values_chosen_anew {
            self.fill_backlog();
        } else {
            self.publisher.ageing.apply(&applied.unsolved);
        }
    }

    pub(super) fn count_rows(&self, applied: &PageApplied, took: Duration) {
        let metrics = &self.outlets.metrics;
        metrics.on_commit(took);
        metrics.on_noticed(applied.silent_changes, applied.hidden_status_changes);
        for outcome in Outcome::ALL {
            metrics.on_rows(*outcome, applied.outcomes[*outcome as usize]);
        }
        let settings = self
            .state
            .as_ref()
            .map(|state| state.aggregates().settings());
        for (label, rows) in &applied.labels_dropped {
            let name = settings.map_or("", |settings| settings.labels.name_of(*label));
            metrics.on_label_values_dropped(name, *rows);
        }
        for (family, times) in &applied.series_dropped {
            metrics.on_series_dropped(*family, *times);
        }
    }

    /// A request gave no page: the walks and the schedule decide what follows, and people are told.
    pub(super) fn on_failure(&mut self, walk: Walk, failure: &ApiError, head: &AnswerHead) {
        let now = self.clock.now();
        // The account can be read without this list. What follows is in `on_deleted_refused`.
        if head.endpoint == Endpoint::DeletedTickets && failure.is_refusal() {
            self.walks.on_failure(walk, failure);
            if self.is_of_truth(walk) {
                self.end_poll(walk);
            }
            return;
        }
        // Without a token the page was not asked for, so its walk learns nothing.
        let ended = match head.endpoint {
            Endpoint::OAuthToken => Ended::NoToken(failure),
            _ => self.walks.on_failure(walk, failure),
        };
        self.schedule.on_ended(walk, &ended, now);
        match failure {
            ApiError::TokenExpired => {
                debug!(
                    account = self.settings.account,
                    "the OAuth token expired early"
                );
                return;
            }
            ApiError::ConnectionLost(_) => {
                debug!(
                    account = self.settings.account,
                    endpoint = head.endpoint.label(),
                    error = with_sources(failure),
                    "repeating the request on a new connection"
                );
                return;
            }
            // Only account time is somewhat ahead.
            ApiError::StartTimeTooRecent => {
                self.end_poll(walk);
                return self.publish(false);
            }
            ApiError::CursorLost => self.log_cursor_lost(walk, head.request_id.as_deref()),
            _ => self.log_failure(walk, failure, head),
        }
        let problem = Problem {
            at: now.wall(),
            reason: failure.reason(),
            message: with_sources(failure),
            advice: Some(self.advice(walk, failure, head.endpoint)),
            is_over: false,
        };
        // Zendesk works and has refused one request of many, so `zendesk_up` keeps its value.
        let is_down = !matches!(failure, ApiError::RateLimited { .. });
        self.show_failure(walk, problem, is_down);
    }

    /// An answer was good, but is not used, or no use.
    pub(super) fn on_unusable(&mut self, walk: Walk, ended: &Ended<'_>, problem: Problem) {
        self.schedule.on_ended(walk, ended, self.clock.now());
        // Of a damaged state only that the account stopped: nothing is tried again.
        if !self.publisher.status.is_stopped {
            self.log_unusable(walk, &problem);
        }
        if problem.reason == STATE_FAILURE {
            // It concerns every walk.
            return self.fail_poll(walk, problem, true);
        }
        if walk == Walk::Main {
            self.choice.on_export_answer();
        }
        self.show_failure(walk, problem, true);
    }

    /// Shows a failure of a request. Only the truth says whether the account can be read.
    fn show_failure(&mut self, walk: Walk, problem: Problem, is_down: bool) {
        if self.is_of_truth(walk) {
            return self.fail_poll(walk, problem, is_down);
        }
        if walk == Walk::Main {
            self.publisher.export_failure = Some(problem);
        }
        self.publish(false);
    }

    fn fail_poll(&mut self, walk: Walk, problem: Problem, is_down: bool) {
        self.outlets.metrics.on_poll_failed(problem.reason);
        self.publisher.on_problem(problem, is_down);
        self.end_poll(walk);
        self.publish(false);
    }

    /// Counts the poll that a failure of `walk` ends.
    fn end_poll(&mut self, walk: Walk) {
        let ended = self.polls.on_failure(walk, self.clock.now().monotonic);
        self.count_poll(ended);
    }

    fn count_poll(&self, ended: Option<Duration>) {
        if let Some(took) = ended {
            self.outlets.metrics.on_poll(took);
        }
    }
}
