//! What a failure holds back, and what may shorten it.

use std::time::Duration;

use super::backoff::Wait;
use crate::source::ApiError;

/// Least time between two requests that changed credentials bring forward, so that a storm of reloads
/// costs Zendesk next to nothing.
const BROUGHT_FORWARD_EVERY: Duration = Duration::from_secs(60);

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

impl Because {
    /// What is waited for after `error`.
    pub(super) const fn from_error(error: &ApiError) -> Self {
        match error {
            ApiError::RateLimited { .. } => Self::RateLimit,
            _ => Self::Backoff,
        }
    }
}

/// Until when nothing is asked, on the monotonic clock.
///
/// Example without jitter: at 100 s a 503 with `Retry-After: 20` comes, and the back-off is 40 s. Then `at` is 140 and
/// `asked` is 120. New credentials at 105 s shorten the hold to 120, and no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) at: Duration,
    pub(super) because: Because,
    /// Until when Zendesk itself asked to wait; nothing shortens that.
    asked: Duration,
}

impl Hold {
    /// One that Zendesk has not asked for.
    pub(super) const fn until(at: Duration, because: Because) -> Self {
        Self {
            at,
            because,
            asked: Duration::ZERO,
        }
    }

    /// The wait after a failure.
    pub(super) fn after(wait: Wait, because: Because, now: Duration) -> Self {
        Self {
            at: now + wait.delay,
            because,
            asked: now + wait.asked,
        }
    }

    /// When it ends, and what is waited for until then.
    pub(super) const fn end(self) -> (Duration, Because) {
        (self.at, self.because)
    }

    /// Both: until the later one ends, for its reason.
    pub(super) fn or_later(self, other: Self) -> Self {
        // The longer `asked` can belong to the hold that ends first.
        let later = if self.at > other.at { self } else { other };
        Self {
            asked: self.asked.max(other.asked),
            ..later
        }
    }

    /// Ends at `at`, unless it ends before or Zendesk asked for more.
    pub(super) fn shorten_to(&mut self, at: Duration) {
        self.at = self.at.min(at.max(self.asked));
    }
}

/// The requests that changed credentials bring forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BroughtForward {
    /// When the latest is due, or was.
    latest: Option<Duration>,
}

impl BroughtForward {
    /// When the next one is due.
    pub(super) fn next(&mut self, now: Duration) -> Duration {
        let at = match self.latest {
            // Still to come: it will be asked with these credentials.
            Some(latest) if latest > now => latest,
            // That request went out, so this change needs one of its own.
            Some(latest) => now.max(latest + BROUGHT_FORWARD_EVERY),
            None => now,
        };
        self.latest = Some(at);
        at
    }

    /// Whether one is still to come at `now`, and due at `at`.
    pub(super) fn is_due_at(self, at: Duration, now: Duration) -> bool {
        at > now && self.latest == Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn changes_that_follow_each_other_bring_one_request_a_minute_forward() {
        let mut brought = BroughtForward::default();
        let table = [
            (5, 5),
            (6, 65),
            (30, 65),
            (64, 65),
            (65, 125),
            (66, 125),
            (500, 500),
            (559, 560),
        ];
        for (now, expected) in table {
            assert_eq!(brought.next(seconds(now)), seconds(expected), "{now}");
        }
    }

    #[test]
    fn of_two_holds_the_later_end_counts_and_what_zendesk_asked_for_stays() {
        let hold = |at, because, asked| Hold {
            at: seconds(at),
            because,
            asked: seconds(asked),
        };
        let short = hold(110, Because::Backoff, 0);
        let asked = hold(200, Because::RateLimit, 150);
        let long = hold(400, Because::Due, 0);
        assert_eq!(short.or_later(asked), asked);
        assert_eq!(asked.or_later(short), asked);
        let both = hold(400, Because::Due, 150);
        assert_eq!(asked.or_later(long), both);
        assert_eq!(long.or_later(asked), both);
    }

    #[test]
    fn a_hold_is_never_shorter_than_zendesk_asked_for_nor_made_longer() {
        let hold = |delay, asked| {
            let (delay, asked) = (seconds(delay), seconds(asked));
            Hold::after(Wait { delay, asked }, Because::Backoff, seconds(100))
        };
        let table = [
            (hold(300, 0), 110, 110),
            (hold(300, 200), 110, 300),
            (hold(300, 300), 110, 400),
            (hold(5, 0), 160, 105),
            (hold(5, 3), 100, 103),
        ];
        for (mut hold, at, expected) in table {
            hold.shorten_to(seconds(at));
            assert_eq!(hold.at, seconds(expected), "{hold:?}");
        }
    }
}
