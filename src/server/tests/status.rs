//! The status page and its JSON, for accounts in a known state.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::metrics::testing::{counts, starting};
use crate::metrics::{AccountState, AccountStatus, Problem, RequestLimit};
use crate::source::{AuthMethod, SourceKind, SourceReason};
use crate::ticket::{Priority, Status};

/// The wall clock of the tests' server.
pub(super) const NOW: i64 = 1_000_000;

/// An account that cannot be read at the moment.
fn failing() -> AccountStatus {
    let at = |seconds| Some(UnixSeconds(NOW + seconds));
    AccountStatus {
        account: "<b>acme</b> & \"sons\"".to_owned(),
        state: AccountState {
            source: (SourceKind::Time, SourceReason::Configured),
            up: Some(false),
            last_success: at(-120),
            data_timestamp: at(-7_200),
            initial_sync_complete: true,
            initial_sync_ratio: 1.0,
            resync_ratio: Some(0.257),
            state_tickets: 1_234,
            token_expires_at: at(1_800),
            auth_method: AuthMethod::ApiToken,
            ..young_account()
        },
        is_caught_up: true,
        resync_ends_at: at(90_000),
        next_attempt_at: at(42),
        limits: vec![
            RequestLimit {
                name: "account".to_owned(),
                limit: Some(700),
                remaining: Some(698),
                resets_at: at(30),
            },
            RequestLimit {
                name: "<i>".to_owned(),
                limit: Some(10),
                remaining: None,
                resets_at: None,
            },
        ],
        problem: Some(Problem {
            at: UnixSeconds(NOW - 5),
            reason: "auth",
            message: "Zendesk refused the credentials (Zendesk says: <script>alert(1)</script>)"
                .to_owned(),
            advice: Some("check email and api_token in auth"),
            is_over: false,
        }),
        tickets: Some(counts(&[
            (Status::New, Priority::Urgent, 2),
            (Status::New, Priority::Urgent, 3),
            (Status::Open, Priority::None, 40),
            (Status::Hold, Priority::Low, 1),
            (Status::Solved, Priority::Low, 999),
            (Status::Other, Priority::Low, 999),
        ])),
        ..starting()
    }
}

pub(super) async fn serve(status: AccountStatus) -> Server {
    let snapshot = Snapshot::new(&status.account, &status.state, None).with_status(status);
    start_showing(LIMITS, snapshot).await
}

pub(super) async fn get(server: &Server, path: &str) -> (String, String) {
    let (head, body) = talk(server, &request("GET", path, "")).await;
    (head, String::from_utf8(body).expect("UTF-8"))
}

/// What of a page is read, an element a line.
pub(super) fn read(page: &str) -> String {
    let body = page.split_once("<body>").expect("a body").1;
    let texts = body
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text.trim())
        .filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n")
}

/// What is read of the page of [`failing`].
const PAGE: &str = "Zendesk exporter
Prometheus exporter for Zendesk Support accounts, version VERSION. Page created at
1970-01-12 13:46:40 UTC
.
Metrics
Status as JSON
Healthy
Ready
&lt;b&gt;acme&lt;/b&gt; &amp; \"sons\"
Cannot read from Zendesk. The metrics keep their last values.
Zendesk deprecated this login method; API tokens stop working on 2027-04-30. Create an OAuth client, and set client_id and client_secret.
Problem
Zendesk refused the credentials (Zendesk says: &lt;script&gt;alert(1)&lt;/script&gt;).
What to do:
check email and api_token in auth.
1970-01-12 13:46:35 UTC
(5 s ago)
Next attempt:
1970-01-12 13:47:22 UTC
(in 42 s)
Unsolved tickets by status and priority
Status
urgent
high
normal
low
none
all
new
5
0
0
0
0
5
open
0
0
0
0
40
40
pending
0
0
0
0
0
0
hold
0
0
0
1
0
1
all
5
0
0
1
40
46
State
Data as of
1970-01-12 11:46:40 UTC
(2 h ago)
Latest successful answer
1970-01-12 13:44:40 UTC
(2 min ago)
First sync
complete
Resync
25 %, expected end
1970-01-13 14:46:40 UTC
(in 1 d)
Known tickets
1234
Source
incremental ticket export, time based
Fast lane
off (export.list.fast_lane)
Login
API token, token expires
1970-01-12 14:16:40 UTC
(in 30 min)
Request limits of Zendesk, shared with the account's other tools
Limit
Requests
Remaining
Resets
account
700
698
1970-01-12 13:47:10 UTC
(in 30 s)
&lt;i&gt;
10
unknown
unknown";

