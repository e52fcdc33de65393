//! The limit of requests of the web config file.
//!
//! PURE.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::server::web_file::RateLimitSettings;

/// A bucket of tokens, of which each request takes one.
#[derive(Debug)]
pub(super) struct RateLimiter {
    limit: RateLimitSettings,
    /// How many tokens there are, and when they were counted, on the monotonic clock.
    tokens: Mutex<(f64, Duration)>,
}

impl RateLimiter {
    pub(super) fn new(limit: RateLimitSettings) -> Self {
        let tokens = Mutex::new((f64::from(limit.burst), Duration::ZERO));
        Self { limit, tokens }
    }

    /// Takes a token, if there is one at `now`. With an interval of 2 s and a burst of 3, three requests pass
    /// at once, and after that one each 2 s.
    pub(super) fn take(&self, now: Duration) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, counted_at) = *tokens;
        let since_then = now
            .saturating_sub(counted_at)
            .div_duration_f64(self.limit.interval);
        let left = (left + since_then).min(f64::from(self.limit.burst));
        let is_taken = left >= 1.0;
        *tokens = (if is_taken { left - 1.0 } else { left }, now);
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lets_a_burst_through_and_then_one_each_interval() {
        let limiter = RateLimiter::new(RateLimitSettings {
            interval: Duration::from_secs(2),
            burst: 3,
        });
        let table = [
            (0, true),
            (0, true),
            (0, true),
            (0, false),
            (1, false),
            (2, true),
            (3, false),
            (4, true),
            (60, true),
            (60, true),
            (60, true),
            (60, false),
        ];
        for (index, (second, expected)) in table.into_iter().enumerate() {
            let taken = limiter.take(Duration::from_secs(second));
            assert_eq!(taken, expected, "request {index}");
        }
    }
}
