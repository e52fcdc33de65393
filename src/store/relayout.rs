//! Making the cells anew when the settings show other labels.

use rusqlite::{Transaction, TransactionBehavior};

use super::file::StateFile;
use super::pen::Pen;
use super::schema::SCHEMA_VERSION;
use super::{Store, StoreError};
use crate::ledger::{Counted, Layout, Ledger, Ranking, TicketRecord};
use crate::ticket::UnixSeconds;

impl Store {
    /// Gives the cells another layout, in one transaction: gauges are counted again from the
    /// records, counters whose labels change end and start anew at 0.
    pub(super) fn lay_out_anew(&mut self, layout: Layout) -> Result<(), StoreError> {
        let file = &self.file;
        let before = self.ledger.aggregates.layout().clone();
        let other_values = layout.max_values != before.max_values || layout.fields != before.fields;
        if layout.asks_for_more_than(&before) && self.ledger.progress.baseline.is_some() {
            self.ledger.progress.resync.on_settings_changed();
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        if other_values {
            let layouts = (&layout, Some(&before));
            choose_values(&transaction, &mut self.ledger, layouts, file)?;
        }
        let counters = self.ledger.aggregates.lay_out_anew(layout);
        recount(&transaction, &mut self.ledger, file)?;
        self.ledger.aggregates.take_back(counters);
        if self.ledger.progress.initial_sync_complete {
            self.ledger.aggregates.add_counters();
        }
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

/// Brings the counters when the initial sync is complete. Where a label has more values than can be
/// shown, those in use are chosen first, and the gauges counted again. Returns whether that was so:
/// then everything is to be written anew.
pub(super) fn begin_counting(
    transaction: &Transaction<'_>,
    ledger: &mut Ledger,
    file: &StateFile,
) -> Result<bool, StoreError> {
    let is_crowded = ledger.dictionaries.is_crowded();
    if is_crowded {
        let layout = ledger.aggregates.layout().clone();
        choose_values(transaction, ledger, (&layout, None), file)?;
        // Few events were counted yet: those of tickets that were created since the baseline.
        let counters = ledger.aggregates.lay_out_anew(layout.clone());
        recount(transaction, ledger, file)?;
        let counters = counters.shown_by(&ledger.dictionaries, &layout);
        ledger.aggregates.take_back(counters);
    }
    ledger.aggregates.add_counters();
    Ok(is_crowded)
}

/// Chooses the label values by what was in use before the baseline, but for those of the layout
/// before whose choice stands.
fn choose_values(
    transaction: &Transaction<'_>,
    ledger: &mut Ledger,
    (layout, before): (&Layout, Option<&Layout>),
    file: &StateFile,
) -> Result<(), StoreError> {
    let mut ranking = Ranking::before(ledger.progress.baseline.unwrap_or(UnixSeconds(0)));
    for_each_record(transaction, file, |record| {
        ranking.count(&record);
        Ok(())
    })?;
    ledger.dictionaries.choose(layout, before, &ranking);
    Ok(())
}

impl Pen<'_> {
    /// Writes all cells and dictionary entries in place of what is stored.
    pub(super) fn rewrite(&mut self, ledger: &mut Ledger) -> rusqlite::Result<()> {
        *self.checksum = 0;
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
    for_each_record(transaction, file, |record| {
        let (nothing, dictionaries) = (Counted::default(), &ledger.dictionaries);
        ledger
            .aggregates
            .fold(None, &record, &nothing, dictionaries, false)
            .map_err(|imbalance| file.damaged(imbalance.to_string()))
    })
}

/// Reads every stored record, one at a time.
fn for_each_record(
    transaction: &Transaction<'_>,
    file: &StateFile,
    mut take: impl FnMut(TicketRecord) -> Result<(), StoreError>,
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
        take(record.map_err(|bad| file.damaged(format!("ticket {id}: {bad}")))?)?;
    }
    Ok(())
}
