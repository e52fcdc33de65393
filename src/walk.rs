//! Where a walk through the export goes next, and whether it gets anywhere.
//!
//! PURE.

use std::collections::HashSet;
use std::time::Duration;

use crate::ledger::{HOLD_BACK_SECONDS, Progress, Resync};
use crate::ticket::UnixSeconds;
use crate::zendesk::{Cursor, Page, PageStart};

/// How far before the high-water mark a walk starts over that lost its cursor or whose source
/// changed. Rows become visible up to some minutes late.
pub const RESTART_OVERLAP: Duration = Duration::from_secs(15 * 60);

/// A `start_time` must lie more than a minute back.
pub const START_TIME_AGE_SECONDS_MIN: i64 = HOLD_BACK_SECONDS + 1;

/// Which of the two exports is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportSource {
    /// The cursor-based export: pages neither overlap nor repeat.
    Cursor,
    /// The time-based export ("Incremental Ticket Export, Time Based").
    Time,
}

/// A page that leads nowhere: asking on would be a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the page does not advance: zendesk says there is more, but names a place that was read already"
)]
pub struct NoProgress;

/// Where the main walk goes on.
pub fn main_start(
    progress: &Progress,
    source: ExportSource,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    go_on(progress.position.as_ref(), source, account_now)
        .unwrap_or_else(|| restart(progress, start_time, account_now))
}

/// Where a resync goes on, or begins.
pub fn resync_start(
    resync: &Resync,
    source: ExportSource,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let position = resync.run.as_ref().and_then(|run| run.position.as_ref());
    go_on(position, source, account_now)
        .unwrap_or_else(|| resync_restart(resync, start_time, account_now))
}

/// Where a resync starts over that lost its cursor.
pub fn resync_restart(
    resync: &Resync,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let time = resync.restart(start_time, RESTART_OVERLAP);
    PageStart::Time(old_enough(time, account_now))
}

/// Where a walk goes on; `None` where the source changed, or nothing has been read.
fn go_on(
    position: Option<&PageStart>,
    source: ExportSource,
    account_now: UnixSeconds,
) -> Option<PageStart> {
    match (position?, source) {
        (PageStart::Cursor(cursor), ExportSource::Cursor) => {
            Some(PageStart::Cursor(cursor.clone()))
        }
        (PageStart::Time(time), ExportSource::Time) => {
            Some(PageStart::Time(old_enough(*time, account_now)))
        }
        _ => None,
    }
}

/// Where the main walk starts over that lost its cursor.
pub fn restart(
    progress: &Progress,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let time = progress.restart(start_time, RESTART_OVERLAP);
    PageStart::Time(old_enough(time, account_now))
}

/// Where a replay of the last `window` begins; never before `start_time`, which says which tickets
/// are wanted at all.
pub fn replay_start(
    window: Duration,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
    let time = account_now.plus(-HOLD_BACK_SECONDS).plus(-window);
    PageStart::Time(old_enough(time.max(start_time), account_now))
}

/// The time-based export starts at or after its `start_time`, so starting earlier loses nothing.
fn old_enough(time: UnixSeconds, account_now: UnixSeconds) -> UnixSeconds {
    time.min(account_now.plus(-START_TIME_AGE_SECONDS_MIN))
        .max(UnixSeconds(0))
}

/// The places a walk has been since it last reached the end of the stream.
#[derive(Debug, Default)]
pub struct Trail {
    visited: HashSet<Cursor>,
    /// One place that is remembered while `steps` double, so that a circle of any length is noticed
    /// after some rounds (Brent's way).
    landmark: Option<Cursor>,
    steps: u64,
}

/// Most places remembered beside the landmark: circles up to this length are noticed at once.
const VISITED_MAX: usize = 1024;

