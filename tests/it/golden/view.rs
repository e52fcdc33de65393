//! What the server answers to those who look: `/metrics`, the status page and its JSON.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use zendesk_exporter::clock::VirtualClock;
use zendesk_exporter::health::AllHealth;
use zendesk_exporter::metrics::Exposition;
use zendesk_exporter::server::{Endpoints, Limits, Protection, router, serve};
use zendesk_exporter::ticket::UnixSeconds;

/// What is seen at one moment.
pub(super) struct Seen {
    pub(super) metrics: String,
    pub(super) page: String,
    pub(super) json: String,
}

/// What a server shows of `exposition` at `now`, in Unix seconds.
pub(super) async fn of(exposition: &Exposition, now: i64) -> Seen {
    let clock = Arc::new(VirtualClock::starting_at(UnixSeconds(now)));
    let endpoints = Endpoints {
        exposition: exposition.clone(),
        health: AllHealth::default(),
        clock: Arc::clone(&clock),
        telemetry_path: "/metrics".to_owned(),
        reload: None,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    // All answers are read to their end before it is told to stop.
    let limits = Limits {
        drain_time: Duration::ZERO,
        ..Limits::with_connections(4)
    };
    let protection = Protection::none();
    let shutdown = CancellationToken::new();
    let router = router(endpoints, limits, &protection);
    let serving = serve(
        vec![listener],
        router,
        limits,
        protection,
        clock,
        shutdown.clone(),
    );
    let serving = tokio::spawn(serving);
    let mut bodies = Vec::new();
    for path in ["/metrics", "/", "/api/v1/status"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: exporter\r\nconnection: close\r\n\r\n");
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("a text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        bodies.push(body.to_owned());
    }
    shutdown.cancel();
    serving.await.expect("it ends");
    let [metrics, page, json] = bodies.try_into().expect("three");
    Seen {
        metrics,
        page: in_lines(&page, |before, after| before == '>' && after == '<')
            .replace(&format!("version {VERSION}."), "version <masked>."),
        json: in_lines(&json, |before, after| {
            matches!(before, ',' | '{' | '[') && matches!(after, '"' | '{')
        })
        .replace(
            &format!("\"version\":\"{VERSION}\""),
            "\"version\":\"<masked>\"",
        ),
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The text with a line break at each place that `is_break` is told of by the characters around it: a page and a JSON are
/// written without.
fn in_lines(text: &str, is_break: impl Fn(char, char) -> bool) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 8);
    let mut before = None;
    for character in text.chars() {
        if before.is_some_and(|before| is_break(before, character)) {
            lines.push('\n');
        }
        lines.push(character);
        before = Some(character);
    }
    lines
}
