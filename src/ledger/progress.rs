//! How far an account has been read, and the rules by which that moves.

use std::time::Duration;

use super::transition::Baseline;
use crate::ticket::UnixSeconds;
use crate::zendesk::PageStart;

/// The exports leave out the last minute, so an answer without more to come is true as of this
/// many seconds before its `Date`.
pub const HOLD_BACK_SECONDS: i64 = 60;

/// Which walk a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The walk that moves the position.
    Main,
    /// The last minutes read again for rows made visible late: touches rows, never the position.
    Replay,
}

/// How far an account has been read. Stored in the same transaction as the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the state was made, by our clock.
    pub created_at: UnixSeconds,
    /// Where the next page begins; `None` until an answer said.
    pub position: Option<PageStart>,
    /// Order key of the last row before the position.
    pub position_timestamp: Option<UnixSeconds>,
    /// Order key of the first row ever read.
    pub first_row: Option<UnixSeconds>,
    /// Greatest order key ever read by the main walk; never falls.
    pub high_water: Option<UnixSeconds>,
    /// The moment of which the ledger is true; never falls.
    pub data_timestamp: Option<UnixSeconds>,
    /// `Date` of the first answer of the initial sync.
    pub baseline: Option<UnixSeconds>,
    /// Whether the initial sync has seen its first end of the stream.
    pub initial_sync_complete: bool,
    /// When the last minutes were last read as a whole, by account time: by a replay, or by the end
    /// of the initial sync.
    pub replayed_at: Option<UnixSeconds>,
    /// Records that are not tombstones.
    pub tickets: u64,
}

/// What a page says beside its rows.
#[derive(Clone, Debug)]
pub struct PageFacts {
    /// The walk it belongs to.
    pub walk: Walk,
    /// The answer's `Date`, if it can be trusted, else account time by our own clock.
    pub answered_at: UnixSeconds,
    /// Whether Zendesk had nothing more.
    pub end_of_stream: bool,
    /// Where the next page begins.
    pub next: Option<PageStart>,
    /// Order keys of the first and of the last row that was not rejected.
    pub first_and_last_key: Option<(UnixSeconds, UnixSeconds)>,
    /// Greatest order key among them.
    pub greatest_key: Option<UnixSeconds>,
}

impl Progress {
    /// Nothing read yet.
    pub const fn new(created_at: UnixSeconds) -> Self {
        Self {
            created_at,
            position: None,
            position_timestamp: None,
            first_row: None,
            high_water: None,
            data_timestamp: None,
            baseline: None,
            initial_sync_complete: false,
            replayed_at: None,
            tickets: 0,
        }
    }

    /// From when on events are counted.
    pub fn counting_from(&self) -> Baseline {
        match self.baseline {
            Some(baseline) if self.initial_sync_complete => Baseline::Since(baseline),
            _ => Baseline::Initial,
        }
    }

    /// Moves on past a page. Returns whether this page completed the initial sync.
    pub fn pass(&mut self, page: &PageFacts) -> bool {
        if page.walk == Walk::Replay {
            if page.end_of_stream {
                self.replayed_at = Some(page.answered_at);
            }
            return false;
        }
        self.baseline.get_or_insert(page.answered_at);
        if let Some((first, last)) = page.first_and_last_key {
            self.first_row.get_or_insert(first);
            self.position_timestamp = Some(last);
        }
        self.high_water = self.high_water.max(page.greatest_key);
        if page.next.is_some() {
            self.position.clone_from(&page.next);
        }
        let true_as_of = if page.end_of_stream {
            Some(page.answered_at.plus(-HOLD_BACK_SECONDS))
        } else {
            self.position_timestamp
        };
        self.data_timestamp = self.data_timestamp.max(true_as_of);
        let completes = page.end_of_stream && !self.initial_sync_complete;
        self.initial_sync_complete |= page.end_of_stream;
        if completes {
            // Else a program that never runs for as long as a replay waits would never replay.
            self.replayed_at = Some(page.answered_at);
        }
        completes
    }

