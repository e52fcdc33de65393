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
    /// Since an arbitrary start; never jumps. What waits are measured in.
    pub monotonic: Duration,
    /// Milliseconds since the Unix epoch; may jump when somebody sets the clock.
    pub wall_ms: i64,
}

impl Moment {
    /// The wall clock in whole seconds.
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

    /// Waits as [`Self::sleep_until`], but beside something else: a clock that jumps for those who
    /// sleep does not jump for those who merely wait.
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
        // A clock set before 1970 reads as 1970 rather than stopping the program.
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

/// A clock on which sleeping takes no time: it jumps to the deadline instead.
///
/// Made for one sleeper, the poller under test: each sleep moves the time by what it asked for.
#[derive(Debug)]
pub struct VirtualClock {
    now: Mutex<Moment>,
    /// Nobody's sleep moves the time.
    held: AtomicBool,
    moved: Notify,
}

impl VirtualClock {
    /// A clock that reads zero monotonic time and this wall time.
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

    /// From now on sleeps end only as somebody else moves the time.
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

    /// Moves the wall clock alone, as somebody setting the machine's clock does.
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
        // Others get a turn, as in a real sleep: a loop on this clock must not starve them.
        tokio::task::yield_now().await;
    }

    async fn passes(&self, deadline: Duration) {
        loop {
            // Taken before looking, so that no move in between is missed.
            let moved = self.moved.notified();
            if self.now().monotonic >= deadline {
                return;
            }
            moved.await;
        }
    }
}
