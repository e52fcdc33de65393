//! Verify rounds: tickets are asked for by their ids, because the list does not show every change.
//!
//! PURE. The list shows neither silent changes nor permanent deletions. So from time to time a round asks for every
//! ticket whose status can still change, and for those that were removed of late. A row corrects the ledger. A
//! ticket without a row may be gone:
//!
//! ```text
//! round 1: ticket 7 is missing ──▶ round 2: missing again, and no row showed it in between
//!   ──▶ the list of deleted tickets is read to its end ──▶ asked by itself: 404 ──▶ removed
//! ```
//!
//! Where a request for several ids shows archived tickets too, a missing ticket is not archived. Then the last
//! request is left out.
//!
//! Only an answer says that a ticket is missing. A round with a failed request counts for nothing. What is missing
//! is kept in memory: after a restart two more rounds are needed, which loses nothing.

mod batches;

use std::collections::BTreeSet;

use crate::ledger::{Life, SWEPT_MAX, SWEPT_ONE_IN_MIN};
use crate::source::ShowBy;
use crate::ticket::TicketId;
use batches::Batches;

/// The verify rounds of one account.
#[derive(Debug, Default)]
pub struct VerifyRounds {
    stage: Stage,
    /// The tickets that the latest complete round missed and no row has shown since.
    missing_before: BTreeSet<TicketId>,
    /// The same of the round that is running.
    missing: BTreeSet<TicketId>,
    /// Whether `show_many` shows archived tickets.
    archived: ArchivedShown,
    /// Whether a ticket of the round that is running is missing because of a 404. An endpoint that is closed can
    /// give the same answer, so each ticket is asked for by itself.
    has_not_found: bool,
}

/// Whether Zendesk shows archived tickets to a request for several ids. No documentation says so, so it is tried
/// with tickets that are known to be archived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArchivedShown {
    /// No archived ticket is known.
    #[default]
    Unknown,
    /// They are shown.
    Yes,
    /// They are not shown.
    No,
}

/// A request of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToAsk {
    /// The tickets.
    pub ids: Vec<TicketId>,
    /// How they are asked for.
    pub by: ShowBy,
}

/// How a round ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoundEnd {
    /// Every ticket was asked for.
    Complete {
        /// The tickets to remove.
        gone: Vec<TicketId>,
        /// The answers to requests for a ticket by itself.
        alone: AskedAlone,
    },
    /// More tickets are missing than is plausible, so none is removed.
    Refused {
        /// How many are missing.
        missing: usize,
        /// The number of existing tickets.
        live: u64,
    },
}

/// How many tickets were asked for by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskedAlone {
    /// Those that Zendesk showed, or does not have.
    pub answered: usize,
    /// Those that Zendesk refused to show.
    pub refused: usize,
}

#[derive(Debug, Default)]
enum Stage {
    /// No round is running.
    #[default]
    Idle,
    /// Tickets are asked for in batches.
    Round(Batches),
    /// The round is over. The list of deleted tickets must be read to its end.
    AwaitsDeleted { suspects: BTreeSet<TicketId> },
    /// Each suspect is asked for by itself.
    AsksEach {
        suspects: BTreeSet<TicketId>,
        gone: BTreeSet<TicketId>,
        alone: AskedAlone,
    },
}

impl VerifyRounds {
    /// Whether a round is running.
    pub const fn is_under_way(&self) -> bool {
        !matches!(self.stage, Stage::Idle)
    }

    /// What is known of archived tickets.
    pub const fn archived(&self) -> ArchivedShown {
        self.archived
    }

    /// What a request for archived tickets showed of them.
    pub const fn on_archived_asked(&mut self, archived: ArchivedShown) {
        self.archived = archived;
    }

    /// Begins a round.
    pub fn begin(&mut self) {
        self.missing.clear();
        self.has_not_found = false;
        self.stage = Stage::Round(Batches::default());
    }

    /// Behind which record the next ones are looked at, and how many tickets are wanted; `None` if a request is due
    /// first.
    pub fn wants_records(&self) -> Option<(Option<TicketId>, usize)> {
        match &self.stage {
            Stage::Round(batches) => batches.wants_records(),
            _ => None,
        }
    }

    /// Records were looked at, and these tickets are to be verified. There are further records after `more_after`;
    /// `None` if every record was looked at.
    pub fn on_records(&mut self, tickets: &[(TicketId, Life)], more_after: Option<TicketId>) {
        if let Stage::Round(batches) = &mut self.stage {
            batches.on_records(tickets, more_after);
        }
        self.settle();
    }

    /// The request that is due; `None` if records are wanted first, or the list of deleted tickets, or no round is
    /// running.
    pub fn next_request(&self) -> Option<ToAsk> {
        match &self.stage {
            Stage::Round(batches) => batches.next().map(|ids| ToAsk {
                ids: ids.to_vec(),
                by: ShowBy::Many,
            }),
            Stage::AsksEach { suspects, .. } => suspects.last().map(|id| ToAsk {
                ids: vec![*id],
                by: ShowBy::One,
            }),
            _ => None,
        }
    }

