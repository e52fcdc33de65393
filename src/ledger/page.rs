//! A page of an export with the walk and the time of its answer, as the ledger receives it.

use std::time::Duration;

use super::answer_time::AnswerTime;
use super::transition::is_from_the_future;
use crate::source::Page;
use crate::ticket::UnixSeconds;

/// The walk that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The main walk, which moves the position.
    Main,
    /// A replay of the last minutes, for rows that Zendesk made visible late. It changes records, but never the
    /// position.
    Replay,
    /// A resync, which reads the whole export to find missing tickets. It changes records, but never the position.
    Resync,
}

impl Walk {
    /// How many walks there are. What is kept for each of them is in the order of the variants.
    pub const COUNT: usize = Self::Resync as usize + 1;
}

/// A page that was read, and when its answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRead {
    /// The walk that requested the page.
    pub walk: Walk,
    /// The rows, and the position of the next page.
    pub page: Page,
    /// When the answer came.
    pub time: AnswerTime,
}

impl PageRead {
    /// The times that order the page, of the rows that the ledger accepts, in the order of the rows. A time of 0,
    /// which some old tickets have, is left out because it is not a time.
    pub(super) fn order_keys(&self) -> impl DoubleEndedIterator<Item = UnixSeconds> {
        let latest_now = self.time.latest_now();
        let keys = self.page.order_times();
        keys.filter(move |key| key.0 > 0 && !is_from_the_future(*key, latest_now))
    }

    /// The order keys of the first and the last row that the ledger accepts.
    pub(super) fn first_and_last_key(&self) -> Option<(UnixSeconds, UnixSeconds)> {
        let mut keys = self.order_keys();
        let first = keys.next()?;
        Some((first, keys.next_back().unwrap_or(first)))
    }
}

/// The time `overlap` before the latest row of a walk, or `start_time` if the walk has read no row.
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

/// The share of the time from the first row of a walk to now that was read, 0 to 1. Example: from 1,000 to now
/// 2,000, a walk at 1,250 has 0.25.
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
