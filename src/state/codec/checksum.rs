//! The checksum over everything but the ticket records.

use std::collections::BTreeMap;

use crate::state::backend::{CellRow, EntryRow};

/// Contribution of one row. The sum over all rows does not depend on their order, so it is kept up by
/// subtracting old rows and adding new ones.
fn of_row(table: &str, key: [&str; 2], value: &str) -> u64 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [table, key[0], key[1], value] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    // Times an odd constant: sums wrap at 64 bits, so that the small ones do not stay small.
    u64::from(hasher.finalize()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Contribution of a cell that has this value.
pub(in crate::state) fn of_cell(row: &CellRow, value: i64) -> u64 {
    of_row("cells", [&row.family, &row.labels], &value.to_string())
}

/// Contribution of a dictionary entry.
pub(in crate::state) fn of_entry(row: &EntryRow) -> u64 {
    let value = format!("{} {}", u8::from(row.shown), row.value);
    of_row("dictionary", [&row.set, &row.number.to_string()], &value)
}

/// Contribution of the entries of `meta`, which are without the checksum itself.
pub(in crate::state) fn of_meta(meta: &BTreeMap<String, String>) -> u64 {
    meta.iter()
        .map(|(key, value)| of_row("meta", [key, ""], value))
        .fold(0, u64::wrapping_add)
}
