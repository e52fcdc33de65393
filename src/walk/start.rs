//! Where the next page of a walk begins.

use std::time::Duration;

use crate::source::{Position, SourceKind};
use crate::ticket::UnixSeconds;

/// How far before its latest row a walk starts over whose cursor is lost, or whose source is another
/// one now. Rows become visible some minutes late.
pub(super) const RESTART_OVERLAP: Duration = Duration::from_secs(15 * 60);

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
        self.not_too_recent(goes_on.unwrap_or(&Position::Time(restart)), account_now)
    }

    /// Where a replay begins: its window before what the source holds back, but not before `start_time`,
    /// because older tickets are not read at all. Example: at 12:00:00, with 60 s held back and a window
    /// of 15 min, the replay begins at 11:44:00.
    pub(super) fn replay_start(self, account_now: UnixSeconds) -> Position {
        let window = i64::try_from(self.replay_window.as_secs()).unwrap_or(i64::MAX);
        let time = account_now
            .plus(-self.source.sees().hold_back_seconds)
            .plus(-window);
        self.not_too_recent(&Position::Time(time.max(self.start_time)), account_now)
    }

    /// The same position, or the latest time that Zendesk takes: it must lie further back than what
    /// the source holds back.
    pub(super) fn not_too_recent(self, position: &Position, account_now: UnixSeconds) -> Position {
        let hold_back_seconds = self.source.sees().hold_back_seconds;
        position.no_later_than(account_now.plus(-hold_back_seconds - 1))
    }
}
