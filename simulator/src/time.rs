//! The simulated account's clock.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// How the account's time passes.
#[derive(Debug)]
pub enum Time {
    /// Only when it is told to: for tests. Unix seconds.
    Manual(AtomicI64),
    /// Only when it is told to, from a past on, and as the machine's does once that is over.
    Past {
        /// Unix seconds, while it is a past.
        now: AtomicI64,
        /// Whether the past is over.
        is_over: AtomicBool,
    },
    /// As the machine's does.
    Real,
    /// Faster, from a start in the past until it has caught up with the machine's.
    SpedUp {
        /// When it began, by the machine's clock.
        began: Instant,
        /// The account's time when it began, in Unix seconds.
        from: i64,
        /// Seconds of the account per second of the machine.
        factor: f64,
    },
}

impl Time {
    /// Time that stands still at `now`.
    pub const fn manual(now: i64) -> Self {
        Self::Manual(AtomicI64::new(now))
    }

    /// Time that stands still at `now` until [`Self::go_live`].
    pub const fn past(now: i64) -> Self {
        Self::Past {
            now: AtomicI64::new(now),
            is_over: AtomicBool::new(false),
        }
    }

    /// Time that runs `factor` times as fast as the machine's, from `seconds_ago` on.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place of the simulator that reads the clock"
    )]
    pub fn sped_up(factor: f64, seconds_ago: i64) -> Self {
        Self::SpedUp {
            from: wall() - seconds_ago,
            began: Instant::now(),
            factor,
        }
    }

    /// The account's clock, in Unix seconds.
    pub fn now(&self) -> i64 {
        match self {
            Self::Manual(now) => now.load(Ordering::SeqCst),
            Self::Past { is_over, .. } if is_over.load(Ordering::SeqCst) => wall(),
            Self::Past { now, .. } => now.load(Ordering::SeqCst),
            Self::Real => wall(),
            Self::SpedUp {
                began,
                from,
                factor,
            } => {
                let passed = began.elapsed().as_secs_f64() * factor;
                // Never ahead of real time, which a Date cannot be.
                from.saturating_add(passed as i64).min(wall())
            }
        }
    }

    /// How far the account's clock goes on in so many real seconds.
    pub fn seconds_in(&self, real_seconds: i64) -> i64 {
        match self {
            Self::Manual(_) | Self::Past { .. } | Self::Real => real_seconds,
            Self::SpedUp { factor, .. } => (real_seconds as f64 * factor) as i64,
        }
    }

    /// Moves time that stands still; does nothing to time that runs.
    pub fn advance(&self, seconds: i64) {
        if let Self::Manual(now) | Self::Past { now, .. } = self {
            now.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// Ends a past: from now on time is the machine's. Does nothing to other time.
    pub fn go_live(&self) {
        if let Self::Past { is_over, .. } = self {
            is_over.store(true, Ordering::SeqCst);
        }
    }
}

/// The machine's clock, in Unix seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place of the simulator that reads the clock"
)]
fn wall() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since_epoch.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}
