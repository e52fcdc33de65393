//! What the headers of an answer say, in all their spellings.
//!
//! PURE.

use std::ops::Range;
use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use super::{Bucket, RateLimit};
use crate::ticket::UnixSeconds;

/// Most endpoint buckets taken from one answer. One was ever seen.
const BUCKETS_MAX: usize = 8;

/// Longest bucket name, and longest request id, that is taken.
const NAME_BYTES_MAX: usize = 64;

/// Prefixes of an endpoint bucket's header: since 2024, and in 2023.
const BUCKET_PREFIXES: [&str; 2] = ["zendesk-ratelimit-", "zendesk-rate-limit-"];

/// Limits of the account and of endpoints.
///
/// Account: `x-rate-limit[-remaining]` always, `ratelimit-limit|-remaining|-reset` since 2024,
/// `rate-limit[-remaining|-reset]` in 2023. Endpoint: `total=10; remaining=9; resets=6`.
///
/// `reset` is seconds from `now`, or a moment by the clock, which tells nothing without `now`.
pub(super) fn rate_limits(headers: &HeaderMap, now: Option<UnixSeconds>) -> Vec<RateLimit> {
    let first = |names: &[&str]| {
        names.iter().find_map(|name| {
            headers
                .get(*name)?
                .to_str()
                .ok()?
                .trim()
                .parse::<u64>()
                .ok()
        })
    };
    let account = RateLimit {
        bucket: Bucket::Account,
        limit: first(&["ratelimit-limit", "rate-limit", "x-rate-limit"]),
        remaining: first(&[
            "ratelimit-remaining",
            "rate-limit-remaining",
            "x-rate-limit-remaining",
        ]),
        reset: first(&[
            "ratelimit-reset",
            "rate-limit-reset",
            "x-rate-limit-reset",
            "x-ratelimit-reset",
        ])
        .and_then(|reset| until(reset, now)),
    };
    let says_something = account.limit.or(account.remaining).is_some();
    let endpoints = headers
        .iter()
        .filter_map(|(name, value)| endpoint_limit(name, value.to_str().ok()?, now))
        .take(BUCKETS_MAX);
    says_something
        .then_some(account)
        .into_iter()
        .chain(endpoints)
        .collect()
}

fn endpoint_limit(header: &HeaderName, value: &str, now: Option<UnixSeconds>) -> Option<RateLimit> {
    let name = BUCKET_PREFIXES
        .iter()
        .find_map(|prefix| header.as_str().strip_prefix(prefix))?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name) {
        return None;
    }
    let part = |wanted: &str| {
        value
            .split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.trim() == wanted)
            .and_then(|(_, number)| number.trim().parse::<u64>().ok())
    };
    let limit = RateLimit {
        bucket: Bucket::Endpoint(name.to_owned()),
        limit: part("total"),
        remaining: part("remaining"),
        reset: part("resets").and_then(|reset| until(reset, now)),
    };
    limit.limit.or(limit.remaining).is_some().then_some(limit)
}

/// Numbers that are moments of the Unix clock, from 2001 on, rather than seconds to wait: those
/// would be decades.
const EPOCH_SECONDS: Range<u64> = 1_000_000_000..100_000_000_000;

/// The same in milliseconds.
const EPOCH_MILLISECONDS: Range<u64> = 1_000_000_000_000..100_000_000_000_000;

/// How long it is until a limit is reset: Zendesk sends seconds, proxies on the way the moment.
fn until(reset: u64, now: Option<UnixSeconds>) -> Option<Duration> {
    let moment = if EPOCH_SECONDS.contains(&reset) {
        reset
    } else if EPOCH_MILLISECONDS.contains(&reset) {
        reset.div_ceil(1000)
    } else {
        return Some(Duration::from_secs(reset));
    };
    let moment = UnixSeconds(i64::try_from(moment).unwrap_or(i64::MAX));
    let seconds = moment.since(now?).max(0).unsigned_abs();
    Some(Duration::from_secs(seconds))
}

/// The answer's `Date`.
pub(super) fn date(headers: &HeaderMap) -> Option<UnixSeconds> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// How long `Retry-After` asks to wait: seconds, or a time as seen from the answer's `Date`.
/// `None` when it is missing, not positive or unreadable. Not capped.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is a very long time.
        value.parse::<i64>().unwrap_or(i64::MAX)
    } else {
        http_date(value)?.since(date(headers)?)
    };
    u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs)
}

/// Zendesk's id of the request. The header comes twice, with the same value.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (id.len() <= NAME_BYTES_MAX && id.bytes().all(is_plain)).then(|| id.to_owned())
}

fn http_date(text: &str) -> Option<UnixSeconds> {
    let time = httpdate::parse_http_date(text).ok()?;
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    i64::try_from(seconds).ok().map(UnixSeconds)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

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
    fn retry_after_is_seconds_or_a_date_and_never_nonsense() {
        let table = [
            ("10", Some(10)),
            ("93", Some(93)),
            ("Sun, 10 Sep 2023 02:19:20 GMT", Some(30)),
            ("Sun, 10 Sep 2023 02:18:00 GMT", None),
            ("0", None),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", Some(i64::MAX.unsigned_abs())),
        ];
        for (value, expected) in table {
            let map = headers(&[
                ("date", "Sun, 10 Sep 2023 02:18:50 GMT"),
                ("retry-after", value),
            ]);
            assert_eq!(
                retry_after(&map),
                expected.map(Duration::from_secs),
                "{value}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn a_request_id_that_comes_twice_is_taken_once() {
        let mut map = headers(&[("x-request-id", "80442ec0fed0c688-SEA")]);
        map.append(
            "x-request-id",
            HeaderValue::from_static("80442ec0fed0c688-SEA"),
        );
        assert_eq!(request_id(&map).as_deref(), Some("80442ec0fed0c688-SEA"));
        let hostile = headers(&[("x-request-id", "a b\tc")]);
        assert_eq!(request_id(&hostile), None);
    }
}
