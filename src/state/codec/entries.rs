//! How an entry of a dictionary is written.

use crate::ledger::{Entry, OpenSet};
use crate::state::backend::EntryRow;

/// The row of an entry.
pub(in crate::state) fn entry_row(entry: Entry) -> EntryRow {
    EntryRow {
        set: entry.set.name().into_owned(),
        number: i64::from(entry.number),
        value: entry.value,
        shown: entry.shown,
    }
}

/// The entry of a row; `None` if no entry is written like that.
pub(in crate::state) fn entry_from(row: EntryRow) -> Option<Entry> {
    Some(Entry {
        set: OpenSet::from_name(&row.set)?,
        number: u16::try_from(row.number).ok()?,
        value: row.value,
        shown: row.shown,
    })
}
