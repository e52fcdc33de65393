//! What every backend does alike.

use super::place::Place;
use super::*;
use crate::ledger::IdRange;
use crate::state::memory::InMemory;

/// Runs `check` on a backend of each kind, that has nothing stored.
fn on_each(check: impl Fn(&mut dyn Backend)) {
    check(&mut InMemory::default());
    let directory = TempDir::new().expect("a directory");
    check(&mut Sqlite::open(&state_in(&directory)).expect("a new file"));
}

fn record(id: i64, byte: u8, is_unsolved: bool) -> RecordRow {
    RecordRow {
        id: TicketId(id),
        record: vec![byte],
        is_unsolved,
    }
}

fn cell(labels: &str, value: i64) -> CellRow {
    CellRow {
        family: "family".into(),
        labels: labels.to_owned(),
        value,
    }
}

fn entry(number: i64) -> EntryRow {
    EntryRow {
        set: "set".to_owned(),
        number,
        value: number.to_string(),
        shown: number % 2 == 0,
    }
}

fn put(backend: &mut dyn Backend, records: &[RecordRow], rows: &Rows) {
    try_to_put(backend, records, rows).expect("committed");
}

fn try_to_put(
    backend: &mut dyn Backend,
    records: &[RecordRow],
    rows: &Rows,
) -> Result<(), StateError> {
    let mut transaction = backend.begin()?;
    transaction.put_records(records)?;
    transaction.put(rows)?;
    transaction.commit()
}

/// Rows of one entry.
fn meta(value: &str) -> Rows {
    Rows {
        meta: vec![("a", value.to_owned())],
        ..Rows::default()
    }
}

/// Holds that the state has the entry of [`meta`], and these records.
#[track_caller]
fn check_holds(backend: &mut dyn Backend, value: &str, ids: &[i64]) {
    let mut moment = backend.begin_reading().expect("readable").expect("a state");
    let stored = moment.load().expect("readable").meta;
    assert_eq!(stored, [("a".to_owned(), value.to_owned())].into());
    drop(moment);
    assert_eq!(scanned(backend, IdRange::Rising { after: None }, 9), ids);
}

/// Opens a state that there was not.
fn make(backend: &mut dyn Backend) {
    assert!(backend.begin_reading().expect("readable").is_none());
    backend.reopen().expect("made");
}

fn scanned(backend: &mut dyn Backend, range: IdRange, most: usize) -> Vec<i64> {
    let mut moment = backend.begin_reading().expect("readable").expect("a state");
    let records = moment.scan(range, most).expect("readable");
    records.into_iter().map(|(id, _)| id.0).collect()
}

#[test]
fn a_transaction_is_there_whole_or_not_at_all() {
    on_each(|backend| {
        make(backend);
        let rows = Rows {
            meta: vec![("a", "1".to_owned())],
            cells: vec![cell("x", 1), cell("y", 2)],
            dictionary: vec![entry(1)],
            ..Rows::default()
        };
        put(backend, &[record(1, 1, true)], &rows);
        {
            let mut given_up = backend.begin().expect("begins");
            given_up
                .put_records(&[record(1, 9, false), record(2, 9, true)])
                .expect("written");
            let rows = Rows {
                clear_first: true,
                meta: vec![("a", "9".to_owned())],
                ..Rows::default()
            };
            given_up.put(&rows).expect("written");
            // Within the transaction it is there.
            assert_eq!(given_up.load().expect("readable").cells, []);
            let ids = [TicketId(2), TicketId(3), TicketId(1)];
            let records = given_up.records(&ids).expect("readable");
            assert_eq!(records, [Some(vec![9]), None, Some(vec![9])]);
        }
        backend.reopen().expect("opens again");
        let mut moment = backend.begin_reading().expect("readable").expect("a state");
        let mut stored = moment.load().expect("readable");
        stored
            .cells
            .sort_by(|one, other| one.labels.cmp(&other.labels));
        assert_eq!(stored.schema, SCHEMA_VERSION);
        assert_eq!(stored.meta, [("a".to_owned(), "1".to_owned())].into());
        assert_eq!(
            (stored.cells, stored.dictionary),
            (rows.cells, rows.dictionary)
        );
        let records = moment.records(&[TicketId(1), TicketId(2)]);
        assert_eq!(records.expect("readable"), [Some(vec![1]), None]);
    });
}

fn check_failed_transaction(place: &impl Place) {
    let backend: &mut dyn Backend = &mut place.backend();
    make(backend);
    put(backend, &[record(1, 1, true)], &meta("1"));
    place.set_broken(true);
    let failed = try_to_put(backend, &[record(2, 1, true)], &meta("2"));
    let cause = failed.expect_err("it is broken").cause;
    assert!(matches!(cause, Cause::Passing { .. }), "{cause:?}");
    place.set_broken(false);
    backend.reopen().expect("opens again");
    check_holds(backend, "1", &[1]);
    put(backend, &[record(2, 1, true)], &meta("2"));
    check_holds(backend, "2", &[1, 2]);
}

