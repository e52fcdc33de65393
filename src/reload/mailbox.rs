//! How a loop that runs is told something: the latest is what counts, and it looks when it can.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Notify, watch};

/// Room for one letter. A later one takes the place of one that was not taken yet.
#[derive(Debug)]
pub struct Mailbox<T> {
    /// Kept so that the box never counts as abandoned.
    sender: watch::Sender<Option<Arc<T>>>,
    receiver: watch::Receiver<Option<Arc<T>>>,
}

/// Where to write to.
#[derive(Debug)]
pub struct Address<T>(watch::Sender<Option<Arc<T>>>);

/// What a letter is answered with once what it asks for is done. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Receipt(Arc<Notify>);

impl Receipt {
    /// It is done.
    pub fn sign(&self) {
        self.0.notify_one();
    }

    /// Waits until it is done. For one who waits; a second one may wait for ever.
    pub async fn signed(&self) {
        self.0.notified().await;
    }
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        let (sender, receiver) = watch::channel(None);
        Self { sender, receiver }
    }
}

impl<T> Mailbox<T> {
    /// Its address.
    pub fn address(&self) -> Address<T> {
        Address(self.sender.clone())
    }

    /// The latest letter, unless it was taken before.
    pub fn take(&mut self) -> Option<Arc<T>> {
        let is_new = self.receiver.has_changed().unwrap_or(false);
        is_new.then(|| self.receiver.borrow_and_update().clone())?
    }
}

impl<T: Send + Sync + 'static> Mailbox<T> {
    /// Returns when there is a letter to take. Borrows nothing, so that the loop can go on meanwhile.
    pub fn arrival(&self) -> impl Future<Output = ()> + Send + use<T> {
        let mut receiver = self.receiver.clone();
        async move {
            if receiver.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl<T> Address<T> {
    /// Puts a letter there, in place of what lies there still.
    pub fn send(&self, letter: T) {
        self.0.send_replace(Some(Arc::new(letter)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_latest_letter_is_taken_once() {
        let mut mailbox = Mailbox::default();
        let address = mailbox.address();
        assert_eq!(mailbox.take(), None);
        let arrival = mailbox.arrival();
        for letter in 1..=3 {
            address.send(letter);
        }
        arrival.await;
        mailbox.arrival().await;
        assert_eq!(mailbox.take(), Some(Arc::new(3)));
        assert_eq!(mailbox.take(), None);
    }

    #[tokio::test]
    async fn a_box_to_which_nobody_can_write_any_more_stays_quiet() {
        let mailbox = Mailbox::<u8>::default();
        drop(mailbox.address());
        tokio::select! {
            biased;
            () = mailbox.arrival() => panic!("there is nothing"),
            () = tokio::task::yield_now() => {}
        }
    }
}
