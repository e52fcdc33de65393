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
//! run of records, with the same result.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::ledger::page::{PageRead, before, ratio};
use crate::ledger::record::{Life, TicketRecord};
use crate::source::{Position, SupportTypeScope};
use crate::ticket::{SupportType, TicketId, UnixSeconds};

/// How long after its end the last part of the walk is read again, in seconds: a ticket that was
/// written while the walk was under way is in its new place some minutes later only.
pub const SETTLE_SECONDS: i64 = 15 * 60;

/// Furthest that a time that was stored may lie ahead because account time is known better now.
const AHEAD_SECONDS_MAX: i64 = 5 * 60;

/// As many records may always be swept; beyond, no more than a share of the tickets.
pub const SWEPT_MAX: u64 = 1_000;

/// The share of a resync that is done once the end of the export was reached, and not read again.
const WALKED_RATIO: f64 = 0.99;

/// One in so many tickets may be swept.
pub const SWEPT_ONE_IN_MIN: u64 = 10;

/// Most records without a mark that may be newer than all that the walk saw. Tickets are deleted
/// for good long after their last change: more of them mean that the walk did not see everything.
pub const BEYOND_MAX: u64 = 10;

/// Which tickets the settings ask Zendesk for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// `support_type_scope`.
    pub scope: SupportTypeScope,
    /// Rows from this moment on.
    pub start_time: UnixSeconds,
}

impl Reach {
    /// Whether these are all tickets of the account, as its search counts them: the search knows
    /// neither setting.
    pub fn is_whole(self) -> bool {
        self.scope == SupportTypeScope::All && self.start_time == UnixSeconds(0)
    }
}

/// What is known of the walks over the whole export. Stored with the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resync {
    /// The mark that rows leave on their records now: 0 before the first walk, then a greater one for
    /// each walk.
    pub mark: u64,
    /// When the latest walk ended, by account time, complete or refused; at first, when the
    /// initial sync was complete. `None` when the next one is due at once.
    pub ended_at: Option<UnixSeconds>,
    /// Other tickets are asked for than those that the latest complete walk saw: what is missing
    /// then has not vanished.
    pub settings_changed: bool,
    /// The walk that is under way.
    pub run: Option<Run>,
    /// Tickets that were swept and count as vanished.
    pub vanished: u64,
    /// Sweeps that were refused.
    pub refused: u64,
}

/// A walk that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What comes next.
    pub stage: Stage,
    /// Where the next page begins; `None` until an answer said.
    pub position: Option<Position>,
    /// Order key of the first row.
    pub first_row: Option<UnixSeconds>,
    /// Greatest order key of any row so far that ended a page.
    pub last_row: Option<UnixSeconds>,
    /// Rows so far whose id could not be read.
    pub without_id: WithoutId,
}

/// Rows of a walk whose id could not be read, each counted once however often it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithoutId {
    /// The places of as many as are remembered.
    pub places: BTreeSet<u64>,
    /// All others. One that comes twice counts twice here: then a record too many is spared.
    pub more: u64,
}

/// Most places that are remembered: they are stored with every page of the walk.
const PLACES_MAX: usize = 1_000;

impl WithoutId {
    fn add(&mut self, place: u64) {
        if self.places.len() < PLACES_MAX {
            self.places.insert(place);
        } else if !self.places.contains(&place) {
            self.more = self.more.saturating_add(1);
        }
    }

    fn count(&self) -> u64 {
        let remembered = u64::try_from(self.places.len()).unwrap_or(u64::MAX);
        self.more.saturating_add(remembered)
    }
}

/// The stages of a resync. `after` is the last record that was looked at, by rising ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The export is read from its beginning.
    Walk,
    /// The end of the export was reached; its last part is read again after `from`, for rows that
    /// are made visible late.
    Settle { from: UnixSeconds },
    /// The records without the mark are counted.
    Count {
        after: Option<TicketId>,
        found: Unseen,
    },
    /// The records without the mark are swept but for those that are spared, the greatest ids
    /// first: `before` is the last record that was looked at.
    Sweep {
        before: Option<TicketId>,
        swept: u64,
        spared: u64,
    },
}

/// Live records that neither the walk nor polling has seen since the walk began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// All of them.
    pub all: u64,
    /// Those that are newer than all that the walk saw, though the settings ask for them.
    pub beyond: u64,
}

/// How a resync ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResyncEnd {
    /// Every record that was not seen is swept.
    Complete {
        /// So many.
        swept: u64,
    },
    /// The same, but some were spared for rows without a readable id.
    CompleteBut {
        /// So many were swept.
        swept: u64,
        /// So many were not.
        spared: u64,
        /// So many such rows were there.
        without_id: u64,
    },
    /// Nothing was swept.
    Refused {
        /// So many records were not seen.
        unseen: Unseen,
        /// Of so many tickets.
        live: u64,
        /// Why.
        why: Refusal,
    },
}

/// Why nothing is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// More would go than ever goes at once.
    TooMany,
    /// The walk ended before the newest tickets.
    EndedEarly,
}

impl Refusal {
    /// What it means, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooMany => "too many tickets are missing from the export",
            Self::EndedEarly => "the export ended before the newest known tickets",
        }
    }
}

impl Reach {
    /// Whether a ticket with this record is surely not in the export any more, because the settings
    /// do not ask for it.
    fn leaves_out(self, record: &TicketRecord) -> bool {
        let other_type = match self.scope {
            SupportTypeScope::All => false,
            SupportTypeScope::Agent => record.support_type == SupportType::AiAgent,
            SupportTypeScope::AiAgent => record.support_type == SupportType::Agent,
        };
        other_type || record.order_key < self.start_time
    }
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

