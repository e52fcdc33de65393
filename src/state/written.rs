//! Writes what the ledger holds in memory, and keeps up the checksum over it.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::codec::{META_CHECKSUM, cell_labels, meta_rows, row_checksum};
use super::sqlite;
use crate::ledger::{Aggregates, Dictionaries, Ledger};

/// Writes what changed of cells, dictionaries and meta, and keeps up the checksum over them.
pub(super) struct Pen<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) checksum: &'a mut u64,
}

impl Pen<'_> {
    pub(super) fn write_cells(&mut self, aggregates: &Aggregates) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO cells (family, labels, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (family, labels) DO UPDATE SET value = excluded.value",
        )?;
        for (cell, before, now) in aggregates.page_changes() {
            if before == Some(now) {
                continue;
            }
            let labels = cell_labels(&cell, aggregates.settings());
            let key = [cell.family().family().name, &labels];
            if let Some(before) = before {
                let old = row_checksum("cells", key, &before.to_string());
                *self.checksum = self.checksum.wrapping_sub(old);
            }
            let new = row_checksum("cells", key, &now.to_string());
            *self.checksum = self.checksum.wrapping_add(new);
            // Counts of tickets and events: far below what SQLite's signed integers hold.
            statement.execute(params![key[0], key[1], now.cast_signed()])?;
        }
        Ok(())
    }

    pub(super) fn write_entries(
        &mut self,
        dictionaries: &mut Dictionaries,
    ) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO dictionary (set_name, number, value, shown) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for entry in dictionaries.take_added() {
            let added = sqlite::entry_checksum(&entry);
            *self.checksum = self.checksum.wrapping_add(added);
            statement.execute(params![
                entry.set.name().as_ref(),
                entry.number,
                entry.value,
                entry.shown
            ])?;
        }
        Ok(())
    }

    pub(super) fn write_meta(
        &mut self,
        stored: &mut BTreeMap<String, String>,
        ledger: &Ledger,
    ) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?;
        for (key, value) in meta_rows(ledger) {
            if stored.get(key) != Some(&value) {
                statement.execute([key, &value])?;
                stored.insert(key.to_owned(), value);
            }
        }
        let sum = sqlite::meta_checksum(stored).wrapping_add(*self.checksum);
        statement.execute([META_CHECKSUM, &sum.to_string()])?;
        Ok(())
    }
}
