//! Decodes ids, order keys, counts and times of a ticket.
//!
//! PURE.

use super::integer::integer;
use super::lenient::Fact;
use super::{piece, time};
use crate::ticket::{Reference, UnixSeconds};

/// An RFC 3339 time.
pub(in crate::zendesk) struct Time(pub(in crate::zendesk) Option<UnixSeconds>);

impl Fact<'_> for Time {
    fn from_null() -> Self {
        Self(None)
    }

    fn from_str(text: &str) -> Self {
        Self(time::seconds(text))
    }
}

/// The id of the row, or an order key: an integer in any spelling. `None` for anything else.
pub(in crate::zendesk) struct Integer(pub(in crate::zendesk) Option<i64>);

impl Fact<'_> for Integer {
    const NEEDS_SPELLING: bool = true;

    fn from_null() -> Self {
        Self(None)
    }

    fn from_str(text: &str) -> Self {
        Self(integer(text))
    }

    fn from_integer(number: i64) -> Self {
        Self(Some(number))
    }

    fn from_spelling(json: &[u8]) -> Self {
        Self(std::str::from_utf8(json).ok().and_then(integer))
    }
}

impl Integer {
    /// The integer that this JSON is, or that it spells as a string.
    pub(in crate::zendesk) fn from_json(json: &[u8]) -> Option<i64> {
        match piece::text(json) {
            Some(text) => integer(&text),
            None => Self::from_spelling(json).0,
        }
    }
}

/// The id of something else, in any spelling. A value that cannot be read is not the same as no value.
impl Fact<'_> for Reference {
    const NEEDS_SPELLING: bool = true;

    fn from_null() -> Self {
        Self::None
    }

    fn unexpected() -> Self {
        Self::Other
    }

    fn from_str(text: &str) -> Self {
        integer(text).map_or(Self::Other, Self::Id)
    }

    fn from_integer(number: i64) -> Self {
        Self::Id(number)
    }

    fn from_spelling(json: &[u8]) -> Self {
        Integer::from_spelling(json).0.map_or(Self::Other, Self::Id)
    }
}

/// A number that cannot be negative.
pub(in crate::zendesk) struct Count(pub(in crate::zendesk) Option<u32>);

impl Fact<'_> for Count {
    const NEEDS_SPELLING: bool = true;

    fn from_null() -> Self {
        Self(None)
    }

    fn from_integer(number: i64) -> Self {
        Self(u32::try_from(number).ok())
    }

    fn from_spelling(json: &[u8]) -> Self {
        Integer::from_spelling(json)
            .0
            .map_or(Self(None), Self::from_integer)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;

    use super::*;
    use crate::zendesk::json::lenient::Lenient;
    use crate::zendesk::json::piece::Piece;

    /// Reads a fact as the one pass does, and in a piece of its own. The one pass may give it up.
    #[track_caller]
    fn both<T: for<'de> Fact<'de>>(json: &str) -> (Option<T>, T) {
        let at_once = serde_json::from_str::<Lenient<T>>(json).ok();
        let alone = Lenient::deserialize(Piece(json.as_bytes())).expect("whatever it is");
        (at_once.map(|read| read.0), alone.0)
    }

    #[test]
    fn an_id_that_is_there_is_never_none() {
        use Reference::{Id, None, Other};
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let long = format!("1{}", "0".repeat(1_000_000));
        let table = [
            ("21", Id(21)),
            ("-1", Id(-1)),
            ("0", Id(0)),
            (r#""21""#, Id(21)),
            (r#"" +0021\t""#, Id(21)),
            (r#""2\u0031""#, Id(21)),
            ("21.0", Id(21)),
            ("2.1e1", Id(21)),
            (r#""21.0""#, Id(21)),
            ("9007199254740993.0", Id(9_007_199_254_740_993)),
            ("9223372036854775807", Id(i64::MAX)),
            ("-9223372036854775808", Id(i64::MIN)),
            ("null", None),
            ("9223372036854775808", Other),
            ("18446744073709551616", Other),
            ("21.5", Other),
            ("1e400", Other),
            ("-1e400", Other),
            (long.as_str(), Other),
            (r#""""#, Other),
            (r#""none""#, Other),
            (r#""null""#, Other),
            (r#""\ud83d""#, Other),
            (r#""21\ud83d""#, Other),
            ("true", Other),
            ("false", Other),
            ("[]", Other),
            ("[21]", Other),
            ("{}", Other),
            (r#"{"id":21}"#, Other),
            (deep.as_str(), Other),
        ];
        for (json, expected) in table {
            let shown = &json[..json.len().min(40)];
            let (at_once, alone) = both::<Reference>(json);
            assert_eq!(alone, expected, "{shown}");
            assert!(at_once.is_none_or(|read| read == expected), "{shown}");
            let (at_once, alone) = both::<Integer>(json);
            let id = match expected {
                Id(id) => Some(id),
                None | Other => Option::None,
            };
            assert_eq!(alone.0, id, "{shown}");
            assert!(at_once.is_none_or(|read| read.0 == id), "{shown}");
            assert_eq!(Integer::from_json(json.as_bytes()), id, "{shown}");
        }
    }

    #[test]
    fn a_count_is_a_number_in_any_spelling_and_no_text() {
        let table = [
            ("7", Some(7)),
            ("7.0", Some(7)),
            ("0.7e1", Some(7)),
            ("-0", Some(0)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("-1", None),
            ("7.5", None),
            ("1e400", None),
            (r#""7""#, None),
            (r#""\ud83d""#, None),
            ("null", None),
            ("[7]", None),
        ];
        for (json, expected) in table {
            let (at_once, alone) = both::<Count>(json);
            assert_eq!(alone.0, expected, "{json}");
            assert!(at_once.is_none_or(|read| read.0 == expected), "{json}");
        }
    }
}
