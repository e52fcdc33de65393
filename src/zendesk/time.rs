//! Times as they stand in answers.
//!
//! PURE.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::ticket::UnixSeconds;

/// The second that an RFC 3339 time lies in.
pub(super) fn seconds(text: &str) -> Option<UnixSeconds> {
    let usual = text.as_bytes().try_into().ok().and_then(usual_form);
    usual.or_else(|| {
        let time = text.parse::<jiff::Timestamp>().ok();
        time.map(|time| UnixSeconds(time.as_second()))
    })
}

/// A time as Zendesk writes all of them, `2023-09-09T23:52:05Z`; `None` for any other form. There are
/// three in each ticket, and a parser of all the forms that there are takes longer for them.
fn usual_form(text: &[u8; 20]) -> Option<UnixSeconds> {
    let is_usual = text[4] == b'-'
        && text[7] == b'-'
        && text[10] == b'T'
        && text[13] == b':'
        && text[16] == b':'
        && text[19] == b'Z';
    let two = |from: usize| -> Option<i8> {
        let digits = [
            text[from].wrapping_sub(b'0'),
            text[from + 1].wrapping_sub(b'0'),
        ];
        let is_number = digits[0] < 10 && digits[1] < 10;
        is_number.then(|| (digits[0] * 10 + digits[1]).cast_signed())
    };
    if !is_usual {
        return None;
    }
    let year = i16::from(two(0)?) * 100 + i16::from(two(2)?);
    let time = DateTime::new(year, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, 0).ok()?;
    let time = Offset::UTC.to_timestamp(time).ok()?;
    Some(UnixSeconds(time.as_second()))
}

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
