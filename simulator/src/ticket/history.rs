//! How long a ticket was in the statuses that somebody waits in.

use crate::hours::Schedule;
use crate::vocabulary::{Minutes, Status};

/// How long a ticket was in the statuses that somebody waits in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Since when it has its status.
    pub since: i64,
    /// The requester waited: new, open and hold.
    pub requester_wait: Waited,
    /// The agents waited: pending.
    pub agent_wait: Waited,
    /// In hold.
    pub on_hold: Waited,
}

/// Seconds, by the clock and in business hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    calendar: u32,
    business: u32,
}

impl Waited {
    /// The time from one moment to another.
    pub(super) fn between(from: i64, to: i64, schedule: Schedule) -> Self {
        let seconds = |seconds: i64| u32::try_from(seconds).unwrap_or(0);
        Self {
            calendar: seconds(to - from),
            business: seconds(schedule.seconds(from, to)),
        }
    }

    const fn add(&mut self, more: Self) {
        self.calendar = self.calendar.saturating_add(more.calendar);
        self.business = self.business.saturating_add(more.business);
    }

    /// Whole minutes, as Zendesk tells them.
    pub fn minutes(self) -> Minutes {
        Minutes {
            calendar: Some(self.calendar / 60),
            business: Some(self.business / 60),
        }
    }
}

impl History {
    /// Adds up the time since the latest change, which was spent in `status`.
    pub(super) fn leave(&mut self, status: Status, now: i64, schedule: Schedule) {
        let passed = Waited::between(self.since, now, schedule);
        self.since = now;
        match status {
            Status::New | Status::Open => self.requester_wait.add(passed),
            // Whoever put it on hold, the requester waits.
            Status::Hold => {
                self.requester_wait.add(passed);
                self.on_hold.add(passed);
            }
            Status::Pending => self.agent_wait.add(passed),
            Status::Solved | Status::Closed | Status::Other => {}
        }
    }
}
