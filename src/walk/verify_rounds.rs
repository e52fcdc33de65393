//! Verify rounds: tickets are asked for by their ids, because the list does not show every change.
//!
//! PURE. The list shows neither silent changes nor permanent deletions. So from time to time a round asks for every
//! ticket whose status can still change. A row corrects the ledger. A ticket without a row may be gone:
//!
//! ```text
//! round 1: ticket 7 is missing ──▶ round 2: missing again, and no row showed it in between
//!   ──▶ the list of deleted tickets is read to its end ──▶ asked by itself: 404 ──▶ removed
//! ```
//!
//! Only an answer says that a ticket is missing. A round with a failed request counts for nothing. What is missing
//! is kept in memory: after a restart two more rounds are needed, which loses nothing.

use std::collections::BTreeSet;

use crate::ledger::{SWEPT_MAX, SWEPT_ONE_IN_MIN};
use crate::source::{SHOWN_MAX, ShowBy};
use crate::ticket::TicketId;

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
    /// These tickets are gone.
    Complete {
        /// The tickets to remove.
        gone: Vec<TicketId>,
    },
    /// More tickets are missing than is plausible, so none is removed.
    Refused {
        /// How many are missing.
        missing: usize,
    },
}

#[derive(Debug, Default)]
enum Stage {
    /// No round is running.
    #[default]
    Idle,
    /// Every record up to `after` was looked at.
    Round {
        after: Option<TicketId>,
        is_last: bool,
        /// Tickets that are collected for the next request.
        batch: Vec<TicketId>,
        /// The requests that are due, the last one first. There are several after an answer that did not say which
        /// of its tickets is missing.
        due: Vec<Vec<TicketId>>,
    },
    /// The round is over. The list of deleted tickets must be read to its end.
    AwaitsDeleted { suspects: Vec<TicketId> },
    /// Each suspect is asked for by itself.
    AsksEach {
        suspects: Vec<TicketId>,
        gone: Vec<TicketId>,
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

    /// An answer to a request for archived tickets: whether it had any.
    pub const fn on_archived_asked(&mut self, has_rows: bool) {
        self.archived = if has_rows {
            ArchivedShown::Yes
        } else {
            ArchivedShown::No
        };
    }

    /// Begins a round.
    pub fn begin(&mut self) {
        self.missing.clear();
        self.has_not_found = false;
        self.stage = Stage::Round {
            after: None,
            is_last: false,
            batch: Vec::new(),
            due: Vec::new(),
        };
    }

    /// Behind which record the next ones are looked at, and how many tickets are wanted; `None` if a request is due
    /// first.
    pub fn wants_records(&self) -> Option<(Option<TicketId>, usize)> {
        match &self.stage {
            Stage::Round {
                after,
                is_last: false,
                batch,
                due,
            } if due.is_empty() => Some((*after, SHOWN_MAX.saturating_sub(batch.len()))),
            _ => None,
        }
    }

    /// Records were looked at up to `after`, and these tickets are to be verified. `is_last` says that no further
    /// record exists.
    pub fn on_records(&mut self, ids: Vec<TicketId>, up_to: Option<TicketId>, no_more: bool) {
        if let Stage::Round {
            after,
            is_last,
            batch,
            due,
        } = &mut self.stage
        {
            batch.extend(ids);
            *after = up_to.or(*after);
            *is_last = no_more;
            if batch.len() >= SHOWN_MAX || (no_more && !batch.is_empty()) {
                due.push(std::mem::take(batch));
            }
        }
        self.settle();
    }

    /// The request that is due; `None` if records are wanted first, or the list of deleted tickets, or no round is
    /// running.
    pub fn next_request(&self) -> Option<ToAsk> {
        match &self.stage {
            Stage::Round { due, .. } => due.last().map(|ids| ToAsk {
                ids: ids.clone(),
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
            Stage::Round { due, .. } => {
                due.pop();
                let missing = asked.ids.iter().filter(|id| !shown.contains(id));
                self.missing.extend(missing);
            }
            Stage::AsksEach { suspects, gone } => {
                for id in &asked.ids {
                    suspects.retain(|suspect| suspect != id);
                    if !shown.contains(id) {
                        gone.push(*id);
                    }
                }
            }
            Stage::Idle | Stage::AwaitsDeleted { .. } => {}
        }
        self.settle();
    }

    /// The answer was that a ticket does not exist, and not which one if several were asked for: then each half is
    /// asked for. So a missing ticket costs at most two requests for each halving of [`SHOWN_MAX`].
    pub fn on_not_found(&mut self, asked: &ToAsk) {
        self.has_not_found |= asked.by == ShowBy::Many;
        match &mut self.stage {
            Stage::Round { due, .. } if asked.ids.len() > 1 => {
                due.pop();
                let (first, second) = asked.ids.split_at(asked.ids.len() / 2);
                due.extend([second.to_vec(), first.to_vec()]);
            }
            _ => self.on_answered(asked, &BTreeSet::new()),
        }
    }

    /// The list of deleted tickets was read to its end, or is refused.
    pub fn on_deleted_end(&mut self) {
        if let Stage::AwaitsDeleted { suspects } = &mut self.stage {
            let suspects = std::mem::take(suspects);
            self.stage = if self.archived == ArchivedShown::Yes && !self.has_not_found {
                Stage::AsksEach {
                    suspects: Vec::new(),
                    gone: suspects,
                }
            } else {
                Stage::AsksEach {
                    suspects,
                    gone: Vec::new(),
                }
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
                suspects.retain(|suspect| *suspect != id);
            }
            if let Stage::AsksEach { gone, .. } = &mut self.stage {
                gone.retain(|suspect| *suspect != id);
            }
        }
    }

    /// A request failed: the round counts for nothing.
    pub fn abandon(&mut self) {
        self.stage = Stage::Idle;
        self.missing.clear();
    }

    /// Another source or other settings: what was missing says nothing any more.
    pub fn forget(&mut self) {
        *self = Self {
            archived: self.archived,
            ..Self::default()
        };
    }

    /// How the round ended, if it is over. `live` is the number of existing tickets.
    pub fn take_end(&mut self, live: u64) -> Option<RoundEnd> {
        let missing = self.missing.len();
        let at_most = SWEPT_MAX.max(live / SWEPT_ONE_IN_MIN);
        let is_too_many = u64::try_from(missing).unwrap_or(u64::MAX) > at_most;
        if self.is_under_way() && is_too_many {
            self.forget();
            return Some(RoundEnd::Refused { missing });
        }
        match &mut self.stage {
            Stage::AsksEach { suspects, gone } if suspects.is_empty() => {
                let gone = std::mem::take(gone);
                self.missing_before = std::mem::take(&mut self.missing);
                for id in &gone {
                    self.missing_before.remove(id);
                }
                self.stage = Stage::Idle;
                Some(RoundEnd::Complete { gone })
            }
            _ => None,
        }
    }

    /// Goes on once every record was looked at and asked for.
    fn settle(&mut self) {
        if let Stage::Round {
            is_last: true, due, ..
        } = &self.stage
            && due.is_empty()
        {
            let suspects: Vec<TicketId> = self
                .missing
                .intersection(&self.missing_before)
                .copied()
                .collect();
            self.stage = if suspects.is_empty() {
                Stage::AsksEach {
                    suspects,
                    gone: Vec::new(),
                }
            } else {
                Stage::AwaitsDeleted { suspects }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[i64]) -> Vec<TicketId> {
        ids.iter().copied().map(TicketId).collect()
    }

    /// A whole round over the tickets 1 to 3, of which those in `shown` exist. `between` were shown by the list
    /// after the round.
    fn round(rounds: &mut VerifyRounds, shown: &[i64], between: &[i64]) -> Option<RoundEnd> {
        rounds.begin();
        assert_eq!(rounds.wants_records(), Some((None, SHOWN_MAX)));
        rounds.on_records(ids(&[1, 2, 3]), Some(TicketId(3)), true);
        let asked = rounds.next_request().expect("a request");
        rounds.on_answered(&asked, &ids(shown).into_iter().collect());
        rounds.on_seen(ids(between).into_iter());
        rounds.on_deleted_end();
        while let Some(asked) = rounds.next_request() {
            assert_eq!(asked.by, ShowBy::One);
            rounds.on_answered(&asked, &BTreeSet::new());
        }
        rounds.take_end(10)
    }

    fn complete(gone: &[i64]) -> Option<RoundEnd> {
        Some(RoundEnd::Complete { gone: ids(gone) })
    }

    #[test]
    fn a_ticket_that_two_rounds_running_miss_is_gone() {
        let mut rounds = VerifyRounds::default();
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[]));
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[2]));
        assert_eq!(round(&mut rounds, &[1, 2, 3], &[]), complete(&[]));
    }

    #[test]
    fn an_answer_that_does_not_say_which_ticket_is_missing_is_asked_in_halves() {
        let mut rounds = VerifyRounds::default();
        let missing = [TicketId(40), TicketId(77)];
        let all: Vec<_> = (1..=100).map(TicketId).collect();
        let mut gone = Vec::new();
        for _ in 0..2 {
            rounds.begin();
            rounds.on_records(all.clone(), Some(TicketId(100)), true);
            let mut requests = 0;
            while let Some(asked) = rounds
                .next_request()
                .filter(|asked| asked.by == ShowBy::Many)
            {
                requests += 1;
                if asked.ids.iter().any(|id| missing.contains(id)) {
                    rounds.on_not_found(&asked);
                } else {
                    rounds.on_answered(&asked, &asked.ids.iter().copied().collect());
                }
            }
            assert!(requests < 30, "{requests}");
            rounds.on_deleted_end();
            while let Some(asked) = rounds.next_request() {
                rounds.on_not_found(&asked);
            }
            match rounds.take_end(100) {
                Some(RoundEnd::Complete { gone: found }) => gone.push(found),
                end => panic!("{end:?}"),
            }
        }
        gone[1].sort_unstable();
        assert_eq!(gone, [vec![], missing.to_vec()]);
    }

    #[test]
    fn a_ticket_that_a_row_showed_in_between_is_not_missing() {
        let mut rounds = VerifyRounds::default();
        assert_eq!(round(&mut rounds, &[1, 3], &[2]), complete(&[]));
        assert_eq!(round(&mut rounds, &[1, 3], &[2]), complete(&[]));
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[]));
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[2]));
    }

    #[test]
    fn a_round_with_a_failed_request_counts_for_nothing() {
        let mut rounds = VerifyRounds::default();
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[]));
        rounds.begin();
        rounds.on_records(ids(&[1, 2, 3]), Some(TicketId(3)), true);
        rounds.abandon();
        assert!(!rounds.is_under_way());
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[2]));
    }

    #[test]
    fn a_ticket_that_the_request_for_itself_shows_is_not_gone() {
        let mut rounds = VerifyRounds::default();
        assert_eq!(round(&mut rounds, &[1, 3], &[]), complete(&[]));
        rounds.begin();
        rounds.on_records(ids(&[1, 2, 3]), Some(TicketId(3)), true);
        let asked = rounds.next_request().expect("a request");
        rounds.on_answered(&asked, &ids(&[1, 3]).into_iter().collect());
        assert!(rounds.awaits_deleted());
        assert_eq!(rounds.next_request(), None);
        rounds.on_deleted_end();
        let asked = rounds.next_request().expect("a request for one");
        rounds.on_seen(ids(&[2]).into_iter());
        rounds.on_answered(&asked, &ids(&[2]).into_iter().collect());
        assert_eq!(rounds.take_end(10), complete(&[]));
    }

    #[test]
    fn where_several_ids_show_archived_tickets_no_ticket_is_asked_by_itself() {
        let mut rounds = VerifyRounds::default();
        rounds.on_archived_asked(true);
        assert_eq!(round(&mut rounds, &[1], &[]), complete(&[]));
        rounds.begin();
        rounds.on_records(ids(&[1, 2, 3]), Some(TicketId(3)), true);
        let asked = rounds.next_request().expect("a request");
        rounds.on_answered(&asked, &ids(&[1]).into_iter().collect());
        rounds.on_deleted_end();
        assert_eq!(rounds.next_request(), None);
        assert_eq!(rounds.take_end(10), complete(&[2, 3]));
    }

    #[test]
    fn more_missing_tickets_than_are_plausible_end_the_round_at_once() {
        let mut rounds = VerifyRounds::default();
        rounds.begin();
        let mut end = None;
        for batch in 0..12 {
            let first = batch * 100;
            let asked: Vec<_> = (first..first + 100).map(TicketId).collect();
            rounds.on_records(asked, Some(TicketId(first + 99)), false);
            let asked = rounds.next_request().expect("a request");
            rounds.on_answered(&asked, &BTreeSet::new());
            end = rounds.take_end(5_000);
            if end.is_some() {
                break;
            }
        }
        assert_eq!(end, Some(RoundEnd::Refused { missing: 1_100 }));
        assert!(!rounds.is_under_way());
    }

    #[test]
    fn an_account_without_such_tickets_completes_its_round_without_a_request() {
        let mut rounds = VerifyRounds::default();
        rounds.begin();
        rounds.on_records(Vec::new(), None, true);
        assert_eq!(rounds.next_request(), None);
        assert_eq!(rounds.take_end(0), complete(&[]));
    }
}
