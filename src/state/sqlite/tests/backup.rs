//! Copies of a state that is in use.

use std::cell::{Cell as Flag, RefCell};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

/// A state with two tickets, open for writing.
fn in_use(directory: &TempDir) -> State {
    let (mut state, _) = open(&state_in(directory)).expect("made");
    let changes = vec![plain_change(1), plain_change(2)];
    apply(&mut state, &page(changes, "a", true)).expect("applied");
    state
}

/// Copies the state in `directory` without being interrupted.
fn copy_to(directory: &TempDir, copy: &Path) -> Result<u64, BackupError> {
    backup(&state_in(directory), ACCOUNT, copy, &|| false)
}

/// Checks that the state in `directory` is not copied to `copy`, with a sentence that holds `expected`.
#[track_caller]
fn check_not_copied(directory: &TempDir, copy: &Path, expected: &str) {
    let error = copy_to(directory, copy).expect_err("it cannot be copied");
    let said = crate::error_chain::with_sources(&error);
    assert!(said.contains(expected), "{said}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("readable");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn tickets(path: &Path) -> u64 {
    let inspection = inspect(&mut Sqlite::for_reading(path), ACCOUNT).expect("readable");
    inspection.ledger.progress.tickets
}

#[test]
fn a_copy_of_a_state_in_use_is_whole_private_and_one_file() {
    let directory = TempDir::new().expect("a directory");
    let mut state = in_use(&directory);
    let copies = TempDir::new().expect("a directory");
    let copy = copies.path().join("acme.copy");
    let size = copy_to(&directory, &copy).expect("copied");
    assert_eq!(size, fs::metadata(&copy).expect("it exists").len());
    assert_eq!(mode(&copy), 0o600);
    assert_eq!(names(copies.path()), ["acme.copy"]);
    // What is written afterwards is in the state alone.
    let later = vec![plain_change(3)];
    apply(&mut state, &page(later, "b", true)).expect("applied");
    assert_eq!((tickets(&copy), tickets(&state_in(&directory))), (2, 3));
    check_verified(&copy);
}

/// Makes a state longer than what is copied in one step.
fn lengthen(directory: &TempDir) {
    with_sql("CREATE TABLE room (bytes); INSERT INTO room VALUES (zeroblob(20000000))")(&state_in(
        directory,
    ));
}

#[test]
fn pages_that_are_committed_between_two_steps_are_not_in_the_copy() {
    let directory = TempDir::new().expect("a directory");
    drop(in_use(&directory));
    lengthen(&directory);
    let (state, _) = open(&state_in(&directory)).expect("opened");
    let (state, next) = (RefCell::new(state), Flag::new(3));
    let commit = || {
        let id = next.replace(next.get() + 1);
        let page = page(vec![plain_change(id)], "b", true);
        apply(&mut state.borrow_mut(), &page).expect("applied");
        false
    };
    let copy = directory.path().join("copy");
    backup(&state_in(&directory), ACCOUNT, &copy, &commit).expect("copied");
    let commits = next.get() - 3;
    assert!(commits > 2, "{commits} pages while it was copied");
    assert_eq!(tickets(&copy), 2);
    check_verified(&copy);
    let now = 2 + u64::try_from(commits).expect("positive");
    assert_eq!(tickets(&state_in(&directory)), now);
}

#[test]
fn a_copy_that_is_interrupted_leaves_nothing() {
    let directory = TempDir::new().expect("a directory");
    drop(in_use(&directory));
    lengthen(&directory);
    let copies = TempDir::new().expect("a directory");
    let copy = copies.path().join("copy");
    // While the pages are copied, and after that.
    for looks in [1, 2, 5] {
        let left = Flag::new(looks);
        let is_interrupted = || {
            left.set(left.get() - 1);
            left.get() == 0
        };
        let ended = backup(&state_in(&directory), ACCOUNT, &copy, &is_interrupted);
        let error = ended.expect_err("interrupted").to_string();
        assert!(error.starts_with("the backup was interrupted"), "{error}");
        assert_eq!(names(copies.path()), [""; 0]);
    }
}

#[test]
fn a_copy_that_is_put_back_goes_on() {
    let directory = TempDir::new().expect("a directory");
    let copy = directory.path().join("copy");
    drop(in_use(&directory));
    copy_to(&directory, &copy).expect("copied");
    fs::rename(&copy, state_in(&directory)).expect("put back");
    let (mut state, found) = open(&state_in(&directory)).expect("opened");
    assert_eq!(found, Opened::Existing);
    apply(&mut state, &page(vec![plain_change(3)], "b", true)).expect("applied");
    assert_eq!(state.progress().tickets, 3);
}

#[test]
fn a_state_of_an_older_schema_is_copied_as_it_is() {
    let directory = TempDir::new().expect("a directory");
    older::state_of_schema_2(&state_in(&directory));
    let account = "http://127.0.0.1:18777";
    let copy = directory.path().join("copy");
    backup(&state_in(&directory), account, &copy, &|| false).expect("copied");
    let connection = StateFile::new(&copy).open_for_reading().expect("opens");
    let schema: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("readable");
    assert_eq!(schema, 2);
}

#[test]
fn a_name_that_is_taken_is_left_as_it_is() {
    let directory = TempDir::new().expect("a directory");
    let _state = in_use(&directory);
    let copies = TempDir::new().expect("a directory");
    let copy = copies.path().join("copy");
    // A file, what would belong to a file of this name, a link that leads nowhere.
    for taken in ["copy", "copy-wal", "copy-journal"] {
        let taken = copies.path().join(taken);
        fs::write(&taken, "mine").expect("written");
        let whole = format!("{} already exists", taken.display());
        check_not_copied(&directory, &copy, &whole);
        assert_eq!(fs::read_to_string(&taken).expect("readable"), "mine");
        fs::remove_file(&taken).expect("removed");
    }
    symlink("nowhere", &copy).expect("linked");
    check_not_copied(&directory, &copy, "already exists");
    fs::remove_file(&copy).expect("removed");
    for directory_named in [copies.path().to_owned(), copies.path().join("none/")] {
        let expected = "names a directory; name a file in it";
        check_not_copied(&directory, &directory_named, expected);
    }
    assert_eq!(names(copies.path()), [""; 0]);
}

#[test]
fn a_copy_takes_no_name_that_the_exporter_would_use() {
    let directory = TempDir::new().expect("a directory");
    drop(in_use(&directory));
    let before = names(directory.path());
    check_not_copied(&directory, &state_in(&directory), "already exists");
    let elsewhere = TempDir::new().expect("a directory");
    let link = elsewhere.path().join("link");
    symlink(directory.path(), &link).expect("linked");
    for name in [
        "acme.sqlite-wal",
        "acme.sqlite-shm",
        "acme.sqlite-journal",
        "other.zendesk.com.sqlite",
        "other.zendesk.com.sqlite-wal",
        "other.zendesk.com.sqlite.lock",
    ] {
        for directory_named in [directory.path(), &link] {
            let copy = directory_named.join(name);
            check_not_copied(&directory, &copy, "is a name that the exporter uses");
        }
    }
    assert_eq!(names(directory.path()), before);
    copy_to(&directory, &elsewhere.path().join("acme.sqlite")).expect("no state is there");
    copy_to(&directory, &link.join("acme.backup")).expect("no state is called so");
}

#[test]
fn where_a_state_is_by_a_link_its_real_neighbours_are_not_taken_either() {
    let real = TempDir::new().expect("a directory");
    drop(in_use(&real));
    let directory = TempDir::new().expect("a directory");
    symlink(state_in(&real), state_in(&directory)).expect("linked");
    let beside = real.path().join("acme.sqlite-wal");
    check_not_copied(&directory, &beside, "is a name that the exporter uses");
}

#[test]
fn a_state_that_is_missing_anothers_or_damaged_is_not_copied() {
    let copies = TempDir::new().expect("a directory");
    let copy = copies.path().join("copy");
    let check = |spoil: &dyn Fn(&Path), expected: &str| {
        let directory = TempDir::new().expect("a directory");
        drop(filled_state(&state_in(&directory)));
        spoil(&state_in(&directory));
        check_not_copied(&directory, &copy, expected);
        let error = copy_to(&directory, &copy).expect_err("it cannot be copied");
        let state = state_in(&directory).display().to_string();
        assert!(error.to_string().contains(&state), "{error}");
        assert_eq!(names(copies.path()), [""; 0]);
    };
    let sql = |text: &'static str| move |path: &Path| with_sql(text)(path);
    let remove = |path: &Path| fs::remove_file(path).expect("removed");
    check(&remove, "there is no state file");
    check(
        &sql("UPDATE meta SET value = 'https://other.zendesk.com' WHERE key = 'account'"),
        "belongs to https://other.zendesk.com",
    );
    check(&sql("PRAGMA user_version = 6"), "has schema 6");
    check(&sql("UPDATE cells SET value = value + 1"), "checksum");
    // What only the records tell.
    check(
        &sql("UPDATE tickets SET record = x'00' WHERE id = (SELECT min(id) FROM tickets)"),
        "is damaged (",
    );
    check(
        &sql("DELETE FROM tickets WHERE id = (SELECT min(id) FROM tickets)"),
        "is damaged (",
    );
}

#[test]
fn a_directory_that_is_missing_is_told() {
    let directory = TempDir::new().expect("a directory");
    drop(in_use(&directory));
    let copy = directory.path().join("no/such/copy");
    let whole = format!("cannot write the copy {}: ", copy.display());
    check_not_copied(&directory, &copy, &whole);
    check_not_copied(&directory, &copy, "No such file or directory");
}
