//! Tickets get older whatever the poller waits for.

use super::*;
use zendesk_simulator::Draft;

/// An account with one new ticket that was read, and whose clock only moves by hand from now on.
async fn run_with_a_ticket() -> Run {
    let mut run = start(&Setting::quiet(0));
    {
        let mut account = run.source.lock();
        account.world.create(&Draft::default());
    }
    run.run_until(Duration::from_secs(600)).await;
    assert_eq!(ages(&run.published), [1, 0, 0, 0, 0, 0, 0]);
    run.clock.hold();
    run
}

/// How many tickets there are of each age.
fn ages(published: &Published) -> Vec<u64> {
    let snapshot = published.load();
    let lines = snapshot.lines(&catalog::UNSOLVED).lines();
    lines
        .map(|line| line.rsplit(' ').next().and_then(|count| count.parse().ok()))
        .map(|count: Option<u64>| count.expect("a count"))
        .collect()
}

/// Gives others turns until it is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn tickets_get_older_while_an_answer_is_awaited() {
    let mut run = run_with_a_ticket().await;
    let (published, clock, source) = (run.published, run.clock, run.source);
    source.hangs.store(true, Ordering::Relaxed);
    let asked = source.lock().requests;
    let shutdown = CancellationToken::new();
    let story = async {
        clock.advance(Duration::from_secs(60));
        until("a request", || source.lock().requests > asked).await;
        clock.advance(DAY);
        until("an older ticket", || ages(&published)[2] == 1).await;
    };
    tokio::select! {
        _ = run.poller.step(&shutdown) => panic!("there was no answer"),
        () = story => {}
    }
    assert_eq!(ages(&published), [0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(source.lock().requests, asked + 1);
}

#[tokio::test]
async fn tickets_of_an_account_that_was_stopped_get_older() {
    let run = run_with_a_ticket().await;
    run.memory.damage_records();
    {
        let mut account = run.source.lock();
        let now = run.clock.now().wall().0;
        account.world.advance_to(now);
        account.world.reply(1, 1);
    }
    let shutdown = CancellationToken::new();
    let poller = tokio::spawn(run.poller.run(shutdown.clone()));
    let is_up = || {
        let snapshot = run.published.load();
        snapshot.lines(&catalog::UP).ends_with(" 1\n")
    };
    for _ in 0..5 {
        run.clock.advance(Duration::from_secs(60));
        tokio::task::yield_now().await;
    }
    until("the damage", || !is_up()).await;
    let asked = run.source.lock().requests;
    run.clock.advance(DAY);
    until("an older ticket", || ages(&run.published)[2] == 1).await;
    assert_eq!(run.source.lock().requests, asked);
    assert_eq!(run.health.problem(run.clock.now().monotonic), None);
    shutdown.cancel();
    poller.await.expect("it ends");
}

#[tokio::test]
async fn a_page_that_could_not_be_stored_leaves_the_backlog_alone_until_it_is() {
    let mut run = run_with_a_ticket().await;
    {
        let mut account = run.source.lock();
        account.world.advance_to(run.clock.now().wall().0);
        for _ in 0..3_000 {
            account.world.create(&Draft::default());
        }
    }
    run.memory.fill();
    let shutdown = CancellationToken::new();
    let mut failed_at = None;
    for _ in 0..200 {
        run.clock.advance(Duration::from_secs(60));
        assert!(run.poller.step(&shutdown).await.is_continue());
        let unsolved = run.shown(&catalog::UNSOLVED);
        assert_eq!(unsolved, run.shown(&catalog::TICKETS));
        if run.shown(&catalog::UP) == 0.0 {
            failed_at = Some(unsolved);
        }
        if unsolved == 3_001.0 {
            break;
        }
    }
    assert!(
        failed_at.is_some_and(|shown| shown < 3_001.0),
        "{failed_at:?}"
    );
    assert_eq!(run.shown(&catalog::UNSOLVED), 3_001.0);
}

/// The sample of updates that solved a ticket, if there is one.
fn solved_updates(published: &Published) -> Option<String> {
    let snapshot = published.load();
    let mut lines = snapshot.lines(&catalog::UPDATED).lines();
    let line = lines.find(|line| line.contains("status=\"solved\""))?;
    line.rsplit(' ').next().map(str::to_owned)
}

/// The ticket was solved, and a page has just told it: the series is new, at 0.
async fn run_with_a_new_series() -> Run {
    let mut run = run_with_a_ticket().await;
    {
        let mut account = run.source.lock();
        account.world.advance_to(run.clock.now().wall().0);
        account
            .world
            .set_status(1, zendesk_simulator::vocabulary::Status::Solved);
    }
    let shutdown = CancellationToken::new();
    for _ in 0..10 {
        run.clock.advance(Duration::from_secs(60));
        assert!(run.poller.step(&shutdown).await.is_continue());
        if solved_updates(&run.published).is_some() {
            break;
        }
    }
    assert_eq!(solved_updates(&run.published).as_deref(), Some("0"));
    run
}

/// Lets time pass while the poller waits, and holds that the series, which is new now, is shown as it
/// is when it is two minutes old, and not before. An answer takes some of that time, too.
async fn check_it_is_let_go(published: &Published, clock: &VirtualClock) {
    let let_go_at = clock.now().monotonic + Duration::from_secs(120);
    let left = || let_go_at.saturating_sub(clock.now().monotonic);
    while left() > Duration::from_secs(2) {
        // Whoever sets the machine's clock changes nothing about how long it is held.
        let wall = clock.now().wall();
        clock.set_wall(wall.plus(-1_000_000));
        clock.advance(Duration::from_secs(10).min(left() - Duration::from_secs(1)));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        clock.set_wall(wall.plus(1_000_000));
        let shown = solved_updates(published);
        assert!(left().is_zero() || shown.as_deref() == Some("0"));
    }
    clock.advance(left());
    let is_shown = || solved_updates(published).as_deref() == Some("1");
    until("the value", is_shown).await;
}

#[tokio::test]
async fn a_new_series_is_shown_as_it_is_in_time_while_an_answer_is_awaited() {
    let mut run = run_with_a_new_series().await;
    run.source.hangs.store(true, Ordering::Relaxed);
    let shutdown = CancellationToken::new();
    tokio::select! {
        _ = run.poller.step(&shutdown) => panic!("there was no answer"),
        () = check_it_is_let_go(&run.published, &run.clock) => {}
    }
}

#[tokio::test]
async fn so_it_is_while_every_request_fails() {
    let run = run_with_a_new_series().await;
    run.source.lock().down = true;
    let shutdown = CancellationToken::new();
    let poller = tokio::spawn(run.poller.run(shutdown.clone()));
    check_it_is_let_go(&run.published, &run.clock).await;
    let snapshot = run.published.load();
    assert!(snapshot.lines(&catalog::UP).ends_with(" 0\n"));
    shutdown.cancel();
    poller.await.expect("it ends");
}

#[tokio::test]
async fn so_it_is_when_the_account_was_stopped() {
    let run = run_with_a_new_series().await;
    run.memory.damage_records();
    {
        let mut account = run.source.lock();
        let now = run.clock.now().wall().0;
        account.world.advance_to(now - 90);
        account.world.reply(1, 1);
    }
    let shutdown = CancellationToken::new();
    let poller = tokio::spawn(run.poller.run(shutdown.clone()));
    check_it_is_let_go(&run.published, &run.clock).await;
    until("the damage", || run.health.has_ended()).await;
    shutdown.cancel();
    poller.await.expect("it ends");
}
