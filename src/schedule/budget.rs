//! The request budget: so many per clock minute of Zendesk, and none while a limit is spent.

use std::collections::VecDeque;
use std::time::Duration;

use super::account_clock::AccountClock;
use crate::clock::Moment;
use crate::source::RateLimit;

const MINUTE_MS: i64 = 60_000;

/// Longest that a limit which Zendesk says is spent keeps requests back. Its windows are minutes.
pub(super) const RESET_MAX: Duration = Duration::from_secs(3600);

/// Added to the `resets` of a spent limit, which has whole seconds.
pub(super) const RESET_MARGIN: Duration = Duration::from_secs(1);

/// Requests made of late. Zendesk counts them by the minutes of its own clock.
///
/// When a request was sent is kept by our monotonic clock, and in which of Zendesk's minutes that
/// was is asked when it matters: what is known of Zendesk's clock may have changed meanwhile.
///
/// Example with ten requests a minute: ten are sent from 12:00:50 to 12:00:55 by Zendesk's clock. The
/// next one goes out at 12:01:00, because a new minute has a new budget, and not at 12:01:50.
#[derive(Debug)]
pub(super) struct Budget {
    per_minute: u32,
    /// When requests were sent that can still count, oldest first. Bounded by the budget: no more
    /// are sent in [`SENT_KEPT`] than it allows in as many minutes.
    sent: VecDeque<Duration>,
    closed_until: Option<Duration>,
}

/// How long a request can count: a minute, and as long as the bounds of account time lie apart,
/// which is what an answer takes.
const SENT_KEPT: Duration = Duration::from_secs(180);

