//! A run of records that a resync looks at.

use super::backend::Transaction;
use super::failure::Failure;
use super::records;
use super::written::Writes;
use crate::ledger::{Ledger, RECORDS_LOOKED_AT_MAX, RecordsLookedAt};
use crate::ticket::UnixSeconds;

/// Looks at the next run of records, and writes those that are swept.
pub(super) fn look_at_next(
    ledger: &mut Ledger,
    transaction: &mut dyn Transaction,
    account_now: UnixSeconds,
) -> Result<(RecordsLookedAt, Writes), Failure> {
    let Some(range) = ledger.progress.resync.next_records() else {
        return Ok((RecordsLookedAt::default(), Writes::Nothing));
    };
    let records = records::scan(transaction, range, RECORDS_LOOKED_AT_MAX)?;
    let looked_at = ledger.look_at_records(&records, account_now)?;
    let swept = looked_at.swept.iter();
    let rows: Vec<_> = swept
        .map(|(id, record)| records::row(*id, record))
        .collect();
    transaction.put_records(&rows)?;
    Ok((looked_at, Writes::Changes))
}
