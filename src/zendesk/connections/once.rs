//! Lets an HTTP client connect once.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

/// How long a second attempt is held back before it is refused. A connection whose answer was just
/// read comes back to the client's pool on another task, and is used if it does so meanwhile.
const COMING_BACK_TIME_MAX: Duration = Duration::from_millis(50);

/// Around the connector of an HTTP client: takes one attempt to connect, and refuses any other.
#[derive(Clone, Debug, Default)]
pub(super) struct ConnectOnce(Arc<OnceState>);

#[derive(Debug, Default)]
struct OnceState {
    has_begun: AtomicBool,
    has_connected: AtomicBool,
}

impl ConnectOnce {
    /// Whether the attempt came to a connection, TLS and the tunnel of a proxy included.
    pub(super) fn has_connected(&self) -> bool {
        self.0.has_connected.load(Ordering::Relaxed)
    }
}

/// A client wanted to connect a second time: the one connection that it had has ended. The request
/// that it wanted it for was not sent.
#[derive(Debug)]
pub(super) struct AlreadyConnected;

impl fmt::Display for AlreadyConnected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was closed before the request was sent")
    }
}

impl std::error::Error for AlreadyConnected {}

/// A connector that connects once.
#[derive(Clone, Debug)]
pub(super) struct Connector<S> {
    once: ConnectOnce,
    inner: S,
}

impl<S> Layer<S> for ConnectOnce {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector {
            once: self.clone(),
            inner,
        }
    }
}

impl<S, Destination> Service<Destination> for Connector<S>
where
    S: Service<Destination>,
    S::Future: Send + 'static,
    S::Error: From<AlreadyConnected>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        if self.once.0.has_begun.swap(true, Ordering::Relaxed) {
            return Box::pin(async {
                tokio::time::sleep(COMING_BACK_TIME_MAX).await;
                Err(AlreadyConnected.into())
            });
        }
        let connecting = self.inner.call(destination);
        let ConnectOnce(state) = self.once.clone();
        Box::pin(async move {
            let connected = connecting.await?;
            state.has_connected.store(true, Ordering::Relaxed);
            Ok(connected)
        })
    }
}
