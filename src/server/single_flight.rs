//! Work that is done once for all who wait for it.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// What was made last. Whoever asks gets something that was begun after the question, but those who
/// ask while others wait share it: however many ask at a time, it is made once or twice.
#[derive(Debug)]
pub(super) struct Latest<T> {
    begun: AtomicU64,
    made: Mutex<Option<(u64, T)>>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self {
            begun: AtomicU64::new(0),
            made: Mutex::new(None),
        }
    }
}

impl<T: Clone> Latest<T> {
    /// Something made with `make`, or by somebody else meanwhile.
    pub(super) async fn get(&self, make: impl Future<Output = T>) -> T {
        self.newer_than(self.begun.load(Ordering::SeqCst), make)
            .await
    }

    /// The same for what is worth a wait: everybody who could go on now asks first, and then one of
    /// them makes it for all, also where `make` itself never waits.
    pub(super) async fn get_with_others(&self, make: impl Future<Output = T>) -> T {
        let begun_before = self.begun.load(Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.newer_than(begun_before, make).await
    }

    async fn newer_than(&self, begun_before: u64, make: impl Future<Output = T>) -> T {
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
    async fn it_is_made_once_for_all_who_ask_at_a_time_and_anew_for_who_asks_later() {
        let latest = Arc::new(Latest::default());
        let made = Arc::new(AtomicU64::new(0));
        let ask = || {
            let (latest, made) = (Arc::clone(&latest), Arc::clone(&made));
            tokio::spawn(async move {
                let make = async { made.fetch_add(1, Ordering::SeqCst) + 1 };
                latest.get_with_others(make).await
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
        let latest = Arc::new(Latest::default());
        let gate = Arc::new(Semaphore::new(0));
        let ask = |answer: &'static str| {
            let (latest, gate) = (Arc::clone(&latest), Arc::clone(&gate));
            tokio::spawn(async move {
                let make = async {
                    gate.acquire().await.expect("open").forget();
                    answer
                };
                latest.get(make).await
            })
        };
        let begun = |wanted| {
            let latest = Arc::clone(&latest);
            async move {
                while latest.begun.load(Ordering::SeqCst) < wanted {
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

        // One that is given up leaves nothing behind.
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
