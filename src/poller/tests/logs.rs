//! What is said of failures that last: at the beginning, at every tenth time, and at the end.

use super::change::present;
use super::*;
use crate::source::Login;
use crate::ticket::TicketId;

fn desk(resync: Option<ResyncPacing>) -> Run {
    start(&Setting {
        resync,
        ..Setting::quiet(300)
    })
}

async fn run_for(run: &mut Run, minutes: u64) {
    let until = run.clock.now().monotonic + Duration::from_secs(60 * minutes);
    run.run_until(until).await;
}

/// The numbers of failures of the lines with this message.
fn failures(log: &str, message: &str) -> Vec<u32> {
    let lines = log.lines().filter(|line| line.contains(message));
    lines
        .filter_map(|line| line.split(" failures=").nth(1)?.split(' ').next())
        .filter_map(|number| number.parse().ok())
        .collect()
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_early_is_told_with_advice_and_not_each_time() {
    let mut run = desk(None);
    run_for(&mut run, 5).await;
    let log = Captured::start();
    run.source.lock().login = (Login::Advised, false);
    run_for(&mut run, 5 * 25).await;
    let text = log.text();
    let message = "cannot renew the OAuth token early";
    assert_eq!(failures(&text, message), [1, 10, 20], "{text}");
    let line = text.lines().find(|line| line.contains(message));
    let line = line.expect("told");
    assert!(line.contains("advice=\"check "), "{line}");
    run.source.lock().login = (Login::Required, true);
    run_for(&mut run, 2).await;
    run.source.lock().login = (Login::NotNeeded, true);
    run_for(&mut run, 5).await;
    let text = log.text();
    let over = failures(&text, "renewed the OAuth token after failures");
    assert_eq!(over.len(), 1, "{text}");
    assert!(over[0] >= 20, "{text}");
}

#[tokio::test]
async fn an_account_that_was_never_read_is_not_read_again() {
    let mut run = desk(None);
    run.source.lock().down = true;
    let log = Captured::start();
    run_for(&mut run, 5).await;
    for (down, first, again) in [
        (false, 1, 0),
        (true, 1, 0),
        // By now it has been.
        (false, 1, 1),
    ] {
        run.source.lock().down = down;
        run_for(&mut run, 10).await;
        let text = log.text();
        let told = |message| failures(&text, message).len();
        assert_eq!(told("the export can be read"), first, "{text}");
        assert_eq!(told("reading the export again"), again, "{text}");
    }
}

/// A cursor into the past, as only a resync has it once the first sync is complete.
fn is_old_cursor(start: &Position) -> bool {
    match start {
        Position::Cursor(cursor) => {
            read_cursor(&cursor.0).is_some_and(|place| place.0 < NOW - 3600)
        }
        _ => false,
    }
}

#[tokio::test]
async fn cursors_that_are_never_accepted_are_told_now_and_then_until_one_is() {
    let mut run = desk(None);
    run_for(&mut run, 5).await;
    let log = Captured::start();
    run.source.lock().fails = Some(Box::new(|start| {
        let is_cursor = matches!(start, Position::Cursor(_));
        is_cursor.then_some(ApiError::CursorLost)
    }));
    run_for(&mut run, 25).await;
    let text = log.text();
    let told = failures(&text, "no longer accepts the cursor");
    assert_eq!(told, [1, 10, 20], "{text}");
    run.source.lock().fails = None;
    run_for(&mut run, 5).await;
    let text = log.text();
    let over = failures(&text, "accepts cursors again");
    assert_eq!(over.len(), 1, "{text}");
    assert!(over[0] >= 20, "{text}");
}

const RESYNC: Option<ResyncPacing> = Some(ResyncPacing {
    every: Duration::from_secs(3600),
    requests_per_minute: 2,
});

/// Puts the same settings into effect again.
async fn reload(run: &mut Run) {
    run.poller.sender().send(present(run));
    let shutdown = CancellationToken::new();
    assert!(run.poller.step(&shutdown).await.is_continue());
}

#[tokio::test]
async fn a_reload_neither_repeats_that_the_resync_fails_nor_forgets_to_say_that_it_works_again() {
    let mut run = desk(RESYNC);
    run_for(&mut run, 58).await;
    let log = Captured::start();
    run.source.lock().fails = Some(Box::new(|start| {
        let is_resync = *start == Position::Time(UnixSeconds(0));
        is_resync.then_some(ApiError::ExportForbidden { explanation: None })
    }));
    for _ in 0..12 {
        run_for(&mut run, 3).await;
        reload(&mut run).await;
    }
    let text = log.text();
    let message = "the resync cannot read the export";
    let told = failures(&text, message);
    assert!(told == [1] || told == [1, 10], "{text}");
    run.source.lock().fails = None;
    run_for(&mut run, 20).await;
    let text = log.text();
    let over = failures(&text, "the resync reads the export again");
    assert_eq!(over.len(), 1, "{text}");
    assert!(over[0] >= 5, "{text}");
}

#[tokio::test]
async fn a_reload_does_not_ask_again_with_a_cursor_that_the_resync_lost() {
    let mut run = desk(RESYNC);
    run_for(&mut run, 58).await;
    run.source.lock().fails = Some(Box::new(|start| {
        is_old_cursor(start).then_some(ApiError::CursorLost)
    }));
    let log = Captured::start();
    let shutdown = CancellationToken::new();
    while failures(&log.text(), "no longer accepts the cursor").is_empty() {
        assert!(run.poller.step(&shutdown).await.is_continue());
    }
    reload(&mut run).await;
    run.source.lock().fails = None;
    run.source.lock().asked.clear();
    run_for(&mut run, 2).await;
    let asked = run.source.lock().asked.clone();
    let of_resync: Vec<_> = asked
        .iter()
        .filter(|start| matches!(start, Position::Time(_)) || is_old_cursor(start))
        .collect();
    assert!(matches!(of_resync[0], Position::Time(_)), "{asked:?}");
}

fn problem(run: &Run) -> crate::metrics::Problem {
    let snapshot = run.published.load();
    let status = snapshot.status().expect("it has one");
    status.problem.clone().expect("something failed")
}

#[tokio::test]
async fn what_to_do_about_a_page_that_leads_nowhere_is_a_field_and_on_the_status_page() {
    let mut run = desk(None);
    run_for(&mut run, 5).await;
    let log = Captured::start();
    run.source.lock().circles = Some(|start| matches!(start, Position::Cursor(_)));
    run_for(&mut run, 3).await;
    let text = log.text();
    let line = text.lines().find(|line| line.contains("cannot use a page"));
    let line = line.expect("told");
    let advice = "if it persists, set export.source to the other export";
    assert!(line.contains(&format!("advice=\"{advice}\"")), "{line}");
    let problem = problem(&run);
    assert_eq!(problem.reason, "no_progress");
    assert_eq!(problem.advice, Some(advice));
    assert!(!problem.message.contains("export.source"), "{problem:?}");
}

#[tokio::test]
async fn what_to_do_about_a_clock_is_a_field_and_on_the_status_page() {
    let mut run = desk(None);
    run_for(&mut run, 5).await;
    let log = Captured::start();
    let an_hour_ahead = [Dated::Off(3600), Dated::Off(3600)];
    run.source.lock().dates.extend(an_hour_ahead);
    run_for(&mut run, 3).await;
    run.source.lock().dates.extend(vec![Dated::Missing; 3]);
    run_for(&mut run, 3).await;
    let text = log.text();
    for (message, advice) in [
        (
            "two answers in a row have another time, using it from now on",
            "check the clock of this machine",
        ),
        (
            "Zendesk's answers have no Date header, using the clock of this machine",
            "check the clock of this machine",
        ),
    ] {
        let line = text.lines().find(|line| line.contains(message));
        let line = line.unwrap_or_else(|| panic!("{message} is not in\n{text}"));
        assert!(line.contains(&format!("advice=\"{advice}\"")), "{line}");
    }

    let mut run = start_at(&Setting::quiet(300), SourceKind::Time, NOW);
    run_for(&mut run, 5).await;
    run.source.lock().shows_the_future = true;
    let log = Captured::start();
    run_for(&mut run, 5).await;
    let text = log.text();
    let line = text
        .lines()
        .find(|line| line.contains("the next page begins in the future"));
    let line = line.expect("told");
    assert!(
        line.contains("advice=\"check the clock of this machine\""),
        "{line}"
    );
    assert_eq!(
        problem(&run).advice,
        Some("check the clock of this machine")
    );
}

#[tokio::test]
async fn tickets_whose_reopens_are_not_counted_are_named_up_to_some() {
    let run = desk(None);
    let log = Captured::start();
    let tickets: Vec<TicketId> = (1..=30).map(TicketId).collect();
    run.poller.log_doubted_reopens(&tickets);
    let text = log.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 20, "{text}");
    assert!(lines[0].ends_with("ticket.id=1"), "{text}");
    assert!(
        lines[0].contains("grew by more than 1000 at once, the growth is not counted"),
        "{text}"
    );
}
