//! When the walk over the whole export may ask: beside the main walk, never in its way.

use std::time::Duration;

use super::account_clock::AccountClock;
use super::backoff::Backoff;
use super::budget::Budget;
use super::pacing::Pacing;
use super::shorter_waits::Because;
use crate::clock::Moment;
use crate::ledger::SETTLE_SECONDS;
use crate::source::ApiError;
use crate::ticket::UnixSeconds;

/// The turns of the resync.
#[derive(Debug)]
pub(super) struct ResyncTurns {
    budget: Budget,
    backoff: Backoff,
    /// The next request is due; `None` for never, and until the main walk has caught up.
    due_at: Option<Duration>,
    /// What the state said of that, by account time, when it was decided.
    pub(super) stored_due: Option<UnixSeconds>,
    /// Until when a failure holds it back.
    not_before: Option<(Duration, Because)>,
    /// When the latest request went out.
    sent_at: Duration,
    /// How long the latest page took, from the request until it was stored or given up.
    page_time: Duration,
    /// Longest that a request can be due from now.
    wait_max: Duration,
}

impl ResyncTurns {
    pub(super) fn new(pacing: &Pacing, seed: u64) -> Self {
        Self {
            budget: Budget::new(per_minute(pacing)),
            backoff: Backoff::new(pacing.retry, seed),
            due_at: None,
            stored_due: None,
            not_before: None,
            sent_at: Duration::ZERO,
            page_time: PAGE_TIME_ASSUMED,
            wait_max: wait_max(pacing),
        }
    }

    /// Other settings from now on. When the next request is due must be said anew.
    pub(super) fn repace(&mut self, pacing: &Pacing) {
        self.budget.set_per_minute(per_minute(pacing));
        self.backoff.set_retry(pacing.retry);
        self.wait_max = wait_max(pacing);
        if pacing.resync.is_none() {
            (self.due_at, self.stored_due) = (None, None);
        }
    }

    /// The next request is due at `due` by account time; `None` for never.
    pub(super) fn set_due(
        &mut self,
        due: Option<UnixSeconds>,
        now: Moment,
        account_clock: &AccountClock,
    ) {
        self.due_at = due.map(|due| {
            let wait = due.since(account_clock.now(now)).max(0);
            // A clock that was set back must not put it off for as long.
            now.monotonic + Duration::from_secs(wait.unsigned_abs()).min(self.wait_max)
        });
    }

    /// When a request is due, when the resync's own limits allow it, and what it waits for.
    pub(super) fn next(
        &self,
        now: Moment,
        account_clock: &AccountClock,
    ) -> Option<(Duration, Duration, Because)> {
        let due = self.due_at?;
        let budget = self
            .budget
            .free_at(now, account_clock)
            .map(|at| (at, Because::Budget));
        // The reason is that of the latest of all, because it alone decides when the wait ends.
        let (mut at, mut because) = (due, Because::Due);
        for (later, why) in [budget, self.not_before].into_iter().flatten() {
            if later > at {
                (at, because) = (later, why);
            }
        }
        Some((due, at, because))
    }

    /// How long before the main walk is due no request of the resync goes out any more, because its
    /// answer would come too late. Never more than half of the interval, so that slow pages do not stop
    /// the resync. Example: pages take 10 s and polls are due every 60 s, so the last request of the
    /// resync goes out 10 s before a poll. With polls every 10 s it is 5 s.
    pub(super) fn room_needed(&self, poll_interval: Duration) -> Duration {
        self.page_time.min(poll_interval / 2)
    }

    pub(super) fn on_request(&mut self, now: Moment) {
        self.budget.charge(now);
        self.sent_at = now.monotonic;
    }

    pub(super) fn on_page(&mut self, now: Moment) {
        self.page_time = now.monotonic.saturating_sub(self.sent_at);
        self.on_success();
    }

    pub(super) const fn on_success(&mut self) {
        self.backoff.reset();
        self.not_before = None;
    }

    /// Whether a failure holds it back.
    pub(super) fn is_held_back(&self, now: Moment) -> bool {
        self.not_before.is_some_and(|(at, _)| at > now.monotonic)
    }

    /// A request failed. What concerns this walk alone does not hold back the others.
    pub(super) fn on_failure(&mut self, error: &ApiError, now: Moment) {
        // A request that timed out takes as long as a page would have, so it counts as one.
        self.page_time = now.monotonic.saturating_sub(self.sent_at);
        let delay = self.backoff.delay_after(error);
        self.not_before = Some((now.monotonic + delay, Because::Backoff));
    }

    pub(super) fn on_unusable(&mut self, now: Moment) {
        let delay = self.backoff.next_delay();
        self.not_before = Some((now.monotonic + delay, Because::Backoff));
    }

    /// Nothing before `at`, which is no failure.
    pub(super) const fn wait_until(&mut self, at: Duration) {
        self.not_before = Some((at, Because::Due));
    }
}

fn per_minute(pacing: &Pacing) -> u32 {
    pacing.resync.map_or(0, |resync| resync.requests_per_minute)
}

fn wait_max(pacing: &Pacing) -> Duration {
    pacing
        .resync
        .map_or(Duration::ZERO, |resync| resync.every.max(SETTLE))
}

/// What a page takes before one has come: a thousand old tickets are several megabytes.
const PAGE_TIME_ASSUMED: Duration = Duration::from_secs(10);

const SETTLE: Duration = Duration::from_secs(SETTLE_SECONDS.unsigned_abs());
