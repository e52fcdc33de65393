//! A client's stream, with an end to every wait for the client.

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

use super::activity::{Event, Stage, Standing};
use super::registry::Visitor;
use crate::server::limits::Limits;

/// Tells the crowd what happens on a connection, and fails reads and writes that have waited for the
/// client for too long.
///
/// hyper has a limit for heads only, and counts it anew while it waits for the next request. This
/// stands below TLS, so that its limit for the head holds for the handshake, too.
pub(super) struct ClientStream<S: Socket> {
    stream: S,
    visitor: Arc<Visitor>,
    limits: Limits,
    waiting: Option<Waiting>,
}

/// One silence of the client, and its end.
struct Waiting {
    /// What is waited for.
    stage: Stage,
    /// When the silence began.
    since: Duration,
    until: Pin<Box<Sleep>>,
    /// Bytes of an answer that were taken all the same.
    taken_bytes: usize,
}

impl Waiting {
    fn is_for(&self, standing: Standing) -> bool {
        (self.stage, self.since) == (standing.stage, standing.since)
    }
}

/// A client that takes as much of an answer within its limit is slow, and has another one: a large
/// scrape over a narrow line may take its time. One that takes less does not want it.
const TAKEN_BYTES_MIN: usize = 1024 * 1024;

/// What a client's stream is made of.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// When it is closed, the system throws away what the client did not take. Otherwise it would keep
    /// that for minutes, and a client without room would not even see the end.
    fn throw_away_at_close(&self);
}

impl Socket for TcpStream {
    fn throw_away_at_close(&self) {
        if let Err(error) = SockRef::from(self).set_linger(Some(Duration::ZERO)) {
            debug!(%error, "cannot reset a connection");
        }
    }
}

impl<S: Socket> ClientStream<S> {
    pub(super) const fn new(stream: S, visitor: Arc<Visitor>, limits: Limits) -> Self {
        Self {
            stream,
            visitor,
            limits,
            waiting: None,
        }
    }

    /// How long the client may take at `stage`.
    const fn limit(&self, stage: Stage) -> Option<Duration> {
        match stage {
            Stage::Arriving | Stage::ArrivingAgain => Some(self.limits.header_time),
            Stage::Idle => Some(self.limits.idle_time),
            Stage::Stalled => Some(self.limits.write_time),
            Stage::Working => None,
        }
    }

    /// Whether the wait is over. Each silence has one wait, however often it is asked for.
    fn is_overdue(&mut self, standing: Standing, context: &mut Context<'_>) -> Poll<io::Error> {
        let Some(limit) = self.limit(standing.stage) else {
            self.waiting = None;
            return Poll::Pending;
        };
        let known = self.waiting.take();
        let known = known.filter(|waiting| waiting.is_for(standing));
        let waiting = self.waiting.insert(known.unwrap_or_else(|| Waiting {
            stage: standing.stage,
            since: standing.since,
            until: Box::pin(tokio::time::sleep(limit)),
            taken_bytes: 0,
        }));
        ready!(waiting.until.as_mut().poll(context));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    /// Whether an answer waits for the client.
    fn is_stalled(&self) -> bool {
        let waiting = self.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.stage == Stage::Stalled)
    }

    /// Passes the progress of a write on.
    fn watch_write<T>(
        &mut self,
        progress: Poll<io::Result<T>>,
        taken_bytes: impl FnOnce(&T) -> usize,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(ended) = progress {
            if let (Ok(taken), Some(waiting)) = (&ended, &mut self.waiting) {
                waiting.taken_bytes += taken_bytes(taken);
                if waiting.taken_bytes >= TAKEN_BYTES_MIN {
                    self.waiting = None;
                }
            }
            return Poll::Ready(ended);
        }
        let Some(standing) = self.visitor.on(Event::Blocked) else {
            return Poll::Pending;
        };
        self.is_overdue(standing, context).map(Err)
    }
}

impl<S: Socket> Drop for ClientStream<S> {
    /// An answer is given up only while it waits for the client.
    fn drop(&mut self) {
        if self.is_stalled() {
            self.stream.throw_away_at_close();
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
                self.visitor.on(Event::Bytes);
            }
            return progress;
        }
        let Some(standing) = self.visitor.standing() else {
            return Poll::Pending;
        };
        self.is_overdue(standing, context).map(Err)
    }
}

