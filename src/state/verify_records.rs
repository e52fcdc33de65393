//! The records that verify rounds ask for, and the removal of those that are gone.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::written::Writes;
use super::{State, StateError, records};
use crate::ledger::{IdRange, Life, RECORDS_LOOKED_AT_MAX, TicketRecord};
use crate::source::SHOWN_MAX;
use crate::ticket::{Status, TicketId, UnixSeconds};

/// A run of records that was looked at for a verify round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToVerify {
    /// The tickets to ask for: those whose status can still change, and those that were removed of late.
    pub tickets: Vec<(TicketId, Life)>,
    /// Closed tickets that were updated before every row of the list, so Zendesk has archived them. At most as many
    /// as one request asks for.
    pub archived: Vec<TicketId>,
    /// The last record that was looked at, if there are further ones.
    pub more_after: Option<TicketId>,
}

/// Records that are read at once. Where every record is to be verified, few more are read than are asked for; where
/// nearly none is, the reads are few.
const RECORDS_AT_ONCE: usize = 500;

impl ToVerify {
    /// Takes the next records. Returns whether `most` tickets are there, and then leaves the records after the last
    /// of them.
    fn take(
        &mut self,
        records: Vec<(TicketId, TicketRecord)>,
        most: usize,
        (account_now, oldest_listed): (UnixSeconds, Option<UnixSeconds>),
    ) -> bool {
        for (id, record) in records {
            if is_to_verify(&record, account_now) {
                self.tickets.push((id, record.life));
            } else if self.archived.len() < SHOWN_MAX && is_archived(&record, oldest_listed) {
                self.archived.push(id);
            }
            self.more_after = Some(id);
            if self.tickets.len() >= most {
                return true;
            }
        }
        false
    }
}

impl State {
    /// Looks at the records after `after`, until `most` tickets are to be verified or enough records were read.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn next_to_verify(
        &mut self,
        after: Option<TicketId>,
        most: usize,
        account_now: UnixSeconds,
    ) -> Result<ToVerify, StateError> {
        let oldest_listed = self.ledger.progress.list.marks.first_row;
        let Some(mut moment) = self.backend.begin_reading()? else {
            return Ok(ToVerify::default());
        };
        let (mut after, mut looked_at) = (after, 0);
        let mut found = ToVerify {
            more_after: after,
            ..ToVerify::default()
        };
        while looked_at < RECORDS_LOOKED_AT_MAX {
            let range = IdRange::Rising { after };
            let scanned = match records::scan(&mut *moment, range, RECORDS_AT_ONCE) {
                Ok(scanned) => scanned,
                Err(failure) => {
                    drop(moment);
                    return Err(failure.into_error(&*self.backend));
                }
            };
            looked_at += RECORDS_AT_ONCE;
            let is_last = scanned.len() < RECORDS_AT_ONCE;
            after = scanned.last().map(|(id, _)| *id).or(after);
            let is_full = found.take(scanned, most, (account_now, oldest_listed));
            if is_last && found.more_after == after {
                found.more_after = None;
            }
            if is_full || is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Ends a verify round in one transaction: removes these tickets, which are gone. Returns those that were
    /// removed.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn end_verify_round(
        &mut self,
        gone: &[TicketId],
        account_now: UnixSeconds,
    ) -> Result<Vec<TicketId>, StateError> {
        self.change(|ledger, transaction| {
            let stored = transaction.records(gone)?;
            let mut swept = Vec::new();
            for (id, bytes) in gone.iter().zip(stored) {
                let Some(bytes) = bytes else { continue };
                let record = records::decode(*id, &bytes)?;
                if let Some(record) = ledger.sweep_missing(&record, account_now)? {
                    swept.push((*id, record));
                }
            }
            let rows: Vec<_> = swept
                .iter()
                .map(|(id, record)| records::row(*id, record))
                .collect();
            transaction.put_records(&rows)?;
            ledger.progress.list.verified_at = Some(account_now);
            let ids = swept.into_iter().map(|(id, _)| id).collect();
            Ok::<_, Failure>((ids, Writes::Changes))
        })
    }

    /// Those of these tickets that have no record.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn unknown(&mut self, ids: &[TicketId]) -> Result<BTreeSet<TicketId>, StateError> {
        let Some(mut moment) = self.backend.begin_reading()? else {
            return Ok(ids.iter().copied().collect());
        };
        let stored = moment.records(ids);
        drop(moment);
        let of_each = ids.iter().zip(stored?);
        let unknown = of_each.filter(|(_, record)| record.is_none());
        Ok(unknown.map(|(id, _)| *id).collect())
    }

    /// The greatest id of a known ticket.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn greatest_id(&mut self) -> Result<Option<TicketId>, StateError> {
        let Some(mut moment) = self.backend.begin_reading()? else {
            return Ok(None);
        };
        let last = records::scan(&mut *moment, IdRange::Falling { before: None }, 1);
        drop(moment);
        let last = last.map_err(|failure| failure.into_error(&*self.backend))?;
        Ok(last.first().map(|(id, _)| *id))
    }
}

/// How long a removed ticket is asked for: it may have been missing for another reason.
const SWEPT_VERIFIED_SECONDS: i64 = 30 * 86_400;

fn is_to_verify(record: &TicketRecord, account_now: UnixSeconds) -> bool {
    match record.life {
        Life::Live => record.status != Status::Closed,
        Life::Swept => record
            .swept_at
            .is_some_and(|at| account_now.since(at) <= SWEPT_VERIFIED_SECONDS),
        Life::Tombstone => false,
    }
}

fn is_archived(record: &TicketRecord, oldest_listed: Option<UnixSeconds>) -> bool {
    record.life == Life::Live
        && record.status == Status::Closed
        && matches!(
            (record.updated_at, oldest_listed),
            (Some(updated_at), Some(oldest)) if updated_at < oldest
        )
}
