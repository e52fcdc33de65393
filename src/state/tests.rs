use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::ledger::testing::plain_change;
use crate::ledger::{
    AnswerTime, Backlog, BusinessHours, Cell, OpenSet, Part, TicketFamily, Walk, family,
};
use crate::source::{Cursor, Page, Position, Row, SourceKind};
use crate::ticket::{Channel, MetricSet, Minutes, Priority, Standing, Status, TicketChange};

mod backup;

mod cache;

mod older;

mod rebuild;

mod resets;

pub(super) const ACCOUNT: &str = "https://acme.zendesk.com";
pub(super) const NOW: UnixSeconds = UnixSeconds(1_000_000);

pub(super) fn state_in(directory: &TempDir) -> PathBuf {
    directory.path().join("acme.sqlite")
}

fn open(path: &Path) -> Result<(State, Found), StateError> {
    State::open(path, ACCOUNT, SeriesSettings::default(), NOW)
}

fn page(changes: Vec<TicketChange>, cursor: &str, end_of_stream: bool) -> Page {
    Page {
        source: SourceKind::Cursor,
        rows: changes.into_iter().map(Row::Ticket).collect(),
        rejected: Vec::new(),
        end_of_stream,
        next: Some(Position::Cursor(Cursor(cursor.to_owned()))),
    }
}

fn apply(state: &mut State, page: &Page) -> Result<PageApplied, StateError> {
    apply_at(state, Walk::Main, page, NOW)
}

/// Applies a page that was answered at `now`, as all clocks have it.
pub(super) fn apply_at(
    state: &mut State,
    walk: Walk,
    page: &Page,
    now: UnixSeconds,
) -> Result<PageApplied, StateError> {
    state.apply(&PageRead {
        walk,
        page: page.clone(),
        time: AnswerTime::agreed(now),
    })
}

/// Holds that what is stored fits together.
#[track_caller]
pub(super) fn check_verified(path: &Path) {
    let verification = verify(path, ACCOUNT).expect("readable");
    assert_eq!(verification.problems, [""; 0]);
}

fn cells(state: &State) -> Vec<(Cell, u64)> {
    state.aggregates().cells().collect()
}

fn solved(id: i64) -> TicketChange {
    TicketChange {
        order_key: UnixSeconds(2_000),
        updated_at: Some(UnixSeconds(2_000)),
        standing: Standing::Live(Status::Solved),
        ..plain_change(id)
    }
}

#[test]
fn a_deletion_in_a_page_leaves_a_tombstone_that_is_no_ticket() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut store, _) = open(&path).expect("a new state");
    let tickets = page(vec![plain_change(1), plain_change(2)], "a", true);
    apply(&mut store, &tickets).expect("a page applies");
    let deletion = Page {
        rows: vec![Row::Deletion {
            id: TicketId(1),
            at: UnixSeconds(2_000),
        }],
        ..page(Vec::new(), "b", true)
    };
    for outcome in [Outcome::Changed, Outcome::Duplicate] {
        let applied = apply(&mut store, &deletion).expect("a page applies");
        assert_eq!(applied.outcomes[outcome as usize], 1);
        assert_eq!(store.progress().tickets, 1);
    }
    drop(store);
    check_verified(&path);
}

/// A state with two tickets, one of them solved after the initial sync.
fn filled_state(path: &Path) -> State {
    let (mut state, _) = open(path).expect("a new state opens");
    apply(
        &mut state,
        &page(vec![plain_change(1), plain_change(2)], "a", true),
    )
    .expect("a page applies");
    apply(&mut state, &page(vec![solved(1)], "b", true)).expect("a page applies");
    state
}

#[test]
fn what_was_applied_is_there_after_reopening() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let state = filled_state(&path);
    let (expected_cells, expected_progress) = (cells(&state), state.progress().clone());
    drop(state);
    let (state, found) = open(&path).expect("the state opens again");
    assert_eq!(found, Found::State);
    assert_eq!(cells(&state), expected_cells);
    assert_eq!(state.progress(), &expected_progress);
    assert_eq!(
        state.progress().exports.position,
        Some(Position::Cursor(Cursor("b".to_owned())))
    );
}

