//! When the lists may be asked: as the truth, or between the polls of an export.

use std::time::Duration;

use super::account_clock::AccountClock;
use super::list_budget::ListBudget;
use super::list_role::ListRole;
use super::pacing::Pacing;
use super::request_end::Ended;
use super::shorter_waits::{Because, Hold};
use super::walk_turn::WalkTurn;
use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::{Endpoint, RateLimit};

/// The turns of the lists.
#[derive(Debug)]
pub(super) struct ListTurns {
    role: ListRole,
    pub(super) budget: ListBudget,
    /// In the order of [`WALKS`].
    turns: [WalkTurn; WALKS.len()],
    /// Until when a failure holds all of them back.
    hold: Option<Hold>,
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

/// How much sooner than usual a round is followed by another if it failed.
const FAILED_ROUND_SOONER: u32 = 6;

/// Least time between two attempts to read a list of deleted tickets that Zendesk refuses.
const REFUSED_DELETED_EVERY: Duration = Duration::from_secs(3600);

impl ListTurns {
    pub(super) fn new(pacing: &Pacing, seed: u64) -> Self {
        Self {
            role: ListRole::Off,
            budget: ListBudget::new(pacing.list.budget_percent),
            turns: WALKS.map(|walk| WalkTurn::new(walk, pacing, seed)),
            hold: None,
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
        for turn in &mut self.turns {
            turn.repace(pacing);
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
        for turn in &mut self.turns {
            turn.reset();
        }
        self.hold = None;
        self.round_at = None;
        self.has_caught_up = false;
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

    fn turn(&mut self, walk: Walk) -> Option<&mut WalkTurn> {
        self.turns.iter_mut().find(|turn| turn.walk == walk)
    }

    /// A request of `walk` is due then; `None` for not now.
    fn set_due(&mut self, walk: Walk, at: Option<Duration>) {
        if let Some(turn) = self.turn(walk) {
            turn.due = at;
        }
    }

    /// A request of `walk` is due at `at`, or earlier if it was due earlier.
    pub(super) fn set_due_by(&mut self, walk: Walk, at: Duration) {
        if let Some(turn) = self.turn(walk) {
            turn.set_due_by(at);
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

    /// Other credentials are tried at `at`, except where Zendesk asked for a longer wait. What they change of the other
    /// walks shows with their next requests, of which only those that were held back are brought forward.
    pub(super) fn bring_forward(&mut self, at: Duration) {
        let own = self.turns.iter_mut().map(|turn| &mut turn.hold);
        for hold in own.chain([&mut self.hold]).flatten() {
            hold.shorten_to(at);
        }
        if self.role == ListRole::Truth {
            self.set_due_by(Walk::List, at);
        }
    }

    /// When the next request is due, when it may go out, what it waits for, and of which walk it is.
    pub(super) fn next(
        &self,
        now: Moment,
        account_clock: &AccountClock,
    ) -> Option<(Duration, Duration, Because, Walk)> {
        let turns = self.turns.iter().filter_map(|turn| {
            let due = turn.due?;
            let (at, because) = self.held_back(turn, due, now, account_clock);
            Some((due, at, because, turn.walk))
        });
        // Times that have passed are all "now", and of equal ones the first is the most urgent.
        turns.min_by_key(|(_, at, _, _)| (*at).max(now.monotonic))
    }

    /// When `walk` is requested next, whatever the others do; `None` where nothing of it is due.
    pub(super) fn next_of(
        &self,
        walk: Walk,
        now: Moment,
        account_clock: &AccountClock,
    ) -> Option<Duration> {
        let turn = self.turns.iter().find(|turn| turn.walk == walk)?;
        let due = match walk {
            Walk::Verify => turn.due.or(self.round_at)?,
            _ => turn.due?,
        };
        Some(self.held_back(turn, due, now, account_clock).0)
    }

    /// When a request that is due then may go out, and what it waits for.
    fn held_back(
        &self,
        turn: &WalkTurn,
        due: Duration,
        now: Moment,
        account_clock: &AccountClock,
    ) -> (Duration, Because) {
        let spare = match turn.walk {
            Walk::List | Walk::Deleted => 0,
            _ => self.polls_per_minute(),
        };
        let budget = self.budget.free_at(turn.walk, now, account_clock, spare);
        let [all, own] = [self.hold, turn.hold].map(|hold| hold.map(Hold::end));
        let (mut at, mut because) = (due, Because::Due);
        for (later, why) in [budget, all, own].into_iter().flatten() {
            if later > at {
                (at, because) = (later, why);
            }
        }
        (at, because)
    }

    /// Requests of each minute that the less urgent walks leave to the polls of the list and of the list of deleted
    /// tickets: at most half of the share.
    fn polls_per_minute(&self) -> u32 {
        let in_a_minute = |every: Duration| 60_u64.div_ceil(every.as_secs().max(1));
        let polls = in_a_minute(self.list_every) + in_a_minute(self.deleted_every);
        let half = self.budget.per_minute().div_ceil(2);
        u32::try_from(polls).unwrap_or(u32::MAX).min(half)
    }

    pub(super) fn on_request(&mut self, walk: Walk, now: Moment) {
        self.budget.charge(walk, now);
        if let Some(turn) = self.turn(walk) {
            turn.on_request(now.monotonic);
        }
    }

    pub(super) fn on_limits(&mut self, endpoint: Endpoint, now: Moment, limits: &[RateLimit]) {
        self.budget.on_limits(endpoint, now, limits);
    }

    /// A request of a list ended at `now`.
    pub(super) fn on_ended(&mut self, walk: Walk, ended: &Ended<'_>, now: Moment, took: Duration) {
        let Some(turn) = self.turns.iter_mut().find(|turn| turn.walk == walk) else {
            return;
        };
        match ended {
            Ended::Page { end_of_stream } => {
                self.hold = None;
                turn.on_page();
                if *end_of_stream {
                    turn.on_end();
                }
                self.move_on(walk, *end_of_stream, now);
            }
            Ended::PageThatWaited { end_of_stream } => self.move_on(walk, *end_of_stream, now),
            Ended::Kept => {
                self.hold = None;
                turn.on_page();
            }
            // Without the list, or a token, nothing can be read.
            Ended::NoToken(_) => self.hold = turn.wait_after(ended, now.monotonic, took),
            _ if walk == Walk::List => self.hold = turn.wait_after(ended, now.monotonic, took),
            // A full walk reads the same endpoint, of which Zendesk may ask to wait.
            _ if walk == Walk::Resync => {
                turn.hold = turn.wait_after(ended, now.monotonic, took);
                self.hold = turn.asked_wait(ended, now.monotonic);
            }
            // The list can be read without this walk, and the limit of the account is heeded anyway.
            _ => turn.hold = turn.wait_after(ended, now.monotonic, took),
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
                self.budget.on_deleted_end();
                let (role, every) = (self.role, self.deleted_every);
                if let Some(turn) = self.turn(Walk::Deleted) {
                    let next = turn.next_begin(every, now);
                    turn.due = (role == ListRole::Truth).then_some(next);
                }
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
        if let Some(turn) = self.turn(Walk::Deleted) {
            turn.refuse_until(now.monotonic + wait);
        }
    }

    /// A verify round is complete. The next one begins `verify_every` after this one did, at once if this one took
    /// longer.
    pub(super) fn on_round_ended(&mut self, now: Moment) {
        self.set_due(Walk::Verify, None);
        // A round begins as soon as it is due.
        let began = self.round_at.unwrap_or(now.monotonic);
        self.round_at = Some(now.monotonic.max(began + self.verify_every));
    }

    /// A verify round was given up, because it would remove too many tickets.
    pub(super) fn on_round_refused(&mut self, now: Moment) {
        self.set_due(Walk::Verify, None);
        self.round_at = Some(now.monotonic + self.verify_every);
    }

    /// Whether the share of the account's limit is enough for a fast lane: two requests each time, and half as many
    /// again for walks of more than one page.
    pub(super) fn has_room_for(&self, every: Duration) -> bool {
        let walks = 60_000u128.div_ceil(every.as_millis().max(1));
        u128::from(self.budget.per_minute()) >= walks * 2 + walks / 2
    }
}
