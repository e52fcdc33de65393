use reqwest::header::HeaderValue;

use super::*;
use crate::zendesk::answers::headers::tests::headers;

const fn limit(bucket: Bucket, limit: u64, remaining: u64, reset: Option<u64>) -> RateLimit {
    RateLimit {
        bucket,
        limit: Some(limit),
        remaining: Some(remaining),
        reset: match reset {
            Some(seconds) => Some(Duration::from_secs(seconds)),
            None => None,
        },
    }
}

#[test]
fn limits_are_read_in_every_spelling() {
    let exports = || Bucket::Endpoint("incremental-exports".to_owned());
    type Lines<'a> = &'a [(&'a str, &'a str)];
    let table: [(Lines<'_>, Vec<RateLimit>); 6] = [
        (
            &[("x-rate-limit", "700"), ("x-rate-limit-remaining", "684")],
            vec![limit(Bucket::Account, 700, 684, None)],
        ),
        (
            &[
                ("ratelimit-limit", "700"),
                ("ratelimit-remaining", "699"),
                ("ratelimit-reset", "18"),
            ],
            vec![limit(Bucket::Account, 700, 699, Some(18))],
        ),
        (
            &[
                ("rate-limit", "700"),
                ("rate-limit-remaining", "684"),
                ("rate-limit-reset", "10"),
            ],
            vec![limit(Bucket::Account, 700, 684, Some(10))],
        ),
        (
            &[(
                "zendesk-ratelimit-incremental-exports",
                "total=10; remaining=9; resets=6",
            )],
            vec![limit(exports(), 10, 9, Some(6))],
        ),
        (
            &[(
                "zendesk-rate-limit-incremental-exports",
                "total=10;remaining=0",
            )],
            vec![limit(exports(), 10, 0, None)],
        ),
        (
            &[
                ("zendesk-ratelimit-x", "nonsense"),
                ("x-rate-limit", "many"),
            ],
            vec![],
        ),
    ];
    for (lines, expected) in table {
        let lines: Vec<_> = lines.to_vec();
        let map = lines
            .into_iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                    HeaderValue::from_str(value).expect("a value"),
                )
            })
            .collect();
        assert_eq!(rate_limits(&map, None), expected);
    }
}

#[test]
fn a_reset_is_seconds_or_a_moment_and_never_decades() {
    let now = 1_767_312_000;
    for (reset, seconds) in [
        (0_u64, 0),
        (17, 17),
        (3_600, 3_600),
        (999_999_999, 999_999_999),
        (1_767_312_000, 0),
        (1_767_312_042, 42),
        (1_767_311_000, 0),
        (1_767_312_042_000, 42),
        (1_767_312_041_001, 42),
        (1_767_311_999_500, 0),
        (1_767_312_042_000_000, 42),
        (1_767_312_041_000_001, 42),
        (1_767_311_999_500_000, 0),
    ] {
        for name in [
            "ratelimit-reset",
            "rate-limit-reset",
            "x-rate-limit-reset",
            "x-ratelimit-reset",
        ] {
            let mut map = headers(&[("x-rate-limit", "700"), ("x-rate-limit-remaining", "0")]);
            map.insert(name, HeaderValue::from(reset));
            assert_eq!(
                rate_limits(&map, Some(UnixSeconds(now))),
                [limit(Bucket::Account, 700, 0, Some(seconds))],
                "{name}: {reset}"
            );
        }
        let mut map = HeaderMap::new();
        let value = format!("total=10; remaining=0; resets={reset}");
        map.insert("zendesk-ratelimit-x", value.parse().expect("a value"));
        let bucket = Bucket::Endpoint("x".to_owned());
        assert_eq!(
            rate_limits(&map, Some(UnixSeconds(now))),
            [limit(bucket, 10, 0, Some(seconds))],
            "{value}"
        );
    }
    // Without any clock to hold it against, a moment says nothing.
    let moment = headers(&[
        ("x-rate-limit", "700"),
        ("x-rate-limit-reset", "1767312042"),
    ]);
    assert_eq!(rate_limits(&moment, None)[0].reset, None);
}

