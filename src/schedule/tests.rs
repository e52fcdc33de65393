use super::page_size::PAGES_BEFORE_GROWING;
use super::*;

mod credentials;

mod export_tries;

mod lists;

mod progress;

const PACING: Pacing = Pacing {
    requests_per_minute: 8,
    poll_interval: Duration::from_secs(60),
    page_size: 1000,
    retry: Retry {
        initial: Duration::from_secs(1),
        maximum: Duration::from_secs(300),
    },
    replay_every: Some(Duration::from_secs(3600)),
    resync: None,
    list: ListPacing::DEFAULT,
};

fn at(seconds: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(seconds),
        wall_ms: i64::try_from(seconds).expect("small") * 1000,
    }
}

const fn page(end_of_stream: bool) -> Ended<'static> {
    Ended::Page { end_of_stream }
}

#[test]
fn the_interval_is_waited_only_after_the_end_of_the_stream() {
    let mut schedule = Schedule::new(PACING, 0);
    assert_eq!(schedule.next(at(5)).at, Duration::ZERO);
    schedule.on_ended(Walk::Main, &page(false), at(5));
    assert_eq!(schedule.next(at(5)).at, Duration::from_secs(5));
    assert!(!schedule.is_caught_up());
    schedule.on_ended(Walk::Main, &page(true), at(6));
    assert_eq!(schedule.next(at(6)).at, Duration::from_secs(66));
    assert!(schedule.is_caught_up());
}

#[test]
fn a_walk_uses_the_whole_budget_of_every_minute_and_no_more() {
    let mut schedule = Schedule::new(PACING, 0);
    let mut sent_per_minute = [0u32; 10];
    let mut now = at(17);
    while now.monotonic < Duration::from_secs(600) {
        let next = schedule.next(now);
        let wait = next.at.saturating_sub(now.monotonic);
        now.monotonic += wait;
        now.wall_ms += i64::try_from(wait.as_millis()).expect("small");
        if now.monotonic >= Duration::from_secs(600) {
            break;
        }
        sent_per_minute[usize::try_from(now.monotonic.as_secs() / 60).expect("small")] += 1;
        schedule.on_request(Walk::Main, now);
        // A page takes 2 s.
        now.monotonic += Duration::from_secs(2);
        now.wall_ms += 2_000;
        schedule.on_ended(Walk::Main, &page(false), now);
    }
    assert_eq!(sent_per_minute, [8; 10]);
}

#[test]
fn pages_shrink_after_a_timeout_and_grow_back() {
    let mut schedule = Schedule::new(PACING, 0);
    let timed_out = ApiError::Server {
        status: 504,
        retry_after: None,
        explanation: None,
    };
    schedule.on_ended(Walk::Main, &Ended::Failed(&timed_out), at(0));
    assert_eq!(schedule.next(at(0)).page_size, 500);
    for _ in 0..20 {
        schedule.on_ended(Walk::Main, &Ended::Failed(&timed_out), at(0));
    }
    assert_eq!(schedule.next(at(0)).page_size, PAGE_SIZE_MIN);
    for _ in 0..PAGES_BEFORE_GROWING {
        schedule.on_ended(Walk::Main, &page(false), at(0));
    }
    assert_eq!(schedule.next(at(0)).page_size, 2 * PAGE_SIZE_MIN);
    for _ in 0..100 {
        schedule.on_ended(Walk::Main, &page(false), at(0));
    }
    assert_eq!(schedule.next(at(0)).page_size, 1000);
}

#[test]
fn a_token_that_did_not_come_says_nothing_of_the_size_of_pages() {
    let mut schedule = Schedule::new(PACING, 0);
    for _ in 0..5 {
        schedule.on_ended(Walk::Main, &Ended::NoToken(&ApiError::Timeout), at(0));
    }
    let next = schedule.next(at(0));
    assert_eq!((next.page_size, next.because), (1000, Because::Backoff));
}

