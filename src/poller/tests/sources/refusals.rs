//! Refusals and failures beside the source that is the truth, and why the list is the truth.

use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::world::Draft;

use super::*;
use crate::source::{RejectedRow, SourceReason};

const LANE: Option<Duration> = Some(Duration::from_secs(15));

#[tokio::test]
async fn a_list_that_leads_nowhere_in_the_fast_lane_does_not_say_that_the_account_cannot_be_read() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, LANE), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().list_leads_nowhere = true;
    let asked_before = desk.asked(Endpoint::TicketsList);
    // The polls of the export are a minute apart, so each moment between them is looked at.
    for _ in 0..60 {
        desk.run_for_seconds(5).await;
        assert_eq!(desk.shown(&catalog::UP), 1);
    }
    assert!(desk.asked(Endpoint::TicketsList) > asked_before);
    // Where the list is the truth, it does.
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().list_leads_nowhere = true;
    desk.run_for_seconds(300).await;
    assert_eq!(desk.shown(&catalog::UP), 0);
}

#[tokio::test]
async fn the_first_refusal_asks_once_who_asks_and_whether_the_list_answers() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().export_refused = Some(403);
    let asked = |desk: &Desk| {
        [Endpoint::CurrentUser, Endpoint::TicketsList].map(|endpoint| desk.asked(endpoint))
    };
    desk.run_for_seconds(120).await;
    assert_eq!(asked(&desk), [1, 1]);
    desk.run_for_seconds(300).await;
    assert!(!desk.truth().is_list);
    assert_eq!(asked(&desk), [1, 1], "the second refusal");
    let advice = |desk: &Desk| {
        let snapshot = desk.published.load();
        let problem = snapshot.status().and_then(|status| status.problem.as_ref());
        let problem = problem.expect("shown");
        problem.advice.expect("known")
    };
    assert!(
        advice(&desk).ends_with("the exporter reads the list of tickets"),
        "{}",
        advice(&desk)
    );
    // An account that refuses both stays with the export.
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().export_refused = Some(403);
    desk.source.lock().list_refused = true;
    desk.run_for_seconds(120).await;
    assert_eq!(asked(&desk), [1, 1]);
    assert!(advice(&desk).starts_with("Zendesk refuses the list of tickets too"));
}

#[tokio::test]
async fn the_reason_follows_the_settings_and_the_user() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().export_refused = Some(403);
    assert_eq!(desk.truth(), Truth::list(SourceReason::Configured));
    desk.settings.source = SourceChoice::Auto;
    desk.kill();
    desk.run_for_seconds(120).await;
    assert_eq!(desk.truth(), Truth::list(SourceReason::Refused));
    let info = |desk: &Desk| {
        desk.published
            .load()
            .lines(&catalog::SOURCE_INFO)
            .to_owned()
    };
    assert!(
        info(&desk).contains("reason=\"refused\""),
        "{}",
        info(&desk)
    );
    desk.source.lock().role = "agent";
    desk.kill();
    desk.run_for_seconds(120).await;
    assert_eq!(desk.truth(), Truth::list(SourceReason::NotAdmin));
}

#[tokio::test]
async fn an_account_that_is_put_from_the_list_to_a_refused_export_reads_no_list() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().export_refused = Some(403);
    desk.settings.source = SourceChoice::Cursor;
    desk.kill();
    let asked_before = desk.asked(Endpoint::TicketsList);
    desk.run_for_seconds(3_600).await;
    assert_eq!(desk.asked(Endpoint::TicketsList), asked_before);
    assert_eq!(desk.shown(&catalog::UP), 0);
    assert_eq!(desk.shown(&catalog::TICKETS), 5);
}

