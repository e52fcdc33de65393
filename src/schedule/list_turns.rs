//! When the lists may be asked: as the truth, or between the polls of an export.

use std::time::Duration;

use super::account_clock::AccountClock;
use super::backoff::Backoff;
use super::list_budget::ListBudget;
use super::list_role::ListRole;
use super::pacing::Pacing;
use super::request_end::Ended;
use super::shorter_waits::{Because, Hold};
use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::{ApiError, Endpoint, RateLimit};

/// The turns of the lists.
#[derive(Debug)]
pub(super) struct ListTurns {
    role: ListRole,
    pub(super) budget: ListBudget,
    backoff: Backoff,
    /// The waits after pages that lead nowhere. The walk then reads again the pages before that one, so these do not
    /// reset the waits, and only the end of its list does.
    no_progress: Backoff,
    /// The latest walk that a page led nowhere.
    stuck: Option<Walk>,
    /// Until when a failure holds the lists back.
    hold: Option<Hold>,
    /// When a request of each walk is due; `None` for not now. In the order of [`WALKS`].
    due: [Option<Duration>; WALKS.len()],
    /// When the next verify round begins.
    round_at: Option<Duration>,
    /// Whether the walk through the list has reached its end in this role.
    pub(super) has_caught_up: bool,
    /// Time between two walks through the list.
    list_every: Duration,
    deleted_every: Duration,
    verify_every: Duration,
}

/// The walks that ask the lists, the most urgent first.
const WALKS: [Walk; 5] = [
    Walk::List,
    Walk::Deleted,
    Walk::Verify,
    Walk::Resync,
    Walk::Archive,
];

/// Requests of each minute that the less urgent walks leave to the polls.
const LEFT_TO_POLLS: u32 = 2;

/// How much sooner than usual a round is followed by another if it failed.
const FAILED_ROUND_SOONER: u32 = 6;

/// Least time between two attempts to read a list of deleted tickets that Zendesk refuses.
const REFUSED_DELETED_EVERY: Duration = Duration::from_secs(3600);

impl ListTurns {
    pub(super) fn new(pacing: &Pacing, seed: u64) -> Self {
        Self {
            role: ListRole::Off,
            budget: ListBudget::new(pacing.list.budget_percent),
            backoff: Backoff::passing_within(pacing.retry, pacing.passing_max(), seed),
            no_progress: Backoff::passing_within(pacing.retry, pacing.passing_max(), seed),
            stuck: None,
            hold: None,
            due: [None; WALKS.len()],
            round_at: None,
            has_caught_up: false,
            list_every: pacing.poll_interval,
            deleted_every: pacing.list.deleted_every,
            verify_every: pacing.list.verify_every,
        }
    }

    /// Other settings from now on.
    pub(super) fn repace(&mut self, pacing: &Pacing) {
        self.budget.set_percent(pacing.list.budget_percent);
        for backoff in [&mut self.backoff, &mut self.no_progress] {
            backoff.set_retry_within(pacing.retry, pacing.passing_max());
        }
        self.deleted_every = pacing.list.deleted_every;
        self.verify_every = pacing.list.verify_every;
        self.list_every = self.interval(pacing);
    }

    pub(super) const fn role(&self) -> ListRole {
        self.role
    }

    /// The lists are read for this from `now` on.
    pub(super) fn set_role(&mut self, role: ListRole, pacing: &Pacing, now: Moment) {
        if role == self.role {
            return;
        }
        self.role = role;
        self.list_every = self.interval(pacing);
        self.due = [None; WALKS.len()];
        self.round_at = None;
        self.has_caught_up = false;
        self.hold = None;
        self.backoff.reset();
        self.no_progress.reset();
        self.stuck = None;
        if role != ListRole::Off {
            self.set_due(Walk::List, Some(now.monotonic));
        }
    }

    fn interval(&self, pacing: &Pacing) -> Duration {
        match (self.role, pacing.list.fast_lane) {
            (ListRole::FastLane, Some(every)) => every,
            _ => pacing.poll_interval,
        }
    }

    /// A request of `walk` is due then; `None` for not now.
    pub(super) fn set_due(&mut self, walk: Walk, at: Option<Duration>) {
        if let Some(place) = WALKS.iter().position(|of| *of == walk) {
            self.due[place] = at;
        }
    }

    /// A request of `walk` is due now unless one is due already.
    pub(super) fn set_due_by(&mut self, walk: Walk, at: Duration) {
        if let Some(place) = WALKS.iter().position(|of| *of == walk) {
            let due = self.due[place].map_or(at, |due| due.min(at));
            self.due[place] = Some(due);
        }
    }

    /// Whether a verify round is due.
    pub(super) fn is_round_due(&self, now: Moment) -> bool {
        self.round_at.is_some_and(|at| at <= now.monotonic)
    }

    /// A request of a verify round failed.
    pub(super) fn on_round_failed(&mut self, now: Moment) {
        self.set_due(Walk::Verify, None);
        self.round_at = Some(now.monotonic + self.verify_every / FAILED_ROUND_SOONER);
    }

