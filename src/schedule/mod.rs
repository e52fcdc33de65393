//! When to ask Zendesk next, and for what.
//!
//! PURE: readings of the clock come in as arguments, decisions go out. The poller obeys.
//!
//! Three things hold a request back: the poll interval once nothing more is to come, a failure's
//! back-off, and the request budget. While there is more to read and budget left, nothing waits.

mod account_clock;

mod backoff;

mod budget;

mod hold;

mod page_size;

mod pacing;

mod polls;

mod resync;

mod turns;

pub use account_clock::{AccountClock, DATE_APART_SECONDS_MAX, SharedAccountClock, Verdict};
pub(crate) use backoff::Backoff;
pub use backoff::{RETRY_AFTER_MAX, Retry};
pub use hold::Because;
pub use pacing::{Pacing, ResyncPacing, SEARCH_COUNTS_EVERY_MIN};
pub use page_size::PAGE_SIZE_MIN;
pub use polls::Polls;
pub use turns::Next;

use std::time::Duration;

use crate::clock::Moment;
use crate::ledger::{Progress, Walk};
use crate::source::{ApiError, RateLimit};
use crate::ticket::UnixSeconds;
use budget::Budget;
use hold::{BroughtForward, Hold};
use page_size::{Blame, PageSizes};
use resync::ResyncTurns;

