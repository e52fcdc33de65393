//! What the status page and its JSON say of the sources: which one is read, why, and what it does not show.

use serde_json::{Value, json};

use super::status::{NOW, check_standings, get, read, serve};
use super::*;
use crate::metrics::testing::starting;
use crate::metrics::{
    AccountState, AccountStatus, ArchivedTicketsStatus, FastLane, FullWalk, ListStatus, Problem,
    RefusedExport, SourceStatus, WalkStatus,
};
use crate::source::{SourceKind, SourceReason};

const fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds(NOW + seconds)
}

const COMPLETE: WalkStatus = WalkStatus {
    ratio: Some(1.0),
    ends_at: None,
};

/// An account that an agent's login reads: from the list, because the export is refused.
fn of_agent() -> AccountStatus {
    AccountStatus {
        state: AccountState {
            source: (SourceKind::List, SourceReason::NotAdmin),
            verified_at: Some(at(-1_200)),
            up: Some(true),
            last_success: Some(at(-20)),
            data_timestamp: Some(at(-20)),
            initial_sync_complete: true,
            initial_sync_ratio: 1.0,
            state_tickets: 1_234,
            ..young_account()
        },
        is_caught_up: true,
        next_attempt_at: Some(at(40)),
        sources: SourceStatus {
            export: Some(RefusedExport {
                failure: Some(refusal()),
                next_attempt_at: at(86_000),
                walk: WalkStatus::default(),
            }),
            list_walk: COMPLETE,
            archived: ArchivedTicketsStatus::Totals,
            list: Some(ListStatus {
                shows_archived_by_ids: None,
                deleted_is_refused: true,
                has_slas: Some(false),
                full_walk: FullWalk::Due(at(172_800)),
            }),
            ..SourceStatus::default()
        },
        ..starting()
    }
}

fn refusal() -> Problem {
    Problem {
        at: at(-400),
        reason: "forbidden",
        message: "the user behind the credentials has no permission for this request".to_owned(),
        advice: Some("make the user behind the credentials an admin"),
        is_over: false,
    }
}

/// What is read of the tables of [`of_agent`].
const TABLES: &str = "State
Data as of
1970-01-12 13:46:20 UTC
(20 s ago)
Latest successful answer
1970-01-12 13:46:20 UTC
(20 s ago)
First sync
complete
Full read of the list
next
1970-01-14 13:46:40 UTC
(in 2 d)
Known tickets
1234
Source
list of tickets, because the export is for admins and the user behind the credentials is not one
Export
The user behind the credentials has no permission for this request.
What to do:
make the user behind the credentials an admin.
1970-01-12 13:40:00 UTC
(6 min ago)
Next request:
1970-01-13 13:40:00 UTC
(in 23 h)
Login
OAuth access token
What the list of tickets shows
Archived tickets
not counted, except in the totals of Zendesk's search (export.list.archive: totals)
Requests by ids
not known yet whether they show archived tickets
Deleted tickets
Zendesk refuses the list of deleted tickets. Verify rounds find tickets that were deleted, and these count as vanished.
Verify rounds
last one ended
1970-01-12 13:26:40 UTC
(20 min ago)
They find permanent deletions and changes that do not move updated_at, but not those of closed tickets.
SLA targets
not in the list, so the families of SLA targets are absent";

#[tokio::test]
async fn the_page_of_an_account_that_is_read_from_the_list_says_why_and_what_is_missing() {
    let server = serve(of_agent()).await;
    let (_, page) = get(&server, "/").await;
    let shown = read(&page);
    assert!(shown.contains("\nacme\nUp to date.\nState\n"), "{shown}");
    assert!(shown.ends_with(TABLES), "{shown}");
}

async fn account_json(status: AccountStatus) -> Value {
    let server = serve(status).await;
    let (_, body) = get(&server, "/api/v1/status").await;
    let mut shown: Value = serde_json::from_str(&body).expect("JSON");
    shown["accounts"][0].take()
}

