//! What the `Date` of single answers does.

use zendesk_simulator::Draft;

use super::*;
use crate::schedule::Verdict;

#[tokio::test]
async fn one_wrong_date_among_right_ones_changes_nothing() {
    for kind in BOTH {
        let right = requests_when_all_is_right(kind).await;
        let offs = [
            -YEARS_SECONDS,
            -5 * HOUR_SECONDS,
            -600,
            600,
            23 * HOUR_SECONDS,
            YEARS_SECONDS,
        ];
        // The first of all, while it reads the past, at its end, and in an idle minute.
        let answers = [0, 1, 2, 11, 40];
        for (number, off) in offs.into_iter().enumerate() {
            let shift = if kind == SourceKind::Time { 2 } else { 0 };
            let at = answers[(number + shift) % answers.len()];
            let mut run = desk(kind, 0);
            run.source.date(vec![Dated::Right; at]);
            run.source.date([Dated::Off(off)]);
            while run.clock.now().monotonic < A_WHILE {
                run.true_step().await;
                assert!(run.knows_the_time(), "{kind:?} {off} {at}");
            }
            let since = run.baseline().expect("a page was applied");
            assert!((since.0 - NOW).abs() <= 1, "{kind:?} {off}: {since:?}");
            run.check_the_end().await;
            let more = run.requests() - right;
            assert_eq!(more, u64::from(at == 0), "{kind:?} {off} {at}");
        }
    }
}

#[tokio::test]
async fn two_wrong_dates_that_agree_are_believed_until_right_ones_come_twice() {
    for kind in BOTH {
        for off in [-YEARS_SECONDS, -DAY_SECONDS, DAY_SECONDS] {
            let mut run = desk(kind, 0);
            run.true_until(A_WHILE / 3).await;
            run.source.date([Dated::Off(off), Dated::Off(off + 60)]);
            let wrong_by = |run: &Run| run.poller.account_now().0 - run.source.now();
            while !run.source.lock().dates.is_empty() {
                run.step().await;
            }
            let believed = wrong_by(&run);
            assert!((believed - off).abs() <= 120, "{kind:?} {off}: {believed}");
            for _ in 0..3 {
                run.step().await;
            }
            assert!(run.knows_the_time(), "{kind:?} {off}");
            let deadline = run.clock.now().monotonic + A_WHILE / 3;
            while run.clock.now().monotonic < deadline {
                run.step().await;
            }
            run.rest();
            while run.clock.now().monotonic < deadline + Duration::from_secs(300) {
                run.step().await;
            }
            run.check_exact();
            assert_eq!(run.source.lock().refused, 0);
        }
    }
}

#[tokio::test]
async fn answers_without_a_date_are_dated_by_our_own_clock() {
    for kind in BOTH {
        let mut run = desk(kind, 0);
        run.source.date(vec![Dated::Missing; 1_000]);
        assert!(!run.poller.clock_news.told_missing);
        let shutdown = CancellationToken::new();
        while run.shown(&catalog::INITIAL_SYNC_COMPLETE) == 0.0 {
            assert!(run.poller.step(&shutdown).await.is_continue());
        }
        assert!(run.poller.clock_news.told_missing);
        let wall = run.clock.now().wall().0;
        let fresh = run.shown(&catalog::DATA_TIMESTAMP);
        assert_eq!(fresh, (wall - 60) as f64, "{kind:?}");
        assert_eq!(run.baseline(), Some(UnixSeconds(NOW)));
        run.true_until(HOUR).await;
        run.check_the_end().await;
    }
}