/// How a request ended, as far as the next one depends on it.
#[derive(Debug)]
pub enum Ended<'a> {
    /// A page was applied.
    Page {
        /// Whether there was nothing more.
        end_of_stream: bool,
    },
    /// A page came, but it waits until another answer confirms what time it is: asked again at
    /// once.
    Kept,
    /// A page was applied that had waited for such an answer. It came before whatever failed since,
    /// so it says where its walk is and nothing more.
    PageThatWaited {
        /// Whether there was nothing more.
        end_of_stream: bool,
    },
    /// Zendesk gave no page.
    Failed(&'a ApiError),
    /// Zendesk gave no token to ask with.
    NoToken(&'a ApiError),
    /// A page came, but the page could not be stored, or leads nowhere after it was.
    Unusable,
    /// A page came that leads to where its walk has been, and was not used.
    NoProgress,
    /// A replay came to nothing: it is not tried again before the next one is due.
    GivenUp,
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
    resync: ResyncTurns,
    caught_up: bool,
    /// How early renewals of the token are retried that failed.
    renewal: Backoff,
    renew_not_before: Duration,
    /// Until when a failure holds everything back.
    not_before: Option<Hold>,
    brought_forward: BroughtForward,
    /// How long the latest request took until it was answered or given up.
    took: Duration,
    page_sizes: PageSizes,
}

impl Schedule {
    /// A schedule whose first request is due at once. `seed` is for the jitter.
    pub fn new(pacing: Pacing, seed: u64) -> Self {
        Self {
            account_clock: AccountClock::default(),
            budget: Budget::new(pacing.requests_per_minute),
            backoff: Backoff::passing_within(pacing.retry, pacing.passing_max(), seed),
            renewal: Backoff::passing_within(pacing.retry, pacing.passing_max(), seed),
            renew_not_before: Duration::ZERO,
            poll_at: Duration::ZERO,
            replay_at: None,
            resync: ResyncTurns::new(&pacing, seed),
            caught_up: false,
            not_before: None,
            brought_forward: BroughtForward::default(),
            took: Duration::ZERO,
            page_sizes: PageSizes::new(pacing.page_size),
            pacing,
        }
    }

    /// Other settings from now on; `replayed_at` is when the replay that was last done ended, by
    /// account time.
    ///
    /// What was learnt and decided stays: Zendesk's clock, what is spent of this minute, what holds
    /// the next request back, and when the main walk is next due. So no change of settings sends a
    /// request that would not have been sent then anyway, and a shorter interval begins with the next
    /// poll. A replay that is newly wanted comes after the next poll at the earliest. Returns whether
    /// replays are due at other times than before.
    pub fn repace(
        &mut self,
        pacing: Pacing,
        replayed_at: Option<UnixSeconds>,
        now: Moment,
    ) -> bool {
        let before = std::mem::replace(&mut self.pacing, pacing);
        self.budget.set_per_minute(pacing.requests_per_minute);
        for backoff in [&mut self.backoff, &mut self.renewal] {
            backoff.set_retry_within(pacing.retry, pacing.passing_max());
        }
        self.resync.repace(&pacing);
        self.page_sizes.set_wanted(pacing.page_size);
        let replays_otherwise = pacing.replay_every != before.replay_every;
        if replays_otherwise {
            self.replay_at = None;
            if self.caught_up {
                self.on_replayed_at(replayed_at, now);
                self.replay_at = self.replay_at.map(|at| at.max(self.poll_at));
            }
        }
        replays_otherwise
    }

    /// Zendesk is asked with other credentials from now on: whether they are right shall be known at
    /// once, so the main walk is due. Only what Zendesk itself asked to wait for is waited for, and
    /// changes that follow each other bring one request a minute forward. How often in a row requests
    /// failed is not forgotten.
    pub fn on_new_credentials(&mut self, now: Moment) {
        let at = self.brought_forward.next(now.monotonic);
        self.poll_at = self.poll_at.min(at);
        if let Some(hold) = &mut self.not_before {
            hold.shorten_to(at);
        }
        self.renew_not_before = now.monotonic;
    }

    /// Whether the next request waits because a change of credentials has brought another one forward
    /// less than a minute before.
    pub fn waits_to_try_credentials(&self, now: Moment) -> bool {
        let at = self.next(now).at;
        self.brought_forward.is_due_at(at, now.monotonic)
    }

    /// Zendesk's clock.
    pub const fn account_clock(&self) -> &AccountClock {
        &self.account_clock
    }

    /// Takes the account's clock as it is known by now. Returns whether account time was set: then
    /// whatever is due by it must be said anew.
    pub fn set_account_clock(&mut self, clock: AccountClock, now: Moment) -> bool {
        let before = std::mem::replace(&mut self.account_clock, clock);
        clock.now(now).since(before.now(now)).saturating_abs() > DATE_APART_SECONDS_MAX
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
    pub fn on_request(&mut self, walk: Walk, now: Moment) {
        self.budget.charge(now);
        if walk == Walk::Resync {
            self.resync.on_request(now);
        }
    }

    /// An answer came, and said this about limits.
    pub fn on_answer(&mut self, sent: Moment, received: Moment, limits: &[RateLimit]) {
        self.took = received.monotonic.saturating_sub(sent.monotonic);
        self.budget.on_limits(received, limits);
    }

    /// The request of `walk` ended at `now`; decides what follows.
    pub fn on_ended(&mut self, walk: Walk, ended: &Ended<'_>, now: Moment) {
        match ended {
            Ended::Page { end_of_stream } => self.on_page(walk, *end_of_stream, now),
            Ended::Kept => self.on_success(),
            Ended::PageThatWaited { end_of_stream } => self.move_on(walk, *end_of_stream, now),
            Ended::Failed(ApiError::StartTimeTooRecent) => {
                let later = now.monotonic + self.pacing.poll_interval;
                match walk {
                    Walk::Main => {}
                    // It begins well before the present: account time is ahead.
                    Walk::Replay => return self.put_replay_off(now),
                    Walk::Resync => return self.resync.wait_until(later),
                }
                self.backoff.reset();
                // Holds back a replay as well: it would be too recent just the same.
                self.hold(Hold::until(later, Because::Due));
            }
            // Asked again at once: with a new token, from where the walk can start over, or on a
            // fresh connection.
            Ended::Failed(
                ApiError::TokenExpired | ApiError::CursorLost | ApiError::ConnectionLost(_),
            )
            | Ended::NoToken(ApiError::ConnectionLost(_)) => {}
            Ended::Failed(error) => {
                self.page_sizes.on_failure(walk, Blame::of(error));
                self.on_failure(walk, error, now);
            }
            Ended::NoToken(error) => self.on_failure(walk, error, now),
            Ended::Unusable | Ended::NoProgress if walk == Walk::Resync => {
                self.resync.on_unusable(now);
            }
            Ended::Unusable | Ended::NoProgress => {
                if walk == Walk::Replay && matches!(ended, Ended::NoProgress) {
                    self.put_replay_off(now);
                }
                let delay = self.backoff.next_delay();
                self.hold(Hold::until(now.monotonic + delay, Because::Backoff));
            }
            Ended::GivenUp => self.put_replay_off(now),
        }
    }

    /// The state has come this far: it says when the next replay and the next request of a resync
    /// are due. Nothing is due before the main walk has caught up.
    ///
    /// What was decided stays as long as the state says the same. Said again, it would differ by
    /// parts of a second, as times in the state have whole seconds.
    pub fn on_progress(&mut self, progress: &Progress, now: Moment) {
        if !self.caught_up {
            return;
        }
        if self.replay_at.is_none() {
            self.on_replayed_at(progress.replayed_at, now);
        }
        let every = self.pacing.resync.map(|resync| resync.every);
        let stored_due = every.and_then(|every| progress.resync.request_due(every));
        if stored_due != self.resync.stored_due {
            self.plan_resync(progress, now);
        }
    }

    /// Account time was set: whatever is due by it is decided anew.
    pub fn on_account_time_set(&mut self, progress: &Progress, now: Moment) {
        if self.caught_up {
            self.on_replayed_at(progress.replayed_at, now);
            self.plan_resync(progress, now);
        }
    }

    fn plan_resync(&mut self, progress: &Progress, now: Moment) {
        let Some(ResyncPacing { every, .. }) = self.pacing.resync else {
            return;
        };
        self.resync.stored_due = progress.resync.request_due(every);
        let account_now = self.account_clock.now(now);
        let due = progress.resync.request_due_by(every, account_now);
        self.set_resync_due(due, now);
    }

    fn set_resync_due(&mut self, due: Option<UnixSeconds>, now: Moment) {
        self.resync.set_due(due, now, &self.account_clock);
    }

    /// The replay that was last done ended at `replayed_at` by account time: the next one is due
    /// `replay_every` later, or at once if that has passed.
    fn on_replayed_at(&mut self, replayed_at: Option<UnixSeconds>, now: Moment) {
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

    /// When a replay asks next, if nothing else holds it back; `None` for never, and until the main walk
    /// has caught up.
    pub const fn replay_due(&self) -> Option<Duration> {
        self.replay_at
    }

    fn put_replay_off(&mut self, now: Moment) {
        let every = self.pacing.replay_every;
        self.replay_at = every.map(|every| now.monotonic + every);
    }

    /// Whether the records may be looked at that a resync has not seen: the time until the next
    /// request is free, and no failure holds it back.
    pub fn may_look_at_records(&self, now: Moment) -> bool {
        self.caught_up
            && self.pacing.resync.is_some()
            && !self.resync.is_held_back(now)
            && self.next(now).at > now.monotonic
    }

    /// Records were looked at.
    pub const fn on_records_looked_at(&mut self) {
        self.resync.on_success();
    }

    /// Whether the main walk has reached the end of the stream since the start.
    pub const fn is_caught_up(&self) -> bool {
        self.caught_up
    }

    fn on_page(&mut self, walk: Walk, end_of_stream: bool, now: Moment) {
        if walk == Walk::Resync {
            self.resync.on_page(now);
        } else {
            self.on_success();
        }
        self.page_sizes.on_page(walk);
        self.move_on(walk, end_of_stream, now);
    }

    /// What is due after a page that came at `now`.
    fn move_on(&mut self, walk: Walk, end_of_stream: bool, now: Moment) {
        match (walk, end_of_stream) {
            (Walk::Main, true) => {
                self.caught_up = true;
                self.poll_at = now.monotonic + self.pacing.poll_interval;
            }
            (Walk::Main, false) => self.poll_at = now.monotonic,
            (Walk::Replay, true) => self.replay_at = None,
            (Walk::Replay, false) => self.replay_at = Some(now.monotonic),
            // When it goes on depends on its stage, which the ledger knows.
            (Walk::Resync, _) => {}
        }
    }

    fn on_success(&mut self) {
        self.backoff.reset();
        self.not_before = None;
    }

    fn on_failure(&mut self, walk: Walk, error: &ApiError, now: Moment) {
        if walk == Walk::Resync {
            // It may fail for the old pages of this walk alone.
            self.resync.on_failure(error, now);
            return self.wait_as_asked(error, now);
        }
        let wait = self.backoff.wait_after(error, self.took);
        self.hold(Hold::of(wait, Because::of(error), now.monotonic));
    }

    /// An answer said to wait, or that a limit is spent, whatever was asked: no request goes out
    /// before.
    pub fn wait_as_asked(&mut self, error: &ApiError, now: Moment) {
        if let Some(wait) = self.backoff.asked_wait(error) {
            self.hold(Hold::of(wait, Because::of(error), now.monotonic));
        }
    }

    /// Holds everything back, without ending an earlier hold: not every end is that of a request
    /// which had waited for it.
    fn hold(&mut self, hold: Hold) {
        self.not_before = Some(match self.not_before {
            Some(before) => before.and(hold),
            None => hold,
        });
    }
}

#[cfg(test)]
mod tests;
