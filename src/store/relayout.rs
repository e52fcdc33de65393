//! Making the cells anew when the settings show other labels.

use std::collections::BTreeMap;

use rusqlite::{Transaction, TransactionBehavior};

use super::file::StateFile;
use super::schema::SCHEMA_VERSION;
use super::{Pen, Store, StoreError};
use crate::ledger::{Baseline, Counted, Layout, Ledger, TicketRecord};

impl Store {
    /// Gives the cells another layout, in one transaction: gauges are counted again from the
    /// records, counters whose labels change end and start anew at 0.
    pub(super) fn lay_out_anew(&mut self, layout: Layout) -> Result<(), StoreError> {
        let file = &self.file;
        let before = self.ledger.aggregates.layout();
        if layout.max_values != before.max_values {
            let tickets = BTreeMap::new();
            self.ledger.dictionaries.choose(&layout, &tickets);
        }
        if layout.asks_for_more_than(before) && self.ledger.progress.baseline.is_some() {
            self.ledger.progress.resync.on_settings_changed();
        }
        self.ledger.aggregates.lay_out_anew(layout);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        recount(&transaction, &mut self.ledger, file)?;
        if self.ledger.progress.counting_from() != Baseline::Initial {
            self.ledger.aggregates.add_counters();
        }
        self.checksum = 0;
        let mut pen = Pen {
            transaction: &transaction,
            checksum: &mut self.checksum,
        };
        pen.rewrite(&mut self.ledger)
            .and_then(|()| pen.write_meta(&mut self.meta, &self.ledger))
            .and_then(|()| transaction.pragma_update(None, "user_version", SCHEMA_VERSION))
            .and_then(|()| transaction.commit())
            .map_err(|source| file.failed(source))?;
        self.ledger.aggregates.commit_page();
        Ok(())
    }
}

impl Pen<'_> {
    /// Writes all cells and dictionary entries in place of what is stored.
    fn rewrite(&mut self, ledger: &mut Ledger) -> rusqlite::Result<()> {
        self.transaction
            .execute_batch("DELETE FROM cells; DELETE FROM dictionary")?;
        ledger.aggregates.touch_all();
        self.write_cells(&ledger.aggregates)?;
        ledger.dictionaries.add_all_again();
        self.write_entries(&mut ledger.dictionaries)
    }
}

/// Folds every stored record into the gauges of `ledger`.
pub(super) fn recount(
    transaction: &Transaction<'_>,
    ledger: &mut Ledger,
    file: &StateFile,
) -> Result<(), StoreError> {
    let mut statement = transaction
        .prepare("SELECT id, record FROM tickets")
        .map_err(|source| file.failed(source))?;
    let mut rows = statement.query([]).map_err(|source| file.failed(source))?;
    while let Some(row) = rows.next().map_err(|source| file.failed(source))? {
        let read = || -> rusqlite::Result<_> {
            Ok((
                row.get::<_, i64>(0)?,
                TicketRecord::decode(row.get_ref(1)?.as_blob()?),
            ))
        };
        let (id, record) = read().map_err(|source| file.failed(source))?;
        let record = record.map_err(|bad| file.damaged(format!("ticket {id}: {bad}")))?;
        ledger
            .aggregates
            .fold(
                None,
                &record,
                &Counted::default(),
                &ledger.dictionaries,
                false,
            )
            .map_err(|imbalance| file.damaged(imbalance.to_string()))?;
    }
    Ok(())
}
