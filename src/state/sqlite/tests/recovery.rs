//! A file that is replaced or fails while it is in use, and what follows.

use std::time::Duration;

use rusqlite::ErrorCode;

use super::*;
use crate::state::codec::SCHEMA_VERSION;
use crate::state::memory::InMemory;
use crate::state::tests::set_broken;
use crate::state::written;

#[test]
fn a_file_that_is_replaced_while_it_is_opened_is_not_written() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(filled_state(&path));
    let checked = StateFile::new(&path).identity().expect("there");
    fs::rename(&path, directory.path().join("aside")).expect("moved");
    // To open a file without a write-ahead log for writing changes its header.
    let other = raw(&path).execute_batch("CREATE TABLE other (column)");
    other.expect("the statement runs");
    let before = fs::read(&path).expect("a readable file");
    let refused = StateFile::new(&path).open_for_writing(Some(checked));
    assert!(matches!(refused, Err(FileError::Gone { .. })));
    assert_eq!(fs::read(&path).expect("a readable file"), before);
}

#[test]
fn a_file_that_was_replaced_before_a_state_recovers_is_not_read() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let [aside, other] = ["aside", "other.sqlite"].map(|name| directory.path().join(name));
    drop(filled_state(&other));
    let mut state = filled_state(&path);
    set_broken(&path, true);
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect_err("the state is broken");
    set_broken(&path, false);
    fs::rename(&path, &aside).expect("moved");
    fs::rename(&other, &path).expect("replaced");
    let before = fs::read(&path).expect("a readable file");
    for _ in 0..2 {
        let refused = state.recover().expect_err("another file");
        assert_eq!(refused.cause, Cause::Gone);
    }
    assert_eq!(fs::read(&path).expect("a readable file"), before);
    fs::rename(&aside, &path).expect("put back");
    state.recover().expect("the state is read again");
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect("the page applies now");
}

/// The descriptors of this process that are open on the file at `path`.
fn descriptors(path: &Path) -> usize {
    let open = fs::read_dir("/proc/self/fd").expect("descriptors");
    open.filter_map(|descriptor| fs::read_link(descriptor.ok()?.path()).ok())
        .filter(|file| file == path)
        .count()
}

#[test]
fn a_state_that_recovers_opens_its_file_once() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    assert_eq!(descriptors(&path), 1);
    for _ in 0..3 {
        set_broken(&path, true);
        apply(&mut state, &page(vec![solved(2)], "c", true)).expect_err("the state is broken");
        set_broken(&path, false);
        state.recover().expect("the state is read again");
    }
    assert_eq!(descriptors(&path), 1);
}

#[test]
fn a_state_of_an_older_schema_is_no_recovery() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    for schema in [1, 3] {
        set_broken(&path, true);
        apply(&mut state, &page(vec![solved(2)], "c", true)).expect_err("the state is broken");
        set_broken(&path, false);
        // As when an older copy is written over the file.
        let set_schema = |schema: i64| {
            let set = raw(&path).pragma_update(None, "user_version", schema);
            set.expect("it is written");
        };
        set_schema(schema);
        for _ in 0..2 {
            let refused = apply(&mut state, &page(vec![solved(2)], "c", true));
            assert_eq!(refused.expect_err("an older state").cause, Cause::Gone);
        }
        assert_eq!(older::schema_of(&path), schema);
        set_schema(SCHEMA_VERSION);
        state.recover().expect("the state is read again");
    }
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect("the page applies now");
}

/// A filled state with a connection that `change` has changed, until the state opens it again.
fn state_with(path: &Path, change: impl FnOnce(&Connection)) -> State {
    let mut state = filled_state(path);
    // Lets go of the lock.
    state.backend = Box::new(InMemory::default());
    let mut file = Sqlite::open(path).expect("a file");
    written::load(&mut file, ACCOUNT).expect("readable");
    file.reopen().expect("opens");
    change(file.connection().expect("open"));
    state.backend = Box::new(file);
    state
}

/// Applies a page that SQLite refuses for now, and that applies once `pass` was called.
#[track_caller]
fn check_passing(path: &Path, mut state: State, code: ErrorCode, pass: impl FnOnce()) {
    let before = (cells(&state), state.progress().clone());
    let page = page((1..2_000).map(solved).collect(), "c", true);
    let failed = apply(&mut state, &page).expect_err("SQLite fails");
    assert!(matches!(failed.cause, Cause::Passing { .. }), "{failed:?}");
    let Some(FileError::Sqlite { source, .. }) = failed.downcast_ref() else {
        panic!("{failed:?}");
    };
    assert_eq!(source.sqlite_error_code(), Some(code));
    pass();
    state.recover().expect("the state is read again");
    assert_eq!((cells(&state), state.progress().clone()), before);
    apply(&mut state, &page).expect("the page applies now");
    assert_eq!(state.progress().tickets, 1_999);
    drop(state);
    check_verified(path);
}

#[test]
fn a_page_waits_for_a_file_that_another_program_has_locked() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let state = state_with(&path, |connection| {
        let timeout = connection.busy_timeout(Duration::ZERO);
        timeout.expect("it waits for nobody");
    });
    let other = raw(&path);
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("it has the lock");
    check_passing(&path, state, ErrorCode::DatabaseBusy, || drop(other));
}

#[test]
fn a_page_waits_for_room_in_a_full_file() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let state = state_with(&path, |connection| {
        // As many pages as there are.
        let full = connection.pragma_update(None, "max_page_count", 1);
        full.expect("the file is full");
    });
    check_passing(&path, state, ErrorCode::DiskFull, || {});
}
