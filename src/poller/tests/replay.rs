//! Replays that come to nothing: they cost a request when one is due, and nothing else.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn desk(tickets_per_day: f64) -> Run {
    start(&Setting {
        tickets: 300,
        tickets_per_day,
        requests_per_minute: 8,
        limit: 10,
        answer_time: Duration::from_millis(300),
        ahead: 0,
        resync: None,
    })
}

/// Whether a request is one of a replay's: after the first sync nothing else begins at a time.
const fn is_first_of_replay(start: &Position) -> bool {
    matches!(start, Position::Time(time) if time.0 > 0)
}

/// Runs four hours with a replay each; checks that each costs `requests` at most and no poll.
/// Returns the log of that time.
async fn check(mut run: Run, reason: &str, requests: u32) -> String {
    let log = Captured::start();
    run.run_until(HOUR / 2).await;
    run.source.lock().asked.clear();
    let began = run.clock.now().monotonic;
    let hours = 4;
    let mut polled_at = began;
    let shutdown = CancellationToken::new();
    let mut begun = 0;
    while run.clock.now().monotonic < began + HOUR * hours {
        assert!(run.poller.step(&shutdown).await.is_continue());
        let answered = std::mem::take(&mut run.source.lock().asked);
        let of_replay = answered.iter().filter(|start| is_first_of_replay(start));
        begun += of_replay.count();
        if answered.iter().any(|start| !is_first_of_replay(start)) {
            let now = run.clock.now().monotonic;
            let apart = now - polled_at;
            // The interval, its answer, and what began beside it.
            assert!(apart <= Duration::from_secs(64), "{apart:?}");
            polled_at = now;
        }
    }
    let failures = run.failures(reason);
    let asked = begun as f64
        + if reason == "no_progress" {
            0.0
        } else {
            failures
        };
    let most = f64::from(hours * requests);
    assert!(
        failures >= 1.0 && asked <= most,
        "{asked} requests, {most} at most"
    );
    // A poll ends no row of the replay's: of its failures the first one is told.
    let log = log.text();
    assert_eq!(told(&log, "level=warn"), 1, "{log}");
    assert_eq!(told(&log, "reading the export again"), 0, "{log}");

    run.source.lock().fails = None;
    run.source.lock().circles = None;
    let afterwards = Captured::start();
    run.run_until(HOUR * (hours + 2)).await;
    let afterwards = afterwards.text();
    assert_eq!(told(&afterwards, "again\""), 1, "{afterwards}");
    log
}

fn told(log: &str, words: &str) -> usize {
    log.lines().filter(|line| line.contains(words)).count()
}

#[tokio::test]
async fn a_replay_whose_start_time_is_refused_is_put_off() {
    let run = desk(0.0);
    run.source.lock().fails = Some(Box::new(|start| {
        is_first_of_replay(start).then_some(ApiError::StartTimeRefused {
            status: 400,
            explanation: None,
        })
    }));
    let log = check(run, "unexpected", 1).await;
    // No setting says where it begins.
    assert!(
        log.contains("advice=\"check the clock of this machine"),
        "{log}"
    );
    assert!(!log.contains("export.start_time"), "{log}");
}

#[tokio::test]
async fn a_replay_that_is_refused_with_a_status_that_nobody_knows_is_put_off() {
    let run = desk(0.0);
    run.source.lock().fails = Some(Box::new(|start| {
        is_first_of_replay(start).then_some(ApiError::Unexpected {
            retry_after: None,
            status: 418,
            explanation: None,
        })
    }));
    check(run, "unexpected", 1).await;
}

#[tokio::test]
async fn a_replay_that_does_not_advance_is_put_off() {
    let run = desk(0.0);
    run.source.lock().circles = Some(is_first_of_replay);
    check(run, "no_progress", 1).await;
}

#[tokio::test]
async fn a_replay_whose_cursors_are_refused_is_put_off_the_second_time() {
    // Two pages in a quarter of an hour.
    let run = desk(15_000.0);
    let clock = Arc::clone(&run.clock);
    run.source.lock().fails = Some(Box::new(move |start| match start {
        Position::Cursor(cursor) => {
            // The polls are further on.
            let place = read_cursor(&cursor.0).expect("one of ours").0;
            let now = clock.now().wall().0;
            let is_of_replay = place > NOW && place < now - 200;
            is_of_replay.then_some(ApiError::CursorLost)
        }
        _ => None,
    }));
    check(run, "unexpected", 4).await;
}