#[test]
fn a_reset_may_have_a_fraction_and_what_is_neither_seconds_nor_a_moment_says_nothing() {
    let now = 1_767_312_000;
    for (spelt, seconds) in [
        ("17.9", Some(17)),
        ("0.5", Some(0)),
        ("1767312042.75", Some(42)),
        ("1767312042000.5", Some(42)),
        // Between the spellings of a moment, and beyond them.
        ("100000000000", None),
        ("999999999999", None),
        ("100000000000000", None),
        ("100000000000000000", None),
        ("1767312042000000000", None),
        ("17.", None),
        (".5", None),
        ("17.x", None),
    ] {
        let value = format!("total=10; remaining=0; resets={spelt}");
        let map = HeaderMap::from_iter([
            (
                HeaderName::from_static("zendesk-ratelimit-x"),
                value.parse().expect("a value"),
            ),
            (
                HeaderName::from_static("x-rate-limit"),
                HeaderValue::from_static("700"),
            ),
            (
                HeaderName::from_static("x-rate-limit-reset"),
                spelt.parse().expect("a value"),
            ),
        ]);
        let limits = rate_limits(&map, Some(UnixSeconds(now)));
        let resets: Vec<_> = limits.iter().map(|limit| limit.reset).collect();
        assert_eq!(resets, [seconds.map(Duration::from_secs); 2], "{spelt}");
    }
}

/// The limits that one header line states.
fn limits_of(name: &str, value: &str) -> Vec<RateLimit> {
    let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
    let value = HeaderValue::from_str(value).expect("a value");
    rate_limits(&HeaderMap::from_iter([(name, value)]), None)
}

#[test]
fn the_limits_of_the_lists_are_read_in_both_spellings() {
    type Stated = (Option<u64>, Option<u64>, Option<u64>);
    let table: [(&str, Option<Stated>); 14] = [
        (
            "total=100; remaining=94; resets=17",
            Some((Some(100), Some(94), Some(17))),
        ),
        (
            "total=100000; remaining=99999; resets=1",
            Some((Some(100_000), Some(99_999), Some(1))),
        ),
        (
            "resets=6;remaining=9;total=10",
            Some((Some(10), Some(9), Some(6))),
        ),
        // A limit of 0 is what the header states; what follows from it is not decided here.
        (
            "total=0; remaining=0; resets=60",
            Some((Some(0), Some(0), Some(60))),
        ),
        ("total=0", Some((Some(0), None, None))),
        ("remaining=0; resets=5", Some((None, Some(0), Some(5)))),
        // More is left than there is.
        ("total=10; remaining=11", Some((Some(10), Some(11), None))),
        (
            "total=-1; remaining=5; resets=-3",
            Some((None, Some(5), None)),
        ),
        (
            "total=10; remaining=-4; resets=soon",
            Some((Some(10), None, None)),
        ),
        (
            "total=18446744073709551616; remaining=1",
            Some((None, Some(1), None)),
        ),
        ("total=-1; remaining=-1; resets=7", None),
        ("total=; remaining=; resets=7", None),
        ("resets=7", None),
        ("", None),
    ];
    for (value, expected) in table {
        for name in ["tickets-index", "deleted-tickets-index"] {
            for prefix in ["zendesk-ratelimit-", "Zendesk-Rate-Limit-"] {
                let limits = limits_of(&format!("{prefix}{name}"), value);
                let expected = expected.map(|(limit, remaining, reset)| RateLimit {
                    bucket: Bucket::Endpoint(name.to_owned()),
                    limit,
                    remaining,
                    reset: reset.map(Duration::from_secs),
                });
                assert_eq!(limits, Vec::from_iter(expected), "{prefix}{name}: {value}");
            }
        }
    }
}

#[test]
fn a_limit_of_the_account_that_is_no_count_is_left_out() {
    for (value, expected) in [
        ("0", Some(0)),
        ("700", Some(700)),
        (" 700.0 ", Some(700)),
        ("-1", None),
        ("", None),
        ("many", None),
        ("700, 700", None),
    ] {
        for name in ["x-rate-limit", "ratelimit-limit", "rate-limit"] {
            let limits = limits_of(name, value);
            let read = limits.first().and_then(|limit| limit.limit);
            assert_eq!(
                (limits.len(), read),
                (usize::from(expected.is_some()), expected),
                "{name}: {value}"
            );
        }
        for name in [
            "x-rate-limit-remaining",
            "ratelimit-remaining",
            "rate-limit-remaining",
        ] {
            let limits = limits_of(name, value);
            let read = limits.first().and_then(|limit| limit.remaining);
            assert_eq!(
                (limits.len(), read),
                (usize::from(expected.is_some()), expected),
                "{name}: {value}"
            );
        }
    }
    // A reset alone belongs to no limit.
    assert_eq!(limits_of("ratelimit-reset", "17"), []);
}
