//! The clients' connections that are open, at most as many as the limit allows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::activity::{Activity, ConnectionEvent};
use super::eviction::to_close;

/// Reads a monotonic clock.
type Monotonic = Arc<dyn Fn() -> Duration + Send + Sync>;

/// All connections that are open.
pub(super) struct ClientConnections {
    connections_max: usize,
    pub(super) now: Monotonic,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// By their numbers, and so in the order in which they came.
    connections: BTreeMap<u64, OpenConnection>,
    latest: u64,
}

struct OpenConnection {
    activity: Activity,
    /// The number of the content that its client is being sent.
    content: Option<u64>,
    close: CancellationToken,
}

impl ClientConnections {
    pub(super) fn new(connections_max: usize, now: Monotonic) -> Arc<Self> {
        Arc::new(Self {
            connections_max,
            now,
            open: Mutex::default(),
        })
    }

    /// Adds a connection. If there are already as many as the limit allows, closes another one.
    pub(super) fn add(self: &Arc<Self>) -> Arc<ClientConnection> {
        let now = (self.now)();
        let mut open = self.lock();
        if open.connections.len() >= self.connections_max {
            open.close_one(now);
        }
        open.latest += 1;
        let number = open.latest;
        let close = CancellationToken::new();
        let connection = OpenConnection {
            activity: Activity::new(now),
            content: None,
            close: close.clone(),
        };
        open.connections.insert(number, connection);
        Arc::new(ClientConnection {
            connections: Arc::clone(self),
            number,
            close,
        })
    }

    /// Closes a connection, if any is open.
    pub(super) fn close_one(&self) {
        let now = (self.now)();
        self.lock().close_one(now);
    }

    fn close_recipients(&self, content: u64) {
        self.lock().connections.retain(|_, connection| {
            let stays = connection.content != Some(content);
            if !stays {
                connection.close.cancel();
            }
            stays
        });
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn close_one(&mut self, now: Duration) {
        let activities = self
            .connections
            .iter()
            .map(|(number, connection)| (*number, connection.activity));
        // Removed at once, and not when its task ends: a second call must choose another one.
        let number = to_close(activities, now);
        if let Some(connection) = number.and_then(|number| self.connections.remove(&number)) {
            connection.close.cancel();
        }
    }
}

/// The handle of one connection. When the last clone is dropped, the connection is no longer counted.
pub(in crate::server) struct ClientConnection {
    connections: Arc<ClientConnections>,
    number: u64,
    close: CancellationToken,
}

impl ClientConnection {
    /// Notes that `event` happened. Returns the activity after it; `None` if the connection is to be
    /// closed.
    pub(super) fn on(&self, event: ConnectionEvent) -> Option<Activity> {
        let now = (self.connections.now)();
        self.with(|connection| {
            if event == ConnectionEvent::ResponseEnded {
                connection.content = None;
            }
            connection.activity = connection.activity.after(event, now);
            connection.activity
        })
    }

    /// What the connection is doing; `None` if it is to be closed.
    pub(super) fn activity(&self) -> Option<Activity> {
        self.with(|connection| connection.activity)
    }

    /// Notes that the client is being sent the content of this number, until its response ends.
    pub(in crate::server) fn receives(&self, content: u64) {
        self.with(|connection| connection.content = Some(content));
    }

    /// Closes every connection whose client is being sent the content of this number.
    pub(in crate::server) fn close_recipients(&self, content: u64) {
        self.connections.close_recipients(content);
    }

    /// Waits until the connection is to be closed, because another one needs its place or because the
    /// text that it is being sent takes too much memory.
    pub(super) async fn is_to_be_closed(&self) {
        self.close.cancelled().await;
    }

    fn with<T>(&self, look: impl FnOnce(&mut OpenConnection) -> T) -> Option<T> {
        let mut open = self.connections.lock();
        open.connections.get_mut(&self.number).map(look)
    }
}

impl Drop for ClientConnection {
    fn drop(&mut self) {
        self.connections.lock().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_that_is_to_be_closed_is_no_longer_counted() {
        let connections = ClientConnections::new(2, Arc::new(|| Duration::ZERO));
        let first = connections.add();
        let second = connections.add();
        second.on(ConnectionEvent::Head);
        let third = connections.add();
        first.is_to_be_closed().await;
        assert_eq!(first.on(ConnectionEvent::Bytes), None);
        assert_eq!(connections.lock().connections.len(), 2);
        drop(first);
        assert_eq!(connections.lock().connections.len(), 2);
        drop(second);
        let fourth = connections.add();
        assert!(third.activity().is_some());
        third.receives(7);
        connections.close_recipients(8);
        assert!(third.activity().is_some());
        connections.close_recipients(7);
        third.is_to_be_closed().await;
        connections.close_one();
        fourth.is_to_be_closed().await;
        connections.close_one();
        assert!(connections.lock().connections.is_empty());
    }
}