#[test]
fn a_page_that_fails_twice_is_asked_for_in_a_smaller_one_whatever_other_walks_do() {
    let mut schedule = with_resync(8, RESYNC);
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let cut = ApiError::Cut(Box::new(reset));
    schedule.on_ended(Walk::Main, &page(true), at(10));
    for moment in [20, 30] {
        schedule.on_ended(Walk::Resync, &Ended::Failed(&cut), at(moment));
        schedule.on_ended(Walk::Main, &page(true), at(moment));
    }
    assert_eq!(schedule.next(at(30)).page_size, 1000);
    schedule.set_resync_due(Some(UnixSeconds(0)), at(30));
    // Between two polls, and far from the next.
    schedule.on_ended(Walk::Main, &page(true), at(300));
    let next = schedule.next(at(300));
    assert_eq!((next.walk, next.page_size), (Walk::Resync, 500));
}

#[test]
fn requests_that_time_out_are_no_further_apart_than_polls() {
    let mut schedule = Schedule::new(PACING, 0);
    let mut now = at(0);
    let mut sent = Vec::new();
    for _ in 0..30 {
        let next = schedule.next(now);
        now = at(next.at.max(now.monotonic).as_secs());
        sent.push(now.monotonic);
        let received = at(now.monotonic.as_secs() + 20);
        schedule.on_answer(Endpoint::TicketsCursor, [now, received], &[]);
        schedule.on_ended(Walk::Main, &Ended::Failed(&ApiError::Timeout), received);
        now = received;
    }
    let apart: Vec<_> = sent.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        apart.iter().all(|apart| *apart <= PACING.poll_interval),
        "{apart:?}"
    );
    assert!(
        apart[8..]
            .iter()
            .all(|apart| *apart >= PACING.poll_interval / 2),
        "{apart:?}"
    );
}

#[test]
fn a_start_time_too_recent_is_nothing_new() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(
        Walk::Main,
        &Ended::Failed(&ApiError::StartTimeTooRecent),
        at(5),
    );
    let next = schedule.next(at(5));
    assert_eq!(
        (next.at, next.because),
        (Duration::from_secs(65), Because::Due)
    );
}

#[test]
fn a_new_token_and_a_new_walk_are_tried_at_once() {
    for error in [ApiError::TokenExpired, ApiError::CursorLost] {
        let mut schedule = Schedule::new(PACING, 0);
        schedule.on_ended(Walk::Main, &Ended::Failed(&error), at(5));
        assert!(schedule.next(at(5)).at <= Duration::from_secs(5));
    }
}

#[test]
fn a_lost_connection_costs_a_request_of_the_budget_and_nothing_else() {
    let lost = ApiError::ConnectionLost("reset".into());
    let mut schedule = Schedule::new(PACING, 0);
    for walk in [Walk::Main, Walk::Replay, Walk::Resync] {
        schedule.on_request(walk, at(5));
        schedule.on_ended(walk, &Ended::Failed(&lost), at(6));
        let next = schedule.next(at(6));
        assert_eq!((next.walk, next.because), (Walk::Main, Because::Due));
        assert!(next.at <= Duration::from_secs(6), "{next:?}");
        assert_eq!(next.page_size, 1000);
    }
    for _ in 3..PACING.requests_per_minute {
        schedule.on_request(Walk::Main, at(7));
        schedule.on_ended(Walk::Main, &Ended::Failed(&lost), at(7));
    }
    let next = schedule.next(at(7));
    let turn = Duration::from_secs(60);
    assert_eq!((next.at, next.because), (turn, Because::Budget));
    // It was no failure: the first one that is waits no longer than a first one does.
    schedule.on_ended(Walk::Main, &Ended::Failed(&ApiError::Timeout), at(60));
    assert!(schedule.next(at(60)).at <= Duration::from_secs(62));
}

#[test]
fn a_failure_holds_back_both_walks_and_says_why() {
    let mut schedule = Schedule::new(PACING, 0);
    let limited = ApiError::RateLimited { retry_after: None };
    schedule.on_ended(Walk::Main, &Ended::Failed(&limited), at(10));
    let next = schedule.next(at(10));
    // The minute of a limit, less the jitter.
    assert_eq!((next.at.as_secs(), next.because), (69, Because::RateLimit));
    schedule.on_ended(Walk::Main, &page(false), at(70));
    assert_eq!(schedule.next(at(70)).because, Because::Due);
}

