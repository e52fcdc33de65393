//! What the log says of requests and pages that failed, and of the end of such a streak.

use tracing::{debug, error, info, warn};

use super::state::STATE_FAILURE;
use super::{LeftOut, Poller};
use crate::clock::Clock;
use crate::error_chain::with_sources;
use crate::ledger::{HIDDEN_REOPENS_MAX, Walk};
use crate::metrics::Problem;
use crate::source::{AnswerHead, ApiError, Endpoint, RejectedRow, TicketSource};
use crate::streak::EndedStreak;
use crate::ticket::TicketId;
use crate::walk::{AnsweredRequest, Meaning};

/// Rows of one page that are named when they are left out, and tickets whose reopens are not counted.
const REJECTED_NAMED_MAX: usize = 20;

/// Rows that are remembered as named. More are named again, which is better than more memory.
const LEFT_OUT_MAX: usize = 10_000;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Names the rows that were left out and not named before: some of them, as a broken page can have a thousand.
    pub(super) fn log_rejected(&mut self, undecoded: &[RejectedRow], refused: &[RejectedRow]) {
        let rejected = undecoded.iter().chain(refused);
        let rows: LeftOut = rejected.map(|row| (row.id, row.reason)).collect();
        let new: Vec<_> = rows.difference(&self.left_out).copied().collect();
        let account = &self.settings.account;
        for (id, reason) in new.iter().take(REJECTED_NAMED_MAX) {
            warn!(account, ticket.id = id, reason, "skipped an unusable row");
        }
        let further = new.len().saturating_sub(REJECTED_NAMED_MAX);
        if further > 0 {
            warn!(
                account,
                rows = further,
                "skipped more unusable rows of the same page"
            );
        }
        if self.left_out.len() + new.len() > LEFT_OUT_MAX {
            self.left_out.clear();
        }
        self.left_out.extend(new);
    }

    /// Says once that a list is not in the order that the position in it rests on.
    pub(super) fn log_out_of_order(&mut self, walk: Walk) {
        // A full walk reads the same list.
        let (walk, list, key) = match walk {
            Walk::Deleted => (walk, "the list of deleted tickets", "deleted_at"),
            _ => (Walk::List, "the list of tickets", "updated_at"),
        };
        let told = &mut self.streaks.of_walk(walk).told_out_of_order;
        if !std::mem::replace(told, true) {
            warn!(
                account = self.settings.account,
                "{list} is not in the order of {key}, so the exporter cannot rely on its position and reads it again from the stored one"
            );
        }
    }

    /// Names the tickets whose number of reopens cannot be true: some of them, as a broken page can have a thousand.
    pub(super) fn log_doubted_reopens(&self, tickets: &[TicketId]) {
        for id in tickets.iter().take(REJECTED_NAMED_MAX) {
            warn!(
                account = self.settings.account,
                ticket.id = id.0,
                "the number of reopens in a metric set grew by more than {HIDDEN_REOPENS_MAX} at once, the growth is not counted"
            );
        }
    }

    /// Says what failed, where, and what to do about it; of a long streak only some failures.
    pub(super) fn log_failure(&mut self, walk: Walk, failure: &ApiError, head: &AnswerHead) {
        let Some(failures) = self.failures_to_log(walk, failure.reason()) else {
            return;
        };
        let retry_in_seconds = self.retry_in_seconds(walk);
        let account = &self.settings.account;
        let (endpoint, request_id) = (head.endpoint, head.request_id.as_deref());
        let url = self.source.address(endpoint);
        let error = with_sources(failure);
        let advice = self.advice(walk, failure, endpoint);
        let message = match (endpoint, walk) {
            (Endpoint::OAuthToken, _) => "cannot get an OAuth token from Zendesk, will retry",
            (Endpoint::TicketsList, _) => "cannot read the list of tickets, will retry",
            (Endpoint::DeletedTickets, _) => "cannot read the list of deleted tickets, will retry",
            (Endpoint::ShowMany | Endpoint::ShowOne, _) => {
                "cannot read tickets by their ids, will retry"
            }
            (_, Walk::Resync) => "the resync cannot read the export, will retry",
            (_, Walk::Replay) => "the replay cannot read the export, will retry",
            (_, Walk::Main) => "cannot read the export, will retry",
            (_, Walk::List) => "cannot read the list of tickets, will retry",
            (_, Walk::Deleted) => "cannot read the list of deleted tickets, will retry",
            (_, Walk::Verify | Walk::Archive) => "cannot read tickets by their ids, will retry",
        };
        // Of a refused export that the list has replaced nothing is missing.
        let is_expected = walk == Walk::Main && failure.is_refusal() && !self.is_of_truth(walk);
        if is_expected {
            info!(
                account,
                url, error, advice, request_id, failures, retry_in_seconds, "{message}"
            );
        } else if failure.needs_a_person() {
            error!(
                account,
                url, error, advice, request_id, failures, retry_in_seconds, "{message}"
            );
        } else {
            warn!(
                account,
                url, error, advice, request_id, failures, retry_in_seconds, "{message}"
            );
        }
    }

    /// What somebody can do about a failure of a request of `walk` to `endpoint`.
    pub(super) fn advice(
        &self,
        walk: Walk,
        failure: &ApiError,
        endpoint: Endpoint,
    ) -> &'static str {
        match (walk, failure) {
            // No setting names where it begins.
            (Walk::Replay, ApiError::StartTimeRefused { .. }) => {
                "check the clock of this machine; the replay begins a few minutes before the present"
            }
            (Walk::Main, _) if self.choice.tries_export() && failure.is_refusal() => {
                match self.list_answers() {
                    Some(list_answers) => failure.advice_beside_list(list_answers),
                    None => failure.advice(self.source.auth_method()),
                }
            }
            _ => failure.advice_at(endpoint, self.source.auth_method()),
        }
    }

    /// What is wrong with a page that leads nowhere.
    pub(super) fn leads_nowhere(&self, asked: &AnsweredRequest, meaning: Meaning) -> Problem {
        let url = self.source.address(asked.head.endpoint);
        let (next_page, advice) = if meaning == Meaning::NoProgress {
            (
                "is one that was already read",
                match asked.request.start.kind() {
                    kind if kind.is_export() => {
                        "if it persists, set export.source to the other export"
                    }
                    _ => "if it persists, report it: the exporter cannot read beyond this page",
                },
            )
        } else {
            ("begins in the future", "check the clock of this machine")
        };
        Problem {
            at: asked.received.wall(),
            reason: "no_progress",
            message: format!(
                "Zendesk says that more pages follow, but the next page {next_page} ({url}); the exporter asks again"
            ),
            advice: Some(advice),
            is_over: false,
        }
    }

    /// Says why a page that came could not be used or stored; of a long streak only some failures.
    pub(super) fn log_unusable(&mut self, walk: Walk, problem: &Problem) {
        let Some(failures) = self.failures_to_log(walk, problem.reason) else {
            return;
        };
        let retry_in_seconds = self.retry_in_seconds(walk);
        let account = &self.settings.account;
        let (error, advice) = (&problem.message, problem.advice);
        let message = if problem.reason == STATE_FAILURE {
            "cannot store a page of tickets, will retry"
        } else {
            "cannot use a page of tickets, will retry"
        };
        warn!(
            account,
            error, advice, failures, retry_in_seconds, "{message}"
        );
    }

    /// Says what the first sync read, and how long it took, restarts included.
    pub(super) fn log_initial_sync(&self) {
        let Some(state) = &self.state else {
            return;
        };
        let progress = state.progress();
        let began = progress.baseline;
        info!(
            account = self.settings.account,
            tickets = progress.tickets,
            duration_seconds = began.map(|began| self.account_now().since(began).max(0)),
            "the first sync is complete"
        );
    }

    /// Says that a page was read and stored after failures.
    pub(super) fn log_recovered(&mut self, walk: Walk) {
        let now = self.clock.now().monotonic;
        let ended = self.streaks.of_walk(walk).requests.on_success(now);
        let is_first = !self.publisher.has_been_read();
        self.log_end(
            ended,
            match walk {
                Walk::Main if is_first => "the export can be read",
                Walk::Main => "reading the export again",
                Walk::Replay => "the replay reads the export again",
                Walk::Resync if self.schedule.is_of_list(walk) => {
                    "reading the list of tickets again"
                }
                Walk::Resync => "the resync reads the export again",
                Walk::List => "reading the list of tickets again",
                Walk::Deleted => "reading the list of deleted tickets again",
                Walk::Verify | Walk::Archive => "reading tickets by their ids again",
            },
        );
    }

    /// Says that a walk starts over; while no cursor is taken only some times.
    pub(super) fn log_cursor_lost(&mut self, walk: Walk, request_id: Option<&str>) {
        let now = self.clock.now().monotonic;
        let cursors = &mut self.streaks.of_walk(walk).cursors;
        let Some(failures) = cursors.on_failure("cursor", now) else {
            return;
        };
        let message = if self.schedule.is_of_list(walk) {
            "Zendesk no longer accepts the cursor, reading the list again from its oldest row"
        } else {
            "Zendesk no longer accepts the cursor, continuing from a few minutes before the latest row"
        };
        warn!(
            account = self.settings.account,
            request_id, failures, "{message}"
        );
    }

    /// Says that a cursor was taken after some were lost.
    pub(super) fn log_cursor_taken(&mut self, walk: Walk) {
        let now = self.clock.now().monotonic;
        let ended = self.streaks.of_walk(walk).cursors.on_success(now);
        self.log_end(ended, "Zendesk accepts cursors again");
    }

    /// Says that a token which still works could not be renewed; of a long streak only some times.
    pub(super) fn log_renewal_failed(&mut self, failure: &ApiError) {
        let now = self.clock.now().monotonic;
        let renewal = &mut self.streaks.renewal;
        let Some(failures) = renewal.on_failure(failure.reason(), now) else {
            return;
        };
        warn!(
            account = self.settings.account,
            error = with_sources(failure),
            advice = failure.advice(self.source.auth_method()),
            failures,
            "cannot renew the OAuth token early, keeping the current one"
        );
    }

    /// Says that a token came after renewals that failed.
    pub(super) fn log_renewed(&mut self) {
        let now = self.clock.now().monotonic;
        let ended = self.streaks.renewal.on_success(now);
        self.log_end(ended, "renewed the OAuth token after failures");
    }

    /// Says that a streak is over, if there was one.
    fn log_end(&self, ended: Option<EndedStreak>, message: &'static str) {
        if let Some(ended) = ended {
            info!(
                account = self.settings.account,
                after_seconds = ended.after.as_secs(),
                failures = ended.failures,
                "{message}"
            );
        }
    }

    /// The number of failures in a row if this one is to be logged.
    fn failures_to_log(&mut self, walk: Walk, reason: &'static str) -> Option<u32> {
        let now = self.clock.now().monotonic;
        let failures = self.streaks.of_walk(walk).requests.on_failure(reason, now);
        if failures.is_none() {
            debug!(
                account = self.settings.account,
                reason, "failed again for the same reason"
            );
        }
        failures
    }

    /// Whole seconds until the walk asks next, rounded up; `None` for a resync of an export, whose turn
    /// depends on the polls.
    fn retry_in_seconds(&self, walk: Walk) -> Option<u64> {
        let now = self.clock.now();
        let at = self.schedule.next_of(walk, now)?;
        let wait = at.saturating_sub(now.monotonic);
        Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}