#[test]
fn a_page_applied_again_changes_nothing() {
    let directory = TempDir::new().expect("a directory");
    let mut state = filled_state(&state_in(&directory));
    let before = cells(&state);
    let applied = apply(&mut state, &page(vec![solved(1)], "b", true)).expect("a page applies");
    assert_eq!(applied.outcomes[Outcome::Duplicate as usize], 1);
    assert!(!applied.cells_changed);
    assert_eq!(cells(&state), before);
}

#[test]
fn a_page_that_fails_leaves_the_state_of_the_page_before() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    let before = (cells(&state), state.progress().clone());
    // A second connection that holds the write lock makes the page fail, as a full disk would.
    state
        .connection
        .busy_timeout(std::time::Duration::ZERO)
        .expect("a setting");
    let other = state.file.open_for_writing().expect("a second connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let failed = apply(&mut state, &page(vec![solved(2)], "c", true));
    assert!(
        matches!(failed, Err(StateError::Sqlite { .. })),
        "{failed:?}"
    );
    other.execute_batch("ROLLBACK").expect("the lock is let go");

    state.recover().expect("the state is read again");
    assert_eq!((cells(&state), state.progress().clone()), before);
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect("the page applies now");
    drop(state);
    check_verified(&path);
}

#[test]
fn a_missing_or_empty_file_is_a_first_run() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    fs::write(&path, b"").expect("an empty file");
    assert_eq!(open(&path).expect("opens").1, Found::Nothing);
    let fresh = directory.path().join("deeper/fresh.sqlite");
    assert_eq!(open(&fresh).expect("opens").1, Found::Nothing);
}

#[test]
fn the_state_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("data/acme.sqlite");
    let _store = open(&path).expect("opens");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().expect("a parent")), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("sqlite-wal")), 0o600);
}

#[test]
fn a_second_process_is_refused_while_readers_are_not() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let _store = filled_state(&path);
    assert!(matches!(open(&path), Err(StateError::Locked { .. })));
    let inspection = inspect(&path, ACCOUNT).expect("reading needs no lock");
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
        let file = StateFile::new(path, ACCOUNT);
        let connection = file.open_for_writing().expect("opens");
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
    check_refused(with_sql("PRAGMA user_version = 5"), "has schema 5");
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
    let state = filled_state(&state_in(&directory));
    let plan: String = state
        .connection
        .query_row(
            &format!("EXPLAIN QUERY PLAN {}", unsolved::SELECT),
            [],
            |row| row.get(3),
        )
        .expect("a plan");
    assert!(plan.contains("COVERING INDEX tickets_unsolved"), "{plan}");
}

#[test]
fn what_pages_change_of_the_backlog_is_what_the_store_reads_of_it() {
    let directory = TempDir::new().expect("a directory");
    let (mut state, _) = open(&state_in(&directory)).expect("a new state opens");
    let mut kept_up = Backlog::default();
    let reopened = TicketChange {
        order_key: UnixSeconds(3_000),
        ..plain_change(1)
    };
    let deleted = TicketChange {
        order_key: UnixSeconds(3_000),
        standing: Standing::Deleted,
        ..plain_change(2)
    };
    for (changes, expected) in [
        ((1..=5).map(plain_change).collect(), 5),
        (vec![solved(1), solved(1), solved(9)], 4),
        // Old rows and repeated ones, a ticket that comes and goes within the page.
        (
            vec![plain_change(1), plain_change(3), plain_change(7), solved(7)],
            4,
        ),
        (vec![reopened, deleted], 4),
    ] {
        let applied = apply(&mut state, &page(changes, "a", true)).expect("a page applies");
        for (id, waiting) in &applied.unsolved {
            kept_up.apply(*id, waiting.as_ref());
        }
        kept_up.ensure_series(state.aggregates().cells().map(|(cell, _)| cell));
        let read = state.backlog().expect("readable");
        assert_eq!((kept_up.len(), read.len()), (expected, expected));
        assert_eq!(kept_up.view(NOW), read.view(NOW));
    }
}

