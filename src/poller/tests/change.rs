//! New settings while it runs.

use super::*;
use crate::reload::Receipt;
use crate::ticket::NamedSet;

/// The settings that the poller has.
pub(super) fn present(run: &Run) -> NewSettings<InProcess> {
    let state = run.poller.state().expect("open");
    NewSettings {
        settings: run.poller.settings.clone(),
        source: Arc::clone(&run.source),
        series: state.aggregates().settings().clone(),
        ticket_scope: crate::ledger::TicketScope {
            scope: crate::source::SupportTypeScope::Agent,
            start_time: UnixSeconds(0),
        },
        metrics: run.poller.outlets.metrics.clone(),
        credentials: 0,
        changed: Vec::new(),
        receipt: Receipt::default(),
    }
}

fn busy() -> Setting {
    Setting {
        tickets: 1_500,
        tickets_per_day: 200.0,
        requests_per_minute: 5,
        // One less than the budget, so that some are refused.
        limit: 4,
        answer_time: Duration::from_millis(700),
        ahead: 3,
        resync: Some(ResyncPacing {
            every: Duration::from_secs(3600),
            requests_per_minute: 2,
        }),
    }
}

/// When each request was sent in three hours, with an outage of one; `before_step` may meddle.
async fn requests_of_three_hours(before_step: impl Fn(&Run)) -> Vec<Duration> {
    let mut run = start(&busy());
    let shutdown = CancellationToken::new();
    let mut sent = Vec::new();
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    while run.clock.now().monotonic < hours(3) {
        let now = run.clock.now().monotonic;
        let next = run.poller.schedule.next(run.clock.now()).at.max(now);
        run.source.lock().down = (hours(1)..hours(2)).contains(&next);
        before_step(&run);
        let asked = run.source.lock().requests;
        assert!(run.poller.step(&shutdown).await.is_continue());
        assert_eq!(run.health.problem(run.clock.now().monotonic), None);
        if run.source.lock().requests > asked {
            sent.push(run.clock.now().monotonic);
        }
    }
    assert_eq!(run.shown(&catalog::INITIAL_SYNC_COMPLETE), 1.0);
    assert!(run.source.lock().refused > 0, "limits were not tried");
    sent
}

#[tokio::test]
async fn settings_that_come_before_every_step_move_no_request_whatever_it_waits_for() {
    let undisturbed = requests_of_three_hours(|_| {}).await;
    let taken = std::cell::Cell::new(false);
    let disturbed = requests_of_three_hours(|run| {
        // One step puts them into effect, the next one asks.
        if taken.replace(!taken.get()) {
            run.poller.sender().send(present(run));
        }
    })
    .await;
    assert!(undisturbed.len() > 150, "{}", undisturbed.len());
    let differing = disturbed
        .iter()
        .zip(&undisturbed)
        .find(|(one, other)| one != other);
    assert_eq!(differing, None);
    assert_eq!(disturbed.len(), undisturbed.len());
}

