//! What this machine's own clock does, from the start, later, and over restarts.

use super::*;

#[tokio::test]
async fn a_machine_whose_clock_is_wrong_from_the_start_costs_one_more_request() {
    for kind in BOTH {
        let right = requests_when_all_is_right(kind).await;
        for off in [-YEARS_SECONDS, -DAY_SECONDS, -HOUR_SECONDS] {
            for off in [off, -off] {
                let mut run = desk(kind, off);
                run.true_step().await;
                assert_eq!(run.baseline(), None, "the first answer waits");
                assert_eq!(run.shown(&catalog::UP), 1.0);
                run.true_step().await;
                let since = run.baseline().expect("known with the second answer");
                assert!((since.0 - NOW).abs() <= 1, "{kind:?} {off}: {since:?}");
                assert!(run.knows_the_time());
                run.true_until(A_WHILE).await;
                run.check_the_end().await;
                assert_eq!(run.requests(), right + 1, "{kind:?} {off}");
                assert_eq!(run.failures("no_progress"), 0.0);
            }
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_set_while_it_runs_changes_nothing_at_all() {
    for kind in BOTH {
        let right = requests_when_all_is_right(kind).await;
        for off in [-YEARS_SECONDS, -DAY_SECONDS, DAY_SECONDS, YEARS_SECONDS] {
            let mut run = desk(kind, 0);
            run.true_until(A_WHILE / 3).await;
            for (until, off) in [(A_WHILE * 2 / 3, off), (A_WHILE, 0)] {
                let wall = run.source.now() + off;
                run.clock.set_wall(UnixSeconds(wall));
                run.true_step().await;
                assert!(run.knows_the_time(), "{kind:?} {off}");
                run.true_until(until).await;
            }
            run.check_the_end().await;
            assert_eq!(run.requests(), right, "{kind:?} {off}");
        }
    }
}

#[tokio::test]
async fn a_machine_that_slept_knows_the_time_with_the_second_answer() {
    for kind in BOTH {
        for (slept, wall_knows) in [(8 * HOUR_SECONDS, true), (10 * DAY_SECONDS, false)] {
            let setting = Setting {
                tickets_per_day: 100.0,
                ..busy_desk()
            };
            let mut run = start_at(&setting, kind, NOW);
            run.source.lock().oracle = Some(Oracle::default());
            run.true_until(A_WHILE / 3).await;
            let before = run.requests();
            // Our monotonic clock stood still, the wall clock perhaps too.
            run.source.ahead.fetch_add(slept, Ordering::Relaxed);
            if wall_knows {
                run.clock.set_wall(UnixSeconds(run.source.now()));
            }
            for _ in 0..3 {
                run.true_step().await;
            }
            assert!(run.knows_the_time(), "{kind:?} {slept}");
            run.true_until(A_WHILE).await;
            run.check_the_end().await;
            // A poll a minute, a replay, and a page for a hundred tickets.
            let tickets = run.source.lock().world.len();
            let most = 60 + u64::try_from(tickets / 100).expect("small");
            let requests = run.requests() - before;
            assert!(requests <= most, "{kind:?} {slept}: {requests} of {most}");
        }
    }
}

#[tokio::test]
async fn a_kill_between_the_first_answer_and_the_first_page_changes_no_baseline() {
    for kind in BOTH {
        for off in [-YEARS_SECONDS, 0, YEARS_SECONDS] {
            let mut run = desk(kind, off);
            run.source.date([Dated::Right, Dated::Off(HOUR_SECONDS)]);
            for kill in 0..3 {
                run.true_step().await;
                // With a clock that is right the first page is applied at once.
                assert_eq!(run.baseline().is_none(), off != 0, "{kind:?} {off} {kill}");
                run = run.killed(off);
            }
            while run.baseline().is_none() {
                run.true_step().await;
            }
            let since = run.baseline().expect("known");
            let now = run.source.now();
            assert!((NOW..=now).contains(&since.0), "{kind:?} {off}: {since:?}");
            // Killed again in the middle of the first sync, with another clock: it stays.
            run = run.killed(-off);
            run.true_until(HOUR).await;
            assert_eq!(run.baseline(), Some(since), "{kind:?} {off}");
            run.check_the_end().await;
        }
    }
}

#[tokio::test]
async fn a_restart_with_a_wrong_clock_goes_on_where_it_was() {
    for kind in BOTH {
        for off in [-YEARS_SECONDS, -DAY_SECONDS, DAY_SECONDS, YEARS_SECONDS] {
            let mut run = desk(kind, 0);
            run.true_until(A_WHILE / 3).await;
            let progress = run.poller.state().expect("open").progress().clone();
            run = run.killed(off);
            run.source.lock().asked.clear();
            let before = run.requests();
            run.true_until(A_WHILE).await;
            run.check_the_end().await;
            // A poll a minute, a replay and what confirms the time.
            let requests = run.requests() - before;
            assert!(requests <= 56, "{kind:?} {off}: {requests}");
            let from = progress.exports.high_water.expect("rows").0 - 61;
            let asked = run.source.lock().asked.clone();
            for start in asked.iter().take(3) {
                let is_on = match start {
                    Position::Time(time) => time.0 >= from,
                    _ => true,
                };
                assert!(is_on, "{kind:?} {off}: {start:?} is before {from}");
            }
        }
    }
}

#[tokio::test]
async fn a_start_time_that_our_slow_clock_takes_for_the_future_is_kept() {
    for kind in BOTH {
        for off in [-YEARS_SECONDS, 0] {
            let mut run = desk(kind, off);
            run.rest();
            let start_time = UnixSeconds(NOW - 10 * DAY_SECONDS);
            let walks = WalkSettings {
                start_time,
                ..run.poller.settings.walks
            };
            run.poller.walks.on_settings(walks, false);
            let expected = {
                let account = run.source.lock();
                let rows = account.world.rows_after((start_time.0, i64::MIN));
                rows.filter(|(_, ticket)| ticket.status.is_some()).count()
            };
            assert!(expected > 0);
            run.run_until(HOUR).await;
            assert_eq!(run.shown(&catalog::TICKETS), expected as f64, "{kind:?}");
            assert_eq!(run.failures("no_progress"), 0.0);
        }
    }
}

#[tokio::test]
async fn a_resync_is_neither_forgotten_nor_made_again_and_again() {
    let every = Duration::from_secs(6 * 3600);
    for off in [-YEARS_SECONDS, YEARS_SECONDS] {
        let setting = Setting {
            tickets_per_day: 0.0,
            resync: Some(ResyncPacing {
                every,
                requests_per_minute: 2,
            }),
            ..busy_desk()
        };
        let mut run = start_at(&setting, SourceKind::Cursor, NOW + off);
        let walks = |run: &Run| {
            let account = run.source.lock();
            let first = Position::Time(UnixSeconds(0));
            account
                .asked
                .iter()
                .filter(|start| **start == first)
                .count()
        };
        run.run_until(HOUR).await;
        // The first request twice, as the clock was wrong.
        assert_eq!(walks(&run), 2, "{off}");
        run.run_until(HOUR * 13).await;
        assert_eq!(walks(&run), 4, "{off}");
        // Answers say that it is years later, and the walk that ends then is dated so.
        run.source.date(vec![Dated::Off(YEARS_SECONDS); 10_000]);
        run.run_until(HOUR * 15).await;
        let dated = run
            .poller
            .state()
            .expect("open")
            .progress()
            .resync
            .ended_at();
        assert!(dated > Some(UnixSeconds(NOW + YEARS_SECONDS)), "{dated:?}");
        let before = walks(&run);
        run.source.lock().dates.clear();
        run.run_until(HOUR * 17).await;
        assert_eq!(walks(&run), before + 1, "{off}");
        run.run_until(HOUR * 30).await;
        assert_eq!(walks(&run), before + 3, "{off}");
    }
}
