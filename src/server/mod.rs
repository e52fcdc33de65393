//! What other programs and people ask: `/metrics`, health, how the accounts are doing.
//!
//! `accept` has the connections, `protection` who may ask, this module the endpoints.

mod limits;

mod connections;

mod single_flight;

mod responses;

mod status;

mod listen;

mod web_file;

mod protection;

#[cfg(test)]
mod tests;

pub use connections::accept::serve;
pub use limits::Limits;
pub use listen::{BindError, bind};
pub use protection::Protection;

use std::sync::{Arc, Weak};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::clock::Clock;
use crate::health::AllHealth;
use crate::metrics::{AccountStatus, Exposition};
use crate::reload::ReloadHandle;
use crate::ticket::UnixSeconds;
use connections::Visitor;
use responses::accept_encoding;
use responses::content::Content;
use responses::unsent::Shelf;
use single_flight::Latest;
use status::Report;

/// `Content-Type` of the text format 0.0.4, exactly: Prometheus 3 refuses a scrape without it.
pub const METRICS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

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
    shelf: Shelf,
    /// The latest scrape as text and as gzip, while any client is being sent it. Compressing is a part of
    /// making it: otherwise those who ask one after the other would all have theirs compressed at a time.
    scrapes: [Latest<Option<Weak<Content>>>; 2],
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
        shelf: Shelf::new(limits),
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
        .layer(middleware::from_fn_with_state(
            guard_state,
            protection::guard::<C>,
        ))
}

/// The status page, as HTML, of what `exposition` shows at `now`. For callers without a server, such as the
/// program that draws its picture.
pub fn page_of(exposition: &Exposition, now: UnixSeconds) -> String {
    let report = Report {
        now,
        telemetry_path: "/metrics",
        health_problems: Vec::new(),
        accounts: statuses(exposition),
    };
    report.markup().into_string()
}

/// How the accounts are, of which something is published.
fn statuses(exposition: &Exposition) -> Vec<Arc<AccountStatus>> {
    let snapshots = exposition.snapshots();
    let statuses = snapshots.iter().filter_map(|snapshot| snapshot.status());
    statuses.cloned().collect()
}

async fn metrics<C: Clock>(
    State(shared): State<Arc<Shared<C>>>,
    Extension(visitor): Extension<Arc<Visitor>>,
    headers: HeaderMap,
) -> Response {
    let accepted: Vec<&str> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let is_gzip = accept_encoding::accepts_gzip(&accepted.join(","));
    let Some(content) = shared.scrape(is_gzip, &visitor).await else {
        return no_room();
    };
    visitor.holds(content.number);
    let mut response_headers = HeaderMap::from_iter([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(METRICS_CONTENT_TYPE),
        ),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    let body = if is_gzip {
        response_headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        content.gzip().await
    } else {
        content.text()
    };
    (response_headers, body).into_response()
}

/// A scrape of so many accounts is made faster than others are asked whether they want one, too.
const ACCOUNTS_AT_ONCE: usize = 4;

fn no_room() -> Response {
    let retry = [(header::RETRY_AFTER, "1")];
    let words = "too many concurrent scrapes\n";
    (StatusCode::SERVICE_UNAVAILABLE, retry, words).into_response()
}

async fn healthy<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let problems = shared.health_problems();
    if problems.is_empty() {
        return "healthy\n".into_response();
    }
    let words = problems.join("\n") + "\n";
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}

async fn status_page<C: Clock>(
    State(shared): State<Arc<Shared<C>>>,
    Extension(visitor): Extension<Arc<Visitor>>,
) -> Response {
    let (headers, page) = shared.report().page();
    shared.send(headers, page, &visitor)
}

async fn status_json<C: Clock>(
    State(shared): State<Arc<Shared<C>>>,
    Extension(visitor): Extension<Arc<Visitor>>,
) -> Response {
    let (headers, json) = shared.report().json();
    shared.send(headers, json, &visitor)
}

/// Reloads the settings, and answers when they are in effect or refused.
async fn reload<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let Some(handle) = &shared.service.reload else {
        return (StatusCode::FORBIDDEN, LIFECYCLE_IS_OFF).into_response();
    };
    match handle.reload().await {
        Ok(words) => format!("{words}\n").into_response(),
        Err(why) => {
            let words = format!("cannot reload the settings, keeping the previous ones: {why}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
        }
    }
}

const LIFECYCLE_IS_OFF: &str = "reloading over HTTP is disabled; start the exporter with --web.enable-lifecycle, or send SIGHUP to its process\n";

impl<C: Clock> Shared<C> {
    /// A scrape of now, shared with those who asked for one meanwhile; `None` if there is no room for
    /// any.
    async fn scrape(&self, is_gzip: bool, visitor: &Visitor) -> Option<Arc<Content>> {
        loop {
            let latest = &self.scrapes[usize::from(is_gzip)];
            let mut made = None;
            let make = async {
                let content = self.put(self.service.exposition.pieces(), visitor)?;
                if is_gzip {
                    content.compress().await;
                }
                Some(Arc::downgrade(made.insert(content)))
            };
            let shared = if self.service.exposition.snapshots().len() > ACCOUNTS_AT_ONCE {
                latest.get_with_others(make).await?
            } else {
                latest.get(make).await?
            };
            // Everybody who asked with us may have it already, and then it is gone.
            if let Some(content) = made.or_else(|| shared.upgrade()) {
                return Some(content);
            }
        }
    }

    fn put(&self, pieces: Vec<Bytes>, visitor: &Visitor) -> Option<Arc<Content>> {
        self.shelf
            .put(pieces, |content| visitor.send_holders_away(content))
    }

    /// A response whose body counts for as long as its client does not take it.
    fn send(&self, headers: HeaderMap, text: Bytes, visitor: &Visitor) -> Response {
        let Some(content) = self.put(vec![text], visitor) else {
            return no_room();
        };
        visitor.holds(content.number);
        (headers, content.text()).into_response()
    }

    /// Why the program is not healthy.
    fn health_problems(&self) -> Vec<String> {
        let now = self.service.clock.now().monotonic;
        self.service.health.problems(now)
    }

    /// What the accounts publish now: no lock of a poller, no database.
    fn report(&self) -> Report<'_> {
        Report {
            now: self.service.clock.now().wall(),
            telemetry_path: &self.service.telemetry_path,
            health_problems: self.health_problems(),
            accounts: statuses(&self.service.exposition),
        }
    }
}
