//! The waits of the lists after answers that lead nowhere, and after refusals.

use super::*;
use crate::source::Bucket;

/// The lists are the truth since 0.
fn reading_lists() -> Schedule {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.set_list_role(ListRole::Truth, at(0));
    schedule
}

fn wait(schedule: &Schedule, now: u64) -> Duration {
    schedule.next(at(now)).at.saturating_sub(at(now).monotonic)
}

#[test]
fn a_walk_whose_second_page_leads_nowhere_waits_longer_each_time() {
    let mut schedule = reading_lists();
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..8 {
        schedule.on_ended(Walk::List, &page(false), at(now));
        schedule.on_ended(Walk::List, &Ended::NoProgress, at(now));
        let wait = wait(&schedule, now).as_secs_f64();
        waits.push(wait);
        now += 61;
    }
    for (place, wait) in waits.iter().enumerate() {
        let longest = 2.0_f64
            .powi(i32::try_from(place).expect("small") + 1)
            .min(60.0);
        assert!((longest / 2.0..=longest).contains(wait), "{waits:?}");
    }
    // The end of the other list is not the end of this one.
    schedule.on_ended(Walk::Deleted, &page(true), at(now));
    schedule.on_ended(Walk::List, &Ended::NoProgress, at(now));
    assert!(wait(&schedule, now) >= Duration::from_secs(30));
    schedule.on_ended(Walk::List, &page(true), at(now));
    schedule.on_ended(Walk::List, &Ended::NoProgress, at(now));
    assert!(wait(&schedule, now) <= Duration::from_secs(2));
}

/// The polls from 60 s on, until a request of `walk` goes out: when it does. As the poller does, each page of the list
/// asks for what is to be read beside the polls.
fn requested_at(schedule: &mut Schedule, walk: Walk) -> Duration {
    for moment in (60..=600).step_by(10) {
        while schedule.next(at(moment)).at <= at(moment).monotonic {
            let next = schedule.next(at(moment));
            if next.walk == walk {
                return at(moment).monotonic;
            }
            schedule.on_ended(next.walk, &page(true), at(moment));
            schedule.ask_list(walk, at(moment));
        }
    }
    panic!("{walk:?} is not requested");
}

#[test]
fn a_refusal_holds_back_the_walk_that_was_refused_and_no_other() {
    let refusal = ApiError::NotFound { explanation: None };
    for walk in [Walk::Resync, Walk::Archive] {
        let mut schedule = reading_lists();
        schedule.ask_list(walk, at(0));
        schedule.on_ended(walk, &Ended::Failed(&refusal), at(0));
        let next = schedule.next(at(0));
        assert_eq!((next.walk, next.at), (Walk::List, Duration::ZERO));
        schedule.on_ended(Walk::List, &page(true), at(0));
        let requested_at = requested_at(&mut schedule, walk);
        assert_eq!(requested_at, PACING.retry.maximum, "{walk:?}");
    }
    let mut schedule = reading_lists();
    schedule.on_ended(Walk::List, &Ended::Failed(&refusal), at(0));
    assert_eq!(wait(&schedule, 0), PACING.retry.maximum);
}

#[test]
fn a_walk_beside_the_polls_that_fails_holds_back_only_itself_unless_its_endpoint_is_to_wait() {
    let server = |retry_after: Option<u64>| ApiError::Server {
        status: 503,
        retry_after: retry_after.map(Duration::from_secs),
        explanation: None,
    };
    let (fails, asks) = (server(None), server(Some(200)));
    let table = [
        (Ended::NoProgress, 60..=60),
        (Ended::Unusable, 60..=60),
        (Ended::Failed(&ApiError::Timeout), 60..=60),
        (Ended::Failed(&fails), 60..=60),
        // Only a full walk reads the endpoint that the polls read.
        (Ended::Failed(&asks), 200..=201),
    ];
    for (ended, of_full_walk) in table {
        for (walk, expected) in [(Walk::Resync, of_full_walk), (Walk::Archive, 60..=60)] {
            let mut schedule = reading_lists();
            schedule.on_ended(Walk::List, &page(true), at(0));
            schedule.on_ended(Walk::Deleted, &page(true), at(0));
            schedule.ask_list(walk, at(0));
            for _ in 0..9 {
                schedule.on_ended(walk, &ended, at(0));
            }
            schedule.ask_list(walk, at(0));
            let next = schedule.next(at(0));
            let seconds = next.at.as_secs();
            assert_eq!(next.walk, Walk::List, "{ended:?} of {walk:?}");
            assert!(expected.contains(&seconds), "{ended:?}: {next:?}");
        }
    }
}

