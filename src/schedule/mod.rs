//! When to ask Zendesk next, and for what.
//!
//! PURE: readings of the clock come in as arguments, decisions go out, and the poller carries them out.
//!
//! Three things hold a request back: the poll interval once nothing more is to come, a failure's
//! back-off, and the request budget. While there is more to read and budget left, nothing waits.
//!
//! Example: `poll_interval` is 60 s. A page at 12:00:00 that leads on is followed by the next request
//! at once. A page at 12:00:05 that ends the stream is followed by the next one at 12:01:05. If that one
//! fails with a 503 and `retry.initial` is 1 s, the third one goes out 1 to 2 s later.

mod pacing;

mod turns;

mod due;

mod request_end;

mod ended;

mod polls;

mod budget;

mod backoff;

mod shorter_waits;

mod page_size;

mod account_clock;

mod resync_turns;

mod list_budget;

mod list_role;

mod walk_turn;

mod list_turns;

mod lists;

mod export_tries;

pub use account_clock::{AccountClock, DATE_APART_SECONDS_MAX, SharedAccountClock, Verdict};
pub(crate) use backoff::Backoff;
pub use backoff::{RETRY_AFTER_MAX, Retry};
pub use list_role::ListRole;
pub use pacing::{ListPacing, Pacing, ResyncPacing, SEARCH_COUNTS_EVERY_MIN};
pub use page_size::PAGE_SIZE_MIN;
pub use polls::Polls;
pub use request_end::Ended;
pub use shorter_waits::Because;
pub use turns::NextRequest;

use std::time::Duration;

use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::{ApiError, Endpoint, RateLimit};
use crate::ticket::UnixSeconds;
use budget::Budget;
use list_turns::ListTurns;
use page_size::PageSizes;
use resync_turns::ResyncTurns;
use shorter_waits::{BroughtForward, Hold};

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
    list: ListTurns,
    caught_up: bool,
    /// How soon a request of the export is repeated that failed while the list is the truth.
    tries: Backoff,
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
            tries: Backoff::new(pacing.retry, seed),
            renewal: Backoff::passing_within(pacing.retry, pacing.passing_max(), seed),
            renew_not_before: Duration::ZERO,
            poll_at: Duration::ZERO,
            replay_at: None,
            resync: ResyncTurns::new(&pacing, seed),
            list: ListTurns::new(&pacing, seed),
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
        self.tries.set_retry(pacing.retry);
        self.resync.repace(&pacing);
        self.list.repace(&pacing);
        self.page_sizes.set_wanted(pacing.page_size);
        let replays_otherwise = pacing.replay_every != before.replay_every;
        if replays_otherwise {
            self.replay_at = None;
            if self.caught_up {
                self.on_replayed_at(replayed_at, now);
                // A new interval may say that a replay is overdue. It waits for the poll, because a
                // reload must not send a request that nothing else asked for.
                self.replay_at = self.replay_at.map(|at| at.max(self.poll_at));
            }
        }
        replays_otherwise
    }

    /// Zendesk is asked with other credentials from now on. The walk of the truth is due at once, because
    /// people want to know whether the credentials are right, and so is a refused export, which they may
    /// open. Only a wait that Zendesk itself asked for goes on, and changes that follow each other bring
    /// one request of a walk a minute forward. How often in a row requests failed is not forgotten.
    ///
    /// Example: a 401 holds requests back for five minutes. New credentials at 12:00:00 send a request
    /// at 12:00:00, others at 12:00:20 send the next one at 12:01:00.
    pub fn on_new_credentials(&mut self, now: Moment) {
        let at = self.brought_forward.next(now.monotonic);
        self.poll_at = self.poll_at.min(at);
        if let Some(hold) = &mut self.not_before {
            hold.shorten_to(at);
        }
        self.list.bring_forward(at);
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
        // Smaller steps come with nearly every answer, as its `Date` narrows the bounds.
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
        if self.is_of_list(walk) {
            return self.list.on_request(walk, now);
        }
        // Also a request of the resync: Zendesk counts the requests of all walks together.
        self.budget.charge(now);
        if walk == Walk::Resync {
            self.resync.on_request(now);
        }
    }

    /// An answer came, and said this about limits.
    pub fn on_answer(
        &mut self,
        endpoint: Endpoint,
        [sent, received]: [Moment; 2],
        limits: &[RateLimit],
    ) {
        self.took = received.monotonic.saturating_sub(sent.monotonic);
        self.list.on_limits(endpoint, received, limits);
        if !endpoint.is_of_list() {
            self.budget.on_limits(received, limits);
        }
    }

    /// Whether the records may be looked at that a resync has not seen: the time until the next
    /// request is free, and no failure holds it back.
    pub fn may_look_at_records(&self, now: Moment) -> bool {
        self.caught_up
            && self.list.role() != ListRole::Truth
            && self.pacing.resync.is_some()
            && !self.resync.is_held_back(now)
            // A run of records takes the state, and the next page would wait for it.
            && self.next(now).at > now.monotonic
    }

    /// Records were looked at.
    pub const fn on_records_looked_at(&mut self) {
        self.resync.on_success();
    }

    /// Whether the walk of the truth has reached its end since the start.
    pub const fn is_caught_up(&self) -> bool {
        match self.list.role() {
            ListRole::Truth => self.list.has_caught_up,
            ListRole::Off | ListRole::FastLane => self.caught_up,
        }
    }
}

#[cfg(test)]
mod tests;
