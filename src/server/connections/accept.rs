//! An accept loop of our own around hyper, because `axum::serve` limits neither the time for
//! headers nor the number of connections, nor how long a shutdown may take.

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

use super::activity::Event;
use super::client_stream::ClientStream;
use super::registry::{Crowd, Monotonic, Visitor};
use crate::clock::Clock;
use crate::open_files::CONNECTIONS_LEAVING_MAX;
use crate::server::limits::Limits;
use crate::server::protection::Protection;

/// Longest head of a request.
pub(in crate::server) const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Most headers of a request.
pub(in crate::server) const HEADERS_MAX: usize = 64;

/// Serves `router` on `listeners` until `shutdown`, then lets answers under way end for
/// `limits.drain_time` at most. Speaks TLS if `protection` says so.
pub async fn serve<C: Clock>(
    listeners: Vec<TcpListener>,
    router: Router,
    limits: Limits,
    protection: Arc<Protection>,
    clock: Arc<C>,
    shutdown: CancellationToken,
) {
    let now: Monotonic = Arc::new(move || clock.now().monotonic);
    let host = Host {
        router,
        limits,
        protection,
        crowd: Crowd::new(limits.connections_max, Arc::clone(&now)),
        open: Arc::new(Semaphore::new(
            limits.connections_max + CONNECTIONS_LEAVING_MAX,
        )),
    };
    let loops = listeners.into_iter().map(|listener| {
        let (host, now) = (host.clone(), Arc::clone(&now));
        tokio::spawn(accept_loop(listener, host, now, shutdown.clone()))
    });
    for accept_loop in loops.collect::<Vec<_>>() {
        if accept_loop.await.is_err() {
            warn!("a listener stopped unexpectedly");
        }
    }
}

async fn accept_loop(
    listener: TcpListener,
    host: Host,
    now: Monotonic,
    shutdown: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    // Tells connections without a request under way to end.
    let closing = CancellationToken::new();
    let mut trouble = AcceptTrouble::default();
    loop {
        let is_open = tokio::select! {
            () = shutdown.cancelled() => break,
            is_open = Arc::clone(&host.open).acquire_owned() => is_open,
        };
        let stream = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // It may not end the loop, nor make it spin.
                    if is_exhausted(&error) {
                        host.crowd.make_room();
                        trouble.tell(&error, now());
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                    continue;
                }
            },
        };
        if let Err(error) = tune(&stream) {
            debug!(%error, "cannot set the options of a connection");
        }
        let visitor = host.crowd.admit();
        let (host, watcher, closing) = (host.clone(), graceful.watcher(), closing.clone());
        tokio::spawn(async move {
            let _is_open = is_open;
            tokio::select! {
                biased;
                () = visitor.told_to_leave() => {}
                () = host.attend(stream, &visitor, watcher, closing) => {}
            }
        });
    }
    drop(listener);
    let end = async {
        if graceful.count() > 0 {
            tokio::time::sleep(FIRST_REQUEST_WAIT).await;
        }
        closing.cancel();
        graceful.shutdown().await;
    };
    // Whoever is not done by then is cut off when the program ends.
    let _ = tokio::time::timeout(host.limits.drain_time, end).await;
}

/// How long a connection is still waited for at the end that was accepted and has not sent its request: the
/// request is on its way. To close it would refuse the client, though a socket of systemd keeps listening.
const FIRST_REQUEST_WAIT: Duration = Duration::from_millis(200);

/// Bytes of an answer that the system takes for a client before that has room for them. By itself it
/// takes megabytes for each client that takes nothing, and copying these is what others wait for.
const UNSENT_BYTES_MAX: u32 = 256 * 1024;

fn tune(stream: &TcpStream) -> io::Result<()> {
    // The last part of a large scrape must not wait for an acknowledgement.
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX)
}

/// The wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Whether the process or the system is out of files or memory, rather than a client that went
/// away. Numbers of Linux: `ENOMEM`, `ENFILE`, `EMFILE`, `ENOBUFS`.
fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(12 | 23 | 24 | 105))
}

