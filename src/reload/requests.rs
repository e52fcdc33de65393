//! The queue of requests for a reload.

use tokio::sync::{mpsc, oneshot};

/// How a reload ended, as text: what changed, or why nothing did. It contains no secret.
pub type ReloadOutcome = Result<String, String>;

/// How many requests can wait at the same time. One reload answers all that wait when it begins.
const WAITING_MAX: usize = 16;

/// Requests reloads.
#[derive(Clone, Debug)]
pub struct ReloadHandle(mpsc::Sender<oneshot::Sender<ReloadOutcome>>);

/// The end of the queue that receives the requests.
#[derive(Debug)]
pub struct ReloadRequests(mpsc::Receiver<oneshot::Sender<ReloadOutcome>>);

/// Makes the queue and returns its two ends.
pub fn requests() -> (ReloadHandle, ReloadRequests) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (ReloadHandle(sender), ReloadRequests(receiver))
}

impl ReloadHandle {
    /// Requests a reload, which begins after this call, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// Why nothing was changed, as text.
    pub async fn reload(&self) -> ReloadOutcome {
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

/// The requests that one reload answers.
#[derive(Debug)]
pub struct PendingRequests(Vec<oneshot::Sender<ReloadOutcome>>);

impl ReloadRequests {
    /// Waits for a request, and returns it with all others that wait. Never returns when every handle is gone.
    pub async fn next(&mut self) -> PendingRequests {
        let mut waiting = Vec::new();
        if self.0.recv_many(&mut waiting, WAITING_MAX).await == 0 {
            std::future::pending::<()>().await;
        }
        PendingRequests(waiting)
    }
}

impl PendingRequests {
    /// Answers all of these requests.
    pub fn answer(self, outcome: &ReloadOutcome) {
        for waiting in self.0 {
            // The task that sent the request may have ended.
            let _ = waiting.send(outcome.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_reload_answers_all_requests_from_before_it_began_and_none_that_came_later() {
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
    async fn no_more_requests_wait_than_there_is_room_for() {
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
