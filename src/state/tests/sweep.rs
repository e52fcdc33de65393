//! Resyncs: what they sweep, and what they leave.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::ledger::testing::plain_change;
use crate::ledger::{
    IdRange, LabelSettings, Life, Progress, Refusal, ResyncEnd, TicketRecord, TicketScope, Unseen,
    Walk,
};
use crate::source::{Cursor, Page, Position, RejectedRow, Row, SourceKind, SupportTypeScope};
use crate::ticket::{NamedSet, PerSet, RowKey, Standing, Status, TicketChange};

mod settings;

mod spared;

mod stopped;

fn open(path: &Path) -> State {
    loop {
        match open_at(path, ACCOUNT, SeriesSettings::default(), NOW) {
            // promtool, which another test starts, has our files for the moment until it is itself.
            Err(StateError {
                cause: Cause::InUse,
                ..
            }) => std::thread::yield_now(),
            opened => return opened.expect("opens").0,
        }
    }
}

fn page(changes: Vec<TicketChange>, end_of_stream: bool) -> Page {
    let last = changes.last().map_or(0, |change| change.id.0);
    Page {
        source: SourceKind::Cursor,
        rows: changes.into_iter().map(Row::Ticket).collect(),
        rejected: Vec::new(),
        is_last_rejected: false,
        end_of_stream,
        next: Some(Position::Cursor(Cursor(last.to_string()))),
    }
}

fn apply(state: &mut State, walk: Walk, page: &Page) -> PageApplied {
    apply_at(state, walk, page, NOW).expect("a page applies")
}

/// A ticket whose key rises with its id, in one of several statuses.
fn ticket(id: i64) -> TicketChange {
    let statuses = [Status::New, Status::Open, Status::Pending, Status::Solved];
    TicketChange {
        order_key: RowKey::Generated(UnixSeconds(1_000 + id)),
        standing: Standing::Live(statuses[usize::try_from(id % 4).expect("small")]),
        ..plain_change(id)
    }
}

/// A state whose initial sync found tickets with the ids below `count`.
fn synced_state(path: &Path, count: i64) -> State {
    let mut state = open(path);
    let ids: Vec<i64> = (0..count).collect();
    for ids in ids.chunks(2_500) {
        let changes = ids.iter().map(|id| ticket(*id)).collect();
        let end_of_stream = ids.last() == Some(&(count - 1));
        apply(&mut state, Walk::Main, &page(changes, end_of_stream));
    }
    state
}

/// The pages of a walk that sees the tickets below `count` for which `is_there` holds.
fn walk_pages(count: i64, is_there: impl Fn(i64) -> bool) -> Vec<Page> {
    let there: Vec<i64> = (0..count).filter(|id| is_there(*id)).collect();
    let mut pages: Vec<Page> = there
        .chunks(2_500)
        .map(|ids| page(ids.iter().map(|id| ticket(*id)).collect(), false))
        .collect();
    pages.push(page(Vec::new(), true));
    // The end of the export again, a quarter of an hour later.
    pages.push(page(Vec::new(), true));
    pages
}

/// Looks at records until the resync is over. Returns how it ended.
fn look_to_the_end(state: &mut State) -> Option<ResyncEnd> {
    let mut ended = None;
    while state.progress().resync.next_records().is_some() {
        let looked_at = state.look_at_records(NOW).expect("records are looked at");
        ended = ended.or(looked_at.ended);
    }
    ended
}

fn resync(state: &mut State, count: i64, is_there: impl Fn(i64) -> bool) -> Option<ResyncEnd> {
    for page in walk_pages(count, is_there) {
        apply(state, Walk::Resync, &page);
    }
    look_to_the_end(state)
}

type Dump = (Progress, Vec<(Cell, u64)>, Vec<(i64, TicketRecord)>);

/// All that a state holds.
fn dump(state: &mut State) -> Dump {
    let mut transaction = state.backend.begin().expect("a moment");
    let all = IdRange::Rising { after: None };
    let records = records::scan(&mut *transaction, all, usize::MAX).expect("records");
    drop(transaction);
    let records = records
        .into_iter()
        .map(|(id, record)| (id.0, record))
        .collect();
    (
        state.progress().clone(),
        state.aggregates().cells().collect(),
        records,
    )
}

fn tickets_shown(state: &State) -> u64 {
    state.aggregates().tickets().map(|(_, value)| value).sum()
}

fn counted(state: &State) -> u64 {
    let cells = state.aggregates().cells();
    cells
        .filter(|(cell, _)| !cell.is_gauge())
        .map(|(_, value)| value)
        .sum()
}

#[track_caller]
fn check_well(path: &Path) {
    check_verified(path);
}

