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
    /// The same of the own limits of the endpoints, in the order of [`ENDPOINTS`].
    own_closed: [Option<Duration>; ENDPOINTS.len()],
}

/// The endpoints of the lists. Each can have a limit of its own.
const ENDPOINTS: [Endpoint; 4] = [
    Endpoint::TicketsList,
    Endpoint::DeletedTickets,
    Endpoint::ShowMany,
    Endpoint::ShowOne,
];

/// The endpoints that requests of `walk` go to.
const fn endpoints_of(walk: Walk) -> &'static [Endpoint] {
    match walk {
        Walk::Deleted => &[Endpoint::DeletedTickets],
        Walk::Verify => &[Endpoint::ShowMany, Endpoint::ShowOne],
        Walk::Archive => &[Endpoint::ShowMany],
        Walk::List | Walk::Resync | Walk::Main | Walk::Replay => &[Endpoint::TicketsList],
    }
}

impl ListBudget {
    pub(super) const fn new(percent: u32) -> Self {
        Self {
            percent,
            account_limit: None,
            shared: Budget::new(UNSTATED_PER_MINUTE),
            deleted: Budget::new(DELETED_PER_MINUTE),
            account_closed: None,
            own_closed: [None; ENDPOINTS.len()],
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
        let closed = self.account_closed.max(self.own_closed(walk));
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

    /// Until when too little remains of the own limits of the endpoints that `walk` asks.
    fn own_closed(&self, walk: Walk) -> Option<Duration> {
        let endpoints = ENDPOINTS.iter().zip(self.own_closed);
        let of_walk = endpoints.filter(|(endpoint, _)| endpoints_of(walk).contains(endpoint));
        of_walk.filter_map(|(_, closed)| closed).max()
    }

    /// What the answer of `endpoint` said about limits. Answers of an export state the account's limit too.
    pub(super) fn on_limits(&mut self, endpoint: Endpoint, now: Moment, limits: &[RateLimit]) {
        // Requests for tokens have limits of their own, also where the header names none.
        if endpoint == Endpoint::OAuthToken {
            return;
        }
        // A limit of 0 would stop the exporter for good, and cannot be meant.
        let stated = limits.iter().filter(|limit| limit.limit != Some(0));
        let (of_account, own): (Vec<_>, Vec<_>) =
            stated.partition(|limit| limit.bucket == Bucket::Account);
        if !of_account.is_empty() {
            self.account_closed = closed_until(&of_account, now);
        }
        if let Some(limit) = of_account
            .iter()
            .filter_map(|limit| limit.limit)
            .next_back()
        {
            self.account_limit = Some(limit);
            self.shared.set_per_minute(self.per_minute());
        }
        let place = ENDPOINTS.iter().position(|of| *of == endpoint);
        if let Some(place) = place.filter(|_| !own.is_empty()) {
            self.own_closed[place] = closed_until(&own, now);
        }
    }
}

/// Until when too little remains of one of `limits`.
fn closed_until(limits: &[&RateLimit], now: Moment) -> Option<Duration> {
    let closed = limits.iter().filter(|limit| reserved(limit));
    let until = closed.map(|limit| {
        let reset = limit.reset.unwrap_or(WINDOW).min(RESET_MAX);
        now.monotonic + reset + RESET_MARGIN
    });
    until.max()
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
    fn the_own_limit_of_an_endpoint_holds_back_the_walks_that_ask_it() {
        use Walk::{Archive, Deleted, List, Resync, Verify};
        let table: [(_, &[Walk]); 4] = [
            (Endpoint::TicketsList, &[List, Resync]),
            (Endpoint::DeletedTickets, &[Deleted]),
            (Endpoint::ShowMany, &[Verify, Archive]),
            (Endpoint::ShowOne, &[Verify]),
        ];
        for (endpoint, held_back) in table {
            let mut budget = ListBudget::new(10);
            let named = Bucket::Endpoint("its-own".to_owned());
            let spent = limit(named, Some(10), Some(1));
            budget.on_limits(endpoint, at(0), &[spent]);
            for walk in [List, Deleted, Verify, Resync, Archive] {
                let is_held_back = free_at(&budget, walk, at(1)).is_some();
                assert_eq!(is_held_back, held_back.contains(&walk), "{walk:?}");
            }
        }
    }

    #[test]
    fn of_several_limits_in_one_answer_the_one_that_is_closed_longest_counts() {
        let own = |name: &str, remaining, reset| RateLimit {
            bucket: Bucket::Endpoint(name.to_owned()),
            reset: Some(Duration::from_secs(reset)),
            ..limit(Bucket::Account, Some(100), Some(remaining))
        };
        let mut limits = [own("a", 0, 20), own("b", 0, 50), own("c", 100, 90)];
        for _ in 0..limits.len() {
            limits.rotate_left(1);
            let mut budget = ListBudget::new(10);
            budget.on_limits(Endpoint::TicketsList, at(0), &limits);
            let until = Some((Duration::from_secs(51), Because::RateLimit));
            assert_eq!(free_at(&budget, Walk::List, at(1)), until);
        }
    }

    #[test]
    fn limits_of_the_token_endpoint_are_not_those_of_the_account() {
        let mut budget = ListBudget::new(10);
        let spent = limit(Bucket::Account, Some(30), Some(0));
        budget.on_limits(Endpoint::OAuthToken, at(0), &[spent]);
        assert_eq!(free_at(&budget, Walk::List, at(1)), None);
        assert_eq!(budget.per_minute(), UNSTATED_PER_MINUTE);
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
