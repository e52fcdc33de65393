use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::ledger::testing::plain_change;
use crate::state::tests::{
    ACCOUNT, NOW, apply, cells, check_verified, filled_state, open, open_at, page, raw, solved,
    state_in,
};
use crate::state::{Cause, Opened, State, inspect};

mod backup;

mod cache;

mod older;

mod recovery;

#[test]
fn a_missing_or_empty_file_is_a_first_run() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    fs::write(&path, b"").expect("an empty file");
    assert_eq!(open(&path).expect("opens").1, Opened::Created);
    let fresh = directory.path().join("deeper/fresh.sqlite");
    assert_eq!(open(&fresh).expect("opens").1, Opened::Created);
}

#[test]
fn the_state_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("data/acme.sqlite");
    let _state = open(&path).expect("opens");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().expect("a parent")), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("sqlite-wal")), 0o600);
}

#[test]
fn a_second_process_is_refused_while_readers_are_not() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let _state = filled_state(&path);
    assert!(matches!(
        open(&path),
        Err(StateError {
            cause: Cause::InUse,
            ..
        })
    ));
    let inspection =
        inspect(&mut Sqlite::for_reading(&path), ACCOUNT).expect("reading needs no lock");
    assert_eq!(inspection.ledger.progress.tickets, 2);
    assert_eq!(inspection.tickets_by_status, [0, 1, 0, 0, 1, 0, 0]);
    check_verified(&path);
}

/// Changes a state, then checks that opening it fails with a sentence that holds `expected`, and
/// that not a byte was changed by the attempt.
#[track_caller]
fn check_refused(change: impl FnOnce(&Path), expected: &str) {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(filled_state(&path));
    change(&path);
    let before = fs::read(&path).expect("a readable file");
    let error = open(&path).expect_err("a wrong state is refused");
    let sentence = error.to_string();
    assert!(sentence.contains(expected), "{sentence}");
    assert!(sentence.contains("acme.sqlite"), "{sentence}");
    assert!(
        fs::read(&path).expect("still there") == before,
        "the file was touched"
    );
}

fn with_sql(sql: &'static str) -> impl FnOnce(&Path) {
    move |path| {
        let connection = StateFile::new(path).open_for_writing(None).expect("opens");
        connection.execute_batch(sql).expect("the statement runs");
    }
}

#[test]
fn a_wrong_state_is_refused_and_left_alone() {
    check_refused(
        |path| {
            fs::write(path, b"not a database, but longer than a header".repeat(9)).expect("written")
        },
        "no SQLite header",
    );
    check_refused(
        |path| {
            let file = fs::OpenOptions::new()
                .write(true)
                .open(path)
                .expect("there");
            file.set_len(50).expect("shortened");
        },
        "no SQLite header",
    );
    check_refused(
        |path| {
            let file = fs::OpenOptions::new()
                .write(true)
                .open(path)
                .expect("there");
            file.set_len(8_192).expect("shortened");
        },
        "shorter than its header says",
    );
    check_refused(with_sql("PRAGMA user_version = 6"), "has schema 6");
    check_refused(with_sql("PRAGMA application_id = 7"), "is not a state file");
    check_refused(
        with_sql("UPDATE meta SET value = 'https://other.zendesk.com' WHERE key = 'account'"),
        "belongs to https://other.zendesk.com",
    );
    check_refused(with_sql("UPDATE cells SET value = value + 1"), "checksum");
    check_refused(with_sql("DELETE FROM cells WHERE value = 0"), "checksum");
    check_refused(
        with_sql("UPDATE meta SET value = '5' WHERE key = 'high_water'"),
        "checksum",
    );
    check_refused(
        with_sql("UPDATE dictionary SET value = 'fax' WHERE value = 'web'"),
        "checksum",
    );
    check_refused(
        with_sql("DELETE FROM meta WHERE key = 'tickets'"),
        "its entry tickets is missing",
    );
}

#[test]
fn damage_in_the_ticket_pages_shows_when_they_are_read() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(filled_state(&path));
    with_sql("UPDATE tickets SET record = x'ffff' WHERE id = 1")(&path);
    let (mut state, _) = open(&path).expect("the aggregates are whole");
    let failed = apply(&mut state, &page(vec![solved(1)], "c", true));
    assert!(
        failed.as_ref().is_err_and(StateError::is_damage),
        "{failed:?}"
    );
    let problems = verify(&path, ACCOUNT).expect("readable").problems;
    assert!(
        problems.iter().any(|problem| problem.contains("ticket 1")),
        "{problems:?}"
    );
}

#[test]
fn verify_finds_records_that_the_gauges_do_not_count() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(filled_state(&path));
    with_sql("DELETE FROM tickets WHERE id = 2")(&path);
    let problems = verify(&path, ACCOUNT).expect("readable").problems;
    assert!(
        problems
            .iter()
            .any(|problem| problem == "the state has 2 tickets, but the ticket records add up to 1"),
        "{problems:?}"
    );
}

#[test]
fn the_unsolved_tickets_are_read_from_a_covering_index() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(filled_state(&path));
    let file = StateFile::new(&path).open_for_reading().expect("opens");
    let explain = format!("EXPLAIN QUERY PLAN {}", schema::SELECT_UNSOLVED);
    let plan: String = file
        .query_row(&explain, [], |row| row.get(3))
        .expect("a plan");
    assert!(plan.contains("COVERING INDEX tickets_unsolved"), "{plan}");
}

#[test]
fn a_file_that_was_removed_while_it_was_in_use_is_noticed() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    let aside = directory.path().join("aside");
    fs::rename(&path, &aside).expect("moved");
    let failed = apply(&mut state, &page(vec![solved(2)], "c", true));
    assert!(
        matches!(
            failed,
            Err(StateError {
                cause: Cause::Gone,
                ..
            })
        ),
        "{failed:?}"
    );
    fs::rename(&aside, &path).expect("put back");
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect("the page applies now");
}

#[test]
fn a_file_that_was_replaced_after_it_was_checked_is_not_written() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let other = directory.path().join("other.sqlite");
    drop([&path, &other].map(|path| filled_state(path)));
    let mut file = Sqlite::open(&path).expect("there");
    assert!(file.begin_reading().expect("readable").is_some());
    fs::rename(&other, &path).expect("replaced");
    let before = fs::read(&path).expect("a readable file");
    let refused = file.reopen().expect_err("another file");
    assert_eq!(refused.cause, Cause::Gone);
    assert_eq!(fs::read(&path).expect("a readable file"), before);
}

#[test]
fn two_links_to_one_state_share_its_lock() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let _state = filled_state(&path);
    let link = directory.path().join("link.sqlite");
    std::os::unix::fs::symlink(&path, &link).expect("linked");
    let second = open(&link);
    assert!(
        matches!(
            second,
            Err(StateError {
                cause: Cause::InUse,
                ..
            })
        ),
        "{second:?}"
    );
}

#[test]
fn a_write_ahead_log_that_was_removed_is_noticed_before_more_is_lost() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    let log = directory.path().join("acme.sqlite-wal");
    fs::rename(&log, directory.path().join("elsewhere")).expect("the log is there");
    let refused = apply(&mut state, &page(vec![plain_change(3)], "c", true));
    assert!(
        matches!(
            refused,
            Err(StateError {
                cause: Cause::Gone,
                ..
            })
        ),
        "{refused:?}"
    );
    fs::rename(directory.path().join("elsewhere"), &log).expect("it goes back");
    apply(&mut state, &page(vec![plain_change(3)], "c", true)).expect("all is there again");
}