#[test]
fn what_neither_the_walk_nor_polling_saw_is_swept_and_no_event_is_counted() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = synced_state(&path, 100);
    let pages = walk_pages(100, |id| id % 10 != 3);
    apply(&mut state, Walk::Resync, &pages[0]);
    // Polling sees one of those that the walk will not have seen: its row moved to the end.
    let moved = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(5_000)),
        ..ticket(13)
    };
    apply(&mut state, Walk::Main, &page(vec![moved], true));
    // And one that was deleted before, with a word.
    let deleted = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(5_000)),
        standing: Standing::Deleted,
        ..ticket(23)
    };
    apply(&mut state, Walk::Main, &page(vec![deleted], true));
    let events = counted(&state);
    for page in &pages[1..] {
        apply(&mut state, Walk::Resync, page);
    }
    let ended = look_to_the_end(&mut state);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 8 }));
    assert_eq!(tickets_shown(&state), 100 - 8 - 1);
    assert_eq!(counted(&state), events);
    assert_eq!(state.progress().resync.vanished(), 8);
    let swept: Vec<i64> = dump(&mut state)
        .2
        .iter()
        .filter(|(_, record)| record.life == Life::Swept)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(swept, [3, 33, 43, 53, 63, 73, 83, 93]);
    drop(state);
    check_well(&path);
}

#[test]
fn a_swept_ticket_that_comes_back_is_adopted() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = synced_state(&path, 100);
    let before = (tickets_shown(&state), counted(&state));
    resync(&mut state, 100, |id| id != 42);
    assert_eq!(tickets_shown(&state), 99);
    // The same row, with the same key, as when the login has got back its rights.
    apply(&mut state, Walk::Main, &page(vec![ticket(42)], true));
    assert_eq!((tickets_shown(&state), counted(&state)), before);
    assert_eq!(state.progress().resync.vanished(), 1);
    drop(state);
    check_well(&path);
}

#[test]
fn a_row_that_cannot_be_used_proves_that_its_ticket_is_there() {
    let directory = TempDir::new().expect("a directory");
    let mut state = synced_state(&state_in(&directory), 100);
    let mut pages = walk_pages(100, |id| id != 3 && id != 4 && id != 5);
    pages[0].rejected.push(RejectedRow {
        id: Some(3),
        reason: "it has no status",
        fingerprint: 0,
    });
    pages[0].rows.push(Row::Ticket(TicketChange {
        order_key: RowKey::Generated(NOW.plus(100_000)),
        ..ticket(4)
    }));
    for page in &pages {
        apply(&mut state, Walk::Resync, page);
    }
    let ended = look_to_the_end(&mut state);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 1 }));
}

#[test]
fn the_least_and_the_greatest_ids_are_looked_at_too() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = open(&path);
    let extremes = [i64::MIN, i64::MAX];
    let tickets = extremes.map(|id| TicketChange {
        id: TicketId(id),
        ..ticket(1)
    });
    let mut all = tickets.to_vec();
    all.push(ticket(500));
    apply(&mut state, Walk::Main, &page(all, true));
    let seen = page(vec![ticket(500)], true);
    for page in [&seen, &page(Vec::new(), true)] {
        apply(&mut state, Walk::Resync, page);
    }
    let ended = look_to_the_end(&mut state);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 2 }));
    drop(state);
    check_well(&path);
}

#[test]
fn a_refused_sweep_leaves_every_record_and_the_next_walk_can_do_it() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = synced_state(&path, 100);
    let ended = resync(&mut state, 100, |id| id < 80);
    assert!(matches!(
        ended,
        Some(ResyncEnd::Refused {
            unseen: Unseen {
                all: 20,
                beyond: 20
            },
            live: 100,
            why: Refusal::EndedEarly,
        })
    ));
    assert_eq!(tickets_shown(&state), 100);
    let resynced = &state.progress().resync;
    assert_eq!((resynced.refused(), resynced.vanished()), (1, 0));
    assert_eq!(resynced.ended_at(), Some(NOW));
    // Most are back, and what is not is older than the newest.
    let ended = resync(&mut state, 100, |id| !(80..85).contains(&id));
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 5 }));
    drop(state);
    check_well(&path);
}

#[test]
fn walks_after_an_upgrade_use_none_of_the_marks_of_one_byte() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = synced_state(&path, 3_000);
    // 255 walks that came to nothing.
    state.ledger.progress.resync = serde_json::from_str(
        r#"{"mark":255,"ended_at":9,"settings_changed":false,"run":null,"vanished":0,"refused":0}"#,
    )
    .expect("a resync");
    resync(&mut state, 3_000, |id| id < 2_970);
    resync(&mut state, 3_000, |id| id < 2_960);
    let marks = |state: &mut State| -> BTreeSet<u64> {
        let records = dump(state).2.into_iter();
        records.map(|(_, record)| record.resync_mark).collect()
    };
    assert_eq!(marks(&mut state), [0, 256, 257].into());
    let ended = resync(&mut state, 3_000, |id| id > 0);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 1 }));
    assert!(marks(&mut state).contains(&258));
    drop(state);
    check_well(&path);
}
