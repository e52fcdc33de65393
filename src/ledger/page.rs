//! A page of an export on its way into the ledger.

use std::time::Duration;

use super::answer_time::AnswerTime;
use super::transition::is_from_the_future;
use crate::source::Page;
use crate::ticket::UnixSeconds;

/// The walk that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The walk that moves the position.
    Main,
    /// The last minutes read again for rows made visible late: touches rows, never the position.
    Replay,
    /// The whole export read again, to find what left it: touches rows, never the position.
    Resync,
}

/// A page that was read, and the circumstances of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRead {
    /// The walk that asked for the page.
    pub walk: Walk,
    /// The rows, and where the next page begins.
    pub page: Page,
    /// When the answer came.
    pub time: AnswerTime,
}

impl PageRead {
    /// The order keys of the rows that the ledger takes, in the order of the rows. A key of 0, which
    /// some old tickets have, is left out: it dates nothing.
    pub(super) fn order_keys(&self) -> impl DoubleEndedIterator<Item = UnixSeconds> {
        let latest_now = self.time.latest_now();
        let keys = self.page.tickets().map(|change| change.order_key);
        keys.filter(move |key| key.0 > 0 && !is_from_the_future(*key, latest_now))
    }

    /// The order keys of the first and of the last row that the ledger takes.
    pub(super) fn first_and_last_key(&self) -> Option<(UnixSeconds, UnixSeconds)> {
        let mut keys = self.order_keys();
        let first = keys.next()?;
        Some((first, keys.next_back().unwrap_or(first)))
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
