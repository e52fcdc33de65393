//! Connections that went stale: the request that meets one is sent once more, and is no failure.

use std::time::Duration;

use secrecy::SecretString;
use tempfile::TempDir;
use zendesk_exporter::source::{
    ApiError, Auth, Exchange, LookupSource, Page, PageRequest, Position, SourceKind,
    SupportTypeScope, TicketSource,
};
use zendesk_exporter::ticket::{Status, UnixSeconds};
use zendesk_exporter::zendesk::{Client, ClientSettings, TagsAndFields};

use crate::check_sources::LIST;
use crate::peer::{Act, Peer, Protocol, Seen, http1, page};
use crate::program::{Program, checked_online, wait_for};

/// A directory with settings for the account at `base_url`, polled as fast as is allowed.
pub(crate) fn directory(peer: &Peer, base_url: &str, auth: &str, export: &str) -> TempDir {
    let directory = TempDir::new().expect("a directory");
    let settings = format!(
        "accounts:
  - name: acme
    base_url: {base_url}
    allow_http: true
    auth: {auth}
    export: {{ requests_per_minute: 600, {export} }}
    retry: {{ initial: 1s, maximum: 1s }}
"
    );
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).expect("written");
    };
    write("zendesk-exporter.yml", &settings);
    write("authority.pem", &peer.authority);
    directory
}

pub(crate) const TOKEN: &str = "{ access_token: simulator-token }";

const OAUTH: &str = "{ client_id: exporter, client_secret: hush-hush }";

const POLLS: &str = "poll_interval: 1s, search_counts: { every: 0 }";

/// How long the program waits for an answer. What never comes is waited for, but on a busy machine
/// others take a while.
pub(crate) fn patience(act: &Act) -> &'static str {
    match act {
        Act::Silence | Act::BlackHole => "request_timeout: 5s",
        _ => "request_timeout: 60s",
    }
}

/// The address of the peer for a client on this machine.
fn base_url(peer: &Peer, protocol: Protocol) -> String {
    let port = peer.address.port();
    match protocol {
        Protocol::Http => format!("http://127.0.0.1:{port}"),
        Protocol::Https | Protocol::Http2 => format!("https://localhost:{port}"),
    }
}

pub(crate) fn serve(directory: &TempDir, environment: &[(&str, &str)]) -> Program {
    let authority = directory.path().join("authority.pem");
    let authority = authority.display().to_string();
    let trust = [("SSL_CERT_FILE", authority.as_str())];
    Program::serve(directory.path(), &[environment, &trust[..]].concat())
}

