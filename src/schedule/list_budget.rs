//! The request budget of the lists: a share of the account's limit, and nothing while little of it remains.

use std::time::Duration;

use super::account_clock::AccountClock;
use super::budget::{Budget, RESET_MARGIN, RESET_MAX};
use super::shorter_waits::Because;
use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::{Bucket, Endpoint, RateLimit};

/// Requests per minute while no answer states the account's limit.
const UNSTATED_PER_MINUTE: u32 = 10;

/// Requests per minute to the list of deleted tickets, of which Zendesk allows ten: a fifth is left to others.
const DELETED_PER_MINUTE: u32 = 8;

/// Nothing is sent while this share of a limit or less remains: one in this many. Example: of 100 requests, nothing
/// is sent while 20 or fewer remain.
const RESERVED_ONE_IN: u64 = 5;

/// How long a limit is taken to be spent whose answer does not state when it resets: Zendesk's windows are minutes.
const WINDOW: Duration = Duration::from_secs(60);

/// The budget of the requests to the lists.
#[derive(Debug)]
pub(super) struct ListBudget {
    percent: u32,
    /// The account's limit per minute, as last stated.
    account_limit: Option<u64>,
    shared: Budget,
    deleted: Budget,
    /// Until when too little remains of the account's limit.
    account_closed: Option<Duration>,
    /// The same of the own limits of the two lists.
    list_closed: Option<Duration>,
    deleted_closed: Option<Duration>,
}

impl ListBudget {
    pub(super) const fn new(percent: u32) -> Self {
        Self {
            percent,
            account_limit: None,
            shared: Budget::new(UNSTATED_PER_MINUTE),
            deleted: Budget::new(DELETED_PER_MINUTE),
            account_closed: None,
            list_closed: None,
            deleted_closed: None,
        }
    }

    pub(super) fn set_percent(&mut self, percent: u32) {
        self.percent = percent;
        self.shared.set_per_minute(self.per_minute());
    }

    /// Requests per minute. Example: 10 percent of 700 are 70.
    pub(super) fn per_minute(&self) -> u32 {
        self.account_limit.map_or(UNSTATED_PER_MINUTE, |limit| {
            let share = limit.saturating_mul(u64::from(self.percent)) / 100;
            u32::try_from(share.max(1)).unwrap_or(u32::MAX)
        })
    }

    /// When a request of `walk` is allowed, if not now, and what it waits for. `spare` requests of the minute are
    /// left to others.
    pub(super) fn free_at(
        &self,
        walk: Walk,
        now: Moment,
        account_clock: &AccountClock,
        spare: u32,
    ) -> Option<(Duration, Because)> {
        let own = match walk {
            Walk::Deleted => self.deleted.free_at(now, account_clock),
            _ => None,
        };
        let shared = self
            .shared
            .free_beside(now, account_clock, |_| spare.min(self.per_minute() - 1));
        let budget = own.max(shared).map(|at| (at, Because::Budget));
        let own_closed = match walk {
            Walk::Deleted => self.deleted_closed,
            Walk::List | Walk::Resync => self.list_closed,
            _ => None,
        };
        let closed = self.account_closed.max(own_closed);
        let closed = closed.filter(|until| *until > now.monotonic);
        let closed = closed.map(|at| (at, Because::RateLimit));
        budget.into_iter().chain(closed).max_by_key(|(at, _)| *at)
    }

    pub(super) fn charge(&mut self, walk: Walk, now: Moment) {
        self.shared.charge(now);
        if walk == Walk::Deleted {
            self.deleted.charge(now);
        }
    }

    /// What the answer of `endpoint` said about limits. Answers of an export state the account's limit too.
    pub(super) fn on_limits(&mut self, endpoint: Endpoint, now: Moment, limits: &[RateLimit]) {
        for limit in limits {
            // A limit of 0 would stop the exporter for good, and cannot be meant.
            if limit.limit == Some(0) {
                continue;
            }
            let closed = reserved(limit).then(|| {
                let reset = limit.reset.unwrap_or(WINDOW).min(RESET_MAX);
                now.monotonic + reset + RESET_MARGIN
            });
            match (&limit.bucket, endpoint) {
                (Bucket::Account, _) => {
                    self.account_closed = closed;
                    if limit.limit.is_some() {
                        self.account_limit = limit.limit;
                        self.shared.set_per_minute(self.per_minute());
                    }
                }
                (Bucket::Endpoint(_), Endpoint::TicketsList) => self.list_closed = closed,
                (Bucket::Endpoint(_), Endpoint::DeletedTickets) => self.deleted_closed = closed,
                (Bucket::Endpoint(_), _) => {}
            }
        }
    }
}

