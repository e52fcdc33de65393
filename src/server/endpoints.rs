//! What each path answers.

use std::sync::{Arc, Weak};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, IntoResponseParts, Response};
use axum::routing::{get, post};

use super::client_limits::Limits;
use super::connections::ClientConnection;
use super::protection::{Protection, guard};
use super::responses::accept_encoding::accepts_gzip;
use super::responses::content::Content;
use super::responses::unsent::UnsentContents;
use super::single_flight::SingleFlight;
use super::status::Report;
use crate::clock::Clock;
use crate::health::AllHealth;
use crate::metrics::{AccountStatus, Exposition};
use crate::reload::ReloadHandle;
use crate::ticket::UnixSeconds;

/// `Content-Type` of the text format 0.0.4, exactly: Prometheus 3 refuses a scrape without it.
pub const METRICS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the endpoints show and do.
#[derive(Debug)]
pub struct Endpoints<C> {
    /// The metrics.
    pub exposition: Exposition,
    /// The health of the pollers.
    pub health: AllHealth,
    /// For the age of values, and for the limit of requests.
    pub clock: Arc<C>,
    /// The path of the metrics.
    pub telemetry_path: String,
    /// Reloads the settings; `None` if reloading over HTTP is disabled.
    pub reload: Option<ReloadHandle>,
}

struct Shared<C> {
    endpoints: Endpoints<C>,
    unsent: UnsentContents,
    /// The latest scrape as text and as gzip, as long as a client is being sent it. The making includes
    /// the compression: otherwise every client that asks while another one waits would have its own
    /// scrape compressed.
    scrapes: [SingleFlight<Option<Weak<Content>>>; 2],
}

/// The routes of `endpoints`, behind what `protection` requires of a request.
pub fn router<C: Clock>(
    endpoints: Endpoints<C>,
    limits: Limits,
    protection: &Arc<Protection>,
) -> Router {
    let guard_state = (Arc::clone(protection), Arc::clone(&endpoints.clock));
    let telemetry_path = endpoints.telemetry_path.clone();
    let shared = Arc::new(Shared {
        endpoints,
        unsent: UnsentContents::new(limits),
        scrapes: Default::default(),
    });
    Router::new()
        .route(&telemetry_path, get(metrics::<C>))
        .route("/", get(status_page::<C>))
        .route("/api/v1/status", get(status_json::<C>))
        .route("/-/healthy", get(healthy::<C>))
        .route("/-/ready", get(async || "ready\n"))
        .route("/-/reload", post(reload::<C>))
        .with_state(shared)
        .layer(middleware::from_fn_with_state(guard_state, guard::<C>))
}

/// The status page, as HTML, of what `exposition` shows at `now`. For callers without a server, such as the
/// program that draws its picture.
pub fn status_page_of(exposition: &Exposition, now: UnixSeconds) -> String {
    let report = Report {
        now,
        telemetry_path: "/metrics",
        health_problems: Vec::new(),
        accounts: statuses(exposition),
    };
    report.markup().into_string()
}

/// The status of each account that has published one.
fn statuses(exposition: &Exposition) -> Vec<Arc<AccountStatus>> {
    let snapshots = exposition.snapshots();
    let statuses = snapshots.iter().filter_map(|snapshot| snapshot.status());
    statuses.cloned().collect()
}

async fn metrics<C: Clock>(
    State(shared): State<Arc<Shared<C>>>,
    Extension(connection): Extension<Arc<ClientConnection>>,
    headers: HeaderMap,
) -> Response {
    let accepted: Vec<&str> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let is_gzip = accepts_gzip(&accepted.join(","));
    let Some(content) = shared.scrape(is_gzip, &connection).await else {
        return no_room();
    };
    // Before the body: from now on the connection is closed if the content has no room any more.
    connection.receives(content.number);
    let headers = [
        (header::CONTENT_TYPE, METRICS_CONTENT_TYPE),
        (header::VARY, "accept-encoding"),
    ];
    if is_gzip {
        let encoding = [(header::CONTENT_ENCODING, "gzip")];
        (headers, encoding, content.gzip().await).into_response()
    } else {
        (headers, content.text()).into_response()
    }
}

