//! The stages of a resync that need no request: records without the mark are counted, then removed.
//!
//! Records are processed in runs of bounded length, each in its own transaction, so a page waits for one run at
//! most. The progress is stored with each run.

use super::{Resync, Run, Stage, Unseen};
use crate::ledger::TicketScope;
use crate::ledger::record::{Life, TicketRecord};
use crate::ticket::{TicketId, UnixSeconds};

/// This many records may always be removed; more only up to a share of all tickets.
pub const SWEPT_MAX: u64 = 1_000;

/// The share of tickets that may be removed: one in this many. Example: of 50,000 tickets 5,000 may be removed, and
/// of 2,000 tickets 1,000.
pub const SWEPT_ONE_IN_MIN: u64 = 10;

/// Most records without a mark that may be newer than all rows of the walk. Tickets are deleted permanently long
/// after their last change, so more of them mean that the walk did not read everything.
pub const BEYOND_MAX: u64 = 10;

/// Most records that one transaction reads.
pub const RECORDS_LOOKED_AT_MAX: usize = 10_000;

/// Most records that are swept in one transaction, as many as a page writes.
const SWEPT_AT_ONCE_MAX: usize = 1_000;

/// A range of records in the order of their ids, from one end or next to an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdRange {
    /// Increasing ids.
    Rising { after: Option<TicketId> },
    /// Decreasing ids.
    Falling { before: Option<TicketId> },
}

/// How a resync ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResyncEnd {
    /// Every record that was not seen was removed.
    Complete {
        /// The number of removed records.
        swept: u64,
    },
    /// The same, but some were spared because of rows without a readable id.
    CompleteBut {
        /// The number of removed records.
        swept: u64,
        /// The number of spared records.
        spared: u64,
        /// The number of such rows.
        without_id: u64,
    },
    /// Nothing was removed.
    Refused {
        /// The records that were not seen.
        unseen: Unseen,
        /// The number of existing tickets.
        live: u64,
        /// The reason.
        why: Refusal,
    },
}

/// Why a resync removes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would remove more than is plausible.
    TooMany,
    /// The walk ended before the newest tickets.
    EndedEarly,
}

impl Refusal {
    /// The reason as text.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooMany => "too many tickets are missing from the export",
            Self::EndedEarly => "the export ended before the newest known tickets",
        }
    }
}

/// The data by which missed records are judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Judging {
    /// The tickets that the settings select.
    pub ticket_scope: Option<TicketScope>,
    /// The number of existing tickets.
    pub live: u64,
    pub account_now: UnixSeconds,
}

/// The result of a run of records.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Looked<'a> {
    /// The records to remove.
    pub swept: Vec<&'a (TicketId, TicketRecord)>,
    /// How the resync ended, if it did.
    pub ended: Option<ResyncEnd>,
}

impl Resync {
    /// The range of the next records to read; `None` unless the resync has reached that stage.
    pub fn next_records(&self) -> Option<IdRange> {
        match self.run.as_ref()?.stage {
            Stage::Walk | Stage::Settle { .. } => None,
            Stage::Count { after, .. } => Some(IdRange::Rising { after }),
            // The newest missed records are spared, because those that were deleted permanently, which the sweep is
            // for, are old.
            Stage::Sweep { before, .. } => Some(IdRange::Falling { before }),
        }
    }

    /// Processes the first [`RECORDS_LOOKED_AT_MAX`] records of [`Self::next_records`]. An empty slice means that
    /// no record is left.
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
            if looked.swept.len() == SWEPT_AT_ONCE_MAX {
                // The next call reads the remaining records again.
                break;
            }
            last = Some(*id);
            if !self.has_missed(record) {
                continue;
            }
            if self.spares(record, judging.ticket_scope, spared) {
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

    /// Records that a record was removed. It counts as vanished unless the settings changed, which can be the
    /// cause.
    pub(in crate::ledger) fn on_record_swept(&mut self) {
        self.vanished += u64::from(!self.settings_changed);
    }

    /// Records that a ticket was removed that Zendesk does not show by its id. That does not depend on the settings.
    pub(in crate::ledger) const fn on_ticket_gone(&mut self) {
        self.vanished += 1;
    }

    /// Whether a record is of an existing ticket that was not seen since the walk began.
    const fn has_missed(&self, record: &TicketRecord) -> bool {
        matches!(record.life, Life::Live) && record.resync_mark != self.mark
    }

    /// Whether a record is newer than all rows of the walk although the settings select it.
    fn is_beyond(&self, record: &TicketRecord, ticket_scope: Option<TicketScope>) -> bool {
        let last_row = self.run.as_ref().and_then(|run| run.last_row);
        let is_newer = last_row.is_none_or(|last| record.order_key > last);
        is_newer && ticket_scope.is_none_or(|ticket_scope| !ticket_scope.leaves_out(record))
    }

    /// Whether a missed record is spared when `spared` others were. A record that the settings do not select cannot
    /// belong to a row of the walk.
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

    /// Decides after all records were counted: begins the sweep, or ends the walk.
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

    /// Ends the walk after all records were removed or spared.
    pub(in crate::ledger::progress) fn on_swept(
        &mut self,
        swept: u64,
        spared: u64,
        account_now: UnixSeconds,
    ) -> ResyncEnd {
        let without_id = self.without_id();
        self.settings_changed = false;
        self.scope_changed = false;
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
        // Spared records are not removed. They are the newest ones. If none is removed, there is nothing to refuse.
        let going = all.saturating_sub(self.without_id());
        let beyond = beyond.saturating_sub(self.without_id());
        if going == 0 {
            return None;
        }
        // If all missing records are newer than the walk, the walk did not reach the end.
        if beyond > BEYOND_MAX || beyond == going {
            return Some(Refusal::EndedEarly);
        }
        let usual = SWEPT_MAX.max(live / SWEPT_ONE_IN_MIN);
        // After a change of settings many tickets can be missing rightly.
        (going > usual && !self.settings_changed).then_some(Refusal::TooMany)
    }

    fn end(&mut self, account_now: UnixSeconds) {
        self.run = None;
        self.ended_at = Some(account_now);
    }
}

#[cfg(test)]
mod tests;
