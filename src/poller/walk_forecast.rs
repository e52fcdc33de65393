//! When a walk will end, if it goes on as fast as it did.
//!
//! PURE.

use crate::metrics::{AccountStatus, ArchivedTicketsStatus, WalkStatus};
use crate::ticket::UnixSeconds;

/// The requests that walks may make.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RequestsPerMinute {
    /// Through an export that is the truth.
    pub(super) export: u32,
    /// Through the lists.
    pub(super) list: u32,
    /// Through an export while the list is the truth.
    pub(super) beside_list: u32,
}

/// The paces of the walks that the status tells the end of.
#[derive(Debug, Default)]
pub(super) struct Paces {
    initial: Pace,
    resync: Pace,
    list: Pace,
    archive: Pace,
    export: Pace,
}

impl Paces {
    /// Adds to `status` when each walk will end. `account_now` is account time.
    pub(super) fn forecast(
        &mut self,
        status: &mut AccountStatus,
        account_now: UnixSeconds,
        allowed: RequestsPerMinute,
    ) {
        let state = &status.state;
        let of_truth = if state.source.0.is_export() {
            allowed.export
        } else {
            allowed.list
        };
        let initial = Some(state.initial_sync_ratio);
        status.initial_sync_ends_at = self.initial.expected_end(initial, account_now, of_truth);
        status.resync_ends_at =
            self.resync
                .expected_end(state.resync_ratio, account_now, allowed.export);
        let sources = &mut status.sources;
        let forecast = |pace: &mut Pace, walk: &mut WalkStatus, allowed| {
            walk.ends_at = pace.expected_end(walk.ratio, account_now, allowed);
        };
        forecast(&mut self.list, &mut sources.list_walk, allowed.list);
        if let ArchivedTicketsStatus::Reading(walk) = &mut sources.archived {
            forecast(&mut self.archive, walk, allowed.list);
        }
        if let Some(export) = &mut sources.export {
            forecast(&mut self.export, &mut export.walk, allowed.beside_list);
        }
    }
}

/// How fast a walk has gone since this process first saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace(Option<Seen>);

/// What was seen of a walk.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    began: UnixSeconds,
    /// The share that was done then.
    first: f64,
    /// The greatest share so far, and how many pages brought it on.
    latest: f64,
    pages: u32,
}

impl Pace {
    /// Takes the share that is done at `now`, `None` or 1 for a walk that is not under way, and says
    /// when the rest will be done at this pace, but no sooner than so many requests a minute can
    /// bring it: the first ones of a minute come faster than they go on.
    pub(super) fn expected_end(
        &mut self,
        ratio: Option<f64>,
        now: UnixSeconds,
        requests_per_minute: u32,
    ) -> Option<UnixSeconds> {
        let Some(ratio) = ratio.filter(|ratio| (0.0..1.0).contains(ratio)) else {
            self.0 = None;
            return None;
        };
        let new = Seen {
            began: now,
            first: ratio,
            latest: ratio,
            pages: 0,
        };
        // Less than at first is of another walk.
        let seen = match &mut self.0 {
            Some(seen) if ratio >= seen.first => seen,
            other => other.insert(new),
        };
        if ratio > seen.latest {
            seen.latest = ratio;
            seen.pages = seen.pages.saturating_add(1);
        }
        // Account time can fall by a second when the first `Date` makes it exact.
        let (took, done) = (now.since(seen.began).max(0), ratio - seen.first);
        if done <= 0.0 {
            return None;
        }
        let as_so_far = (1.0 - ratio) * took as f64 / done;
        let pages_left = (1.0 - ratio) * f64::from(seen.pages) / done;
        let allowed = pages_left * 60.0 / f64::from(requests_per_minute.max(1));
        let left = as_so_far.max(allowed);
        (left < LEFT_SECONDS_MAX).then(|| now.plus(left as i64))
    }
}