impl Budget {
    pub(super) const fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            sent: VecDeque::new(),
            closed_until: None,
        }
    }

    /// Another limit from now on. What was spent of this minute stays spent.
    pub(super) const fn set_per_minute(&mut self, per_minute: u32) {
        self.per_minute = per_minute;
    }

    /// When the budget allows a request, if not now.
    pub(super) fn free_at(&self, now: Moment, account_clock: &AccountClock) -> Option<Duration> {
        self.free_beside(now, account_clock, |_| 0)
    }

    /// The same for a request that must leave room for others: `others` tells how many are made
    /// until the turn of the minute.
    pub(super) fn free_beside(
        &self,
        now: Moment,
        account_clock: &AccountClock,
        others: impl FnOnce(Duration) -> u32,
    ) -> Option<Duration> {
        // By the slower reading of the account's clock: there the new minute has surely begun.
        let (earliest, latest) = account_clock.now_ms(now);
        let of_minute = earliest.rem_euclid(MINUTE_MS);
        let turn = now.monotonic + Duration::from_millis((MINUTE_MS - of_minute).unsigned_abs());
        // By the faster one a request counts in this minute that was sent somewhat before it.
        let counting = of_minute.saturating_add(latest.saturating_sub(earliest));
        let spent = self.sent_within(now.monotonic, u128::from(counting.unsigned_abs()));
        (spent.saturating_add(others(turn)) >= self.per_minute).then_some(turn)
    }

    /// Until when a limit that Zendesk says is spent forbids requests.
    pub(super) const fn closed_until(&self) -> Option<Duration> {
        self.closed_until
    }

    /// A request goes out.
    pub(super) fn charge(&mut self, now: Moment) {
        // The answer to this request says anew whether a limit is spent.
        self.closed_until = None;
        while let Some(oldest) = self.sent.front()
            && *oldest + SENT_KEPT < now.monotonic
        {
            self.sent.pop_front();
        }
        self.sent.push_back(now.monotonic);
    }

    /// What an answer said about limits.
    pub(super) fn on_limits(&mut self, now: Moment, limits: &[RateLimit]) {
        // A limit without `remaining` or `reset` closes nothing: a 429 would tell if it were spent.
        let spent = limits.iter().filter(|limit| limit.remaining == Some(0));
        let wait = spent
            .filter_map(|limit| limit.reset)
            .map(|reset| reset.min(RESET_MAX) + RESET_MARGIN)
            .max();
        self.closed_until = wait.map(|wait| now.monotonic + wait);
    }

    /// How many requests were sent in the `ms` before `now`.
    fn sent_within(&self, now: Duration, ms: u128) -> u32 {
        let (now, from) = (now.as_millis(), now.as_millis().saturating_sub(ms));
        let until = self.sent.partition_point(|sent| sent.as_millis() <= now);
        let before = self.sent.partition_point(|sent| sent.as_millis() < from);
        u32::try_from(until.saturating_sub(before)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Bucket;
    use crate::ticket::UnixSeconds;

    const fn at(ms: i64) -> Moment {
        Moment {
            monotonic: Duration::from_millis(ms.unsigned_abs()),
            wall_ms: ms,
        }
    }

    #[test]
    fn a_spent_minute_waits_for_the_turn_of_the_clock_minute() {
        let clock = AccountClock::default();
        let mut budget = Budget::new(2);
        for ms in [50_000, 51_000] {
            assert_eq!(budget.free_at(at(ms), &clock), None);
            budget.charge(at(ms));
        }
        let turn = Some(Duration::from_secs(60));
        assert_eq!(budget.free_at(at(52_000), &clock), turn);
        assert_eq!(budget.free_at(at(60_000), &clock), None);
    }

    #[test]
    fn minutes_are_those_of_the_accounts_clock() {
        let mut clock = AccountClock::default();
        // Zendesk's clock is exactly 30 s ahead.
        clock.observe(at(0), at(0), Some(UnixSeconds(30)));
        clock.observe(at(999), at(999), Some(UnixSeconds(30)));
        let mut budget = Budget::new(1);
        budget.charge(at(1_000));
        assert_eq!(
            budget.free_at(at(2_000), &clock),
            Some(Duration::from_secs(30))
        );
    }

    #[test]
    fn a_request_around_the_turn_counts_in_both_minutes() {
        let mut clock = AccountClock::default();
        // Known to a second only: at 59.5 s here it may already be the next minute there.
        clock.observe(at(0), at(0), Some(UnixSeconds(0)));
        let mut budget = Budget::new(2);
        budget.charge(at(59_500));
        assert_eq!(budget.free_at(at(60_100), &clock), None);
        budget.charge(at(60_100));
        assert!(budget.free_at(at(60_200), &clock).is_some());
    }

    #[test]
    fn requests_around_the_turn_can_spend_the_next_minute_whole() {
        let mut clock = AccountClock::default();
        clock.observe(at(0), at(0), Some(UnixSeconds(0)));
        let mut budget = Budget::new(1);
        budget.charge(at(59_500));
        let next_turn = Some(Duration::from_secs(120));
        assert_eq!(budget.free_at(at(60_100), &clock), next_turn);
        assert_eq!(budget.free_at(at(120_000), &clock), None);
    }

    #[test]
    fn a_clock_set_back_does_not_stop_requests() {
        let clock = AccountClock::default();
        let mut budget = Budget::new(1);
        budget.charge(at(6_000_000));
        assert_eq!(budget.free_at(at(60_000), &clock), None);
    }

    #[test]
    fn what_was_sent_counts_when_zendesks_clock_becomes_known_only_then() {
        // Our clock is off by so much; a minute of Zendesk begins 20 s after the first request.
        for off_ms in [
            -63_072_000_000,
            -86_400_000,
            -25_000,
            0,
            25_000,
            63_072_000_000,
        ] {
            let at = |ms: i64| Moment {
                monotonic: Duration::from_millis(ms.unsigned_abs()),
                wall_ms: ms + off_ms,
            };
            let mut clock = AccountClock::default();
            let mut budget = Budget::new(2);
            for ms in [40_000, 41_000] {
                budget.charge(at(ms));
                let date = UnixSeconds(ms / 1000);
                clock.observe(at(ms), at(ms), Some(date));
            }
            let turn = Some(Duration::from_secs(60));
            assert_eq!(budget.free_at(at(42_000), &clock), turn, "{off_ms}");
            assert_eq!(budget.free_at(at(61_000), &clock), None, "{off_ms}");
        }
    }

    #[test]
    fn a_wall_clock_that_is_set_neither_frees_nor_stops_requests() {
        let set = |ms: i64, jump_ms: i64| Moment {
            wall_ms: ms + jump_ms,
            ..at(ms)
        };
        let mut believed = AccountClock::default();
        believed.observe(at(1_000), at(1_000), Some(UnixSeconds(1)));
        for jump_ms in [-63_072_000_000, -90_000, 90_000, 63_072_000_000] {
            let mut budget = Budget::new(1);
            budget.charge(at(10_000));
            let free_at = budget.free_at(set(11_000, jump_ms), &believed);
            assert_eq!(free_at, Some(Duration::from_secs(60)), "{jump_ms}");
            // Without any `Date` the minutes are ours: never more than one is waited for.
            let free_at = budget.free_at(set(11_000, jump_ms), &AccountClock::default());
            assert!(free_at <= Some(Duration::from_secs(71)), "{jump_ms}");
        }
    }

    #[test]
    fn only_what_can_still_count_is_remembered() {
        let mut budget = Budget::new(8);
        for second in 0..10_000 {
            budget.charge(at(second * 1000));
        }
        assert!(budget.sent.len() <= 181, "{}", budget.sent.len());
    }

    #[test]
    fn a_spent_limit_closes_until_it_resets() {
        let mut budget = Budget::new(10);
        let limit = |remaining, reset| RateLimit {
            bucket: Bucket::Account,
            limit: Some(10),
            remaining: Some(remaining),
            reset: Some(Duration::from_secs(reset)),
        };
        budget.on_limits(at(1_000), &[limit(3, 50)]);
        assert_eq!(budget.closed_until(), None);
        budget.on_limits(at(1_000), &[limit(0, 6), limit(0, 20)]);
        assert_eq!(budget.closed_until(), Some(Duration::from_secs(22)));
    }
}
