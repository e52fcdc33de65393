//! Looking at a state without changing it, also while an exporter uses it.

use std::collections::BTreeMap;
use std::path::Path;

use super::StateError;
use super::codec::{SCHEMA_VERSION, SCHEMA_WITH_FAMILIES};
use super::rebuild::{asked, recount};
use super::sqlite::{Loaded, StateFile};
use crate::ledger::{Asked, Cell, Ledger, Life, TicketRecord};
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
    /// Bytes on disk.
    pub size_bytes: u64,
}

/// What [`verify`] found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Records read, tombstones included.
    pub records: u64,
    /// What is wrong, one sentence each; empty when all is well. Bounded, as a
    /// damaged file can have one per page.
    pub problems: Vec<String>,
}

/// Most problems that are listed: a damaged file can have one per page.
const PROBLEMS_MAX: usize = 20;

/// Reads what the state of `account` at `path` holds, without the lock.
///
/// # Errors
///
/// [`StateError::Missing`] if there is none, otherwise as [`State::open`](super::State::open).
pub fn inspect(path: &Path, account: &str) -> Result<Inspection, StateError> {
    let (file, _, Loaded { ledger, schema, .. }) = read(path, account)?;
    let mut tickets_by_status = [0; Status::ALL.len()];
    for (cell, value) in ledger.aggregates.tickets() {
        if let Some(status) = cell.status() {
            tickets_by_status[usize::from(status.index())] += value;
        }
    }
    Ok(Inspection {
        tickets_by_status,
        asked: asked(&ledger, schema),
        size_bytes: file.size_bytes(),
        ledger,
    })
}

/// Reads every page and every record, counts the gauges again, and compares.
///
/// Counters cannot be counted again: what they count is not in the records. The checksum holds
/// them. Reads one consistent moment, also while an exporter writes.
///
/// # Errors
///
/// As [`inspect`]; what is wrong further in the file is in [`Verification::problems`].
pub fn verify(path: &Path, account: &str) -> Result<Verification, StateError> {
    let (file, mut connection, Loaded { ledger: stored, .. }) = read(path, account)?;
    let mut verification = Verification::default();
    let problems = &mut verification.problems;
    let transaction = connection
        .transaction()
        .map_err(|source| file.failed(source))?;
    let quick_check = || -> rusqlite::Result<Vec<String>> {
        transaction
            .prepare(&format!("PRAGMA quick_check({PROBLEMS_MAX})"))?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    match quick_check() {
        Ok(lines) => problems.extend(lines.into_iter().filter(|line| line != "ok")),
        Err(source) => problems.push(file.failed(source).to_string()),
    }

    // Within the transaction the file is read again: the exporter may have gone on meanwhile.
    let (stored_now, schema) = match file.load(&transaction) {
        Ok(loaded) => (loaded.ledger, loaded.schema),
        Err(error) => {
            problems.push(error.to_string());
            (stored, SCHEMA_VERSION)
        }
    };
    let mut counted = Ledger::new(
        stored_now.aggregates.settings().clone(),
        stored_now.progress.created_at,
    );
    for entry in stored_now.dictionaries.entries() {
        counted.dictionaries.restore(entry);
    }
    for (cell, value) in stored_now.aggregates.cells() {
        let value = if cell.is_gauge() { 0 } else { value };
        counted.aggregates.restore(cell, value);
    }
    if let Err(error) = recount(&transaction, &mut counted, &file) {
        problems.push(error.to_string());
    } else if schema >= SCHEMA_WITH_FAMILIES {
        // An older one lacks cells that the exporter makes when it takes the state over.
        compare(&stored_now, &counted, problems);
    }
    match count_records(&transaction) {
        Ok(counts) => {
            verification.records = counts.records;
            check_counts(counts, &stored_now, problems);
        }
        Err(source) => problems.push(file.failed(source).to_string()),
    }
    problems.truncate(PROBLEMS_MAX);
    Ok(verification)
}

/// Opens the state of `account` at `path` for reading, and reads it.
pub(super) fn read(
    path: &Path,
    account: &str,
) -> Result<(StateFile, rusqlite::Connection, Loaded), StateError> {
    let file = StateFile::new(path, account);
    let Some(loaded) = file.check()? else {
        return Err(StateError::Missing {
            path: path.to_owned(),
        });
    };
    let connection = file.open_for_reading()?;
    Ok((file, connection, loaded))
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

struct Counts {
    records: u64,
    tickets: u64,
    unsolved: u64,
    unsolved_indexed: u64,
}

fn count_records(connection: &rusqlite::Connection) -> rusqlite::Result<Counts> {
    let mut counts = Counts {
        records: 0,
        tickets: 0,
        unsolved: 0,
        unsolved_indexed: 0,
    };
    let mut statement = connection.prepare("SELECT record FROM tickets")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        counts.records += 1;
        // A record that cannot be read was named by the recount.
        if let Ok(record) = TicketRecord::decode(row.get_ref(0)?.as_blob()?) {
            counts.tickets += u64::from(record.life != Life::Tombstone);
            counts.unsolved += u64::from(record.is_unsolved());
        }
    }
    let indexed: i64 = connection.query_row(
        "SELECT count(*) FROM tickets INDEXED BY tickets_unsolved WHERE unsolved = 1",
        [],
        |row| row.get(0),
    )?;
    counts.unsolved_indexed = indexed.cast_unsigned();
    Ok(counts)
}

fn check_counts(counts: Counts, stored: &Ledger, problems: &mut Vec<String>) {
    let pairs = [
        ("tickets", stored.progress.tickets, counts.tickets),
        ("unsolved tickets", counts.unsolved_indexed, counts.unsolved),
    ];
    for (what, stored, counted) in pairs {
        if stored != counted {
            problems.push(format!(
                "the state has {stored} {what}, but the ticket records add up to {counted}"
            ));
        }
    }
}
