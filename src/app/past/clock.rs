//! Time that goes where the driver lets it.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::clock::{Clock, Moment};

/// What time it is, for every loop of a past.
#[derive(Debug)]
pub(super) struct Timeline {
    began_ms: i64,
    wall_ms: AtomicI64,
}

impl Timeline {
    /// Time that stands still at `at`, in Unix seconds.
    pub(super) const fn starting_at(at: i64) -> Self {
        let wall_ms = at.saturating_mul(1000);
        Self {
            began_ms: wall_ms,
            wall_ms: AtomicI64::new(wall_ms),
        }
    }

    /// Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.wall_ms.load(Ordering::SeqCst).div_euclid(1000)
    }

    /// Goes to this time, never back.
    pub(super) fn go_to(&self, wall_ms: i64) {
        self.wall_ms.fetch_max(wall_ms, Ordering::SeqCst);
    }

    /// Lets so much time pass.
    pub(super) fn pass(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Milliseconds of the Unix clock at a reading of the monotonic one, rounded up.
    pub(super) fn wall_ms_at(&self, monotonic: Duration) -> i64 {
        let ms = monotonic.as_nanos().div_ceil(1_000_000);
        self.began_ms
            .saturating_add(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

/// The clock of one loop, which tells the driver what it waits for.
#[derive(Debug)]
pub(super) struct PastClock {
    timeline: Arc<Timeline>,
    waits_for: Mutex<Option<Duration>>,
}

impl PastClock {
    pub(super) const fn of(timeline: Arc<Timeline>) -> Self {
        Self {
            timeline,
            waits_for: Mutex::new(None),
        }
    }

    /// Does `work`, or gives it up where it sleeps until a time to come. `Err` is that time.
    pub(super) async fn or_waits<T>(&self, work: impl Future<Output = T>) -> Result<T, Duration> {
        *self.waits_for() = None;
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            // It sleeps on this task: whatever else it had to do by now, it has done.
            Poll::Pending => (*self.waits_for()).map_or(Poll::Pending, |at| Poll::Ready(Err(at))),
        })
        .await
    }

    /// The time to come that its loop sleeps until, if it sleeps.
    fn waits_for(&self) -> MutexGuard<'_, Option<Duration>> {
        self.waits_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for PastClock {
    fn now(&self) -> Moment {
        let wall_ms = self.timeline.wall_ms.load(Ordering::SeqCst);
        let passed = u64::try_from(wall_ms - self.timeline.began_ms).unwrap_or(0);
        Moment {
            monotonic: Duration::from_millis(passed),
            wall_ms,
        }
    }

    async fn sleep_until(&self, deadline: Duration) {
        if self.now().monotonic < deadline {
            *self.waits_for() = Some(deadline);
            // Until the driver gives the sleeper up.
            pending::<()>().await;
        }
    }

    async fn passes(&self, deadline: Duration) {
        if self.now().monotonic < deadline {
            // Time stands still beside what the waiter does.
            pending::<()>().await;
        }
    }
}
