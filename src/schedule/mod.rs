//! When to ask Zendesk next, and for what.
//!
//! PURE: readings of the clock come in as arguments, decisions go out. The poller obeys.
//!
//! Three things hold a request back: the poll interval once nothing more is to come, a failure's
//! back-off, and the request budget. While there is more to read and budget left, nothing waits.

mod account_clock;

mod backoff;

mod budget;

pub use account_clock::AccountClock;
pub(crate) use backoff::Backoff;
pub use backoff::{RETRY_AFTER_MAX, Retry};

use std::time::Duration;

use crate::clock::Moment;
use crate::ledger::Walk;
use crate::ticket::UnixSeconds;
use crate::zendesk::{ApiError, RateLimit};
use budget::Budget;

/// Most pages of one poll. A poll that reads more is counted as several, so that its figures
/// appear while a long first sync runs; the next one starts at once.
pub const PAGES_PER_POLL_MAX: u32 = 100;

/// Smallest page asked for after time-outs. Below this a page is no longer what makes it slow.
pub const PAGE_SIZE_MIN: u32 = 25;

/// Pages that must come in full before the page size is doubled again.
const PAGES_BEFORE_GROWING: u32 = 10;

/// The settings that pace requests.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    /// Requests to the export per clock minute.
    pub requests_per_minute: u32,
    /// The wait after an answer that had nothing more to come.
    pub poll_interval: Duration,
    /// Rows asked for per page while all goes well.
    pub page_size: u32,
    /// How failures are retried.
    pub retry: Retry,
    /// How often the last minutes are read again; `None` for never.
    pub replay_every: Option<Duration>,
}

/// What holds the next request back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// It is time for it.
    Due,
    /// The request budget of this minute is spent.
    Budget,
    /// Zendesk says that a limit is spent.
    RateLimit,
    /// The last request failed.
    Backoff,
}

/// The next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When, on the monotonic clock; at once if that has passed.
    pub at: Duration,
    /// When it would have been without budget, limit and back-off.
    pub due: Duration,
    /// For which walk.
    pub walk: Walk,
    /// Most rows to ask for.
    pub page_size: u32,
    /// What the wait until then is for.
    pub because: Because,
}

/// How a request ended, as far as the next one depends on it.
#[derive(Debug)]
pub enum Ended<'a> {
    /// A page was applied.
    Page {
        /// The walk it belongs to.
        walk: Walk,
        /// Whether there was nothing more.
        end_of_stream: bool,
    },
    /// Zendesk gave no page.
    Failed(&'a ApiError),
    /// The answer was good, but could not be used: it did not advance, or was not stored.
    Unusable,
}

/// When to ask next.
#[derive(Debug)]
pub struct Schedule {
    pacing: Pacing,
    account_clock: AccountClock,
    budget: Budget,
    backoff: Backoff,
    /// The main walk is next due.
    poll_at: Duration,
    /// The replay is next due; `None` for never, and until the main walk has caught up.
    replay_at: Option<Duration>,
    caught_up: bool,
    /// How early renewals of the token are retried that failed.
    renewal: Backoff,
    renew_not_before: Duration,
    /// Until when a failure holds everything back.
    not_before: Option<(Duration, Because)>,
    page_size: u32,
    full_pages: u32,
}

impl Schedule {
    /// A schedule whose first request is due at once. `seed` is for the jitter.
    pub fn new(pacing: Pacing, seed: u64) -> Self {
        Self {
            account_clock: AccountClock::default(),
            budget: Budget::new(pacing.requests_per_minute),
            backoff: Backoff::new(pacing.retry, seed),
            renewal: Backoff::new(pacing.retry, seed),
            renew_not_before: Duration::ZERO,
            poll_at: Duration::ZERO,
            replay_at: None,
            caught_up: false,
            not_before: None,
            page_size: pacing.page_size,
            full_pages: 0,
            pacing,
        }
    }

    /// Zendesk's clock.
    pub const fn account_clock(&self) -> &AccountClock {
        &self.account_clock
    }

    /// The next request. Asking changes nothing.
    pub fn next(&self, now: Moment) -> Next {
        // The main walk goes first whenever both are due: it is what freshness depends on.
        let (due, walk) = match self.replay_at {
            Some(replay_at) if self.poll_at > now.monotonic && replay_at < self.poll_at => {
                (replay_at, Walk::Replay)
            }
            _ => (self.poll_at, Walk::Main),
        };
        let mut next = Next {
            at: due,
            due,
            walk,
            page_size: self.page_size,
            because: Because::Due,
        };
        let budget = self
            .budget
            .free_at(now, &self.account_clock)
            .map(|at| (at, Because::Budget));
        let limit = self
            .budget
            .closed_until()
            .map(|at| (at, Because::RateLimit));
        for (at, because) in [budget, limit, self.not_before].into_iter().flatten() {
            if at > next.at {
                next.at = at;
                next.because = because;
            }
        }
        next
    }

