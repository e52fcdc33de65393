//! New settings while it runs.

use super::*;

/// The settings that the poller has.
fn present(run: &Run) -> NewSettings<InProcess> {
    let store = run.poller.store().expect("open");
    NewSettings {
        settings: run.poller.settings.clone(),
        source: Arc::clone(&run.source),
        layout: store.aggregates().layout().clone(),
        reach: crate::ledger::Reach {
            scope: crate::zendesk::SupportTypeScope::Agent,
            start_time: UnixSeconds(0),
        },
        metrics: run.poller.outlets.metrics.clone(),
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
            run.poller.address().send(present(run));
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
    run.poller.address().send(eager);
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
    run.poller.address().send(present(&run));
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
    let path = run.poller.store().expect("open").path().to_owned();
    let away = path.with_extension("away");
    let shows_groups = |run: &Run| {
        let snapshot = run.published.load();
        let lines = snapshot.lines(&catalog::TICKETS).to_owned();
        assert!(!lines.is_empty());
        lines.contains("group=")
    };
    let mut with_groups = present(&run);
    with_groups.layout.group = true;
    "other name".clone_into(&mut with_groups.settings.account);

    std::fs::rename(&path, &away).expect("moved");
    run.poller.address().send(with_groups);
    let shutdown = CancellationToken::new();
    assert!(run.poller.step(&shutdown).await.is_continue());
    assert!(!shows_groups(&run));
    assert_eq!(run.shown(&catalog::UP), 0.0);
    assert_eq!(run.poller.settings.account, "acme");

    std::fs::rename(&away, &path).expect("moved back");
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
    let address = run.poller.address();
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
        address.send(renamed);
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
