//! Tags and custom fields: only those that the settings list are read.
//!
//! PURE. Both are open to whatever people type, so nothing of them is copied before it was found to
//! be what the settings ask for. Read from the JSON of the two entries of a ticket, which the
//! page's one pass has cut out: a value that makes no sense costs itself and not the ticket.

use std::borrow::Cow;

use super::cut;
use super::lenient::Integer;
use super::piece::{plain_integer, text};
use crate::ticket::{
    FIELD_VALUE_LENGTH_MAX, FIELDS_MAX, FieldValue, RESERVED_WORDS, TAGS_MAX, TagSet,
};

/// What of a ticket the settings list, beside what is always read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Tags as Zendesk writes them, in lower case, none twice. Those after the first [`TAGS_MAX`]
    /// are not read.
    pub tags: Vec<String>,
    /// Custom fields, none twice. Those after the first [`FIELDS_MAX`] are not read.
    pub fields: Vec<WantedField>,
}

/// A custom field that the settings list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedField {
    /// Zendesk's id of the field.
    pub id: i64,
    /// The values that are told apart, as [`FieldValue::Value`] has them. Empty for all that look
    /// like an identifier.
    pub values: Vec<String>,
}

/// [`Wanted`], made ready for a page.
pub(super) struct Listed<'w> {
    /// With their places in the list, sorted by name: a ticket's tags are looked up in it.
    tags: Vec<(&'w str, usize)>,
    fields: Vec<&'w WantedField>,
}

impl<'w> Listed<'w> {
    pub(super) fn of(wanted: &'w Wanted) -> Self {
        let places = wanted.tags.iter().take(TAGS_MAX).enumerate();
        let mut tags: Vec<_> = places.map(|(place, tag)| (tag.as_str(), place)).collect();
        tags.sort_unstable();
        Self {
            tags,
            fields: wanted.fields.iter().take(FIELDS_MAX).collect(),
        }
    }

    /// Which of the listed tags are in `tags`, an array of strings.
    pub(super) fn tags(&self, tags: Option<&[u8]>) -> TagSet {
        let mut set = TagSet::default();
        let Some(tags) = tags.filter(|_| !self.tags.is_empty()) else {
            return set;
        };
        for tag in cut::elements(tags).filter_map(text) {
            let found = self.tags.binary_search_by_key(&&*tag, |(name, _)| name);
            if let Ok(index) = found {
                set.insert(self.tags[index].1);
            }
        }
        set
    }

    /// The values of the listed fields in `custom_fields`, an array of `{"id", "value"}`; none if
    /// no field is listed.
    pub(super) fn fields(&self, custom_fields: Option<&[u8]>) -> Vec<FieldValue> {
        if self.fields.is_empty() {
            return Vec::new();
        }
        let mut values = vec![FieldValue::None; self.fields.len()];
        let Some(custom_fields) = custom_fields else {
            return values;
        };
        if !custom_fields.starts_with(b"[") {
            values.fill(FieldValue::Other);
        }
        for (id, json) in cut::elements(custom_fields).filter_map(custom_field) {
            for (wanted, value) in self.fields.iter().zip(&mut values) {
                if wanted.id == id {
                    *value = json.map_or(FieldValue::None, |json| value_of(json, wanted));
                }
            }
        }
        values
    }
}

/// An element of `custom_fields`: its id, in any spelling, and the JSON of its value.
fn custom_field(json: &[u8]) -> Option<(i64, Option<&[u8]>)> {
    let (mut id, mut value) = (None, None);
    for (key, json) in cut::members(json) {
        match text(key).as_deref() {
            // Dozens of them are in each ticket, and nearly all are written in the plain way.
            Some("id") => id = plain_integer(json).or_else(|| Integer::of_json(json)),
            Some("value") => value = Some(json),
            _ => {}
        }
    }
    Some((id?, value))
}

