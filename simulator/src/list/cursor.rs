//! Orders of a list, and cursors: base64 of JSON with the order and the values of one row.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::world::ListPlace;

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// `sort=updated_at`, and `sort=deleted_at` of the list of deleted tickets: the oldest first.
    #[default]
    OldestFirst,
    /// The same with a minus: the newest first.
    NewestFirst,
    /// Without `sort`: by id.
    Id,
}

impl Order {
    /// What a cursor says of its order. That of deleted tickets names `updated_at` too.
    const fn name(self) -> &'static str {
        match self {
            Self::OldestFirst => "updated_at,id",
            Self::NewestFirst => "-updated_at,-id",
            Self::Id => "id",
        }
    }
}

/// The types of both values of a cursor: two integers.
const TYPES: &[u8] = b"ii";

/// The cursor behind the row at `place`.
pub fn write_cursor(order: Order, place: ListPlace) -> String {
    let mut values = TYPES.to_vec();
    values.extend(place.at.to_le_bytes());
    values.extend(place.number.to_le_bytes());
    let cursor = json!({"o": order.name(), "v": STANDARD.encode(values)});
    STANDARD.encode(cursor.to_string())
}

/// The place that a cursor stands for; `None` for one of another order, and for rubbish.
pub fn read_cursor(order: Order, cursor: &str) -> Option<ListPlace> {
    let json: Value = serde_json::from_slice(&STANDARD.decode(cursor).ok()?).ok()?;
    if json["o"] != order.name() {
        return None;
    }
    let values = STANDARD.decode(json["v"].as_str()?).ok()?;
    let (at, number) = values.strip_prefix(TYPES)?.split_at_checked(8)?;
    Some(ListPlace {
        at: i64::from_le_bytes(at.try_into().ok()?),
        number: u64::from_le_bytes(number.try_into().ok()?),
    })
}
