use std::collections::BTreeMap;

use rusqlite::types::Value;

use super::*;
use crate::ledger::{BusinessHours, Cell, Ledger, Part, SeriesSettings, Walk, family};
use crate::state::codec::{SCHEMA_VERSION, checksum};
use crate::state::tests::apply_at;
use crate::ticket::{MetricSet, RowKey, TicketChange, UnixSeconds};

/// The account of the states in `tests/fixtures`.
const FIXTURE_ACCOUNT: &str = "http://127.0.0.1:18777";

/// A state of schema 4. Ticket 1 has a record that schema 3 wrote.
const SCHEMA_4: &str = include_str!("../../../../tests/fixtures/state-schema-4.sql");

/// Every value of every row of a table.
fn rows(path: &Path, table: &str) -> Vec<Vec<Value>> {
    let connection = raw(path);
    let mut statement = connection
        .prepare(&format!("SELECT * FROM {table}"))
        .expect("a table");
    let columns = statement.column_count();
    statement
        .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
        .expect("rows")
        .collect::<rusqlite::Result<_>>()
        .expect("rows")
}

/// All that a state holds beside `meta`.
fn all_but_meta(path: &Path) -> Vec<Vec<Vec<Value>>> {
    let tables = ["sqlite_schema", "tickets", "cells", "dictionary"];
    tables.map(|table| rows(path, table)).to_vec()
}

pub(super) fn schema_of(path: &Path) -> i64 {
    let schema = raw(path).pragma_query_value(None, "user_version", |row| row.get(0));
    schema.expect("a number")
}

fn stored(path: &Path) -> Ledger {
    let inspection = inspect(&mut Sqlite::for_reading(path), FIXTURE_ACCOUNT);
    inspection.expect("readable").ledger
}

fn stored_settings(path: &Path) -> SeriesSettings {
    stored(path).aggregates.settings().clone()
}

#[test]
fn opening_a_state_of_schema_2_to_4_writes_its_schema_and_meta_alone() {
    let fixtures = [
        include_str!("../../../../tests/fixtures/state-schema-2.sql"),
        include_str!("../../../../tests/fixtures/state-schema-3.sql"),
        SCHEMA_4,
    ];
    for fixture in fixtures {
        let directory = TempDir::new().expect("a directory");
        let path = state_in(&directory);
        raw(&path)
            .execute_batch(fixture)
            .expect("the statements run");
        let before = all_but_meta(&path);
        assert!(before.iter().all(|table| !table.is_empty()));
        let open = || open_at(&path, FIXTURE_ACCOUNT, stored_settings(&path), NOW);
        let (mut state, found) = open().expect("an older state opens");
        assert_eq!(found, Opened::Existing);
        assert!(state.take_resets().is_empty());
        let opened: Vec<(Cell, u64)> = state.aggregates().cells().collect();
        let progress = state.progress().clone();
        drop(state);

        assert_eq!(all_but_meta(&path), before);
        assert_eq!(schema_of(&path), SCHEMA_VERSION);
        let verification = verify(&path, FIXTURE_ACCOUNT).expect("readable");
        assert_eq!(verification.problems, [""; 0]);
        let meta = rows(&path, "meta");
        let (state, _) = open().expect("opens again");
        assert_eq!(state.aggregates().cells().collect::<Vec<_>>(), opened);
        assert_eq!(state.progress(), &progress);
        drop(state);
        assert_eq!(rows(&path, "meta"), meta);
    }
}

#[test]
fn a_state_of_schema_1_is_taken_over_with_its_counters() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let old = raw(&path);
    old.execute_batch(include_str!(
        "../../../../tests/fixtures/state-schema-1.sql"
    ))
    .expect("the statements run");
    drop(old);
    let account = "http://127.0.0.1:18777";
    let before = verify(&path, account).expect("readable");
    assert_eq!(before.problems, [""; 0]);
    let of = |state: &State, wanted: fn(&Cell) -> bool| -> Vec<u64> {
        let cells = state.aggregates().cells();
        cells
            .filter(|(cell, _)| wanted(cell))
            .map(|(_, value)| value)
            .collect()
    };
    let (state, found) =
        open_at(&path, account, SeriesSettings::default(), NOW).expect("an older state opens");
    assert_eq!((found, state.progress().tickets), (Opened::Existing, 6));
    let tickets: u64 = of(&state, |cell| cell.family() == family::TICKETS)
        .iter()
        .sum();
    assert_eq!(tickets, 6);
    let sums = of(&state, |cell| cell.part() == Some(Part::Sum));
    assert_eq!(sums, [0; 6 * 6]);
    drop(state);
    let verification = verify(&path, account).expect("readable");
    assert_eq!(verification.problems, [""; 0]);
    // Once taken over, nothing is made anew.
    let (state, _) = open_at(&path, account, SeriesSettings::default(), NOW).expect("opens again");
    drop(state);
    assert_eq!(schema_of(&path), SCHEMA_VERSION);
}

/// The state that a version before 0.1.0 left, with two bounds a family.
pub(super) fn state_of_schema_2(path: &Path) {
    let old = raw(path);
    old.execute_batch(include_str!(
        "../../../../tests/fixtures/state-schema-2.sql"
    ))
    .expect("the statements run");
}

