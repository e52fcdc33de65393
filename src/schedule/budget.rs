//! The request budget: so many per clock minute of Zendesk, and none while a limit is spent.

use std::time::Duration;

use super::account_clock::AccountClock;
use super::backoff::RETRY_AFTER_MAX;
use crate::clock::Moment;
use crate::zendesk::RateLimit;

const MINUTE_MS: i64 = 60_000;

/// Added to the `resets` of a spent limit, which has whole seconds.
const RESET_MARGIN: Duration = Duration::from_secs(1);

/// Requests made in the present minute. Zendesk counts them by the minutes of its own clock.
#[derive(Debug)]
pub(super) struct Budget {
    per_minute: u32,
    /// The minute that `spent` counts, by account time.
    minute: i64,
    spent: u32,
    /// Of these, how many may count in the next minute instead: they were sent when account time
    /// could be either side of its turn.
    straddling: u32,
    closed_until: Option<Duration>,
}

impl Budget {
    pub(super) const fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            minute: i64::MIN,
            spent: 0,
            straddling: 0,
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
        let (earliest, _) = account_clock.now_ms(now);
        let minute = earliest.div_euclid(MINUTE_MS);
        // A clock that was set back may lie a minute before the one that was counted.
        let turn = (minute.max(self.minute) + 1) * MINUTE_MS - earliest;
        let turn = now.monotonic + Duration::from_millis(turn.max(0).unsigned_abs());
        let spent = self.spent_in(minute).saturating_add(others(turn));
        (spent >= self.per_minute).then_some(turn)
    }

    /// Until when a limit that Zendesk says is spent forbids requests.
    pub(super) const fn closed_until(&self) -> Option<Duration> {
        self.closed_until
    }

    /// A request goes out.
    pub(super) fn charge(&mut self, now: Moment, account_clock: &AccountClock) {
        self.closed_until = None;
        let (earliest, latest) = account_clock.now_ms(now);
        let minute = earliest.div_euclid(MINUTE_MS);
        self.spent = self.spent_in(minute).saturating_add(1);
        if self.is_new(minute) {
            self.minute = minute;
            self.straddling = 0;
        }
        if latest.div_euclid(MINUTE_MS) > minute {
            self.straddling = self.straddling.saturating_add(1);
        }
    }

    /// What an answer said about limits.
    pub(super) fn on_limits(&mut self, now: Moment, limits: &[RateLimit]) {
        let spent = limits.iter().filter(|limit| limit.remaining == Some(0));
        let wait = spent
            .filter_map(|limit| limit.reset)
            .map(|reset| reset.min(RETRY_AFTER_MAX) + RESET_MARGIN)
            .max();
        self.closed_until = wait.map(|wait| now.monotonic + wait);
    }

    fn spent_in(&self, minute: i64) -> u32 {
        if !self.is_new(minute) {
            self.spent
        } else if minute == self.minute.saturating_add(1) {
            self.straddling
        } else {
            0
        }
    }

    /// Whether `minute` is another than the one that was counted. A clock that was set back far
    /// must not stop the exporter until it is past that minute again.
    const fn is_new(&self, minute: i64) -> bool {
        minute > self.minute || minute < self.minute.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::UnixSeconds;
    use crate::zendesk::Bucket;

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
            budget.charge(at(ms), &clock);
        }
        let turn = Some(Duration::from_secs(60));
        assert_eq!(budget.free_at(at(52_000), &clock), turn);
        assert_eq!(budget.free_at(at(60_000), &clock), None);
    }

    #[test]
    fn minutes_are_those_of_the_accounts_clock() {
        let mut clock = AccountClock::default();
        // Zendesk's clock is exactly 30 s ahead.
        clock.observe(at(0), at(0), UnixSeconds(30));
        clock.observe(at(999), at(999), UnixSeconds(30));
        let mut budget = Budget::new(1);
        budget.charge(at(1_000), &clock);
        assert_eq!(
            budget.free_at(at(2_000), &clock),
            Some(Duration::from_secs(30))
        );
    }

    #[test]
    fn a_request_around_the_turn_counts_in_both_minutes() {
        let mut clock = AccountClock::default();
        // Known to a second only: at 59.5 s here it may already be the next minute there.
        clock.observe(at(0), at(0), UnixSeconds(0));
        let mut budget = Budget::new(2);
        budget.charge(at(59_500), &clock);
        assert_eq!(budget.free_at(at(60_100), &clock), None);
        budget.charge(at(60_100), &clock);
        assert!(budget.free_at(at(60_200), &clock).is_some());
    }

    #[test]
    fn requests_around_the_turn_can_spend_the_next_minute_whole() {
        let mut clock = AccountClock::default();
        clock.observe(at(0), at(0), UnixSeconds(0));
        let mut budget = Budget::new(1);
        budget.charge(at(59_500), &clock);
        let next_turn = Some(Duration::from_secs(120));
        assert_eq!(budget.free_at(at(60_100), &clock), next_turn);
        assert_eq!(budget.free_at(at(120_000), &clock), None);
    }

    #[test]
    fn a_clock_set_back_does_not_stop_requests() {
        let clock = AccountClock::default();
        let mut budget = Budget::new(1);
        budget.charge(at(6_000_000), &clock);
        assert_eq!(budget.free_at(at(60_000), &clock), None);
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
