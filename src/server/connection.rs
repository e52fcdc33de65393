//! A stream that gives up on a client that takes nothing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Fails a write when bytes have waited for the client for `limit`, counted until all of them are
/// taken: a client that takes one byte now and then gains no time by it. hyper has a limit for
/// reading headers only, so that a client which asks and never reads would stay for ever.
#[derive(Debug)]
pub(super) struct WriteTimeout<S> {
    stream: S,
    limit: Duration,
    /// Runs from the first write that has to wait to the flush that ends the answer.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> WriteTimeout<S> {
    pub(super) const fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            limit,
            stalled: None,
        }
    }

    /// Passes `progress` on, unless it is to wait and the time is over.
    fn watch<T>(
        &mut self,
        progress: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            return progress;
        }
        let limit = self.limit;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(progress, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(progress, context)
    }

    /// Without it hyper would copy every answer into a buffer which the connection then keeps.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(context);
        // hyper flushes once it has written everything it had.
        if progress.is_ready() {
            self.stalled = None;
        }
        self.watch(progress, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(progress, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_client_that_takes_byte_after_byte_gains_no_time() {
        let (server_end, mut client_end) = tokio::io::duplex(1);
        let client = tokio::spawn(async move {
            let mut byte = [0];
            while client_end.read(&mut byte).await.is_ok_and(|read| read > 0) {}
        });
        let mut stream = WriteTimeout::new(server_end, Duration::from_millis(1));
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
        let mut stream = WriteTimeout::new(server_end, Duration::from_secs(60));
        stream.write_all(b"one.").await.expect("in time");
        assert!(stream.stalled.is_some());
        stream.flush().await.expect("in time");
        assert!(stream.stalled.is_none());
        client.await.expect("the client has everything");
    }
}