    /// Whether a token that still works may be renewed early: not while an attempt that failed
    /// holds the next one back.
    pub fn may_renew_early(&self, now: Moment) -> bool {
        now.monotonic >= self.renew_not_before
    }

    /// An attempt to renew a token that still works ended.
    pub fn on_renewal(&mut self, failure: Option<&ApiError>, now: Moment) {
        match failure {
            None => self.renewal.reset(),
            Some(error) => {
                self.renew_not_before = now.monotonic + self.renewal.delay_after(error);
            }
        }
    }

    /// A request goes out now.
    pub fn on_request(&mut self, now: Moment) {
        self.budget.charge(now, &self.account_clock);
    }

    /// An answer came: its `Date`, if any, and what it said about limits.
    ///
    /// Returns whether the `Date` can be trusted; one that cannot tells nothing.
    pub fn on_answer(
        &mut self,
        sent: Moment,
        received: Moment,
        date: Option<UnixSeconds>,
        limits: &[RateLimit],
    ) -> bool {
        self.budget.on_limits(received, limits);
        date.is_some_and(|date| self.account_clock.observe(sent, received, date))
    }

    /// The request ended; decides what follows.
    pub fn on_ended(&mut self, ended: &Ended<'_>, now: Moment) {
        match ended {
            Ended::Page {
                walk,
                end_of_stream,
            } => self.on_page(*walk, *end_of_stream, now),
            Ended::Failed(ApiError::StartTimeTooRecent) => {
                self.on_success();
                // Holds back a replay as well: it would be too recent just the same.
                let later = now.monotonic + self.pacing.poll_interval;
                self.not_before = Some((later, Because::Due));
            }
            // Asked again at once: with a new token, or from where the walk can start over.
            Ended::Failed(ApiError::TokenExpired | ApiError::CursorLost) => {}
            Ended::Failed(error) => self.on_failure(error, now),
            Ended::Unusable => {
                let delay = self.backoff.next_delay();
                self.not_before = Some((now.monotonic + delay, Because::Backoff));
            }
        }
    }

    /// The replay that was last done ended at `replayed_at` by account time: the next one is due
    /// `replay_every` later, or at once if that has passed.
    pub fn on_replayed_at(&mut self, replayed_at: Option<UnixSeconds>, now: Moment) {
        let Some(every) = self.pacing.replay_every else {
            return;
        };
        let account_now = self.account_clock.now(now);
        let every_seconds = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        let wait = replayed_at.map_or(every_seconds, |at| {
            at.plus(every_seconds)
                .since(account_now)
                .clamp(0, every_seconds)
        });
        self.replay_at = Some(now.monotonic + Duration::from_secs(wait.unsigned_abs()));
    }

    /// Whether the main walk has reached the end of the stream since the start.
    pub const fn is_caught_up(&self) -> bool {
        self.caught_up
    }

    fn on_page(&mut self, walk: Walk, end_of_stream: bool, now: Moment) {
        self.on_success();
        self.full_pages += 1;
        if self.full_pages >= PAGES_BEFORE_GROWING {
            self.full_pages = 0;
            self.page_size = (self.page_size * 2).min(self.pacing.page_size);
        }
        match (walk, end_of_stream) {
            (Walk::Main, true) => {
                self.caught_up = true;
                self.poll_at = now.monotonic + self.pacing.poll_interval;
            }
            (Walk::Main, false) => self.poll_at = now.monotonic,
            (Walk::Replay, true) => self.replay_at = None,
            (Walk::Replay, false) => self.replay_at = Some(now.monotonic),
        }
    }

    fn on_success(&mut self) {
        self.backoff.reset();
        self.not_before = None;
    }

    fn on_failure(&mut self, error: &ApiError, now: Moment) {
        if is_too_much_at_once(error) {
            self.full_pages = 0;
            let smallest = PAGE_SIZE_MIN.min(self.pacing.page_size);
            self.page_size = (self.page_size / 2).max(smallest);
        }
        let because = match error {
            ApiError::RateLimited { .. } => Because::RateLimit,
            _ => Because::Backoff,
        };
        let delay = self.backoff.delay_after(error);
        self.not_before = Some((now.monotonic + delay, because));
    }
}

/// Whether a smaller page may come through where this one did not.
const fn is_too_much_at_once(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Timeout
            | ApiError::TooLarge { .. }
            | ApiError::Server {
                status: 504 | 524,
                ..
            }
    )
}

#[cfg(test)]
mod tests;
