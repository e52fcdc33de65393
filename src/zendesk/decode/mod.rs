//! Decodes the body of an answer into a page, in one pass.
//!
//! PURE. Rows that are not tickets are rejected and the others are kept. If a value stops the pass, [`salvage`]
//! reads the page again in pieces. A body that is not a page gives only an error.

mod page_parts;

mod page_shape;

mod row;

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
pub(crate) use page_shape::PageShape;
pub use tags_and_fields::TagsAndFields;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::{Page, Row, SourceKind};
use crate::zendesk::json::lenient::{Lenient, value};
use crate::zendesk::json::numbers::Integer;
use page_parts::{MetricSets, Parts};
use page_shape::PageKey;
use row::{LeftOut, RowReader};
use salvage::Unsalvageable;
use wire::RowJson;

/// Decodes a page of `source`. Only the tags and custom fields in `wanted` are read.
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
    decode_page(body, source.into(), wanted)
}

/// Decodes a page of this shape, as [`decode`] does.
pub(crate) fn decode_page(
    body: &[u8],
    shape: PageShape<'_>,
    wanted: &TagsAndFields,
) -> Result<Page, DecodeError> {
    let reader = &RowReader::new(shape, wanted);
    if body.trim_ascii().is_empty() {
        return Err(DecodeError::Empty);
    }
    // Checking the whole body for UTF-8 once is cheaper than checking every key and value. In a body that is not
    // UTF-8, the values that are read can still be.
    let parts = match std::str::from_utf8(body) {
        Ok(text) => one_pass(serde_json::Deserializer::from_str(text), reader),
        Err(_) => one_pass(serde_json::Deserializer::from_slice(body), reader),
    };
    let parts = match parts {
        Ok(parts) => parts,
        Err(first) => salvage::read(body, reader).map_err(|why| match why {
            Unsalvageable::TooManyRows => DecodeError::TooManyRows,
            Unsalvageable::NotAPage { is_cut } => not_a_page(body, &first, is_cut),
        })?,
    };
    parts.into_page(shape)
}

fn one_pass<'de, R: serde_json::de::Read<'de>>(
    mut deserializer: serde_json::Deserializer<R>,
    reader: &RowReader<'_>,
) -> Result<Parts, serde_json::Error> {
    let parts = FastPage(reader).deserialize(&mut deserializer)?;
    // With more after the page, the body is not one page.
    deserializer.end()?;
    Ok(parts)
}

/// Reads a page in one pass.
struct FastPage<'w>(&'w RowReader<'w>);

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
        let reader = self.0;
        let mut parts = Parts::default();
        while let Some(key) = object.next_key::<PageKey>()? {
            let parts = &mut parts;
            match reader.shape.read_key(key) {
                PageKey::Tickets | PageKey::DeletedTickets => {
                    object.next_value_seed(FastRows { reader, parts })?;
                }
                PageKey::Ticket => {
                    let row = value::<RowJson<'de, &'de RawValue>, A>(&mut object)?;
                    push(parts, reader.row(row))?;
                }
                key => read_other(key, &mut object, parts)?,
            }
        }
        Ok(parts)
    }
}

/// Reads the entry of a page that is not its rows.
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
        PageKey::Meta => parts.meta = object.next_value()?,
        PageKey::NextPage => {
            parts.has_next_page = object.next_value::<Option<IgnoredAny>>()?.is_some();
        }
        PageKey::Tickets | PageKey::DeletedTickets | PageKey::Ticket | PageKey::Unread => {
            object.next_value::<IgnoredAny>()?;
        }
    }
    Ok(())
}

struct FastRows<'w, 'p> {
    reader: &'w RowReader<'w>,
    parts: &'p mut Parts,
}

impl<'de> DeserializeSeed<'de> for FastRows<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FastRows<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of tickets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        // An empty array is a page without rows. Without this it would look like a missing key.
        self.parts.rows.get_or_insert_default();
        while let Some(row) = rows.next_element::<Lenient<RowJson<'de, &'de RawValue>>>()? {
            push(self.parts, self.reader.row(row.0))?;
        }
        Ok(())
    }
}

fn push<E: Error>(parts: &mut Parts, row: Result<Row, LeftOut>) -> Result<(), E> {
    let has_room = parts.push(row);
    has_room
        .then_some(())
        .ok_or_else(|| E::custom("too many rows"))
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
