//! The part of a resync that needs no request: records without the mark are counted, then swept.
//!
//! In runs of bounded length, each in a transaction of its own, so that a page waits for one run at
//! most. How far it is, is stored with each.

use rusqlite::{Transaction, TransactionBehavior};

use super::file::StateFile;
use super::page::write_record;
use super::pen::Pen;
use super::{Store, StoreError};
use crate::ledger::{Ledger, ResyncEnd, Stage, TicketRecord, Unseen};
use crate::ticket::{TicketId, UnixSeconds};

/// Most records that are looked at in one transaction.
const LOOKED_AT_MAX: i64 = 10_000;

/// Most records that are written in one transaction, as in a page.
const WRITTEN_MAX: usize = 1_000;

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

impl Store {
    /// Looks at the next run of records in one transaction, and returns when what follows is on
    /// disk. Does nothing unless a resync has come so far.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn look_at_records(
        &mut self,
        account_now: UnixSeconds,
    ) -> Result<RecordsLookedAt, StoreError> {
        self.guarded(|store| store.look_in_transaction(account_now))
    }

    fn look_in_transaction(
        &mut self,
        account_now: UnixSeconds,
    ) -> Result<RecordsLookedAt, StoreError> {
        let Some(run) = &self.ledger.progress.resync.run else {
            return Ok(RecordsLookedAt::default());
        };
        let stage = run.stage;
        let file = &self.file;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        let mut look = Look {
            transaction: &transaction,
            file,
            ledger: &mut self.ledger,
            account_now,
        };
        let mut looked_at = RecordsLookedAt::default();
        let next = match stage {
            Stage::Walk | Stage::Settle { .. } => return Ok(looked_at),
            Stage::Count { after, found } => look.count(after, found, &mut looked_at)?,
            Stage::Sweep {
                before,
                swept,
                spared,
            } => look.sweep(before, [swept, spared], &mut looked_at)?,
        };
        if let (Some(next), Some(run)) = (next, &mut self.ledger.progress.resync.run) {
            run.stage = next;
        }
        looked_at.cells_changed = self.ledger.aggregates.page_changes().next().is_some();
        let mut pen = Pen {
            transaction: &transaction,
            checksum: &mut self.checksum,
        };
        pen.write_cells(&self.ledger.aggregates)
            .and_then(|()| pen.write_meta(&mut self.meta, &self.ledger))
            .and_then(|()| transaction.commit())
            .map_err(|source| file.failed(source))?;
        Ok(looked_at)
    }
}

/// By which ids records are looked at, from the last one that was.
#[derive(Clone, Copy, Debug)]
enum Order {
    Rising { after: Option<TicketId> },
    Falling { before: Option<TicketId> },
}

/// One run of records within a transaction. Each method returns the stage that follows, `None`
/// when the ledger has said it already.
struct Look<'a> {
    transaction: &'a Transaction<'a>,
    file: &'a StateFile,
    ledger: &'a mut Ledger,
    account_now: UnixSeconds,
}

impl Look<'_> {
    fn count(
        &mut self,
        after: Option<TicketId>,
        mut found: Unseen,
        looked_at: &mut RecordsLookedAt,
    ) -> Result<Option<Stage>, StoreError> {
        let records = self.records(Order::Rising { after })?;
        let progress = &mut self.ledger.progress;
        for (_, record) in &records {
            progress.resync.count(record, progress.reach, &mut found);
        }
        if let Some((last, _)) = records.last() {
            return Ok(Some(Stage::Count {
                after: Some(*last),
                found,
            }));
        }
        let live = self.ledger.live_tickets();
        let resync = &mut self.ledger.progress.resync;
        looked_at.ended = resync.on_counted(found, live, self.account_now);
        Ok(None)
    }

    /// Goes by falling ids: what is spared are the newest of the tickets that were not seen. Those
    /// deleted for good, which is what a sweep is for, are old ones.
    fn sweep(
        &mut self,
        before: Option<TicketId>,
        [mut swept, mut spared]: [u64; 2],
        looked_at: &mut RecordsLookedAt,
    ) -> Result<Option<Stage>, StoreError> {
        let records = self.records(Order::Falling { before })?;
        let mut last = None;
        let mut written = 0;
        for (id, record) in &records {
            last = Some(*id);
            let progress = &self.ledger.progress;
            if !progress.resync.has_missed(record) {
                continue;
            }
            if progress.resync.spares(record, progress.reach, spared) {
                // It counts as seen: marks of earlier walks must not pile up.
                if let Some(seen) = self.ledger.seen(record) {
                    self.write(*id, &seen)?;
                }
                spared += 1;
            } else {
                let gone = self
                    .ledger
                    .sweep(record)
                    .map_err(|imbalance| self.file.damaged(imbalance.to_string()))?;
                self.write(*id, &gone)?;
                swept += 1;
                looked_at.swept.push(*id);
            }
            written += 1;
            if written >= WRITTEN_MAX {
                break;
            }
        }
        if last.is_some() {
            return Ok(Some(Stage::Sweep {
                before: last,
                swept,
                spared,
            }));
        }
        let resync = &mut self.ledger.progress.resync;
        looked_at.ended = Some(resync.on_swept(swept, spared, self.account_now));
        Ok(None)
    }

    /// The records that come next.
    fn records(&self, order: Order) -> Result<Vec<(TicketId, TicketRecord)>, StoreError> {
        let (query, from) = match order {
            Order::Rising { after } => (
                "SELECT id, record FROM tickets WHERE id >= ?1 ORDER BY id LIMIT ?2",
                after.map_or(Some(i64::MIN), |id| id.0.checked_add(1)),
            ),
            Order::Falling { before } => (
                "SELECT id, record FROM tickets WHERE id <= ?1 ORDER BY id DESC LIMIT ?2",
                before.map_or(Some(i64::MAX), |id| id.0.checked_sub(1)),
            ),
        };
        let Some(from) = from else {
            return Ok(Vec::new());
        };
        let read = || -> rusqlite::Result<Vec<_>> {
            self.transaction
                .prepare_cached(query)?
                .query_map([from, LOOKED_AT_MAX], |row| {
                    let record = TicketRecord::decode(row.get_ref(1)?.as_blob()?);
                    Ok((row.get(0)?, record))
                })?
                .collect()
        };
        let rows = read().map_err(|source| self.file.failed(source))?;
        let records = rows.into_iter().map(|(id, record)| match record {
            Ok(record) => Ok((TicketId(id), record)),
            Err(bad) => Err(self.file.damaged(format!("ticket {id}: {bad}"))),
        });
        records.collect()
    }

    fn write(&self, id: TicketId, record: &TicketRecord) -> Result<(), StoreError> {
        write_record(self.transaction, id, record).map_err(|source| self.file.failed(source))
    }
}

#[cfg(test)]
mod tests;
