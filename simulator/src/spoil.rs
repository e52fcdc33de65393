//! Rows that are not as they should be: one ticket's row, wherever it is shown.
//!
//! PURE. Zendesk's own serializers, and programs in between, have been seen to write each of these.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// Keys twice, numbers beyond a float, halves of characters, deep nesting; ids as texts and
    /// decimals. All that the ledger needs can be read.
    Odd,
    /// `status` is null.
    NoStatus,
    /// `generated_timestamp` is beyond any number.
    NoOrderKey,
    /// `id` is a word.
    NoId,
    /// It is no JSON: a value is `NaN`.
    NaN,
    /// It is no JSON: a tab stands in the subject as it is.
    RawTab,
    /// It is no JSON, and its `id` is missing.
    NaNWithoutId,
    /// It is no JSON: a quotation mark stands in the subject as it is.
    OddQuote,
    /// It is no JSON: the bracket that ends it is missing.
    NoBracket,
    /// It is no JSON: there are two such brackets.
    TwoBrackets,
}

/// Every way and its name.
pub const NAMES: &[(&str, Spoil)] = &[
    ("odd", Spoil::Odd),
    ("no-status", Spoil::NoStatus),
    ("no-order-key", Spoil::NoOrderKey),
    ("no-id", Spoil::NoId),
    ("nan", Spoil::NaN),
    ("raw-tab", Spoil::RawTab),
    ("nan-no-id", Spoil::NaNWithoutId),
    ("odd-quote", Spoil::OddQuote),
    ("no-bracket", Spoil::NoBracket),
    ("two-brackets", Spoil::TwoBrackets),
];

impl Spoil {
    /// The way with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, spoil)| *spoil)
    }

    /// Whether the ticket can be read from the row.
    pub const fn is_readable(self) -> bool {
        matches!(self, Self::Odd)
    }

    /// Whether it can be read which ticket it is.
    pub const fn shows_id(self) -> bool {
        !matches!(self, Self::NoId | Self::NaNWithoutId)
    }

    /// Whether a page that ends with this row can be read. Without its bracket a last row looks as if the
    /// answer were cut within it, so that an exporter asks for the page again until another row follows.
    pub const fn shows_end(self) -> bool {
        !matches!(self, Self::NoBracket)
    }

    /// The row's text.
    pub fn write(self, row: &Value) -> String {
        let mut row = row.clone();
        let text = match self {
            Self::Odd => return odd(row),
            Self::NoStatus => {
                row["status"] = Value::Null;
                return row.to_string();
            }
            Self::NoOrderKey => {
                row["generated_timestamp"] = Value::Null;
                let text = row.to_string();
                return text.replace(
                    "\"generated_timestamp\":null",
                    "\"generated_timestamp\":1e400",
                );
            }
            Self::NoId => {
                row["id"] = "unknown".into();
                return row.to_string();
            }
            Self::NaN => row.to_string(),
            Self::RawTab => {
                row["subject"] = "a column and a".into();
                return row.to_string().replacen("a column", "a\tcolumn", 1);
            }
            Self::OddQuote => {
                row["subject"] = "a 5 inch pipe".into();
                return row.to_string().replacen("a 5 inch", "a 5\" inch", 1);
            }
            Self::NoBracket => {
                let text = row.to_string();
                return text.strip_suffix('}').unwrap_or_default().to_owned();
            }
            Self::TwoBrackets => return format!("{row}}}"),
            Self::NaNWithoutId => {
                row.as_object_mut().map(|row| row.remove("id"));
                row.to_string()
            }
        };
        with(&text, r#","satisfaction_probability":NaN"#)
    }
}

/// The text of an object with more entries at its end.
fn with(object: &str, entries: &str) -> String {
    let inner = object.strip_suffix('}').unwrap_or(object);
    format!("{inner}{entries}}}")
}

/// Everything is said twice, first wrongly; ids in other spellings.
fn odd(row: Value) -> String {
    let mut first = String::new();
    let mut last = String::new();
    for (key, value) in row.as_object().into_iter().flatten() {
        // Writing to a text cannot fail.
        let _ = write!(first, "\"{key}\":\"\\ud83d\",");
        let value = match (key.as_str(), value.as_i64()) {
            ("id" | "assignee_id", Some(id)) => format!("\" {id}\""),
            ("group_id" | "brand_id" | "generated_timestamp", Some(id)) => format!("{id}.0"),
            ("ticket_form_id" | "custom_status_id", Some(id)) => format!("{id}0e-1"),
            _ => value.to_string(),
        };
        let _ = write!(last, "\"{key}\":{value},");
    }
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    format!("{{{first}\"\\ud83d\":1e400,\"deep\":{deep},{last}\"result_type\":-1e400}}")
}

/// The text of a page whose rows of these tickets are spoiled.
pub fn write_page(body: &Value, spoiled: &BTreeMap<i64, Spoil>) -> String {
    let (false, Some(rows)) = (spoiled.is_empty(), body["tickets"].as_array()) else {
        return body.to_string();
    };
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let spoil = row["id"].as_i64().and_then(|id| spoiled.get(&id));
            spoil.map_or_else(|| row.to_string(), |spoil| spoil.write(row))
        })
        .collect();
    let mut around = body.clone();
    around.as_object_mut().map(|body| body.remove("tickets"));
    with(
        &around.to_string(),
        &format!(",\"tickets\":[{}]", rows.join(",")),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(spoil: Option<Spoil>) -> String {
        let row =
            |id| json!({"id": id, "status": "open", "generated_timestamp": 5, "subject": "s"});
        let body = json!({"tickets": [row(1), row(2)], "end_of_stream": true});
        write_page(&body, &spoil.map(|spoil| (2, spoil)).into_iter().collect())
    }

    #[test]
    fn only_the_row_of_the_ticket_is_spoiled() {
        assert_eq!(
            page(None),
            r#"{"end_of_stream":true,"tickets":[{"generated_timestamp":5,"id":1,"status":"open","subject":"s"},{"generated_timestamp":5,"id":2,"status":"open","subject":"s"}]}"#
        );
        for (name, spoil) in NAMES {
            assert_eq!(Spoil::from_name(name), Some(*spoil));
            let text = page(Some(*spoil));
            assert!(
                text.starts_with(
                    r#"{"end_of_stream":true,"tickets":[{"generated_timestamp":5,"id":1,"status":"open","subject":"s"},{"#
                ),
                "{text}"
            );
            let is_json = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
            let expected = matches!(
                spoil,
                Spoil::Odd | Spoil::NoStatus | Spoil::NoOrderKey | Spoil::NoId
            );
            assert_eq!(is_json, expected, "{text}");
        }
        assert_eq!(Spoil::from_name("well"), None);
    }
}
