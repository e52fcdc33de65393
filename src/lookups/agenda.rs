//! Decides which lookup is next, and when.
//!
//! PURE. The time is an argument, and the loop carries out the decisions.
//!
//! Every lookup has its own time. All are due at the start, the counts before the names. Three rules delay them: a
//! second between two requests, the back-off of a failure, and an hourly budget of the planned requests and a few
//! retries. Because of the budget, at most ten requests are sent in an hour with the default settings, whatever
//! Zendesk answers.
//!
//! Example with the default settings: six counts are planned each hour, so ten requests may go out in any
//! hour. If every request fails, the eleventh waits until the first one is an hour old.
//!
//! During the first sync, the first counts are the only totals that exist. So they follow each other without a
//! pause, and one that fails does not delay the others.

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

/// Requests per hour in addition to the planned ones, for retries and tokens. With the six counts of the default
/// settings that makes ten.
pub const RETRIES_PER_HOUR_MAX: u32 = 4;

/// After so many failures in a row, the first counts wait like all other lookups: the cause is then not a single
/// count, and the retries of the hour must last.
const FIRST_FAILURES_MAX: u32 = 2;

/// The pause between two requests. Lookups are not urgent, and other tools of the account have limits too.
const SPACING: Duration = Duration::from_secs(1);

/// The next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NextLookup {
    /// When to send it, on the monotonic clock; at once if that time has passed.
    pub(super) at: Duration,
    /// The lookup that it is for.
    pub(super) lookup: Lookup,
    /// Where the page of names begins; `None` for the first page.
    pub(super) after: Option<String>,
}

/// How far a page of names completes its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamesRead {
    /// More pages follow.
    InPart,
    /// The set is complete.
    Whole,
    /// The set has more than [`PAGES_MAX`] pages, so the rest is not read.
    CutOff,
    /// The page leads to one that was read before. So the names are not complete.
    Circling,
}

/// The lookups of an account and their times.
#[derive(Debug)]
pub(super) struct Agenda {
    retry: Retry,
    slots: Vec<Slot>,
    backoff: Backoff,
    /// The earliest time of the next request other than a first count, because of the pause.
    spaced_from: Duration,
    /// Until when a failure delays all lookups.
    not_before: Duration,
    /// Whether the failure is that there is no token.
    waits_for_login: bool,
    /// Failures in a row, without refusals.
    failures: u32,
    /// When the requests of the past hour were sent, oldest first; never more than the budget.
    sent: VecDeque<Duration>,
}

impl Agenda {
    /// An agenda with every lookup due: the counts at `now`, the names shortly after. `seed` is the seed of the
    /// jitter.
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

    /// Takes other settings. A lookup that is still wanted keeps its time, unless the new interval gives an earlier
    /// one. A new lookup is due. The requests of the past hour still count, and delays still hold.
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
            // A longer interval begins after the lookup that is already planned.
            if slot.every < same.every {
                same.due = same.due.min(now.monotonic + slot.every);
            }
            same.every = slot.every;
            same
        };
        self.slots = slots(plan, now).into_iter().map(going_on).collect();
    }

    /// The next request; `None` if the settings want no lookups. The call changes nothing.
    pub(super) fn next(&self) -> Option<NextLookup> {
        // The lookup that has waited longest is first, so one that fails does not delay the others for long.
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

    /// Records a request that is sent now, for a lookup or for a token.
    pub(super) fn on_request(&mut self, now: Moment) {
        while let Some(oldest) = self.sent.front()
            && *oldest + HOUR <= now.monotonic
        {
            self.sent.pop_front();
        }
        self.sent.push_back(now.monotonic);
    }

    /// Records the answer to a count, with or without a number.
    pub(super) fn on_counted(&mut self, status: Status, now: Moment) {
        self.on_success();
        if let Some(slot) = self.slot(Lookup::Count(status)) {
            slot.end_round(now);
        }
    }

    /// Records a page of names; the next one begins at `after`.
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
            // The number grows during the round, so that the budget has room for a set of many pages.
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

    /// Records a failed lookup. A refused one waits for its next round. Any other failure delays all lookups,
    /// because it concerns the host or the limits of the account.
    pub(super) fn on_failed(&mut self, lookup: Lookup, failure: &ApiError, now: Moment) {
        if failure.needs_a_person() {
            let wait = self.refused_wait();
            if let Some(slot) = self.slot(lookup) {
                slot.end_round(now);
                slot.due = now.monotonic + wait.max(slot.every);
                // Other credentials can only end a 401. A 403 is about rights.
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
            // The retry comes after the lookups that became due before the failure.
            slot.due = retry_at;
            if matches!(
                failure,
                ApiError::Unexpected { .. } | ApiError::Decode { .. }
            ) {
                // Zendesk may have refused the position of the page.
                slot.begin_again();
            }
        }
    }

    /// Records that there is no token.
    pub(super) fn on_login_failed(&mut self, failure: &ApiError, now: Moment) {
        let mut delay = self.backoff.delay_after(failure);
        if failure.needs_a_person() {
            delay = delay.max(self.refused_wait());
        }
        self.hold(now.monotonic + delay, failure.needs_a_person());
    }

    /// Records that Zendesk accepted the changed credentials in another request: lookups that were refused with the
    /// old ones are due.
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

    /// The most requests in any hour: the planned ones, and [`RETRIES_PER_HOUR_MAX`].
    pub(super) fn requests_per_hour_max(&self) -> u32 {
        let planned: u32 = self.slots.iter().map(Slot::requests_per_hour).sum();
        planned + RETRIES_PER_HOUR_MAX
    }

    /// When the budget allows another request; `None` if it does now.
    fn budget_free_at(&self) -> Option<Duration> {
        let most = usize::try_from(self.requests_per_hour_max()).unwrap_or(usize::MAX);
        let filling = self.sent.len().checked_sub(most)?;
        self.sent.get(filling).map(|sent| *sent + HOUR)
    }

    /// The wait after a refusal that only a person can end. Rights change rarely, and names are not urgent.
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