#[test]
fn a_state_of_schema_2_shows_all_that_it_showed_before() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    state_of_schema_2(&path);
    let account = "http://127.0.0.1:18777";
    assert_eq!(verify(&path, account).expect("readable").problems, [""; 0]);
    let before = stored(&path).aggregates;
    let expected: Vec<(Cell, u64)> = before.cells().collect();
    // Gauges and counters, histograms in business hours, and much that is 0.
    assert_eq!(expected.len(), 471);
    let zeros = expected.iter().filter(|(_, value)| *value == 0);
    assert_eq!(zeros.count(), 249);

    // It says that business hours are always shown, the settings' default does not.
    let settings = SeriesSettings {
        business_hours: BusinessHours::Auto,
        ..before.settings().clone()
    };
    assert_eq!(before.settings().business_hours, BusinessHours::Always);
    let tables = all_but_meta(&path);
    let (state, _) = open_at(&path, account, settings.clone(), NOW).expect("an older state opens");
    let shown: Vec<(Cell, u64)> = state.aggregates().shown_cells().collect();
    assert_eq!(shown, expected);
    drop(state);
    // Nothing was counted again: only the schema and `meta` are written.
    assert_eq!(all_but_meta(&path), tables);
    assert_eq!(schema_of(&path), SCHEMA_VERSION);
    assert_eq!(stored_settings(&path), settings);
    assert_eq!(verify(&path, account).expect("readable").problems, [""; 0]);
    let (state, _) = open_at(&path, account, settings, NOW).expect("opens again");
    assert_eq!(cells(&state), expected);
}

/// Lets `meta` of a state say what schema 2 says of business hours that are always shown.
fn say_it_in_schema_2(path: &Path) {
    let file = raw(path);
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let meta = rows(path, "meta").into_iter();
    let mut meta: BTreeMap<String, String> =
        meta.map(|row| (text(&row[0]), text(&row[1]))).collect();
    let sum = meta.remove("checksum").expect("a checksum");
    let sum: u64 = sum.parse().expect("a number");
    let rest = sum.wrapping_sub(checksum::of_meta(&meta));
    let differ = meta.remove("business_hours_differ");
    assert_eq!(differ.as_deref(), Some("false"));
    assert_eq!(meta["business_hours"], "true");
    let sum = rest.wrapping_add(checksum::of_meta(&meta));
    let statements = format!(
        "DELETE FROM meta WHERE key = 'business_hours_differ';
         UPDATE meta SET value = '{sum}' WHERE key = 'checksum';
         PRAGMA user_version = 2"
    );
    file.execute_batch(&statements).expect("the statements run");
}

#[test]
fn a_state_of_schema_2_is_not_counted_again_for_the_default_settings() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let settings = SeriesSettings {
        business_hours: BusinessHours::Always,
        ..SeriesSettings::default()
    };
    let (mut state, _) = open_at(&path, ACCOUNT, settings, NOW).expect("a new state opens");
    let tickets = (1..9).map(plain_change).collect();
    apply(&mut state, &page(tickets, "a", true)).expect("a page applies");
    apply(&mut state, &page(vec![solved(1)], "b", true)).expect("a page applies");
    drop(state);
    say_it_in_schema_2(&path);
    // Nothing of it can be counted.
    with_sql("UPDATE tickets SET record = x'ffff' WHERE id = 3")(&path);
    let before = all_but_meta(&path);
    let (mut state, _) = open(&path).expect("an older state opens");
    assert!(!state.take_resets().restarts_counters());
    assert!(state.aggregates().business_hours_differ());
    drop(state);
    assert_eq!(all_but_meta(&path), before);
    assert_eq!(schema_of(&path), SCHEMA_VERSION);
    let (state, _) = open(&path).expect("opens again");
    assert_eq!(state.aggregates().settings(), &SeriesSettings::default());
}

#[test]
fn a_state_of_schema_4_counts_no_reopen_that_was_before_the_upgrade() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    raw(&path)
        .execute_batch(SCHEMA_4)
        .expect("the statements run");
    let (mut state, _) =
        open_at(&path, FIXTURE_ACCOUNT, stored_settings(&path), NOW).expect("opens");
    let reopened = |state: &State| -> u64 {
        let cells = state.aggregates().cells();
        let reopened = cells.filter(|(cell, _)| cell.family() == family::REOPENED);
        reopened.map(|(_, value)| value).sum()
    };
    let now = UnixSeconds(1_790_001_000);
    let row = |id, at: i64, reopens| TicketChange {
        order_key: RowKey::Generated(UnixSeconds(at)),
        updated_at: Some(UnixSeconds(at)),
        metric_set: Some(MetricSet {
            reopens: Some(reopens),
            ..MetricSet::default()
        }),
        ..plain_change(id)
    };
    // Ticket 3 was reopened once while version 4 counted.
    assert_eq!(reopened(&state), 1);
    // Of ticket 1 the number was never stored, of ticket 3 it is not known whether Zendesk stated it.
    let upgraded = vec![row(1, 1_790_000_200, 2), row(3, 1_790_000_201, 9)];
    apply_at(&mut state, Walk::Main, &page(upgraded, "b", true), now).expect("a page applies");
    assert_eq!(reopened(&state), 1);
    // From then on its growth counts.
    let later = vec![row(1, 1_790_000_300, 4), row(3, 1_790_000_301, 10)];
    apply_at(&mut state, Walk::Main, &page(later, "c", true), now).expect("a page applies");
    assert_eq!(reopened(&state), 1 + 2 + 1);
    drop(state);
    let verification = verify(&path, FIXTURE_ACCOUNT).expect("readable");
    assert_eq!(verification.problems, [""; 0]);
}
