//! Where a walk through the export goes next, and whether it gets anywhere.
//!
//! PURE.

mod trail;

pub use trail::{NoProgress, Trail};

use std::time::Duration;

use crate::ledger::Progress;
use crate::source::{HOLD_BACK_SECONDS, Position, SourceKind};
use crate::ticket::UnixSeconds;

/// How far before the high-water mark a walk starts over that lost its cursor or whose source
/// changed. Rows become visible up to some minutes late.
pub const RESTART_OVERLAP: Duration = Duration::from_secs(15 * 60);

/// A `start_time` must lie more than a minute back.
pub const START_TIME_AGE_SECONDS_MIN: i64 = HOLD_BACK_SECONDS + 1;

/// Where the main walk goes on.
pub fn main_start(
    progress: &Progress,
    source: SourceKind,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> Position {
    let latest = latest_start(progress, account_now);
    go_on(progress.position.as_ref(), source, latest)
        .unwrap_or_else(|| restart(progress, start_time, account_now))
}

/// Where a resync goes on, or begins.
pub fn resync_start(
    progress: &Progress,
    source: SourceKind,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> Position {
    let latest = latest_start(progress, account_now);
    go_on(progress.resync.position(), source, latest)
        .unwrap_or_else(|| resync_restart(progress, start_time, account_now))
}

/// Where a resync starts over that lost its cursor.
pub fn resync_restart(
    progress: &Progress,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> Position {
    let time = progress.resync.restart(start_time, RESTART_OVERLAP);
    Position::Time(time).no_later_than(latest_start(progress, account_now))
}

/// Where a walk goes on; `None` where the source changed, or nothing has been read.
fn go_on(position: Option<&Position>, source: SourceKind, latest: UnixSeconds) -> Option<Position> {
    let position = position.filter(|position| position.kind() == source)?;
    Some(position.no_later_than(latest))
}

/// Where the main walk starts over that lost its cursor.
pub fn restart(progress: &Progress, start_time: UnixSeconds, account_now: UnixSeconds) -> Position {
    let time = progress.restart(start_time, RESTART_OVERLAP);
    Position::Time(time).no_later_than(latest_start(progress, account_now))
}

/// Where a replay of the last `window` begins; never before `start_time`, which says which tickets
/// are wanted at all.
pub fn replay_start(
    window: Duration,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> Position {
    let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
    let time = account_now.plus(-HOLD_BACK_SECONDS).plus(-window);
    let latest = account_now.plus(-START_TIME_AGE_SECONDS_MIN);
    Position::Time(time.max(start_time)).no_later_than(latest)
}

/// The place where a walk goes on, or the latest that Zendesk takes.
pub fn not_too_recent(start: &Position, account_now: UnixSeconds) -> Position {
    start.no_later_than(account_now.plus(-START_TIME_AGE_SECONDS_MIN))
}

/// The latest `start_time` that Zendesk takes. Before the first answer account time is our own
/// clock, and a walk must not go back for years because that is slow.
fn latest_start(progress: &Progress, account_now: UnixSeconds) -> UnixSeconds {
    let account_now = progress.at_least(account_now);
    account_now.plus(-START_TIME_AGE_SECONDS_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Walk;
    use crate::ledger::testing::page_of_keys;
    use crate::source::Cursor;

    const NOW: UnixSeconds = UnixSeconds(100_000);
    const START: UnixSeconds = UnixSeconds(7);

    fn cursor(name: &str) -> Position {
        Position::Cursor(Cursor(name.to_owned()))
    }

    const fn time(seconds: i64) -> Position {
        Position::Time(UnixSeconds(seconds))
    }

    fn at(position: Option<Position>, high_water: Option<i64>) -> Progress {
        Progress {
            position,
            high_water: high_water.map(UnixSeconds),
            ..Progress::new(UnixSeconds(0))
        }
    }

    #[test]
    fn a_walk_goes_on_where_it_was_and_starts_over_when_the_source_changed() {
        use SourceKind::{Cursor, Time};
        let table = [
            (at(None, None), Cursor, time(7)),
            (at(None, None), Time, time(7)),
            (at(Some(cursor("a")), Some(5_000)), Cursor, cursor("a")),
            (at(Some(time(5_000)), Some(5_000)), Time, time(5_000)),
            (at(Some(cursor("a")), Some(5_000)), Time, time(4_100)),
            (at(Some(time(5_000)), Some(5_000)), Cursor, time(4_100)),
            (at(None, Some(5_000)), Cursor, time(4_100)),
            // Too recent for Zendesk.
            (at(Some(time(99_950)), Some(99_950)), Time, time(99_939)),
        ];
        for (progress, source, expected) in table {
            assert_eq!(
                main_start(&progress, source, START, NOW),
                expected,
                "{progress:?}"
            );
        }
    }

    #[test]
    fn a_resync_goes_on_where_it_was_and_never_before_what_is_wanted() {
        use SourceKind::{Cursor, Time};
        let run = |position, last_row: Option<i64>| {
            let keys = last_row.map(|last| (last, last));
            let mut read = page_of_keys(Walk::Resync, keys, false, NOW);
            read.page.next = position;
            let mut progress = Progress::new(UnixSeconds(0));
            progress.resync.begin();
            progress.pass(&read);
            progress
        };
        let table = [
            (Progress::new(UnixSeconds(0)), Cursor, time(7)),
            (run(None, None), Cursor, time(7)),
            (run(Some(cursor("a")), Some(5_000)), Cursor, cursor("a")),
            (run(Some(time(5_000)), Some(5_000)), Time, time(5_000)),
            (run(Some(cursor("a")), Some(5_000)), Time, time(4_100)),
            // Its end is read again.
            (run(None, Some(5_000)), Cursor, time(4_100)),
            (run(None, Some(500)), Cursor, time(7)),
            (run(Some(time(99_950)), Some(99_950)), Time, time(99_939)),
        ];
        for (progress, source, expected) in table {
            let start = resync_start(&progress, source, START, NOW);
            assert_eq!(start, expected, "{progress:?}");
        }
        let lost = run(Some(cursor("a")), Some(5_000));
        assert_eq!(resync_restart(&lost, START, NOW), time(4_100));
    }

    #[test]
    fn a_replay_begins_a_window_before_the_held_back_minute() {
        assert_eq!(replay_start(RESTART_OVERLAP, START, NOW), time(99_040));
        let late = UnixSeconds(99_500);
        assert_eq!(replay_start(RESTART_OVERLAP, late, NOW), time(99_500));
    }

    #[test]
    fn our_own_slow_clock_sends_no_walk_back_before_what_was_read() {
        use SourceKind::{Cursor, Time};
        let slow = UnixSeconds(50);
        let progress = at(Some(time(4_990)), Some(5_000));
        assert_eq!(main_start(&progress, Time, START, slow), time(4_939));
        assert_eq!(main_start(&progress, Cursor, START, slow), time(4_100));
        let mut resync = progress;
        resync.resync.begin();
        assert_eq!(resync_start(&resync, Time, START, slow), time(7));
        assert_eq!(not_too_recent(&time(99_000), NOW), time(99_000));
        assert_eq!(not_too_recent(&time(200_000), NOW), time(99_939));
        assert_eq!(not_too_recent(&cursor("a"), NOW), cursor("a"));
    }
}
