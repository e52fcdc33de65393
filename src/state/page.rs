//! One page of tickets, applied in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use super::backend::Transaction;
use super::error::Problem;
use super::failure::Failure;
use super::written::Writes;
use super::{rebuild, records};
use crate::ledger::{
    Cell, Dimension, Ledger, Noticed, Outcome, PageRead, RowContext, TicketFamily, TicketRecord,
    Waiting,
};
use crate::source::{RejectedRow, Row};
use crate::ticket::TicketId;

/// What a page came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageApplied {
    /// How many rows of each outcome, in the order of [`Outcome::ALL`]; rows that could not be
    /// decoded are `rejected`.
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Rows that were decoded and rejected all the same.
    pub rejected: Vec<RejectedRow>,
    /// Whether the page is one of a list that is not in the order of its rows.
    pub is_out_of_order: bool,
    /// Rows of tickets that changed although their `updated_at` did not.
    pub silent_changes: u64,
    /// Rows of tickets whose status has moved and come back since the row before.
    pub hidden_status_changes: u64,
    /// The tickets whose number of reopens grew by more than
    /// [`HIDDEN_REOPENS_MAX`](crate::ledger::HIDDEN_REOPENS_MAX), so that none of them were counted.
    pub doubted_reopens: Vec<TicketId>,
    /// Rows of which a label shows `other` because it has too many values.
    pub labels_dropped: BTreeMap<Dimension, u64>,
    /// How often a new series found no room, by family.
    pub series_dropped: BTreeMap<TicketFamily, u64>,
    /// Whether any sample of a ticket family changed.
    pub cells_changed: bool,
    /// Whether this page completed the initial sync.
    pub completed_initial_sync: bool,
    /// Whether label values were chosen anew, so that unsolved tickets of earlier pages count
    /// elsewhere than they did: they are to be read again with [`State::backlog`](super::State::backlog).
    pub values_chosen_anew: bool,
    /// What each cell of the histograms in business hours held before this page, if they began in
    /// it; a cell that is not among them held nothing.
    pub twins_began: Option<BTreeMap<Cell, u64>>,
    /// The tickets that are unsolved or were until now, in the order of their rows: what the
    /// backlog holds of them, `None` if they are no longer unsolved. At most one for each row.
    pub unsolved: Vec<(TicketId, Option<Waiting>)>,
}

impl PageApplied {
    fn notice(&mut self, id: TicketId, noticed: Noticed) {
        self.silent_changes += u64::from(noticed.silent_change);
        self.hidden_status_changes += u64::from(noticed.hidden_status_change);
        self.doubted_reopens
            .extend(noticed.doubted_reopens.then_some(id));
    }
}

/// Applies a page, and writes the records of its tickets.
pub(super) fn apply(
    ledger: &mut Ledger,
    transaction: &mut dyn Transaction,
    read: &PageRead,
) -> Result<(PageApplied, Writes), Failure> {
    ledger.begin(read);
    let mut tickets = PageTickets::read(transaction, read)?;
    let mut applied = apply_rows(ledger, &mut tickets, read)?;
    tickets.write(transaction)?;
    applied.is_out_of_order = read.is_out_of_order();
    applied.completed_initial_sync = ledger.pass(read);
    applied.values_chosen_anew =
        applied.completed_initial_sync && rebuild::begin_counting(ledger, transaction)?;
    applied.twins_began = ledger.aggregates.take_twins_began();
    applied.series_dropped = ledger.aggregates.dropped_by_family().clone();
    applied.cells_changed = ledger.aggregates.page_changes().next().is_some();
    let writes = if applied.values_chosen_anew {
        Writes::All
    } else {
        Writes::Changes
    };
    Ok((applied, writes))
}

fn apply_rows(
    ledger: &mut Ledger,
    tickets: &mut PageTickets,
    read: &PageRead,
) -> Result<PageApplied, Failure> {
    let mut applied = PageApplied::default();
    let context = RowContext::new(&read.time, ledger.progress.truth.is_list);
    for row in &read.page.rows {
        let id = row.id();
        let stored = tickets.record(id);
        if stored.is_none() && is_passed_over(ledger, read, row) {
            applied.outcomes[Outcome::Stale as usize] += 1;
            continue;
        }
        let was_unsolved = stored.is_some_and(TicketRecord::is_unsolved);
        let step = match row {
            Row::Ticket(change) => ledger.apply(stored, change, context),
            Row::Deletion { id, at } => ledger.delete(stored, (*id, *at), context),
        }?;
        applied.outcomes[step.outcome as usize] += 1;
        applied.notice(id, step.noticed);
        for label in step.dropped {
            *applied.labels_dropped.entry(label).or_default() += 1;
        }
        applied.rejected.extend(step.rejected);
        if let Some(record) = step.record {
            let waiting = ledger.waiting(&record);
            if waiting.is_some() || was_unsolved {
                applied.unsolved.push((id, waiting));
            }
            tickets.put(id, record);
        }
    }
    // A row that cannot be read proves that its ticket is there, all the same.
    for id in read.page.rejected.iter().filter_map(|row| row.id) {
        let stored = tickets.record(TicketId(id));
        if let Some(record) = stored.and_then(|record| ledger.seen(record)) {
            tickets.put(TicketId(id), record);
        }
    }
    let undecoded = u64::try_from(read.page.rejected.len()).unwrap_or(u64::MAX);
    applied.outcomes[Outcome::Rejected as usize] += undecoded;
    Ok(applied)
}

/// Whether a row of an unknown ticket is not of the tickets that the settings select. Exports leave such rows out.
fn is_passed_over(ledger: &Ledger, read: &PageRead, row: &Row) -> bool {
    match (row, ledger.progress.ticket_scope) {
        (Row::Ticket(change), Some(scope)) if !read.page.source.is_export() => {
            scope.passes_over(change)
        }
        _ => false,
    }
}

/// The records of the tickets of a page, read at once and written at once. A ticket can have several
/// rows in a page: each finds the record that the row before has left.
struct PageTickets {
    records: BTreeMap<TicketId, TicketRecord>,
    /// The tickets whose records are to be written.
    changed: BTreeSet<TicketId>,
}

impl PageTickets {
    fn read(transaction: &mut dyn Transaction, read: &PageRead) -> Result<Self, Failure> {
        let decoded = read.page.rows.iter().map(Row::id);
        let rejected = read.page.rejected.iter().filter_map(|row| row.id);
        // Rising, because then those of neighbours are read from the same page of a database.
        let ids: BTreeSet<TicketId> = decoded.chain(rejected.map(TicketId)).collect();
        let ids: Vec<TicketId> = ids.into_iter().collect();
        let stored = transaction.records(&ids)?;
        let stored = ids.into_iter().zip(stored);
        let records = stored
            .filter_map(|(id, bytes)| Some((id, bytes?)))
            .map(|(id, bytes)| Ok((id, records::decode(id, &bytes)?)));
        Ok(Self {
            records: records.collect::<Result<_, Problem>>()?,
            changed: BTreeSet::new(),
        })
    }

    fn record(&self, id: TicketId) -> Option<&TicketRecord> {
        self.records.get(&id)
    }

    fn put(&mut self, id: TicketId, record: TicketRecord) {
        self.records.insert(id, record);
        self.changed.insert(id);
    }

    fn write(&self, transaction: &mut dyn Transaction) -> Result<(), Failure> {
        let changed = self.changed.iter();
        let rows: Vec<_> = changed
            .filter_map(|id| Some(records::row(*id, self.records.get(id)?)))
            .collect();
        Ok(transaction.put_records(&rows)?)
    }
}
