//! The only place that reads clocks.
//!
//! The poller is generic over [`Clock`]: the program runs on [`SystemClock`], tests of pacing,
//! outages and whole months run on [`VirtualClock`] in milliseconds.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::ticket::UnixSeconds;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time since an arbitrary start. It never jumps, so waits are measured with it.
    pub monotonic: Duration,
    /// Milliseconds since the Unix epoch. It jumps when the clock of the machine is set.
    pub wall_ms: i64,
}

impl Moment {
    /// The time of the wall clock in whole seconds.
    pub const fn wall(self) -> UnixSeconds {
        UnixSeconds(self.wall_ms.div_euclid(1000))
    }
}

/// A source of time.
pub trait Clock: Send + Sync + 'static {
    /// Reads the clock.
    fn now(&self) -> Moment;

    /// Waits until the monotonic clock has reached `deadline`; returns at once if it has.
    fn sleep_until(&self, deadline: Duration) -> impl Future<Output = ()> + Send;

    /// Waits until the monotonic clock has reached `deadline`, while the caller does something else. On the
    /// system's clock this is [`Self::sleep_until`]. A simulated clock jumps to the deadline of a sleep, but not
    /// to this one: here time passes only as somebody else sleeps.
    fn passes(&self, deadline: Duration) -> impl Future<Output = ()> + Send;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock whose monotonic reading starts at zero.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> Moment {
        // A clock that is set before 1970 is taken for 1970, because the program must not stop for it.
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Moment {
            monotonic: self.origin.elapsed(),
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
        }
    }

    async fn sleep_until(&self, deadline: Duration) {
        tokio::time::sleep(deadline.saturating_sub(self.origin.elapsed())).await;
    }

    async fn passes(&self, deadline: Duration) {
        self.sleep_until(deadline).await;
    }
}

/// A clock for tests, on which a sleep takes no time: the clock jumps to the deadline.
///
/// It is for one sleeping task, the loop under test.
#[derive(Debug)]
pub struct VirtualClock {
    now: Mutex<Moment>,
    /// Whether sleeps no longer move the time.
    held: AtomicBool,
    moved: Notify,
}

impl VirtualClock {
    /// A clock with a monotonic time of zero and this wall time.
    pub const fn starting_at(wall: UnixSeconds) -> Self {
        Self {
            now: Mutex::new(Moment {
                monotonic: Duration::ZERO,
                wall_ms: wall.0.saturating_mul(1000),
            }),
            held: AtomicBool::new(false),
            moved: Notify::const_new(),
        }
    }

    /// From now on a sleep ends only when another task moves the time.
    pub fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    /// Moves both clocks forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.lock();
        now.monotonic += by;
        now.wall_ms += i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        drop(now);
        self.moved.notify_waiters();
    }

    /// Sets only the wall clock, as when the clock of the machine is set.
    pub fn set_wall(&self, wall: UnixSeconds) {
        self.lock().wall_ms = wall.0.saturating_mul(1000);
    }

    fn lock(&self) -> MutexGuard<'_, Moment> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        *self.lock()
    }

    async fn sleep_until(&self, deadline: Duration) {
        if self.held.load(Ordering::Relaxed) {
            return self.passes(deadline).await;
        }
        let ahead = deadline.saturating_sub(self.now().monotonic);
        self.advance(ahead);
        // Other tasks can run, as in a real sleep. Otherwise a loop on this clock would stop them.
        tokio::task::yield_now().await;
    }

    async fn passes(&self, deadline: Duration) {
        loop {
            // Before the clock is read, so that a move after the reading is noticed.
            let moved = self.moved.notified();
            if self.now().monotonic >= deadline {
                return;
            }
            moved.await;
        }
    }
}
