//! The part of a resync that needs no request, one run of records a transaction.

use rusqlite::{Transaction, TransactionBehavior};

use super::page::write_record;
use super::sqlite::StateFile;
use super::written::Pen;
use super::{State, StateError};
use crate::ledger::{IdRange, RECORDS_LOOKED_AT_MAX, ResyncEnd, TicketRecord};
use crate::ticket::{TicketId, UnixSeconds};

/// What one run of records came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordsLookedAt {
    /// Whether any sample of a ticket family changed.
    pub cells_changed: bool,
    /// The tickets that were swept, at most a page full.
    pub swept: Vec<TicketId>,
    /// How the resync ended, if it did.
    pub ended: Option<ResyncEnd>,
}

impl State {
    /// Looks at the next run of records in one transaction, and returns when what follows is on
    /// disk. Does nothing unless a resync has come so far.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn look_at_records(
        &mut self,
        account_now: UnixSeconds,
    ) -> Result<RecordsLookedAt, StateError> {
        self.guarded(|state| state.look_in_transaction(account_now))
    }

    fn look_in_transaction(
        &mut self,
        account_now: UnixSeconds,
    ) -> Result<RecordsLookedAt, StateError> {
        let Some(range) = self.ledger.progress.resync.next_records() else {
            return Ok(RecordsLookedAt::default());
        };
        let file = &self.file;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        let records = read_records(&transaction, range, file)?;
        let looked_at = self
            .ledger
            .look_at_records(&records, account_now)
            .map_err(|imbalance| file.damaged(imbalance.to_string()))?;
        for (id, record) in &looked_at.changed {
            write_record(&transaction, *id, record).map_err(|source| file.failed(source))?;
        }
        let cells_changed = self.ledger.aggregates.page_changes().next().is_some();
        let mut pen = Pen {
            transaction: &transaction,
            checksum: &mut self.checksum,
        };
        pen.write_cells(&self.ledger.aggregates)
            .and_then(|()| pen.write_meta(&mut self.meta, &self.ledger))
            .and_then(|()| transaction.commit())
            .map_err(|source| file.failed(source))?;
        Ok(RecordsLookedAt {
            cells_changed,
            swept: looked_at.swept,
            ended: looked_at.ended,
        })
    }
}

fn read_records(
    transaction: &Transaction<'_>,
    range: IdRange,
    file: &StateFile,
) -> Result<Vec<(TicketId, TicketRecord)>, StateError> {
    let (query, from) = match range {
        IdRange::Rising { after } => (
            "SELECT id, record FROM tickets WHERE id >= ?1 ORDER BY id LIMIT ?2",
            after.map_or(Some(i64::MIN), |id| id.0.checked_add(1)),
        ),
        IdRange::Falling { before } => (
            "SELECT id, record FROM tickets WHERE id <= ?1 ORDER BY id DESC LIMIT ?2",
            before.map_or(Some(i64::MAX), |id| id.0.checked_sub(1)),
        ),
    };
    let Some(from) = from else {
        return Ok(Vec::new());
    };
    let most = i64::try_from(RECORDS_LOOKED_AT_MAX).unwrap_or(i64::MAX);
    let read = || -> rusqlite::Result<Vec<_>> {
        transaction
            .prepare_cached(query)?
            .query_map([from, most], |row| {
                let record = TicketRecord::decode(row.get_ref(1)?.as_blob()?);
                Ok((row.get(0)?, record))
            })?
            .collect()
    };
    let rows = read().map_err(|source| file.failed(source))?;
    let records = rows.into_iter().map(|(id, record)| match record {
        Ok(record) => Ok((TicketId(id), record)),
        Err(bad) => Err(file.damaged(format!("ticket {id}: {bad}"))),
    });
    records.collect()
}

#[cfg(test)]
mod tests;
