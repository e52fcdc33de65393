//! What there is to say of an account beside its metrics: plain values, published with them, for
//! the status page and its JSON.
//!
//! PURE. Nothing of a ticket but numbers, and nothing of people.

use super::account_state::AccountState;
use crate::ledger::{Cell, Dimension, family};
use crate::source::SourceKind;
use crate::ticket::{Priority, Status, UnixSeconds};

/// How an account is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountStatus {
    /// Its name in the settings.
    pub account: String,
    /// What the gauges show too.
    pub state: AccountState,
    /// Which export is read.
    pub source: SourceKind,
    /// Whether the walk has reached the end of the export since the start.
    pub is_caught_up: bool,
    /// Whether nothing is read any more, as the state on disk is damaged.
    pub is_stopped: bool,
    /// When the next request is due by our clock, as of what was published; it is under way once this
    /// has passed. `None` if nothing is asked any more.
    pub next_attempt_at: Option<UnixSeconds>,
    /// Whether that is later because a changed login was tried less than a minute before.
    pub waits_to_try_login: bool,
    /// When the first sync will end, if it goes on as it did since the start, as of what was
    /// published.
    pub initial_sync_ends_at: Option<UnixSeconds>,
    /// The same of the resync that is under way.
    pub resync_ends_at: Option<UnixSeconds>,
    /// When the resync reads the end of the export again, if that is what it waits for.
    pub resync_settles_at: Option<UnixSeconds>,
    /// What the latest answer said about limits of requests.
    pub limits: Vec<RequestLimit>,
    /// The latest failure since the start.
    pub problem: Option<Problem>,
    /// `None` until the first sync is complete.
    pub tickets: Option<TicketCounts>,
    /// Whether the settings ask for other tickets than before: until a resync has read them, `tickets`
    /// are those that the earlier settings asked for.
    pub settings_changed: bool,
}

impl AccountStatus {
    /// An account that has not been asked since the start.
    pub const fn new(account: String, source: SourceKind, state: AccountState) -> Self {
        Self {
            account,
            state,
            source,
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

/// A limit of requests, as Zendesk told it. `None` is what it left out.
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

/// A failure in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// When, by our clock.
    pub at: UnixSeconds,
    /// The value of label `reason` that it was counted under.
    pub reason: &'static str,
    /// What happened.
    pub message: String,
    /// What somebody can do about it, where the message does not say it.
    pub advice: Option<&'static str>,
    /// Whether a request has succeeded since.
    pub is_over: bool,
}

/// What an account is doing, or why it is not, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountCondition {
    /// Nothing is read: the state is damaged.
    Stopped,
    /// The latest request failed.
    Failing,
    /// No answer has come since the start.
    Starting,
    /// The first sync is under way.
    FirstSync,
    /// There are changes that were not read yet.
    CatchingUp,
    /// All is read that Zendesk gives out, and that is not fresh.
    Behind,
    /// All is read that Zendesk gives out.
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

/// Data that is older is not fresh; the alerts judge the same.
const FRESH_SECONDS: i64 = 600;

impl AccountStatus {
    /// When the next request is due, if it is still to come at `now`.
    pub fn next_attempt(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.next_attempt_at.filter(|at| *at > now)
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

    /// An end that is expected: a walk ends with an answer, which no request brings before the next
    /// one, and one that should have come says nothing.
    fn still_to_come(&self, end: Option<UnixSeconds>, now: UnixSeconds) -> Option<UnixSeconds> {
        let end = end?.max(self.next_attempt_at.unwrap_or(UnixSeconds(0)));
        (end > now).then_some(end)
    }

    /// What it is busy with at `now`.
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

    /// How many there are.
    pub fn count(&self, status: Status, priority: Priority) -> u64 {
        self.0[usize::from(status.index())][usize::from(priority.index())]
    }

    /// How many there are of all priorities.
    pub fn count_of_status(&self, status: Status) -> u64 {
        self.0[usize::from(status.index())].iter().sum()
    }
}