/// The sum of the samples whose line begins so.
pub(crate) fn sum(text: &str, sample: &str) -> f64 {
    let lines = text.lines().filter(|line| line.starts_with(sample));
    lines
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

/// Requests to an endpoint that ended with this code.
pub(crate) fn requests(text: &str, endpoint: &str, code: &str) -> f64 {
    let labels = format!("account=\"acme\",code=\"{code}\",endpoint=\"{endpoint}\"");
    sum(
        text,
        &format!("zendesk_exporter_api_requests_total{{{labels}}}"),
    )
}

const EXPORT: &str = "incremental_tickets_cursor";

#[track_caller]
fn no_failure(text: &str, what: &str) {
    let failures = sum(text, "zendesk_exporter_poll_failures_total");
    assert_eq!(failures, 0.0, "{what}:\n{text}");
    assert!(text.contains("zendesk_up{account=\"acme\"} 1"), "{what}");
}

/// The program polls a peer that does this to its first connection when that is used again. Nothing
/// comes of it but one request more, on another connection.
async fn poll_over_a_stale_connection(protocol: Protocol, act: Act) {
    let what = format!("{protocol:?} {act:?}");
    let stale = act.clone();
    let peer = Peer::start(protocol, 1, move |seen| match (seen.connection, seen.nth) {
        (1, 2..) => stale.clone(),
        _ => Act::Answer,
    })
    .await;
    let export = format!("{POLLS}, {}", patience(&act));
    let directory = directory(&peer, &base_url(&peer, protocol), TOKEN, &export);
    tokio::task::spawn_blocking(move || {
        let program = serve(&directory, &[]);
        let text = program.wait_for("polls over the second connection", |text| {
            no_failure_yet(text, &what);
            (requests(text, EXPORT, "200") >= 4.0).then(|| text.to_owned())
        });
        no_failure(&text, &what);
        assert_eq!(requests(&text, EXPORT, "none"), 1.0, "{what}:\n{text}");
        let seen = peer.seen();
        let of_first: Vec<Act> = seen
            .iter()
            .filter(|seen| seen.connection == 1)
            .map(|seen| seen.act.clone())
            .collect();
        assert_eq!(of_first, [Act::Answer, act], "{what}: {seen:?}");
        let whole = |seen: &Seen| seen.line.contains("per_page=1000");
        assert!(seen.iter().all(whole), "{what}: {seen:?}");
    })
    .await
    .expect("no panic");
}

/// Nothing is told as a failure at any time.
#[track_caller]
fn no_failure_yet(text: &str, what: &str) {
    let failures = sum(text, "zendesk_exporter_poll_failures_total");
    assert_eq!(failures, 0.0, "{what}:\n{text}");
    assert!(!text.contains("zendesk_up{account=\"acme\"} 0"), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_went_stale_fails_no_poll() {
    use Protocol::{Http, Http2, Https};
    let table = [
        (Http, Act::Reset),
        (Http, Act::Close),
        (Http, Act::TimedOut),
        (Http, Act::Silence),
        (Https, Act::Reset),
        (Https, Act::Close),
        (Https, Act::TimedOut),
        (Https, Act::Silence),
        (Http2, Act::Reset),
        (Http2, Act::Close),
        (Http2, Act::Silence),
        (Http2, Act::BlackHole),
        (Http2, Act::GoAway),
        (Http2, Act::Refuse),
    ];
    let mut stories = tokio::task::JoinSet::new();
    for (protocol, act) in table {
        stories.spawn(poll_over_a_stale_connection(protocol, act));
    }
    while let Some(story) = stories.join_next().await {
        story.expect("no panic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_asked_for_once_more() {
    let peer = Peer::start(Protocol::Http, 1, |seen| {
        let is_reused = seen.nth > 1 && seen.line.contains("/oauth/tokens");
        if is_reused { Act::Reset } else { Act::Answer }
    })
    .await;
    let directory = directory(&peer, &base_url(&peer, Protocol::Http), OAUTH, POLLS);
    let program = serve(&directory, &[]);
    let text = program.wait_for("new tokens", |text| {
        no_failure_yet(text, "tokens");
        (requests(text, "oauth_tokens", "200") >= 3.0).then(|| text.to_owned())
    });
    no_failure(&text, "tokens");
    let lost = requests(&text, "oauth_tokens", "none");
    assert!((1.0..=3.0).contains(&lost), "{text}");
    let log = program.all_logged();
    assert!(!log.contains("level=warn message=\"cannot"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_is_asked_for_once_more() {
    let twice = std::sync::atomic::AtomicUsize::new(2);
    let peer = Peer::start(Protocol::Http, 1, move |seen| {
        let is_reused = seen.nth > 1 && seen.line.contains("/search/count");
        let relaxed = std::sync::atomic::Ordering::Relaxed;
        let takes_one = |left: usize| left.checked_sub(1);
        if is_reused && twice.fetch_update(relaxed, relaxed, takes_one).is_ok() {
            Act::Close
        } else {
            Act::Answer
        }
    })
    .await;
    let export = "poll_interval: 1s, search_counts: { every: 1h }";
    let directory = directory(&peer, &base_url(&peer, Protocol::Http), TOKEN, export);
    let program = serve(&directory, &[]);
    // The lookups do not wait for the first poll.
    let text = program.wait_for("six counts and a poll", |text| {
        let counts = text.matches("\nzendesk_search_tickets{").count();
        let polled = text.contains("zendesk_up{account=\"acme\"} 1");
        (counts == 6 && polled).then(|| text.to_owned())
    });
    no_failure(&text, "lookups");
    assert_eq!(requests(&text, "search_count", "200"), 6.0, "{text}");
    assert_eq!(requests(&text, "search_count", "none"), 2.0, "{text}");
    let log = program.all_logged();
    assert!(
        !log.contains("cannot get") && !log.contains("the lookup failed"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_lost_twice_is_one_failure() {
    let peer = Peer::start(Protocol::Http, 1, |seen| {
        match (seen.connection, seen.nth) {
            (1, 1) => Act::Answer,
            _ => Act::Reset,
        }
    })
    .await;
    let directory = directory(&peer, &base_url(&peer, Protocol::Http), TOKEN, POLLS);
    let program = serve(&directory, &[]);
    let text = program.wait_for("failures", |text| {
        let failures = sum(text, "zendesk_exporter_poll_failures_total");
        (failures >= 2.0).then(|| text.to_owned())
    });
    let failures = sum(
        &text,
        "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"transport\"}",
    );
    // Those after the first one had no connection that had answered.
    assert_eq!(requests(&text, EXPORT, "none"), failures + 1.0, "{text}");
    assert!(text.contains("zendesk_up{account=\"acme\"} 0"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_online_meets_no_stale_connection() {
    let peer = Peer::start(Protocol::Http, 1, |seen| match seen.nth {
        1 => Act::Answer,
        _ => Act::Reset,
    })
    .await;
    let directory = directory(&peer, &base_url(&peer, Protocol::Http), OAUTH, POLLS);
    let (code, words) = checked_online(directory.path(), &[]);
    assert_eq!(
        (code, words.as_str()),
        (
            Some(0),
            format!("acme: the export can be read, 1 row in a sample of the last 24 hours\n\
                acme: the list of tickets can be read, 1 ticket {LIST}\n\
                acme: the list has no metric sets (export.metric_sets), so waiting times, replies and reopens are missing while it is the source\n\
                acme: with export.source: auto the exporter would read the export\n").as_str()
        )
    );
    // A token, and one request to each of four endpoints.
    assert_eq!(peer.connections(), 5);
}

pub(crate) fn token() -> Auth {
    Auth::AccessToken(SecretString::from("simulator-token"))
}

pub(crate) fn client(peer: &Peer) -> Client {
    client_of(peer, token())
}

pub(crate) fn client_by_oauth(peer: &Peer) -> Client {
    let auth = Auth::ClientCredentials {
        client_id: "exporter".to_owned(),
        client_secret: SecretString::from("hush-hush-hush"),
    };
    client_of(peer, auth)
}

fn client_of(peer: &Peer, auth: Auth) -> Client {
    let settings = client_settings(&base_url(peer, Protocol::Http), auth);
    Client::new(settings).expect("credentials that can be sent")
}

pub(crate) fn client_settings(base_url: &str, auth: Auth) -> ClientSettings {
    ClientSettings {
        base_url: base_url.parse().expect("a URL"),
        auth,
        proxy: None,
        source: SourceKind::Cursor,
        support_type_scope: SupportTypeScope::Agent,
        metric_sets: true,
        slas: false,
        tags_and_fields: TagsAndFields::default(),
        // Longer than anything takes on a busy machine.
        request_timeout: Duration::from_secs(60),
    }
}

pub(crate) async fn fetch(client: &Client) -> Exchange<Page> {
    let start = Position::Time(UnixSeconds(0));
    let page_size = 100;
    let request = PageRequest {
        start,
        page_size,
        account_now: UnixSeconds(0),
        is_time_sure: false,
    };
    client.fetch(&request).await
}

/// Fetches pages from a peer, one after the other, and tells what came of each and on which
/// connection it was asked for.
async fn fetched(times: usize, rule: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> String {
    let peer = Peer::start(Protocol::Http, 1, rule).await;
    let client = client(&peer);
    let mut told = Vec::new();
    for _ in 0..times {
        let outcome = fetch(&client).await.outcome;
        let outcome = outcome.map_or_else(|error| error.reason().to_owned(), |_| "page".to_owned());
        told.push(format!("{} {outcome}", peer.connections()));
    }
    told.join(", ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_after_another_comes_over_the_same_connection() {
    let told = fetched(4, |_| Act::Answer).await;
    assert_eq!(told, "1 page, 1 page, 1 page, 1 page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_not_kept_from_one_poll_to_the_next() {
    let peer = Peer::start(Protocol::Http, 1, |_| Act::Answer).await;
    let client = client(&peer);
    for connection in 1..=2 {
        assert!(fetch(&client).await.outcome.is_ok());
        assert!(fetch(&client).await.outcome.is_ok());
        assert_eq!(peer.connections(), connection);
        wait_for("its end", || {
            (peer.ended() == connection).then_some(()).ok_or("open")
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_seen_to_be_closed_costs_no_request() {
    let peer = Peer::start(Protocol::Http, 1, |_| Act::AnswerAndClose).await;
    let client = client(&peer);
    for connection in 1..=3 {
        assert!(fetch(&client).await.outcome.is_ok(), "{:?}", peer.seen());
        wait_for("its end", || {
            (peer.ended() == connection).then_some(()).ok_or("open")
        });
    }
    let body = page(0, 1).to_string();
    let last = http1("200 OK", "Connection: close\r\n", body.as_bytes());
    let told = fetched(3, move |_| Act::Bytes(last.clone())).await;
    assert_eq!(told, "1 page, 2 page, 3 page");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_ends_in_its_middle_is_a_failure_and_ends_its_connection() {
    let told = fetched(4, |seen| match (seen.connection, seen.nth) {
        (1, 2) => Act::Half,
        _ => Act::Answer,
    })
    .await;
    assert_eq!(told, "1 page, 1 transport, 2 page, 2 page");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_once_a_connection_is_soon_asked_once_a_connection() {
    // Two requests are lost, ten pages come over a connection each, then it is tried again.
    let peer = Peer::start(Protocol::Http, 1, |seen| match seen.nth {
        1 => Act::Answer,
        _ => Act::Close,
    })
    .await;
    let client = client(&peer);
    let mut outcomes = String::new();
    while outcomes.len() < 18 {
        outcomes.push(match fetch(&client).await.outcome {
            Ok(_) => 'p',
            Err(ApiError::ConnectionLost(_)) => 'l',
            Err(error) => panic!("{error:?}"),
        });
    }
    assert_eq!(outcomes, "plplppppppppppplpp");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_sent_once_more_on_a_fresh_connection_whatever_others_there_are() {
    let peer = Peer::start(Protocol::Http, 1, |seen| {
        match (seen.connection, seen.nth) {
            (1, 2) => Act::Reset,
            _ => Act::Answer,
        }
    })
    .await;
    let client = client(&peer);
    assert!(fetch(&client).await.outcome.is_ok());
    let lost = fetch(&client).await;
    assert!(
        matches!(lost.outcome, Err(ApiError::ConnectionLost(_))),
        "{lost:?}"
    );
    assert_eq!((lost.head.status, lost.head.date), (None, None));
    // A lookup comes in between; its connection has answered when the page is asked for again.
    let count = client
        .search_count(Status::Open, UnixSeconds(0))
        .await
        .outcome;
    assert_eq!(count.expect("a count"), Some(7));
    assert!(fetch(&client).await.outcome.is_ok());
    let seen = peer.seen();
    let used: Vec<usize> = seen.iter().map(|seen| seen.connection).collect();
    assert_eq!(used, [1, 1, 2, 3], "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_408_or_421_is_an_answer_only_where_the_connection_was_fresh_and_always_ends_it() {
    for (status, line) in [
        (408, "408 Request Timeout"),
        (421, "421 Misdirected Request"),
    ] {
        let unnamed = http1(line, "", b"");
        let closing = http1(line, "Connection: close\r\n", b"");
        let peer = Peer::start(Protocol::Http, 1, move |seen| {
            match (seen.connection, seen.nth) {
                (1, 1) | (2, 2) => Act::Bytes(unnamed.clone()),
                (3, 2) => Act::Bytes(closing.clone()),
                _ => Act::Answer,
            }
        })
        .await;
        let client = client(&peer);
        let told = async || {
            let exchange = fetch(&client).await;
            let is_lost = matches!(exchange.outcome, Err(ApiError::ConnectionLost(_)));
            (exchange.head.status, is_lost, peer.connections())
        };
        // The connection was fresh.
        assert_eq!(told().await, (Some(status), false, 1));
        // It is not kept.
        assert_eq!(told().await, (Some(200), false, 2));
        // That one had answered before: the request is sent once more on a fresh one.
        assert_eq!(told().await, (None, true, 2));
        assert_eq!(told().await, (Some(200), false, 3));
        assert_eq!(told().await, (None, true, 3));
        assert_eq!(told().await, (Some(200), false, 4));
    }
}

/// The first connection answers once, and from then on ends each answer early, without an error. It
/// is asked twice and not again.
async fn poll_over_a_connection_that_ends_answers(act: Act) {
    let ending = act.clone();
    let peer = Peer::start(Protocol::Http2, 1, move |seen| {
        match (seen.connection, seen.nth) {
            (1, 2..) => ending.clone(),
            _ => Act::Answer,
        }
    })
    .await;
    let directory = directory(&peer, &base_url(&peer, Protocol::Http2), TOKEN, POLLS);
    tokio::task::spawn_blocking(move || {
        let _program = serve(&directory, &[]);
        wait_for("polls over another connection", || {
            let seen = peer.seen();
            let later = seen.iter().filter(|seen| seen.connection > 1).count();
            let first = seen.len() - later;
            assert!(first <= 2, "{seen:?}");
            (later >= 3).then_some(()).ok_or("none")
        });
        let seen = peer.seen();
        assert_eq!(seen[1].act, act, "{seen:?}");
    })
    .await
    .expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_ends_answers_early_is_not_used_again() {
    tokio::join!(
        poll_over_a_connection_that_ends_answers(Act::HeadAlone),
        poll_over_a_connection_that_ends_answers(Act::HalfStream),
    );
}
