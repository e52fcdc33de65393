use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::ledger::testing::plain_change;
use crate::ledger::{Cell, LabelSettings, Life, Progress, Reach, Refusal, SeriesSettings, Walk};
use crate::source::{Cursor, Page, PageStart, RejectedRow, SupportTypeScope};
use crate::store::PageApplied;
use crate::store::tests::{ACCOUNT, NOW, apply_at, check_verified, state_in};
use crate::ticket::{NamedSet, PerSet, Standing, Status, TicketChange};

fn open(path: &Path) -> Store {
    loop {
        match Store::open(path, ACCOUNT, SeriesSettings::default(), NOW) {
            // promtool, which another test starts, has our files for the moment until it is itself.
            Err(StoreError::Locked { .. }) => std::thread::yield_now(),
            opened => return opened.expect("opens").0,
        }
    }
}

fn page(changes: Vec<TicketChange>, end_of_stream: bool) -> Page {
    let last = changes.last().map_or(0, |change| change.id.0);
    Page {
        changes,
        rejected: Vec::new(),
        end_of_stream,
        next: Some(PageStart::Cursor(Cursor(last.to_string()))),
    }
}

fn apply(store: &mut Store, walk: Walk, page: &Page) -> PageApplied {
    apply_at(store, walk, page, NOW).expect("a page applies")
}

/// A ticket whose key rises with its id, in one of several statuses.
fn ticket(id: i64) -> TicketChange {
    let statuses = [Status::New, Status::Open, Status::Pending, Status::Solved];
    TicketChange {
        order_key: UnixSeconds(1_000 + id),
        standing: Standing::Live(statuses[usize::try_from(id % 4).expect("small")]),
        ..plain_change(id)
    }
}

/// A state whose initial sync found tickets with the ids below `count`.
fn synced_state(path: &Path, count: i64) -> Store {
    let mut store = open(path);
    let ids: Vec<i64> = (0..count).collect();
    for ids in ids.chunks(2_500) {
        let changes = ids.iter().map(|id| ticket(*id)).collect();
        let end_of_stream = ids.last() == Some(&(count - 1));
        apply(&mut store, Walk::Main, &page(changes, end_of_stream));
    }
    store
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
fn look_to_the_end(store: &mut Store) -> Option<ResyncEnd> {
    let mut ended = None;
    while store.progress().resync.has_work() {
        let looked_at = store.look_at_records(NOW).expect("records are looked at");
        ended = ended.or(looked_at.ended);
    }
    ended
}

fn resync(store: &mut Store, count: i64, is_there: impl Fn(i64) -> bool) -> Option<ResyncEnd> {
    for page in walk_pages(count, is_there) {
        apply(store, Walk::Resync, &page);
    }
    look_to_the_end(store)
}

type Dump = (Progress, Vec<(Cell, u64)>, Vec<(i64, TicketRecord)>);

/// All that a state holds.
fn dump(store: &Store) -> Dump {
    let mut statement = store
        .connection
        .prepare("SELECT id, record FROM tickets ORDER BY id")
        .expect("a statement");
    let records = statement
        .query_map([], |row| {
            let record = TicketRecord::decode(row.get_ref(1)?.as_blob()?);
            Ok((row.get(0)?, record.expect("one of ours")))
        })
        .expect("rows")
        .collect::<rusqlite::Result<_>>()
        .expect("rows");
    (
        store.progress().clone(),
        store.aggregates().cells().collect(),
        records,
    )
}

fn tickets_shown(store: &Store) -> u64 {
    store.ledger.live_tickets()
}

fn counted(store: &Store) -> u64 {
    let cells = store.aggregates().cells();
    cells
        .filter(|(cell, _)| !cell.is_gauge())
        .map(|(_, value)| value)
        .sum()
}

#[track_caller]
fn check_well(path: &Path) {
    check_verified(path);
}

/// Looks at the records with a program that is stopped after each run of them: that ends as without
/// a stop.
#[track_caller]
fn check_stopped_anywhere(path: &Path, expected_end: Option<ResyncEnd>, expected: &Dump) {
    let mut stops = 0;
    let end = loop {
        let mut store = open(path);
        let looked_at = store.look_at_records(NOW).expect("records are looked at");
        assert!(looked_at.swept.len() <= WRITTEN_MAX);
        stops += 1;
        if looked_at.ended.is_some() {
            break looked_at.ended;
        }
    };
    assert!(stops > 6, "{stops}");
    assert_eq!(end, expected_end);
    assert_eq!(&dump(&open(path)), expected);
    check_well(path);
}

#[test]
fn what_neither_the_walk_nor_polling_saw_is_swept_and_no_event_is_counted() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = synced_state(&path, 100);
    let pages = walk_pages(100, |id| id % 10 != 3);
    apply(&mut store, Walk::Resync, &pages[0]);
    // Polling sees one of those that the walk will not have seen: its row moved to the end.
    let moved = TicketChange {
        order_key: UnixSeconds(5_000),
        ..ticket(13)
    };
    apply(&mut store, Walk::Main, &page(vec![moved], true));
    // And one that was deleted before, with a word.
    let deleted = TicketChange {
        order_key: UnixSeconds(5_000),
        standing: Standing::Deleted,
        ..ticket(23)
    };
    apply(&mut store, Walk::Main, &page(vec![deleted], true));
    let events = counted(&store);
    for page in &pages[1..] {
        apply(&mut store, Walk::Resync, page);
    }
    let ended = look_to_the_end(&mut store);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 8 }));
    assert_eq!(tickets_shown(&store), 100 - 8 - 1);
    assert_eq!(counted(&store), events);
    assert_eq!(store.progress().resync.vanished, 8);
    let swept: Vec<i64> = dump(&store)
        .2
        .iter()
        .filter(|(_, record)| record.life == Life::Swept)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(swept, [3, 33, 43, 53, 63, 73, 83, 93]);
    drop(store);
    check_well(&path);
}

