//! What other programs and people ask: `/metrics`, health, a landing page.
//!
//! An accept loop of our own around hyper, because `axum::serve` limits neither the time for
//! headers nor the number of connections, nor how long a shutdown may take.

mod connection;

mod encoding;

mod lifecycle;

mod listen;

#[cfg(test)]
mod tests;

pub use listen::{BindError, ListenAddress, bind};

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::clock::Clock;
use crate::health::AllHealth;
use crate::metrics::{Exposition, soft_limit};
use crate::reload::ReloadHandle;
use connection::WriteTimeout;

/// `Content-Type` of the text format 0.0.4, exactly: Prometheus 3 refuses a scrape without it.
pub const METRICS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What one client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a request's headers, and between two requests of a connection.
    pub header_time: Duration,
    /// For an answer, from when it first has to wait for the client until all of it is taken.
    pub write_time: Duration,
    /// For answers under way when the program ends.
    pub drain_time: Duration,
    /// Connections at a time, further ones wait in the system's queue.
    pub connections_max: usize,
    /// Scrapes at a time, until the last byte is taken; further ones are told to come again.
    pub scrapes_max: usize,
}

/// Connections where the system allows many files.
const CONNECTIONS_MAX: usize = 512;

/// Files kept free for the states, their logs, and requests to Zendesk.
const FILES_RESERVED: usize = 64;

/// Longest head of a request.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Most headers of a request.
const HEADERS_MAX: usize = 64;

impl Limits {
    /// The limits of the program. `process_limits` is the text of `/proc/self/limits`.
    pub fn for_process(process_limits: &str) -> Self {
        let files = soft_limit(process_limits, "Max open files").map_or(CONNECTIONS_MAX, |files| {
            (files as usize).saturating_sub(FILES_RESERVED)
        });
        Self {
            // Longer than usual scrape intervals, so that Prometheus can keep its connection.
            header_time: Duration::from_secs(90),
            write_time: Duration::from_secs(30),
            drain_time: Duration::from_secs(1),
            connections_max: files.clamp(8, CONNECTIONS_MAX),
            scrapes_max: 4,
        }
    }
}

/// What the endpoints show.
#[derive(Debug)]
pub struct Service<C> {
    /// The metrics.
    pub exposition: Exposition,
    /// The pollers.
    pub health: AllHealth,
    /// For deadlines.
    pub clock: Arc<C>,
    /// Where the metrics are.
    pub telemetry_path: String,
    /// Who reloads the settings; `None` if nobody may ask for it over HTTP.
    pub reload: Option<ReloadHandle>,
}

struct Shared<C> {
    service: Service<C>,
    scrapes: Arc<Semaphore>,
}

/// The routes of `service`.
pub fn router<C: Clock>(service: Service<C>, limits: Limits) -> Router {
    let telemetry_path = service.telemetry_path.clone();
    let shared = Arc::new(Shared {
        service,
        scrapes: Arc::new(Semaphore::new(limits.scrapes_max)),
    });
    Router::new()
        .route(&telemetry_path, get(metrics::<C>))
        .route("/", get(landing_page::<C>))
        .route("/-/healthy", get(healthy::<C>))
        .route("/-/ready", get(async || "ready\n"))
        .route("/-/reload", post(lifecycle::reload::<C>))
        .with_state(shared)
}

async fn metrics<C: Clock>(State(shared): State<Arc<Shared<C>>>, headers: HeaderMap) -> Response {
    let Ok(place) = Arc::clone(&shared.scrapes).try_acquire_owned() else {
        let retry = [(header::RETRY_AFTER, "1")];
        let words = "too many scrapes at a time\n";
        return (StatusCode::SERVICE_UNAVAILABLE, retry, words).into_response();
    };
    let text = shared.service.exposition.encode();
    let accepted: Vec<&str> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let mut response_headers = HeaderMap::from_iter([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(METRICS_CONTENT_TYPE),
        ),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    let body = if encoding::accepts_gzip(&accepted.join(",")) {
        response_headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        encoding::gzip(text.as_bytes())
    } else {
        text.into_bytes()
    };
    let answer = Bytes::from_owner(ScrapeBody {
        bytes: body,
        _place: place,
    });
    (response_headers, Body::from(answer)).into_response()
}

/// The bytes of a scrape, with its place among [`Limits::scrapes_max`]: as long as a client has not
/// taken them they fill memory, so the place is free only when they are dropped.
struct ScrapeBody {
    bytes: Vec<u8>,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for ScrapeBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

async fn healthy<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let now = shared.service.clock.now().monotonic;
    let problems = shared.service.health.problems(now);
    if problems.is_empty() {
        return "healthy\n".into_response();
    }
    let words = problems.join("\n") + "\n";
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}

async fn landing_page<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let page = LANDING_PAGE
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{telemetry_path}", &shared.service.telemetry_path);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ];
    (headers, page).into_response()
}

/// The telemetry path goes in as it is: the settings allow no character that HTML would read.
const LANDING_PAGE: &str = "\
<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>Zendesk exporter</title>
</head>
<body>
<h1>Zendesk exporter</h1>
<p>Zendesk Support accounts as a Prometheus target.</p>
<p>Version {version}</p>
<ul>
<li><a href=\"{telemetry_path}\">Metrics</a></li>
<li><a href=\"/-/healthy\">Healthy</a></li>
<li><a href=\"/-/ready\">Ready</a></li>
</ul>
</body>
</html>
";

/// Serves `router` on `listeners` until `shutdown`, then lets answers under way end for
/// `limits.drain_time` at most.
pub async fn serve(
    listeners: Vec<TcpListener>,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let connections = Arc::new(Semaphore::new(limits.connections_max));
    let loops = listeners.into_iter().map(|listener| {
        tokio::spawn(accept_loop(
            listener,
            router.clone(),
            limits,
            Arc::clone(&connections),
            shutdown.clone(),
        ))
    });
    for accept_loop in loops.collect::<Vec<_>>() {
        if accept_loop.await.is_err() {
            warn!("an accept loop stopped unexpectedly");
        }
    }
}

async fn accept_loop(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    connections: Arc<Semaphore>,
    shutdown: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    loop {
        // A place first: a connection that is accepted is served.
        let place = tokio::select! {
            () = shutdown.cancelled() => break,
            place = Arc::clone(&connections).acquire_owned() => place,
        };
        let stream = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // The last part of a large scrape must not wait for an acknowledgement.
                    if let Err(error) = stream.set_nodelay(true) {
                        debug!(%error, "cannot turn off Nagle's algorithm");
                    }
                    stream
                }
                Err(error) => {
                    // Out of files, or a client that went away: neither may end the loop, nor
                    // make it spin.
                    debug!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let connection = graceful.watch(serve_connection(stream, &router, limits));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!(%error, "a connection ended badly");
            }
            drop(place);
        });
    }
    drop(listener);
    // Whoever is not done by then is cut off when the program ends.
    let _ = tokio::time::timeout(limits.drain_time, graceful.shutdown()).await;
}

/// The wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// HTTP/1.1 only: the builder that also knows HTTP/2 waits for ever on a client that says nothing.
fn serve_connection(
    stream: TcpStream,
    router: &Router,
    limits: Limits,
) -> http1::Connection<TokioIo<WriteTimeout<TcpStream>>, TowerToHyperService<Router>> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(
            TokioIo::new(WriteTimeout::new(stream, limits.write_time)),
            TowerToHyperService::new(router.clone()),
        )
}
