//! The walk over the whole export that finds the tickets which are gone from it.
//!
//! PURE. Tickets deleted for good are in no answer any more. So the whole export is read again now
//! and then, every record that is seen, by this walk or by polling, is marked, and the records
//! without the mark are swept at the end:
//!
//! ```text
//! Walk ──end of the stream──▶ Settle ──end──▶ Count ──few enough──▶ Sweep ──▶ complete
//!  (requests)          (late rows again)     (records)     └─too many──▶ refused
//! ```
//!
//! A row that cannot be used proves all the same that its ticket is there, if its id can be read.
//! For each row without one, a record that was not seen is spared: it may be that ticket's.
//!
//! Each step is stored in the transaction that it belongs to, so a crash repeats one page or one
//! run of records, with the same result. The stages are private: who has read a page or records
//! hands them over, and who stores a resync stores all of it.

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

/// Furthest that a time that was stored may lie ahead because account time is known better now.
const AHEAD_SECONDS_MAX: i64 = 5 * 60;

/// The share of a resync that is done once the end of the export was reached, and not read again.
const WALKED_RATIO: f64 = 0.99;

/// The mark of the first walk. Marks up to 255, in a form of one byte, are of versions that used them
/// again and again.
const MARK_FIRST: u64 = 256;

/// What is known of the walks over the whole export. Stored with the position, in this form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resync {
    /// The mark that rows leave on their records now: 0 before the first walk, then a greater one for
    /// each walk.
    mark: u64,
    /// When the latest walk ended, by account time, complete or refused; at first, when the
    /// initial sync was complete. `None` when the next one is due at once.
    ended_at: Option<UnixSeconds>,
    /// Other tickets are asked for than those that the latest complete walk saw: what is missing
    /// then has not vanished.
    settings_changed: bool,
    /// The walk that is under way.
    #[serde(deserialize_with = "run_unless_it_takes_off_marks")]
    run: Option<Run>,
    /// Tickets that were swept and count as vanished.
    vanished: u64,
    /// Sweeps that were refused.
    refused: u64,
}

impl Resync {
    /// No walk yet.
    pub const NONE: Self = Self {
        mark: 0,
        ended_at: None,
        settings_changed: false,
        run: None,
        vanished: 0,
        refused: 0,
    };

    /// The mark that rows leave on their records now.
    pub(in crate::ledger) const fn mark(&self) -> u64 {
        self.mark
    }

    /// Tickets that were swept and count as vanished.
    pub const fn vanished(&self) -> u64 {
        self.vanished
    }

    /// Sweeps that were refused.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// When the latest walk ended, by account time.
    pub const fn ended_at(&self) -> Option<UnixSeconds> {
        self.ended_at
    }

    /// Whether other tickets are asked for than those that the latest complete walk saw.
    pub const fn settings_changed(&self) -> bool {
        self.settings_changed
    }

    /// Whether a walk is under way, from its first page to its last record.
    pub const fn is_under_way(&self) -> bool {
        self.run.is_some()
    }

    /// Where the next page begins, if an answer said.
    pub fn position(&self) -> Option<&Position> {
        self.run.as_ref()?.position.as_ref()
    }

    /// When the next request is due, by account time, a resync being wanted `every` so often:
    /// `None` while there are records to look at instead.
    pub fn request_due(&self, every: Duration) -> Option<UnixSeconds> {
        let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        match self.run.as_ref().map(|run| run.stage) {
            None => Some(self.ended_at.map_or(UnixSeconds(0), |at| at.plus(every))),
            Some(Stage::Walk) => Some(UnixSeconds(0)),
            Some(Stage::Settle { from }) => Some(from),
            Some(Stage::Count { .. } | Stage::Sweep { .. }) => None,
        }
    }

    /// The same as of `account_now`. A time that lies further ahead than anything is ever put off was
    /// stored while account time was wrong, and says nothing: a resync that ended then is followed by
    /// another one at once.
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

    /// A page of the walk is about to be applied. The first one begins it: from then on, rows leave
    /// another mark.
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

    /// The initial sync is complete, which is as good as a resync, unless the settings
    /// changed under way.
    pub(super) fn on_initial_sync(&mut self, account_now: UnixSeconds) {
        if !self.settings_changed {
            self.ended_at = Some(account_now);
        }
    }

    /// Where a walk starts that cannot go on from its position: `overlap` before its last row, or
    /// at `start_time` if it has seen none.
    pub fn restart(&self, start_time: UnixSeconds, overlap: Duration) -> UnixSeconds {
        let last_row = self.run.as_ref().and_then(|run| run.last_row);
        before(last_row, start_time, overlap)
    }

    /// Moves on past a page of the walk.
    pub(super) fn pass(&mut self, read: &PageRead) {
        if let Some(run) = &mut self.run {
            run.pass(read);
        }
    }

    /// Other tickets are asked for from now on, or more is wanted of each: a walk that is under way
    /// is given up, and another one is due at once.
    pub fn on_settings_changed(&mut self) {
        self.settings_changed = true;
        self.ended_at = None;
        self.run = None;
    }

    /// Share of the walk that is done, 0 to 1: the way from the first row to now. 1 only once nothing
    /// is left to be read or swept, `None` before the first one.
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

    /// When the end of the export is read again, by account time, if that is what comes next.
    pub fn settles_at(&self) -> Option<UnixSeconds> {
        match self.run.as_ref()?.stage {
            Stage::Settle { from } => Some(from),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
