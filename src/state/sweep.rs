//! The part of a resync that needs no request, one run of records a transaction.

use super::backend::Transaction;
use super::error::Failure;
use super::{Writes, records};
use crate::ledger::{Ledger, RECORDS_LOOKED_AT_MAX, ResyncEnd};
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

/// Looks at the next run of records. Does nothing unless a resync has come so far.
pub(super) fn look_at_records(
    ledger: &mut Ledger,
    transaction: &mut dyn Transaction,
    account_now: UnixSeconds,
) -> Result<(RecordsLookedAt, Writes), Failure> {
    let Some(range) = ledger.progress.resync.next_records() else {
        return Ok((RecordsLookedAt::default(), Writes::Nothing));
    };
    let records = records::scan(transaction, range, RECORDS_LOOKED_AT_MAX)?;
    let looked_at = ledger.look_at_records(&records, account_now)?;
    let changed = looked_at.changed.iter();
    let rows: Vec<_> = changed
        .map(|(id, record)| records::row(*id, record))
        .collect();
    transaction.put_records(&rows)?;
    let looked_at = RecordsLookedAt {
        cells_changed: ledger.aggregates.page_changes().next().is_some(),
        swept: looked_at.swept,
        ended: looked_at.ended,
    };
    Ok((looked_at, Writes::Changes))
}
