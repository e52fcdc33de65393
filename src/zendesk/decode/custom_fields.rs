//! Decodes the value of a custom field: a listed value, an identifier, none, or other.
//!
//! PURE. Users can enter any text into a field. So a value is copied only if the settings list it, or if it is an
//! identifier as drop-down fields have them.

use std::borrow::Cow;

use crate::ticket::{FIELD_VALUE_LENGTH_MAX, FieldValue, RESERVED_WORDS};
use crate::zendesk::json::cut;
use crate::zendesk::json::numbers::Integer;
use crate::zendesk::json::piece::{plain_integer, text};

/// A custom field that the settings list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedField {
    /// Zendesk's id of the field.
    pub id: i64,
    /// The values that become [`FieldValue::Value`]. If empty, every value that looks like an identifier does.
    pub values: Vec<String>,
}

/// An element of `custom_fields`: its id, in any spelling, and the JSON of its value.
pub(super) fn custom_field(json: &[u8]) -> Option<(i64, Option<&[u8]>)> {
    let (mut id, mut value) = (None, None);
    for (key, json) in cut::members(json) {
        match text(key).as_deref() {
            // Each ticket has dozens of fields, and nearly all ids are plain integers.
            Some("id") => id = plain_integer(json).or_else(|| Integer::from_json(json)),
            Some("value") => value = Some(json),
            _ => {}
        }
    }
    Some((id?, value))
}

pub(super) fn value_of(json: &[u8], field: &ListedField) -> FieldValue {
    let is_listed = !field.values.is_empty();
    let value = if json.starts_with(b"[") {
        let mut elements = cut::elements(json);
        match (elements.next(), elements.next()) {
            (None, _) => Scalar::Nothing,
            // A multi-select field with one value. Without a list in the settings, any combination could
            // become a label value, so none does.
            (Some(only), None) if is_listed => scalar(only),
            (Some(_), _) => Scalar::Odd,
        }
    } else {
        scalar(json)
    };
    match value {
        Scalar::Nothing => FieldValue::None,
        Scalar::Plain(value) | Scalar::Text(value) if is_listed => {
            if field.values.iter().any(|listed| *listed == value) {
                FieldValue::Value(value.into_owned())
            } else {
                FieldValue::Other
            }
        }
        Scalar::Plain(value) => FieldValue::Value(value.into_owned()),
        Scalar::Text(value) if is_identifier(&value) => FieldValue::Value(value.into_owned()),
        Scalar::Text(_) | Scalar::Odd => FieldValue::Other,
    }
}

/// Whether a text can be a value of a drop-down field: 1 to [`FIELD_VALUE_LENGTH_MAX`] of `a-z`, `A-Z`, `0-9` and
/// `_-.:/`. Neither a sentence nor an e-mail address is one.
fn is_identifier(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    !text.is_empty()
        && text.len() <= FIELD_VALUE_LENGTH_MAX
        && text.bytes().all(is_plain)
        && !RESERVED_WORDS.contains(&text)
}

