//! The accept loop of each listener, and TLS and HTTP on what it accepts.
//!
//! The loop is our own, because `axum::serve` limits neither the time for heads nor the number of
//! connections, nor how long a shutdown takes.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::activity::ConnectionEvent;
use super::client_stream::ClientStream;
use super::registry::{ClientConnection, ClientConnections};
use crate::clock::Clock;
use crate::open_files::CONNECTIONS_CLOSING_MAX;
use crate::server::client_limits::Limits;
use crate::server::protection::Protection;

/// Longest head of a request.
pub(in crate::server) const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Most headers of a request.
pub(in crate::server) const HEADERS_MAX: usize = 64;

/// Serves `router` on `listeners` until `shutdown`, with TLS if `protection` requires it. After that
/// waits up to `limits.drain_time` for responses that are under way.
pub async fn serve<C: Clock>(
    listeners: Vec<TcpListener>,
    router: Router,
    limits: Limits,
    protection: Arc<Protection>,
    clock: Arc<C>,
    shutdown: CancellationToken,
) {
    let now = Arc::new(move || clock.now().monotonic);
    let acceptor = Acceptor {
        router,
        limits,
        protection,
        connections: ClientConnections::new(limits.connections_max, now),
        permits: Arc::new(Semaphore::new(
            limits.connections_max + CONNECTIONS_CLOSING_MAX,
        )),
    };
    let loops = listeners
        .into_iter()
        .map(|listener| tokio::spawn(accept_loop(listener, acceptor.clone(), shutdown.clone())));
    for accept_loop in loops.collect::<Vec<_>>() {
        if accept_loop.await.is_err() {
            warn!("a listener stopped unexpectedly");
        }
    }
}

async fn accept_loop(listener: TcpListener, acceptor: Acceptor, shutdown: CancellationToken) {
    let graceful = GracefulShutdown::new();
    // Tells connections without a request under way to end.
    let closing = CancellationToken::new();
    let mut failures = AcceptFailures::default();
    loop {
        // Taken before the client is accepted, so that clients beyond the limit wait in the queue of the
        // system and not in memory of ours.
        let permit = tokio::select! {
            () = shutdown.cancelled() => break,
            permit = Arc::clone(&acceptor.permits).acquire_owned() => permit,
        };
        let stream = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // A failed accept neither ends the loop nor makes it spin. Where the client has gone
                    // away, the next one can be accepted at once.
                    if is_exhausted(&error) {
                        acceptor.connections.close_one();
                        failures.log(&error, (acceptor.connections.now)());
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                    continue;
                }
            },
        };
        if let Err(error) = set_options(&stream) {
            debug!(%error, "cannot set the options of a connection");
        }
        let connection = acceptor.connections.add();
        let (acceptor, watcher, closing) = (acceptor.clone(), graceful.watcher(), closing.clone());
        tokio::spawn(async move {
            // The permit is held until the socket is closed.
            let _permit = permit;
            tokio::select! {
                biased;
                () = connection.is_to_be_closed() => {}
                () = acceptor.serve(stream, &connection, watcher, closing) => {}
            }
        });
    }
    // Later clients must not wait for a program that ends. A socket of systemd stays open, and the next
    // start accepts them.
    drop(listener);
    let end = async {
        if graceful.count() > 0 {
            tokio::time::sleep(FIRST_REQUEST_WAIT).await;
        }
        closing.cancel();
        graceful.shutdown().await;
    };
    // Connections that are left then end with the program.
    let _ = tokio::time::timeout(acceptor.limits.drain_time, end).await;
}

/// How long the end still waits for connections that were accepted and have not sent a request: it can be on
/// its way. To close such a connection would refuse a client, although a socket of systemd keeps listening.
const FIRST_REQUEST_WAIT: Duration = Duration::from_millis(200);

/// How many bytes of a response the system buffers for a client that does not read them. Without this it
/// buffers megabytes for each such client, and other clients wait while these are copied.
const UNSENT_BYTES_MAX: u32 = 256 * 1024;

fn set_options(stream: &TcpStream) -> io::Result<()> {
    // The last part of a large scrape must not wait for an acknowledgement.
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX)
}

/// The wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Whether an accept failed because the process or the system is out of files or memory, and not because
/// the client went away. The numbers are those of Linux: `ENOMEM`, `ENFILE`, `EMFILE`, `ENOBUFS`.
fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(12 | 23 | 24 | 105))
}

/// When failures to accept were last logged, on the monotonic clock.
#[derive(Debug, Default)]
struct AcceptFailures {
    logged_at: Option<Duration>,
}