#[test]
fn a_429_waits_for_the_reset_that_its_headers_name_and_no_credentials_shorten_that() {
    let limited = ApiError::RateLimited { retry_after: None };
    let spent = |reset: Option<u64>| RateLimit {
        bucket: crate::source::Bucket::Account,
        limit: Some(10),
        remaining: Some(0),
        reset: reset.map(Duration::from_secs),
    };
    // The reset of the headers, when it is asked again, and with other credentials.
    let table = [(Some(200), 211, 211), (Some(30), 69, 41), (None, 69, 20)];
    for (reset, expected, with_others) in table {
        let mut schedule = Schedule::new(PACING, 0);
        schedule.on_answer(Endpoint::TicketsCursor, [at(9), at(10)], &[spent(reset)]);
        schedule.on_ended(Walk::Main, &Ended::Failed(&limited), at(10));
        let next = schedule.next(at(10));
        assert_eq!(next.at.as_secs(), expected, "{reset:?}");
        assert_eq!(next.because, Because::RateLimit);
        schedule.on_new_credentials(at(20));
        let next = schedule.next(at(20));
        assert_eq!(next.at.as_secs(), with_others, "{reset:?}");
    }
}

#[test]
fn the_replay_waits_for_its_hour_and_yields_to_the_main_walk() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(Walk::Main, &page(true), at(10));
    schedule.on_replayed_at(None, at(10));
    assert_eq!(schedule.next(at(10)).walk, Walk::Main);
    // An hour later both are due: the main walk goes first.
    assert_eq!(schedule.next(at(3_700)).walk, Walk::Main);
    schedule.on_ended(Walk::Main, &page(true), at(3_700));
    let next = schedule.next(at(3_700));
    assert_eq!(
        (next.walk, next.at),
        (Walk::Replay, Duration::from_secs(3_610))
    );
    schedule.on_ended(Walk::Replay, &page(true), at(3_702));
    assert_eq!(schedule.next(at(3_702)).walk, Walk::Main);
}

#[test]
fn a_replay_that_a_restart_delayed_is_due_at_once() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(Walk::Main, &page(true), at(10_000));
    schedule.on_replayed_at(Some(UnixSeconds(4_000)), at(10_000));
    assert_eq!(schedule.next(at(10_000)).walk, Walk::Replay);
}

#[test]
fn an_early_renewal_that_failed_is_not_tried_before_every_request() {
    let mut schedule = Schedule::new(PACING, 0);
    assert!(schedule.may_renew_early(at(0)));
    let refused = ApiError::Unauthorized { explanation: None };
    schedule.on_renewal(Some(&refused), at(10));
    assert!(!schedule.may_renew_early(at(309)));
    assert!(schedule.may_renew_early(at(310)));
    let limited = ApiError::RateLimited {
        retry_after: Some(Duration::from_secs(30)),
    };
    schedule.on_renewal(Some(&limited), at(310));
    assert!(!schedule.may_renew_early(at(339)));
}

const RESYNC: ResyncPacing = ResyncPacing {
    every: Duration::from_secs(7 * 24 * 3600),
    requests_per_minute: 2,
};

fn with_resync(requests_per_minute: u32, resync: ResyncPacing) -> Schedule {
    let pacing = Pacing {
        requests_per_minute,
        resync: Some(resync),
        ..PACING
    };
    Schedule::new(pacing, 0)
}

