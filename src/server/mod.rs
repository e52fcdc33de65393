//! What other programs and people ask: `/metrics`, health, how the accounts are doing.
//!
//! `accept` has the connections, `protection` who may ask, this module the endpoints.

mod accept;

mod connection;

mod encoding;

mod lifecycle;

mod status;

mod page;

mod listen;

mod protection;

mod basic_auth;

mod tls;

#[cfg(test)]
mod tests;

pub use accept::serve;
pub use basic_auth::{BcryptHash, NotBcrypt};
pub use listen::{BindError, ListenAddress, bind};
pub use protection::Protection;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::health::AllHealth;
use crate::metrics::{Exposition, soft_limit};
use crate::reload::ReloadHandle;
use status::Report;

/// `Content-Type` of the text format 0.0.4, exactly: Prometheus 3 refuses a scrape without it.
pub const METRICS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What one client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For agreeing on TLS.
    pub handshake_time: Duration,
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

impl Limits {
    /// The limits of the program. `process_limits` is the text of `/proc/self/limits`.
    pub fn for_process(process_limits: &str) -> Self {
        let files = soft_limit(process_limits, "Max open files").map_or(CONNECTIONS_MAX, |files| {
            (files as usize).saturating_sub(FILES_RESERVED)
        });
        Self {
            handshake_time: Duration::from_secs(10),
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

/// The routes of `service`, behind what `protection` asks for.
pub fn router<C: Clock>(
    service: Service<C>,
    limits: Limits,
    protection: &Arc<Protection>,
) -> Router {
    let guard_state = (Arc::clone(protection), Arc::clone(&service.clock));
    let telemetry_path = service.telemetry_path.clone();
    let shared = Arc::new(Shared {
        service,
        scrapes: Arc::new(Semaphore::new(limits.scrapes_max)),
    });
    Router::new()
        .route(&telemetry_path, get(metrics::<C>))
        .route("/", get(status_page::<C>))
        .route("/api/v1/status", get(status_json::<C>))
        .route("/-/healthy", get(healthy::<C>))
        .route("/-/ready", get(async || "ready\n"))
        .route("/-/reload", post(lifecycle::reload::<C>))
        .with_state(shared)
        .layer(middleware::from_fn_with_state(
            guard_state,
            protection::guard::<C>,
        ))
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
    let problems = shared.health_problems();
    if problems.is_empty() {
        return "healthy\n".into_response();
    }
    let words = problems.join("\n") + "\n";
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}

async fn status_page<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    shared.report(|report| report.page())
}

async fn status_json<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    shared.report(|report| report.json())
}

impl<C: Clock> Shared<C> {
    /// Why the program is not healthy.
    fn health_problems(&self) -> Vec<String> {
        let now = self.service.clock.now().monotonic;
        self.service.health.problems(now)
    }

    /// Shows what the accounts publish now: no lock of a poller, no database.
    fn report(&self, show: impl FnOnce(&Report<'_>) -> Response) -> Response {
        let snapshots = self.service.exposition.snapshots();
        let statuses = snapshots.iter().filter_map(|snapshot| snapshot.status());
        show(&Report {
            now: self.service.clock.now().wall(),
            telemetry_path: &self.service.telemetry_path,
            health_problems: self.health_problems(),
            accounts: statuses.map(Arc::as_ref).collect(),
        })
    }
}