/// A JSON value that may be the only value of a field.
enum Scalar<'a> {
    /// Null or an empty string.
    Nothing,
    /// A boolean, or an integer in decimal.
    Plain(Cow<'a, str>),
    /// A string.
    Text(Cow<'a, str>),
    /// Anything else.
    Odd,
}

fn scalar(json: &[u8]) -> Scalar<'_> {
    match json.first() {
        Some(b'n') => Scalar::Nothing,
        Some(b't') => Scalar::Plain(Cow::Borrowed("true")),
        Some(b'f') => Scalar::Plain(Cow::Borrowed("false")),
        Some(b'"') => match text(json) {
            Some(text) if text.is_empty() => Scalar::Nothing,
            Some(text) => Scalar::Text(text),
            None => Scalar::Odd,
        },
        _ => match plain_integer(json) {
            // The number and not the text, because `-0` is 0.
            Some(number) => Scalar::Plain(Cow::Owned(number.to_string())),
            None => Scalar::Odd,
        },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::zendesk::decode::tags_and_fields::tests::raw;
    use crate::zendesk::decode::tags_and_fields::{TagsAndFields, TagsAndFieldsReader};

    /// The value of field 7 in `json`; `values` are those that the settings list.
    #[track_caller]
    fn value(json: &str, values: &[&str]) -> FieldValue {
        let wanted = TagsAndFields {
            tags: Vec::new(),
            fields: vec![ListedField {
                id: 7,
                values: values.iter().map(|&value| value.to_owned()).collect(),
            }],
        };
        let fields = format!(r#"[{{"id":77,"value":"x"}},{{"id":7,"value":{json}}}]"#);
        let mut values = TagsAndFieldsReader::new(&wanted).fields(Some(raw(&fields)));
        assert_eq!(values.len(), 1);
        values.remove(0)
    }

    pub(in crate::zendesk) fn is(value: &str) -> FieldValue {
        FieldValue::Value(value.to_owned())
    }

    #[test]
    fn without_a_list_only_identifiers_become_values() {
        let longest = "a".repeat(FIELD_VALUE_LENGTH_MAX);
        let table = [
            ("null", FieldValue::None),
            (r#""""#, FieldValue::None),
            ("[]", FieldValue::None),
            ("true", is("true")),
            ("false", is("false")),
            ("42", is("42")),
            ("-7", is("-7")),
            ("-0", is("0")),
            (r#""gold_tier""#, is("gold_tier")),
            (r#""EU/west-1.2:a""#, is("EU/west-1.2:a")),
            (r#""gol\u0064""#, is("gold")),
            (&format!("\"{longest}\""), is(&longest)),
            (&format!("\"{longest}a\""), FieldValue::Other),
            (r#""My printer is on fire""#, FieldValue::Other),
            (r#""jo@customer.example""#, FieldValue::Other),
            (r#""naïve""#, FieldValue::Other),
            (r#"" ""#, FieldValue::Other),
            (r#""a\nb""#, FieldValue::Other),
            (r#""\ud800""#, FieldValue::Other),
            (r#""none""#, FieldValue::Other),
            (r#""other""#, FieldValue::Other),
            (r#""unknown""#, FieldValue::Other),
            ("1.5", FieldValue::Other),
            ("1e3", FieldValue::Other),
            ("1e999", FieldValue::Other),
            ("99999999999999999999", FieldValue::Other),
            (r#"["gold"]"#, FieldValue::Other),
            (r#"["gold","silver"]"#, FieldValue::Other),
            (r#"{"value":"gold"}"#, FieldValue::Other),
        ];
        for (json, expected) in table {
            assert_eq!(value(json, &[]), expected, "{json}");
        }
    }

    #[test]
    fn with_a_list_exactly_its_members_become_values() {
        let listed = ["gold", "true", "12", "My printer", "none"];
        let table = [
            (r#""gold""#, is("gold")),
            (r#""My printer""#, is("My printer")),
            ("true", is("true")),
            ("12", is("12")),
            (r#""12""#, is("12")),
            (r#"["gold"]"#, is("gold")),
            ("[12]", is("12")),
            (r#""none""#, is("none")),
            ("null", FieldValue::None),
            (r#""""#, FieldValue::None),
            ("[]", FieldValue::None),
            ("[null]", FieldValue::None),
            ("false", FieldValue::Other),
            ("12.0", FieldValue::Other),
            (r#""Gold""#, FieldValue::Other),
            (r#""silver""#, FieldValue::Other),
            (r#""other""#, FieldValue::Other),
            (r#"["gold","gold"]"#, FieldValue::Other),
            (r#"[["gold"]]"#, FieldValue::Other),
            (r#"{"gold":1}"#, FieldValue::Other),
        ];
        for (json, expected) in table {
            assert_eq!(value(json, &listed), expected, "{json}");
        }
    }
}
