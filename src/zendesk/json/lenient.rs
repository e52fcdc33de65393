//! Reads values leniently: a value of an unexpected type does not affect the rest of the row.
//!
//! PURE. A value that is null or missing is absent. A value of an unexpected type, or one that cannot be read, is
//! "other" or absent, and the rest of the row is read as usual. If a key occurs twice, the last one counts. Strings
//! are read in place, so no free text is copied.
//!
//! Examples: `"group_id": null` is no group, `"group_id": "21"` is group 21, and `"group_id": [21]` is "other",
//! because there is a group that cannot be read.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A fact of a ticket that can be read from any JSON value.
pub(in crate::zendesk) trait Fact<'de>: Sized {
    /// Whether the spelling of a number with a point or an exponent matters. The pass over a page loses it, so the
    /// page is then read again in pieces.
    const NEEDS_SPELLING: bool = false;

    /// The fact for null, or for a missing key.
    fn from_null() -> Self;
    /// The fact for a value of an unexpected type, or one that cannot be read.
    fn unexpected() -> Self {
        Self::from_null()
    }
    /// The fact for a string.
    fn from_str(_: &str) -> Self {
        Self::unexpected()
    }
    /// The fact for an integer.
    fn from_integer(_: i64) -> Self {
        Self::unexpected()
    }
    /// The fact for a number that is not a plain integer, or for a string that is not valid text, as written.
    fn from_spelling(_: &[u8]) -> Self {
        Self::unexpected()
    }
    /// The fact for an object. It must read the object to its end.
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::unexpected())
    }
    /// The fact for an array. It must read the array to its end.
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::unexpected())
    }
}

/// Reads a [`Fact`] from any value.
pub(in crate::zendesk) struct Lenient<T>(pub(in crate::zendesk) T);

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
        Ok(Lenient(T::from_null()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::unexpected()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::from_integer(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Lenient<T>, E> {
        Ok(Lenient(
            i64::try_from(number).map_or_else(|_| T::unexpected(), T::from_integer),
        ))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Lenient<T>, E> {
        // `9007199254740993.0` has lost its last digit here, so an id could be another one's.
        if T::NEEDS_SPELLING {
            return Err(E::custom("a number in an unusual spelling"));
        }
        Ok(Lenient(T::unexpected()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::from_str(text)))
    }

    fn visit_bytes<E: Error>(self, json: &[u8]) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::from_spelling(json)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Lenient<T>, A::Error> {
        T::from_array(array).map(Lenient)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Lenient<T>, A::Error> {
        T::from_object(object).map(Lenient)
    }
}

/// Reads the value that follows a key.
pub(in crate::zendesk) fn value<'de, T: Fact<'de>, A: MapAccess<'de>>(
    object: &mut A,
) -> Result<T, A::Error> {
    Ok(object.next_value::<Lenient<T>>()?.0)
}

/// Reads one entry of an object and skips the others.
pub(in crate::zendesk) fn entry<'de, T: Fact<'de>, A: MapAccess<'de>>(
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

    /// A key that is not valid text.
    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<bool, E> {
        Ok(false)
    }
}

/// The first `MAX` elements of an array that can be read; none for a value that is not an array.
pub(in crate::zendesk) struct FirstElements<T, const MAX: usize>(pub(in crate::zendesk) Vec<T>);

impl<'de, T, const MAX: usize> Fact<'de> for FirstElements<T, MAX>
where
    Option<T>: Fact<'de>,
{
    fn from_null() -> Self {
        Self(Vec::new())
    }

    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element::<Lenient<Option<T>>>()? {
            // All elements are read even if there are too many, because serde needs the position after the array.
            elements.extend(element.0.filter(|_| elements.len() < MAX));
        }
        Ok(Self(elements))
    }
}