fn value_of(json: &[u8], field: &WantedField) -> FieldValue {
    let is_listed = !field.values.is_empty();
    let value = if json.starts_with(b"[") {
        let mut elements = cut::elements(json);
        match (elements.next(), elements.next()) {
            (None, _) => Scalar::Nothing,
            // A field of several values that has one of them.
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

/// What drop-down fields have as values: 1 to [`FIELD_VALUE_LENGTH_MAX`] of `a-z`, `A-Z`, `0-9`
/// and `_-.:/`. Neither a sentence nor an e-mail address is one.
fn is_identifier(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    !text.is_empty()
        && text.len() <= FIELD_VALUE_LENGTH_MAX
        && text.bytes().all(is_plain)
        && !RESERVED_WORDS.contains(&text)
}

/// A JSON value, as far as it can be a field's only value.
enum Scalar<'a> {
    /// Null or an empty string.
    Nothing,
    /// A truth value, or an integer in decimal.
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
            // Not the text itself: -0 is 0.
            Some(number) => Scalar::Plain(Cow::Owned(number.to_string())),
            None => Scalar::Odd,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &[u8] {
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).expect("JSON");
        raw.get().as_bytes()
    }

    /// The value of field 7 in `json`; `values` are those that the settings list.
    #[track_caller]
    fn value(json: &str, values: &[&str]) -> FieldValue {
        let wanted = Wanted {
            tags: Vec::new(),
            fields: vec![WantedField {
                id: 7,
                values: values.iter().map(|&value| value.to_owned()).collect(),
            }],
        };
        let fields = format!(r#"[{{"id":77,"value":"x"}},{{"id":7,"value":{json}}}]"#);
        let mut values = Listed::of(&wanted).fields(Some(raw(&fields)));
        assert_eq!(values.len(), 1);
        values.remove(0)
    }

    fn is(value: &str) -> FieldValue {
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

    #[test]
    fn fields_are_found_by_their_id_alone_and_keep_the_order_of_the_list() {
        let wanted = Wanted {
            tags: Vec::new(),
            fields: [30, 10, 20]
                .map(|id| WantedField {
                    id,
                    values: Vec::new(),
                })
                .to_vec(),
        };
        let table = [
            (
                r#"[{"id":10,"value":"a"},{"value":"c","id":30,"more":{"id":20}}]"#,
                [is("c"), is("a"), FieldValue::None],
            ),
            // What is no field costs itself.
            (
                r#"[null,1e999,"10",[10,"x"],{"id":"10","value":"x"},{"value":"10"},{"id":10},{"id":20,"value":1}]"#,
                [FieldValue::None, FieldValue::None, is("1")],
            ),
            ("[]", [const { FieldValue::None }; 3]),
            (r#""10""#, [const { FieldValue::Other }; 3]),
            (r#"{"10":"a"}"#, [const { FieldValue::Other }; 3]),
        ];
        let listed = Listed::of(&wanted);
        for (json, expected) in table {
            assert_eq!(listed.fields(Some(raw(json))), expected, "{json}");
        }
        assert_eq!(listed.fields(None), [const { FieldValue::None }; 3]);
        assert_eq!(Listed::of(&Wanted::default()).fields(Some(raw("[]"))), []);
    }

    #[test]
    fn tags_are_bits_in_the_order_of_the_list() {
        let wanted = Wanted {
            tags: ["vip", "billing", "a\"b"].map(str::to_owned).to_vec(),
            fields: Vec::new(),
        };
        let listed = Listed::of(&wanted);
        let table = [
            (r#"["sample","vip"]"#, 0b001),
            (r#"["billing","vip","vip"]"#, 0b011),
            (r#"["v\u0069p","a\"b"]"#, 0b101),
            (r#"["VIP","vip2","\ud800",null,1e999,["vip"],{}]"#, 0),
            (r#""vip""#, 0),
            ("{}", 0),
        ];
        for (json, expected) in table {
            assert_eq!(listed.tags(Some(raw(json))), TagSet(expected), "{json}");
        }
        assert_eq!(listed.tags(None), TagSet::default());
    }

    #[test]
    fn what_the_settings_list_beyond_the_bounds_is_not_read() {
        let wanted = Wanted {
            tags: (0..=TAGS_MAX).map(|tag| format!("t{tag}")).collect(),
            fields: vec![WantedField::default(); FIELDS_MAX + 1],
        };
        let listed = Listed::of(&wanted);
        let last = TAGS_MAX - 1;
        let tags = format!(r#"["t{last}","t{TAGS_MAX}"]"#);
        assert_eq!(listed.tags(Some(raw(&tags))), TagSet(1 << last));
        assert_eq!(listed.fields(None).len(), FIELDS_MAX);
    }
}
