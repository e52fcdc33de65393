//! The simulated account's clock.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::{Clock as _, Moment, SystemClock};

/// How the account's time passes.
#[derive(Debug)]
pub enum Time {
    /// Only when it is told to: for tests. Unix seconds.
    Manual(AtomicI64),
    /// As ours does.
    Real(SystemClock),
    /// Faster, from a start in the past until it has caught up with ours.
    SpedUp {
        /// Ours.
        clock: SystemClock,
        /// Ours when it began.
        began: Moment,
        /// The account's when it began, in Unix seconds.
        from: i64,
        /// Seconds of the account per second of ours.
        factor: f64,
    },
}

impl Time {
    /// Time that stands still at `now`.
    pub const fn manual(now: i64) -> Self {
        Self::Manual(AtomicI64::new(now))
    }

    /// Time that runs `factor` times as fast as ours, from `seconds_ago` on.
    pub fn sped_up(factor: f64, seconds_ago: i64) -> Self {
        let clock = SystemClock::new();
        let began = clock.now();
        Self::SpedUp {
            from: began.wall().0 - seconds_ago,
            began,
            clock,
            factor,
        }
    }

    /// The account's clock, in Unix seconds.
    pub fn now(&self) -> i64 {
        match self {
            Self::Manual(now) => now.load(Ordering::SeqCst),
            Self::Real(clock) => clock.now().wall().0,
            Self::SpedUp {
                clock,
                began,
                from,
                factor,
            } => {
                let now = clock.now();
                let passed = (now.monotonic - began.monotonic).as_secs_f64() * factor;
                // Never ahead of real time, which a Date cannot be.
                from.saturating_add(passed as i64).min(now.wall().0)
            }
        }
    }

    /// How far the account's clock goes on in so many real seconds.
    pub fn seconds_in(&self, real_seconds: i64) -> i64 {
        match self {
            Self::Manual(_) | Self::Real(_) => real_seconds,
            Self::SpedUp { factor, .. } => (real_seconds as f64 * factor) as i64,
        }
    }

    /// Moves time that stands still; does nothing to time that runs.
    pub fn advance(&self, seconds: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(seconds, Ordering::SeqCst);
        }
    }
}