    /// Where a walk starts that cannot go on from its position: `overlap` before the high-water
    /// mark, or at `start_time` if nothing has been read.
    pub fn restart(&self, start_time: UnixSeconds, overlap: Duration) -> UnixSeconds {
        let overlap = i64::try_from(overlap.as_secs()).unwrap_or(i64::MAX);
        self.high_water
            .map_or(start_time, |mark| mark.plus(-overlap).max(UnixSeconds(0)))
    }

    /// Share of the initial sync that is done, 0 to 1: the way from the first row to now.
    pub fn initial_sync_ratio(&self, account_now: UnixSeconds) -> f64 {
        if self.initial_sync_complete {
            return 1.0;
        }
        let (Some(first), Some(position)) = (self.first_row, self.position_timestamp) else {
            return 0.0;
        };
        let way = account_now.since(first).max(1) as f64;
        (position.since(first) as f64 / way).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zendesk::Cursor;

    fn page(walk: Walk, keys: Option<(i64, i64)>, end_of_stream: bool) -> PageFacts {
        PageFacts {
            walk,
            answered_at: UnixSeconds(10_000),
            end_of_stream,
            next: keys.map(|(_, last)| PageStart::Cursor(Cursor(last.to_string()))),
            first_and_last_key: keys.map(|(first, last)| (UnixSeconds(first), UnixSeconds(last))),
            greatest_key: keys.map(|(_, last)| UnixSeconds(last)),
        }
    }

    #[test]
    fn an_empty_page_with_nulls_leaves_the_position() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((100, 200)), true));
        let before = progress.clone();
        progress.pass(&page(Walk::Main, None, true));
        assert_eq!(progress, before);
    }

    #[test]
    fn high_water_and_freshness_never_fall() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((100, 200)), true));
        assert_eq!(progress.data_timestamp, Some(UnixSeconds(9_940)));
        progress.pass(&page(Walk::Main, Some((50, 60)), false));
        assert_eq!(progress.high_water, Some(UnixSeconds(200)));
        assert_eq!(progress.data_timestamp, Some(UnixSeconds(9_940)));
    }

    #[test]
    fn a_replay_moves_nothing_but_its_own_time() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((100, 200)), true));
        let mut replayed = progress.clone();
        let later = PageFacts {
            answered_at: UnixSeconds(11_000),
            ..page(Walk::Replay, Some((900, 950)), true)
        };
        assert!(!replayed.pass(&later));
        progress.replayed_at = Some(UnixSeconds(11_000));
        assert_eq!(replayed, progress);
    }

    #[test]
    fn the_end_of_the_initial_sync_is_as_good_as_a_replay() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((100, 200)), false));
        assert_eq!(progress.replayed_at, None);
        progress.pass(&page(Walk::Main, Some((300, 400)), true));
        assert_eq!(progress.replayed_at, Some(UnixSeconds(10_000)));
        let later = PageFacts {
            answered_at: UnixSeconds(20_000),
            ..page(Walk::Main, None, true)
        };
        progress.pass(&later);
        assert_eq!(progress.replayed_at, Some(UnixSeconds(10_000)));
    }

    #[test]
    fn events_are_counted_from_the_first_answer_on_once_the_initial_sync_is_complete() {
        let mut progress = Progress::new(UnixSeconds(0));
        assert!(!progress.pass(&page(Walk::Main, Some((100, 200)), false)));
        assert_eq!(progress.counting_from(), Baseline::Initial);
        assert!(progress.pass(&page(Walk::Main, Some((300, 400)), true)));
        assert_eq!(
            progress.counting_from(),
            Baseline::Since(UnixSeconds(10_000))
        );
        assert!(!progress.pass(&page(Walk::Main, Some((500, 600)), true)));
    }

    #[test]
    fn a_walk_that_lost_its_place_starts_before_the_high_water_mark() {
        let quarter = Duration::from_secs(900);
        let mut progress = Progress::new(UnixSeconds(0));
        assert_eq!(progress.restart(UnixSeconds(7), quarter), UnixSeconds(7));
        progress.pass(&page(Walk::Main, Some((100, 200)), false));
        assert_eq!(progress.restart(UnixSeconds(7), quarter), UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((5_000, 6_000)), false));
        assert_eq!(
            progress.restart(UnixSeconds(7), quarter),
            UnixSeconds(5_100)
        );
    }
}
