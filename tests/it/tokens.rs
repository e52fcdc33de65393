//! OAuth tokens that the lookups ask for, beside a poller that has one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use zendesk_exporter::clock::{Clock as _, VirtualClock};
use zendesk_exporter::ledger::SeriesSettings;
use zendesk_exporter::lookups::{COUNTED, LookupOutlets, LookupSettings, Lookups, SharedFindings};
use zendesk_exporter::metrics::ExporterMetrics;
use zendesk_exporter::schedule::{Retry, SharedAccountClock};
use zendesk_exporter::source::{ApiError, Auth, Login, LookupSource, Session, TokenUse};
use zendesk_exporter::ticket::{Status, UnixSeconds};
use zendesk_exporter::zendesk::{Client, ClientSettings};

use crate::connections::{client_settings, fetch};
use crate::desk::NOW;
use crate::peer::{Act, Peer, Protocol, Seen, http1};

fn client(base_url: &str, request_timeout: Duration) -> Client {
    let auth = Auth::ClientCredentials {
        client_id: "exporter".to_owned(),
        client_secret: "hush-hush-hush".into(),
    };
    Client::new(ClientSettings {
        request_timeout,
        ..client_settings(base_url, auth)
    })
    .expect("credentials that can be sent")
}

/// An account that refuses the first token for its counts, and answers the first request for
/// another one like this.
async fn peer_that_gives_the_second_token_late(act: Act) -> Peer {
    let asked = AtomicUsize::new(0);
    let given = AtomicUsize::new(0);
    let token = http1("200 OK", "", br#"{"access_token":"a-token-without-end"}"#);
    let refused = http1("401 Unauthorized", "", br#"{"error":"invalid_token"}"#);
    Peer::start(Protocol::Http, 1, move |seen| {
        if seen.line.contains("/oauth/tokens") {
            if asked.fetch_add(1, Ordering::Relaxed) == 1 {
                return act.clone();
            }
            given.fetch_add(1, Ordering::Relaxed);
            return Act::Bytes(token.clone());
        }
        if given.load(Ordering::Relaxed) < 2 {
            return Act::Bytes(refused.clone());
        }
        Act::Answer
    })
    .await
}

/// The lookups of an account whose counts are wanted every hour.
fn lookups(client: Client, clock: &Arc<VirtualClock>) -> Lookups<VirtualClock, Client> {
    let settings = LookupSettings {
        account: "acme".to_owned(),
        search_counts_every: Some(Duration::from_secs(3600)),
        is_whole: true,
        names: Vec::new(),
        retry: Retry {
            initial: Duration::from_secs(1),
            maximum: Duration::from_secs(300),
        },
        seed: 7,
    };
    let exporter = ExporterMetrics::new(UnixSeconds(NOW));
    let outlets = LookupOutlets {
        metrics: exporter.for_account("acme", &settings.endpoints(), &SeriesSettings::default()),
        findings: SharedFindings::default(),
        published: Arc::default(),
        account_clock: SharedAccountClock::default(),
    };
    Lookups::new(settings, Arc::clone(clock), Arc::new(client), outlets)
}

fn requests(peer: &Peer, path: &str) -> usize {
    let seen = peer.seen();
    let to_it = |seen: &&Seen| seen.line.contains(path);
    seen.iter().filter(to_it).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_come_holds_the_lookups_up_no_longer_than_a_failure_that_passes() {
    let down = http1("503 Service Unavailable", "", b"");
    let no_token = http1("200 OK", "", b"<html>Back in a minute</html>");
    let limited = http1("429 Too Many Requests", "Retry-After: 20\r\n", b"");
    for act in [
        Act::Reset,
        Act::Close,
        Act::TimedOut,
        Act::Half,
        Act::Bytes(down),
        Act::Bytes(no_token),
        Act::Bytes(limited),
        Act::Silence,
    ] {
        let what = format!("{act:?}");
        let patience = match act {
            Act::Silence => Duration::from_secs(5),
            _ => Duration::from_secs(60),
        };
        let peer = peer_that_gives_the_second_token_late(act).await;
        let clock = Arc::new(VirtualClock::starting_at(UnixSeconds(NOW)));
        let address = format!("http://{}", peer.address);
        let mut lookups = lookups(client(&address, patience), &clock);
        let shutdown = CancellationToken::new();
        // A token, a count that is refused, two requests for the next token, and the counts.
        for _ in 0..4 + COUNTED.len() {
            assert!(lookups.step(&shutdown).await.is_continue(), "{what}");
        }
        let asked = format!("{what}: {:?}", peer.seen());
        assert_eq!(requests(&peer, "/oauth/tokens"), 3, "{asked}");
        assert_eq!(
            requests(&peer, "/search/count"),
            1 + COUNTED.len(),
            "{asked}"
        );
        let took = clock.now().monotonic;
        assert!(took < Duration::from_secs(60), "{took:?}, {asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_next_token_is_refused_the_present_one_has_to_do() {
    let refused = http1("401 Unauthorized", "", br#"{"error":"invalid_client"}"#);
    let peer = peer_that_gives_the_second_token_late(Act::Bytes(refused)).await;
    let client = client(&format!("http://{}", peer.address), Duration::from_secs(60));
    let now = VirtualClock::starting_at(UnixSeconds(NOW)).now();
    let login = || client.login(TokenUse::Lookups, now);
    assert_eq!(login(), Login::Required);
    let renewal = client
        .renew(TokenUse::Lookups, now)
        .await
        .expect("asked for");
    assert!(renewal.outcome.is_ok());
    let count = client
        .search_count(Status::Open, UnixSeconds(0))
        .await
        .outcome;
    assert!(matches!(count, Err(ApiError::TokenExpired)), "{count:?}");
    assert_eq!(login(), Login::Required);
    let renewal = client
        .renew(TokenUse::Lookups, now)
        .await
        .expect("asked for");
    let outcome = renewal.outcome;
    assert!(
        matches!(outcome, Err(ApiError::Unauthorized { .. })),
        "{outcome:?}"
    );
    assert_eq!(login(), Login::NotNeeded);
}

/// The next request that comes in, and the connection to answer it on.
async fn next_request(listener: &TcpListener) -> (String, TcpStream) {
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a request"));
    }
    (String::from_utf8(head).expect("text"), stream)
}

async fn answer(mut stream: TcpStream, status: &str, body: &str) {
    let bytes = http1(status, "Connection: close\r\n", body.as_bytes());
    stream.write_all(&bytes).await.expect("sent");
    stream.shutdown().await.expect("sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_under_way_with_the_token_before_does_not_take_the_next_one_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let client = client(&format!("http://{address}"), Duration::from_secs(60));
    let client = Arc::new(client);
    let now = VirtualClock::starting_at(UnixSeconds(NOW)).now();
    let give = async |token: &str| {
        let (head, stream) = next_request(&listener).await;
        assert!(head.starts_with("POST /oauth/tokens "), "{head}");
        answer(
            stream,
            "200 OK",
            &format!(r#"{{"access_token":"{token}"}}"#),
        )
        .await;
    };
    let renewed = tokio::join!(
        client.renew(TokenUse::Tickets, now),
        give("the-first-token")
    )
    .0;
    assert!(renewed.expect("asked for").outcome.is_ok());

    // A page is asked for, and its answer takes a while.
    let polled = tokio::spawn({
        let client = Arc::clone(&client);
        async move { fetch(&client).await.outcome }
    });
    let (head, page) = next_request(&listener).await;
    assert!(head.contains("Bearer the-first-token"), "{head}");

    // Meanwhile a count is refused, and the lookups get another token.
    let refuse = async {
        let (_, stream) = next_request(&listener).await;
        answer(stream, "401 Unauthorized", r#"{"error":"invalid_token"}"#).await;
    };
    let count = tokio::join!(client.search_count(Status::Open, UnixSeconds(0)), refuse).0;
    assert!(matches!(count.outcome, Err(ApiError::TokenExpired)));
    let renewal = client.renew(TokenUse::Lookups, now);
    let renewed = tokio::join!(renewal, give("the-next-token")).0;
    assert!(renewed.expect("asked for").outcome.is_ok());

    answer(page, "401 Unauthorized", r#"{"error":"invalid_token"}"#).await;
    let outcome = polled.await.expect("no panic");
    assert!(
        matches!(outcome, Err(ApiError::TokenExpired)),
        "{outcome:?}"
    );
    assert_eq!(client.login(TokenUse::Tickets, now), Login::NotNeeded);
    let end = r#"{"tickets":[],"after_cursor":"x","end_of_stream":true}"#;
    let again = async {
        let (head, stream) = next_request(&listener).await;
        assert!(head.contains("Bearer the-next-token"), "{head}");
        answer(stream, "200 OK", end).await;
    };
    let page = tokio::join!(fetch(&client), again).0;
    assert!(page.outcome.is_ok(), "{:?}", page.outcome);
}
