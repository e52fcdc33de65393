//! How long to wait after a failure.

use std::time::Duration;

use crate::zendesk::ApiError;

/// Longest that a `Retry-After` is obeyed. Zendesk's windows are minutes; a header that says more
/// than this is broken, and would stop the exporter for as long as it says.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// The wait after a 429 that does not say how long: Zendesk's window is a minute.
const RATE_LIMIT_WINDOW: Duration = Duration::from_secs(60);

/// Spread added to a wait that Zendesk named, so that the clients it sent away do not come back
/// together. Also covers that the header has whole seconds.
const RETRY_AFTER_SPREAD: Duration = Duration::from_secs(1);

/// How failures are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Shortest wait after a failure.
    pub initial: Duration,
    /// Longest wait after a failure, and the wait where only the operator can help.
    pub maximum: Duration,
}

/// The running state of retries: how often in a row, and the dice.
#[derive(Debug)]
pub(crate) struct Backoff {
    retry: Retry,
    failures: u32,
    dice: fastrand::Rng,
}

impl Backoff {
    /// Nothing has failed yet; `seed` is for the jitter.
    pub(crate) fn new(retry: Retry, seed: u64) -> Self {
        Self {
            retry,
            failures: 0,
            dice: fastrand::Rng::with_seed(seed),
        }
    }

    /// Retries otherwise from now on. How often in a row it failed is not forgotten.
    pub(crate) const fn set_retry(&mut self, retry: Retry) {
        self.retry = retry;
    }

    /// Something succeeded.
    pub(crate) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after `error`: what Zendesk asked for, the longest where waiting alone will not
    /// help, else the next step of the exponential back-off.
    pub(crate) fn delay_after(&mut self, error: &ApiError) -> Duration {
        match error {
            ApiError::RateLimited {
                retry_after: Some(asked),
            } => self.spread((*asked).min(RETRY_AFTER_MAX)),
            ApiError::RateLimited { retry_after: None } => {
                RATE_LIMIT_WINDOW.min(self.retry.maximum)
            }
            ApiError::Unauthorized { .. }
            | ApiError::MissingScope { .. }
            | ApiError::NotAdmin { .. }
            | ApiError::ExportForbidden { .. }
            | ApiError::NotFound { .. } => self.retry.maximum,
            ApiError::Server {
                retry_after: Some(asked),
                ..
            } => {
                let asked = self.spread((*asked).min(RETRY_AFTER_MAX));
                self.next_delay().max(asked)
            }
            ApiError::Server { .. }
            | ApiError::Timeout
            | ApiError::Transport(_)
            | ApiError::Unexpected { .. }
            | ApiError::Decode { .. }
            | ApiError::TooLarge { .. }
            | ApiError::TokenExpired
            | ApiError::ConnectionLost(_)
            | ApiError::StartTimeTooRecent
            | ApiError::CursorLost => self.next_delay(),
        }
    }

    /// The next step: anything between the initial wait and twice the step before, so that clients
    /// that failed together do not retry together.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let factor = 2u32.saturating_pow(self.failures.min(31));
        self.failures = self.failures.saturating_add(1);
        let most = self
            .retry
            .initial
            .saturating_mul(factor)
            .saturating_mul(2)
            .min(self.retry.maximum);
        let room = most.saturating_sub(self.retry.initial);
        self.retry.initial.min(self.retry.maximum) + room.mul_f64(self.dice.f64())
    }

    fn spread(&mut self, asked: Duration) -> Duration {
        asked + RETRY_AFTER_SPREAD.mul_f64(self.dice.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry {
        initial: Duration::from_secs(1),
        maximum: Duration::from_secs(300),
    };

    #[track_caller]
    fn check(error: &ApiError, least: u64, most: u64) {
        for seed in 0..50 {
            let delay = Backoff::new(RETRY, seed).delay_after(error);
            let (least, most) = (Duration::from_secs(least), Duration::from_secs(most));
            assert!((least..=most).contains(&delay), "{error:?}: {delay:?}");
        }
    }

    #[test]
    fn each_failure_has_its_wait() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let limited = |retry_after| ApiError::RateLimited { retry_after };
        let server = |retry_after| ApiError::Server {
            status: 503,
            retry_after,
            explanation: None,
        };
        check(&limited(None), 60, 60);
        check(&limited(seconds(93)), 93, 94);
        check(&limited(seconds(10_000_000_000)), 3600, 3601);
        check(&server(None), 1, 2);
        check(&server(seconds(40)), 40, 41);
        check(&ApiError::Timeout, 1, 2);
        check(&ApiError::Unauthorized { explanation: None }, 300, 300);
        check(&ApiError::NotAdmin { explanation: None }, 300, 300);
        check(&ApiError::ExportForbidden { explanation: None }, 300, 300);
        check(&ApiError::NotFound { explanation: None }, 300, 300);
    }

    #[test]
    fn a_429_without_a_word_waits_no_longer_than_the_maximum() {
        let short = Retry {
            initial: Duration::from_secs(1),
            maximum: Duration::from_secs(5),
        };
        let delay =
            Backoff::new(short, 0).delay_after(&ApiError::RateLimited { retry_after: None });
        assert_eq!(delay, Duration::from_secs(5));
    }

    #[test]
    fn repeated_failures_wait_longer_up_to_the_maximum_and_success_starts_over() {
        let mut backoff = Backoff::new(RETRY, 7);
        let delays: Vec<Duration> = (0..40).map(|_| backoff.next_delay()).collect();
        assert!(delays.iter().all(|delay| *delay >= RETRY.initial));
        assert!(delays.iter().all(|delay| *delay <= RETRY.maximum));
        assert!(
            delays[10..]
                .iter()
                .any(|delay| *delay > Duration::from_secs(100))
        );
        backoff.reset();
        assert!(backoff.next_delay() <= Duration::from_secs(2));
    }
}