/// Refused for five minutes at least, from now on.
async fn refused(run: &mut Run) {
    run.source.lock().refuses = true;
    let shutdown = CancellationToken::new();
    while run.shown(&catalog::UP) != 0.0 {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    let next = run.poller.schedule.next(run.clock.now());
    let wait = next.at.saturating_sub(run.clock.now().monotonic);
    assert_eq!(wait, Duration::from_secs(300));
}

/// Whether the lookups were told since the last look that the login works.
async fn was_told(findings: &SharedFindings) -> bool {
    tokio::select! {
        biased;
        () = findings.login_works() => true,
        () = std::future::ready(()) => false,
    }
}

#[tokio::test]
async fn credentials_that_were_put_right_are_tried_at_once_and_lookups_are_told_when_they_work() {
    let mut run = start(&Setting {
        tickets: 10,
        resync: None,
        limit: 100,
        ..busy()
    });
    run.run_until(Duration::from_secs(120)).await;
    refused(&mut run).await;
    let began = run.clock.now().monotonic;
    let findings = run.poller.outlets.findings.clone();
    let shutdown = CancellationToken::new();
    // The same message again, and one with other settings, change nothing.
    let mut renamed = present(&run);
    "other name".clone_into(&mut renamed.settings.account);
    for message in [present(&run), renamed] {
        run.poller.sender().send(message);
        assert!(run.poller.step(&shutdown).await.is_continue());
        let next = run.poller.schedule.next(run.clock.now());
        assert_eq!(next.at - began, Duration::from_secs(300));
    }
    // Wrong again.
    let asked = run.source.lock().requests;
    let wrong = NewSettings {
        credentials: 1,
        ..present(&run)
    };
    let receipt = wrong.receipt.clone();
    run.poller.sender().send(wrong);
    assert!(run.poller.step(&shutdown).await.is_continue());
    receipt.signed().await;
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert_eq!(run.source.lock().requests, asked + 1);
    assert_eq!(run.clock.now().monotonic - began, run.source.answer_time);
    assert!(!was_told(&findings).await);
    // Right, some seconds later: a message that another one overtakes.
    run.clock.advance(Duration::from_secs(10));
    run.source.lock().refuses = false;
    for credentials in [2, 3] {
        run.poller.sender().send(NewSettings {
            credentials,
            ..present(&run)
        });
    }
    let waits = |run: &Run| {
        let now = run.clock.now();
        run.poller.schedule.waits_to_try_credentials(now)
    };
    assert!(!waits(&run));
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert!(waits(&run));
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert_eq!(run.shown(&catalog::UP), 1.0);
    let took = run.clock.now().monotonic - began;
    assert_eq!(took, Duration::from_secs(60) + run.source.answer_time);
    assert!(!waits(&run));
    assert!(was_told(&findings).await);
}

#[tokio::test]
async fn a_storm_of_other_credentials_costs_a_request_a_minute_at_most() {
    // (refused, down): what Zendesk says while the storm lasts.
    for (refuses, down) in [(true, false), (false, true), (false, false)] {
        let mut run = start(&Setting {
            tickets: 10,
            tickets_per_day: 0.0,
            resync: None,
            limit: 100,
            ..busy()
        });
        run.run_until(Duration::from_secs(600)).await;
        {
            let mut account = run.source.lock();
            (account.refuses, account.down) = (refuses, down);
        }
        let shutdown = CancellationToken::new();
        let asked = run.source.lock().requests;
        let mut credentials = 0;
        let minutes = 30;
        let until = run.clock.now().monotonic + Duration::from_secs(60 * minutes);
        while run.clock.now().monotonic < until {
            credentials += 1;
            run.poller.sender().send(NewSettings {
                credentials,
                ..present(&run)
            });
            // Taken; what is due by then is asked.
            assert!(run.poller.step(&shutdown).await.is_continue());
            let now = run.clock.now();
            if run.poller.schedule.next(now).at <= now.monotonic {
                assert!(run.poller.step(&shutdown).await.is_continue());
            }
            run.clock.advance(Duration::from_secs(1));
        }
        let asked = run.source.lock().requests - asked;
        // Without the storm: each five minutes, twice a minute at most, once a minute; a replay more.
        let usual = if refuses {
            6
        } else if down {
            60
        } else {
            31
        };
        assert!((minutes..=usual + minutes).contains(&asked), "{asked}");
    }
}

#[tokio::test]
async fn a_change_of_every_pace_neither_forgets_a_back_off_nor_the_budget() {
    let mut run = start(&Setting {
        requests_per_minute: 3,
        limit: 100,
        tickets: 5_000,
        resync: None,
        ..busy()
    });
    // The budget of this minute is spent.
    let shutdown = CancellationToken::new();
    for _ in 0..3 {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    let next = run.poller.schedule.next(run.clock.now());
    assert_eq!(next.because, Because::Budget);
    let mut eager = present(&run);
    eager.settings.pacing.poll_interval = Duration::from_secs(10);
    eager.settings.pacing.replay_every = Some(Duration::from_secs(60));
    eager.settings.pacing.retry.maximum = Duration::from_secs(5);
    eager.settings.pacing.page_size = 50;
    run.poller.sender().send(eager);
    assert!(run.poller.step(&shutdown).await.is_continue());
    let still = run.poller.schedule.next(run.clock.now());
    assert_eq!((still.at, still.because), (next.at, next.because));
    assert_eq!(still.page_size, 50);

    run.run_until(Duration::from_secs(3600)).await;
    assert_eq!(run.shown(&catalog::INITIAL_SYNC_COMPLETE), 1.0);
    run.source.lock().down = true;
    let asked = run.source.lock().requests;
    while run.source.lock().requests == asked {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    let next = run.poller.schedule.next(run.clock.now());
    assert_eq!(next.because, Because::Backoff);
    run.poller.sender().send(present(&run));
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert_eq!(run.poller.schedule.next(run.clock.now()), next);
}

#[tokio::test]
async fn a_state_that_cannot_take_another_label_keeps_the_old_ones_until_it_can() {
    let mut run = start(&Setting {
        requests_per_minute: 1_000,
        limit: 1_000,
        tickets: 300,
        resync: None,
        ..busy()
    });
    run.run_until(Duration::from_secs(120)).await;
    let shows_groups = |run: &Run| {
        let snapshot = run.published.load();
        let lines = snapshot.lines(&catalog::TICKETS).to_owned();
        assert!(!lines.is_empty());
        lines.contains("group=")
    };
    let mut with_groups = present(&run);
    with_groups.series.labels.named[NamedSet::Group] = true;
    "other name".clone_into(&mut with_groups.settings.account);

    run.memory.take_away(true);
    run.poller.sender().send(with_groups);
    let shutdown = CancellationToken::new();
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert!(!shows_groups(&run));
    assert_eq!(run.shown(&catalog::UP), 0.0);
    assert_eq!(run.poller.settings.account, "acme");

    run.memory.take_away(false);
    let until = run.clock.now().monotonic + Duration::from_secs(600);
    run.run_until(until).await;
    assert!(shows_groups(&run));
    assert_eq!(run.shown(&catalog::UP), 1.0);
    assert_eq!(run.poller.settings.account, "other name");
}

#[tokio::test]
async fn an_answer_that_is_awaited_is_not_given_up_for_new_settings() {
    let mut run = start(&Setting {
        tickets: 10,
        resync: None,
        ..busy()
    });
    run.run_until(Duration::from_secs(120)).await;
    run.clock.hold();
    run.source.hangs.store(true, Ordering::Relaxed);
    let asked = run.source.lock().requests;
    let mut renamed = present(&run);
    "other name".clone_into(&mut renamed.settings.account);
    let sender = run.poller.sender();
    let (clock, source, published) = (run.clock, run.source, run.published);
    let turns = async |is_over: &dyn Fn() -> bool| {
        for _ in 0..10_000 {
            if is_over() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let story = async {
        clock.advance(Duration::from_secs(60));
        turns(&|| source.lock().requests > asked).await;
        sender.send(renamed);
        turns(&|| source.lock().requests > asked + 1).await;
    };
    tokio::select! {
        () = run.poller.run(CancellationToken::new()) => panic!("it ended"),
        () = story => {}
    }
    assert_eq!(source.lock().requests, asked + 1);
    let snapshot = published.load();
    assert!(snapshot.lines(&catalog::UP).contains("account=\"acme\""));
}

#[tokio::test]
async fn a_resync_that_new_settings_send_back_may_pass_where_it_has_been() {
    let mut run = start(&Setting {
        tickets: 500,
        tickets_per_day: 0.0,
        requests_per_minute: 20,
        limit: 20,
        ..busy()
    });
    run.poller.sender().send(present(&run));
    run.run_until(Duration::from_secs(3500)).await;
    run.source.lock().asked.clear();
    let is_of_resync = |start: &Position| match start {
        Position::Time(time) => time.0 < 1_000,
        Position::Cursor(cursor) => {
            read_cursor(&cursor.0).is_some_and(|place| place.0 < NOW - 3600)
        }
        _ => false,
    };
    let of_resync = |run: &Run| {
        let asked = &run.source.lock().asked;
        asked.iter().filter(|start| is_of_resync(start)).count()
    };
    let shutdown = CancellationToken::new();
    while of_resync(&run) < 4 {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    let mut later = present(&run);
    later.settings.walks.start_time = UnixSeconds(500);
    later.ticket_scope.start_time = UnixSeconds(500);
    run.poller.sender().send(later);
    let until = run.clock.now().monotonic + Duration::from_secs(1200);
    run.run_until(until).await;
    let sent_back = Position::Time(UnixSeconds(500));
    assert!(run.source.lock().asked.contains(&sent_back));
    assert!(of_resync(&run) >= 9, "{}", of_resync(&run));
    assert_eq!(run.failures("no_progress"), 0.0);
}
