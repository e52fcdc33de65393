//! Connections: which one a request goes out on, and which one is never used again.
//!
//! A connection goes stale while it is idle: the other side closes it, forgets it, or sends it
//! away. A request that meets such a connection has not failed yet, and whoever asked sends it once
//! more. So it must be known for certain whether a request went out on a connection that had
//! answered before, and no connection may carry two requests at a time. An HTTP client's pool does
//! not tell. Here each connection is an HTTP client of its own that connects once.

mod http_clients;

mod once;

mod proxies;

use std::collections::HashSet;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::CONNECTION;
use reqwest::{Request, Response, StatusCode, Version};

use super::ClientSettings;
use super::trust::Trust;
use crate::error_chain::sources;
use crate::source::{ApiError, Endpoint};
use http_clients::HttpClients;
use once::{AlreadyConnected, ConnectOnce};

/// How long a connection is kept after an answer. Enough for the next page of a walk, and below
/// any poll interval that the settings allow for Zendesk: between two polls the other side, or
/// something in between, may well drop it.
const IDLE_TIME_MAX: Duration = Duration::from_secs(5);

/// Most connections kept: that of the poller and that of the lookups.
const KEPT_MAX: usize = 2;

/// Connections lost in a row, none used twice in between, after which reuse is given up for a while.
const LOST_IN_A_ROW_MAX: u32 = 2;

/// Answers until it is tried again. Something in between may answer once for each connection; this
/// keeps requests that are sent twice rare, as each counts against the account's limits.
const ANSWERS_WITHOUT_REUSE: u32 = 10;

/// The connections of one account.
///
/// Example: a page comes at 0 s, and its connection is kept. The next request at 1 s uses it. The one
/// at 60 s connects anew, because the connection was dropped at 6 s. If the request at 1 s meets a
/// connection that the other side has closed, it ends as [`ApiError::ConnectionLost`], which is no
/// failure, and is sent once more on a fresh connection. A fresh connection that gives no answer is a
/// failure.
#[derive(Debug)]
pub(super) struct Connections {
    http_clients: HttpClients,
    /// Most connections kept.
    kept_max: usize,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Connections that may be used again.
    open: Vec<Connection>,
    /// How often one was kept so far.
    times: u64,
    /// The latest request to these was lost. The next one must go out on a fresh connection, as it
    /// is sent once more and not again.
    lost: HashSet<Endpoint>,
    lost_in_a_row: u32,
    /// Answers that come before the next connection is kept.
    answers_without_reuse: u32,
}

/// An HTTP client that connects once, and that carries one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    http: reqwest::Client,
    once: ConnectOnce,
    has_answered: bool,
    /// Its latest answer was its last one.
    is_closing: bool,
    /// Tells it apart from others that are kept, and from itself when it is kept again.
    kept_as: u64,
}

impl Connection {
    /// A connection that is established by its first request.
    fn new(http_clients: &HttpClients) -> Result<Self, reqwest::Error> {
        let once = ConnectOnce::default();
        Ok(Self {
            http: http_clients.build(once.clone())?,
            once,
            has_answered: false,
            is_closing: false,
            kept_as: 0,
        })
    }
}

impl Connections {
    /// Connects to nothing yet. The system's CA certificates are loaded only for an https address.
    pub(super) fn new(
        settings: &ClientSettings,
        trust: &Trust,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let connections = Self {
            http_clients: HttpClients::new(settings, trust)?,
            kept_max: KEPT_MAX,
            kept: Arc::default(),
        };
        // Made here, so that settings which no client can be made of fail at the start.
        let first = Connection::new(&connections.http_clients)?;
        connections.kept().open.push(first);
        Ok(connections)
    }

    /// Uses no connection twice from now on.
    pub(super) const fn keep_none(&mut self) {
        self.kept_max = 0;
    }

