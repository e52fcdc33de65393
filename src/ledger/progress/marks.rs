//! The marks of a walk: position, high-water mark and freshness.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ledger::page::{PageRead, before, ratio};
use crate::source::Position;
use crate::ticket::UnixSeconds;

/// The marks of a walk in sources whose rows have the same order.
///
/// The two exports share these marks, because their rows have one order, `generated_timestamp`. The position
/// belongs to one of them, which its [`kind`](Position::kind) says; the other one continues some minutes before the
/// high-water mark. The list of tickets has another order, `updated_at`, so it has marks of its own.
///
/// Example: a page of the cursor-based export ends with a row of 10:00:30, and is not the last page. Then the
/// high-water mark and `data_timestamp` are 10:00:30. If it is the last page and its answer came at 10:05:00, the
/// export shows every row until 10:04:00, so `data_timestamp` is 10:04:00.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Where the next page begins; `None` before the first answer.
    pub position: Option<Position>,
    /// The time of the last row before the position, by the order of the source.
    pub position_timestamp: Option<UnixSeconds>,
    /// The time of the first row that was ever read.
    pub first_row: Option<UnixSeconds>,
    /// The greatest such time that the walk has read; never falls.
    pub high_water: Option<UnixSeconds>,
    /// The time up to which the ledger is complete; never falls.
    pub data_timestamp: Option<UnixSeconds>,
}

impl Marks {
    /// Updates the marks after a page of the main walk.
    pub(super) fn pass(&mut self, read: &PageRead) {
        let PageRead { page, time, .. } = read;
        if let Some((first, last)) = read.first_and_last_key() {
            self.first_row.get_or_insert(first);
            self.position_timestamp = Some(last);
        }
        // Limited to now: with a key from the future, a later restart would skip rows.
        let certain_now = time.certain_now();
        let greatest = read.order_keys().max().map(|key| key.min(certain_now));
        self.high_water = self.high_water.max(greatest);
        let hold_back_seconds = page.source.sees().hold_back_seconds;
        if let Some(next) = &page.next {
            // The same applies to a position after a rejected row from the future. The export leaves out the last
            // minute, so no row is later. But Zendesk sets the position by its own clock, so account time is not
            // the limit if the `Date` is later.
            let latest = time.position_max(self.at_least(time.zendesk_now()), hold_back_seconds);
            self.position = Some(next.no_later_than(latest));
        }
        let end = time.given_at().filter(|_| page.end_of_stream);
        // At the end of the stream everything was read except what the source holds back; before it, only up to the
        // last row.
        let true_as_of = end
            .map(|given_at| given_at.plus(-hold_back_seconds))
            .or(self.position_timestamp)
            .map(|as_of| as_of.min(certain_now));
        self.data_timestamp = self.data_timestamp.max(true_as_of);
    }

    /// Updates the marks after a page of the list. The position moves only over rows that need not be read again.
    /// `moves_freshness` says whether the ledger is complete up to where the list was read.
    pub(super) fn pass_list(&mut self, read: &PageRead, moves_freshness: bool) {
        let certain_now = read.time.certain_now();
        if let Some((first, _)) = read.first_and_last_key() {
            self.first_row.get_or_insert(first);
        }
        let greatest = read.order_keys().max().map(|key| key.min(certain_now));
        self.high_water = self.high_water.max(greatest);
        if let Some((position, last)) = read.settled_position(self.high_water) {
            self.position = Some(position);
            self.position_timestamp = Some(last.min(certain_now));
        }
        if moves_freshness {
            let end = read.time.given_at().filter(|_| read.page.end_of_stream);
            let true_as_of = end.or(self.position_timestamp);
            self.data_timestamp = self
                .data_timestamp
                .max(true_as_of.map(|as_of| as_of.min(certain_now)));
        }
    }

    /// Account time, but not before the high-water mark. If it is, the local clock is slow, or Zendesk's clock is
    /// not known yet.
    pub fn at_least(&self, account_now: UnixSeconds) -> UnixSeconds {
        self.high_water
            .map_or(account_now, |mark| account_now.max(mark))
    }

    /// Where a walk starts that cannot continue from its position: `overlap` before the high-water mark, or at
    /// `start_time` if nothing was read.
    pub fn restart(&self, start_time: UnixSeconds, overlap: Duration) -> UnixSeconds {
        before(self.high_water, start_time, overlap)
    }

    /// The share of the time from the first row to now that was read, 0 to 1.
    pub fn ratio(&self, account_now: UnixSeconds) -> f64 {
        ratio(self.first_row, self.position_timestamp, account_now)
    }
}
