//! Records, on their way to and from the backend.

use super::backend::{RecordRow, Transaction};
use super::error::Problem;
use super::failure::Failure;
use crate::ledger::{IdRange, TicketRecord};
use crate::ticket::TicketId;

/// Most records that are read at once where all are read.
const READ_AT_ONCE_MAX: usize = 10_000;

/// The record that is written in these bytes.
pub(super) fn decode(id: TicketId, bytes: &[u8]) -> Result<TicketRecord, Problem> {
    TicketRecord::decode(bytes).map_err(|bad| Problem::Damaged(format!("ticket {}: {bad}", id.0)))
}

/// The row of a record.
pub(super) fn row(id: TicketId, record: &TicketRecord) -> RecordRow {
    RecordRow {
        id,
        record: record.encode(),
        is_unsolved: record.is_unsolved(),
    }
}

/// Reads the first records of a range.
pub(super) fn scan(
    transaction: &mut dyn Transaction,
    range: IdRange,
    most: usize,
) -> Result<Vec<(TicketId, TicketRecord)>, Failure> {
    let rows = transaction.scan(range, most)?.into_iter();
    let records = rows.map(|(id, bytes)| Ok((id, decode(id, &bytes)?)));
    records.collect()
}

/// Hands over the record of every unsolved ticket.
pub(super) fn for_each_unsolved(
    transaction: &mut dyn Transaction,
    mut take: impl FnMut(TicketId, &TicketRecord),
) -> Result<(), Failure> {
    let mut damage = None;
    transaction.unsolved(&mut |id, bytes| match decode(id, bytes) {
        Ok(record) => take(id, &record),
        Err(problem) => damage = damage.take().or(Some(problem)),
    })?;
    damage.map_or(Ok(()), |problem| Err(problem.into()))
}

/// Hands over every record.
pub(super) fn for_each(
    transaction: &mut dyn Transaction,
    mut take: impl FnMut(TicketRecord) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for_each_row(transaction, |id, bytes| take(decode(id, bytes)?))
}

/// Hands over the bytes of every record.
pub(super) fn for_each_row(
    transaction: &mut dyn Transaction,
    mut take: impl FnMut(TicketId, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let rows = transaction.scan(IdRange::Rising { after }, READ_AT_ONCE_MAX)?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        after = Some(*last);
        for (id, bytes) in rows {
            take(id, &bytes)?;
        }
    }
}
