//! Where the next page of a walk begins.

use std::time::Duration;

use crate::source::{HOLD_BACK_SECONDS, Position, SourceKind};
use crate::ticket::UnixSeconds;

/// How far before its latest row a walk starts over whose cursor is lost, or whose source is another
/// one now. Rows become visible some minutes late.
pub(super) const RESTART_OVERLAP: Duration = Duration::from_secs(15 * 60);

/// A `start_time` must lie more than a minute back.
const START_TIME_AGE_SECONDS_MIN: i64 = HOLD_BACK_SECONDS + 1;

/// The settings that say where walks begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkSettings {
    /// Which export is read.
    pub source: SourceKind,
    /// Where the first walk begins.
    pub start_time: UnixSeconds,
    /// How far back a replay begins.
    pub replay_window: Duration,
}

impl WalkSettings {
    /// The latest `position` of a walk if this source can go on there, else `restart`; in any case a
    /// time that Zendesk takes at `account_now`.
    pub(super) fn go_on(
        self,
        position: Option<&Position>,
        restart: UnixSeconds,
        account_now: UnixSeconds,
    ) -> Position {
        let goes_on = position.filter(|position| position.kind() == self.source);
        not_too_recent(goes_on.unwrap_or(&Position::Time(restart)), account_now)
    }

    /// Where a replay begins: its window before the held-back minute, but not before `start_time`,
    /// which says which tickets are wanted at all.
    pub(super) fn replay_start(self, account_now: UnixSeconds) -> Position {
        let window = i64::try_from(self.replay_window.as_secs()).unwrap_or(i64::MAX);
        let time = account_now.plus(-HOLD_BACK_SECONDS).plus(-window);
        not_too_recent(&Position::Time(time.max(self.start_time)), account_now)
    }
}

/// The same position, or the latest time that Zendesk takes.
pub(super) fn not_too_recent(position: &Position, account_now: UnixSeconds) -> Position {
    position.no_later_than(account_now.plus(-START_TIME_AGE_SECONDS_MIN))
}
