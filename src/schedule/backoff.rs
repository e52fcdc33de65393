//! How long to wait after a failure.

use std::time::Duration;

use crate::source::ApiError;

/// Longest that a `Retry-After` is obeyed: a day. Zendesk's windows are minutes and its maintenance
/// is hours; a header that says more than this is broken, and would stop the exporter for as long as
/// it says.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(86_400);

/// The wait after a 429 that does not say how long, if failures that pass wait as long: Zendesk's
/// window is a minute.
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

/// A wait after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// How long.
    pub(super) delay: Duration,
    /// How much of it Zendesk asked for, so that nothing may shorten it.
    pub(super) asked: Duration,
}

/// The running state of retries: how often in a row they failed, and the dice for the jitter.
///
/// Example with `initial` 1 s and `maximum` 5 min: after failures that pass by themselves the waits are
/// 1 to 2 s, 2 to 4 s, 4 to 8 s and so on, up to 150 to 300 s. For the main walk the longest one is
/// `poll_interval` instead, with 60 s it is 30 to 60 s. A 401 waits 300 s from the first time on.
/// `Retry-After: 93` waits 93 to 94 s.
#[derive(Debug)]
pub(crate) struct Backoff {
    retry: Retry,
    /// Longest wait after a failure that passes by itself.
    passing_max: Duration,
    failures: u32,
    dice: fastrand::Rng,
}

impl Retry {
    /// Longest wait after a failure that passes by itself, of what is asked every `interval`: when it
    /// has passed, data must not be older for it than they are anyway between two requests.
    pub(super) fn passing_max(self, interval: Duration) -> Duration {
        self.maximum.min(interval)
    }
}

impl Backoff {
    /// Nothing has failed yet; `seed` is for the jitter.
    pub(crate) fn new(retry: Retry, seed: u64) -> Self {
        Self::passing_within(retry, retry.maximum, seed)
    }

    /// The same for what must come back soon: after failures that pass by themselves it waits
    /// `passing_max` at most.
    pub(super) fn passing_within(retry: Retry, passing_max: Duration, seed: u64) -> Self {
        Self {
            retry,
            passing_max,
            failures: 0,
            dice: fastrand::Rng::with_seed(seed),
        }
    }

    /// Retries otherwise from now on. How often in a row it failed is not forgotten.
    pub(crate) const fn set_retry(&mut self, retry: Retry) {
        self.set_retry_within(retry, retry.maximum);
    }

    /// The same for what must come back soon.
    pub(super) const fn set_retry_within(&mut self, retry: Retry, passing_max: Duration) {
        self.retry = retry;
        self.passing_max = passing_max;
    }

    /// Something succeeded.
    pub(crate) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after `error`: what Zendesk asked for, the longest where waiting alone will not
    /// help, else the next step of the exponential back-off.
    pub(crate) fn delay_after(&mut self, error: &ApiError) -> Duration {
        self.wait_after(error, Duration::ZERO).delay
    }

    /// The same after a request that took so long, and how much of it Zendesk asked for.
    pub(super) fn wait_after(&mut self, error: &ApiError, took: Duration) -> Wait {
        let ours = |delay| Wait {
            delay,
            asked: Duration::ZERO,
        };
        match (error, self.asked_wait(error)) {
            // A spent limit does not count as a failure, so later waits do not grow by it.
            (ApiError::RateLimited { .. }, Some(wait)) => wait,
            // A 503 counts as a failure beside the wait that it asks for, or a server that always
            // says `Retry-After: 1` would get a request a second.
            (_, Some(wait)) => Wait {
                delay: self.next_delay_after(took).max(wait.delay),
                ..wait
            },
            (error, None) if error.needs_a_person() => ours(self.retry.maximum),
            (_, None) => ours(self.next_delay_after(took)),
        }
    }

    /// The part of that wait which concerns whoever asks the same host; how often in a row it failed
    /// has no part in it. `None` where Zendesk asked for no wait.
    pub(super) fn asked_wait(&mut self, error: &ApiError) -> Option<Wait> {
        if !error.is_asked_to_wait() {
            return None;
        }
        let wait = match error.retry_after() {
            Some(asked) => {
                let spread = RETRY_AFTER_SPREAD.mul_f64(self.dice.f64());
                let asked = asked.min(RETRY_AFTER_MAX) + spread;
                Wait {
                    delay: asked,
                    asked,
                }
            }
            None => Wait {
                delay: self.window(),
                asked: Duration::ZERO,
            },
        };
        Some(wait)
    }

    /// The wait after a 429 that does not say how long.
    fn window(&mut self) -> Duration {
        let most = (RATE_LIMIT_WINDOW + RETRY_AFTER_SPREAD).min(self.passing_max);
        // A second of jitter, or half of the wait if the whole wait is not much more than a second.
        let least = most.saturating_sub(RETRY_AFTER_SPREAD).max(most / 2);
        least + (most - least).mul_f64(self.dice.f64())
    }

    /// The next step from when the request began: one that was waited for until it timed out must not
    /// make the next one later.
    fn next_delay_after(&mut self, took: Duration) -> Duration {
        let least = self.retry.initial.min(self.passing_max);
        self.next_delay().saturating_sub(took).max(least)
    }

    /// The next step of what passes by itself: twice the one before, less up to half of it, so that
    /// clients that failed together do not retry together.
    pub(crate) fn next_delay(&mut self) -> Duration {
        // 2^31 is the largest power that fits. Any interval has reached its maximum long before.
        let factor = 2u32.saturating_pow(self.failures.min(31));
        self.failures = self.failures.saturating_add(1);
        let most = self.retry.initial.saturating_mul(factor).saturating_mul(2);
        let most = most.min(self.passing_max);
        // Under a low maximum half of the step can be less than `initial`.
        let least = self.retry.initial.min(most).max(most / 2);
        least + (most - least).mul_f64(self.dice.f64())
    }
}

#[cfg(test)]
mod tests;