impl Trail {
    /// Checks that `page`, which was asked for at `start`, leads on. Asking for the same page again
    /// because it could not be kept is no circle: what is remembered is where was asked.
    ///
    /// # Errors
    ///
    /// [`NoProgress`] when there is more to come but the page names no place, the one it began at
    /// or, for cursors, one where this walk has been; for times, one that is not later.
    pub fn follow(&mut self, start: &PageStart, page: &Page) -> Result<(), NoProgress> {
        if page.end_of_stream {
            *self = Self::default();
            return Ok(());
        }
        match (start, &page.next) {
            (_, None) => Err(NoProgress),
            (PageStart::Time(from), Some(PageStart::Time(to))) if to <= from => Err(NoProgress),
            (PageStart::Cursor(from), Some(PageStart::Cursor(to)))
                if from == to
                    || self.visited.contains(to)
                    || self.landmark.as_ref() == Some(to) =>
            {
                Err(NoProgress)
            }
            (PageStart::Cursor(from), Some(_)) => {
                if self.visited.len() >= VISITED_MAX {
                    self.visited.clear();
                }
                self.visited.insert(from.clone());
                self.steps += 1;
                if self.steps.is_power_of_two() {
                    self.landmark = Some(from.clone());
                }
                Ok(())
            }
            (PageStart::Time(_), Some(_)) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(100_000);
    const START: UnixSeconds = UnixSeconds(7);

    fn cursor(name: &str) -> PageStart {
        PageStart::Cursor(Cursor(name.to_owned()))
    }

    const fn time(seconds: i64) -> PageStart {
        PageStart::Time(UnixSeconds(seconds))
    }

    fn at(position: Option<PageStart>, high_water: Option<i64>) -> Progress {
        Progress {
            position,
            high_water: high_water.map(UnixSeconds),
            ..Progress::new(UnixSeconds(0))
        }
    }

    #[test]
    fn a_walk_goes_on_where_it_was_and_starts_over_when_the_source_changed() {
        use ExportSource::{Cursor, Time};
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
        use ExportSource::{Cursor, Time};
        let run = |position, last_row: Option<i64>| {
            let mut resync = Resync::NONE;
            resync.begin();
            if let Some(run) = &mut resync.run {
                run.position = position;
                run.last_row = last_row.map(UnixSeconds);
            }
            resync
        };
        let table = [
            (Resync::NONE, Cursor, time(7)),
            (run(None, None), Cursor, time(7)),
            (run(Some(cursor("a")), Some(5_000)), Cursor, cursor("a")),
            (run(Some(time(5_000)), Some(5_000)), Time, time(5_000)),
            (run(Some(cursor("a")), Some(5_000)), Time, time(4_100)),
            // Its end is read again.
            (run(None, Some(5_000)), Cursor, time(4_100)),
            (run(None, Some(500)), Cursor, time(7)),
            (run(Some(time(99_950)), Some(99_950)), Time, time(99_939)),
        ];
        for (resync, source, expected) in table {
            let start = resync_start(&resync, source, START, NOW);
            assert_eq!(start, expected, "{resync:?}");
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

    fn page(next: Option<PageStart>, end_of_stream: bool) -> Page {
        Page {
            changes: Vec::new(),
            rejected: Vec::new(),
            end_of_stream,
            next,
        }
    }

    #[test]
    fn a_page_that_leads_nowhere_is_refused_unless_it_is_the_end() {
        let table = [
            (cursor("a"), Some(cursor("b")), true),
            (cursor("a"), Some(cursor("a")), false),
            (cursor("a"), None, false),
            (time(5), Some(cursor("a")), true),
            (time(5), Some(time(6)), true),
            (time(5), Some(time(5)), false),
            (time(5), Some(time(4)), false),
            (time(5), None, false),
        ];
        for (start, next, advances) in table {
            let followed = Trail::default().follow(&start, &page(next.clone(), false));
            assert_eq!(followed.is_ok(), advances, "{start:?} -> {next:?}");
            assert!(Trail::default().follow(&start, &page(next, true)).is_ok());
        }
    }

    #[test]
    fn cursors_that_lead_in_a_circle_are_noticed() {
        let mut trail = Trail::default();
        let more = |next| page(Some(cursor(next)), false);
        assert!(trail.follow(&time(0), &more("a")).is_ok());
        assert!(trail.follow(&cursor("a"), &more("b")).is_ok());
        assert_eq!(trail.follow(&cursor("b"), &more("a")), Err(NoProgress));
        // A page that could not be stored is asked for again, and leads where it led.
        assert!(trail.follow(&cursor("b"), &more("c")).is_ok());
        assert!(trail.follow(&cursor("b"), &more("c")).is_ok());
        // After the end the same cursor may come again: an idle account repeats it.
        assert!(trail.follow(&cursor("b"), &page(None, true)).is_ok());
        assert!(trail.follow(&cursor("b"), &more("a")).is_ok());
    }

    #[test]
    fn a_circle_of_any_length_is_noticed() {
        for length in [1, 2, 1_024, 1_500, 5_000] {
            let mut trail = Trail::default();
            let rounds = (0..4 * length).find(|step| {
                let [from, to] =
                    [*step, step + 1].map(|place| cursor(&(place % length).to_string()));
                trail.follow(&from, &page(Some(to), false)).is_err()
            });
            assert!(rounds.is_some(), "{length}");
        }
        let mut trail = Trail::default();
        for step in 0..5_000 {
            let [from, to] = [step, step + 1].map(|place| cursor(&place.to_string()));
            assert!(trail.follow(&from, &page(Some(to), false)).is_ok());
        }
    }
}
