use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::sqlite::{Sqlite, verify};
use super::*;
use crate::ledger::testing::plain_change;
use crate::ledger::{
    AnswerTime, Backlog, BusinessHours, Cell, OpenSet, Outcome, Part, TicketFamily, Walk, family,
};
use crate::source::{Cursor, Page, Position, Row, SourceKind};
use crate::ticket::{
    Channel, MetricSet, Minutes, Priority, RowKey, Standing, Status, TicketChange, TicketId,
};

mod backends;

mod label_values;

mod page;

mod place;

mod rebuild;

mod resets;

mod story;

mod sweep;

pub(super) const ACCOUNT: &str = "https://acme.zendesk.com";
pub(super) const NOW: UnixSeconds = UnixSeconds(1_000_000);

pub(super) fn state_in(directory: &TempDir) -> PathBuf {
    directory.path().join("acme.sqlite")
}

/// Opens a state that is in a file.
pub(super) fn open_at(
    path: &Path,
    account: &str,
    settings: SeriesSettings,
    now: UnixSeconds,
) -> Result<(State, Opened), StateError> {
    State::open(Sqlite::open(path)?, account, settings, now)
}

pub(super) fn open(path: &Path) -> Result<(State, Opened), StateError> {
    open_at(path, ACCOUNT, SeriesSettings::default(), NOW)
}

pub(super) fn page(changes: Vec<TicketChange>, cursor: &str, end_of_stream: bool) -> Page {
    Page {
        source: SourceKind::Cursor,
        rows: changes.into_iter().map(Row::Ticket).collect(),
        rejected: Vec::new(),
        is_last_rejected: false,
        end_of_stream,
        next: Some(Position::Cursor(Cursor(cursor.to_owned()))),
    }
}

pub(super) fn apply(state: &mut State, page: &Page) -> Result<PageApplied, StateError> {
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

#[expect(
    clippy::disallowed_methods,
    reason = "what comes from outside of the program is done here"
)]
pub(super) fn raw(path: &Path) -> Connection {
    Connection::open(path).expect("a file")
}

/// Lets every transaction on the state at `path` fail, or no longer: a trigger refuses the rows of
/// `meta`, which are the last ones that a transaction writes. `sqlite/tests/recovery.rs` holds what
/// follows where SQLite itself fails.
pub(super) fn set_broken(path: &Path, is_broken: bool) {
    let statement = if is_broken {
        "CREATE TRIGGER broken BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'broken'); END"
    } else {
        "DROP TRIGGER broken"
    };
    raw(path).execute_batch(statement).expect("it runs");
}

/// Holds that what is stored fits together.
#[track_caller]
pub(super) fn check_verified(path: &Path) {
    let verification = verify(path, ACCOUNT).expect("readable");
    assert_eq!(verification.problems, [""; 0]);
}

pub(super) fn cells(state: &State) -> Vec<(Cell, u64)> {
    state.aggregates().cells().collect()
}

pub(super) fn solved(id: i64) -> TicketChange {
    TicketChange {
        order_key: RowKey::Generated(UnixSeconds(2_000)),
        updated_at: Some(UnixSeconds(2_000)),
        standing: Standing::Live(Status::Solved),
        ..plain_change(id)
    }
}

/// A state with two tickets, one of them solved after the initial sync.
pub(super) fn filled_state(path: &Path) -> State {
    let (mut state, _) = open(path).expect("a new state opens");
    apply(
        &mut state,
        &page(vec![plain_change(1), plain_change(2)], "a", true),
    )
    .expect("a page applies");
    apply(&mut state, &page(vec![solved(1)], "b", true)).expect("a page applies");
    state
}
