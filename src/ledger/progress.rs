//! How far an account has been read, and the rules by which that moves.

use std::time::Duration;

use super::answer_time::AnswerTime;
use super::resets::Counting;
use super::resync::{Reach, Resync};
use super::transition::Baseline;
use crate::source::PageStart;
use crate::ticket::UnixSeconds;

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
    /// Account time at the first answer of the initial sync.
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
    /// When the answer came.
    pub time: AnswerTime,
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
            Baseline::Initial | Baseline::Syncing(_) => Counting::NotYet,
            Baseline::Since(_) => Counting::Since {
                open_series: None,
                business_hours_differ,
            },
        }
    }

    /// When counters or histograms last began at 0: with the state, or with other settings.
    pub fn counters_restarted(&self) -> UnixSeconds {
        self.counters_restarted_at.unwrap_or(self.created_at)
    }

    /// From when on events are counted.
    pub const fn counting_from(&self) -> Baseline {
        match self.baseline {
            Some(baseline) if self.initial_sync_complete => Baseline::Since(baseline),
            Some(baseline) => Baseline::Syncing(baseline),
            None => Baseline::Initial,
        }
    }

    /// A page of the main walk is about to be applied: the first one says from when on tickets are
    /// created.
    pub fn begin(&mut self, time: &AnswerTime) {
        self.baseline.get_or_insert_with(|| time.baseline());
    }

    /// Moves on past a page. Returns whether this page completed the initial sync.
    pub fn pass(&mut self, page: &PageFacts) -> bool {
        match page.walk {
            Walk::Main => self.begin(&page.time),
            Walk::Replay => {
                if page.end_of_stream {
                    self.replayed_at = Some(page.time.account_now);
                }
                return false;
            }
            Walk::Resync => {
                self.resync.pass(page);
                return false;
            }
        }
        if let Some((first, last)) = page.first_and_last_key {
            self.first_row.get_or_insert(first);
            self.position_timestamp = Some(last);
        }
        // A key from the future must not make a later restart leave out the present.
        let certain_now = page.time.certain_now();
        let greatest = page.greatest_key.map(|key| key.min(certain_now));
        self.high_water = self.high_water.max(greatest);
        match &page.next {
            // The same for a position that a rejected row of the future led to. The export leaves
            // out the last minute, so nothing lies beyond. But it is Zendesk that names it: where
            // its `Date` is later than account time, that is behind.
            Some(PageStart::Time(time)) => {
                let now = self.at_least(page.time.zendesk_now());
                let latest = page.time.position_max(now);
                self.position = Some(PageStart::Time((*time).min(latest)));
            }
            Some(cursor) => self.position = Some(cursor.clone()),
            None => {}
        }
        let end = page.time.given_at().filter(|_| page.end_of_stream);
        let true_as_of = end
            .map(|given_at| given_at.plus(-HOLD_BACK_SECONDS))
            .or(self.position_timestamp)
            .map(|as_of| as_of.min(certain_now));
        self.data_timestamp = self.data_timestamp.max(true_as_of);
        let completes = page.end_of_stream && !self.initial_sync_complete;
        self.initial_sync_complete |= page.end_of_stream;
        if completes {
            // Else a program that never runs for as long as a replay waits would never replay.
            self.replayed_at = Some(page.time.account_now);
            self.resync.on_initial_sync(page.time.account_now);
        }
        completes
    }

    /// Account time as what has been read proves it: where `account_now` lies before the high-water
    /// mark, it is our own clock that is slow, or nothing better was known yet.
    pub fn at_least(&self, account_now: UnixSeconds) -> UnixSeconds {
        self.high_water
            .map_or(account_now, |mark| account_now.max(mark))
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
mod tests;
