mod many_clients;

mod protection;

mod status;

mod sources;

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connections::accept::{HEAD_BYTES_MAX, HEADERS_MAX};
use super::*;
use crate::clock::VirtualClock;
use crate::config::ListenAddress;
use crate::health::{AllHealth, PollerHealth};
use crate::metrics::testing::young_account;
use crate::metrics::{ExporterMetrics, Exposition, Snapshot};
use crate::ticket::UnixSeconds;

const LIMITS: Limits = Limits {
    header_time: Duration::from_secs(60),
    idle_time: Duration::from_secs(60),
    write_time: Duration::from_secs(60),
    drain_time: Duration::from_millis(50),
    connections_max: 16,
    scrapes_max: 4,
    content_bytes_max: 32 * 1024 * 1024,
};

struct Server {
    address: std::net::SocketAddr,
    health: Arc<PollerHealth>,
    clock: Arc<VirtualClock>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

async fn start(limits: Limits) -> Server {
    start_showing(limits, Snapshot::default()).await
}

async fn start_showing(limits: Limits, snapshot: Snapshot) -> Server {
    start_protected(limits, snapshot, Protection::none()).await
}

async fn start_protected(
    limits: Limits,
    snapshot: Snapshot,
    protection: Arc<Protection>,
) -> Server {
    let clock = Arc::new(VirtualClock::starting_at(UnixSeconds(1_000_000)));
    let health = Arc::new(PollerHealth::new("acme", Duration::ZERO));
    let exposition = Exposition::new(
        vec![Arc::new(ArcSwap::from_pointee(snapshot))],
        ExporterMetrics::new(UnixSeconds(1_000_000)),
    );
    let all_health = AllHealth::default();
    all_health.watch(vec![Arc::clone(&health)]);
    let endpoints = Endpoints {
        exposition,
        health: all_health,
        clock: Arc::clone(&clock),
        telemetry_path: "/metrics".to_owned(),
        reload: None,
    };
    let listener = bind(&ListenAddress::Host {
        host: "127.0.0.1".to_owned(),
        port: 0,
    })
    .await
    .expect("a free port");
    let shutdown = CancellationToken::new();
    Server {
        address: listener.local_addr().expect("bound"),
        health,
        clock: Arc::clone(&clock),
        task: tokio::spawn(serve(
            vec![listener],
            router(endpoints, limits, &protection),
            limits,
            protection,
            Arc::clone(&clock),
            shutdown.clone(),
        )),
        shutdown,
    }
}

/// Sends `request` and reads until the server closes.
async fn talk(server: &Server, request: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let body = answer.split_off(end + 4);
    (
        String::from_utf8(answer).expect("ASCII").to_lowercase(),
        body,
    )
}

fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn metrics_come_with_the_exact_content_type() {
    let server = start(LIMITS).await;
    let (head, body) = talk(&server, &request("GET", "/metrics?ignored=1", "")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(
        head.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{head}"
    );
    assert!(!head.contains("content-encoding"), "{head}");
    let text = String::from_utf8(body).expect("UTF-8");
    assert!(
        text.contains("\n# TYPE zendesk_exporter_build_info gauge\n"),
        "{text}"
    );
}

#[tokio::test]
async fn gzip_is_one_member_that_holds_the_same_text() {
    let server = start(LIMITS).await;
    let (head, body) = talk(
        &server,
        &request("GET", "/metrics", "Accept-Encoding: gzip\r\n"),
    )
    .await;
    assert!(head.contains("content-encoding: gzip\r\n"), "{head}");
    assert!(head.contains("vary: accept-encoding\r\n"), "{head}");
    // This decoder stops after the first member.
    let mut decoder = flate2::bufread::GzDecoder::new(body.as_slice());
    let mut text = String::new();
    decoder.read_to_string(&mut text).expect("gzip of UTF-8");
    assert!(text.contains("zendesk_exporter_build_info{"), "{text}");
    assert!(decoder.into_inner().is_empty());
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let server = start(LIMITS).await;
    let (head, body) = talk(&server, &request("HEAD", "/metrics", "")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("content-length: "), "{head}");
    assert!(body.is_empty());
}

#[tokio::test]
async fn other_methods_and_paths_are_refused() {
    let server = start(LIMITS).await;
    let (head, _) = talk(&server, &request("POST", "/metrics", "")).await;
    assert!(head.starts_with("http/1.1 405 "), "{head}");
    assert!(head.contains("allow: get,head"), "{head}");
    let (head, _) = talk(&server, &request("GET", "/nothing", "")).await;
    assert!(head.starts_with("http/1.1 404 "), "{head}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = start(LIMITS).await;
    let padding = format!("X-Padding: {}\r\n", "x".repeat(HEAD_BYTES_MAX));
    let (head, _) = talk(&server, &request("GET", "/metrics", &padding)).await;
    assert!(head.starts_with("http/1.1 431 "), "{head}");
}

#[tokio::test]
async fn a_client_that_sends_nothing_is_disconnected() {
    let server = start(Limits {
        header_time: Duration::from_millis(20),
        ..LIMITS
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    let mut answer = Vec::new();
    // This ends only because the server closes the connection.
    stream.read_to_end(&mut answer).await.expect("closed");
}

/// A snapshot of several MB, which is more than the buffers of a connection can take.
fn large_snapshot() -> Snapshot {
    Snapshot::new(&"x".repeat(1024 * 1024), &young_account(), None)
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let server = start(LIMITS).await;
    let headers = "X: y\r\n".repeat(HEADERS_MAX);
    let (head, _) = talk(&server, &request("GET", "/metrics", &headers)).await;
    assert!(head.starts_with("http/1.1 431 "), "{head}");
}

#[tokio::test]
async fn an_address_without_a_host_takes_ipv4_too() {
    let listener = bind(&ListenAddress::Any { port: 0 }).await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let (client, accepted) = tokio::join!(
        TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)),
        listener.accept(),
    );
    let (_, peer) = accepted.expect("a client");
    let client = client.expect("connects").local_addr().expect("connected");
    assert_eq!(peer.port(), client.port());
}

#[tokio::test]
async fn one_scrape_too_many_is_answered_with_a_time_to_try_again() {
    let server = start(Limits {
        scrapes_max: 0,
        ..LIMITS
    })
    .await;
    let (head, _) = talk(&server, &request("GET", "/metrics", "")).await;
    assert!(head.starts_with("http/1.1 503 "), "{head}");
    assert!(head.contains("retry-after: 1\r\n"), "{head}");
}

#[tokio::test]
async fn health_reports_which_poller_hangs_and_readiness_does_not() {
    let server = start(LIMITS).await;
    let (head, _) = talk(&server, &request("GET", "/-/healthy", "")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    server.clock.advance(Duration::from_secs(301));
    let (head, body) = talk(&server, &request("GET", "/-/healthy", "")).await;
    assert!(head.starts_with("http/1.1 503 "), "{head}");
    let words = String::from_utf8(body).expect("UTF-8");
    assert!(words.contains("the poller of acme"), "{words}");
    let (head, _) = talk(&server, &request("GET", "/-/ready", "")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    server.health.expect_by(Duration::from_secs(301));
    let (head, _) = talk(&server, &request("GET", "/-/healthy", "")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
}

#[tokio::test]
async fn a_shutdown_waits_for_no_client_for_long() {
    let server = start(LIMITS).await;
    // One connection is idle, and one has sent half a head.
    let _idle = TcpStream::connect(server.address).await.expect("connects");
    let mut slow = TcpStream::connect(server.address).await.expect("connects");
    slow.write_all(b"GET /metrics HT").await.expect("sent");
    server.shutdown.cancel();
    server.task.await.expect("the server ends");
}

#[tokio::test]
async fn a_request_that_comes_with_the_shutdown_is_answered() {
    let server = start(LIMITS).await;
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    // Connections are accepted in order, so the first one is accepted when the second one gets its response.
    let ready = request("GET", "/-/ready", "");
    talk(&server, &ready).await;
    stream.write_all(ready.as_bytes()).await.expect("sent");
    server.shutdown.cancel();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
    server.task.await.expect("the server ends");
}

#[tokio::test]
async fn a_port_in_use_is_reported_with_what_to_do() {
    let server = start(LIMITS).await;
    let address = ListenAddress::Host {
        host: "127.0.0.1".to_owned(),
        port: server.address.port(),
    };
    let error = bind(&address).await.expect_err("the port is taken");
    assert_eq!(
        error.to_string(),
        format!(
            "cannot listen on {address}: Address already in use (os error 98); stop the program that uses the port, or set another port in web.listen_address"
        )
    );
}
