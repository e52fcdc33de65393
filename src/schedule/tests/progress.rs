//! When a replay and a resync are due, by what the state holds.

use super::*;
use crate::ledger::Progress;
use crate::ledger::testing::{last_page, page_of_keys};

/// A state whose last replay and last resync ended then.
fn ended(replay: Option<i64>, resync: Option<i64>) -> Progress {
    let mut progress = Progress::new(UnixSeconds(0));
    // The end of the initial sync is as good as a resync.
    resync.map(|at| progress.pass(&last_page(at)));
    progress.replayed_at = replay.map(UnixSeconds);
    progress
}

/// When both are due, in seconds.
fn due(schedule: &Schedule, now: u64) -> (Option<u64>, Option<u64>) {
    let resync = schedule.resync.next(at(now), schedule.account_clock());
    let replay = schedule.replay_at;
    (
        replay.map(|at| at.as_secs()),
        resync.map(|(due, ..)| due.as_secs()),
    )
}

#[test]
fn what_the_state_says_counts_once_the_main_walk_has_caught_up() {
    let week = i64::try_from(RESYNC.every.as_secs()).expect("small");
    // (replay and resync ended then, and they are due then)
    let table = [
        (ended(None, None), (100_000 + 3_600, 100_000)),
        (
            ended(Some(99_000), Some(100_000 - week + 50)),
            (99_000 + 3_600, 100_050),
        ),
        (ended(Some(4_000), Some(90_000 - week)), (100_000, 100_000)),
    ];
    for (progress, (replay, resync)) in table {
        let mut schedule = with_resync(8, RESYNC);
        schedule.on_progress(&progress, at(99_990));
        assert_eq!(due(&schedule, 99_990), (None, None));
        schedule.on_ended(Walk::Main, &page(true), at(100_000));
        schedule.on_progress(&progress, at(100_000));
        assert_eq!(
            due(&schedule, 100_000),
            (Some(replay), Some(resync)),
            "{progress:?}"
        );
        // A later page of the same state decides nothing anew.
        schedule.on_ended(Walk::Main, &page(true), at(100_060));
        schedule.on_progress(&progress, at(100_060));
        assert_eq!(due(&schedule, 100_060), (Some(replay), Some(resync)));
    }
}

#[test]
fn a_replay_that_ended_and_a_resync_that_moves_on_are_due_as_the_state_then_says() {
    let mut schedule = with_resync(8, RESYNC);
    let mut progress = ended(Some(99_000), None);
    schedule.on_ended(Walk::Main, &page(true), at(100_000));
    schedule.on_progress(&progress, at(100_000));
    schedule.on_ended(Walk::Replay, &page(true), at(102_600));
    progress.replayed_at = Some(UnixSeconds(102_600));
    schedule.on_progress(&progress, at(102_600));
    assert_eq!(due(&schedule, 102_600), (Some(106_200), Some(100_000)));
    progress.resync.begin();
    let end = page_of_keys(Walk::Resync, None, true, UnixSeconds(102_600));
    progress.pass(&end);
    schedule.on_progress(&progress, at(102_700));
    assert_eq!(due(&schedule, 102_700).1, Some(103_500));
    progress.pass(&end);
    schedule.on_progress(&progress, at(103_600));
    assert_eq!(due(&schedule, 103_600).1, None, "records are looked at");
}

#[test]
fn account_time_that_was_set_moves_what_is_due_by_it() {
    let mut schedule = with_resync(8, RESYNC);
    let week = i64::try_from(RESYNC.every.as_secs()).expect("small");
    let progress = ended(Some(100_000), Some(101_000 - week));
    schedule.on_ended(Walk::Main, &page(true), at(100_000));
    schedule.on_progress(&progress, at(100_000));
    assert_eq!(due(&schedule, 100_000), (Some(103_600), Some(101_000)));
    let mut clock = AccountClock::default();
    for second in [100_000, 100_001] {
        let date = i64::try_from(second).expect("small") + 600;
        clock.observe(at(second), at(second), Some(UnixSeconds(date)));
    }
    assert!(schedule.set_account_clock(clock, at(100_001)));
    schedule.on_account_time_set(&progress, at(100_001));
    assert_eq!(due(&schedule, 100_001), (Some(103_000), Some(100_400)));
}
