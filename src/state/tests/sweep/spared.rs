//! Records that are spared for rows without an id.

use super::*;

/// Rows of which nothing can be read, not even the id.
pub(super) fn unreadable(count: usize) -> Vec<RejectedRow> {
    let row = |fingerprint| RejectedRow {
        id: None,
        reason: "it is not JSON",
        fingerprint,
    };
    (1..).take(count).map(row).collect()
}

#[test]
fn as_many_records_as_rows_without_an_id_are_spared_the_newest_first() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = synced_state(&path, 100);
    let mut pages = walk_pages(100, |id| id % 10 != 3);
    pages[0].rejected = unreadable(2);
    // Its end is read again, and shows one of them again.
    pages[2].rejected = unreadable(1);
    // Polls read such rows too, again and again: those are not counted.
    let mut poll = page(Vec::new(), true);
    poll.rejected = unreadable(50);
    for page in &pages {
        apply(&mut state, Walk::Resync, page);
        apply(&mut state, Walk::Main, &poll);
        apply(&mut state, Walk::Replay, &poll);
        drop(state);
        state = open(&path);
    }
    let ended = look_to_the_end(&mut state);
    let but = ResyncEnd::CompleteBut {
        swept: 8,
        spared: 2,
        without_id: 2,
    };
    assert_eq!(ended, Some(but));
    assert_eq!(state.progress().resync.vanished(), 8);
    let swept: Vec<i64> = dump(&mut state)
        .2
        .iter()
        .filter(|(_, record)| record.life == Life::Swept)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(swept, [3, 13, 23, 33, 43, 53, 63, 73]);
    // Another walk without such rows finds them gone.
    let ended = resync(&mut state, 100, |id| id % 10 != 3);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 2 }));
    drop(state);
    check_well(&path);
}

#[test]
fn nothing_is_swept_where_no_more_is_missing_than_rows_have_no_id() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    for without_id in [3, 4] {
        let mut state = if without_id == 3 {
            synced_state(&path, 100)
        } else {
            open(&path)
        };
        // The newest ones: without such rows the walk would seem to have ended early.
        let mut pages = walk_pages(100, |id| id < 97);
        pages[0].rejected = unreadable(without_id);
        for page in &pages {
            apply(&mut state, Walk::Resync, page);
        }
        let before = dump(&mut state).2;
        let ended = look_to_the_end(&mut state);
        let but = ResyncEnd::CompleteBut {
            swept: 0,
            spared: 3,
            without_id: without_id as u64,
        };
        assert_eq!(ended, Some(but));
        assert_eq!(tickets_shown(&state), 100);
        let resynced = &state.progress().resync;
        assert_eq!((resynced.refused(), resynced.vanished()), (0, 0));
        // They keep the mark of an older resync, which no later one takes again.
        assert_eq!(dump(&mut state).2, before);
    }
    check_well(&path);
}