/// Connections that cannot be accepted are told once in a while, however often they fail.
#[derive(Debug, Default)]
struct AcceptTrouble {
    told_at: Option<Duration>,
}

/// Between two warnings that connections cannot be accepted.
const TELL_EVERY: Duration = Duration::from_mins(10);

impl AcceptTrouble {
    fn tell(&mut self, error: &io::Error, now: Duration) {
        if self.is_to_be_told(now) {
            warn!(
                %error,
                advice = "raise the limit of open files (LimitNOFILE= in a systemd unit, ulimit -n in a shell)",
                "cannot accept connections, closing the one that has been idle longest"
            );
        }
    }

    fn is_to_be_told(&mut self, now: Duration) -> bool {
        let is_news = self
            .told_at
            .is_none_or(|told_at| now >= told_at + TELL_EVERY);
        if is_news {
            self.told_at = Some(now);
        }
        is_news
    }
}

/// What a connection needs.
#[derive(Clone)]
struct Host {
    router: Router,
    limits: Limits,
    protection: Arc<Protection>,
    crowd: Arc<Crowd>,
    /// Room for connections, those included that were told to leave.
    open: Arc<Semaphore>,
}

/// Bytes that TLS holds back for a client that takes nothing, in each of two buffers: a record.
const TLS_BUFFER_BYTES_MAX: usize = 16 * 1024;

impl Host {
    /// Agrees on TLS, if there is to be any by the rules of now, and answers until either side has
    /// had enough.
    async fn attend(
        &self,
        stream: TcpStream,
        visitor: &Arc<Visitor>,
        watcher: Watcher,
        closing: CancellationToken,
    ) {
        let stream = ClientStream::new(stream, Arc::clone(visitor), self.limits);
        let rules = self.protection.rules().await;
        let Some(tls) = &rules.tls else {
            drop(rules);
            return self.serve(stream, visitor, watcher).await;
        };
        let handshake = TlsAcceptor::from(Arc::clone(tls)).accept_with(stream, |session| {
            session.set_buffer_limit(Some(TLS_BUFFER_BYTES_MAX));
        });
        drop(rules);
        let agreed = tokio::select! {
            () = closing.cancelled() => return,
            agreed = handshake => agreed,
        };
        match agreed {
            Ok(stream) => self.serve(stream, visitor, watcher).await,
            Err(error) => debug!(%error, "TLS handshake failed"),
        }
    }

    /// HTTP/1.1 only: the builder that also knows HTTP/2 waits for ever on a client that says
    /// nothing.
    async fn serve<S>(&self, stream: S, visitor: &Arc<Visitor>, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = TowerToHyperService::new(self.router.clone());
        let service = service_fn(|mut request| {
            visitor.on(Event::Head);
            request.extensions_mut().insert(Arc::clone(visitor));
            let (response, visitor) = (service.call(request), Arc::clone(visitor));
            async move {
                let response = response.await?;
                let end = AnswerEnd(visitor);
                // hyper drops the body, and this closure with it, when it has taken all of it.
                Ok::<_, Infallible>(response.map(|body| {
                    body.map_err(move |error| {
                        let _ = &end;
                        error
                    })
                }))
            }
        });
        let connection = http1::Builder::new()
            // The stream has limits of its own.
            .header_read_timeout(None)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            debug!(%error, "a connection failed");
        }
    }
}

/// Tells when nothing is left of the answer that holds this.
struct AnswerEnd(Arc<Visitor>);

impl Drop for AnswerEnd {
    fn drop(&mut self) {
        self.0.on(Event::AnswerEnded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_up_holds_the_loop_back() {
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
    fn a_limit_that_is_hit_again_and_again_is_told_once_in_a_while() {
        let mut trouble = AcceptTrouble::default();
        let told = [0, 1, 599, 600, 601, 1199, 1200]
            .map(|second| trouble.is_to_be_told(Duration::from_secs(second)));
        assert_eq!(told, [true, false, false, true, false, false, true]);
    }
}
