//! What to look up next, and when.
//!
//! PURE: readings of the clock come in as arguments, decisions go out, and the loop carries them out.
//!
//! Every lookup has its own time; all are due at the start, the counts first. Three things hold them
//! back together: a second between two requests, a failure's back-off, and an hourly budget of what is
//! planned and a few retries. The budget is what makes "at most ten requests an hour" true whatever
//! Zendesk answers.
//!
//! Example with the default settings: six counts are planned each hour, so ten requests may go out in any
//! hour. If every request fails, the eleventh waits until the first one is an hour old.
//!
//! The first counts after a start are the only totals that there are while the first sync runs: they
//! follow each other at once, and one that fails holds up no other.

mod plan;

mod slot;

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use crate::clock::Moment;
use crate::schedule::{Backoff, Retry};
use crate::source::ApiError;
use crate::ticket::{NamedSet, Status};
use plan::HOUR;
pub use plan::{COUNTED, NAMES_EVERY, NAMES_MAX, PAGES_MAX};
pub(super) use plan::{Lookup, Plan};
use slot::{Slot, slots};

/// Requests an hour beyond those that are planned: for retries and for tokens. With the six
/// counts of the default settings this makes ten.
pub const RETRIES_PER_HOUR_MAX: u32 = 4;

/// Failures in a row from which on the first counts wait as all else does: it is not one count that
/// fails, and the retries of the hour must last.
const FIRST_FAILURES_MAX: u32 = 2;

/// Between two requests: lookups have time, and other tools on the account have limits too.
const SPACING: Duration = Duration::from_secs(1);

/// The next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NextLookup {
    /// When, on the monotonic clock; at once if that has passed.
    pub(super) at: Duration,
    /// For what.
    pub(super) lookup: Lookup,
    /// Where the page of names begins; `None` for the first one.
    pub(super) after: Option<String>,
}

/// What a page of names completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamesRead {
    /// Nothing yet: more pages follow.
    InPart,
    /// The set.
    Whole,
    /// As much of the set as is read: it has more than [`PAGES_MAX`] pages.
    CutOff,
    /// Nothing: a page leads to one that was read before, so the others were never shown.
    Circling,
}

/// When to look up what.
#[derive(Debug)]
pub(super) struct Agenda {
    retry: Retry,
    slots: Vec<Slot>,
    backoff: Backoff,
    /// When the first request may go out that is none of the first counts.
    spaced_from: Duration,
    /// Until when a failure holds everything back.
    not_before: Duration,
    /// Whether that is because there was no token.
    waits_for_login: bool,
    /// Failures in a row, refusals aside.
    failures: u32,
    /// When requests of the past hour were sent, oldest first; never more than the budget.
    sent: VecDeque<Duration>,
}

impl Agenda {
    /// An agenda on which everything is due, the counts at once and the names behind them, a moment
    /// from `now`. `seed` is for the jitter.
    pub(super) fn new(plan: &Plan, seed: u64, now: Moment) -> Self {
        let mut slots = slots(plan, now);
        for slot in &mut slots {
            slot.is_first = matches!(slot.lookup, Lookup::Count(_));
        }
        Self {
            retry: plan.retry,
            slots,
            backoff: Backoff::new(plan.retry, seed),
            spaced_from: now.monotonic + SPACING,
            not_before: Duration::ZERO,
            waits_for_login: false,
            failures: 0,
            sent: VecDeque::new(),
        }
    }

    /// Other settings from now on. What is wanted still keeps its time, unless the new one is earlier;
    /// what is newly wanted is due. What was sent in the past hour still counts, and what holds
    /// everything back still does.
    pub(super) fn replan(&mut self, plan: &Plan, now: Moment) {
        self.retry = plan.retry;
        self.backoff.set_retry(plan.retry);
        let mut before = std::mem::take(&mut self.slots);
        let going_on = |slot: Slot| {
            let is_same = |other: &Slot| other.lookup == slot.lookup;
            let Some(at) = before.iter().position(is_same) else {
                return slot;
            };
            let mut same = before.swap_remove(at);
            // A longer interval begins after the lookup that is planned already.
            if slot.every < same.every {
                same.due = same.due.min(now.monotonic + slot.every);
            }
            same.every = slot.every;
            same
        };
        self.slots = slots(plan, now).into_iter().map(going_on).collect();
    }

    /// The next request; `None` if the settings want nothing looked up. Asking changes nothing.
    pub(super) fn next(&self) -> Option<NextLookup> {
        // What has waited longest goes first, so a lookup that fails holds up no other for long.
        let order = |slot: &&Slot| (!slot.is_first, slot.due);
        let slot = self.slots.iter().min_by_key(order)?;
        let last = self.sent.back().map(|sent| *sent + SPACING);
        let spaced = last.map_or(self.spaced_from, |at| at.max(self.spaced_from));
        let spaced = Some(spaced).filter(|_| !slot.is_first);
        let holds = [Some(self.not_before), spaced, self.budget_free_at()];
        Some(NextLookup {
            at: holds.into_iter().flatten().fold(slot.due, Duration::max),
            lookup: slot.lookup,
            after: slot.after.clone(),
        })
    }

