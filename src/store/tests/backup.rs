//! Copies of a state that is in use.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// A state with two tickets, open for writing.
fn in_use(directory: &TempDir) -> Store {
    let (mut store, _) = open(&state_in(directory)).expect("made");
    let changes = vec![plain_change(1), plain_change(2)];
    apply(&mut store, &page(changes, "a", true)).expect("applied");
    store
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

#[test]
fn a_copy_of_a_state_in_use_is_whole_private_and_one_file() {
    let directory = TempDir::new().expect("a directory");
    let mut store = in_use(&directory);
    let copies = TempDir::new().expect("a directory");
    let copy = copies.path().join("acme.copy");
    let size = backup(&state_in(&directory), ACCOUNT, &copy).expect("copied");
    assert_eq!(size, fs::metadata(&copy).expect("it exists").len());
    assert_eq!(mode(&copy), 0o600);
    let entries = fs::read_dir(copies.path()).expect("readable");
    assert_eq!(entries.count(), 1);
    // What is written afterwards is in the state alone.
    let later = vec![plain_change(3)];
    apply(&mut store, &page(later, "b", true)).expect("applied");
    let tickets = |path: &Path| {
        let inspection = inspect(path, ACCOUNT).expect("readable");
        inspection.ledger.progress.tickets
    };
    assert_eq!((tickets(&copy), tickets(&state_in(&directory))), (2, 3));
    check_verified(&copy);
}

#[test]
fn a_copy_that_is_put_back_goes_on() {
    let directory = TempDir::new().expect("a directory");
    let copy = directory.path().join("copy");
    drop(in_use(&directory));
    backup(&state_in(&directory), ACCOUNT, &copy).expect("copied");
    fs::rename(&copy, state_in(&directory)).expect("put back");
    let (mut store, found) = open(&state_in(&directory)).expect("opened");
    assert_eq!(found, Found::State);
    apply(&mut store, &page(vec![plain_change(3)], "b", true)).expect("applied");
    assert_eq!(store.ledger.progress.tickets, 3);
}

#[test]
fn a_copy_that_cannot_be_made_says_why_and_leaves_nothing() {
    let directory = TempDir::new().expect("a directory");
    let state = state_in(&directory);
    let copies = TempDir::new().expect("a directory");
    let copy = copies.path().join("copy");
    let said = |account: &str, to: &Path| {
        let error = backup(&state, account, to).expect_err("it cannot be made");
        crate::telemetry::with_sources(&error)
    };
    assert!(said(ACCOUNT, &copy).contains("there is no state file"));
    drop(in_use(&directory));
    assert!(said("https://other.zendesk.com", &copy).contains("belongs to"));
    let nowhere = copies.path().join("no/such/copy");
    let words = said(ACCOUNT, &nowhere);
    assert!(words.starts_with("cannot write the copy "), "{words}");
    assert_eq!(fs::read_dir(copies.path()).expect("readable").count(), 0);
    fs::write(&copy, "mine").expect("written");
    assert!(said(ACCOUNT, &copy).contains("exists already"));
    assert_eq!(fs::read_to_string(&copy).expect("readable"), "mine");
    assert_eq!(fs::read_dir(copies.path()).expect("readable").count(), 1);
}
