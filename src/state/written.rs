//! What is stored beside the records: read into a ledger, and the rows by which it is kept up.

use std::collections::BTreeMap;

use super::backend::{Backend, Rows, Stored};
use super::codec::{
    META_ACCOUNT, META_CHECKSUM, cell_from, cell_row, checksum, entry_from, entry_row, ledger_from,
    meta_rows,
};
use super::error::{Problem, StateError};
use crate::ledger::Ledger;

/// What is stored beside the records, as far as it takes to write only what differs.
#[derive(Debug)]
pub(super) struct Written {
    account: String,
    /// The entries of `meta`, without the checksum.
    meta: BTreeMap<String, String>,
    /// Over cells and dictionaries.
    checksum: u64,
}

/// What is to be written beside the records after a change.
pub(super) enum Writes {
    /// Nothing has changed.
    Nothing,
    /// What has changed.
    Changes,
    /// All cells and dictionaries anew.
    All,
}

impl Written {
    /// Nothing is written yet.
    pub(super) fn empty(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            meta: BTreeMap::new(),
            checksum: 0,
        }
    }

    /// The account whose state it is.
    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// Reads what is stored, and checks all that can be checked of it.
    pub(super) fn read(stored: Stored, account: &str) -> Result<(Ledger, Self), Problem> {
        let damaged = |problem: String| Problem::Damaged(problem);
        let mut meta = stored.meta;
        let stored_sum = meta.remove(META_CHECKSUM).and_then(|sum| sum.parse().ok());
        let found = meta.get(META_ACCOUNT).map(String::as_str);
        if found != Some(account) {
            return Err(Problem::OtherAccount {
                found: found.unwrap_or("an unknown account").to_owned(),
                wanted: account.to_owned(),
            });
        }
        let mut ledger = ledger_from(|key| meta.get(key).map(String::as_str))
            .map_err(|key| damaged(format!("its entry {key} is missing or cannot be read")))?;
        let mut sum = 0u64;
        for row in stored.dictionary {
            sum = sum.wrapping_add(checksum::of_entry(&row));
            if !entry_from(row).is_some_and(|entry| ledger.dictionaries.restore(entry)) {
                return Err(damaged("its dictionary has an invalid entry".to_owned()));
            }
        }
        for row in &stored.cells {
            let settings = ledger.aggregates.settings();
            let cell = cell_from(&row.family, &row.labels, settings)
                .filter(|cell| cell.is_known(&ledger.dictionaries, &settings.labels));
            let (Some(cell), Ok(count)) = (cell, u64::try_from(row.value)) else {
                let (family, labels) = (&row.family, &row.labels);
                return Err(damaged(format!(
                    "its cell {family} {labels} cannot be read"
                )));
            };
            sum = sum.wrapping_add(checksum::of_cell(row, row.value));
            ledger.aggregates.restore(cell, count);
        }
        if stored_sum != Some(sum.wrapping_add(checksum::of_meta(&meta))) {
            return Err(damaged("its counts do not match their checksum".to_owned()));
        }
        let written = Self {
            account: account.to_owned(),
            meta,
            checksum: sum,
        };
        Ok((ledger, written))
    }

    /// The rows to write after a change, if any.
    pub(super) fn rows(&mut self, ledger: &mut Ledger, writes: Writes) -> Option<Rows> {
        match writes {
            Writes::Nothing => None,
            Writes::Changes => Some(self.changes(ledger)),
            Writes::All => {
                self.checksum = 0;
                ledger.aggregates.touch_all();
                ledger.dictionaries.add_all_again();
                Some(Rows {
                    clear_first: true,
                    ..self.changes(ledger)
                })
            }
        }
    }

    /// The rows that differ since the last page.
    fn changes(&mut self, ledger: &mut Ledger) -> Rows {
        let mut rows = Rows::default();
        let aggregates = &ledger.aggregates;
        for (cell, before, now) in aggregates.page_changes() {
            if before == Some(now) {
                continue;
            }
            let row = cell_row(&cell, now, aggregates.settings());
            if let Some(before) = before {
                let old = checksum::of_cell(&row, before.cast_signed());
                self.checksum = self.checksum.wrapping_sub(old);
            }
            let new = checksum::of_cell(&row, row.value);
            self.checksum = self.checksum.wrapping_add(new);
            rows.cells.push(row);
        }
        for entry in ledger.dictionaries.take_added() {
            let row = entry_row(entry);
            self.checksum = self.checksum.wrapping_add(checksum::of_entry(&row));
            rows.dictionary.push(row);
        }
        let meta = [(META_ACCOUNT, self.account.clone())];
        let meta: Vec<_> = meta.into_iter().chain(meta_rows(ledger)).collect();
        // A row that is left out keeps its earlier value.
        debug_assert!(
            self.meta
                .keys()
                .all(|stored| meta.iter().any(|(key, _)| key == stored)),
            "an entry of meta is no longer written"
        );
        for (key, value) in meta {
            if self.meta.get(key) != Some(&value) {
                self.meta.insert(key.to_owned(), value.clone());
                rows.meta.push((key, value));
            }
        }
        let sum = checksum::of_meta(&self.meta).wrapping_add(self.checksum);
        rows.meta.push((META_CHECKSUM, sum.to_string()));
        rows
    }
}

/// What is stored of `account` beside the records, and in which schema; `None` if nothing is.
pub(super) fn load(
    backend: &mut dyn Backend,
    account: &str,
) -> Result<Option<(i64, Ledger, Written)>, StateError> {
    let Some(mut moment) = backend.begin_reading()? else {
        return Ok(None);
    };
    let stored = moment.load()?;
    drop(moment);
    let schema = stored.schema;
    let read = Written::read(stored, account);
    let (ledger, written) = read.map_err(|problem| backend.unusable(problem))?;
    Ok(Some((schema, ledger, written)))
}