    /// A request goes out now, for a lookup or for a token.
    pub(super) fn on_request(&mut self, now: Moment) {
        while let Some(oldest) = self.sent.front()
            && *oldest + HOUR <= now.monotonic
        {
            self.sent.pop_front();
        }
        self.sent.push_back(now.monotonic);
    }

    /// A count was answered, with a number or without.
    pub(super) fn on_counted(&mut self, status: Status, now: Moment) {
        self.on_success();
        if let Some(slot) = self.slot(Lookup::Count(status)) {
            slot.end_round(now);
        }
    }

    /// A page of names came; the next one begins at `after`.
    pub(super) fn on_page(
        &mut self,
        set: NamedSet,
        after: Option<String>,
        now: Moment,
    ) -> NamesRead {
        self.on_success();
        let Some(slot) = self.slot(Lookup::Names(set)) else {
            return NamesRead::Whole;
        };
        slot.pages += 1;
        if let Some(after) = &after
            && !slot.begun.insert(hash(after))
        {
            slot.requests_per_round = slot.pages;
            slot.end_round(now);
            return NamesRead::Circling;
        }
        if after.is_some() && slot.pages < PAGES_MAX {
            slot.after = after;
            // Grows with the round, so that the budget has room for a set of many pages.
            slot.requests_per_round = slot.requests_per_round.max(slot.pages + 1);
            slot.due = now.monotonic;
            return NamesRead::InPart;
        }
        slot.requests_per_round = slot.pages;
        slot.end_round(now);
        match after {
            Some(_) => NamesRead::CutOff,
            None => NamesRead::Whole,
        }
    }

    /// A lookup gave nothing. One that was refused waits for its next round; any other failure
    /// holds back the whole agenda, as it says something of the host or of the account's limits.
    pub(super) fn on_failed(&mut self, lookup: Lookup, failure: &ApiError, now: Moment) {
        if failure.needs_a_person() {
            let wait = self.refused_wait();
            if let Some(slot) = self.slot(lookup) {
                slot.end_round(now);
                slot.due = now.monotonic + wait.max(slot.every);
                // Only a 401 can be over once other credentials work. A 403 is about rights.
                slot.lacks_login = matches!(failure, ApiError::Unauthorized { .. });
            }
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let retry_at = now.monotonic + self.backoff.delay_after(failure);
        let fails_alone = self.failures < FIRST_FAILURES_MAX
            && !failure.is_asked_to_wait()
            && self.slot(lookup).is_some_and(|slot| slot.is_first);
        if !fails_alone {
            self.hold(retry_at, false);
        }
        if let Some(slot) = self.slot(lookup) {
            slot.is_first = false;
            // Behind those that became due before it failed.
            slot.due = retry_at;
            if matches!(
                failure,
                ApiError::Unexpected { .. } | ApiError::Decode { .. }
            ) {
                // Perhaps it was the position that made no sense.
                slot.begin_again();
            }
        }
    }

    /// There is no token to ask with.
    pub(super) fn on_login_failed(&mut self, failure: &ApiError, now: Moment) {
        let mut delay = self.backoff.delay_after(failure);
        if failure.needs_a_person() {
            delay = delay.max(self.refused_wait());
        }
        self.hold(now.monotonic + delay, failure.needs_a_person());
    }

    /// Credentials that changed were accepted by another request: what was refused for those of before
    /// is due.
    pub(super) fn on_login_works(&mut self, now: Moment) {
        if self.waits_for_login {
            self.hold(now.monotonic, false);
        }
        for slot in &mut self.slots {
            if std::mem::take(&mut slot.lacks_login) {
                slot.due = slot.due.min(now.monotonic);
            }
        }
    }

    /// Most requests in any hour: those that are planned, and [`RETRIES_PER_HOUR_MAX`].
    pub(super) fn requests_per_hour_max(&self) -> u32 {
        let planned: u32 = self.slots.iter().map(Slot::requests_per_hour).sum();
        planned + RETRIES_PER_HOUR_MAX
    }

    /// When the request has left the window that would fill it with one more.
    fn budget_free_at(&self) -> Option<Duration> {
        let most = usize::try_from(self.requests_per_hour_max()).unwrap_or(usize::MAX);
        let filling = self.sent.len().checked_sub(most)?;
        self.sent.get(filling).map(|sent| *sent + HOUR)
    }

    /// The wait where only a person can help. Rights change rarely, and nobody waits for names.
    fn refused_wait(&self) -> Duration {
        self.retry.maximum.max(HOUR)
    }

    fn on_success(&mut self) {
        self.backoff.reset();
        self.failures = 0;
    }

    const fn hold(&mut self, until: Duration, waits_for_login: bool) {
        self.not_before = until;
        self.waits_for_login = waits_for_login;
    }

    fn slot(&mut self, lookup: Lookup) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.lookup == lookup)
    }
}

fn hash(position: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    position.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