    /// When the next request is due, when it may go out, what it waits for, and of which walk it is.
    pub(super) fn next(
        &self,
        now: Moment,
        account_clock: &AccountClock,
    ) -> Option<(Duration, Duration, Because, Walk)> {
        let turns = WALKS.into_iter().zip(self.due).filter_map(|(walk, due)| {
            let due = due?;
            let spare = match walk {
                Walk::List | Walk::Deleted => 0,
                _ => LEFT_TO_POLLS,
            };
            let budget = self.budget.free_at(walk, now, account_clock, spare);
            let hold = self.hold.map(|hold| (hold.at, hold.because));
            let (mut at, mut because) = (due, Because::Due);
            for (later, why) in [budget, hold].into_iter().flatten() {
                if later > at {
                    (at, because) = (later, why);
                }
            }
            Some((due, at, because, walk))
        });
        // Times that have passed are all "now", and of equal ones the first is the most urgent.
        turns.min_by_key(|(_, at, _, _)| (*at).max(now.monotonic))
    }

    pub(super) fn on_request(&mut self, walk: Walk, now: Moment) {
        self.budget.charge(walk, now);
    }

    pub(super) fn on_limits(&mut self, endpoint: Endpoint, now: Moment, limits: &[RateLimit]) {
        self.budget.on_limits(endpoint, now, limits);
    }

    /// A request of a list ended at `now`.
    pub(super) fn on_ended(&mut self, walk: Walk, ended: &Ended<'_>, now: Moment, took: Duration) {
        match ended {
            Ended::Page { end_of_stream } => {
                self.backoff.reset();
                self.hold = None;
                if *end_of_stream && self.stuck == Some(walk) {
                    self.no_progress.reset();
                    self.stuck = None;
                }
                self.move_on(walk, *end_of_stream, now);
            }
            Ended::PageThatWaited { end_of_stream } => self.move_on(walk, *end_of_stream, now),
            Ended::Kept => {
                self.backoff.reset();
                self.hold = None;
            }
            // Asked again at once: with a new token, from the oldest ticket, or on a fresh connection.
            Ended::Failed(
                ApiError::TokenExpired | ApiError::CursorLost | ApiError::ConnectionLost(_),
            )
            | Ended::NoToken(ApiError::ConnectionLost(_)) => {}
            // The list of tickets can be read without it.
            Ended::Failed(error) if error.is_refusal() && walk != Walk::List => {
                let wait = self.backoff.wait_after(error, took).delay;
                let place = WALKS.iter().position(|of| *of == walk);
                if let Some(due) = place.and_then(|place| self.due.get_mut(place)) {
                    // A round that failed begins again when the next one is due.
                    *due = due.map(|_| now.monotonic + wait);
                }
            }
            Ended::Failed(error) | Ended::NoToken(error) => {
                let wait = self.backoff.wait_after(error, took);
                self.hold = Some(Hold::after(wait, Because::from_error(error), now.monotonic));
            }
            Ended::NoProgress => {
                self.stuck = Some(walk);
                let delay = self.no_progress.next_delay();
                self.hold = Some(Hold::until(now.monotonic + delay, Because::Backoff));
            }
            Ended::Unusable | Ended::GivenUp => {
                let delay = self.backoff.next_delay();
                self.hold = Some(Hold::until(now.monotonic + delay, Because::Backoff));
            }
        }
    }

    fn move_on(&mut self, walk: Walk, end_of_stream: bool, now: Moment) {
        let now = now.monotonic;
        match (walk, end_of_stream) {
            (Walk::List, true) => {
                // The deletions of this account are not known yet, or are read each time.
                if !self.has_caught_up || self.role == ListRole::FastLane {
                    self.set_due_by(Walk::Deleted, now);
                }
                if !self.has_caught_up && self.role == ListRole::Truth {
                    self.round_at = Some(now);
                }
                self.has_caught_up = true;
                self.set_due(Walk::List, Some(now + self.list_every));
            }
            (Walk::Deleted, true) => {
                let next = (self.role == ListRole::Truth).then(|| now + self.deleted_every);
                self.set_due(Walk::Deleted, next);
            }
            (Walk::Resync | Walk::Archive, true) => self.set_due(walk, None),
            // Whether another request of a round is due depends on the round.
            (Walk::Verify, _) => self.set_due(walk, None),
            _ => self.set_due(walk, Some(now)),
        }
    }

    /// Zendesk refuses the list of deleted tickets. It is tried again later.
    pub(super) fn on_deleted_refused(&mut self, now: Moment) {
        let wait = self.deleted_every.max(REFUSED_DELETED_EVERY);
        self.set_due(Walk::Deleted, Some(now.monotonic + wait));
    }

    /// A verify round ended, or came to nothing.
    pub(super) fn on_round_ended(&mut self, now: Moment) {
        self.set_due(Walk::Verify, None);
        self.round_at = Some(now.monotonic + self.verify_every);
    }

    /// Whether the share of the account's limit is enough for a fast lane: two requests each time, and half as many
    /// again for walks of more than one page.
    pub(super) fn has_room_for(&self, every: Duration) -> bool {
        let rounds = 60_000u128.div_ceil(every.as_millis().max(1));
        u128::from(self.budget.per_minute()) >= rounds * 2 + rounds / 2
    }
}
