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

/// The running state of retries: how often in a row, and the dice.
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
            (ApiError::RateLimited { .. }, Some(wait)) => wait,
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
        let factor = 2u32.saturating_pow(self.failures.min(31));
        self.failures = self.failures.saturating_add(1);
        let most = self.retry.initial.saturating_mul(factor).saturating_mul(2);
        let most = most.min(self.passing_max);
        let least = self.retry.initial.min(most).max(most / 2);
        least + (most - least).mul_f64(self.dice.f64())
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
        check(&limited(None), 60, 61);
        check(&limited(seconds(93)), 93, 94);
        check(&limited(seconds(7_200)), 7_200, 7_201);
        check(&limited(seconds(86_400)), 86_400, 86_401);
        check(&limited(seconds(10_000_000_000)), 86_400, 86_401);
        check(&server(None), 1, 2);
        check(&server(seconds(40)), 40, 41);
        check(&server(seconds(7_200)), 7_200, 7_201);
        let too_large = ApiError::ContentTooLarge {
            retry_after: seconds(40),
            explanation: None,
        };
        check(&too_large, 40, 41);
        let locked = ApiError::Unexpected {
            status: 423,
            retry_after: seconds(40),
            explanation: None,
        };
        check(&locked, 40, 41);
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
        assert!((4.0..=5.0).contains(&delay.as_secs_f64()), "{delay:?}");
    }

    #[test]
    fn a_429_without_a_word_waits_as_long_as_failures_that_pass_do_and_with_jitter() {
        let limited = ApiError::RateLimited { retry_after: None };
        // (poll_interval, retry.maximum) and the wait in milliseconds.
        let table = [
            (60, 300, 59_000..=60_000),
            (3_600, 300, 60_000..=61_000),
            (3_600, 3_600, 60_000..=61_000),
            (60, 5, 4_000..=5_000),
            (10, 300, 9_000..=10_000),
            (10, 1, 500..=1_000),
        ];
        for (interval, maximum, expected) in table {
            let retry = Retry {
                initial: Duration::from_millis(100),
                maximum: Duration::from_secs(maximum),
            };
            let passing_max = retry.passing_max(Duration::from_secs(interval));
            let mut backoff = Backoff::passing_within(retry, passing_max, 1);
            let waits: std::collections::BTreeSet<_> = (0..100)
                .map(|_| backoff.wait_after(&limited, Duration::from_secs(7)))
                .map(|wait| (wait.delay.as_millis(), wait.asked))
                .collect();
            assert!(waits.len() > 50, "{interval} {maximum}: no jitter");
            for (delay, asked) in waits {
                assert!(expected.contains(&delay), "{interval} {maximum}: {delay}");
                assert_eq!(asked, Duration::ZERO, "nobody asked for it");
            }
        }
    }

    #[test]
    fn failures_that_pass_are_retried_within_the_interval_however_long_they_last() {
        let interval = Duration::from_secs(60);
        for seed in 0..20 {
            let mut backoff = Backoff::passing_within(RETRY, RETRY.passing_max(interval), seed);
            let delays: Vec<Duration> = (0..2_000).map(|_| backoff.next_delay()).collect();
            assert!(delays.iter().all(|delay| *delay <= interval));
            // Nor much more often than without a failure, and never all clients at once.
            assert!(delays[6..].iter().all(|delay| *delay >= interval / 2));
            let distinct: std::collections::BTreeSet<_> = delays[6..].iter().collect();
            assert!(distinct.len() > 1_900, "{}", distinct.len());
            let failures = [
                (ApiError::Timeout, 30, 60),
                (ApiError::Unauthorized { explanation: None }, 300, 300),
                (ApiError::RateLimited { retry_after: None }, 59, 60),
            ];
            for (error, least, most) in failures {
                let delay = backoff.delay_after(&error).as_secs_f64();
                assert!(
                    (f64::from(least)..=f64::from(most)).contains(&delay),
                    "{error:?}"
                );
            }
            let asked = ApiError::Server {
                status: 503,
                retry_after: Some(Duration::from_secs(200)),
                explanation: None,
            };
            let wait = backoff.wait_after(&asked, Duration::ZERO);
            assert!(
                (200.0..=201.0).contains(&wait.delay.as_secs_f64()),
                "{wait:?}"
            );
            assert_eq!(wait.delay, wait.asked);
        }
        let mut backoff = Backoff::passing_within(RETRY, interval, 5);
        for (took, least, most) in [
            (0, 1, 2),
            (1, 1, 3),
            (50, 1, 1),
            (7, 1, 9),
            (20, 1, 12),
            (90, 1, 1),
        ] {
            let wait = backoff.wait_after(&ApiError::Timeout, Duration::from_secs(took));
            let expected = Duration::from_secs(least)..=Duration::from_secs(most);
            assert!(expected.contains(&wait.delay), "{took}: {wait:?}");
        }
        // The shorter of both, whatever the initial wait.
        let table = [
            (10, 300, 1, 10),
            (3600, 300, 1, 300),
            (60, 5, 1, 5),
            (1, 300, 20, 1),
        ];
        for (interval, maximum, initial, expected) in table {
            let [interval, maximum, initial, expected] =
                [interval, maximum, initial, expected].map(Duration::from_secs);
            let retry = Retry { initial, maximum };
            let mut backoff = Backoff::passing_within(retry, retry.passing_max(interval), 3);
            let longest = (0..1_000).map(|_| backoff.next_delay()).max();
            let longest = longest.expect("there are some");
            assert!(
                longest <= expected && longest >= expected * 9 / 10,
                "{longest:?}"
            );
        }
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
