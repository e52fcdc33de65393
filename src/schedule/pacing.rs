//! The settings that pace requests, and the bounds that no setting moves.

use std::time::Duration;

use super::backoff::Retry;

/// Most pages of one poll. A poll that reads more is counted as several, so that its figures
/// appear while a long first sync runs; the next one starts at once.
pub(super) const PAGES_PER_POLL_MAX: u32 = 100;

/// Shortest time between two counts of one status. The search index is minutes old anyway.
pub const SEARCH_COUNTS_EVERY_MIN: Duration = Duration::from_secs(60);

/// The settings that pace requests.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    /// Requests to the export per clock minute.
    pub requests_per_minute: u32,
    /// The wait after an answer that had nothing more to come.
    pub poll_interval: Duration,
    /// Rows asked for per page while all goes well.
    pub page_size: u32,
    /// How failures are retried.
    pub retry: Retry,
    /// How often the last minutes are read again; `None` for never.
    pub replay_every: Option<Duration>,
    /// What paces the walk over the whole export; `None` for never.
    pub resync: Option<ResyncPacing>,
    /// What paces the requests to the list of tickets.
    pub list: ListPacing,
}

/// What paces the walk over the whole export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResyncPacing {
    /// The time from the end of one to the beginning of the next.
    pub every: Duration,
    /// Its requests per clock minute, which are also charged to the account's.
    pub requests_per_minute: u32,
}

/// What paces the requests to the list of tickets, and to what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPacing {
    /// The share of the account's request limit that may be used, in percent.
    pub budget_percent: u32,
    /// How often the list is read between the polls of an export; `None` for never.
    pub fast_lane: Option<Duration>,
    /// The time from the beginning of a verify round to that of the next. One that takes longer is followed at once.
    pub verify_every: Duration,
    /// The same for readings of the list of deleted tickets, while the list of tickets is the truth.
    pub deleted_every: Duration,
}

impl ListPacing {
    /// The defaults of the settings.
    pub const DEFAULT: Self = Self {
        budget_percent: 10,
        fast_lane: None,
        verify_every: Duration::from_secs(3600),
        deleted_every: Duration::from_secs(300),
    };
}

impl Pacing {
    /// Longest wait after a failure that passes by itself.
    pub(super) fn passing_max(&self) -> Duration {
        self.retry.passing_max(self.poll_interval)
    }
}
