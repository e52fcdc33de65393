//! An accept loop of our own around hyper, because `axum::serve` limits neither the time for
//! headers nor the number of connections, nor how long a shutdown may take.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::Limits;
use super::connection::WriteTimeout;
use super::protection::Protection;

/// Longest head of a request.
pub(super) const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Most headers of a request.
pub(super) const HEADERS_MAX: usize = 64;

/// Serves `router` on `listeners` until `shutdown`, then lets answers under way end for
/// `limits.drain_time` at most. Speaks TLS if `protection` says so.
pub async fn serve(
    listeners: Vec<TcpListener>,
    router: Router,
    limits: Limits,
    protection: Arc<Protection>,
    shutdown: CancellationToken,
) {
    let connections = Arc::new(Semaphore::new(limits.connections_max));
    let host = Host {
        router,
        limits,
        protection,
    };
    let loops = listeners.into_iter().map(|listener| {
        tokio::spawn(accept_loop(
            listener,
            host.clone(),
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
    host: Host,
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
        let (host, watcher, shutdown) = (host.clone(), graceful.watcher(), shutdown.clone());
        tokio::spawn(async move {
            let _place = place;
            let opened = tokio::select! {
                () = shutdown.cancelled() => return,
                opened = host.open(stream) => opened,
            };
            match opened {
                Ok(Opened::Plain(stream)) => host.serve(stream, watcher).await,
                Ok(Opened::Tls(stream)) => host.serve(stream, watcher).await,
                Err(error) => debug!(%error, "could not agree on TLS with a client"),
            }
        });
    }
    drop(listener);
    // Whoever is not done by then is cut off when the program ends.
    let _ = tokio::time::timeout(host.limits.drain_time, graceful.shutdown()).await;
}

/// The wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a connection needs.
#[derive(Clone)]
struct Host {
    router: Router,
    limits: Limits,
    protection: Arc<Protection>,
}

/// A connection on which HTTP can begin.
enum Opened {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Host {
    /// Agrees on TLS, if there is to be any, by the rules of now.
    async fn open(&self, stream: TcpStream) -> io::Result<Opened> {
        let rules = self.protection.rules().await;
        let Some(tls) = &rules.tls else {
            return Ok(Opened::Plain(stream));
        };
        let handshake = TlsAcceptor::from(Arc::clone(tls)).accept(stream);
        let stream = tokio::time::timeout(self.limits.handshake_time, handshake).await??;
        Ok(Opened::Tls(Box::new(stream)))
    }

    /// HTTP/1.1 only: the builder that also knows HTTP/2 waits for ever on a client that says
    /// nothing.
    async fn serve<S>(&self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(
                TokioIo::new(WriteTimeout::new(stream, self.limits.write_time)),
                TowerToHyperService::new(self.router.clone()),
            );
        if let Err(error) = watcher.watch(connection).await {
            debug!(%error, "a connection ended badly");
        }
    }
}
