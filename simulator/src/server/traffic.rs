//! Connections and requests as a whole: how many there are, and whether they are let through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// What goes in and out.
#[derive(Debug)]
pub(super) struct Traffic {
    open: Arc<AtomicUsize>,
    held: watch::Sender<bool>,
}

/// A connection that is open. Closed when dropped.
#[derive(Debug)]
pub(super) struct Connection(Arc<AtomicUsize>);

impl Traffic {
    pub(super) fn new() -> Self {
        Self {
            open: Arc::default(),
            held: watch::Sender::new(false),
        }
    }

    pub(super) fn opened(&self) -> Connection {
        self.open.fetch_add(1, Ordering::SeqCst);
        Connection(Arc::clone(&self.open))
    }

    pub(super) fn connections(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(super) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Waits while requests are held back.
    pub(super) async fn pass(&self) {
        // An error means that the account is gone, and that nobody holds anything.
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
