//! The tables, and how the ledger's values are written in them.
//!
//! Everything but the ticket records is text that `sqlite3` shows readably; the records are
//! [`TicketRecord`](crate::ledger::TicketRecord)'s bytes, because there are millions of them.

use super::series_settings;
use super::text::{from_json, json, required};
use crate::ledger::{Entry, Ledger, Marks, OpenSet, Progress, Resync};
use crate::ticket::UnixSeconds;

/// `PRAGMA application_id`: "ZDEX". Tells our files from other databases.
pub(in crate::state) const APPLICATION_ID: i64 = 0x5a44_4558;

/// `PRAGMA user_version`: raised with every change of the tables or of a stored form.
///
/// Before 4 a mark of a record had one byte. Before 3 no entry of `meta` told whether values in
/// business hours differ from those by the calendar.
pub(in crate::state) const SCHEMA_VERSION: i64 = 4;

/// The oldest schema that can be read.
pub(in crate::state) const SCHEMA_VERSION_MIN: i64 = 1;

/// The first schema with histograms, cells of unsolved tickets, and a choice of families. The cells
/// of an older state are counted again when it is opened for writing; of a state of this schema or
/// a later one only `meta` is written then.
pub(in crate::state) const SCHEMA_WITH_FAMILIES: i64 = 2;

/// Makes the tables. `unsolved` is 1 or NULL: it costs nothing in the rows of solved tickets, and
/// the partial index over it holds the records of the unsolved ones side by side, so that they are
/// read without touching the rest.
pub(in crate::state) const CREATE: &str = "
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    unsolved INTEGER
);
CREATE INDEX tickets_unsolved ON tickets (record) WHERE unsolved = 1;
CREATE TABLE cells (
    family TEXT NOT NULL,
    labels TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (family, labels)
) WITHOUT ROWID;
CREATE TABLE dictionary (
    set_name TEXT NOT NULL,
    number INTEGER NOT NULL,
    value TEXT NOT NULL,
    shown INTEGER NOT NULL,
    PRIMARY KEY (set_name, number)
) WITHOUT ROWID;
";

/// Key of the account's address in `meta`.
pub(in crate::state) const META_ACCOUNT: &str = "account";
/// Key of the checksum over everything but the ticket records.
pub(in crate::state) const META_CHECKSUM: &str = "checksum";

/// Contribution of one row to the checksum. The sum over all rows does not depend on their order,
/// so it is kept up by subtracting old rows and adding new ones.
pub(in crate::state) fn row_checksum(table: &str, key: [&str; 2], value: &str) -> u64 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [table, key[0], key[1], value] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    // Times an odd constant: sums wrap at 64 bits, so that the small ones do not stay small.
    u64::from(hasher.finalize()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The rows of `meta` that tell how far the account has been read, and with which labels.
pub(in crate::state) fn meta_rows(ledger: &Ledger) -> Vec<(&'static str, String)> {
    let Progress {
        created_at,
        counters_restarted_at,
        exports,
        baseline,
        initial_sync_complete,
        replayed_at,
        reach,
        resync,
        tickets,
    } = &ledger.progress;
    let mut rows = vec![
        ("created_at", created_at.0.to_string()),
        ("initial_sync_complete", initial_sync_complete.to_string()),
        ("tickets", tickets.to_string()),
    ];
    rows.extend(series_settings::rows_of(&ledger.aggregates));
    rows.push(("resync", json(resync)));
    rows.extend(reach.as_ref().map(|reach| ("reach", json(reach))));
    let Marks {
        position,
        position_timestamp,
        first_row,
        high_water,
        data_timestamp,
    } = exports;
    let times = [
        ("counters_restarted_at", counters_restarted_at),
        ("position_timestamp", position_timestamp),
        ("first_row", first_row),
        ("high_water", high_water),
        ("data_timestamp", data_timestamp),
        ("baseline", baseline),
        ("replayed_at", replayed_at),
    ];
    for (key, time) in times {
        rows.extend(time.map(|time| (key, time.0.to_string())));
    }
    let position = position.as_ref().map(ToString::to_string);
    rows.extend(position.map(|text| ("position", text)));
    rows
}

/// Reads back what [`meta_rows`] wrote, into a ledger without cells. The error is the key that is
/// missing or unreadable.
pub(in crate::state) fn ledger_from<'a>(
    value: impl Fn(&'static str) -> Option<&'a str>,
) -> Result<Ledger, &'static str> {
    let time = |key| match value(key) {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(|time| Some(UnixSeconds(time)))
            .map_err(|_| key),
    };
    let position = match value("position") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| "position")?),
    };
    // A state that was made before there were such walks has neither.
    let reach = from_json(&value, "reach")?;
    let resync = from_json(&value, "resync")?.unwrap_or(Resync::NONE);
    let progress = Progress {
        created_at: time("created_at")?.ok_or("created_at")?,
        counters_restarted_at: time("counters_restarted_at")?,
        exports: Marks {
            position,
            position_timestamp: time("position_timestamp")?,
            first_row: time("first_row")?,
            high_water: time("high_water")?,
            data_timestamp: time("data_timestamp")?,
        },
        baseline: time("baseline")?,
        initial_sync_complete: required(&value, "initial_sync_complete")?,
        replayed_at: time("replayed_at")?,
        reach,
        resync,
        tickets: required(&value, "tickets")?,
    };
    let mut ledger = Ledger::new(series_settings::from_rows(&value)?, progress.created_at);
    let differ = series_settings::differ_from_rows(&value)?;
    ledger.aggregates.restore_business_hours_differ(differ);
    ledger.progress = progress;
    Ok(ledger)
}

/// A dictionary entry from its row; `None` if no entry is written like that.
pub(in crate::state) fn entry_from(
    set: &str,
    number: i64,
    value: String,
    shown: i64,
) -> Option<Entry> {
    Some(Entry {
        set: OpenSet::from_name(set)?,
        number: u16::try_from(number).ok()?,
        value,
        shown: shown != 0,
    })
}
