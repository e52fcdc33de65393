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

/// The requests to the list of deleted tickets in that minute.
fn spend_minute(budget: &mut ListBudget, minute: u64) -> u32 {
    let now = at(60 * minute);
    let mut requests = 0;
    while free_at(budget, Walk::Deleted, now).is_none() {
        budget.charge(Walk::Deleted, now);
        requests += 1;
    }
    requests
}

#[test]
fn behind_page_100_the_list_of_deleted_tickets_is_requested_less_often_unless_a_limit_is_stated() {
    for (is_stated, per_minute) in [
        (false, LATER_DELETED_PER_MINUTE),
        (true, DELETED_PER_MINUTE),
    ] {
        let mut budget = ListBudget::new(100);
        let account = limit(Bucket::Account, Some(700), Some(700));
        let own = limit(Bucket::Endpoint("its-own".to_owned()), Some(100), Some(100));
        let limits = if is_stated {
            vec![account, own]
        } else {
            vec![account]
        };
        budget.on_limits(Endpoint::DeletedTickets, at(0), &limits);
        let minutes = u64::from(DELETED_PAGES.div_ceil(DELETED_PER_MINUTE));
        let first = (0..minutes).map(|minute| spend_minute(&mut budget, minute));
        assert!(first.sum::<u32>() >= DELETED_PAGES);
        assert_eq!(spend_minute(&mut budget, minutes), per_minute);
        // The next walk begins with its first page.
        budget.on_deleted_end();
        let next_walk = spend_minute(&mut budget, minutes + 1);
        assert_eq!(next_walk, DELETED_PER_MINUTE);
    }
}