/// Requests of an hour in which a resync has always more to read, by walk and minute. Checks that
/// the main walk is never late.
fn an_hour_beside_a_resync(schedule: &mut Schedule, page_time: Duration) -> ([u32; 60], [u32; 60]) {
    let later = |now: &mut Moment, by: Duration| {
        now.monotonic += by;
        now.wall_ms += i64::try_from(by.as_millis()).expect("small");
    };
    let mut sent = ([0; 60], [0; 60]);
    let mut now = at(17);
    schedule.on_ended(Walk::Main, &page(true), now);
    schedule.set_resync_due(Some(UnixSeconds(0)), now);
    let mut main_due = now.monotonic + PACING.poll_interval;
    loop {
        let next = schedule.next(now);
        let wait = next.at.saturating_sub(now.monotonic);
        later(&mut now, wait);
        if now.monotonic >= Duration::from_secs(3600) {
            return sent;
        }
        if schedule.next(now).walk != next.walk {
            continue;
        }
        let minute = usize::try_from(now.monotonic.as_secs() / 60).expect("small");
        schedule.on_request(next.walk, now);
        if next.walk == Walk::Main {
            assert_eq!(now.monotonic, main_due);
            sent.0[minute] += 1;
        } else {
            assert_eq!(next.walk, Walk::Resync);
            sent.1[minute] += 1;
        }
        later(&mut now, page_time);
        schedule.on_ended(next.walk, &page(next.walk == Walk::Main), now);
        if next.walk == Walk::Main {
            main_due = now.monotonic + PACING.poll_interval;
        }
        schedule.set_resync_due(Some(UnixSeconds(0)), now);
    }
}

#[test]
fn a_resync_keeps_to_its_budget_and_never_makes_the_main_walk_late() {
    // (requests a minute, of the resync, seconds for a page, requests of the resync in an hour)
    let table = [
        (8, 2, 1, 115..=120),
        (8, 20, 1, 400..=425),
        (8, 20, 25, 60..=100),
        (2, 2, 1, 55..=65),
        (1, 2, 1, 0..=2),
    ];
    for (per_minute, of_resync, seconds, expected) in table {
        let pacing = ResyncPacing {
            requests_per_minute: of_resync,
            ..RESYNC
        };
        let mut schedule = with_resync(per_minute, pacing);
        let page_time = Duration::from_secs(seconds);
        let (main, resync) = an_hour_beside_a_resync(&mut schedule, page_time);
        for (main, resync) in main.into_iter().zip(resync) {
            assert!(resync <= of_resync && main + resync <= per_minute);
        }
        let requests: u32 = resync.iter().sum();
        assert!(expected.contains(&requests), "{requests} {expected:?}");
    }
}

#[test]
fn a_resync_begins_only_when_it_is_told_and_the_main_walk_has_nothing_to_read() {
    let mut schedule = with_resync(8, RESYNC);
    schedule.on_ended(Walk::Main, &page(true), at(10));
    assert_eq!(schedule.next(at(10)).walk, Walk::Main);
    schedule.set_resync_due(Some(UnixSeconds(20)), at(10));
    let next = schedule.next(at(10));
    assert_eq!(
        (next.walk, next.at),
        (Walk::Resync, Duration::from_secs(20))
    );
    schedule.on_ended(Walk::Main, &page(false), at(21));
    assert_eq!(schedule.next(at(21)).walk, Walk::Main);
    schedule.on_ended(Walk::Main, &page(true), at(22));
    schedule.set_resync_due(None, at(22));
    assert_eq!(schedule.next(at(22)).walk, Walk::Main);
}

#[test]
fn a_clock_that_was_set_back_puts_a_resync_off_by_its_interval_at_most() {
    let mut schedule = with_resync(8, RESYNC);
    schedule.on_ended(Walk::Main, &page(true), at(10));
    schedule.set_resync_due(Some(UnixSeconds(4_000_000_000)), at(10));
    let next = schedule.resync.next(at(10), schedule.account_clock());
    let due = Duration::from_secs(10) + RESYNC.every;
    assert_eq!(next, Some((due, due, Because::Due)));
}

#[test]
fn a_resync_that_fails_waits_alone_unless_a_limit_is_spent() {
    let mut schedule = with_resync(8, RESYNC);
    schedule.on_ended(Walk::Main, &page(true), at(100));
    schedule.set_resync_due(Some(UnixSeconds(0)), at(100));
    assert_eq!(schedule.next(at(100)).walk, Walk::Resync);
    schedule.on_request(Walk::Resync, at(100));
    let forbidden = ApiError::ExportForbidden { explanation: None };
    schedule.on_ended(Walk::Resync, &Ended::Failed(&forbidden), at(101));
    assert!(!schedule.may_look_at_records(at(101)));
    let next = schedule.next(at(101));
    assert_eq!((next.walk, next.at), (Walk::Main, Duration::from_secs(160)));
    // Five minutes later it tries again, between two polls.
    schedule.on_ended(Walk::Main, &page(true), at(402));
    assert_eq!(schedule.next(at(402)).walk, Walk::Resync);

    let limited = ApiError::RateLimited { retry_after: None };
    schedule.on_ended(Walk::Resync, &Ended::Failed(&limited), at(450));
    let next = schedule.next(at(450));
    assert_eq!((next.at.as_secs(), next.because), (509, Because::RateLimit));
}

