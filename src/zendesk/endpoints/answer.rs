//! Reads values from the JSON objects of small answers, without parsing all of them.
//!
//! PURE. No tree is built from a body, so reading takes no memory except for the wanted values. A value that cannot
//! be read does not affect the others.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::zendesk::json::cut;
use crate::zendesk::json::piece;

/// A JSON object; any other value counts as an empty object.
#[derive(Clone, Copy, Debug)]
pub(in crate::zendesk) struct Object<'a>(&'a [u8]);

impl<'a> Object<'a> {
    /// An object from a whole body; `None` if the body is not JSON.
    pub(in crate::zendesk) fn from_body(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice::<IgnoredAny>(body).ok()?;
        Some(Self(body.trim_ascii()))
    }

    /// An object from a value of [`Self::from_body`].
    pub(in crate::zendesk) const fn new(json: &'a [u8]) -> Self {
        Self(json)
    }

    /// The JSON of the value at `key`; of equal keys, the last one.
    pub(in crate::zendesk) fn get(self, key: &str) -> Option<&'a [u8]> {
        let entries = cut::members(self.0).filter(|(name, _)| is_key(name, key));
        entries.map(|(_, value)| value).last()
    }

    /// The string at `key`; `None` if the value is not a string.
    pub(in crate::zendesk) fn text(self, key: &str) -> Option<Cow<'a, str>> {
        piece::text(self.get(key)?)
    }

    /// The elements of the list at `key`; `None` if the value is not a list.
    pub(in crate::zendesk) fn list(self, key: &str) -> Option<impl Iterator<Item = Object<'a>>> {
        let list = self.get(key)?;
        list.starts_with(b"[")
            .then(|| cut::elements(list).map(Object))
    }
}

/// Whether `json` is the key `key`, however it is escaped.
pub(in crate::zendesk) fn is_key(json: &[u8], key: &str) -> bool {
    piece::text(json).is_some_and(|text| text == key)
}

/// Whether the JSON is an object.
pub(in crate::zendesk) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().starts_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_key_and_odd_ones_beside_them_do_not_matter() {
        let body = b" {\"\\ud800\":1,\"a\":\"x\",\"odd\":[1e999,\"\\ud800\",\"\xff\"],\"\\u0061\":\"y\",\"l\":[{\"a\":\"z\"},[],5]}\n";
        let object = Object::from_body(body).expect("JSON");
        assert_eq!(object.text("a").as_deref(), Some("y"));
        assert_eq!(object.text("l"), None);
        assert_eq!(object.text("none"), None);
        let list = object.list("l").expect("a list");
        let texts: Vec<_> = list.map(|element| element.text("a")).collect();
        assert_eq!(texts, [Some("z".into()), None, None]);
        assert!(object.list("a").is_none());
    }

    #[test]
    fn what_is_no_json_as_a_whole_is_no_answer() {
        for body in [
            "",
            "<html>",
            r#"{"a":1"#,
            r#"{"a":[1}"#,
            r#"{"a":1} x"#,
            r#"{"a":1,}"#,
            r#"{"a":NaN}"#,
        ] {
            assert!(Object::from_body(body.as_bytes()).is_none(), "{body}");
        }
        for body in ["[]", "5", "null", "\"x\""] {
            let object = Object::from_body(body.as_bytes()).expect("JSON");
            assert!(object.get("a").is_none(), "{body}");
            assert!(!is_object(body.as_bytes()), "{body}");
        }
    }
}