#[test]
fn a_resync_that_is_stopped_anywhere_ends_as_if_it_never_was() {
    const TICKETS: i64 = 24_000;
    let is_there = |id: i64| id % 15 != 7;
    let directories = [(); 2].map(|()| TempDir::new().expect("a directory"));
    let [through, stopped] = &directories;
    let mut store = synced_state(&state_in(through), TICKETS);
    let expected_end = resync(&mut store, TICKETS, is_there);
    assert_eq!(expected_end, Some(ResyncEnd::Complete { swept: 1_600 }));
    let expected = dump(&store);
    drop(store);
    check_well(&state_in(through));

    let path = state_in(stopped);
    drop(synced_state(&path, TICKETS));
    for page in walk_pages(TICKETS, is_there) {
        let mut store = open(&path);
        apply(&mut store, Walk::Resync, &page);
        drop(store);
        // The page was stored, but the program died before it knew: it asks again.
        if !page.end_of_stream {
            apply(&mut open(&path), Walk::Resync, &page);
        }
    }
    check_stopped_anywhere(&path, expected_end, &expected);
}

#[test]
fn a_run_of_records_that_fails_is_done_again_whole() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = synced_state(&path, 100);
    for page in walk_pages(100, |id| id > 9) {
        apply(&mut store, Walk::Resync, &page);
    }
    store.look_at_records(NOW).expect("counted");
    store.look_at_records(NOW).expect("all are counted");
    assert!(matches!(
        store.progress().resync.run.as_ref().map(|run| run.stage),
        Some(Stage::Sweep { .. })
    ));
    let before = dump(&store);
    store
        .connection
        .busy_timeout(std::time::Duration::ZERO)
        .expect("a setting");
    let other = store.file.open_for_writing().expect("a second connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    assert!(store.look_at_records(NOW).is_err());
    other.execute_batch("ROLLBACK").expect("the lock is let go");
    store.recover().expect("the state is read again");
    assert_eq!(dump(&store), before);
    let ended = look_to_the_end(&mut store);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 10 }));
    assert_eq!(store.progress().resync.vanished, 10);
}

#[test]
fn a_swept_ticket_that_comes_back_is_adopted() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = synced_state(&path, 100);
    let before = (tickets_shown(&store), counted(&store));
    resync(&mut store, 100, |id| id != 42);
    assert_eq!(tickets_shown(&store), 99);
    // The same row, with the same key, as when the login has got back its rights.
    apply(&mut store, Walk::Main, &page(vec![ticket(42)], true));
    assert_eq!((tickets_shown(&store), counted(&store)), before);
    assert_eq!(store.progress().resync.vanished, 1);
    drop(store);
    check_well(&path);
}

