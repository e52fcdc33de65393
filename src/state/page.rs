//! One page of the export, applied in one transaction.

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::sqlite::StateFile;
use super::written::Pen;
use super::{PageApplied, State, StateError, rebuild};
use crate::ledger::{Ledger, Outcome, PageRead, TicketRecord};
use crate::source::{RejectedRow, Row};
use crate::ticket::TicketId;

impl State {
    pub(super) fn apply_in_transaction(
        &mut self,
        read: &PageRead,
    ) -> Result<PageApplied, StateError> {
        let file = &self.file;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        self.ledger.begin(read);
        let mut rows = Rows {
            transaction: &transaction,
            file,
            applied: PageApplied::default(),
        };
        rows.apply(&mut self.ledger, read)?;
        let Rows { mut applied, .. } = rows;
        applied.completed_initial_sync = self.ledger.pass(read);
        applied.values_chosen_anew = applied.completed_initial_sync
            && rebuild::begin_counting(&transaction, &mut self.ledger, file)?;
        applied.twins_began = self.ledger.aggregates.take_twins_began();
        applied.series_dropped = self.ledger.aggregates.rejected_by_family().clone();
        applied.cells_changed = self.ledger.aggregates.page_changes().next().is_some();
        let mut pen = Pen {
            transaction: &transaction,
            checksum: &mut self.checksum,
        };
        let written = if applied.values_chosen_anew {
            pen.rewrite(&mut self.ledger)
        } else {
            pen.write_cells(&self.ledger.aggregates)
                .and_then(|()| pen.write_entries(&mut self.ledger.dictionaries))
        };
        written
            .and_then(|()| pen.write_meta(&mut self.meta, &self.ledger))
            .and_then(|()| transaction.commit())
            .map_err(|source| file.failed(source))?;
        Ok(applied)
    }
}

/// The rows of a page, on their way into the ledger and the records.
struct Rows<'a> {
    transaction: &'a Transaction<'a>,
    file: &'a StateFile,
    applied: PageApplied,
}

impl Rows<'_> {
    fn apply(&mut self, ledger: &mut Ledger, read: &PageRead) -> Result<(), StateError> {
        let Self {
            transaction,
            file,
            applied,
        } = self;
        let latest_now = read.time.latest_now();
        for row in &read.page.rows {
            let id = row.id();
            let known = read_record(transaction, id, file)?;
            let step = match row {
                Row::Ticket(change) => ledger.apply(known.as_ref(), change, latest_now),
                Row::Deletion { id, at } => ledger.delete(known.as_ref(), (*id, *at), latest_now),
            };
            let step = step.map_err(|imbalance| file.damaged(imbalance.to_string()))?;
            applied.outcomes[step.outcome as usize] += 1;
            for label in step.dropped {
                *applied.labels_dropped.entry(label).or_default() += 1;
            }
            applied.rejected.extend(step.rejected);
            if let Some(record) = step.record {
                write_record(transaction, id, &record).map_err(|source| file.failed(source))?;
                let waiting = ledger.waiting(&record);
                if waiting.is_some() || known.is_some_and(|known| known.is_unsolved()) {
                    applied.unsolved.push((id, waiting));
                }
            }
        }
        mark_seen(transaction, ledger, &read.page.rejected, file)?;
        let undecoded = u64::try_from(read.page.rejected.len()).unwrap_or(u64::MAX);
        applied.outcomes[Outcome::Rejected as usize] += undecoded;
        Ok(())
    }
}

pub(super) fn read_record(
    transaction: &Transaction<'_>,
    id: TicketId,
    file: &StateFile,
) -> Result<Option<TicketRecord>, StateError> {
    let decoded = transaction
        .prepare_cached("SELECT record FROM tickets WHERE id = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([id.0], |row| {
                    Ok(TicketRecord::decode(row.get_ref(0)?.as_blob()?))
                })
                .optional()
        })
        .map_err(|source| file.failed(source))?;
    decoded
        .transpose()
        .map_err(|bad| file.damaged(format!("ticket {}: {bad}", id.0)))
}

/// A row that cannot be read proves that its ticket is there, all the same.
fn mark_seen(
    transaction: &Transaction<'_>,
    ledger: &Ledger,
    rejected: &[RejectedRow],
    file: &StateFile,
) -> Result<(), StateError> {
    for id in rejected.iter().filter_map(|row| row.id).map(TicketId) {
        let known = read_record(transaction, id, file)?;
        if let Some(record) = known.and_then(|known| ledger.seen(&known)) {
            write_record(transaction, id, &record).map_err(|source| file.failed(source))?;
        }
    }
    Ok(())
}

pub(super) fn write_record(
    transaction: &Transaction<'_>,
    id: TicketId,
    record: &TicketRecord,
) -> rusqlite::Result<()> {
    let unsolved = record.is_unsolved().then_some(1);
    transaction
        .prepare_cached(
            "INSERT INTO tickets (id, record, unsolved) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET record = excluded.record, unsolved = excluded.unsolved",
        )?
        .execute(params![id.0, record.encode(), unsolved])?;
    Ok(())
}