#[test]
fn a_file_that_was_removed_while_it_was_in_use_is_noticed() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    let aside = directory.path().join("aside");
    fs::rename(&path, &aside).expect("moved");
    let failed = apply(&mut state, &page(vec![solved(2)], "c", true));
    assert!(matches!(failed, Err(StateError::Gone { .. })), "{failed:?}");
    fs::rename(&aside, &path).expect("put back");
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect("the page applies now");
}

#[test]
fn two_links_to_one_state_share_its_lock() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let _store = filled_state(&path);
    let link = directory.path().join("link.sqlite");
    std::os::unix::fs::symlink(&path, &link).expect("linked");
    let second = open(&link);
    assert!(
        matches!(second, Err(StateError::Locked { .. })),
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
        matches!(refused, Err(StateError::Gone { .. })),
        "{refused:?}"
    );
    fs::rename(directory.path().join("elsewhere"), &log).expect("it goes back");
    apply(&mut state, &page(vec![plain_change(3)], "c", true)).expect("all is there again");
}

#[test]
fn counters_that_no_longer_fit_start_anew_so_that_the_bound_holds() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let changes = (1..=60)
        .map(|id| TicketChange {
            channel: Channel::parse(&format!("channel_{id}")),
            ..plain_change(id)
        })
        .collect();
    apply(&mut state, &page(changes, "a", true)).expect("a page applies");
    drop(state);
    let settings = SeriesSettings {
        max_series: SeriesSettings::default().fallback_series() + 100,
        ..SeriesSettings::default()
    };
    let (state, _) = State::open(&path, ACCOUNT, settings.clone(), NOW).expect("opens");
    assert!(state.aggregates().cells().count() <= settings.max_series);
    drop(state);
    check_verified(&path);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the state of an older version is made here"
)]
fn a_state_of_schema_1_is_taken_over_with_its_counters() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let old = Connection::open(&path).expect("a new file");
    old.execute_batch(include_str!("../../tests/fixtures/state-schema-1.sql"))
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
        State::open(&path, account, SeriesSettings::default(), NOW).expect("an older state opens");
    assert_eq!((found, state.progress().tickets), (Found::State, 6));
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
    let (state, _) =
        State::open(&path, account, SeriesSettings::default(), NOW).expect("opens again");
    let schema: i64 = state
        .connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a number");
    assert_eq!(schema, SCHEMA_VERSION);
}

/// The sum of one family's cells.
fn sum(state: &State, family: TicketFamily) -> u64 {
    let cells = state.aggregates().cells();
    let of_family = cells.filter(|(cell, _)| cell.family() == family);
    of_family.map(|(_, value)| value).sum()
}

/// A ticket that was created at this time and not touched since.
fn created(id: i64, at: UnixSeconds) -> TicketChange {
    TicketChange {
        order_key: at,
        created_at: Some(at),
        updated_at: Some(at),
        ..plain_change(id)
    }
}

#[test]
fn a_ticket_created_since_the_first_answer_counts_whichever_page_of_the_sync_brings_it() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let older = created(1, NOW.plus(-1));
    let first = page(vec![older, created(2, NOW)], "a", false);
    apply(&mut state, &first).expect("a page applies");
    let counts = |state: &State| {
        [family::CREATED, family::SOLVED, family::UPDATED].map(|family| sum(state, family))
    };
    assert_eq!(counts(&state), [1, 0, 1]);

    // A restart, later: the baseline of the first answer stays.
    drop(state);
    let (mut state, _) = open(&path).expect("the state opens again");
    let later = NOW.plus(100_000);
    let change = |id, created_at: UnixSeconds| TicketChange {
        order_key: NOW.plus(500),
        updated_at: Some(NOW.plus(500)),
        standing: Standing::Live(Status::Solved),
        ..created(id, created_at)
    };
    let second = page(
        vec![
            change(1, NOW.plus(-1)),
            change(2, NOW),
            change(3, NOW.plus(400)),
        ],
        "b",
        false,
    );
    apply_at(&mut state, Walk::Main, &second, later).expect("a page applies");
    assert_eq!(state.progress().baseline, Some(NOW));
    assert_eq!(counts(&state), [2, 2, 3]);
    // The same page again, as after a kill.
    apply_at(&mut state, Walk::Main, &second, later).expect("a page applies");
    assert_eq!(counts(&state), [2, 2, 3]);
    apply_at(&mut state, Walk::Main, &page(Vec::new(), "c", true), later).expect("applies");
    assert_eq!(counts(&state), [2, 2, 3]);
    drop(state);
    check_verified(&path);
}