#[tokio::test]
async fn without_dates_a_slow_clock_makes_no_loop_and_loses_no_row() {
    let mut run = desk(SourceKind::Time, -DAY_SECONDS);
    run.source.date(vec![Dated::Missing; 10_000]);
    // More rows than a page has are later than our clock thinks possible.
    run.rest();
    {
        let mut account = run.source.lock();
        for place in 0..300 {
            let at = NOW - HOUR_SECONDS + place;
            account.world.create_at(&Draft::default(), at);
        }
    }
    let shutdown = CancellationToken::new();
    while run.clock.now().monotonic < HOUR {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    let young = "zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"0-4h\"} 300";
    let text = Exposition::new(vec![Arc::clone(&run.published)], run.exporter.clone()).encode();
    assert!(text.contains(young), "{text}");
    assert_eq!(run.failures("no_progress"), 0.0);
    assert_eq!(run.shown(&catalog::UP), 1.0);
    let requests = run.requests();
    // As often as it polls, with jitter; the budget allows 360.
    assert!(requests < 125, "{requests} in an hour");
}

#[tokio::test]
async fn a_page_full_of_rows_from_the_future_is_no_loop_and_hides_no_row() {
    let mut run = desk(SourceKind::Time, 0);
    run.rest();
    run.true_until(HOUR).await;
    let (tickets, before) = (run.shown(&catalog::TICKETS), run.requests());
    {
        let mut account = run.source.lock();
        account.shows_the_future = true;
        account.world.create(&Draft::default());
    }
    let deadline = run.clock.now().monotonic + HOUR;
    let shutdown = CancellationToken::new();
    while run.clock.now().monotonic < deadline {
        assert!(run.poller.step(&shutdown).await.is_continue());
        assert!(run.shown(&catalog::DATA_TIMESTAMP) <= run.source.now() as f64);
    }
    assert_eq!(run.shown(&catalog::TICKETS), tickets + 1.0);
    assert!(run.failures("no_progress") > 0.0);
    let requests = run.requests() - before;
    assert!(requests < 125, "{requests} in an hour");
}

#[tokio::test]
async fn answers_that_contradict_each_other_for_ever_are_not_waited_for() {
    for per_minute in [1, 6] {
        let setting = Setting {
            requests_per_minute: per_minute,
            limit: per_minute,
            ..busy_desk()
        };
        let mut run = start_at(&setting, SourceKind::Cursor, NOW);
        let nonsense = (1..100).map(|number| Dated::Off(number * number * HOUR_SECONDS));
        run.source.date(nonsense);
        let shutdown = CancellationToken::new();
        for request in 1..=4 {
            assert_eq!(run.shown(&catalog::STATE_TICKETS), 0.0);
            assert!(run.poller.step(&shutdown).await.is_continue());
            assert_eq!(run.requests(), request);
        }
        assert!(run.shown(&catalog::STATE_TICKETS) > 0.0);
        run.run_until(HOUR).await;
        assert_eq!(run.source.lock().refused, 0);
        assert!(run.shown(&catalog::DATA_TIMESTAMP) <= run.source.now() as f64);
    }
}

#[tokio::test]
async fn an_answer_to_anybody_tells_the_time() {
    let mut run = desk(SourceKind::Cursor, YEARS_SECONDS);
    run.true_step().await;
    assert!(run.poller.walks.has_waiting_page());
    let now = run.clock.now();
    let date = UnixSeconds(run.source.now());
    let verdict = run
        .poller
        .outlets
        .account_clock
        .observe(now, now, Some(date));
    assert!(matches!(verdict, Verdict::Set { .. }), "{verdict:?}");
    let requests = run.requests();
    let shutdown = CancellationToken::new();
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert_eq!(run.requests(), requests, "nothing more is asked for it");
    assert_eq!(run.baseline(), Some(UnixSeconds(NOW)));
    run.true_until(HOUR).await;
}

/// An answer after the page that waits: what it says, the wait that it begins at least, and what is
/// shown of it.
type LaterAnswer = (fn(&Position) -> Option<ApiError>, u64, f64);

#[tokio::test]
async fn a_page_that_waited_ends_no_wait_of_a_later_answer_and_says_nothing_of_it() {
    let answers: [LaterAnswer; 4] = [
        (
            |_| {
                let retry_after = Some(Duration::from_secs(30));
                Some(ApiError::RateLimited { retry_after })
            },
            30,
            1.0,
        ),
        (
            |_| {
                Some(ApiError::Server {
                    status: 503,
                    retry_after: Some(Duration::from_secs(45)),
                    explanation: None,
                })
            },
            45,
            0.0,
        ),
        (
            |_| Some(ApiError::Unauthorized { explanation: None }),
            300,
            0.0,
        ),
        (|_| Some(ApiError::Timeout), 1, 0.0),
    ];
    for kind in BOTH {
        for (number, (answer, wait, up)) in answers.into_iter().enumerate() {
            let mut run = desk(kind, -DAY_SECONDS);
            run.true_step().await;
            run.source.lock().fails = Some(Box::new(answer));
            run.true_step().await;
            assert!(run.poller.walks.has_waiting_page(), "{kind:?} {number}");
            let answered_at = run.clock.now().monotonic;
            let next = run.poller.schedule.next(run.clock.now());
            assert!(
                next.at >= answered_at + Duration::from_secs(wait),
                "{next:?}"
            );
            let requests = run.requests();
            run.true_step().await;
            assert_eq!(run.baseline(), Some(UnixSeconds(NOW)), "the page is used");
            assert_eq!(run.requests(), requests);
            let still = run.poller.schedule.next(run.clock.now());
            assert_eq!(
                (still.at, still.because),
                (next.at, next.because),
                "{kind:?} {number}"
            );
            assert_eq!(run.shown(&catalog::UP), up, "{kind:?} {number}");
            run.source.lock().fails = None;
            run.true_until(HOUR).await;
            run.check_the_end().await;
        }
    }
}

#[tokio::test]
async fn a_failed_answer_tells_the_time_too_and_an_outage_keeps_the_page() {
    let mut run = desk(SourceKind::Time, -DAY_SECONDS);
    run.true_step().await;
    run.source.lock().down = true;
    run.true_step().await;
    assert!(run.poller.walks.has_waiting_page());
    assert_eq!(run.shown(&catalog::UP), 0.0);
    let requests = run.requests();
    run.true_step().await;
    assert_eq!(run.requests(), requests);
    assert_eq!(run.baseline(), Some(UnixSeconds(NOW)));
    run.source.lock().down = false;
    run.true_until(HOUR).await;
    run.check_the_end().await;
}