#[test]
fn a_wait_that_a_resync_is_asked_for_is_everybodys_and_how_often_it_fails_is_not() {
    let server = |retry_after: Option<u64>| ApiError::Server {
        status: 503,
        retry_after: retry_after.map(Duration::from_secs),
        explanation: None,
    };
    let limited = |retry_after: Option<u64>| ApiError::RateLimited {
        retry_after: retry_after.map(Duration::from_secs),
    };
    // When the main walk, due at 160, is asked for then, and what it waits for.
    let table = [
        (server(None), 160, Because::Due),
        (server(Some(2)), 160, Because::Due),
        (server(Some(200)), 301, Because::Backoff),
        (server(Some(9_000)), 9_101, Because::Backoff),
        (server(Some(1_000_000)), 86_501, Because::Backoff),
        (limited(Some(200)), 301, Because::RateLimit),
        (ApiError::Timeout, 160, Because::Due),
        (
            ApiError::ExportForbidden { explanation: None },
            160,
            Because::Due,
        ),
    ];
    for (failure, expected, because) in table {
        let mut schedule = with_resync(8, RESYNC);
        schedule.on_ended(Walk::Main, &page(true), at(100));
        schedule.set_resync_due(Some(UnixSeconds(0)), at(100));
        for _ in 0..6 {
            schedule.on_request(Walk::Resync, at(101));
            schedule.on_ended(Walk::Resync, &Ended::Failed(&failure), at(101));
        }
        // It backs off by itself, too.
        assert!(schedule.resync.is_held_back(at(101)), "{failure:?}");
        schedule.set_resync_due(None, at(101));
        let asked = expected - 1..=expected;
        let next = schedule.next(at(101));
        assert_eq!(
            (next.walk, next.because),
            (Walk::Main, because),
            "{failure:?}"
        );
        assert!(asked.contains(&next.at.as_secs()), "{failure:?}: {next:?}");
        // New credentials do not shorten what was asked for.
        schedule.on_new_credentials(at(110));
        let sooner = schedule.next(at(110)).at.as_secs();
        if because == Because::Due {
            assert_eq!(sooner, 110, "{failure:?}");
        } else {
            assert!(asked.contains(&sooner), "{failure:?}: {sooner}");
        }
        // A poll that fails after it waits no longer than a first failure does.
        let poll = at(expected + 1);
        schedule.on_ended(Walk::Main, &Ended::Failed(&ApiError::Timeout), poll);
        let again = schedule.next(poll).at - poll.monotonic;
        assert!(again <= Duration::from_secs(2), "{failure:?}: {again:?}");
    }
}

#[test]
fn records_are_looked_at_only_while_no_request_is_due() {
    let mut schedule = with_resync(8, RESYNC);
    assert!(!schedule.may_look_at_records(at(5)), "not caught up");
    schedule.on_ended(Walk::Main, &page(true), at(10));
    assert!(schedule.may_look_at_records(at(69)));
    assert!(!schedule.may_look_at_records(at(70)), "the next poll");
    schedule.on_ended(Walk::Main, &page(true), at(71));
    schedule.on_ended(Walk::Resync, &Ended::Unusable, at(72));
    assert!(!schedule.may_look_at_records(at(72)), "it failed");
    schedule.on_records_looked_at();
    assert!(schedule.may_look_at_records(at(73)));
}