    /// Whether the list of deleted tickets must be read to its end now.
    pub const fn awaits_deleted(&self) -> bool {
        matches!(self.stage, Stage::AwaitsDeleted { .. })
    }

    /// The request was answered. The rows that came were handed to [`Self::on_seen`] before.
    pub fn on_answered(&mut self, asked: &ToAsk, shown: &BTreeSet<TicketId>) {
        match &mut self.stage {
            Stage::Round(batches) => {
                self.missing.extend(batches.on_answered(&asked.ids, shown));
            }
            Stage::AsksEach {
                suspects,
                gone,
                alone,
            } => {
                for id in &asked.ids {
                    suspects.remove(id);
                    alone.answered += 1;
                    if !shown.contains(id) {
                        gone.insert(*id);
                    }
                }
            }
            Stage::Idle | Stage::AwaitsDeleted { .. } => {}
        }
        self.settle();
    }

    /// The answer was that a ticket does not exist, and not which one if several were asked for: then each half is
    /// asked for. So a missing ticket costs at most two requests for each halving of
    /// [`SHOWN_MAX`](crate::source::SHOWN_MAX).
    pub fn on_not_found(&mut self, asked: &ToAsk) {
        self.has_not_found |= asked.by == ShowBy::Many;
        match &mut self.stage {
            Stage::Round(batches) if asked.ids.len() > 1 => batches.halve(&asked.ids),
            _ => self.on_answered(asked, &BTreeSet::new()),
        }
    }

    /// Zendesk refused to show a ticket by itself, for example one of a group that an agent may not see.
    pub fn on_refused_alone(&mut self, asked: &ToAsk) {
        if let Stage::AsksEach { alone, .. } = &mut self.stage {
            alone.refused += asked.ids.len();
        }
        self.keep(asked);
    }

    /// Nobody knows whether a ticket exists that was asked for by itself, so it stays, and the round goes on with the
    /// others. It is a suspect again only if two further rounds miss it, because each round would spend a request on
    /// it otherwise.
    pub fn keep(&mut self, asked: &ToAsk) {
        if let Stage::AsksEach { suspects, .. } = &mut self.stage {
            for id in &asked.ids {
                suspects.remove(id);
                self.missing.remove(id);
            }
        }
    }

    /// The list of deleted tickets was read to its end, or is refused.
    pub fn on_deleted_end(&mut self) {
        if let Stage::AwaitsDeleted { suspects } = &mut self.stage {
            let mut suspects = std::mem::take(suspects);
            let mut gone = BTreeSet::new();
            if self.archived == ArchivedShown::Yes && !self.has_not_found {
                std::mem::swap(&mut suspects, &mut gone);
            }
            self.stage = Stage::AsksEach {
                suspects,
                gone,
                alone: AskedAlone::default(),
            };
        }
    }

    /// Rows of any walk showed these tickets, alive or deleted: they are not missing.
    pub fn on_seen(&mut self, ids: impl Iterator<Item = TicketId>) {
        if self.missing_before.is_empty() && !self.is_under_way() {
            return;
        }
        for id in ids {
            self.missing_before.remove(&id);
            self.missing.remove(&id);
            if let Stage::AwaitsDeleted { suspects } | Stage::AsksEach { suspects, .. } =
                &mut self.stage
            {
                suspects.remove(&id);
            }
            if let Stage::AsksEach { gone, .. } = &mut self.stage {
                gone.remove(&id);
            }
        }
    }

    /// A request failed: the round counts for nothing.
    pub fn abandon(&mut self) {
        self.stage = Stage::Idle;
        self.missing.clear();
    }

    /// Another source is the truth: what was missing says nothing any more.
    pub fn forget(&mut self) {
        *self = Self {
            archived: self.archived,
            ..Self::default()
        };
    }

    /// How the round ended, if it is over. `live` counts the existing tickets.
    pub fn take_end(&mut self, live: impl FnOnce() -> u64) -> Option<RoundEnd> {
        if self.is_under_way() && self.missing.len() as u64 > SWEPT_MAX {
            let (missing, live) = (self.missing.len(), live());
            if missing as u64 > live / SWEPT_ONE_IN_MIN {
                self.forget();
                return Some(RoundEnd::Refused { missing, live });
            }
        }
        match &mut self.stage {
            Stage::AsksEach {
                suspects,
                gone,
                alone,
            } if suspects.is_empty() => {
                let (gone, alone) = (std::mem::take(gone), *alone);
                self.missing_before = &std::mem::take(&mut self.missing) - &gone;
                self.stage = Stage::Idle;
                let gone = gone.into_iter().collect();
                Some(RoundEnd::Complete { gone, alone })
            }
            _ => None,
        }
    }

    /// Goes on once every record was looked at and asked for.
    fn settle(&mut self) {
        if let Stage::Round(batches) = &self.stage
            && batches.is_done()
        {
            let suspects = &self.missing & &self.missing_before;
            self.stage = if suspects.is_empty() {
                Stage::AsksEach {
                    suspects,
                    gone: BTreeSet::new(),
                    alone: AskedAlone::default(),
                }
            } else {
                Stage::AwaitsDeleted { suspects }
            };
        }
    }
}

#[cfg(test)]
mod tests;
