//! Looking at a state without changing it, also while an exporter uses it.

use std::collections::BTreeMap;

use super::backend::{Backend, Transaction};
use super::codec::SCHEMA_WITH_FAMILIES;
use super::error::{Problem, StateError};
use super::failure::Failure;
use super::written::{self, Written};
use super::{rebuild, records};
use crate::ledger::{Asked, Cell, Ledger, Life};
use crate::ticket::Status;

/// What a state holds.
#[derive(Debug)]
pub struct Inspection {
    /// Gauges and counters, and how far the account has been read.
    pub ledger: Ledger,
    /// Tickets of each status, in the order of [`Status::ALL`].
    pub tickets_by_status: [u64; Status::ALL.len()],
    /// Which labels and tickets the settings asked for so far.
    pub asked: Asked,
    /// Bytes that it takes.
    pub size_bytes: u64,
}

/// What [`verify`] found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Records read, tombstones included.
    pub records: u64,
    /// What is wrong, one sentence each, up to a bound; empty when all is well.
    pub problems: Vec<String>,
}

/// Most problems that are listed: a damaged state can have one a record.
pub(super) const PROBLEMS_MAX: usize = 20;

/// Reads what the state of `account` holds.
///
/// # Errors
///
/// [`Cause::Missing`](super::Cause::Missing) if there is none, otherwise as
/// [`State::open`](super::State::open).
pub fn inspect(backend: &mut dyn Backend, account: &str) -> Result<Inspection, StateError> {
    let (schema, ledger, _) =
        written::load(backend, account)?.ok_or_else(|| backend.unusable(Problem::Missing))?;
    let mut tickets_by_status = [0; Status::ALL.len()];
    for (cell, value) in ledger.aggregates.tickets() {
        if let Some(status) = cell.status() {
            tickets_by_status[usize::from(status.index())] += value;
        }
    }
    Ok(Inspection {
        tickets_by_status,
        asked: rebuild::asked(&ledger, schema),
        size_bytes: backend.size_bytes(),
        ledger,
    })
}

/// Reads every record, counts the gauges again, and compares.
///
/// Counters cannot be counted again: what they count is not in the records. The checksum holds
/// them. Reads one consistent moment, also while an exporter writes.
///
/// # Errors
///
/// As [`inspect`]; what is wrong with the records is in [`Verification::problems`].
pub fn verify(backend: &mut dyn Backend, account: &str) -> Result<Verification, StateError> {
    let verified = match backend.begin_reading()? {
        Some(mut moment) => verify_moment(&mut *moment, account),
        None => Err(Problem::Missing.into()),
    };
    let (mut verification, failure) = verified.map_err(|failure| failure.into_error(backend))?;
    if let Some(failure) = failure {
        let problem = failure.into_error(backend).to_string();
        verification.problems.insert(0, problem);
    }
    verification.problems.truncate(PROBLEMS_MAX);
    Ok(verification)
}

/// Also returns why the records could not all be counted, if so.
fn verify_moment(
    moment: &mut dyn Transaction,
    account: &str,
) -> Result<(Verification, Option<Failure>), Failure> {
    let stored = moment.load()?;
    let schema = stored.schema;
    let (stored, _) = Written::read(stored, account)?;
    let mut counted = without_gauges(&stored);
    let mut verification = Verification::default();
    let problems = &mut verification.problems;
    let counts = match count(moment, &mut counted) {
        Ok(counts) => counts,
        Err(failure) => return Ok((verification, Some(failure))),
    };
    // A state of the first schema lacks cells that the exporter makes when it takes the state over.
    if counts.failure.is_none() && schema >= SCHEMA_WITH_FAMILIES {
        compare(&stored, &counted, problems);
    }
    check_counts(&counts, &stored, problems);
    verification.records = counts.records;
    Ok((verification, counts.failure))
}

/// A ledger with the same counters, and all gauges at 0.
fn without_gauges(stored: &Ledger) -> Ledger {
    let settings = stored.aggregates.settings().clone();
    let mut ledger = Ledger::new(settings, stored.progress.created_at);
    for entry in stored.dictionaries.entries() {
        ledger.dictionaries.restore(entry);
    }
    for (cell, value) in stored.aggregates.cells() {
        let value = if cell.is_gauge() { 0 } else { value };
        ledger.aggregates.restore(cell, value);
    }
    ledger
}

#[derive(Default)]
struct Counts {
    records: u64,
    tickets: u64,
    unsolved: u64,
    /// Of the unsolved tickets, as the exporter reads them at its start.
    listed_as_unsolved: u64,
    /// The first record that cannot be read or counted.
    failure: Option<Failure>,
}

/// Counts every record into the gauges of `ledger`.
fn count(moment: &mut dyn Transaction, ledger: &mut Ledger) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    records::for_each_row(moment, |id, bytes| {
        counts.records += 1;
        let counted = records::decode(id, bytes)
            .map_err(Failure::from)
            .and_then(|record| {
                counts.tickets += u64::from(record.life != Life::Tombstone);
                counts.unsolved += u64::from(record.is_unsolved());
                Ok(rebuild::count_again(ledger, &record)?)
            });
        if let Err(failure) = counted {
            counts.failure.get_or_insert(failure);
        }
        Ok(())
    })?;
    moment.unsolved(&mut |_, _| counts.listed_as_unsolved += 1)?;
    Ok(counts)
}

fn compare(stored: &Ledger, counted: &Ledger, problems: &mut Vec<String>) {
    let counted: BTreeMap<Cell, u64> = counted.aggregates.cells().collect();
    for (cell, value) in stored.aggregates.cells() {
        let recounted = counted.get(&cell).copied().unwrap_or_default();
        if recounted != value && problems.len() < PROBLEMS_MAX {
            problems.push(format!(
                "{cell:?} is {value}, but the ticket records add up to {recounted}"
            ));
        }
    }
    let stored: BTreeMap<Cell, u64> = stored.aggregates.cells().collect();
    for (cell, value) in &counted {
        if !stored.contains_key(cell) && problems.len() < PROBLEMS_MAX {
            problems.push(format!(
                "{cell:?} is missing, but the ticket records add up to {value}"
            ));
        }
    }
}

fn check_counts(counts: &Counts, stored: &Ledger, problems: &mut Vec<String>) {
    let pairs = [
        ("tickets", stored.progress.tickets, counts.tickets),
        (
            "unsolved tickets",
            counts.listed_as_unsolved,
            counts.unsolved,
        ),
    ];
    for (what, stored, counted) in pairs {
        if stored != counted {
            problems.push(format!(
                "the state has {stored} {what}, but the ticket records add up to {counted}"
            ));
        }
    }
}
