//! Whose turn it is, when, and what it waits for.

use std::time::Duration;

use super::shorter_waits::Because;
use super::{ListRole, Schedule};
use crate::clock::Moment;
use crate::ledger::Walk;

/// The next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextRequest {
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

impl Schedule {
    /// The next request. Asking changes nothing.
    pub fn next(&self, now: Moment) -> NextRequest {
        // The main walk goes first whenever both are due: it is what freshness depends on.
        let next = match self.replay_at {
            Some(replay_at) if self.poll_at > now.monotonic && replay_at < self.poll_at => {
                self.of_export(Walk::Replay, replay_at, now)
            }
            _ => self.of_export(Walk::Main, self.poll_at, now),
        };
        if let Some(list) = self.next_of_list(now, &next) {
            return list;
        }
        let resync = self.next_of_resync(now);
        // Times that have passed are all "now": then the main walk or the replay goes first.
        resync
            .filter(|resync| resync.at.max(now.monotonic) < next.at.max(now.monotonic))
            .unwrap_or(next)
    }

    /// When `walk` is requested next, whatever the others do, on the monotonic clock; `None` for never, and where it
    /// depends on others: a resync of an export is read between the polls.
    pub fn next_of(&self, walk: Walk, now: Moment) -> Option<Duration> {
        if self.is_of_list(walk) {
            return self.list.next_of(walk, now, &self.account_clock);
        }
        let due = match walk {
            Walk::Main if self.poll_at < Duration::MAX => self.poll_at,
            Walk::Replay => self.replay_at?,
            _ => return None,
        };
        Some(self.of_export(walk, due, now).at)
    }

    /// The request of the main walk or of a replay that is due then.
    fn of_export(&self, walk: Walk, due: Duration, now: Moment) -> NextRequest {
        let budget = self.budget.free_at(now, &self.account_clock);
        self.held_back((due, due, Because::Due), walk, budget)
    }

    /// Whether `turn` can be taken now that its time has come. A resync may have to wait again: only
    /// now it shows how much of the budget the main walk needs.
    pub fn still_stands(&self, turn: NextRequest, now: Moment) -> bool {
        let due = self.next(now);
        self.is_of_list(turn.walk)
            || turn.walk != Walk::Resync
            || (due.walk == Walk::Resync && due.at <= now.monotonic)
    }

    fn next_of_resync(&self, now: Moment) -> Option<NextRequest> {
        if self.list.role() == ListRole::Truth {
            return None;
        }
        let turn = self.resync.next(now, &self.account_clock)?;
        let budget = self.budget.free_beside(now, &self.account_clock, |until| {
            self.polls_before(until, now)
        });
        let mut next = self.held_back(turn, Walk::Resync, budget);
        // There is one request at a time, so one that begins just before the main walk is due would
        // delay it.
        let room = self.resync.room_needed(self.pacing.poll_interval);
        let begins = next.at.max(now.monotonic);
        if begins < self.poll_at && begins + room > self.poll_at {
            next.at = self.poll_at;
        }
        Some(next)
    }

    /// How many requests the main walk will make until then, if it has nothing more to read. Example: a
    /// poll is due in 10 s and then every 20 s, so three go out in the next 55 s.
    fn polls_before(&self, until: Duration, now: Moment) -> u32 {
        let first = self.poll_at.max(now.monotonic);
        if first >= until {
            return 0;
        }
        // An interval below a second, as simulated accounts may have, would divide by zero.
        let interval = self.pacing.poll_interval.max(Duration::from_secs(1));
        let further = (until - first).as_secs() / interval.as_secs();
        u32::try_from(further).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn held_back(
        &self,
        (due, at, because): (Duration, Duration, Because),
        walk: Walk,
        budget: Option<Duration>,
    ) -> NextRequest {
        let mut next = NextRequest {
            at,
            due,
            walk,
            page_size: self.page_sizes.rows(walk),
            because,
        };
        let budget = budget.map(|at| (at, Because::Budget));
        let limit = self
            .budget
            .closed_until()
            .map(|at| (at, Because::RateLimit));
        let failure = self.not_before.map(|hold| (hold.at, hold.because));
        for (at, because) in [budget, limit, failure].into_iter().flatten() {
            if at > next.at {
                next.at = at;
                next.because = because;
            }
        }
        next
    }
}
