//! Decodes the tags and custom fields of a ticket that the settings list, and no others.
//!
//! PURE. Users can enter any text in both, so nothing is copied before it is found to be what the settings list.
//! They are read from the JSON of the two entries of a ticket, which the pass over the page has cut out. So a value
//! that cannot be read does not affect the rest of the ticket.

use super::custom_fields::{ListedField, custom_field, value_of};
use crate::ticket::{FIELDS_MAX, FieldValue, TAGS_MAX, TagSet};
use crate::zendesk::json::cut;
use crate::zendesk::json::piece::text;

/// The tags and custom fields that the settings list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsAndFields {
    /// The tags as Zendesk writes them, in lower case, each once. Those after the first [`TAGS_MAX`] are not read.
    pub tags: Vec<String>,
    /// The custom fields, each once. Those after the first [`FIELDS_MAX`] are not read.
    pub fields: Vec<ListedField>,
}

/// [`TagsAndFields`], prepared for a page.
pub(super) struct TagsAndFieldsReader<'w> {
    /// The tags with their indices in the list, sorted by name for lookups.
    tags: Vec<(&'w str, usize)>,
    fields: Vec<&'w ListedField>,
}

impl<'w> TagsAndFieldsReader<'w> {
    /// A reader for what the settings list.
    pub(super) fn new(listed: &'w TagsAndFields) -> Self {
        let numbered = listed.tags.iter().take(TAGS_MAX).enumerate();
        let mut tags: Vec<_> = numbered.map(|(index, tag)| (tag.as_str(), index)).collect();
        tags.sort_unstable();
        Self {
            tags,
            fields: listed.fields.iter().take(FIELDS_MAX).collect(),
        }
    }

    /// The listed tags that are in `tags`, an array of strings.
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

    /// The values of the listed fields in `custom_fields`, an array of `{"id", "value"}`; empty if no field is
    /// listed.
    pub(super) fn fields(&self, custom_fields: Option<&[u8]>) -> Vec<FieldValue> {
        if self.fields.is_empty() {
            return Vec::new();
        }
        let mut values = vec![FieldValue::None; self.fields.len()];
        let Some(custom_fields) = custom_fields else {
            return values;
        };
        // There is a value that cannot be read, which is not the same as no value.
        if !custom_fields.starts_with(b"[") {
            values.fill(FieldValue::Other);
        }
        for (id, json) in cut::elements(custom_fields).filter_map(custom_field) {
            for (listed, value) in self.fields.iter().zip(&mut values) {
                if listed.id == id {
                    *value = json.map_or(FieldValue::None, |json| value_of(json, listed));
                }
            }
        }
        values
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::zendesk::decode::custom_fields::tests::is;

    pub(in crate::zendesk) fn raw(json: &str) -> &[u8] {
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).expect("JSON");
        raw.get().as_bytes()
    }

    #[test]
    fn fields_are_found_by_their_id_alone_and_keep_the_order_of_the_list() {
        let listed = TagsAndFields {
            tags: Vec::new(),
            fields: [30, 10, 20]
                .map(|id| ListedField {
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
            // An element that is not a field does not affect the others.
            (
                r#"[null,1e999,"10",[10,"x"],{"id":"10","value":"x"},{"value":"10"},{"id":10},{"id":20,"value":1}]"#,
                [FieldValue::None, FieldValue::None, is("1")],
            ),
            ("[]", [const { FieldValue::None }; 3]),
            (r#""10""#, [const { FieldValue::Other }; 3]),
            (r#"{"10":"a"}"#, [const { FieldValue::Other }; 3]),
        ];
        let listed = TagsAndFieldsReader::new(&listed);
        for (json, expected) in table {
            assert_eq!(listed.fields(Some(raw(json))), expected, "{json}");
        }
        assert_eq!(listed.fields(None), [const { FieldValue::None }; 3]);
        assert_eq!(
            TagsAndFieldsReader::new(&TagsAndFields::default()).fields(Some(raw("[]"))),
            []
        );
    }

    #[test]
    fn tags_are_bits_in_the_order_of_the_list() {
        let listed = TagsAndFields {
            tags: ["vip", "billing", "a\"b"].map(str::to_owned).to_vec(),
            fields: Vec::new(),
        };
        let listed = TagsAndFieldsReader::new(&listed);
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
        let listed = TagsAndFields {
            tags: (0..=TAGS_MAX).map(|tag| format!("t{tag}")).collect(),
            fields: vec![ListedField::default(); FIELDS_MAX + 1],
        };
        let listed = TagsAndFieldsReader::new(&listed);
        let last = TAGS_MAX - 1;
        let tags = format!(r#"["t{last}","t{TAGS_MAX}"]"#);
        assert_eq!(listed.tags(Some(raw(&tags))), TagSet(1 << last));
        assert_eq!(listed.fields(None).len(), FIELDS_MAX);
    }
}
