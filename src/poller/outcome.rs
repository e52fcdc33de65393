//! What follows from an answer: the state of the poller moves, the schedule decides, people are
//! told.

use std::time::Duration;

use tracing::debug;

use super::Poller;
use super::arrival::InUse;
use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::ledger::{Outcome, Walk};
use crate::metrics::Problem;
use crate::schedule::{Ended, PAGES_PER_POLL_MAX};
use crate::source::{ApiError, Endpoint, Page, Source};
use crate::store::PageApplied;
use crate::walk::Trail;

/// Why a page that came is not used.
#[derive(Debug)]
pub(super) struct Unusable {
    /// The value of label `reason` that it is counted under.
    pub(super) reason: &'static str,
    /// What is wrong.
    pub(super) problem: String,
    /// What somebody can do about it, where `problem` does not say it.
    pub(super) advice: Option<&'static str>,
}

impl<C: Clock, S: Source> Poller<C, S> {
    /// A page was applied. Where it leads nowhere, what follows is for the caller to say.
    pub(super) fn on_applied(
        &mut self,
        in_use: InUse,
        page: Page,
        applied: &PageApplied,
        took: Duration,
    ) {
        let now = self.clock.now();
        let InUse { walk, leads_on, .. } = in_use;
        self.count_rows(applied, took);
        self.log_rejected(&page.rejected, &applied.rejected);
        if walk == Walk::Main {
            self.cursor_lost = false;
        } else if walk == Walk::Resync {
            self.resync.cursor_lost = false;
        } else if page.end_of_stream {
            self.replay = None;
        } else if let (Some((start, _)), Some(next)) = (&mut self.replay, page.next) {
            *start = next;
        }
        let was_caught_up = self.schedule.is_caught_up();
        let end_of_stream = page.end_of_stream;
        if leads_on {
            let (ended, at) = match in_use.waited_since {
                None => (Ended::Page { end_of_stream }, now),
                Some(came_at) => (Ended::PageThatWaited { end_of_stream }, came_at),
            };
            self.schedule.on_ended(walk, &ended, at);
        }
        let caught_up_first = !was_caught_up && self.schedule.is_caught_up();
        let replayed = walk == Walk::Replay && page.end_of_stream;
        if caught_up_first || replayed {
            self.set_replay_due();
        }
        if caught_up_first || walk == Walk::Resync {
            self.set_resync_due();
        }
        if applied.completed_initial_sync {
            self.log_initial_sync();
        }
        // One that waited was understood when it came.
        if leads_on && in_use.waited_since.is_none() {
            self.on_understood(walk, now);
        }
        self.age_from_now_on(applied);
        let twins_began = applied.twins_began.as_ref();
        self.publisher.cells.on_twins_began(twins_began);
        if walk != Walk::Resync {
            let pages = self.poll.as_mut().map_or(0, |poll| {
                poll.pages += 1;
                poll.pages
            });
            if page.end_of_stream || pages >= PAGES_PER_POLL_MAX {
                self.end_poll();
            }
        }
        self.publish(applied.cells_changed || applied.completed_initial_sync);
    }

    /// Zendesk answered with a page that can be used.
    pub(super) fn on_understood(&mut self, walk: Walk, now: Moment) {
        self.log_recovered(walk);
        self.publisher.on_success(now.wall());
        self.asker = None;
        if self.change.prove_credentials() {
            self.outlets.findings.tell_login_works();
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
        for outcome in Outcome::ALL {
            metrics.on_rows(*outcome, applied.outcomes[*outcome as usize]);
        }
        let settings = self
            .store
            .as_ref()
            .map(|store| store.aggregates().settings());
        for (label, rows) in &applied.labels_dropped {
            let name = settings.map_or("", |settings| settings.labels.name_of(*label));
            metrics.on_label_values_dropped(name, *rows);
        }
        for (family, times) in &applied.series_dropped {
            metrics.on_series_dropped(*family, *times);
        }
    }

    /// A request gave no page: logs it once, counts it, and lets the schedule decide.
    /// `request` is what was asked, and Zendesk's id of it.
    pub(super) fn on_failure(
        &mut self,
        walk: Walk,
        failure: &ApiError,
        request: (Endpoint, Option<&str>),
    ) {
        let now = self.clock.now();
        let ended = match request.0 {
            Endpoint::OAuthToken => Ended::NoToken(failure),
            _ => Ended::Failed(failure),
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
                    endpoint = request.0.label(),
                    error = with_sources(failure),
                    "repeating the request on a new connection"
                );
                return;
            }
            ApiError::CursorLost => self.on_cursor_lost(walk, request.1, now),
            _ => self.log_failure(walk, failure, request),
        }
        if walk == Walk::Replay && failure.may_concern_the_place() {
            // It begins anew when it is due again.
            self.replay = None;
        }
        self.publisher.on_problem(Problem {
            at: now.wall(),
            reason: failure.reason(),
            message: with_sources(failure),
            advice: Some(self.advice(walk, failure)),
            is_over: false,
        });
        if !matches!(failure, ApiError::RateLimited { .. }) {
            self.publisher.on_failure();
        }
        self.outlets.metrics.on_poll_failed(failure.reason());
        self.end_poll_of(walk);
        self.publish(false);
    }

    fn on_cursor_lost(&mut self, walk: Walk, request_id: Option<&str>, now: Moment) {
        // Twice in a row is no lost cursor any more, but an answer that makes no sense.
        let is_second = self.streaks_of(walk).cursors.is_running();
        self.log_cursor_lost(walk, request_id);
        match walk {
            Walk::Main => {
                self.replay = None;
                self.cursor_lost = true;
                self.main_trail = Trail::default();
            }
            Walk::Replay => self.replay = None,
            Walk::Resync => self.resync.on_cursor_lost(),
        }
        match walk {
            // What it began with is taken each time, so no back-off would grow.
            Walk::Replay if is_second => self.schedule.put_replay_off(now),
            Walk::Replay => self.schedule.on_ended(walk, &Ended::Unusable, now),
            Walk::Main | Walk::Resync if is_second => {
                self.schedule.on_ended(walk, &Ended::Unusable, now);
            }
            Walk::Main | Walk::Resync => {}
        }
    }

    /// An answer was good, but not used.
    pub(super) fn on_unusable(&mut self, walk: Walk, unusable: &Unusable, now: Moment) {
        self.schedule.on_ended(walk, &Ended::Unusable, now);
        // Of a damaged state only that the account stopped: nothing is tried again.
        if !self.publisher.is_stopped {
            self.log_unusable(walk, unusable);
        }
        self.publisher.on_problem(Problem {
            at: now.wall(),
            reason: unusable.reason,
            message: unusable.problem.clone(),
            advice: unusable.advice,
            is_over: false,
        });
        self.publisher.on_failure();
        self.outlets.metrics.on_poll_failed(unusable.reason);
        self.end_poll_of(walk);
        self.publish(false);
    }
}
