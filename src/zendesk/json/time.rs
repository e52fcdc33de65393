//! Parses RFC 3339 times, with a fast path for the form that Zendesk writes.
//!
//! PURE.

use crate::ticket::UnixSeconds;

/// The second in which an RFC 3339 time is.
pub(in crate::zendesk) fn seconds(text: &str) -> Option<UnixSeconds> {
    let usual = text.as_bytes().try_into().ok().and_then(usual_form);
    usual.or_else(|| {
        let time = text.parse::<jiff::Timestamp>().ok();
        time.map(|time| UnixSeconds(time.as_second()))
    })
}

/// A time in the form that Zendesk always writes, `2023-09-09T23:52:05Z`; `None` for any other form. Each ticket
/// has three of them, and a general parser takes longer.
fn usual_form(text: &[u8; 20]) -> Option<UnixSeconds> {
    let is_usual = text[4] == b'-'
        && text[7] == b'-'
        && text[10] == b'T'
        && text[13] == b':'
        && text[16] == b':'
        && text[19] == b'Z';
    let two = |from: usize| -> Option<u8> {
        let digits = [
            text[from].wrapping_sub(b'0'),
            text[from + 1].wrapping_sub(b'0'),
        ];
        let is_number = digits[0] < 10 && digits[1] < 10;
        is_number.then(|| digits[0] * 10 + digits[1])
    };
    if !is_usual {
        return None;
    }
    let year = i64::from(two(0)?) * 100 + i64::from(two(2)?);
    let (month, day) = (i64::from(two(5)?), i64::from(two(8)?));
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    (is_time && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day))
        .then(|| UnixSeconds(days_before(year, month, day) * 86_400 + of_day))
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970-01-01 to a date. Years are counted from March, so that a leap day is their last day: then
/// `(153 * months + 2) / 5` days precede a month.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, months) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * months + 2) / 5 + day - 1 - DAYS_TO_1970
}

/// The days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_is_read_as_rfc_3339_has_it() {
        let table = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200)),
            ("2023-09-09T23:52:05Z", Some(1_694_303_525)),
            ("2023-09-10T01:52:05+02:00", Some(1_694_303_525)),
            ("2023-09-09T23:52:05.999Z", Some(1_694_303_525)),
            ("2023-09-09 23:52:05Z", Some(1_694_303_525)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2023-02-29T00:00:00Z", None),
            ("2023-13-01T00:00:00Z", None),
            ("2023-00-01T00:00:00Z", None),
            ("2023-01-00T00:00:00Z", None),
            ("2023-01-01T24:00:00Z", None),
            ("2023-01-01T00:60:00Z", None),
            ("2023-01-01T00:00:61Z", None),
            ("2023-01-01T00:00:0\u{660}", None),
            ("2o23-01-01T00:00:00Z", None),
            ("2023/01/01T00:00:00Z", None),
            ("2023-01-01T00:00:00", None),
            ("yesterday", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(text).map(|time| time.0), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_usual_form_of_a_time_is_read_as_any_other(
            text in "[0-9]{4}-(0[0-9]|1[0-3])-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z",
        ) {
            let expected = text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second());
            prop_assert_eq!(seconds(&text).map(|time| time.0), expected);
        }
    }
}
