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

/// The same for the pages of a walk behind [`DELETED_PAGES`], of which Zendesk allows five.
const LATER_DELETED_PER_MINUTE: u32 = 4;

/// Pages of a walk through the list of deleted tickets behind which Zendesk allows fewer requests.
const DELETED_PAGES: u32 = 100;

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
    /// Requests of the walk through the list of deleted tickets that is under way.
    deleted_requests: u32,
    /// Whether an answer of that list stated a limit of its own, which then tells more than its documentation.
    deleted_limit_is_stated: bool,
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
            deleted_requests: 0,
            deleted_limit_is_stated: false,
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
            self.deleted_requests = self.deleted_requests.saturating_add(1);
            self.pace_deleted();
        }
    }

    /// The walk through the list of deleted tickets is over.
    pub(super) const fn on_deleted_end(&mut self) {
        self.deleted_requests = 0;
        self.pace_deleted();
    }

    const fn pace_deleted(&mut self) {
        let is_late = self.deleted_requests >= DELETED_PAGES && !self.deleted_limit_is_stated;
        self.deleted.set_per_minute(if is_late {
            LATER_DELETED_PER_MINUTE
        } else {
            DELETED_PER_MINUTE
        });
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
            self.deleted_limit_is_stated |= endpoint == Endpoint::DeletedTickets;
            self.pace_deleted();
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
        (Some(total), Some(remaining)) => remaining <= total / RESERVED_ONE_IN,
        (None, Some(remaining)) => remaining == 0,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests;