#[tokio::test]
async fn the_json_of_an_account_that_is_read_from_the_list_has_the_same_values() {
    let account = account_json(of_agent()).await;
    let no_walk = json!({ "progress_ratio": null, "expected_end_timestamp_seconds": null });
    let expected = json!({
        "state": "current",
        "source": "list",
        "source_reason": "not_admin",
        "refusals_until_list": null,
        "refused_export": {
            "next_attempt_timestamp_seconds": 1_086_000,
            "walk": no_walk,
            "last_error": {
                "timestamp_seconds": 999_600,
                "reason": "forbidden",
                "message": "the user behind the credentials has no permission for this request",
                "advice": "make the user behind the credentials an admin",
                "over": false,
            },
        },
        "fast_lane": "off",
        "list_walk": { "progress_ratio": 1.0, "expected_end_timestamp_seconds": null },
        "archived_tickets": "totals",
        "list": {
            "archive_walk": no_walk,
            "archived_tickets_by_ids": null,
            "deleted_tickets_refused": true,
            "slas": false,
            "verify_round_timestamp_seconds": 998_800,
            "full_walk_running": false,
            "full_walk_due_timestamp_seconds": 1_172_800,
        },
        "last_error": null,
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(account[key], *value, "{key}");
    }
}

/// Each of these as it is read, and the value of one key of the JSON.
async fn check(table: Vec<(AccountStatus, &str, Value, &str)>) {
    for (status, pointer, value, words) in table {
        let server = serve(status.clone()).await;
        let (_, page) = get(&server, "/").await;
        assert!(read(&page).contains(words), "{words}: {}", read(&page));
        let account = account_json(status).await;
        assert_eq!(account.pointer(pointer), Some(&value), "{pointer}: {words}");
    }
}

/// The account of [`of_agent`] with these changes.
fn with(change: impl FnOnce(&mut AccountStatus)) -> AccountStatus {
    let mut status = of_agent();
    change(&mut status);
    status
}

const HALF: WalkStatus = WalkStatus {
    ratio: Some(0.5),
    ends_at: Some(at(600)),
};

#[tokio::test]
async fn the_reason_for_the_source_is_told() {
    let of = |source, reason| with(|status| status.state.source = (source, reason));
    check(vec![
        (
            of(SourceKind::List, SourceReason::Configured),
            "/source_reason",
            json!("configured"),
            "Source\nlist of tickets, as export.source says\n",
        ),
        (
            of(SourceKind::List, SourceReason::Refused),
            "/source_reason",
            json!("refused"),
            "Source\nlist of tickets, because Zendesk refuses the export\n",
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_standing_of_archived_tickets_is_told() {
    use ArchivedTicketsStatus as Archived;
    let table = [
        (
            Archived::CountedFromExport,
            "counted",
            "counted, because the export has been read to its end",
        ),
        (
            Archived::CountedByIds,
            "counted",
            "counted, because they were read by their ids",
        ),
        (
            Archived::AwaitsExport,
            "awaits_export",
            "not all counted yet",
        ),
        (
            Archived::Probing,
            "probing",
            "not counted yet; the exporter finds out whether Zendesk shows them by their ids",
        ),
        (
            Archived::NotShown,
            "not_shown",
            "not counted, because Zendesk does not show them by their ids",
        ),
        (
            Archived::Reading(HALF),
            "reading",
            "not all counted yet:\n50 %, expected end\n1970-01-12 13:56:40 UTC\n(in 10 min)",
        ),
    ];
    let rows = table.map(|(archived, word, words)| {
        let status = with(|status| status.sources.archived = archived);
        (status, "/archived_tickets", json!(word), words)
    });
    check(rows.into()).await;
    let reading = with(|status| status.sources.archived = Archived::Reading(HALF));
    assert_eq!(
        account_json(reading).await["list"]["archive_walk"],
        json!({ "progress_ratio": 0.5, "expected_end_timestamp_seconds": 1_000_600 })
    );
}

#[tokio::test]
async fn what_the_list_has_and_its_companions_show_is_told() {
    let of = |change: fn(&mut ListStatus)| {
        with(|status| status.sources.list.iter_mut().for_each(change))
    };
    check(vec![
        (
            of(|list| list.shows_archived_by_ids = Some(true)),
            "/list/archived_tickets_by_ids",
            json!(true),
            "Requests by ids\nshow archived tickets\n",
        ),
        (
            of(|list| list.shows_archived_by_ids = Some(false)),
            "/list/archived_tickets_by_ids",
            json!(false),
            "Requests by ids\ndo not show archived tickets\n",
        ),
        (
            of(|list| list.deleted_is_refused = false),
            "/list/deleted_tickets_refused",
            json!(false),
            "Deleted tickets\nread from the list of deleted tickets\n",
        ),
        (
            of(|list| list.has_slas = Some(true)),
            "/list/slas",
            json!(true),
            "SLA targets\nin the list",
        ),
        (
            of(|list| list.full_walk = FullWalk::Running),
            "/list/full_walk_running",
            json!(true),
            "Full read of the list\nrunning\n",
        ),
        (
            of(|list| list.full_walk = FullWalk::Due(at(-5))),
            "/list/full_walk_due_timestamp_seconds",
            json!(999_995),
            "Full read of the list\ndue\n",
        ),
        (
            of(|list| list.full_walk = FullWalk::Off),
            "/list/full_walk_due_timestamp_seconds",
            Value::Null,
            "Full read of the list\noff (export.resync.every)\n",
        ),
        (
            with(|status| status.state.verified_at = None),
            "/list/verify_round_timestamp_seconds",
            Value::Null,
            "Verify rounds\nnone has ended yet\n",
        ),
    ])
    .await;
    // The settings do not ask for targets, so nothing is missing.
    let server = serve(of(|list| list.has_slas = None)).await;
    let (_, page) = get(&server, "/").await;
    assert!(!page.contains("SLA"), "{page}");
}

#[tokio::test]
async fn an_export_that_answers_again_is_told_while_it_is_read_beside_the_list() {
    let of = |export| with(|status| status.sources.export = export);
    check(vec![
        (
            of(Some(RefusedExport {
                failure: None,
                next_attempt_at: at(30),
                walk: HALF,
            })),
            "/refused_export/walk/progress_ratio",
            json!(0.5),
            "Export\nZendesk answers again. The export is the source as soon as it is read to its end.\n50 %, expected end\n1970-01-12 13:56:40 UTC\n(in 10 min)\nNext request:\n1970-01-12 13:47:10 UTC\n(in 30 s)\n",
        ),
        (
            of(Some(RefusedExport {
                failure: None,
                next_attempt_at: at(-1),
                walk: WalkStatus::default(),
            })),
            "/refused_export/next_attempt_timestamp_seconds",
            Value::Null,
            "Export\nNext request: running now\n",
        ),
        // The settings exclude the export.
        (of(None), "/refused_export", Value::Null, "is not one\nLogin\n"),
    ])
    .await;
}

/// An account whose export is read.
fn of_admin(fast_lane: FastLane, list_walk: WalkStatus) -> AccountStatus {
    with(|status| {
        status.state.source = (SourceKind::Cursor, SourceReason::Configured);
        status.sources = SourceStatus {
            fast_lane,
            list_walk,
            archived: ArchivedTicketsStatus::CountedFromExport,
            ..SourceStatus::default()
        };
    })
}

#[tokio::test]
async fn the_fast_lane_is_on_or_says_why_it_is_off() {
    let no_room = FastLane::NoRoom {
        requests_per_minute: 4,
    };
    let table = [
        (FastLane::Off, "off", "off (export.list.fast_lane)"),
        (
            FastLane::Waiting,
            "waiting",
            "begins when the export has been read to its end",
        ),
        (
            no_room,
            "no_room",
            "off, because export.list.budget_percent leaves it only 4 requests per minute",
        ),
        (
            FastLane::Starting,
            "starting",
            "begins when the list of tickets has been read to its end:\n50 %, expected end",
        ),
        (FastLane::On, "on", "on\nLogin"),
        (
            FastLane::Returning,
            "returning",
            "the list of tickets is read until the export has been read to its end",
        ),
    ];
    let rows = table.map(|(fast_lane, word, words)| {
        let status = of_admin(fast_lane, HALF);
        (status, "/fast_lane", json!(word), words)
    });
    check(rows.into()).await;
    let not_needed = with(|status| status.sources.fast_lane = FastLane::NotNeeded);
    check(vec![(
        not_needed,
        "/fast_lane",
        json!("not_needed"),
        "Fast lane\nno effect while the list of tickets is the source\n",
    )])
    .await;
}

#[tokio::test]
async fn a_refused_export_says_when_the_list_takes_its_place() {
    let failing = |refusals_to_come| {
        let mut status = of_admin(FastLane::Off, WalkStatus::default());
        fails(&mut status);
        status.sources.refusals_to_come = refusals_to_come;
        status
    };
    check_standings(vec![
        (
            failing(Some(2)),
            "failing",
            "If Zendesk refuses the export 2 more times, the exporter reads the list of tickets instead.",
        ),
        (
            failing(Some(1)),
            "failing",
            "If Zendesk refuses the export again, the exporter reads the list of tickets instead.",
        ),
        (
            failing(Some(0)),
            "failing",
            "The exporter cannot read the list of tickets instead, and tries it again with the next refusal.",
        ),
        (failing(None), "failing", "(in 40 s)\nState\n"),
    ])
    .await;
}

#[tokio::test]
async fn each_standing_of_an_account_that_is_read_from_the_list_is_told() {
    let first_walk = |change: fn(&mut AccountStatus)| {
        with(|status| {
            status.is_caught_up = false;
            status.sources.list_walk = HALF;
            status.state.data_timestamp = Some(at(-7_200));
            change(status);
        })
    };
    check_standings(vec![
        (
            first_walk(|_| ()),
            "catching_up",
            "Reading the list of tickets for the first time. Until this is complete, the metrics do not have all changes.",
        ),
        (
            first_walk(|_| ()),
            "catching_up",
            "First read of the list\n50 %, expected end\n1970-01-12 13:56:40 UTC\n(in 10 min)\nKnown",
        ),
        // Before the first page.
        (
            first_walk(|status| status.sources.list_walk = WalkStatus::default()),
            "catching_up",
            "Reading the list of tickets for the first time.",
        ),
        (
            first_walk(|status| {
                status.state.initial_sync_complete = false;
                status.state.initial_sync_ratio = 0.5;
                status.initial_sync_ends_at = Some(at(600));
            }),
            "first_sync",
            "First sync\n50 %, expected end\n1970-01-12 13:56:40 UTC\n(in 10 min)\nKnown",
        ),
        // After a restart.
        (
            with(|status| status.is_caught_up = false),
            "catching_up",
            "Catching up. The exporter is reading newer changes.",
        ),
        (
            with(fails),
            "failing",
            "Cannot read from Zendesk. The metrics keep their last values.",
        ),
        (
            with(|status| {
                fails(status);
                status.sources.fast_lane = FastLane::On;
            }),
            "failing",
            "Cannot read the export. The metrics have only the changes that the list of tickets shows.",
        ),
    ])
    .await;
}

fn fails(status: &mut AccountStatus) {
    status.state.up = Some(false);
    status.problem = Some(refusal());
}