#[test]
fn after_a_transaction_that_failed_the_same_one_can_be_made_again() {
    check_failed_transaction(&InMemory::default());
    check_failed_transaction(&TempDir::new().expect("a directory"));
}

fn check_gone(place: &impl Place) {
    let backend: &mut dyn Backend = &mut place.backend();
    make(backend);
    put(backend, &[record(1, 1, true)], &meta("1"));
    place.take_away(true);
    let failed = try_to_put(backend, &[record(2, 1, true)], &meta("2"));
    assert_eq!(failed.expect_err("it is away").cause, Cause::Gone);
    let refused = backend.reopen().expect_err("it is away");
    assert_eq!(refused.cause, Cause::Gone);
    place.take_away(false);
    // Nothing had begun, so it goes on as it was.
    put(backend, &[record(2, 1, true)], &meta("2"));
    check_holds(backend, "2", &[1, 2]);
    place.take_away(true);
    assert!(backend.reopen().is_err());
    place.take_away(false);
    backend.reopen().expect("opens again");
    check_holds(backend, "2", &[1, 2]);
}

#[test]
fn a_state_that_was_taken_away_is_gone_until_it_is_put_back() {
    check_gone(&InMemory::default());
    check_gone(&TempDir::new().expect("a directory"));
}

#[test]
fn rows_take_the_place_of_those_with_the_same_keys() {
    on_each(|backend| {
        make(backend);
        let rows = Rows {
            meta: vec![("a", "1".to_owned()), ("b", "1".to_owned())],
            cells: vec![cell("x", 1), cell("y", 2)],
            dictionary: vec![entry(1), entry(2)],
            ..Rows::default()
        };
        put(backend, &[], &rows);
        let rows = Rows {
            meta: vec![("b", "2".to_owned())],
            cells: vec![cell("x", i64::MAX)],
            dictionary: vec![entry(3)],
            ..Rows::default()
        };
        put(backend, &[], &rows);
        let load = |backend: &mut dyn Backend| {
            let mut moment = backend.begin_reading().expect("readable").expect("a state");
            moment.load().expect("readable")
        };
        let stored = load(backend);
        let meta = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(stored.meta, meta.into());
        assert_eq!(stored.cells, [cell("x", i64::MAX), cell("y", 2)]);
        assert_eq!(stored.dictionary, [entry(1), entry(2), entry(3)]);
        let rows = Rows {
            clear_first: true,
            cells: vec![cell("z", 1)],
            ..Rows::default()
        };
        put(backend, &[], &rows);
        let stored = load(backend);
        assert_eq!((stored.meta.len(), stored.dictionary.len()), (2, 0));
        assert_eq!(stored.cells, [cell("z", 1)]);
    });
}

#[test]
fn records_are_read_by_their_ids_in_both_directions() {
    let (rising, falling) = (
        |after: Option<i64>| IdRange::Rising {
            after: after.map(TicketId),
        },
        |before: Option<i64>| IdRange::Falling {
            before: before.map(TicketId),
        },
    );
    // Range, most: the ids.
    let table = [
        (rising(None), 9, vec![i64::MIN, -1, 3, i64::MAX]),
        (rising(None), 2, vec![i64::MIN, -1]),
        (rising(Some(i64::MIN)), 1, vec![-1]),
        (rising(Some(0)), 9, vec![3, i64::MAX]),
        (rising(Some(i64::MAX)), 9, vec![]),
        (falling(None), 9, vec![i64::MAX, 3, -1, i64::MIN]),
        (falling(None), 1, vec![i64::MAX]),
        (falling(Some(3)), 9, vec![-1, i64::MIN]),
        (falling(Some(i64::MIN)), 9, vec![]),
    ];
    on_each(|backend| {
        make(backend);
        let ids = [3, i64::MIN, i64::MAX, -1];
        put(
            backend,
            &ids.map(|id| record(id, 1, false)),
            &Rows::default(),
        );
        for (range, most, expected) in &table {
            assert_eq!(scanned(backend, *range, *most), *expected, "{range:?}");
        }
    });
}

#[test]
fn the_unsolved_tickets_are_those_whose_latest_record_says_so() {
    on_each(|backend| {
        make(backend);
        let first = [record(1, 1, true), record(2, 1, true), record(3, 1, false)];
        put(backend, &first, &Rows::default());
        let second = [record(2, 2, false), record(3, 2, true), record(1, 2, true)];
        put(backend, &second, &Rows::default());
        let mut unsolved = Vec::new();
        let mut moment = backend.begin_reading().expect("readable").expect("a state");
        moment
            .unsolved(&mut |id, bytes| unsolved.push((id.0, bytes.to_vec())))
            .expect("readable");
        unsolved.sort_unstable();
        assert_eq!(unsolved, [(1, vec![2]), (3, vec![2])]);
    });
}