#[test]
fn other_settings_hold_from_the_next_poll_on() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(Walk::Main, &page(true), at(100));
    let next = schedule.next(at(100));
    assert_eq!((next.at.as_secs(), next.page_size), (160, 1000));
    let other = Pacing {
        requests_per_minute: 1,
        poll_interval: Duration::from_secs(10),
        page_size: 50,
        replay_every: Some(Duration::from_secs(60)),
        ..PACING
    };
    // The last replay is long ago, and comes after the poll that is due.
    schedule.repace(other, Some(UnixSeconds(0)), at(110));
    let next = schedule.next(at(110));
    assert_eq!(
        (next.at.as_secs(), next.walk, next.page_size),
        (160, Walk::Main, 50)
    );
    schedule.on_ended(Walk::Main, &page(true), at(160));
    let next = schedule.next(at(160));
    assert_eq!((next.at.as_secs(), next.walk), (160, Walk::Replay));
    schedule.repace(PACING, Some(UnixSeconds(0)), at(160));
    let next = schedule.next(at(160));
    assert_eq!((next.at.as_secs(), next.walk), (170, Walk::Main));
    assert_eq!(next.page_size, 1000);
}

#[test]
fn a_page_size_that_was_made_smaller_for_a_slow_zendesk_is_not_made_larger_by_other_settings() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(Walk::Main, &Ended::Failed(&ApiError::Timeout), at(0));
    assert_eq!(schedule.next(at(0)).page_size, 500);
    for (wanted, expected) in [(1000, 500), (400, 400), (600, 600)] {
        let page_size = wanted;
        schedule.repace(
            Pacing {
                page_size,
                ..PACING
            },
            None,
            at(1),
        );
        assert_eq!(schedule.next(at(1)).page_size, expected, "{wanted}");
    }
}

#[test]
fn a_resync_that_is_switched_off_asks_no_more_and_one_switched_on_waits_for_its_word() {
    let with = Pacing {
        resync: Some(ResyncPacing {
            every: Duration::from_secs(3600),
            requests_per_minute: 2,
        }),
        ..PACING
    };
    let mut schedule = Schedule::new(with, 0);
    schedule.on_ended(Walk::Main, &page(true), at(100));
    schedule.set_resync_due(Some(UnixSeconds(0)), at(100));
    assert_eq!(schedule.next(at(100)).walk, Walk::Resync);
    schedule.repace(PACING, None, at(101));
    assert_eq!(schedule.next(at(101)).walk, Walk::Main);
    schedule.repace(with, None, at(102));
    assert_eq!(schedule.next(at(102)).walk, Walk::Main);
    schedule.set_resync_due(Some(UnixSeconds(0)), at(102));
    assert_eq!(schedule.next(at(102)).walk, Walk::Resync);
}

#[test]
fn a_page_that_waits_is_asked_for_again_at_once_and_is_no_failure() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_request(Walk::Main, at(5));
    schedule.on_ended(Walk::Main, &Ended::Kept, at(6));
    let next = schedule.next(at(6));
    assert_eq!((next.walk, next.because), (Walk::Main, Because::Due));
    assert!(next.at <= Duration::from_secs(6));
    assert!(!schedule.is_caught_up());
    // Within the budget.
    for _ in 0..7 {
        schedule.on_request(Walk::Main, at(7));
        schedule.on_ended(Walk::Main, &Ended::Kept, at(7));
    }
    let next = schedule.next(at(7));
    assert_eq!(next.because, Because::Budget);
    assert_eq!(next.at, Duration::from_secs(60));
}

#[test]
fn a_page_that_waited_says_how_far_its_walk_is_and_ends_no_back_off() {
    for end_of_stream in [false, true] {
        let mut schedule = Schedule::new(PACING, 0);
        schedule.on_ended(Walk::Main, &Ended::Kept, at(6));
        for moment in [7, 20, 40] {
            let timeout = Ended::Failed(&ApiError::Timeout);
            schedule.on_ended(Walk::Main, &timeout, at(moment));
        }
        let before = schedule.next(at(40));
        assert_eq!(before.because, Because::Backoff);
        let waited = Ended::PageThatWaited { end_of_stream };
        schedule.on_ended(Walk::Main, &waited, at(6));
        let next = schedule.next(at(40));
        assert_eq!(schedule.is_caught_up(), end_of_stream);
        // A poll is an interval after the page came; until then the failure is not forgotten.
        let due = if end_of_stream { 66 } else { 6 };
        assert_eq!(next.due, Duration::from_secs(due));
        assert_eq!(next.at, before.at.max(next.due));
        assert_eq!(next.page_size, before.page_size);
        let fourth = Ended::Failed(&ApiError::Timeout);
        schedule.on_ended(Walk::Main, &fourth, at(66));
        assert!(schedule.next(at(66)).at >= Duration::from_secs(66 + 8));
    }
}

