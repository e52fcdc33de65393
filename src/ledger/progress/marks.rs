//! How far the rows of one order have been read.

use std::time::Duration;

use crate::ledger::page::{PageRead, before, ratio};
use crate::source::Position;
use crate::ticket::UnixSeconds;

/// How far the main walk has read a source.
///
/// The two exports share these marks, because their rows have one order, `generated_timestamp`. The
/// position is of one of them, its [`kind`](Position::kind) tells which: the other one goes on from
/// some minutes before the high-water mark. A source whose rows have another order takes marks of
/// its own.
///
/// Example: a page of the cursor-based export ends with a row of 10:00:30, and is not the last page. Then
/// the high-water mark and `data_timestamp` are 10:00:30. If it is the last page and its answer came at
/// 10:05:00, the export shows every row until 10:04:00, so `data_timestamp` is 10:04:00.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Where the next page begins; `None` until an answer said.
    pub position: Option<Position>,
    /// Order key of the last row before the position.
    pub position_timestamp: Option<UnixSeconds>,
    /// Order key of the first row ever read.
    pub first_row: Option<UnixSeconds>,
    /// Greatest order key ever read by the main walk; never falls.
    pub high_water: Option<UnixSeconds>,
    /// The moment of which the ledger is true; never falls.
    pub data_timestamp: Option<UnixSeconds>,
}

impl Marks {
    /// Moves on past a page of the main walk.
    pub(super) fn pass(&mut self, read: &PageRead) {
        let PageRead { page, time, .. } = read;
        if let Some((first, last)) = read.first_and_last_key() {
            self.first_row.get_or_insert(first);
            self.position_timestamp = Some(last);
        }
        // A key from the future must not make a later restart leave out the present.
        let certain_now = time.certain_now();
        let greatest = read.order_keys().max().map(|key| key.min(certain_now));
        self.high_water = self.high_water.max(greatest);
        let hold_back_seconds = page.source.sees().hold_back_seconds;
        if let Some(next) = &page.next {
            // The same for a position that a rejected row of the future led to. The export leaves
            // out the last minute, so nothing lies beyond. But it is Zendesk that names it: where
            // its `Date` is later than account time, that is behind.
            let latest = time.position_max(self.at_least(time.zendesk_now()), hold_back_seconds);
            self.position = Some(next.no_later_than(latest));
        }
        let end = time.given_at().filter(|_| page.end_of_stream);
        let true_as_of = end
            .map(|given_at| given_at.plus(-hold_back_seconds))
            .or(self.position_timestamp)
            .map(|as_of| as_of.min(certain_now));
        self.data_timestamp = self.data_timestamp.max(true_as_of);
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

    /// Share of the way from the first row to now that is done, 0 to 1.
    pub(super) fn ratio(&self, account_now: UnixSeconds) -> f64 {
        ratio(self.first_row, self.position_timestamp, account_now)
    }
}