#[tokio::test]
async fn a_first_sync_does_not_wait_for_ever_for_a_list_of_deleted_tickets_that_is_down() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.source.lock().deleted_is_down = true;
    desk.run_for_seconds(30).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 0);
    desk.run_for_seconds(1_200).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 5);
    desk.source.lock().deleted_is_down = false;
    let id = desk.source.lock().world.with_status(Status::New)[0];
    desk.source.lock().world.delete(id);
    desk.run_for_seconds(5_000).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 4);
    assert_eq!(desk.shown(&catalog::DELETED), 1);
}

#[tokio::test]
async fn the_return_of_the_export_is_stored() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(5));
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(300).await;
    assert!(desk.truth().is_list);
    desk.source.lock().export_refused = None;
    desk.kill();
    desk.run_for_seconds(300).await;
    let before = desk.progress();
    assert!(!before.truth.is_list && before.exports_have_ended);
    desk.kill();
    assert_eq!(desk.progress(), before);
}

#[tokio::test]
async fn a_start_while_the_export_catches_up_goes_on_with_the_list() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(5));
    desk.run_for_seconds(300).await;
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(1_200).await;
    assert!(desk.truth().is_list);
    // More pages of the export than it may be asked for in a minute.
    for _ in 0..250 {
        desk.source.lock().world.create(&Draft::default());
        desk.clock.advance(Duration::from_secs(1));
    }
    desk.run_for_seconds(120).await;
    assert_eq!(desk.shown(&catalog::CREATED), 250);
    desk.source.lock().export_refused = None;
    desk.settings.pacing.page_size = 10;
    desk.kill();
    desk.run_for_seconds(60).await;
    assert!(!desk.truth().is_list);
    desk.kill();
    let asked_before = desk.asked(Endpoint::TicketsList);
    desk.run_for_seconds(90).await;
    assert!(desk.asked(Endpoint::TicketsList) > asked_before);
    desk.run_for_seconds(400).await;
    let asked_before = desk.asked(Endpoint::TicketsList);
    desk.run_for_seconds(300).await;
    assert_eq!(desk.asked(Endpoint::TicketsList), asked_before);
    assert_eq!(desk.shown(&catalog::CREATED), 250);
}

#[tokio::test]
async fn a_refused_list_of_deleted_tickets_ends_its_poll() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.source.lock().deleted_refused = true;
    let shutdown = CancellationToken::new();
    while desk.asked(Endpoint::DeletedTickets) == 0 {
        assert!(desk.poller.step(&shutdown).await.is_continue());
    }
    let under_way = format!("{:?}", desk.poller.polls);
    assert_eq!(under_way, format!("{:?}", Polls::default()));
}

#[tokio::test]
async fn a_shutdown_gives_up_the_request_that_decides_on_the_list() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(5));
    {
        let mut account = desk.source.lock();
        account.export_refused = Some(403);
        account.list_hangs = true;
    }
    let shutdown = CancellationToken::new();
    let ends = async {
        while desk.source.lock().asked.is_empty() {
            tokio::task::yield_now().await;
        }
        shutdown.cancel();
    };
    let run = async { while desk.poller.step(&shutdown).await.is_continue() {} };
    tokio::join!(ends, run);
    assert_eq!(desk.asked(Endpoint::CurrentUser), 1);
}

#[tokio::test]
async fn a_row_that_cannot_be_used_is_named_once_whatever_pages_come_between() {
    let log = Captured::start();
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    let row = |id| RejectedRow {
        id: Some(id),
        reason: "it is not JSON",
        fingerprint: 0,
    };
    let pages = [
        (0..30).map(row).collect::<Vec<_>>(),
        (30..35).map(row).collect(),
    ];
    for _ in 0..3 {
        for page in &pages {
            desk.poller.log_rejected(page, &[]);
        }
    }
    let text = log.text();
    let lines = |words: &str| text.lines().filter(|line| line.contains(words)).count();
    // Twenty of the first page, and how many more it has.
    assert_eq!(lines("skipped an unusable row"), 20 + 5, "{text}");
    assert_eq!(lines("skipped more unusable rows"), 1, "{text}");
}
