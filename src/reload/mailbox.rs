//! The mailbox through which a running loop receives new settings. Only the latest settings matter, and the loop
//! takes them between two requests.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Notify, watch};

/// Holds one message. A later message replaces one that was not taken yet.
#[derive(Debug)]
pub struct Mailbox<T> {
    /// The mailbox keeps a sender, so that the channel never counts as closed.
    sender: watch::Sender<Option<Arc<T>>>,
    receiver: watch::Receiver<Option<Arc<T>>>,
}

/// Sends messages to a mailbox.
#[derive(Debug)]
pub struct MailboxSender<T>(watch::Sender<Option<Arc<T>>>);

/// Tells the sender of a message that the loop has processed it. All clones are the same receipt.
#[derive(Clone, Debug, Default)]
pub struct Receipt(Arc<Notify>);

impl Receipt {
    /// Records that the message has been processed.
    pub fn sign(&self) {
        self.0.notify_one();
    }

    /// Waits for [`Self::sign`]. Only one task may wait: a second one could wait for ever.
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
    /// A sender of messages to this mailbox.
    pub fn sender(&self) -> MailboxSender<T> {
        MailboxSender(self.sender.clone())
    }

    /// The latest message, unless it was taken before.
    pub fn take(&mut self) -> Option<Arc<T>> {
        let is_new = self.receiver.has_changed().unwrap_or(false);
        is_new.then(|| self.receiver.borrow_and_update().clone())?
    }
}

impl<T: Send + Sync + 'static> Mailbox<T> {
    /// Waits until there is a message to take. The future borrows nothing, so the loop can do something else
    /// meanwhile.
    pub fn arrival(&self) -> impl Future<Output = ()> + Send + use<T> {
        let mut receiver = self.receiver.clone();
        async move {
            // No error is possible: the mailbox itself has a sender.
            let _ = receiver.changed().await;
        }
    }
}

impl<T> MailboxSender<T> {
    /// Sends a message. It replaces one that was not taken yet.
    pub fn send(&self, message: T) {
        self.0.send_replace(Some(Arc::new(message)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_latest_message_is_taken_once() {
        let mut mailbox = Mailbox::default();
        let sender = mailbox.sender();
        assert_eq!(mailbox.take(), None);
        let arrival = mailbox.arrival();
        for message in 1..=3 {
            sender.send(message);
        }
        arrival.await;
        mailbox.arrival().await;
        assert_eq!(mailbox.take(), Some(Arc::new(3)));
        assert_eq!(mailbox.take(), None);
    }

    #[tokio::test]
    async fn a_mailbox_without_senders_stays_quiet() {
        let mailbox = Mailbox::<u8>::default();
        drop(mailbox.sender());
        tokio::select! {
            biased;
            () = mailbox.arrival() => panic!("there is nothing"),
            () = tokio::task::yield_now() => {}
        }
    }
}
