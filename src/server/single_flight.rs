//! Work that is done once for all tasks that wait for it, as Go's `singleflight` does it.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// A value that is made again and again. A task that asks for it gets one whose making began after it
/// asked. Tasks that ask while another one is being made share the next one, so however many ask at the
/// same time, it is made once or twice.
///
/// For example, task A asks and the making begins, then B and C ask: A gets the first value, B and C get
/// one second value.
#[derive(Debug)]
pub(super) struct SingleFlight<T> {
    begun: AtomicU64,
    made: Mutex<Option<(u64, T)>>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self {
            begun: AtomicU64::new(0),
            made: Mutex::new(None),
        }
    }
}

impl<T: Clone> SingleFlight<T> {
    /// A value from `make`, or from another task that began it after this call.
    pub(super) async fn get(&self, make: impl Future<Output = T>) -> T {
        self.newer_than(self.begun.load(Ordering::SeqCst), make)
            .await
    }

    /// The same for a value that takes long to make. All tasks that can run now ask first, and then one of
    /// them makes it for all, even if `make` itself never waits.
    pub(super) async fn get_together(&self, make: impl Future<Output = T>) -> T {
        let begun_before = self.begun.load(Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.newer_than(begun_before, make).await
    }

    async fn newer_than(&self, begun_before: u64, make: impl Future<Output = T>) -> T {
        // Held while a value is made, so that the tasks that wait here find it when they get the lock.
        let mut made = self.made.lock().await;
        if let Some((number, value)) = &*made
            && *number > begun_before
        {
            return value.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let value = make.await;
        *made = Some((number, value.clone()));
        value
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn it_is_made_once_for_all_who_ask_at_the_same_time_and_again_for_who_asks_later() {
        let flight = Arc::new(SingleFlight::default());
        let made = Arc::new(AtomicU64::new(0));
        let ask = || {
            let (flight, made) = (Arc::clone(&flight), Arc::clone(&made));
            tokio::spawn(async move {
                let make = async { made.fetch_add(1, Ordering::SeqCst) + 1 };
                flight.get_together(make).await
            })
        };
        for round in 1..=3 {
            let asked: Vec<_> = (0..100).map(|_| ask()).collect();
            for answer in asked {
                assert_eq!(answer.await.expect("ends"), round);
            }
        }
    }

    #[tokio::test]
    async fn what_was_begun_before_the_question_is_no_answer_to_it() {
        let flight = Arc::new(SingleFlight::default());
        let gate = Arc::new(Semaphore::new(0));
        let ask = |answer: &'static str| {
            let (flight, gate) = (Arc::clone(&flight), Arc::clone(&gate));
            tokio::spawn(async move {
                let make = async {
                    gate.acquire().await.expect("open").forget();
                    answer
                };
                flight.get(make).await
            })
        };
        let begun = |wanted| {
            let flight = Arc::clone(&flight);
            async move {
                while flight.begun.load(Ordering::SeqCst) < wanted {
                    tokio::task::yield_now().await;
                }
            }
        };
        let first = ask("first");
        begun(1).await;
        let second = ask("second");
        tokio::task::yield_now().await;
        gate.add_permits(2);
        assert_eq!(first.await.expect("ends"), "first");
        assert_eq!(second.await.expect("ends"), "second");

        // A making that is given up leaves nothing behind.
        let given_up = ask("given up");
        begun(3).await;
        let waiting = ask("waiting");
        tokio::task::yield_now().await;
        given_up.abort();
        assert!(given_up.await.is_err());
        gate.add_permits(1);
        assert_eq!(waiting.await.expect("ends"), "waiting");
    }
}
