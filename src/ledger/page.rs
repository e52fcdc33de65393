//! A page of tickets with the walk and the time of its answer, as the ledger receives it.

use std::time::Duration;

use super::answer_time::{AnswerDate, AnswerTime};
use super::transition::is_from_the_future;
use crate::source::{Page, Position};
use crate::ticket::UnixSeconds;

/// The walk that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The main walk through an export, which moves the position in the exports.
    Main,
    /// A replay of the last minutes, for rows that Zendesk made visible late. It changes records, but never the
    /// position.
    Replay,
    /// A resync, which reads the whole source again, to find missing tickets in an export. It changes records, but
    /// never the position.
    Resync,
    /// The walk through the list of tickets, which moves the position in the list.
    List,
    /// The walk through the list of deleted tickets, which has a position of its own.
    Deleted,
    /// A verify round, which asks for tickets by their ids, because the list does not show every change.
    Verify,
    /// The walk over all ids, which reads archived tickets once.
    Archive,
}

impl Walk {
    /// How many walks there are. What is kept for each of them is in the order of the variants.
    pub const COUNT: usize = Self::Archive as usize + 1;
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

    /// Where the next walk through a list begins after this page, and the time of the last row before that. `None` if
    /// the page must be read again: one of its rows is too recent, its last row cannot be believed, or its rows are not
    /// in order. Nobody knows then which rows the position would leave out.
    ///
    /// An answer without a `Date` that can be believed is at least as late as `high_water`, the latest row that the list
    /// has shown. So such a list is read from its beginning twice, and from then on as any other.
    ///
    /// Example: a page was sent at 12:00:00. If its last row is of 11:57:59, the next walk begins after the page. If
    /// it is of 11:58:01, the next walk reads the page again.
    pub(super) fn settled_position(
        &self,
        high_water: Option<UnixSeconds>,
    ) -> Option<(Position, UnixSeconds)> {
        let next = self.page.next.as_ref()?;
        let settled_until = self
            .settled_until()
            .or_else(|| Some(high_water?.plus(-LIST_SETTLES_SECONDS)))?;
        let last = self.page.last_order_time().filter(|last| last.0 > 0)?;
        let mut times = self.page.order_times();
        let is_settled = times.all(|time| time <= settled_until) && !self.is_out_of_order();
        is_settled.then(|| (next.clone(), last))
    }

    /// Whether this page of a list is not in the order of its rows, so that a position in the list says nothing. Recent
    /// rows are left out: a ticket that is updated while Zendesk makes the answer can have its new time at its old
    /// place.
    pub fn is_out_of_order(&self) -> bool {
        let is_listed = match self.walk {
            Walk::List | Walk::Deleted => true,
            Walk::Resync => !self.page.source.is_export(),
            Walk::Main | Walk::Replay | Walk::Verify | Walk::Archive => false,
        };
        let settled_until = self.settled_until().filter(|_| is_listed);
        settled_until.is_some_and(|until| {
            let times = self.page.order_times().filter(|time| *time <= until);
            !times.is_sorted()
        })
    }

    /// The time up to which the answer of a list shows every row; `None` if no `Date` says when it was sent.
    fn settled_until(&self) -> Option<UnixSeconds> {
        match self.time.date {
            AnswerDate::Believed(sent_at) => Some(sent_at.plus(-LIST_SETTLES_SECONDS)),
            AnswerDate::Missing | AnswerDate::Doubted(_) => None,
        }
    }

    /// The order keys of the first and the last row that the ledger accepts.
    pub(super) fn first_and_last_key(&self) -> Option<(UnixSeconds, UnixSeconds)> {
        let mut keys = self.order_keys();
        let first = keys.next()?;
        Some((first, keys.next_back().unwrap_or(first)))
    }
}

/// How much older than its answer the last row of a page of a list must be, so that the page need not be read again.
/// Zendesk can make a row visible some seconds late, and its replicas lag.
const LIST_SETTLES_SECONDS: i64 = 120;

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
