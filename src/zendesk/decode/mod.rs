//! Decodes the body of an answer into a page, in one pass.
//!
//! PURE. Rows that are not tickets are rejected and the others are kept. If a value stops the pass, [`salvage`]
//! reads the page again in pieces. A body that is not a page gives only an error.

mod page_parts;

mod wire;

mod metric_sets;

mod slas;

mod tags_and_fields;

mod custom_fields;

mod channels;

mod fingerprint;

pub(super) mod ended_early;

mod salvage;

pub use custom_fields::ListedField;
pub use page_parts::DecodeError;
pub use tags_and_fields::TagsAndFields;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::{Page, SourceKind};
use crate::zendesk::json::lenient::{Lenient, value};
use crate::zendesk::json::numbers::Integer;
use page_parts::{MetricSets, PageKey, Parts};
use salvage::Unsalvageable;
use tags_and_fields::TagsAndFieldsReader;
use wire::RowJson;

/// Decodes a page of the export `source`. Only the tags and custom fields in `wanted` are read.
///
/// Examples of what a page with two rows comes to: if a row has the id `null`, the other row and a
/// rejected row. If a row has `"priority": [1]`, two rows, one of which has the priority `other`. If a row
/// is `{"id": 1, "status": }`, the other row and a rejected row, read by `salvage`. If the body ends
/// within the second row, an error.
///
/// # Errors
///
/// [`DecodeError`] when `body` is not a page; rows that are not tickets are in
/// [`Page::rejected`].
pub fn decode(
    body: &[u8],
    source: SourceKind,
    wanted: &TagsAndFields,
) -> Result<Page, DecodeError> {
    let listed = &TagsAndFieldsReader::new(wanted);
    if body.trim_ascii().is_empty() {
        return Err(DecodeError::Empty);
    }
    // Checking the whole body for UTF-8 once is cheaper than checking every key and value. In a body that is not
    // UTF-8, the values that are read can still be.
    let parts = match std::str::from_utf8(body) {
        Ok(text) => one_pass(serde_json::Deserializer::from_str(text), listed),
        Err(_) => one_pass(serde_json::Deserializer::from_slice(body), listed),
    };
    let parts = match parts {
        Ok(parts) => parts,
        Err(first) => salvage::read(body, listed).map_err(|why| match why {
            Unsalvageable::TooManyRows => DecodeError::TooManyRows,
            Unsalvageable::NotAPage { is_cut } => not_a_page(body, &first, is_cut),
        })?,
    };
    parts.into_page(source)
}

fn one_pass<'de, R: serde_json::de::Read<'de>>(
    mut reader: serde_json::Deserializer<R>,
    listed: &TagsAndFieldsReader<'_>,
) -> Result<Parts, serde_json::Error> {
    let parts = FastPage(listed).deserialize(&mut reader)?;
    // With more after the page, the body is not one page.
    reader.end()?;
    Ok(parts)
}

/// Reads a page in one pass.
struct FastPage<'w>(&'w TagsAndFieldsReader<'w>);

impl<'de> DeserializeSeed<'de> for FastPage<'_> {
    type Value = Parts;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FastPage<'_> {
    type Value = Parts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page of tickets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = object.next_key::<PageKey>()? {
            if matches!(key, PageKey::Tickets) {
                object.next_value_seed(FastTickets {
                    listed: self.0,
                    parts: &mut parts,
                })?;
            } else {
                read_other(key, &mut object, &mut parts)?;
            }
        }
        Ok(parts)
    }
}

/// Reads the entry of a page that is not its tickets.
fn read_other<'de, A: MapAccess<'de>>(
    key: PageKey,
    object: &mut A,
    parts: &mut Parts,
) -> Result<(), A::Error> {
    match key {
        PageKey::EndOfStream => parts.end_of_stream = Some(object.next_value()?),
        PageKey::AfterCursor => parts.after_cursor = object.next_value()?,
        PageKey::EndTime => parts.end_time = value::<Integer, A>(object)?.0,
        PageKey::MetricSets => parts.metric_sets = value::<MetricSets, A>(object)?.0,
        PageKey::Tickets | PageKey::Unread => {
            object.next_value::<IgnoredAny>()?;
        }
    }
    Ok(())
}

struct FastTickets<'w, 'p> {
    listed: &'w TagsAndFieldsReader<'w>,
    parts: &'p mut Parts,
}

impl<'de> DeserializeSeed<'de> for FastTickets<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FastTickets<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of tickets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tickets: A) -> Result<(), A::Error> {
        // An empty array is a page without rows. Without this it would look like a missing key.
        self.parts.rows.get_or_insert_default();
        while let Some(row) = tickets.next_element::<Lenient<RowJson<'de, &'de RawValue>>>()? {
            if !self.parts.push(row.0.into_change(self.listed)) {
                return Err(A::Error::custom("too many rows"));
            }
        }
        Ok(())
    }
}

/// The error for a body that could be read neither in one pass, which gave the error `first`, nor in pieces.
fn not_a_page(body: &[u8], first: &serde_json::Error, is_cut: Option<bool>) -> DecodeError {
    match serde_json::from_slice::<IgnoredAny>(body) {
        // The body is not JSON, which is the cause, not the unusual value that stopped the first pass.
        Err(syntax) => described(&syntax, is_cut),
        Ok(IgnoredAny) => described(first, is_cut),
    }
}

/// The place and kind of an error without serde's message, which quotes the body.
fn described(error: &serde_json::Error, is_cut: Option<bool>) -> DecodeError {
    let problem = match error.classify() {
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Eof => "the JSON ends early",
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            "a value has the wrong type"
        }
    };
    DecodeError::NotAPage {
        problem,
        line: error.line(),
        column: error.column(),
        is_cut,
    }
}

#[cfg(test)]
mod tests;
