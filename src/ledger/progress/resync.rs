//! The resync: a walk over the whole export that finds tickets which are missing from it.
//!
//! PURE. Tickets that were deleted permanently are in no answer. So the whole export is read again from time to
//! time. Every record that this walk or a poll sees gets a mark, and the records without the mark are removed at
//! the end:
//!
//! ```text
//! Walk ──end of the stream──▶ Settle ──end──▶ Count ──few enough──▶ Sweep ──▶ complete
//!  (requests)          (late rows again)     (records)     └─too many──▶ refused
//! ```
//!
//! A row that cannot be used still shows that its ticket exists, if its id can be read. For each row without an id,
//! one record that was not seen is spared, because it may be the record of that row.
//!
//! Each step is stored in the transaction of its page or run of records, so a crash repeats one step with the same
//! result. The stages are private: callers only pass pages and records, and states store a resync as a whole.
//!
//! Example: the walk has mark 300. Tickets 1 and 3 are in the export and get 300, ticket 2 keeps 299. After the
//! walk only ticket 2 is removed.

mod run;

mod status_text;

mod sweep;

pub use sweep::{
    BEYOND_MAX, IdRange, RECORDS_LOOKED_AT_MAX, Refusal, ResyncEnd, SWEPT_MAX, SWEPT_ONE_IN_MIN,
};
pub(in crate::ledger) use sweep::{Judging, Looked};

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ledger::page::{PageRead, before, ratio};
use crate::source::Position;
use crate::ticket::UnixSeconds;
use run::{Run, Stage, run_unless_it_takes_off_marks};
pub use run::{SETTLE_SECONDS, Unseen};

/// The most that a stored time may lie ahead after account time was corrected.
const AHEAD_SECONDS_MAX: i64 = 5 * 60;

/// The progress that is shown from the end of the walk until the records are removed.
const WALKED_RATIO: f64 = 0.99;

/// The mark of the first walk. Marks up to 255 have one byte in old records, and earlier versions used each of them
/// again.
const MARK_FIRST: u64 = 256;

/// The state of resyncs. Stored with the position, in this form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resync {
    /// The mark that records of seen tickets get: 0 before the first walk, then a greater one for each walk.
    mark: u64,
    /// When the latest walk ended, by account time, complete or refused. Before the first one, when the initial
    /// sync was complete. `None` if a walk is due at once.
    ended_at: Option<UnixSeconds>,
    /// Whether the settings select other tickets, or need more from each, than when the latest complete walk ran: a
    /// missing ticket then has not vanished.
    settings_changed: bool,
    /// Whether the settings selected other tickets when an export was last read completely.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scope_changed: bool,
    /// The walk that is running.
    #[serde(deserialize_with = "run_unless_it_takes_off_marks")]
    run: Option<Run>,
    /// The number of tickets that were removed as vanished.
    vanished: u64,
    /// The number of refused sweeps.
    refused: u64,
}

impl Resync {
    /// The state before the first walk.
    pub const NONE: Self = Self {
        mark: 0,
        ended_at: None,
        settings_changed: false,
        scope_changed: false,
        run: None,
        vanished: 0,
        refused: 0,
    };

    /// The mark that records of seen tickets get now.
    pub(in crate::ledger) const fn mark(&self) -> u64 {
        self.mark
    }

    /// The number of tickets that were removed as vanished.
    pub const fn vanished(&self) -> u64 {
        self.vanished
    }

    /// The number of refused sweeps.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// When the latest walk ended, by account time.
    pub const fn ended_at(&self) -> Option<UnixSeconds> {
        self.ended_at
    }

    /// Whether the settings select other tickets, or need more from each, than when the latest complete walk ran.
    pub const fn settings_changed(&self) -> bool {
        self.settings_changed
    }

    /// Whether the settings selected other tickets when an export was last read completely.
    pub(super) const fn scope_changed(&self) -> bool {
        self.scope_changed
    }

    /// Whether a walk is running, from its first page to its last record.
    pub const fn is_under_way(&self) -> bool {
        self.run.is_some()
    }

    /// Where the next page begins, if an answer said so.
    pub fn position(&self) -> Option<&Position> {
        self.run.as_ref()?.position.as_ref()
    }

