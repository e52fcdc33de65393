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
    pub fn of_cells(cells: impl Iterator<Item = (Cell, u64)>) -> Self {
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
    pub fn of(&self, status: Status, priority: Priority) -> u64 {
        self.0[usize::from(status.index())][usize::from(priority.index())]
    }

    /// How many there are of all priorities.
    pub fn with(&self, status: Status) -> u64 {
        self.0[usize::from(status.index())].iter().sum()
    }
}

/// How fast a walk has gone since this process first saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace(Option<Seen>);

/// What was seen of a walk.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    began: UnixSeconds,
    /// The share that was done then.
    first: f64,
    /// The greatest share so far, and how many pages brought it on.
    latest: f64,
    pages: u32,
}

impl Pace {
    /// Takes the share that is done at `now`, `None` or 1 for a walk that is not under way, and says
    /// when the rest will be done at this pace, but no sooner than so many requests a minute can
    /// bring it: the first ones of a minute come faster than they go on.
    pub fn expected_end(
        &mut self,
        ratio: Option<f64>,
        now: UnixSeconds,
        requests_per_minute: u32,
    ) -> Option<UnixSeconds> {
        let Some(ratio) = ratio.filter(|ratio| (0.0..1.0).contains(ratio)) else {
            self.0 = None;
            return None;
        };
        let new = Seen {
            began: now,
            first: ratio,
            latest: ratio,
            pages: 0,
        };
        // Less than at first is of another walk.
        let seen = match &mut self.0 {
            Some(seen) if ratio >= seen.first => seen,
            other => other.insert(new),
        };
        if ratio > seen.latest {
            seen.latest = ratio;
            seen.pages = seen.pages.saturating_add(1);
        }
        let (took, done) = (now.since(seen.began), ratio - seen.first);
        if took < 0 || done <= 0.0 {
            return None;
        }
        let as_so_far = (1.0 - ratio) * took as f64 / done;
        let pages_left = (1.0 - ratio) * f64::from(seen.pages) / done;
        let allowed = pages_left * 60.0 / f64::from(requests_per_minute.max(1));
        let left = as_so_far.max(allowed);
        (left < LEFT_SECONDS_MAX).then(|| now.plus(left as i64))
    }
}

/// Longer than this (ten years) is no forecast.
const LEFT_SECONDS_MAX: f64 = 315_360_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_ends_as_far_off_as_its_pace_since_the_start_says() {
        let mut pace = Pace::default();
        let table = [
            (None, 0, None),
            // It had come this far before the program began.
            (Some(0.5), 1_000, None),
            (Some(0.5), 1_010, None),
            (Some(0.6), 1_100, Some(1_500)),
            (Some(0.75), 1_100, Some(1_200)),
            (Some(1.0), 1_200, None),
            // The next one.
            (Some(0.1), 2_000, None),
            (Some(0.2), 2_100, Some(2_900)),
            (Some(0.0), 3_000, None),
            (Some(f64::NAN), 3_001, None),
        ];
        for (ratio, now, expected) in table {
            let end = pace.expected_end(ratio, UnixSeconds(now), 600);
            let expected = expected.map(UnixSeconds);
            // Shares are not exact.
            let is_near = match (end, expected) {
                (Some(end), Some(expected)) => end.since(expected).abs() <= 1,
                (end, expected) => end == expected,
            };
            assert!(is_near, "{ratio:?} at {now}: {end:?}");
        }
    }

    #[test]
    fn a_walk_ends_no_sooner_than_its_requests_allow() {
        let mut pace = Pace::default();
        // Eight pages in four seconds: a minute's requests. 72 pages are left, eight a minute.
        let mut end = None;
        for page in 0..=8 {
            let ratio = f64::from(page) / 80.0;
            let now = UnixSeconds(1_000 + i64::from(page) / 2);
            end = pace.expected_end(Some(ratio), now, 8);
        }
        let end = end.expect("two pages were seen");
        assert!(end.since(UnixSeconds(1_004 + 540)).abs() <= 1, "{end:?}");
        // Slower than that, the walk is as slow as it is.
        let end = pace.expected_end(Some(0.1), UnixSeconds(2_000), 8);
        assert_eq!(end, Some(UnixSeconds(2_000 + 9_000)));
    }
}
