//! Reads request limits from the headers of an answer, in every form that Zendesk has used.
//!
//! PURE.

use std::ops::Range;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName};

use super::headers::{NAME_BYTES_MAX, is_digits};
use crate::source::{Bucket, RateLimit};
use crate::ticket::UnixSeconds;

/// Most limits of endpoints that are read from one answer. No more than one was ever seen.
const BUCKETS_MAX: usize = 8;

/// The prefixes of the header for an endpoint's limit: since 2024, and in 2023.
const BUCKET_PREFIXES: [&str; 2] = ["zendesk-ratelimit-", "zendesk-rate-limit-"];

/// The limits of the account and of endpoints.
///
/// Account: `x-rate-limit[-remaining]` always, `ratelimit-limit|-remaining|-reset` since 2024,
/// `rate-limit[-remaining|-reset]` in 2023. Endpoint: `total=10; remaining=9; resets=6`.
///
/// `reset` is a number of seconds from `now`, or a time, which is ignored without `now`. Examples: `18` is 18 s,
/// and at 1767312000 both `1767312042` and `1767312042000` are 42 s.
pub(in crate::zendesk) fn rate_limits(
    headers: &HeaderMap,
    now: Option<UnixSeconds>,
) -> Vec<RateLimit> {
    let first = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| headers.get(*name));
        values.find_map(|value| whole_number(value.to_str().ok()?))
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
    // A `reset` alone is ignored, because its limit is unknown.
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
            .and_then(|(_, number)| whole_number(number))
    };
    let limit = RateLimit {
        bucket: Bucket::Endpoint(name.to_owned()),
        limit: part("total"),
        remaining: part("remaining"),
        reset: part("resets").and_then(|reset| until(reset, now)),
    };
    limit.limit.or(limit.remaining).is_some().then_some(limit)
}

/// A whole number; a fraction is left out.
fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(fraction).then(|| whole.parse().ok())?
}

/// Smaller numbers are seconds to wait. Larger ones would be decades.
const EPOCH_MIN: u64 = 1_000_000_000;

/// The ranges of numbers that are Unix times since 2001, and how many of each unit are a second: seconds,
/// milliseconds, microseconds.
const EPOCHS: [(Range<u64>, u64); 3] = [
    (EPOCH_MIN..100_000_000_000, 1),
    (1_000_000_000_000..100_000_000_000_000, 1_000),
    (1_000_000_000_000_000..100_000_000_000_000_000, 1_000_000),
];

/// How long it is until a limit is reset: Zendesk sends seconds, proxies on the way send a time.
fn until(reset: u64, now: Option<UnixSeconds>) -> Option<Duration> {
    if reset < EPOCH_MIN {
        return Some(Duration::from_secs(reset));
    }
    let (_, per_second) = EPOCHS.iter().find(|(epoch, _)| epoch.contains(&reset))?;
    let moment = reset.div_ceil(*per_second);
    let moment = UnixSeconds(i64::try_from(moment).unwrap_or(i64::MAX));
    let seconds = moment.since(now?).max(0).unsigned_abs();
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