#[tokio::test]
async fn the_page_of_an_account_in_trouble_says_what_and_what_to_do() {
    let server = serve(failing()).await;
    let (_, page) = get(&server, "/").await;
    let expected = PAGE.replace("VERSION", env!("CARGO_PKG_VERSION"));
    let expected = expected.replace('"', "&quot;");
    assert_eq!(read(&page), expected, "{page}");
}

#[tokio::test]
async fn the_json_of_an_account_in_trouble_has_the_same_values() {
    let server = serve(failing()).await;
    let (head, body) = get(&server, "/api/v1/status").await;
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    assert!(head.contains("cache-control: no-store\r\n"), "{head}");
    let mut shown: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let mut counts = Vec::new();
    for status in ["new", "open", "pending", "hold"] {
        for priority in ["urgent", "high", "normal", "low", "none", "other"] {
            let tickets = match (status, priority) {
                ("new", "urgent") => 5,
                ("open", "none") => 40,
                ("hold", "low") => 1,
                _ => 0,
            };
            counts.push(json!({ "status": status, "priority": priority, "tickets": tickets }));
        }
    }
    let unsolved = shown["accounts"][0]["unsolved_tickets"].take();
    assert_eq!(unsolved, json!(counts));
    let expected = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "timestamp_seconds": 1_000_000,
        "healthy": true,
        "health_problems": [],
        "accounts": [{
            "account": "<b>acme</b> & \"sons\"",
            "state": "failing",
            "up": false,
            "source": "time",
            "source_reason": "configured",
            "refusals_until_list": null,
            "refused_export": null,
            "fast_lane": "off",
            "list_walk": { "progress_ratio": null, "expected_end_timestamp_seconds": null },
            "archived_tickets": "awaits_export",
            "list": null,
            "data_timestamp_seconds": 992_800,
            "last_success_timestamp_seconds": 999_880,
            "next_attempt_timestamp_seconds": 1_000_042,
            "initial_sync": { "progress_ratio": 1.0, "expected_end_timestamp_seconds": null },
            "resync": { "progress_ratio": 0.257, "expected_end_timestamp_seconds": 1_090_000 },
            "state_tickets": 1_234,
            "auth": {
                "method": "api_token",
                "deprecated": true,
                "token_expiry_timestamp_seconds": 1_001_800,
            },
            "rate_limits": [
                { "name": "account", "limit": 700, "remaining": 698, "reset_timestamp_seconds": 1_000_030 },
                { "name": "<i>", "limit": 10, "remaining": null, "reset_timestamp_seconds": null },
            ],
            "last_error": {
                "timestamp_seconds": 999_995,
                "reason": "auth",
                "message": "Zendesk refused the credentials (Zendesk says: <script>alert(1)</script>)",
                "advice": "check email and api_token in auth",
                "over": false,
            },
            "unsolved_tickets": null,
        }],
    });
    assert_eq!(shown, expected);
}