impl<S: Socket> AsyncWrite for ClientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch_write(progress, |taken| *taken, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch_write(progress, |taken| *taken, context)
    }

    /// Without it hyper would copy every answer into a buffer which the connection then keeps.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(context);
        if progress.is_ready() {
            let standing = self.visitor.on(Event::Flushed);
            if self.is_stalled() && standing.is_some_and(|standing| standing.stage == Stage::Idle) {
                self.waiting = None;
            }
        }
        self.watch_write(progress, |()| 0, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch_write(progress, |()| 0, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::registry::Crowd;
    use super::*;

    impl Socket for tokio::io::DuplexStream {
        fn throw_away_at_close(&self) {}
    }

    const DAY: Duration = Duration::from_secs(86_400);

    /// With as many days for everything as a test does not wait for.
    const LIMITS: Limits = Limits {
        header_time: DAY,
        idle_time: DAY,
        write_time: DAY,
        drain_time: DAY,
        connections_max: 1,
        scrapes_max: 1,
        content_bytes_max: 0,
    };

    const SHORT: Duration = Duration::from_millis(1);

    fn stage(visitor: &Visitor) -> Option<Stage> {
        visitor.standing().map(|standing| standing.stage)
    }

    fn visitor() -> Arc<Visitor> {
        Crowd::new(1, Arc::new(|| Duration::ZERO)).admit()
    }

    #[tokio::test]
    async fn a_client_that_takes_byte_after_byte_gains_no_time() {
        let (server_end, mut client_end) = tokio::io::duplex(1);
        let client = tokio::spawn(async move {
            let mut byte = [0];
            while client_end.read(&mut byte).await.is_ok_and(|read| read > 0) {}
        });
        let visitor = visitor();
        visitor.on(Event::Head);
        let limits = Limits {
            write_time: SHORT,
            ..LIMITS
        };
        let mut stream = ClientStream::new(server_end, visitor, limits);
        // More than any machine passes on byte by byte within the limit.
        let answer = vec![b'x'; 16 * 1024 * 1024];
        let error = stream.write_all(&answer).await.expect_err("out of time");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(stream);
        client.await.expect("the client sees the end");
    }

    #[tokio::test]
    async fn a_flushed_answer_gives_the_next_one_its_own_time() {
        let (server_end, mut client_end) = tokio::io::duplex(1);
        let client = tokio::spawn(async move {
            let mut answers = [0; 4];
            client_end.read_exact(&mut answers).await.expect("answers");
        });
        let visitor = visitor();
        visitor.on(Event::Head);
        let mut stream = ClientStream::new(server_end, Arc::clone(&visitor), LIMITS);
        stream.write_all(b"one.").await.expect("in time");
        assert_eq!(stage(&visitor), Some(Stage::Stalled));
        // A part of an answer that was flushed is not yet the answer.
        stream.flush().await.expect("in time");
        assert_eq!(stage(&visitor), Some(Stage::Stalled));
        visitor.on(Event::AnswerEnded);
        stream.flush().await.expect("in time");
        assert_eq!(stage(&visitor), Some(Stage::Idle));
        client.await.expect("the client has everything");
    }

    /// A client that takes this much in one go, again and again, whenever the limit is `write_time`.
    async fn taking(bytes: usize) -> io::Result<()> {
        let (server_end, mut client_end) = tokio::io::duplex(bytes);
        let client = tokio::spawn(async move {
            let mut taken = vec![0; bytes];
            while client_end.read_exact(&mut taken).await.is_ok() {
                tokio::time::sleep(DAY / 2).await;
            }
        });
        let visitor = visitor();
        visitor.on(Event::Head);
        let mut stream = ClientStream::new(server_end, visitor, LIMITS);
        let written = stream.write_all(&vec![b'x'; 8 * bytes]).await;
        drop(stream);
        client.await.expect("the client sees the end");
        written
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_much_is_only_slow() {
        assert!(taking(TAKEN_BYTES_MIN).await.is_ok());
        assert!(taking(TAKEN_BYTES_MIN / 4).await.is_err());
    }

    #[tokio::test]
    async fn a_head_and_an_idle_connection_have_limits_of_their_own() {
        let (server_end, mut client_end) = tokio::io::duplex(64);
        let visitor = visitor();
        let limits = Limits {
            header_time: SHORT,
            ..LIMITS
        };
        let mut stream = ClientStream::new(server_end, Arc::clone(&visitor), limits);
        let mut buffer = [0; 64];
        client_end.write_all(b"GET").await.expect("written");
        assert_eq!(stream.read(&mut buffer).await.expect("in time"), 3);
        let error = stream.read(&mut buffer).await.expect_err("out of time");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);

        visitor.on(Event::Head);
        let waits = tokio::time::timeout(SHORT * 20, stream.read(&mut buffer));
        assert!(waits.await.is_err(), "no limit while it is being answered");
        visitor.on(Event::AnswerEnded);
        stream.flush().await.expect("in time");
        let waits = tokio::time::timeout(SHORT * 20, stream.read(&mut buffer));
        assert!(waits.await.is_err(), "a day between two requests");
        client_end.write_all(b"G").await.expect("written");
        assert_eq!(stream.read(&mut buffer).await.expect("in time"), 1);
        let error = stream.read(&mut buffer).await.expect_err("out of time");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
