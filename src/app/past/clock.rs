//! The simulated time of a past.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::clock::{Clock, Moment};

/// The time of all loops of a past.
#[derive(Debug)]
pub(super) struct Timeline {
    began_ms: i64,
    wall_ms: AtomicI64,
}

impl Timeline {
    /// A time that stays at `at`, in Unix seconds, until it is changed.
    pub(super) const fn starting_at(at: i64) -> Self {
        let wall_ms = at.saturating_mul(1000);
        Self {
            began_ms: wall_ms,
            wall_ms: AtomicI64::new(wall_ms),
        }
    }

    /// The time in Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.wall_ms.load(Ordering::SeqCst).div_euclid(1000)
    }

    /// Sets the time, in Unix milliseconds. An earlier time than the present one changes nothing.
    pub(super) fn go_to(&self, wall_ms: i64) {
        self.wall_ms.fetch_max(wall_ms, Ordering::SeqCst);
    }

    /// Adds to the time.
    pub(super) fn pass(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// The time in Unix milliseconds at a reading of the monotonic clock, rounded up: a loop that waits until
    /// 1.5 ms is due at 2 ms.
    pub(super) fn wall_ms_at(&self, monotonic: Duration) -> i64 {
        let ms = monotonic.as_nanos().div_ceil(1_000_000);
        self.began_ms
            .saturating_add(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

/// The clock of one loop. It knows until when the loop waits.
#[derive(Debug)]
pub(super) struct PastClock {
    timeline: Arc<Timeline>,
    waits_for: Mutex<Option<Duration>>,
}

impl PastClock {
    pub(super) const fn new(timeline: Arc<Timeline>) -> Self {
        Self {
            timeline,
            waits_for: Mutex::new(None),
        }
    }

    /// Runs `work` to its end, or until it sleeps; then drops it and returns when it would wake, as `Err`.
    pub(super) async fn or_waits<T>(&self, work: impl Future<Output = T>) -> Result<T, Duration> {
        *self.waits_for() = None;
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            // It sleeps in this task, so it has done everything else that was due.
            Poll::Pending => (*self.waits_for()).map_or(Poll::Pending, |at| Poll::Ready(Err(at))),
        })
        .await
    }

    /// Until when the loop sleeps, on the monotonic clock; `None` if it does not.
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
            // `or_waits` drops this future.
            pending::<()>().await;
        }
    }

    async fn passes(&self, deadline: Duration) {
        if self.now().monotonic < deadline {
            // The simulated time does not pass while the loop does something else.
            pending::<()>().await;
        }
    }
}