#[test]
fn a_row_that_cannot_be_used_proves_that_its_ticket_is_there() {
    let directory = TempDir::new().expect("a directory");
    let mut store = synced_state(&state_in(&directory), 100);
    let mut pages = walk_pages(100, |id| id != 3 && id != 4 && id != 5);
    pages[0].rejected.push(RejectedRow {
        id: Some(3),
        reason: "it has no status",
        place: 0,
    });
    pages[0].changes.push(TicketChange {
        order_key: NOW.plus(100_000),
        ..ticket(4)
    });
    for page in &pages {
        apply(&mut store, Walk::Resync, page);
    }
    let ended = look_to_the_end(&mut store);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 1 }));
}

/// Rows of which nothing can be read, not even the id.
fn unreadable(count: usize) -> Vec<RejectedRow> {
    let row = |place| RejectedRow {
        id: None,
        reason: "it is not JSON",
        place,
    };
    (1..).take(count).map(row).collect()
}

#[test]
fn as_many_records_as_rows_without_an_id_are_spared_the_newest_first() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = synced_state(&path, 100);
    let mut pages = walk_pages(100, |id| id % 10 != 3);
    pages[0].rejected = unreadable(2);
    // Its end is read again, and shows one of them again.
    pages[2].rejected = unreadable(1);
    // Polls read such rows too, again and again: those are not counted.
    let mut poll = page(Vec::new(), true);
    poll.rejected = unreadable(50);
    for page in &pages {
        apply(&mut store, Walk::Resync, page);
        apply(&mut store, Walk::Main, &poll);
        apply(&mut store, Walk::Replay, &poll);
        drop(store);
        store = open(&path);
    }
    let ended = look_to_the_end(&mut store);
    let but = ResyncEnd::CompleteBut {
        swept: 8,
        spared: 2,
        without_id: 2,
    };
    assert_eq!(ended, Some(but));
    assert_eq!(store.progress().resync.vanished, 8);
    let swept: Vec<i64> = dump(&store)
        .2
        .iter()
        .filter(|(_, record)| record.life == Life::Swept)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(swept, [3, 13, 23, 33, 43, 53, 63, 73]);
    // Another walk without such rows finds them gone.
    let ended = resync(&mut store, 100, |id| id % 10 != 3);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 2 }));
    drop(store);
    check_well(&path);
}

#[test]
fn nothing_is_swept_where_no_more_is_missing_than_rows_have_no_id() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    for without_id in [3, 4] {
        let mut store = if without_id == 3 {
            synced_state(&path, 100)
        } else {
            open(&path)
        };
        // The newest ones: without such rows the walk would seem to have ended early.
        let mut pages = walk_pages(100, |id| id < 97);
        pages[0].rejected = unreadable(without_id);
        for page in &pages {
            apply(&mut store, Walk::Resync, page);
        }
        let ended = look_to_the_end(&mut store);
        let but = ResyncEnd::CompleteBut {
            swept: 0,
            spared: 3,
            without_id: without_id as u64,
        };
        assert_eq!(ended, Some(but));
        assert_eq!(tickets_shown(&store), 100);
        let resynced = &store.progress().resync;
        assert_eq!((resynced.refused, resynced.vanished), (0, 0));
        // They count as seen, so that their marks do not grow old.
        let mark = resynced.mark;
        let marks = dump(&store).2.into_iter();
        assert!(
            marks
                .into_iter()
                .all(|(_, record)| record.resync_mark == mark)
        );
    }
    check_well(&path);
}

#[test]
fn a_sweep_that_spares_and_is_stopped_anywhere_ends_as_if_it_never_was() {
    const TICKETS: i64 = 24_000;
    const UNREADABLE: usize = 1_100;
    let is_there = |id: i64| id % 12 != 7;
    let directories = [(); 2].map(|()| TempDir::new().expect("a directory"));
    let [through, stopped] = &directories;
    let mut states = Vec::new();
    for directory in [through, stopped] {
        let path = state_in(directory);
        let mut store = synced_state(&path, TICKETS);
        let mut pages = walk_pages(TICKETS, is_there);
        pages[3].rejected = unreadable(UNREADABLE);
        for page in &pages {
            apply(&mut store, Walk::Resync, page);
        }
        states.push((path, store));
    }
    let (_, mut store) = states.remove(0);
    let expected_end = look_to_the_end(&mut store);
    let but = ResyncEnd::CompleteBut {
        swept: 900,
        spared: 1_100,
        without_id: 1_100,
    };
    assert_eq!(expected_end, Some(but));
    let expected = dump(&store);

    let (path, store) = states.remove(0);
    drop(store);
    check_stopped_anywhere(&path, expected_end, &expected);
}

