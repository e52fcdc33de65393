//! Deserializes a piece of JSON even if values in it are invalid.
//!
//! PURE. `serde_json` fails completely on a number that no float can hold, or on a single `\ud83d` in a string,
//! although both are JSON. Here such a value is passed on as bytes, which every lenient reader takes for a value
//! that cannot be read, and the values next to it are read as usual.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::cut;

/// The JSON of one value as written, without white space around it. If it is not JSON, everything that is read from
/// it is a guess.
#[derive(Clone, Copy, Debug)]
pub(in crate::zendesk) struct Piece<'a>(pub(in crate::zendesk) &'a [u8]);

/// The text of a JSON string; `None` for another value, and for escapes or bytes that are not text.
pub(in crate::zendesk) fn text(json: &[u8]) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') {
        serde_json::from_slice(json).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(inner).ok().map(Cow::Borrowed)
    }
}

/// The integer `json`, if it is written in the usual way: digits, perhaps with a minus.
pub(in crate::zendesk) fn plain_integer(json: &[u8]) -> Option<i64> {
    std::str::from_utf8(json).ok()?.parse().ok()
}

impl<'de> Deserializer<'de> for Piece<'de> {
    type Error = serde_json::Error;

    /// Passes a string that is not valid text, and a number that is not a plain integer, to the visitor as bytes:
    /// the JSON itself.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let Self(json) = self;
        match json.first() {
            Some(b'{') => visitor.visit_map(Members {
                rest: cut::members(json),
                value: None,
            }),
            Some(b'[') => visitor.visit_seq(Elements(cut::elements(json))),
            Some(b'"') => match text(json) {
                Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
                Some(Cow::Owned(text)) => visitor.visit_string(text),
                None => visitor.visit_borrowed_bytes(json),
            },
            Some(b't') => visitor.visit_bool(true),
            Some(b'f') => visitor.visit_bool(false),
            Some(b'n') => visitor.visit_unit(),
            _ => match plain_integer(json) {
                Some(integer) => visitor.visit_i64(integer),
                None => visitor.visit_borrowed_bytes(json),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0 == b"null" {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    /// Passes the JSON itself as bytes, whatever it is.
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_borrowed_bytes(self.0)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The entries of an object.
struct Members<'de, I> {
    rest: I,
    /// The value of the key that was passed on last.
    value: Option<&'de [u8]>,
}

impl<'de, I: Iterator<Item = (&'de [u8], &'de [u8])>> MapAccess<'de> for Members<'de, I> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Piece(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        // There is a value if the visitor reads keys and values alternately.
        seed.deserialize(Piece(self.value.take().unwrap_or(b"null")))
    }
}

/// The elements of an array.
struct Elements<I>(I);

impl<'de, I: Iterator<Item = &'de [u8]>> SeqAccess<'de> for Elements<I> {
    type Error = serde_json::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Self::Error> {
        let element = self.0.next();
        element
            .map(|json| seed.deserialize(Piece(json)))
            .transpose()
    }
}

impl<'de> Deserialize<'de> for Piece<'de> {
    /// Works only from another piece, which passes on its JSON when bytes are requested.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(Piece)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_piece_is_handed_over_as_what_it_is() {
        let table = [
            (r#""a\u0062""#, Value::from("ab")),
            (r#""é""#, Value::from("é")),
            ("-7", Value::from(-7)),
            ("true", Value::from(true)),
            ("false", Value::from(false)),
            ("null", Value::Null),
            (
                r#"{"a":[1,{"b":null}],"c":"x"}"#,
                serde_json::json!({"a": [1, {"b": null}], "c": "x"}),
            ),
        ];
        for (json, expected) in table {
            let read = Value::deserialize(Piece(json.as_bytes())).expect("JSON");
            assert_eq!(read, expected, "{json}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_handed_over_as_bytes_and_spares_the_rest() {
        for unreadable in [
            &br#""\ud83d""#[..],
            br#""a\udc00b""#,
            b"\"\xff\"",
            b"1e400",
            b"21.0",
            b"9223372036854775808",
            b"-0.0",
        ] {
            struct Bytes;
            impl<'de> Visitor<'de> for Bytes {
                type Value = Vec<u8>;

                fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str("bytes")
                }

                fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                    Ok(bytes.to_vec())
                }
            }
            let read = Piece(unreadable).deserialize_any(Bytes).expect("bytes");
            assert_eq!(read, unreadable);
            let beside = [b"[", unreadable, b",5]"].concat();
            let read = <(IgnoredAny, i64)>::deserialize(Piece(&beside)).expect("two elements");
            assert_eq!(read.1, 5);
        }
    }

    #[test]
    fn a_key_that_is_no_text_is_another_key() {
        #[derive(Deserialize, Debug, PartialEq, Eq)]
        #[serde(field_identifier, rename_all = "snake_case")]
        enum Key {
            Id,
            #[serde(other)]
            Other,
        }
        let keys: Vec<(Key, IgnoredAny)> = cut::members(br#"{"\ud800":1,"id":2,"i\u0064":3}"#)
            .map(|(key, _)| (Key::deserialize(Piece(key)).expect("a key"), IgnoredAny))
            .collect();
        let keys: Vec<Key> = keys.into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, [Key::Other, Key::Id, Key::Id]);
    }

    /// JSON whose numbers are integers.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..5).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn pieces_are_read_as_serde_json_reads_the_whole(value in any_json(), is_pretty in any::<bool>()) {
            let json = if is_pretty {
                serde_json::to_string_pretty(&value)
            } else {
                serde_json::to_string(&value)
            };
            let json = json.expect("JSON");
            prop_assert_eq!(Value::deserialize(Piece(json.as_bytes())).expect("JSON"), value);
        }
    }
}