/// The least time between two warnings that connections cannot be accepted.
const LOGGED_EVERY: Duration = Duration::from_mins(10);

impl AcceptFailures {
    fn log(&mut self, error: &io::Error, now: Duration) {
        if self.is_to_be_logged(now) {
            warn!(
                %error,
                advice = "raise the limit of open files (LimitNOFILE= in a systemd unit, ulimit -n in a shell)",
                "cannot accept connections, closing the one that has been idle longest"
            );
        }
    }

    fn is_to_be_logged(&mut self, now: Duration) -> bool {
        let is_due = self
            .logged_at
            .is_none_or(|logged_at| now >= logged_at + LOGGED_EVERY);
        if is_due {
            self.logged_at = Some(now);
        }
        is_due
    }
}

/// Serves what the listeners accept.
#[derive(Clone)]
struct Acceptor {
    router: Router,
    limits: Limits,
    protection: Arc<Protection>,
    connections: Arc<ClientConnections>,
    /// One for each socket, also for those that are being closed.
    permits: Arc<Semaphore>,
}

/// How many bytes TLS buffers for a client that does not read, in each of two buffers: one record.
const TLS_BUFFER_BYTES_MAX: usize = 16 * 1024;

impl Acceptor {
    /// Does the TLS handshake, if the current web config file requires one, and responds until either side
    /// ends the connection.
    async fn serve(
        &self,
        stream: TcpStream,
        connection: &Arc<ClientConnection>,
        watcher: Watcher,
        closing: CancellationToken,
    ) {
        let stream = ClientStream::new(stream, Arc::clone(connection), self.limits);
        let rules = self.protection.rules().await;
        let Some(tls) = &rules.tls else {
            // They can change as long as the connection lasts.
            drop(rules);
            return self.serve_http(stream, connection, watcher).await;
        };
        let handshake = TlsAcceptor::from(Arc::clone(tls)).accept_with(stream, |session| {
            session.set_buffer_limit(Some(TLS_BUFFER_BYTES_MAX));
        });
        // They hold the certificates, which can change while the client is silent.
        drop(rules);
        let agreed = tokio::select! {
            () = closing.cancelled() => return,
            agreed = handshake => agreed,
        };
        match agreed {
            Ok(stream) => self.serve_http(stream, connection, watcher).await,
            Err(error) => debug!(%error, "TLS handshake failed"),
        }
    }

    /// Speaks HTTP/1.1 only: hyper's builder that also knows HTTP/2 waits for ever for a client that sends
    /// nothing.
    async fn serve_http<S>(&self, stream: S, connection: &Arc<ClientConnection>, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = TowerToHyperService::new(self.router.clone());
        let service = service_fn(|mut request| {
            connection.on(ConnectionEvent::Head);
            request.extensions_mut().insert(Arc::clone(connection));
            let (response, connection) = (service.call(request), Arc::clone(connection));
            async move {
                let response = response.await?;
                let end = ResponseEnd(connection);
                // hyper drops the body when it has taken all of it, and with it this closure.
                Ok::<_, Infallible>(response.map(|body| {
                    body.map_err(move |error| {
                        let _ = &end;
                        error
                    })
                }))
            }
        });
        let served = http1::Builder::new()
            // `ClientStream` has a limit for it.
            .header_read_timeout(None)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(served).await {
            debug!(%error, "a connection failed");
        }
    }
}

/// Reports the end of the response that holds this, when it is dropped.
struct ResponseEnd(Arc<ClientConnection>);

impl Drop for ResponseEnd {
    fn drop(&mut self) {
        self.0.on(ConnectionEvent::ResponseEnded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_up_makes_the_loop_wait() {
        let table = [
            (24, true),   // EMFILE
            (23, true),   // ENFILE
            (12, true),   // ENOMEM
            (105, true),  // ENOBUFS
            (103, false), // ECONNABORTED
            (4, false),   // EINTR
            (71, false),  // EPROTO
        ];
        for (number, expected) in table {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(is_exhausted(&error), expected, "{error}");
        }
    }

    #[test]
    fn a_limit_that_is_hit_again_and_again_is_logged_once_in_ten_minutes() {
        let mut failures = AcceptFailures::default();
        let logged = [0, 1, 599, 600, 601, 1199, 1200]
            .map(|second| failures.is_to_be_logged(Duration::from_secs(second)));
        assert_eq!(logged, [true, false, false, true, false, false, true]);
    }
}