fn known(up: Option<bool>, initial_sync_complete: bool) -> AccountState {
    AccountState {
        up,
        initial_sync_complete,
        initial_sync_ratio: if initial_sync_complete { 1.0 } else { 0.999 },
        ..young_account()
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_done_is_told_as_such() {
    check_standings(vec![
        (
            AccountStatus {
                state: known(Some(false), false),
                ..starting()
            },
            "failing",
            "Cannot read from Zendesk. The account has not been read yet.",
        ),
        (
            AccountStatus {
                state: AccountState {
                    data_timestamp: Some(UnixSeconds(NOW - 60)),
                    ..known(Some(false), false)
                },
                ..starting()
            },
            "failing",
            "The first sync is interrupted; ticket metrics appear when it is complete.",
        ),
        (
            AccountStatus {
                state: AccountState {
                    data_timestamp: Some(UnixSeconds(NOW - 60)),
                    resync_ratio: Some(0.99),
                    ..known(Some(true), true)
                },
                is_caught_up: true,
                resync_settles_at: Some(UnixSeconds(NOW + 900)),
                ..starting()
            },
            "current",
            "reads the end of the export again at\n1970-01-12 14:01:40 UTC\n(in 15 min)",
        ),
    ])
    .await;
}

#[tokio::test]
async fn each_standing_is_told_to_people_and_to_programs() {
    let table = [
        (
            starting(),
            "starting",
            "Starting. Zendesk has not answered yet.",
        ),
        (
            AccountStatus {
                state: known(Some(true), false),
                initial_sync_ends_at: Some(UnixSeconds(NOW + 600)),
                ..starting()
            },
            "first_sync",
            "99 %, expected end\n1970-01-12 13:56:40 UTC\n(in 10 min)",
        ),
        (
            AccountStatus {
                state: known(Some(true), true),
                ..starting()
            },
            "catching_up",
            "Catching up. The exporter is reading newer changes.",
        ),
        (
            AccountStatus {
                state: AccountState {
                    data_timestamp: Some(UnixSeconds(NOW - 600)),
                    ..known(Some(true), true)
                },
                is_caught_up: true,
                ..starting()
            },
            "current",
            "Up to date.",
        ),
        (
            AccountStatus {
                state: AccountState {
                    data_timestamp: Some(UnixSeconds(NOW - 601)),
                    ..known(Some(true), true)
                },
                is_caught_up: true,
                ..starting()
            },
            "behind",
            "Zendesk answers, but its newest data is more than ten minutes old.",
        ),
        (
            AccountStatus {
                is_stopped: true,
                ..failing()
            },
            "stopped",
            "Stopped, because the state file is damaged. The metrics keep their last values.",
        ),
    ];
    check_standings(table.into()).await;
}

/// Serves each of these, and reads the word for programs and the words for people.
pub(super) async fn check_standings(table: Vec<(AccountStatus, &str, &str)>) {
    for (status, word, words) in table {
        let server = serve(status).await;
        let (_, page) = get(&server, "/").await;
        assert!(read(&page).contains(words), "{word}: {}", read(&page));
        let (_, body) = get(&server, "/api/v1/status").await;
        let shown: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(shown["accounts"][0]["state"], word);
    }
}

#[tokio::test]
async fn the_expected_end_of_a_walk_is_never_past_nor_before_the_next_attempt() {
    let at = |seconds| Some(UnixSeconds(NOW + seconds));
    // The end as it was reckoned, the next attempt, and what is shown.
    let table = [
        (600, 42, at(600)),
        (-1, 42, at(42)),
        (10, 42, at(42)),
        (-1, -2, None),
    ];
    for (end, next, expected) in table {
        let status = AccountStatus {
            initial_sync_ends_at: at(end),
            resync_ends_at: at(end),
            next_attempt_at: at(next),
            ..starting()
        };
        let server = serve(status).await;
        let (_, body) = get(&server, "/api/v1/status").await;
        let shown: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        for walk in ["initial_sync", "resync"] {
            assert_eq!(
                shown["accounts"][0][walk]["expected_end_timestamp_seconds"],
                json!(expected.map(|at| at.0)),
                "{walk} {end} {next}"
            );
        }
    }
}

#[tokio::test]
async fn the_page_loads_nothing_runs_nothing_and_says_so_to_the_browser() {
    let server = serve(failing()).await;
    let (head, page) = get(&server, "/").await;
    let style = page.split_once("<style>").expect("a style").1;
    let style = style.split_once("</style>").expect("its end").0;
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()));
    let policy = format!(
        "content-security-policy: default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"
    );
    assert!(head.contains(&policy.to_lowercase()), "{head}");
    for line in [
        "content-type: text/html; charset=utf-8\r\n",
        "cache-control: no-store\r\n",
        "x-content-type-options: nosniff\r\n",
        "x-frame-options: deny\r\n",
        "referrer-policy: no-referrer\r\n",
    ] {
        assert!(head.contains(line), "{head}");
    }
    for foreign in [
        "http:",
        "https:",
        "//",
        "src=",
        "url(",
        "@import",
        "<script",
        "<b>",
        "<i>",
        "<link",
        " style=",
        " onload",
        "javascript:",
    ] {
        assert!(!page.contains(foreign), "{foreign} in {page}");
    }
}

#[tokio::test]
async fn a_poller_that_hangs_is_told_on_the_page_too() {
    let server = serve(starting()).await;
    server.clock.advance(Duration::from_secs(301));
    let (_, page) = get(&server, "/").await;
    let words = "Not healthy: the poller of acme is more than 300 s behind its own deadline. Restart the exporter, and report the problem if it happens again.";
    assert!(read(&page).contains(words), "{page}");
    let (_, body) = get(&server, "/api/v1/status").await;
    let shown: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(shown["healthy"], false);
    assert_eq!(
        shown["health_problems"],
        json!(["the poller of acme is more than 300 s behind its own deadline"])
    );
}

#[tokio::test]
async fn before_anything_is_published_the_page_says_so() {
    let server = start(LIMITS).await;
    let (_, page) = get(&server, "/").await;
    assert!(page.contains("<a href=\"/metrics\">Metrics</a>"), "{page}");
    assert!(
        read(&page).contains("No account has been opened yet."),
        "{page}"
    );
}