#[test]
fn a_refused_list_of_deleted_tickets_is_requested_once_an_hour_in_a_fast_lane_too() {
    let lane = ListPacing {
        fast_lane: Some(Duration::from_secs(15)),
        ..PACING.list
    };
    let pacing = Pacing {
        list: lane,
        ..PACING
    };
    for role in [ListRole::FastLane, ListRole::Truth] {
        let mut schedule = Schedule::new(pacing, 0);
        schedule.on_ended(Walk::Main, &page(true), at(0));
        schedule.set_list_role(role, at(0));
        let mut requested_at = Vec::new();
        for moment in 0..7_300 {
            while schedule.next(at(moment)).at <= at(moment).monotonic {
                let walk = schedule.next(at(moment)).walk;
                if walk == Walk::Deleted {
                    requested_at.push(moment);
                    schedule.on_deleted_refused(at(moment));
                } else {
                    schedule.on_ended(walk, &page(true), at(moment));
                }
            }
        }
        assert_eq!(requested_at, [0, 3_600, 7_200], "{role:?}");
    }
}

#[test]
fn each_walk_says_when_it_is_requested_next_whatever_the_others_do() {
    let next_of = |schedule: &Schedule, walk| {
        let next = schedule.next_of(walk, at(100));
        next.map(|at| at.as_secs())
    };
    let refusal = ApiError::ExportForbidden { explanation: None };
    let mut schedule = reading_lists();
    schedule.on_ended(Walk::List, &page(true), at(100));
    schedule.on_ended(Walk::Deleted, &page(true), at(100));
    schedule.ask_list(Walk::Archive, at(100));
    schedule.on_ended(Walk::Archive, &Ended::Failed(&refusal), at(100));
    schedule.on_round_failed(at(100));
    schedule.on_ended(Walk::Main, &Ended::Failed(&refusal), at(100));
    let table = [
        (Walk::List, Some(160)),
        (Walk::Deleted, Some(400)),
        (Walk::Archive, Some(400)),
        (Walk::Verify, Some(700)),
        (Walk::Main, Some(100 + 86_400)),
        (Walk::Resync, None),
        (Walk::Replay, None),
    ];
    for (walk, expected) in table {
        assert_eq!(next_of(&schedule, walk), expected, "{walk:?}");
    }
    schedule.never_try_export();
    assert_eq!(next_of(&schedule, Walk::Main), None);
    let mut schedule = with_resync(8, RESYNC);
    schedule.on_ended(Walk::Main, &page(true), at(100));
    schedule.on_replayed_at(None, at(100));
    schedule.set_resync_due(Some(UnixSeconds(0)), at(100));
    schedule.set_list_role(ListRole::FastLane, at(100));
    for (walk, expected) in [
        (Walk::Main, Some(160)),
        (Walk::Replay, Some(3_700)),
        (Walk::Resync, None),
        (Walk::List, Some(100)),
        (Walk::Deleted, None),
    ] {
        assert_eq!(next_of(&schedule, walk), expected, "{walk:?}");
    }
}

