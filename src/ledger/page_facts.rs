//! What a page says beside its rows, and how far a walk has come by its pages.

use std::time::Duration;

use super::answer_time::AnswerTime;
use crate::source::PageStart;
use crate::ticket::UnixSeconds;

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