/// Whether so little of a limit remains that it is left to others.
const fn reserved(limit: &RateLimit) -> bool {
    match (limit.limit, limit.remaining) {
        (Some(total), Some(remaining)) => remaining.saturating_mul(RESERVED_ONE_IN) <= total,
        (None, Some(remaining)) => remaining == 0,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(seconds),
            wall_ms: 1_000 * seconds.cast_signed(),
        }
    }

    fn limit(bucket: Bucket, total: Option<u64>, remaining: Option<u64>) -> RateLimit {
        RateLimit {
            bucket,
            limit: total,
            remaining,
            reset: Some(Duration::from_secs(30)),
        }
    }

    fn free_at(budget: &ListBudget, walk: Walk, now: Moment) -> Option<(Duration, Because)> {
        budget.free_at(walk, now, &AccountClock::default(), 0)
    }

    #[test]
    fn the_share_of_the_accounts_limit_is_spent_and_no_more() {
        for (total, percent, expected) in [
            (Some(700), 10, 70),
            (Some(200), 10, 20),
            (Some(5), 10, 1),
            (Some(700), 100, 700),
            (Some(0), 10, 10),
            (None, 10, 10),
        ] {
            let mut budget = ListBudget::new(percent);
            let stated = limit(Bucket::Account, total, None);
            budget.on_limits(Endpoint::TicketsCursor, at(0), &[stated]);
            assert_eq!(budget.per_minute(), expected, "{total:?}");
            for _ in 0..expected {
                assert_eq!(free_at(&budget, Walk::List, at(1)), None);
                budget.charge(Walk::List, at(1));
            }
            let turn = Some((Duration::from_secs(60), Because::Budget));
            assert_eq!(free_at(&budget, Walk::List, at(1)), turn);
        }
    }

    #[test]
    fn nothing_is_sent_while_a_fifth_of_a_limit_or_less_remains() {
        let table = [
            (Some(100), Some(21), false),
            (Some(100), Some(20), true),
            (Some(100), Some(0), true),
            (Some(0), Some(0), false),
            (None, Some(0), true),
            (None, Some(1), false),
            (Some(100), None, false),
        ];
        let named = || Bucket::Endpoint("tickets-index".to_owned());
        for (total, remaining, is_closed) in table {
            for bucket in [Bucket::Account, named()] {
                let mut budget = ListBudget::new(10);
                let stated = limit(bucket, total, remaining);
                budget.on_limits(Endpoint::TicketsList, at(0), &[stated]);
                let expected = is_closed.then_some((Duration::from_secs(31), Because::RateLimit));
                assert_eq!(free_at(&budget, Walk::List, at(1)), expected);
                assert_eq!(free_at(&budget, Walk::List, at(31)), None);
            }
        }
    }

    #[test]
    fn the_own_limit_of_one_list_does_not_hold_back_the_other() {
        let mut budget = ListBudget::new(10);
        let named = Bucket::Endpoint("deleted-tickets-index".to_owned());
        let spent = limit(named, Some(10), Some(1));
        budget.on_limits(Endpoint::DeletedTickets, at(0), &[spent]);
        assert_eq!(free_at(&budget, Walk::List, at(1)), None);
        assert!(free_at(&budget, Walk::Deleted, at(1)).is_some());
    }

    #[test]
    fn the_list_of_deleted_tickets_has_a_budget_of_its_own() {
        let mut budget = ListBudget::new(100);
        let stated = limit(Bucket::Account, Some(700), Some(700));
        budget.on_limits(Endpoint::DeletedTickets, at(0), &[stated]);
        for _ in 0..DELETED_PER_MINUTE {
            assert_eq!(free_at(&budget, Walk::Deleted, at(1)), None);
            budget.charge(Walk::Deleted, at(1));
        }
        assert!(free_at(&budget, Walk::Deleted, at(1)).is_some());
        assert_eq!(free_at(&budget, Walk::List, at(1)), None);
    }
}