#[test]
fn what_takes_longer_than_every_is_followed_by_the_next_at_once() {
    let every = PACING.list.verify_every.as_secs();
    // When the round ends that began at 10, and when the next one begins.
    for (ends, next) in [
        (10, 10 + every),
        (900, 10 + every),
        (10 + every, 10 + every),
        (20_000, 20_000),
    ] {
        let mut schedule = reading_lists();
        schedule.on_ended(Walk::List, &page(true), at(10));
        assert!(schedule.is_round_due(at(10)));
        schedule.on_round_ended(at(ends));
        assert!(!schedule.is_round_due(at(next - 1)), "{ends}");
        assert!(schedule.is_round_due(at(next)), "{ends}");
        // What comes to nothing waits from then on.
        schedule.on_round_refused(at(30_000));
        assert!(!schedule.is_round_due(at(30_000 + every - 1)));
        schedule.on_round_failed(at(40_000));
        assert!(!schedule.is_round_due(at(40_000 + every / 6 - 1)));
    }
    let every = PACING.list.deleted_every.as_secs();
    for (ends, next) in [(10, 10 + every), (200, 10 + every), (900, 900)] {
        let mut schedule = reading_lists();
        schedule.on_ended(Walk::List, &page(true), at(10));
        schedule.on_request(Walk::Deleted, at(10));
        schedule.on_ended(Walk::Deleted, &page(false), at(10));
        schedule.on_request(Walk::Deleted, at(ends));
        schedule.on_ended(Walk::Deleted, &page(true), at(ends));
        schedule.on_ended(Walk::List, &page(true), at(5_000));
        let turn = schedule.next(at(5_000));
        assert_eq!((turn.walk, turn.due.as_secs()), (Walk::Deleted, next));
    }
}

#[test]
fn pages_of_a_full_walk_shrink_when_they_time_out_and_those_of_a_resync_do_not() {
    let mut schedule = reading_lists();
    schedule.on_ended(Walk::List, &page(true), at(0));
    schedule.on_ended(Walk::Deleted, &page(true), at(0));
    let resync_rows = schedule.page_sizes.rows(Walk::Resync);
    schedule.ask_list(Walk::Resync, at(0));
    let next = schedule.next(at(0));
    assert_eq!((next.walk, next.page_size), (Walk::Resync, 100));
    schedule.on_ended(Walk::Resync, &Ended::Failed(&ApiError::Timeout), at(0));
    let next = schedule.next(at(5));
    assert_eq!((next.walk, next.page_size), (Walk::Resync, 50));
    assert_eq!(schedule.page_sizes.rows(Walk::Resync), resync_rows);
    for _ in 0..PAGES_BEFORE_GROWING {
        schedule.on_ended(Walk::Resync, &page(false), at(5));
    }
    assert_eq!(schedule.next(at(5)).page_size, 100);
}

#[test]
fn the_list_is_not_asked_while_a_fifth_of_the_accounts_limit_or_less_remains() {
    let mut schedule = Schedule::new(PACING, 0);
    for (remaining, may_ask) in [(21, true), (20, false), (0, false), (21, true)] {
        let limit = RateLimit {
            bucket: Bucket::Account,
            limit: Some(100),
            remaining: Some(remaining),
            reset: Some(Duration::from_secs(30)),
        };
        schedule.on_answer(Endpoint::TicketsCursor, [at(0), at(0)], &[limit]);
        assert_eq!(schedule.may_ask_list(at(1)), may_ask, "{remaining}");
        assert!(schedule.may_ask_list(at(31)), "{remaining}");
    }
}

#[test]
fn a_verify_round_leaves_as_many_requests_as_the_polls_need() {
    for (poll_seconds, left) in [(60, 2), (10, 7), (1, 20)] {
        let pacing = Pacing {
            poll_interval: Duration::from_secs(poll_seconds),
            ..PACING
        };
        let mut schedule = Schedule::new(pacing, 0);
        schedule.set_list_role(ListRole::Truth, at(0));
        // 40 requests a minute, at most half of which are left.
        let limit = RateLimit {
            bucket: Bucket::Account,
            limit: Some(400),
            remaining: Some(400),
            reset: None,
        };
        schedule.on_answer(Endpoint::TicketsList, [at(0); 2], &[limit]);
        schedule.on_ended(Walk::List, &page(true), at(0));
        schedule.on_ended(Walk::Deleted, &page(true), at(0));
        let mut sent = 0;
        while sent < 60 {
            schedule.ask_list(Walk::Verify, at(0));
            let next = schedule.next(at(0));
            if next.walk != Walk::Verify || next.at > at(0).monotonic {
                break;
            }
            schedule.on_request(Walk::Verify, at(0));
            schedule.on_ended(Walk::Verify, &page(true), at(0));
            sent += 1;
        }
        assert_eq!(sent, 40 - left, "{poll_seconds}");
    }
}
