use rusqlite::types::Value;

use super::*;

/// The account of the states in `tests/fixtures`.
const FIXTURE_ACCOUNT: &str = "http://127.0.0.1:18777";

#[expect(
    clippy::disallowed_methods,
    reason = "the state of an older version is made here"
)]
fn sqlite(path: &Path) -> Connection {
    Connection::open(path).expect("a file")
}

/// Every value of every row of a table.
fn rows(path: &Path, table: &str) -> Vec<Vec<Value>> {
    let connection = sqlite(path);
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

fn stored_settings(path: &Path) -> SeriesSettings {
    let loaded = StateFile::new(path, FIXTURE_ACCOUNT).check();
    let loaded = loaded.expect("readable").expect("a state");
    loaded.ledger.aggregates.settings().clone()
}

#[test]
fn opening_a_state_of_schema_2_or_3_writes_its_schema_and_meta_alone() {
    let fixtures = [
        include_str!("../../../tests/fixtures/state-schema-2.sql"),
        include_str!("../../../tests/fixtures/state-schema-3.sql"),
    ];
    for fixture in fixtures {
        let directory = TempDir::new().expect("a directory");
        let path = state_in(&directory);
        sqlite(&path)
            .execute_batch(fixture)
            .expect("the statements run");
        let before = all_but_meta(&path);
        assert!(before.iter().all(|table| !table.is_empty()));
        let open = || State::open(&path, FIXTURE_ACCOUNT, stored_settings(&path), NOW);
        let (mut state, found) = open().expect("an older state opens");
        assert_eq!(found, Found::State);
        assert!(state.take_resets().is_empty());
        let opened: Vec<(Cell, u64)> = state.aggregates().cells().collect();
        let progress = state.progress().clone();
        drop(state);

        assert_eq!(all_but_meta(&path), before);
        let schema: i64 = sqlite(&path)
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("a number");
        assert_eq!(schema, SCHEMA_VERSION);
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
