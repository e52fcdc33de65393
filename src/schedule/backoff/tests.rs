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
    let delay = Backoff::new(short, 0).delay_after(&ApiError::RateLimited { retry_after: None });
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
