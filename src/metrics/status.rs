//! The status of an account as plain values, for the status page and its JSON.
//!
//! PURE. It contains numbers of tickets only, and nothing about persons.

use super::account_state::AccountState;
use super::problem::Problem;
use super::source_status::{SourceStatus, WalkStatus};
use crate::ledger::{Cell, Dimension, family};
use crate::ticket::{Priority, Status, UnixSeconds};

/// The status of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountStatus {
    /// The account's name in the settings.
    pub account: String,
    /// The values that the gauges also show.
    pub state: AccountState,
    /// What else there is to say of the sources.
    pub sources: SourceStatus,
    /// Whether the walk through the truth has reached its end since the start.
    pub is_caught_up: bool,
    /// Whether reading has stopped because the state on disk is damaged.
    pub is_stopped: bool,
    /// When the next request is due, by the local clock at the time of publishing. If this time has passed, the
    /// request is running. `None` if no further request will be sent.
    pub next_attempt_at: Option<UnixSeconds>,
    /// Whether the next request waits because changed credentials were tried less than a minute before.
    pub waits_to_try_login: bool,
    /// When the first sync will end at its average speed since the start, as estimated at the time of publishing.
    pub initial_sync_ends_at: Option<UnixSeconds>,
    /// The same for the resync that is running.
    pub resync_ends_at: Option<UnixSeconds>,
    /// When the resync reads the end of the export again, if it waits for that.
    pub resync_settles_at: Option<UnixSeconds>,
    /// The request limits that the latest answer stated.
    pub limits: Vec<RequestLimit>,
    /// The latest failure since the start.
    pub problem: Option<Problem>,
    /// `None` until the first sync is complete.
    pub tickets: Option<TicketCounts>,
    /// Whether the settings select other tickets than before. Until a resync has read them, `tickets` are those of
    /// the earlier settings.
    pub settings_changed: bool,
}

impl AccountStatus {
    /// The status of an account to which no request was sent since the start.
    pub fn new(account: String, state: AccountState) -> Self {
        Self {
            account,
            state,
            sources: SourceStatus::default(),
            is_caught_up: false,
            is_stopped: false,
            next_attempt_at: None,
            waits_to_try_login: false,
            initial_sync_ends_at: None,
            resync_ends_at: None,
            resync_settles_at: None,
            limits: Vec::new(),
            problem: None,
            tickets: None,
            settings_changed: false,
        }
    }
}

/// A request limit as Zendesk stated it. A value that Zendesk left out is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLimit {
    /// `account`, or the name of an endpoint's own limit.
    pub name: String,
    /// Requests allowed per window.
    pub limit: Option<u64>,
    /// Requests left in this window, of all programs that share it.
    pub remaining: Option<u64>,
    /// When the window ends, by account time.
    pub resets_at: Option<UnixSeconds>,
}

/// What an account is doing, or why not, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountCondition {
    /// Reading has stopped, because the state is damaged.
    Stopped,
    /// The latest request failed.
    Failing,
    /// No answer has come since the start.
    Starting,
    /// The first sync is running.
    FirstSync,
    /// Some changes have not been read yet.
    CatchingUp,
    /// Everything that Zendesk gives out was read, but the data is not fresh.
    Behind,
    /// Everything that Zendesk gives out was read.
    Current,
}

impl AccountCondition {
    /// The value of `state` in the JSON of the status.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Failing => "failing",
            Self::Starting => "starting",
            Self::FirstSync => "first_sync",
            Self::CatchingUp => "catching_up",
            Self::Behind => "behind",
            Self::Current => "current",
        }
    }
}

/// Data older than this is not fresh, in seconds. The alerts use the same limit.
const FRESH_SECONDS: i64 = 600;

impl AccountStatus {
    /// When the next request is due, if that is after `now`.
    pub fn next_attempt(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.next_attempt_at.filter(|at| *at > now)
    }

    /// When a walk is expected to end, as of `now`.
    pub fn walk_end(&self, walk: WalkStatus, now: UnixSeconds) -> Option<UnixSeconds> {
        self.still_to_come(walk.ends_at, now)
    }

    /// When the first sync is expected to end, as of `now`.
    pub fn initial_sync_end(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.still_to_come(self.initial_sync_ends_at, now)
    }

    /// When the resync is expected to end, as of `now`.
    pub fn resync_end(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        let end = self.still_to_come(self.resync_ends_at, now);
        end.max(self.resync_settles_at)
    }

    /// An expected end that is still ahead. A walk ends with an answer, so not before the next request. An end that
    /// has passed is no longer shown.
    fn still_to_come(&self, end: Option<UnixSeconds>, now: UnixSeconds) -> Option<UnixSeconds> {
        // The answer that ends the walk comes with the next request at the earliest.
        let end = end?.max(self.next_attempt_at.unwrap_or(UnixSeconds(0)));
        (end > now).then_some(end)
    }

    /// What the account is doing at `now`.
    pub fn condition(&self, now: UnixSeconds) -> AccountCondition {
        let data = self.state.data_timestamp;
        let is_fresh = data.is_some_and(|at| now.since(at) <= FRESH_SECONDS);
        match self.state.up {
            _ if self.is_stopped => AccountCondition::Stopped,
            Some(false) => AccountCondition::Failing,
            None => AccountCondition::Starting,
            Some(true) if !self.state.initial_sync_complete => AccountCondition::FirstSync,
            Some(true) if !self.is_caught_up => AccountCondition::CatchingUp,
            Some(true) if !is_fresh => AccountCondition::Behind,
            Some(true) => AccountCondition::Current,
        }
    }
}

/// Tickets by status and priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TicketCounts([[u64; Priority::ALL.len()]; Status::ALL.len()]);

impl TicketCounts {
    /// Adds up the cells of the aggregates.
    pub fn from_cells(cells: impl Iterator<Item = (Cell, u64)>) -> Self {
        let mut counts = Self::default();
        for (cell, value) in cells.filter(|(cell, _)| cell.family() == family::TICKETS) {
            let labels = cell.values();
            let [status, priority] =
                [Dimension::Status, Dimension::Priority].map(|label| usize::from(labels[label]));
            counts.0[status][priority] += value;
        }
        counts
    }

    /// The number of tickets with this status and priority.
    pub fn count(&self, status: Status, priority: Priority) -> u64 {
        self.0[usize::from(status.index())][usize::from(priority.index())]
    }

    /// The number of tickets with this status and any priority.
    pub fn count_of_status(&self, status: Status) -> u64 {
        self.0[usize::from(status.index())].iter().sum()
    }
}
