//! Reads the headers `Date` and `Retry-After` and the id of a request.
//!
//! PURE.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::ticket::UnixSeconds;

/// Longest name of a limit, and longest id of a request, that is accepted.
pub(in crate::zendesk) const NAME_BYTES_MAX: usize = 64;

pub(in crate::zendesk) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The answer's `Date`.
pub(in crate::zendesk) fn date(headers: &HeaderMap) -> Option<UnixSeconds> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// How far a date in `Retry-After` can be ahead of a clock other than the answer's, in seconds: a day. Beyond it,
/// that clock is wrong.
const AHEAD_OF_OTHER_CLOCK_SECONDS_MAX: i64 = 86_400;

/// How long `Retry-After` asks to wait: a number of seconds, or a date compared with the answer's `Date`, or with
/// `at` if the answer has none. The longest one counts if there are several. `None` if it is missing, not positive
/// or unreadable. Not capped.
///
/// Examples: `93` is 93 s, `5.5` is 6 s, `-5` and `soon` are `None`. The date 02:19:20 in an answer with the `Date`
/// 02:18:50 is 30 s, whatever the local clock shows.
pub(in crate::zendesk) fn retry_after(
    headers: &HeaderMap,
    at: Option<UnixSeconds>,
) -> Option<Duration> {
    let until = |date_asked: UnixSeconds| match date(headers) {
        Some(date) => Some(date_asked.since(date)),
        None => Some(date_asked.since(at?))
            .filter(|seconds| *seconds <= AHEAD_OF_OTHER_CLOCK_SECONDS_MAX),
    };
    let lines = headers.get_all(RETRY_AFTER).iter();
    let waits = lines.filter_map(|line| {
        let value = line.to_str().ok()?.trim();
        let seconds = seconds_asked(value).or_else(|| until(http_date(value)?))?;
        u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
    });
    waits.max().map(Duration::from_secs)
}

/// A number of seconds, rounded up so that no request is sent too early.
fn seconds_asked(value: &str) -> Option<i64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let is_more = fraction.bytes().any(|digit| digit != b'0');
    // A number with too many digits is a very long time.
    let whole = whole.parse::<i64>().unwrap_or(i64::MAX);
    Some(whole.saturating_add(i64::from(is_more)))
}

/// Zendesk's id of the request. The header comes twice, with the same value.
pub(in crate::zendesk) fn request_id(headers: &HeaderMap) -> Option<String> {
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
pub(in crate::zendesk) mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    /// The headers of an answer that has these lines.
    pub(in crate::zendesk) fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
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
                retry_after(&map, None),
                expected.map(Duration::from_secs),
                "{value}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new(), None), None);
    }

    #[test]
    fn a_retry_after_with_a_fraction_is_rounded_up_and_the_longest_of_several_counts() {
        for (value, expected) in [
            ("5.5", Some(6)),
            ("5.0", Some(5)),
            ("0.2", Some(1)),
            ("0.0", None),
            ("5.", None),
            (".5", None),
            ("1e2", None),
        ] {
            let told = retry_after(&headers(&[("retry-after", value)]), None);
            assert_eq!(told, expected.map(Duration::from_secs), "{value}");
        }
        let mut twice = headers(&[("retry-after", "1")]);
        for value in ["soon", "5", "3"] {
            twice.append(RETRY_AFTER, HeaderValue::from_static(value));
        }
        assert_eq!(retry_after(&twice, None), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_date_to_retry_after_is_held_against_another_clock_where_the_answer_has_none() {
        let asked = "Sun, 10 Sep 2023 02:19:20 GMT";
        let of_asked = http_date(asked).expect("a date");
        let without_date = headers(&[("retry-after", asked)]);
        for (ahead, expected) in [
            (5, Some(5)),
            (86_400, Some(86_400)),
            // That clock is wrong.
            (86_401, None),
            (0, None),
            (-5, None),
        ] {
            let at = of_asked.plus(-ahead);
            let told = retry_after(&without_date, Some(at));
            assert_eq!(told, expected.map(Duration::from_secs), "{ahead}");
        }
        assert_eq!(retry_after(&without_date, None), None);
        // One clock wrote both: whatever another one shows does not matter.
        let dated = headers(&[
            ("date", "Sun, 10 Sep 2023 02:18:50 GMT"),
            ("retry-after", asked),
        ]);
        for at in [None, Some(UnixSeconds(0)), Some(of_asked)] {
            assert_eq!(retry_after(&dated, at), Some(Duration::from_secs(30)));
        }
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