/// The state that a version before 0.1.0 left, with two bounds a family.
#[expect(
    clippy::disallowed_methods,
    reason = "the state of an older version is made here"
)]
fn state_of_schema_2(path: &Path) {
    let old = Connection::open(path).expect("a new file");
    old.execute_batch(include_str!("../../tests/fixtures/state-schema-2.sql"))
        .expect("the statements run");
}

#[test]
fn a_state_of_schema_2_shows_all_that_it_showed_before() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    state_of_schema_2(&path);
    let account = "http://127.0.0.1:18777";
    assert_eq!(verify(&path, account).expect("readable").problems, [""; 0]);
    let file = StateFile::new(&path, account);
    let connection = file.open_for_reading().expect("opens");
    let before = file.load(&connection).expect("readable").ledger.aggregates;
    drop(connection);
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
    let (state, _) =
        State::open(&path, account, settings.clone(), NOW).expect("an older state opens");
    let shown: Vec<(Cell, u64)> = state.aggregates().shown_cells().collect();
    assert_eq!(shown, expected);
    drop(state);
    assert_eq!(verify(&path, account).expect("readable").problems, [""; 0]);
    let (state, _) = State::open(&path, account, settings, NOW).expect("opens again");
    assert_eq!(cells(&state), expected);
}

#[test]
fn that_values_in_business_hours_differ_is_kept_over_restarts_and_given_up_with_its_page() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let reply = |id, calendar, business| TicketChange {
        created_at: Some(NOW),
        metric_set: Some(MetricSet {
            reply: Minutes {
                calendar: Some(calendar),
                business: Some(business),
            },
            ..MetricSet::default()
        }),
        ..plain_change(id)
    };
    let sum = |state: &State| {
        let cells = state.aggregates().shown_cells();
        let of_business =
            cells.filter(|(cell, _)| cell.part() == Some(Part::Sum) && cell.family().is_business());
        of_business
            .map(|(_, value)| value)
            .reduce(|one, other| one + other)
    };
    apply(&mut state, &page(Vec::new(), "a", true)).expect("a page applies");
    apply(&mut state, &page(vec![reply(1, 20, 20)], "b", true)).expect("a page applies");
    drop(state);
    let (mut state, _) = open(&path).expect("opens again");
    assert_eq!(sum(&state), None);
    // The page that tells them apart cannot be written, and is not kept in memory either.
    state
        .connection
        .busy_timeout(std::time::Duration::ZERO)
        .expect("a setting");
    let other = state.file.open_for_writing().expect("a second connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let differs = page(vec![reply(2, 20, 20), reply(3, 20, 5)], "c", true);
    apply(&mut state, &differs).expect_err("the state is locked");
    other.execute_batch("ROLLBACK").expect("the lock is let go");
    state.recover().expect("the state is read again");
    assert_eq!(sum(&state), None);
    assert!(!state.aggregates().business_hours_differ());

    let applied = apply(&mut state, &differs).expect("a page applies");
    let began = applied.twins_began.expect("they have begun").into_iter();
    let began = began.filter(|(cell, _)| cell.part() == Some(Part::Sum));
    assert_eq!(began.map(|(_, value)| value).sum::<u64>(), 1_200);
    assert_eq!(sum(&state), Some(1_200 + 1_200 + 300));
    drop(state);
    check_verified(&path);
    let (mut state, _) = open(&path).expect("opens again");
    assert_eq!(sum(&state), Some(2_700));
    let more = page(vec![reply(4, 20, 10)], "d", true);
    let applied = apply(&mut state, &more).expect("a page applies");
    assert_eq!(applied.twins_began, None);
    assert_eq!(sum(&state), Some(3_300));
}