#[test]
fn the_least_and_the_greatest_ids_are_looked_at_too() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = open(&path);
    let extremes = [i64::MIN, i64::MAX];
    let tickets = extremes.map(|id| TicketChange {
        id: TicketId(id),
        ..ticket(1)
    });
    let mut all = tickets.to_vec();
    all.push(ticket(500));
    apply(&mut store, Walk::Main, &page(all, true));
    let seen = page(vec![ticket(500)], true);
    for page in [&seen, &page(Vec::new(), true)] {
        apply(&mut store, Walk::Resync, page);
    }
    let ended = look_to_the_end(&mut store);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 2 }));
    drop(store);
    check_well(&path);
}

#[test]
fn a_refused_sweep_leaves_every_record_and_the_next_walk_can_do_it() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = synced_state(&path, 100);
    let ended = resync(&mut store, 100, |id| id < 80);
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
    assert_eq!(tickets_shown(&store), 100);
    let resynced = &store.progress().resync;
    assert_eq!((resynced.refused, resynced.vanished), (1, 0));
    assert_eq!(resynced.ended_at, Some(NOW));
    // Most are back, and what is not is older than the newest.
    let ended = resync(&mut store, 100, |id| !(80..85).contains(&id));
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 5 }));
    drop(store);
    check_well(&path);
}

#[test]
fn other_settings_bring_a_resync_whose_removals_have_not_vanished() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = open(&path);
    let all = Reach {
        scope: SupportTypeScope::All,
        start_time: UnixSeconds(0),
    };
    // Before anything was read there is nothing that could differ.
    store.aim(all).expect("stored");
    let later = Reach {
        start_time: UnixSeconds(3_000),
        ..all
    };
    store.aim(later).expect("stored");
    store.aim(all).expect("stored");
    assert!(!store.progress().resync.settings_changed);
    drop(store);
    let mut store = synced_state(&path, 2_500);
    store.aim(all).expect("stored");
    assert!(!store.progress().resync.settings_changed);
    assert_eq!(store.progress().resync.ended_at, Some(NOW));
    store.aim(later).expect("stored");
    drop(store);
    let mut store = open(&path);
    assert!(store.progress().resync.settings_changed);
    assert_eq!(store.progress().resync.ended_at, None);
    // 2,000 of 2,500 are too many, but they are not missing: nobody asks for them.
    let ended = resync(&mut store, 2_500, |id| id >= 2_000);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 2_000 }));
    let resynced = &store.progress().resync;
    assert_eq!((resynced.vanished, resynced.settings_changed), (0, false));
    assert_eq!(tickets_shown(&store), 500);
}

#[test]
fn newly_listed_tags_bring_a_resync_and_other_changes_of_labels_do_not() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(synced_state(&path, 10));
    let due = |settings: SeriesSettings| {
        let (store, _) = Store::open(&path, ACCOUNT, settings, NOW).expect("opens");
        store.progress().resync.ended_at.is_none()
    };
    let listing = |tags: &[&str]| SeriesSettings {
        labels: LabelSettings {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    assert!(!due(SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    }));
    assert!(due(listing(&["vip"])));
    let (mut store, _) = Store::open(&path, ACCOUNT, listing(&["vip"]), NOW).expect("opens");
    let pages = walk_pages(10, |_| true);
    for page in &pages {
        apply(&mut store, Walk::Resync, page);
    }
    look_to_the_end(&mut store);
    drop(store);
    assert!(!due(listing(&["vip"])));
    assert!(due(listing(&["vip", "beta"])));
}

#[test]
fn marks_that_are_used_up_are_taken_off_the_records() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut store = synced_state(&path, 3_000);
    // 254 walks that came to nothing, the latest of which saw all but the newest 30.
    store.ledger.progress.resync.mark = 253;
    resync(&mut store, 3_000, |id| id < 2_970);
    assert_eq!(store.progress().resync.run, None);
    resync(&mut store, 3_000, |id| id < 2_960);
    // The next mark would be 1, which records may have since the first of them.
    let marks: std::collections::BTreeSet<u8> = dump(&store)
        .2
        .iter()
        .map(|(_, record)| record.resync_mark)
        .collect();
    assert_eq!(marks, [0, 255].into());
    assert_eq!(store.progress().resync.run, None);
    let ended = resync(&mut store, 3_000, |id| id > 0);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 1 }));
    assert_eq!(store.progress().resync.mark, 1);
    drop(store);
    check_well(&path);
}
