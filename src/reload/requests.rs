//! Who asks for a reload, and the queue in between.

use tokio::sync::{mpsc, oneshot};

/// How a reload ended, in words: what changed, or why nothing did. No word of it is a secret.
pub type Outcome = Result<String, String>;

/// Most that wait for a reload at a time. One reload answers all that wait when it begins.
const WAITING_MAX: usize = 16;

/// Asks for reloads.
#[derive(Clone, Debug)]
pub struct ReloadHandle(mpsc::Sender<oneshot::Sender<Outcome>>);

/// What was asked for.
#[derive(Debug)]
pub struct ReloadRequests(mpsc::Receiver<oneshot::Sender<Outcome>>);

/// Both ends of the queue.
pub fn requests() -> (ReloadHandle, ReloadRequests) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (ReloadHandle(sender), ReloadRequests(receiver))
}

impl ReloadHandle {
    /// Asks for a reload that begins after this call, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// Why nothing was changed, as sentences.
    pub async fn reload(&self) -> Outcome {
        let (sender, receiver) = oneshot::channel();
        if let Err(refused) = self.0.try_send(sender) {
            return Err(match refused {
                mpsc::error::TrySendError::Full(_) => {
                    "too many reloads are waiting; try again later"
                }
                mpsc::error::TrySendError::Closed(_) => "the exporter is stopping",
            }
            .to_owned());
        }
        receiver
            .await
            .unwrap_or_else(|_| Err("the exporter is stopping".to_owned()))
    }
}

/// Those who wait for one reload.
#[derive(Debug)]
pub struct Waiting(Vec<oneshot::Sender<Outcome>>);

impl ReloadRequests {
    /// Waits until somebody asks. Never returns once nobody can ask any more.
    pub async fn next(&mut self) -> Waiting {
        let mut waiting = Vec::new();
        if self.0.recv_many(&mut waiting, WAITING_MAX).await == 0 {
            std::future::pending::<()>().await;
        }
        Waiting(waiting)
    }
}

impl Waiting {
    /// Tells all of them how it ended.
    pub fn answer(self, outcome: &Outcome) {
        for waiting in self.0 {
            // Whoever asked may have gone.
            let _ = waiting.send(outcome.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_reload_answers_all_who_asked_before_it_began_and_none_who_asked_later() {
        let (handle, mut requests) = requests();
        let ask = || {
            let handle = handle.clone();
            tokio::spawn(async move { handle.reload().await })
        };
        let early = [ask(), ask()];
        tokio::task::yield_now().await;
        let waiting = requests.next().await;
        let late = ask();
        tokio::task::yield_now().await;
        waiting.answer(&Ok("first".to_owned()));
        for asked in early {
            assert_eq!(asked.await.expect("no panic"), Ok("first".to_owned()));
        }
        requests.next().await.answer(&Err("second".to_owned()));
        assert_eq!(late.await.expect("no panic"), Err("second".to_owned()));
    }

    #[tokio::test]
    async fn no_more_wait_than_there_is_room_for() {
        let (handle, requests) = requests();
        let waiting: Vec<_> = (0..WAITING_MAX)
            .map(|_| {
                let handle = handle.clone();
                tokio::spawn(async move { handle.reload().await })
            })
            .collect();
        tokio::task::yield_now().await;
        let refused = Err("too many reloads are waiting; try again later".to_owned());
        assert_eq!(handle.reload().await, refused);
        drop(requests);
        for asked in waiting {
            let ending = Err("the exporter is stopping".to_owned());
            assert_eq!(asked.await.expect("no panic"), ending);
        }
    }
}
