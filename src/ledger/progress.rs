//! How far an account has been read, and the rules by which that moves.

use std::time::Duration;

use super::resets::Counting;
use super::resync::{Reach, Resync};
use super::transition::Baseline;
use crate::ticket::UnixSeconds;
use crate::zendesk::PageStart;

/// The exports leave out the last minute, so an answer without more to come is true as of this
/// many seconds before its `Date`.
pub const HOLD_BACK_SECONDS: i64 = 60;

/// From this age on a state is old: longer than an upgrade or a move to another host takes, shorter
/// than the way from one nightly copy to the next.
const STATE_OLD_HOURS: i64 = 6;

/// Which walk a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The walk that moves the position.
    Main,
    /// The last minutes read again for rows made visible late: touches rows, never the position.
    Replay,
    /// The whole export read again, to find what left it: touches rows, never the position.
    Resync,
}

/// How far an account has been read. Stored in the same transaction as the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the state was made, by our clock.
    pub created_at: UnixSeconds,
    /// When other settings last made counters or histograms begin at 0, by our clock; `None` if
    /// they count since the state was made.
    pub counters_restarted_at: Option<UnixSeconds>,
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
    /// Which tickets the settings asked for; `None` before anybody said.
    pub reach: Option<Reach>,
    /// The walks over the whole export.
    pub resync: Resync,
    /// Records that are not tombstones.
    pub tickets: u64,
}

/// What a page says beside its rows.
#[derive(Clone, Debug)]
pub struct PageFacts {
    /// The walk it belongs to.
    pub walk: Walk,
    /// The answer's `Date`, if it had one that can be trusted.
    pub answered_at: Option<UnixSeconds>,
    /// Zendesk's clock when the answer came, as far as we know it.
    pub account_now: UnixSeconds,
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
            counters_restarted_at: None,
            position: None,
            position_timestamp: None,
            first_row: None,
            high_water: None,
            data_timestamp: None,
            baseline: None,
            initial_sync_complete: false,
            replayed_at: None,
            reach: None,
            resync: Resync::NONE,
            tickets: 0,
        }
    }

    /// The settings ask for these tickets. Returns whether that is news that must be stored.
    pub fn aim(&mut self, reach: Reach) -> bool {
        let before = self.reach.replace(reach);
        if before.is_some_and(|before| before != reach) && self.baseline.is_some() {
            self.resync.on_settings_changed();
        }
        before != Some(reach)
    }

    /// How many hours the counters are behind `now`, if that is worth telling: then an older state may
    /// have been put back.
    pub fn age_hours(&self, now: UnixSeconds) -> Option<i64> {
        let since = self.data_timestamp.filter(|_| self.initial_sync_complete)?;
        let hours = now.since(since) / 3600;
        (hours >= STATE_OLD_HOURS).then_some(hours)
    }

    /// Whether there are counters already, for [`Resets::between`](super::Resets::between), given
    /// whether a value in business hours has differed from the one by the calendar.
    pub fn counting(&self, business_hours_differ: bool) -> Counting {
        match self.counting_from() {
            Baseline::Initial if self.baseline.is_none() => Counting::Nothing,
            Baseline::Initial => Counting::NotYet,
            Baseline::Since(_) => Counting::Since {
                own_series: None,
                business_hours_differ,
            },
        }
    }

    /// When counters or histograms last began at 0: with the state, or with other settings.
    pub fn counters_restarted(&self) -> UnixSeconds {
        self.counters_restarted_at.unwrap_or(self.created_at)
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
        match page.walk {
            Walk::Main => {}
            Walk::Replay => {
                if page.end_of_stream {
                    self.replayed_at = Some(page.account_now);
                }
                return false;
            }
            Walk::Resync => {
                self.resync.pass(page);
                return false;
            }
        }
        self.baseline
            .get_or_insert_with(|| page.answered_at.unwrap_or(page.account_now));
        if let Some((first, last)) = page.first_and_last_key {
            self.first_row.get_or_insert(first);
            self.position_timestamp = Some(last);
        }
        // A key from the future must not make a later restart leave out the present.
        let greatest = page.greatest_key.map(|key| key.min(page.account_now));
        self.high_water = self.high_water.max(greatest);
        match &page.next {
            // The same for a position that a rejected row of the future led to. The export leaves
            // out the last minute, so nothing lies beyond.
            Some(PageStart::Time(time)) => {
                let latest = page.account_now.plus(-HOLD_BACK_SECONDS);
                self.position = Some(PageStart::Time((*time).min(latest)));
            }
            Some(cursor) => self.position = Some(cursor.clone()),
            None => {}
        }
        // Only Zendesk's word moves freshness: our own clock may be the one that is wrong.
        let end = page.answered_at.filter(|_| page.end_of_stream);
        let true_as_of = end
            .map(|date| date.plus(-HOLD_BACK_SECONDS))
            .or(self.position_timestamp)
            .map(|as_of| as_of.min(page.account_now));
        self.data_timestamp = self.data_timestamp.max(true_as_of);
        let completes = page.end_of_stream && !self.initial_sync_complete;
        self.initial_sync_complete |= page.end_of_stream;
        if completes {
            // Else a program that never runs for as long as a replay waits would never replay.
            self.replayed_at = Some(page.account_now);
            self.resync.on_initial_sync(page.account_now);
        }
        completes
    }

    /// Where a walk starts that cannot go on from its position: `overlap` before the high-water
    /// mark, or at `start_time` if nothing has been read.
    pub fn restart(&self, start_time: UnixSeconds, overlap: Duration) -> UnixSeconds {
        before(self.high_water, start_time, overlap)
    }

    /// Share of the initial sync that is done, 0 to 1: the way from the first row to now.
    pub fn initial_sync_ratio(&self, account_now: UnixSeconds) -> f64 {
        if self.initial_sync_complete {
            return 1.0;
        }
        ratio(self.first_row, self.position_timestamp, account_now)
    }
}

