//! When replays and resyncs are due, by what the state says.

use std::time::Duration;

use super::pacing::ResyncPacing;
use super::{ListRole, Schedule};
use crate::clock::Moment;
use crate::ledger::Progress;
use crate::ticket::UnixSeconds;

impl Schedule {
    /// The state has come this far: it says when the next replay and the next request of a resync
    /// are due. Nothing is due before the main walk has caught up.
    ///
    /// What was decided stays as long as the state says the same. Said again, it would differ by
    /// parts of a second, as times in the state have whole seconds.
    pub fn on_progress(&mut self, progress: &Progress, now: Moment) {
        if !self.caught_up || self.list.role() == ListRole::Truth {
            return;
        }
        if self.replay_at.is_none() {
            self.on_replayed_at(progress.replayed_at, now);
        }
        let every = self.pacing.resync.map(|resync| resync.every);
        let stored_due = every.and_then(|every| progress.resync.request_due(every));
        if stored_due != self.resync.stored_due {
            self.plan_resync(progress, now);
        }
    }

    /// Account time was set: whatever is due by it is decided anew.
    pub fn on_account_time_set(&mut self, progress: &Progress, now: Moment) {
        if self.caught_up && self.list.role() != ListRole::Truth {
            self.on_replayed_at(progress.replayed_at, now);
            self.plan_resync(progress, now);
        }
    }

    fn plan_resync(&mut self, progress: &Progress, now: Moment) {
        let Some(ResyncPacing { every, .. }) = self.pacing.resync else {
            return;
        };
        self.resync.stored_due = progress.resync.request_due(every);
        let account_now = self.account_clock.now(now);
        let due = progress.resync.request_due_by(every, account_now);
        self.set_resync_due(due, now);
    }

    pub(super) fn set_resync_due(&mut self, due: Option<UnixSeconds>, now: Moment) {
        self.resync.set_due(due, now, &self.account_clock);
    }

    /// The replay that was last done ended at `replayed_at` by account time: the next one is due
    /// `replay_every` later, or at once if that has passed.
    pub(super) fn on_replayed_at(&mut self, replayed_at: Option<UnixSeconds>, now: Moment) {
        let Some(every) = self.pacing.replay_every else {
            return;
        };
        let account_now = self.account_clock.now(now);
        let every_seconds = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        let wait = replayed_at.map_or(every_seconds, |at| {
            at.plus(every_seconds)
                .since(account_now)
                // A time in the future was written by a clock that was wrong.
                .clamp(0, every_seconds)
        });
        self.replay_at = Some(now.monotonic + Duration::from_secs(wait.unsigned_abs()));
    }

    pub(super) fn put_replay_off(&mut self, now: Moment) {
        let every = self.pacing.replay_every;
        self.replay_at = every.map(|every| now.monotonic + every);
    }
}