    /// When the next request is due, by account time, if resyncs begin every `every`. `None` while records are
    /// processed instead.
    pub fn request_due(&self, every: Duration) -> Option<UnixSeconds> {
        let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        match self.run.as_ref().map(|run| run.stage) {
            None => Some(self.ended_at.map_or(UnixSeconds(0), |at| at.plus(every))),
            Some(Stage::Walk) => Some(UnixSeconds(0)),
            Some(Stage::Settle { from }) => Some(from),
            Some(Stage::Count { .. } | Stage::Sweep { .. }) => None,
        }
    }

    /// When the next request is due, corrected at `account_now`. A stored time that is further ahead than any delay
    /// was stored while account time was wrong, and is ignored: a resync that ended then is followed by another one
    /// at once.
    pub fn request_due_by(&self, every: Duration, account_now: UnixSeconds) -> Option<UnixSeconds> {
        let due = self.request_due(every)?;
        let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        let (longest, instead) = match &self.run {
            None => (every, UnixSeconds(0)),
            Some(_) => (SETTLE_SECONDS, account_now.plus(SETTLE_SECONDS)),
        };
        let latest = account_now.plus(longest).plus(AHEAD_SECONDS_MAX);
        Some(if due > latest { instead } else { due })
    }

    /// Prepares for a page of the walk. The first page begins the walk: from then on rows leave another mark.
    pub fn begin(&mut self) {
        if self.run.is_some() {
            return;
        }
        self.mark = MARK_FIRST.max(self.mark.saturating_add(1));
        self.run = Some(Run {
            stage: Stage::Walk,
            position: None,
            first_row: None,
            last_row: None,
            without_id: BTreeSet::new(),
            without_id_more: 0,
        });
    }

    /// When a full walk of the list is due, by account time, if resyncs begin every `every`.
    pub fn full_walk_due(&self, every: Duration) -> UnixSeconds {
        let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        self.ended_at.map_or(UnixSeconds(0), |at| at.plus(every))
    }

    /// Counts a sweep that was refused.
    pub const fn on_sweep_refused(&mut self) {
        self.refused += 1;
    }

    /// Records that a full walk of the list is complete, which takes the place of a resync while the list is the
    /// truth. It sweeps nothing, so after a change of settings the records of tickets that are not selected any more
    /// stay. Only the next walk of an export removes them.
    pub(super) const fn on_full_walk(&mut self, account_now: UnixSeconds) {
        self.ended_at = Some(account_now);
    }

    /// Records that an export is the truth again. A full walk of the list was no resync for settings that changed
    /// before it.
    pub(super) const fn on_export_returned(&mut self) {
        if self.settings_changed {
            self.ended_at = None;
        }
    }

    /// Records that the initial sync is complete. It counts as a resync, unless the settings changed during it.
    pub(super) fn on_initial_sync(&mut self, account_now: UnixSeconds) {
        if !self.settings_changed {
            self.ended_at = Some(account_now);
        }
    }

    /// Where a walk starts that cannot continue from its position: `overlap` before its last row, or at
    /// `start_time` if it has read none.
    pub fn restart(&self, start_time: UnixSeconds, overlap: Duration) -> UnixSeconds {
        let last_row = self.run.as_ref().and_then(|run| run.last_row);
        before(last_row, start_time, overlap)
    }

    /// Updates the walk after a page.
    pub(super) fn pass(&mut self, read: &PageRead) {
        if let Some(run) = &mut self.run {
            run.pass(read);
        }
    }

    /// Records that the settings select other tickets.
    pub(super) fn on_scope_changed(&mut self) {
        self.scope_changed = true;
        self.on_settings_changed();
    }

    /// Records that the settings select other tickets, or need more from each: a running walk is abandoned, and
    /// another one is due at once.
    pub fn on_settings_changed(&mut self) {
        self.settings_changed = true;
        self.ended_at = None;
        self.run = None;
    }

    /// The progress of the walk, 0 to 1, measured from the first row to now. It is 1 only when nothing is left to
    /// read or remove; `None` before the first walk.
    pub fn ratio(&self, account_now: UnixSeconds) -> Option<f64> {
        match &self.run {
            Some(run) if run.stage == Stage::Walk => {
                let walked = ratio(run.first_row, run.last_row, account_now);
                Some(walked.min(WALKED_RATIO))
            }
            Some(_) => Some(WALKED_RATIO),
            None => (self.mark > 0).then_some(1.0),
        }
    }

    /// When the end of the export is read again, by account time, if that is the next step.
    pub fn settles_at(&self) -> Option<UnixSeconds> {
        match self.run.as_ref()?.stage {
            Stage::Settle { from } => Some(from),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
