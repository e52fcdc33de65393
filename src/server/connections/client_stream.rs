//! A client's stream in which every wait for the client has an end.

use std::future::Future as _;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tracing::debug;

use super::activity::{Activity, ConnectionEvent, Phase};
use super::registry::ClientConnection;
use crate::server::client_limits::Limits;

/// Reports what happens on a connection, and fails reads and writes that have waited for the client for
/// too long.
///
/// hyper has a limit for heads only, and starts it anew while it waits for the next request. This stream
/// is below TLS, so its limit for the head includes the handshake.
pub(super) struct ClientStream<S: Socket> {
    stream: S,
    connection: Arc<ClientConnection>,
    limits: Limits,
    wait: Option<Wait>,
}

/// The wait for the client during one silence.
struct Wait {
    /// What the connection waits for.
    phase: Phase,
    /// When the silence began.
    since: Duration,
    until: Pin<Box<Sleep>>,
    /// Bytes of the response that the client read during this wait.
    taken_bytes: usize,
}

/// A client that reads this much of a response within the limit is only slow, and the limit starts anew:
/// a large scrape over a slow network takes its time. A client that reads less gets no more time.
const TAKEN_BYTES_MIN: usize = 1024 * 1024;

/// The connection below a client's stream.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// Makes the system discard what the client did not read, when the socket is closed. Otherwise the
    /// system keeps it for minutes, and a client that reads nothing does not notice the end.
    fn discard_unread_at_close(&self);
}

impl Socket for TcpStream {
    fn discard_unread_at_close(&self) {
        if let Err(error) = SockRef::from(self).set_linger(Some(Duration::ZERO)) {
            debug!(%error, "cannot reset a connection");
        }
    }
}

impl<S: Socket> ClientStream<S> {
    pub(super) const fn new(stream: S, connection: Arc<ClientConnection>, limits: Limits) -> Self {
        Self {
            stream,
            connection,
            limits,
            wait: None,
        }
    }

    /// How long the client may be silent in `phase`.
    const fn limit(&self, phase: Phase) -> Option<Duration> {
        match phase {
            Phase::FirstHead | Phase::NextHead => Some(self.limits.header_time),
            Phase::Idle => Some(self.limits.idle_time),
            Phase::Unread => Some(self.limits.write_time),
            Phase::Responding => None,
        }
    }

    /// Ready with the error when the client has been silent for too long. All reads and writes during
    /// one silence share one wait.
    fn poll_timeout(&mut self, activity: Activity, context: &mut Context<'_>) -> Poll<io::Error> {
        let Some(limit) = self.limit(activity.phase) else {
            self.wait = None;
            return Poll::Pending;
        };
        // A timer for each read would begin anew with every byte.
        let is_same = |wait: &Wait| (wait.phase, wait.since) == (activity.phase, activity.since);
        let wait = self.wait.take().filter(is_same);
        let wait = self.wait.insert(wait.unwrap_or_else(|| Wait {
            phase: activity.phase,
            since: activity.since,
            until: Box::pin(tokio::time::sleep(limit)),
            taken_bytes: 0,
        }));
        ready!(wait.until.as_mut().poll(context));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    /// Whether a response waits for the client.
    fn has_unread(&self) -> bool {
        let wait = self.wait.as_ref();
        wait.is_some_and(|wait| wait.phase == Phase::Unread)
    }

    /// Returns the progress of a write, or its timeout.
    fn limit_write<T>(
        &mut self,
        progress: Poll<io::Result<T>>,
        taken_bytes: impl FnOnce(&T) -> usize,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(ended) = progress {
            if let (Ok(taken), Some(wait)) = (&ended, &mut self.wait) {
                wait.taken_bytes += taken_bytes(taken);
                if wait.taken_bytes >= TAKEN_BYTES_MIN {
                    self.wait = None;
                }
            }
            return Poll::Ready(ended);
        }
        let Some(activity) = self.connection.on(ConnectionEvent::Blocked) else {
            // The task of the connection ends it.
            return Poll::Pending;
        };
        self.poll_timeout(activity, context).map(Err)
    }
}

impl<S: Socket> Drop for ClientStream<S> {
    /// Gives a response up only if it waits for the client. A complete one must still reach the client.
    fn drop(&mut self) {
        if self.has_unread() {
            self.stream.discard_unread_at_close();
        }
    }
}

impl<S: Socket> AsyncRead for ClientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let progress = Pin::new(&mut self.stream).poll_read(context, buffer);
        if progress.is_ready() {
            if buffer.filled().len() > before {
                self.connection.on(ConnectionEvent::Bytes);
            }
            return progress;
        }
        let Some(activity) = self.connection.activity() else {
            return Poll::Pending;
        };
        self.poll_timeout(activity, context).map(Err)
    }
}

impl<S: Socket> AsyncWrite for ClientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limit_write(progress, |taken| *taken, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.limit_write(progress, |taken| *taken, context)
    }

    /// Without this, hyper copies each response into a buffer that the connection then keeps.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(context);
        if progress.is_ready() {
            let activity = self.connection.on(ConnectionEvent::Flushed);
            // The client has read the whole response: dropping the stream must not discard its end.
            if self.has_unread() && activity.is_some_and(|now| now.phase == Phase::Idle) {
                self.wait = None;
            }
        }
        self.limit_write(progress, |()| 0, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_shutdown(context);
        self.limit_write(progress, |()| 0, context)
    }
}

#[cfg(test)]
mod tests;