/// `overlap` before the latest row of a walk, or its beginning if it has seen none.
pub(super) fn before(
    latest: Option<UnixSeconds>,
    start_time: UnixSeconds,
    overlap: Duration,
) -> UnixSeconds {
    let overlap = i64::try_from(overlap.as_secs()).unwrap_or(i64::MAX);
    latest.map_or(start_time, |latest| {
        latest.plus(-overlap).max(UnixSeconds(0)).max(start_time)
    })
}

/// Share of the way from the first row of a walk to now that is done, 0 to 1.
pub(super) fn ratio(
    first: Option<UnixSeconds>,
    position: Option<UnixSeconds>,
    account_now: UnixSeconds,
) -> f64 {
    let (Some(first), Some(position)) = (first, position) else {
        return 0.0;
    };
    let way = account_now.since(first).max(1) as f64;
    (position.since(first) as f64 / way).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zendesk::Cursor;

    fn page(walk: Walk, keys: Option<(i64, i64)>, end_of_stream: bool) -> PageFacts {
        PageFacts {
            walk,
            answered_at: Some(UnixSeconds(10_000)),
            account_now: UnixSeconds(10_000),
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
    fn rows_of_the_future_move_neither_mark_nor_position_beyond_the_present() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&PageFacts {
            next: Some(PageStart::Time(UnixSeconds(99_000))),
            ..page(Walk::Main, Some((100, 12_000)), true)
        });
        assert_eq!(progress.high_water, Some(UnixSeconds(10_000)));
        let latest = PageStart::Time(UnixSeconds(9_940));
        assert_eq!(progress.position, Some(latest));
    }

    #[test]
    fn an_answer_without_a_date_is_as_fresh_as_its_last_row() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&PageFacts {
            answered_at: None,
            ..page(Walk::Main, Some((100, 200)), true)
        });
        assert_eq!(progress.data_timestamp, Some(UnixSeconds(200)));
    }

    #[test]
    fn a_replay_moves_nothing_but_its_own_time() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((100, 200)), true));
        let mut replayed = progress.clone();
        let later = PageFacts {
            account_now: UnixSeconds(11_000),
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
            account_now: UnixSeconds(20_000),
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
        assert_eq!(progress.restart(UnixSeconds(7), quarter), UnixSeconds(7));
        progress.pass(&page(Walk::Main, Some((5_000, 6_000)), false));
        assert_eq!(
            progress.restart(UnixSeconds(7), quarter),
            UnixSeconds(5_100)
        );
    }

    #[test]
    fn a_row_of_the_future_makes_nothing_fresher_than_now() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&page(Walk::Main, Some((100, 13_500)), false));
        assert_eq!(progress.data_timestamp, Some(UnixSeconds(10_000)));
    }

    #[test]
    fn a_state_is_old_when_its_counters_are_hours_behind() {
        let mut progress = Progress::new(UnixSeconds(0));
        let day = UnixSeconds(9_940 + 86_400);
        assert_eq!(progress.age_hours(day), None);
        // Before the first sync is complete there are no counters that could fall.
        progress.pass(&page(Walk::Main, Some((100, 200)), false));
        assert_eq!(progress.age_hours(day), None);
        progress.pass(&page(Walk::Main, Some((300, 400)), true));
        assert_eq!(progress.age_hours(day), Some(24));
        for (seconds, expected) in [(-60, None), (6 * 3600 - 1, None), (6 * 3600, Some(6))] {
            let age = progress.age_hours(UnixSeconds(9_940 + seconds));
            assert_eq!(age, expected, "{seconds}");
        }
    }
}