    /// Whether there are records to look at.
    pub fn has_work(&self) -> bool {
        self.run.is_some() && self.request_due(Duration::ZERO).is_none()
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
            without_id: WithoutId::default(),
        });
    }

    /// A page of the walk had rows whose id could not be read, at these places.
    fn on_rows_without_id(&mut self, places: impl Iterator<Item = u64>) {
        if let Some(run) = &mut self.run {
            places.for_each(|place| run.without_id.add(place));
        }
    }

    /// Rows of the walk so far whose id could not be read: as many records are spared.
    fn without_id(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.without_id.count())
    }

    /// Whether a record that was missed is spared, after so many others. One that the settings do
    /// not ask for is in no row of the walk.
    pub fn spares(&self, record: &TicketRecord, reach: Option<Reach>, spared: u64) -> bool {
        spared < self.without_id() && reach.is_none_or(|reach| !reach.leaves_out(record))
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
        let page = &read.page;
        let without_id = page.rejected.iter().filter(|row| row.id.is_none());
        self.on_rows_without_id(without_id.map(|row| row.place));
        let Some(run) = &mut self.run else {
            return;
        };
        if let Some((first, last)) = read.first_and_last_key() {
            run.first_row.get_or_insert(first);
            run.last_row = run.last_row.max(Some(last.min(read.time.certain_now())));
        }
        if page.next.is_some() {
            run.position.clone_from(&page.next);
        }
        if !page.end_of_stream {
            return;
        }
        run.stage = match run.stage {
            Stage::Walk => {
                // Without a position it starts again from some minutes before its last row.
                run.position = None;
                Stage::Settle {
                    from: read.time.account_now.plus(SETTLE_SECONDS),
                }
            }
            Stage::Settle { .. } => Stage::Count {
                after: None,
                found: Unseen::default(),
            },
            later => later,
        };
    }

    /// Other tickets are asked for from now on, or more is wanted of each: a walk that is under way
    /// is given up, and another one is due at once.
    pub fn on_settings_changed(&mut self) {
        self.settings_changed = true;
        self.ended_at = None;
        self.run = None;
    }

    /// Whether a record stands for a ticket that was not seen since the walk began.
    pub const fn has_missed(&self, record: &TicketRecord) -> bool {
        matches!(record.life, Life::Live) && record.resync_mark != self.mark
    }

    /// Counts a record if it was missed.
    pub fn count(&self, record: &TicketRecord, reach: Option<Reach>, found: &mut Unseen) {
        if !self.has_missed(record) {
            return;
        }
        let last_row = self.run.as_ref().and_then(|run| run.last_row);
        let is_newer = last_row.is_none_or(|last| record.order_key > last);
        let is_wanted = reach.is_none_or(|reach| !reach.leaves_out(record));
        found.all += 1;
        found.beyond += u64::from(is_newer && is_wanted);
    }

    /// All records are counted: sweeps them, or ends the walk. `live` is the number of tickets.
    pub fn on_counted(
        &mut self,
        unseen: Unseen,
        live: u64,
        account_now: UnixSeconds,
    ) -> Option<ResyncEnd> {
        if let Some(why) = self.refusal(unseen, live) {
            self.refused += 1;
            self.end(account_now);
            return Some(ResyncEnd::Refused { unseen, live, why });
        }
        if unseen.all == 0 {
            return Some(self.on_swept(0, 0, account_now));
        }
        if let Some(run) = &mut self.run {
            run.stage = Stage::Sweep {
                before: None,
                swept: 0,
                spared: 0,
            };
        }
        None
    }

    /// All records are swept or spared: the walk is complete.
    pub fn on_swept(&mut self, swept: u64, spared: u64, account_now: UnixSeconds) -> ResyncEnd {
        let without_id = self.without_id();
        self.settings_changed = false;
        self.end(account_now);
        if spared == 0 {
            return ResyncEnd::Complete { swept };
        }
        ResyncEnd::CompleteBut {
            swept,
            spared,
            without_id,
        }
    }

    /// Share of the walk that is done, 0 to 1: the way from the first row to now. 1 only once nothing
    /// is left to be read or swept, `None` before the first one.
    pub fn ratio(&self, account_now: UnixSeconds) -> Option<f64> {
        match self.run.as_ref().map(|run| (run, run.stage)) {
            Some((run, Stage::Walk)) => {
                let walked = ratio(run.first_row, run.last_row, account_now);
                Some(walked.min(WALKED_RATIO))
            }
            Some((_, Stage::Settle { .. } | Stage::Count { .. } | Stage::Sweep { .. })) => {
                Some(WALKED_RATIO)
            }
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

    fn refusal(&self, unseen: Unseen, live: u64) -> Option<Refusal> {
        let Unseen { all, beyond } = unseen;
        // What is spared does not go, the newest first, and where nothing goes there is nothing to
        // refuse.
        let going = all.saturating_sub(self.without_id());
        let beyond = beyond.saturating_sub(self.without_id());
        if going == 0 {
            return None;
        }
        if beyond > BEYOND_MAX || beyond == going {
            return Some(Refusal::EndedEarly);
        }
        let usual = SWEPT_MAX.max(live / SWEPT_ONE_IN_MIN);
        (going > usual && !self.settings_changed).then_some(Refusal::TooMany)
    }

    fn end(&mut self, account_now: UnixSeconds) {
        self.run = None;
        self.ended_at = Some(account_now);
    }
}

/// The mark of the first walk. Marks up to 255, in a form of one byte, are of versions that used them
/// again and again.
const MARK_FIRST: u64 = 256;

#[cfg(test)]
mod tests;