/// Longer than this (ten years) is no forecast.
const LEFT_SECONDS_MAX: f64 = 315_360_000.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::testing::starting;
    use crate::metrics::{RefusedExport, SourceStatus};
    use crate::source::SourceKind;

    #[test]
    fn a_walk_ends_as_far_off_as_its_pace_since_the_start_says() {
        let mut pace = Pace::default();
        let table = [
            (None, 0, None),
            // It had come this far before the program began.
            (Some(0.5), 1_000, None),
            (Some(0.5), 1_010, None),
            (Some(0.6), 1_100, Some(1_500)),
            (Some(0.75), 1_100, Some(1_200)),
            (Some(1.0), 1_200, None),
            // The next one.
            (Some(0.1), 2_000, None),
            (Some(0.2), 2_100, Some(2_900)),
            (Some(0.0), 3_000, None),
            (Some(f64::NAN), 3_001, None),
        ];
        for (ratio, now, expected) in table {
            let end = pace.expected_end(ratio, UnixSeconds(now), 600);
            let expected = expected.map(UnixSeconds);
            // Shares are not exact.
            let is_near = match (end, expected) {
                (Some(end), Some(expected)) => end.since(expected).abs() <= 1,
                (end, expected) => end == expected,
            };
            assert!(is_near, "{ratio:?} at {now}: {end:?}");
        }
    }

    #[test]
    fn a_clock_that_was_a_second_ahead_hides_no_end() {
        let mut pace = Pace::default();
        pace.expected_end(Some(0.0), UnixSeconds(1_000), 10);
        // One page of four: three more take 18 seconds.
        let end = pace.expected_end(Some(0.25), UnixSeconds(999), 10);
        assert_eq!(end, Some(UnixSeconds(999 + 18)));
    }

    #[test]
    fn the_walks_of_the_lists_end_no_sooner_than_their_own_requests_allow() {
        let mut status = starting();
        let walk = |ratio| WalkStatus {
            ratio: Some(ratio),
            ends_at: None,
        };
        let allowed = RequestsPerMinute {
            export: 60,
            list: 30,
            beside_list: 2,
        };
        let mut paces = Paces::default();
        for (now, ratio) in [(1_000, 0.0), (1_000, 0.25)] {
            status.state.source.0 = SourceKind::List;
            status.state.initial_sync_ratio = ratio;
            status.state.resync_ratio = Some(ratio);
            status.sources = SourceStatus {
                list_walk: walk(ratio),
                archived: ArchivedTicketsStatus::Reading(walk(ratio)),
                export: Some(RefusedExport {
                    failure: None,
                    next_attempt_at: UnixSeconds(0),
                    walk: walk(ratio),
                }),
                ..SourceStatus::default()
            };
            paces.forecast(&mut status, UnixSeconds(now), allowed);
        }
        // Three more pages each.
        let end = |seconds: i64| Some(UnixSeconds(1_000 + seconds));
        assert_eq!(status.initial_sync_ends_at, end(6));
        assert_eq!(status.resync_ends_at, end(3));
        let sources = &status.sources;
        assert_eq!(sources.list_walk.ends_at, end(6));
        assert_eq!(sources.archived.walk().ends_at, end(6));
        let export = sources.export.as_ref().expect("as set");
        assert_eq!(export.walk.ends_at, end(90));
    }

    #[test]
    fn a_walk_ends_no_sooner_than_its_requests_allow() {
        let mut pace = Pace::default();
        // Eight pages in four seconds: a minute's requests. 72 pages are left, eight a minute.
        let mut end = None;
        for page in 0..=8 {
            let ratio = f64::from(page) / 80.0;
            let now = UnixSeconds(1_000 + i64::from(page) / 2);
            end = pace.expected_end(Some(ratio), now, 8);
        }
        let end = end.expect("two pages were seen");
        assert!(end.since(UnixSeconds(1_004 + 540)).abs() <= 1, "{end:?}");
        // Slower than that, the walk is as slow as it is.
        let end = pace.expected_end(Some(0.1), UnixSeconds(2_000), 8);
        assert_eq!(end, Some(UnixSeconds(2_000 + 9_000)));
    }
}
