//! Which failures of a streak are logged, and what is said when the streak is over.
//!
//! PURE. A request that fails each minute must not fill the log, and a log that reports a failure must also
//! report its end.

use std::time::Duration;

/// Of consecutive failures with the same reason, the first is logged and then every tenth: numbers 1, 10, 20.
const LOGGED_EVERY: u32 = 10;

/// The failures since the last success.
#[derive(Debug, Default)]
pub(crate) struct Streak(Option<Failures>);

#[derive(Debug)]
struct Failures {
    /// When the first of them happened, on the monotonic clock.
    since: Duration,
    /// How many there are.
    count: u32,
    /// The reason of the latest one.
    reason: &'static str,
    /// How many consecutive ones had this reason.
    count_of_reason: u32,
}

/// A streak that a success has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndedStreak {
    /// The time from the first failure to the success.
    pub(crate) after: Duration,
    /// How many failures there were.
    pub(crate) failures: u32,
}

impl Streak {
    /// Counts a failure. Returns the number of failures so far if this one must be logged.
    pub(crate) fn on_failure(&mut self, reason: &'static str, now: Duration) -> Option<u32> {
        let failures = self.0.get_or_insert(Failures {
            since: now,
            count: 0,
            reason,
            count_of_reason: 0,
        });
        if failures.reason != reason {
            failures.reason = reason;
            failures.count_of_reason = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.count_of_reason = failures.count_of_reason.saturating_add(1);
        let is_logged =
            failures.count_of_reason == 1 || failures.count_of_reason.is_multiple_of(LOGGED_EVERY);
        is_logged.then_some(failures.count)
    }

    /// Counts a success. Returns the streak that it ends, if there is one.
    pub(crate) fn on_success(&mut self, now: Duration) -> Option<EndedStreak> {
        self.0.take().map(|failures| EndedStreak {
            after: now.saturating_sub(failures.since),
            failures: failures.count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes failures with these reasons, one a second; which of them are logged, counted from 1.
    #[track_caller]
    fn check(reasons: &[&'static str], expected: &[u32]) {
        let mut streak = Streak::default();
        let logged: Vec<u32> = (0..)
            .zip(reasons)
            .filter_map(|(second, reason)| streak.on_failure(reason, Duration::from_secs(second)))
            .collect();
        assert_eq!(logged, expected, "{reasons:?}");
    }

    #[test]
    fn the_first_failure_and_every_tenth_are_logged() {
        check(&["server"; 31], &[1, 10, 20, 30]);
    }

    #[test]
    fn another_reason_is_logged_at_once() {
        check(
            &["server", "server", "timeout", "timeout", "server"],
            &[1, 3, 5],
        );
        let mut reasons = vec!["server"; 3];
        reasons.extend(["auth"; 11]);
        check(&reasons, &[1, 4, 13]);
    }

    #[test]
    fn a_success_ends_a_streak_once_and_the_next_failure_is_logged_again() {
        let mut streak = Streak::default();
        let seconds = Duration::from_secs;
        assert_eq!(streak.on_success(seconds(1)), None);
        assert!(streak.0.is_none());
        streak.on_failure("server", seconds(10));
        assert!(streak.0.is_some());
        streak.on_failure("server", seconds(40));
        let ended = EndedStreak {
            after: seconds(60),
            failures: 2,
        };
        assert_eq!(streak.on_success(seconds(70)), Some(ended));
        assert!(streak.0.is_none());
        assert_eq!(streak.on_success(seconds(80)), None);
        assert_eq!(streak.on_failure("server", seconds(90)), Some(1));
    }
}