fn no_room() -> Response {
    let retry = [(header::RETRY_AFTER, "1")];
    let text = "too many concurrent scrapes\n";
    (StatusCode::SERVICE_UNAVAILABLE, retry, text).into_response()
}

async fn status_page<C: Clock>(
    State(shared): State<Arc<Shared<C>>>,
    Extension(connection): Extension<Arc<ClientConnection>>,
) -> Response {
    let (headers, page) = shared.report().page();
    shared.send(headers, page, &connection)
}

async fn status_json<C: Clock>(
    State(shared): State<Arc<Shared<C>>>,
    Extension(connection): Extension<Arc<ClientConnection>>,
) -> Response {
    let (headers, json) = shared.report().json();
    shared.send(headers, json, &connection)
}

async fn healthy<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let problems = shared.health_problems();
    if problems.is_empty() {
        return "healthy\n".into_response();
    }
    let text = problems.join("\n") + "\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

/// Reloads the settings, and responds when they are in effect or refused.
async fn reload<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let Some(handle) = &shared.endpoints.reload else {
        let text = "reloading over HTTP is disabled; start the exporter with --web.enable-lifecycle, or send SIGHUP to its process\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    };
    match handle.reload().await {
        Ok(done) => format!("{done}\n").into_response(),
        Err(why) => {
            let text = format!("cannot reload the settings, keeping the previous ones: {why}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}

/// A scrape of more accounts takes so long to make that it is worth asking other tasks first whether they
/// want one too. A scrape of up to this many is made sooner.
const ACCOUNTS_AT_ONCE_MAX: usize = 4;

impl<C: Clock> Shared<C> {
    /// A scrape that was begun after this call, shared with the clients that ask meanwhile. `None` if there
    /// is no room for any.
    async fn scrape(&self, is_gzip: bool, connection: &ClientConnection) -> Option<Arc<Content>> {
        loop {
            let flight = &self.scrapes[usize::from(is_gzip)];
            let mut made = None;
            let make = async {
                let content = self.add_content(self.endpoints.exposition.pieces(), connection)?;
                if is_gzip {
                    content.compress().await;
                }
                Some(Arc::downgrade(made.insert(content)))
            };
            let shared = if self.endpoints.exposition.snapshots().len() > ACCOUNTS_AT_ONCE_MAX {
                flight.get_together(make).await?
            } else {
                flight.get(make).await?
            };
            // All other clients that asked with this one may have read it already. Then nothing holds it
            // any more, and it is made again.
            if let Some(content) = made.or_else(|| shared.upgrade()) {
                return Some(content);
            }
        }
    }

    /// Makes a content of `pieces`. Closes the connections whose contents have no room beside it.
    fn add_content(
        &self,
        pieces: Vec<Bytes>,
        connection: &ClientConnection,
    ) -> Option<Arc<Content>> {
        self.unsent
            .add(pieces, |content| connection.close_recipients(content))
    }

    /// A response whose text counts as unsent until its client has read it.
    fn send(
        &self,
        headers: impl IntoResponseParts,
        text: Bytes,
        connection: &ClientConnection,
    ) -> Response {
        let Some(content) = self.add_content(vec![text], connection) else {
            return no_room();
        };
        connection.receives(content.number);
        (headers, content.text()).into_response()
    }

    /// Why the program is not healthy, a sentence for each poller.
    fn health_problems(&self) -> Vec<String> {
        let now = self.endpoints.clock.now().monotonic;
        self.endpoints.health.problems(now)
    }

    /// What the accounts publish now. Takes no lock of a poller and reads no database.
    fn report(&self) -> Report<'_> {
        Report {
            now: self.endpoints.clock.now().wall(),
            telemetry_path: &self.endpoints.telemetry_path,
            health_problems: self.health_problems(),
            accounts: statuses(&self.endpoints.exposition),
        }
    }
}