#[test]
fn nothing_that_ends_while_a_wait_is_on_makes_it_shorter() {
    let server = |retry_after: u64| ApiError::Server {
        status: 503,
        retry_after: Some(Duration::from_secs(retry_after)),
        explanation: None,
    };
    let long = server(200);
    let table = [
        Ended::Unusable,
        Ended::Failed(&ApiError::Timeout),
        Ended::NoToken(&ApiError::Timeout),
        Ended::Failed(&ApiError::StartTimeTooRecent),
        Ended::PageThatWaited {
            end_of_stream: true,
        },
    ];
    for ended in table {
        let mut schedule = Schedule::new(PACING, 0);
        schedule.on_ended(Walk::Main, &Ended::Failed(&long), at(10));
        schedule.on_ended(Walk::Main, &ended, at(11));
        schedule.on_new_credentials(at(12));
        let next = schedule.next(at(12));
        assert!(
            (210..=211).contains(&next.at.as_secs()),
            "{ended:?}: {next:?}"
        );
    }
}

#[test]
fn a_replay_for_which_account_time_is_ahead_is_put_off_and_holds_nothing_back() {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(Walk::Main, &page(true), at(10_000));
    schedule.on_replayed_at(Some(UnixSeconds(4_000)), at(10_000));
    assert_eq!(schedule.next(at(10_000)).walk, Walk::Replay);
    let too_recent = Ended::Failed(&ApiError::StartTimeTooRecent);
    schedule.on_ended(Walk::Replay, &too_recent, at(10_001));
    let next = schedule.next(at(10_001));
    assert_eq!(
        (next.walk, next.at),
        (Walk::Main, Duration::from_secs(10_060))
    );
    schedule.on_ended(Walk::Main, &page(true), at(13_600));
    let next = schedule.next(at(13_600));
    assert_eq!(
        (next.walk, next.at),
        (Walk::Replay, Duration::from_secs(13_601))
    );
}

#[test]
fn a_replay_that_came_to_nothing_is_put_off_and_only_one_in_a_circle_holds_requests_back() {
    let pacing = Pacing {
        poll_interval: Duration::from_secs(1),
        ..PACING
    };
    for (ended, holds_back) in [(Ended::GivenUp, false), (Ended::NoProgress, true)] {
        let mut schedule = Schedule::new(pacing, 0);
        schedule.on_ended(Walk::Main, &page(true), at(10_000));
        schedule.on_replayed_at(Some(UnixSeconds(4_000)), at(10_000));
        assert_eq!(schedule.next(at(10_000)).walk, Walk::Replay);
        schedule.on_ended(Walk::Replay, &ended, at(10_001));
        let next = schedule.next(at(10_001));
        assert_eq!(next.walk, Walk::Main, "{ended:?}");
        let due = Duration::from_secs(10_001);
        assert_eq!(next.at > due, holds_back, "{ended:?}: {next:?}");
        for (second, expected) in [(13_599, Walk::Main), (13_602, Walk::Replay)] {
            schedule.on_ended(Walk::Main, &page(true), at(second));
            assert_eq!(schedule.next(at(second)).walk, expected, "{ended:?}");
        }
    }
}

#[test]
fn account_time_is_said_to_be_set_only_where_it_moved() {
    let mut schedule = Schedule::new(PACING, 0);
    let mut clock = AccountClock::default();
    let mut observe = |seconds: u64, ahead: i64| {
        let date = i64::try_from(seconds).expect("small") + ahead;
        clock.observe(at(seconds), at(seconds), Some(UnixSeconds(date)));
        schedule.set_account_clock(clock, at(seconds))
    };
    assert!(!observe(100, 7));
    assert!(!observe(160, 7));
    assert!(!observe(220, 4_000), "nobody confirms it");
    assert!(observe(280, 4_000));
    assert!(!observe(340, 4_000));
}
