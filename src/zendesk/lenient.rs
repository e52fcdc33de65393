//! Values that may come as anything.
//!
//! PURE. Null and missing are "nothing said"; a value of a kind that it never had, or that cannot
//! be read, is "other" or "nothing said". Neither costs more than itself. Of equal keys the last
//! one counts. Strings are looked at where they are, so no free text is copied.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::integer::integer;
use super::{piece, time};
use crate::ticket::{Reference, UnixSeconds};

/// A fact that may come as anything.
pub(super) trait Fact<'de>: Sized {
    /// Whether the spelling of a number with a point or an exponent matters. In the one pass over a
    /// page it is lost, so that the page is read again in pieces.
    const NEEDS_SPELLING: bool = false;

    /// Null or missing.
    fn nothing() -> Self;
    /// A kind of value that this fact never has, or a value that cannot be read.
    fn odd() -> Self {
        Self::nothing()
    }
    /// A string.
    fn text(_: &str) -> Self {
        Self::odd()
    }
    /// An integer.
    fn number(_: i64) -> Self {
        Self::odd()
    }
    /// A number that is no plain integer, or a string that is no text, as it stands.
    fn spelled(_: &[u8]) -> Self {
        Self::odd()
    }
    /// An object. Must read it to its end.
    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }
    /// An array. Must read it to its end.
    fn array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }
}

/// Reads a [`Fact`] from any value.
pub(super) struct Lenient<T>(pub(super) T);

impl<'de, T: Fact<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

struct AnyValue<T>(PhantomData<T>);

impl<'de, T: Fact<'de>> Visitor<'de> for AnyValue<T> {
    type Value = Lenient<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::nothing()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::odd()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::number(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Lenient<T>, E> {
        Ok(Lenient(
            i64::try_from(number).map_or_else(|_| T::odd(), T::number),
        ))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Lenient<T>, E> {
        if T::NEEDS_SPELLING {
            return Err(E::custom("a number in an unusual spelling"));
        }
        Ok(Lenient(T::odd()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::text(text)))
    }

    fn visit_bytes<E: Error>(self, json: &[u8]) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::spelled(json)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Lenient<T>, A::Error> {
        T::array(array).map(Lenient)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Lenient<T>, A::Error> {
        T::object(object).map(Lenient)
    }
}

/// Reads the value that follows a key.
pub(super) fn value<'de, T: Fact<'de>, A: MapAccess<'de>>(object: &mut A) -> Result<T, A::Error> {
    Ok(object.next_value::<Lenient<T>>()?.0)
}

/// Reads one entry of an object and skips the others.
pub(super) fn entry<'de, T: Fact<'de>, A: MapAccess<'de>>(
    mut object: A,
    wanted: &str,
) -> Result<Option<T>, A::Error> {
    let mut found = None;
    while let Some(is_wanted) = object.next_key_seed(IsKey(wanted))? {
        if is_wanted {
            found = Some(value(&mut object)?);
        } else {
            object.next_value::<IgnoredAny>()?;
        }
    }
    Ok(found)
}

/// Compares a key without copying it.
struct IsKey<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for IsKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for IsKey<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }

    /// A key that is no text.
    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<bool, E> {
        Ok(false)
    }
}

/// The first `MAX` elements of an array that can be read; none for anything that is no array.
pub(super) struct Elements<T, const MAX: usize>(pub(super) Vec<T>);

impl<'de, T, const MAX: usize> Fact<'de> for Elements<T, MAX>
where
    Option<T>: Fact<'de>,
{
    fn nothing() -> Self {
        Self(Vec::new())
    }

    fn array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element::<Lenient<Option<T>>>()? {
            elements.extend(element.0.filter(|_| elements.len() < MAX));
        }
        Ok(Self(elements))
    }
}

/// An RFC 3339 time.
pub(super) struct Time(pub(super) Option<UnixSeconds>);

impl Fact<'_> for Time {
    fn nothing() -> Self {
        Self(None)
    }

    fn text(text: &str) -> Self {
        Self(time::seconds(text))
    }
}

/// The id of the row itself, an order key: an integer in any spelling. `None` for anything else.
pub(super) struct Integer(pub(super) Option<i64>);

impl Fact<'_> for Integer {
    const NEEDS_SPELLING: bool = true;

    fn nothing() -> Self {
        Self(None)
    }

    fn text(text: &str) -> Self {
        Self(integer(text))
    }

    fn number(number: i64) -> Self {
        Self(Some(number))
    }

    fn spelled(json: &[u8]) -> Self {
        Self(std::str::from_utf8(json).ok().and_then(integer))
    }
}

impl Integer {
    /// The integer that this JSON is, or spells as a string.
    pub(super) fn of_json(json: &[u8]) -> Option<i64> {
        match piece::text(json) {
            Some(text) => integer(&text),
            None => Self::spelled(json).0,
        }
    }
}

/// The id of something else, in any spelling. What is there and cannot be read is not taken for
/// nothing.
impl Fact<'_> for Reference {
    const NEEDS_SPELLING: bool = true;

    fn nothing() -> Self {
        Self::None
    }

    fn odd() -> Self {
        Self::Other
    }

    fn text(text: &str) -> Self {
        integer(text).map_or(Self::Other, Self::Id)
    }

    fn number(number: i64) -> Self {
        Self::Id(number)
    }

    fn spelled(json: &[u8]) -> Self {
        Integer::spelled(json).0.map_or(Self::Other, Self::Id)
    }
}

/// A number that cannot be negative.
pub(super) struct Count(pub(super) Option<u32>);

impl Fact<'_> for Count {
    const NEEDS_SPELLING: bool = true;

    fn nothing() -> Self {
        Self(None)
    }

    fn number(number: i64) -> Self {
        Self(u32::try_from(number).ok())
    }

    fn spelled(json: &[u8]) -> Self {
        Integer::spelled(json).0.map_or(Self(None), Self::number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zendesk::piece::Piece;

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
            assert_eq!(Integer::of_json(json.as_bytes()), id, "{shown}");
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
