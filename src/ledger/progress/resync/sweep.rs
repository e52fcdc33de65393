//! The part of a resync that needs no request: records without the mark are counted, then swept.
//!
//! In runs of bounded length, each in a transaction of its own, so that a page waits for one run at
//! most. How far it is, is stored with each.

use super::{Resync, Run, Stage, Unseen};
use crate::ledger::TicketScope;
use crate::ledger::record::{Life, TicketRecord};
use crate::ticket::{TicketId, UnixSeconds};

/// As many records may always be swept; beyond, no more than a share of the tickets.
pub const SWEPT_MAX: u64 = 1_000;

/// One in so many tickets may be swept.
pub const SWEPT_ONE_IN_MIN: u64 = 10;

/// Most records without a mark that may be newer than all that the walk saw. Tickets are deleted
/// for good long after their last change: more of them mean that the walk did not see everything.
pub const BEYOND_MAX: u64 = 10;

/// Most records that are looked at in one transaction.
pub const RECORDS_LOOKED_AT_MAX: usize = 10_000;

/// Most records that are written in one transaction, as in a page.
const WRITTEN_MAX: usize = 1_000;

/// Records in the order of their ids, from beside one of them, or from an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdRange {
    /// The least ids first.
    Rising { after: Option<TicketId> },
    /// The greatest ids first.
    Falling { before: Option<TicketId> },
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

/// What is needed to judge records that were not seen.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Judging {
    /// Which tickets the settings ask for.
    pub ticket_scope: Option<TicketScope>,
    /// How many tickets there are.
    pub live: u64,
    pub account_now: UnixSeconds,
}

/// What becomes of a run of records.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Looked<'a> {
    /// Records that are swept.
    pub swept: Vec<&'a (TicketId, TicketRecord)>,
    /// Records that stay though they were not seen. They count as seen, so that the next walk finds
    /// them without its mark.
    pub spared: Vec<&'a (TicketId, TicketRecord)>,
    /// How the resync ended, if it did.
    pub ended: Option<ResyncEnd>,
}

impl Resync {
    /// The records to look at next; `None` unless the resync has come so far.
    pub fn next_records(&self) -> Option<IdRange> {
        match self.run.as_ref()?.stage {
            Stage::Walk | Stage::Settle { .. } => None,
            Stage::Count { after, .. } => Some(IdRange::Rising { after }),
            // What is spared are the newest of the tickets that were not seen. Those deleted for
            // good, which is what a sweep is for, are old ones.
            Stage::Sweep { before, .. } => Some(IdRange::Falling { before }),
        }
    }

    /// Looks at the first [`RECORDS_LOOKED_AT_MAX`] records of [`Self::next_records`]: none are left
    /// where there are no more.
    pub(in crate::ledger) fn look<'a>(
        &mut self,
        records: &'a [(TicketId, TicketRecord)],
        judging: Judging,
    ) -> Looked<'a> {
        let Some(run) = &self.run else {
            return Looked::default();
        };
        match run.stage {
            Stage::Walk | Stage::Settle { .. } => Looked::default(),
            Stage::Count { unseen, .. } => Looked {
                ended: self.count(records, unseen, judging),
                ..Looked::default()
            },
            Stage::Sweep { swept, spared, .. } => self.sweep(records, [swept, spared], judging),
        }
    }

    fn count(
        &mut self,
        records: &[(TicketId, TicketRecord)],
        mut unseen: Unseen,
        judging: Judging,
    ) -> Option<ResyncEnd> {
        let Some((last, _)) = records.last() else {
            return self.on_counted(unseen, judging);
        };
        for (_, record) in records.iter().filter(|(_, record)| self.has_missed(record)) {
            unseen.all += 1;
            unseen.beyond += u64::from(self.is_beyond(record, judging.ticket_scope));
        }
        self.go_on_with(Stage::Count {
            after: Some(*last),
            unseen,
        });
        None
    }

    fn sweep<'a>(
        &mut self,
        records: &'a [(TicketId, TicketRecord)],
        [mut swept, mut spared]: [u64; 2],
        judging: Judging,
    ) -> Looked<'a> {
        let mut looked = Looked::default();
        let mut last = None;
        for entry in records {
            let (id, record) = entry;
            if looked.swept.len() + looked.spared.len() == WRITTEN_MAX {
                break;
            }
            last = Some(*id);
            if !self.has_missed(record) {
                continue;
            }
            if self.spares(record, judging.ticket_scope, spared) {
                looked.spared.push(entry);
                spared += 1;
            } else {
                looked.swept.push(entry);
                swept += 1;
            }
        }
        if last.is_none() {
            looked.ended = Some(self.on_swept(swept, spared, judging.account_now));
            return looked;
        }
        self.go_on_with(Stage::Sweep {
            before: last,
            swept,
            spared,
        });
        looked
    }

    /// A record is swept: its ticket has vanished, unless it is missing because other tickets are
    /// asked for.
    pub(in crate::ledger) fn on_record_swept(&mut self) {
        self.vanished += u64::from(!self.settings_changed);
    }

    /// Whether a record stands for a ticket that was not seen since the walk began.
    const fn has_missed(&self, record: &TicketRecord) -> bool {
        matches!(record.life, Life::Live) && record.resync_mark != self.mark
    }

    /// Whether a record is newer than all that the walk saw, though the settings ask for it.
    fn is_beyond(&self, record: &TicketRecord, ticket_scope: Option<TicketScope>) -> bool {
        let last_row = self.run.as_ref().and_then(|run| run.last_row);
        let is_newer = last_row.is_none_or(|last| record.order_key > last);
        is_newer && ticket_scope.is_none_or(|ticket_scope| !ticket_scope.leaves_out(record))
    }

    /// Whether a record that was missed is spared, after so many others. One that the settings do
    /// not ask for is in no row of the walk.
    fn spares(
        &self,
        record: &TicketRecord,
        ticket_scope: Option<TicketScope>,
        spared: u64,
    ) -> bool {
        spared < self.without_id()
            && ticket_scope.is_none_or(|ticket_scope| !ticket_scope.leaves_out(record))
    }

    fn without_id(&self) -> u64 {
        self.run.as_ref().map_or(0, Run::without_id_count)
    }

    fn go_on_with(&mut self, stage: Stage) {
        if let Some(run) = &mut self.run {
            run.stage = stage;
        }
    }

    /// All records are counted: sweeps them, or ends the walk.
    fn on_counted(&mut self, unseen: Unseen, judging: Judging) -> Option<ResyncEnd> {
        let Judging {
            live, account_now, ..
        } = judging;
        if let Some(why) = self.refusal(unseen, live) {
            self.refused += 1;
            self.end(account_now);
            return Some(ResyncEnd::Refused { unseen, live, why });
        }
        if unseen.all == 0 {
            return Some(self.on_swept(0, 0, account_now));
        }
        self.go_on_with(Stage::Sweep {
            before: None,
            swept: 0,
            spared: 0,
        });
        None
    }

    /// All records are swept or spared: the walk is complete.
    pub(super) fn on_swept(
        &mut self,
        swept: u64,
        spared: u64,
        account_now: UnixSeconds,
    ) -> ResyncEnd {
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

#[cfg(test)]
mod tests;