    /// Sends one request and waits for the head of its answer. Once the body is read to its end,
    /// [`Self::keep`] the connection; what is dropped is never used again.
    ///
    /// [`ApiError::ConnectionLost`] where it met a connection that had answered before and did not
    /// answer this time: the next request to the endpoint goes out on a fresh one.
    pub(super) async fn ask(
        &self,
        endpoint: Endpoint,
        request: Request,
    ) -> Result<(Response, Connection), ApiError> {
        let mut connection = self.take(endpoint)?;
        // Kept for the case below, as sending takes the request.
        let again = request.try_clone();
        let mut sent = connection.http.execute(request).await;
        if sent.as_ref().is_err_and(was_closed_before)
            && let Some(again) = again
        {
            // The connection ended while it was idle, and the client refused to connect again. Nothing
            // was sent, so this is no second request.
            connection = self.fresh()?;
            sent = connection.http.execute(again).await;
        }
        match sent {
            Ok(response) if connection.has_answered && is_no_answer(&response) => {
                let status = response.status().as_u16();
                let why = format!("the server asked for a new connection (status {status})");
                Err(self.lose(endpoint, why.into()))
            }
            Ok(response) => {
                // Reuse has worked, so connections do survive between two requests here.
                if connection.has_answered {
                    self.kept().lost_in_a_row = 0;
                }
                connection.has_answered = true;
                connection.is_closing = closes(&response) || is_no_answer(&response);
                Ok((response, connection))
            }
            Err(error) if connection.has_answered => {
                Err(self.lose(endpoint, Box::new(error.without_url())))
            }
            Err(error) if error.is_timeout() && !connection.once.has_connected() => {
                Err(self.http_clients.not_connected())
            }
            Err(error) => Err(self.http_clients.incomplete(error)),
        }
    }

    /// A connection for a request to `endpoint`.
    fn take(&self, endpoint: Endpoint) -> Result<Connection, ApiError> {
        let kept = {
            // Locked in a block of its own: making a client takes long.
            let mut kept = self.kept();
            let must_be_fresh = kept.lost.remove(&endpoint);
            (!must_be_fresh).then(|| kept.open.pop()).flatten()
        };
        match kept {
            Some(connection) => Ok(connection),
            None => self.fresh(),
        }
    }

    fn lose(&self, endpoint: Endpoint, why: Box<dyn Error + Send + Sync>) -> ApiError {
        let mut kept = self.kept();
        kept.lost.insert(endpoint);
        kept.lost_in_a_row = kept.lost_in_a_row.saturating_add(1);
        if kept.lost_in_a_row >= LOST_IN_A_ROW_MAX {
            kept.answers_without_reuse = ANSWERS_WITHOUT_REUSE;
        }
        // Whatever closed this connection, e.g. a restarted proxy, has probably closed the others.
        kept.open.clear();
        ApiError::ConnectionLost(why)
    }

    /// Uses none again of those that are kept: an answer looked whole and was not.
    pub(super) fn forget(&self) {
        self.kept().open.clear();
    }

    /// The answer was read to its end: the connection may be used again for a while, if it stays
    /// open.
    pub(super) fn keep(&self, mut connection: Connection) {
        let mut kept = self.kept();
        if kept.answers_without_reuse > 0 {
            kept.answers_without_reuse -= 1;
            return;
        }
        if connection.is_closing || kept.open.len() >= self.kept_max {
            return;
        }
        kept.times += 1;
        let kept_as = kept.times;
        connection.kept_as = kept_as;
        kept.open.push(connection);
        // A task would otherwise keep the connections of a client alive that a reload has replaced.
        let kept = Arc::downgrade(&self.kept);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE_TIME_MAX).await;
            if let Some(kept) = kept.upgrade() {
                // Used meanwhile and kept again, it has another number, and a later task drops it.
                lock(&kept).open.retain(|open| open.kept_as != kept_as);
            }
        });
    }

    fn fresh(&self) -> Result<Connection, ApiError> {
        Connection::new(&self.http_clients).map_err(|error| self.http_clients.incomplete(error))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether it speaks of the connection and not of the request, which may do on another one: a 408,
/// because the connection was idle for too long, whether or not it says that it is closed (RFC 9110,
/// section 15.5.9), or a 421, because the connection leads to the wrong server (section 15.5.20).
fn is_no_answer(response: &Response) -> bool {
    matches!(
        response.status(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::MISDIRECTED_REQUEST
    )
}

/// Whether the other side says that it closes the connection after this answer.
fn closes(response: &Response) -> bool {
    let says = |option: &str| {
        let lines = response.headers().get_all(CONNECTION).iter();
        lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|said| said.trim().eq_ignore_ascii_case(option))
    };
    match response.version() {
        Version::HTTP_09 | Version::HTTP_10 => !says("keep-alive"),
        Version::HTTP_11 => says("close"),
        // HTTP/2 ends a connection by frames of its own, whatever an answer says.
        _ => false,
    }
}

/// Whether the one connection of the client had ended before this request, so that nothing was sent.
fn was_closed_before(error: &reqwest::Error) -> bool {
    sources(error).any(|source| source.is::<AlreadyConnected>())
}
