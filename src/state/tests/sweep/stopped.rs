//! Sweeps that are stopped or fail on the way.

use super::spared::unreadable;
use super::*;

/// Looks at the records with a program that is stopped after each run of them: that ends as without
/// a stop.
#[track_caller]
fn check_stopped_anywhere(path: &Path, expected_end: Option<ResyncEnd>, expected: &Dump) {
    let mut stops = 0;
    let end = loop {
        let mut state = open(path);
        let looked_at = state.look_at_records(NOW).expect("records are looked at");
        assert!(looked_at.swept.len() <= 1_000);
        stops += 1;
        if looked_at.ended.is_some() {
            break looked_at.ended;
        }
    };
    assert!(stops > 6, "{stops}");
    assert_eq!(end, expected_end);
    assert_eq!(&dump(&mut open(path)), expected);
    check_well(path);
}

#[test]
fn a_resync_that_is_stopped_anywhere_ends_as_if_it_never_was() {
    const TICKETS: i64 = 24_000;
    let is_there = |id: i64| id % 15 != 7;
    let directories = [(); 2].map(|()| TempDir::new().expect("a directory"));
    let [through, stopped] = &directories;
    let mut state = synced_state(&state_in(through), TICKETS);
    let expected_end = resync(&mut state, TICKETS, is_there);
    assert_eq!(expected_end, Some(ResyncEnd::Complete { swept: 1_600 }));
    let expected = dump(&mut state);
    drop(state);
    check_well(&state_in(through));

    let path = state_in(stopped);
    drop(synced_state(&path, TICKETS));
    for page in walk_pages(TICKETS, is_there) {
        let mut state = open(&path);
        apply(&mut state, Walk::Resync, &page);
        drop(state);
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
    let mut state = synced_state(&path, 100);
    for page in walk_pages(100, |id| id > 9) {
        apply(&mut state, Walk::Resync, &page);
    }
    state.look_at_records(NOW).expect("counted");
    state.look_at_records(NOW).expect("all are counted");
    assert!(matches!(
        state.progress().resync.next_records(),
        Some(IdRange::Falling { .. })
    ));
    let before = dump(&mut state);
    set_broken(&path, true);
    assert!(state.look_at_records(NOW).is_err());
    set_broken(&path, false);
    state.recover().expect("the state is read again");
    assert_eq!(dump(&mut state), before);
    let ended = look_to_the_end(&mut state);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 10 }));
    assert_eq!(state.progress().resync.vanished(), 10);
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
        let mut state = synced_state(&path, TICKETS);
        let mut pages = walk_pages(TICKETS, is_there);
        pages[3].rejected = unreadable(UNREADABLE);
        for page in &pages {
            apply(&mut state, Walk::Resync, page);
        }
        states.push((path, state));
    }
    let (_, mut state) = states.remove(0);
    let expected_end = look_to_the_end(&mut state);
    let but = ResyncEnd::CompleteBut {
        swept: 900,
        spared: 1_100,
        without_id: 1_100,
    };
    assert_eq!(expected_end, Some(but));
    let expected = dump(&mut state);

    let (path, state) = states.remove(0);
    drop(state);
    check_stopped_anywhere(&path, expected_end, &expected);
}
