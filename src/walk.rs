//! Where a walk through the export goes next, and whether it gets anywhere.
//!
//! PURE.

use std::collections::HashSet;
use std::time::Duration;

use crate::ledger::{HOLD_BACK_SECONDS, Progress};
use crate::source::{Cursor, ExportSource, Page, PageStart};
use crate::ticket::UnixSeconds;

/// How far before the high-water mark a walk starts over that lost its cursor or whose source
/// changed. Rows become visible up to some minutes late.
pub const RESTART_OVERLAP: Duration = Duration::from_secs(15 * 60);

/// A `start_time` must lie more than a minute back.
pub const START_TIME_AGE_SECONDS_MIN: i64 = HOLD_BACK_SECONDS + 1;

/// A page that leads nowhere: asking on would be a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Zendesk says that more pages follow, but the next page is one that was already read")]
pub struct NoProgress;

/// Where the main walk goes on.
pub fn main_start(
    progress: &Progress,
    source: ExportSource,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let latest = latest_start(progress, account_now);
    go_on(progress.position.as_ref(), source, latest)
        .unwrap_or_else(|| restart(progress, start_time, account_now))
}

/// Where a resync goes on, or begins.
pub fn resync_start(
    progress: &Progress,
    source: ExportSource,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let run = progress.resync.run.as_ref();
    let latest = latest_start(progress, account_now);
    go_on(run.and_then(|run| run.position.as_ref()), source, latest)
        .unwrap_or_else(|| resync_restart(progress, start_time, account_now))
}

/// Where a resync starts over that lost its cursor.
pub fn resync_restart(
    progress: &Progress,
    start_time: UnixSeconds,
    account_now: UnixSeconds,
) -> PageStart {
    let time = progress.resync.restart(start_time, RESTART_OVERLAP);
    PageStart::Time(old_enough(time, latest_start(progress, account_now)))
}

/// Where a walk goes on; `None` where the source changed, or nothing has been read.
fn go_on(
    position: Option<&PageStart>,
    source: ExportSource,
    latest: UnixSeconds,
) -> Option<PageStart> {
    match (position?, source) {
        (PageStart::Cursor(cursor), ExportSource::Cursor) => {
            Some(PageStart::Cursor(cursor.clone()))
        }
        (PageStart::Time(time), ExportSource::Time) => {
            Some(PageStart::Time(old_enough(*time, latest)))
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
    PageStart::Time(old_enough(time, latest_start(progress, account_now)))
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
    let latest = account_now.plus(-START_TIME_AGE_SECONDS_MIN);
    PageStart::Time(old_enough(time.max(start_time), latest))
}

/// The place where a walk goes on, or the latest that Zendesk takes.
pub fn not_too_recent(start: &PageStart, account_now: UnixSeconds) -> PageStart {
    match start {
        PageStart::Time(time) => {
            let latest = account_now.plus(-START_TIME_AGE_SECONDS_MIN);
            PageStart::Time(old_enough(*time, latest))
        }
        PageStart::Cursor(cursor) => PageStart::Cursor(cursor.clone()),
    }
}

/// The latest `start_time` that Zendesk takes. Before the first answer account time is our own
/// clock, and a walk must not go back for years because that is slow.
fn latest_start(progress: &Progress, account_now: UnixSeconds) -> UnixSeconds {
    let account_now = progress.at_least(account_now);
    account_now.plus(-START_TIME_AGE_SECONDS_MIN)
}

/// The time-based export starts at or after its `start_time`, so starting earlier loses nothing.
fn old_enough(time: UnixSeconds, latest: UnixSeconds) -> UnixSeconds {
    time.min(latest).max(UnixSeconds(0))
}

/// The places a walk has been since it last reached the end of the stream.
#[derive(Debug, Default)]
pub struct Trail {
    visited: HashSet<Cursor>,
    /// One place that is remembered while `steps` double, so that a circle of any length is noticed
    /// after some rounds (Brent's way).
    landmark: Option<Cursor>,
    steps: u64,
    /// The latest page led beyond the present.
    is_beyond: bool,
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

    /// Whether a page that leads on does so to a time beyond `zendesk_now` for the second time
    /// running, so that nothing can be asked for but the same again.
    ///
    /// Rows from the future do that, and our own clock if it is slow and no `Date` tells better. The
    /// rows of such a page are taken, but asking on would be a loop.
    pub fn is_stuck(&mut self, page: &Page, zendesk_now: UnixSeconds) -> bool {
        let is_beyond = !page.end_of_stream
            && matches!(page.next, Some(PageStart::Time(time)) if time > zendesk_now);
        std::mem::replace(&mut self.is_beyond, is_beyond) && is_beyond
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
            let mut progress = Progress::new(UnixSeconds(0));
            progress.resync.begin();
            if let Some(run) = &mut progress.resync.run {
                run.position = position;
                run.last_row = last_row.map(UnixSeconds);
            }
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

    #[test]
    fn our_own_slow_clock_sends_no_walk_back_before_what_was_read() {
        use ExportSource::{Cursor, Time};
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

    #[test]
    fn a_second_page_that_leads_beyond_the_present_is_the_end_of_the_way() {
        // (where it leads, end of the stream, stuck)
        let table = [
            (time(200_000), false, false),
            (time(200_000), false, true),
            (time(200_000), false, true),
            // A full page of the second that has just come out of the held-back minute.
            (time(100_000), false, false),
            (time(200_000), false, false),
            (time(200_000), true, false),
            (time(200_000), false, false),
            (cursor("a"), false, false),
            (time(200_000), false, false),
            (time(200_000), false, true),
        ];
        let mut trail = Trail::default();
        for (number, (next, end, stuck)) in table.into_iter().enumerate() {
            assert_eq!(
                trail.is_stuck(&page(Some(next), end), NOW),
                stuck,
                "{number}"
            );
        }
    }
}
