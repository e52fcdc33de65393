//! The tickets of a round in batches, one request each.

use std::collections::BTreeSet;

use crate::ledger::Life;
use crate::source::SHOWN_MAX;
use crate::ticket::TicketId;

/// What a round has collected from the records and not asked for yet.
#[derive(Debug, Default)]
pub(super) struct Batches {
    /// Every record up to this one was looked at.
    after: Option<TicketId>,
    /// Whether there are no further records.
    is_last: bool,
    /// Tickets that are collected for the next request.
    collected: Vec<TicketId>,
    /// The requests that are due, the last one first. There are several after an answer that did not say which of
    /// its tickets is missing.
    due: Vec<Vec<TicketId>>,
    /// Those of these tickets that were removed already: only a row of them says something.
    swept: BTreeSet<TicketId>,
}

impl Batches {
    /// As [`VerifyRounds::wants_records`](super::VerifyRounds::wants_records).
    pub(super) fn wants_records(&self) -> Option<(Option<TicketId>, usize)> {
        let wants = !self.is_last && self.due.is_empty();
        wants.then(|| (self.after, SHOWN_MAX.saturating_sub(self.collected.len())))
    }

    /// As [`VerifyRounds::on_records`](super::VerifyRounds::on_records).
    pub(super) fn on_records(
        &mut self,
        tickets: &[(TicketId, Life)],
        more_after: Option<TicketId>,
    ) {
        for (id, life) in tickets {
            self.collected.push(*id);
            if *life == Life::Swept {
                self.swept.insert(*id);
            }
        }
        match more_after {
            Some(id) => self.after = Some(id),
            None => self.is_last = true,
        }
        let is_full = self.collected.len() >= SHOWN_MAX;
        if is_full || (self.is_last && !self.collected.is_empty()) {
            self.due.push(std::mem::take(&mut self.collected));
        }
    }

    /// The tickets of the request that is due.
    pub(super) fn next(&self) -> Option<&[TicketId]> {
        self.due.last().map(Vec::as_slice)
    }

    /// The request for `ids` was answered with the tickets in `shown`. Returns those that are missing. A ticket that
    /// was removed before does not go once more, so it counts neither against the bound of a round nor as a suspect.
    pub(super) fn on_answered(
        &mut self,
        ids: &[TicketId],
        shown: &BTreeSet<TicketId>,
    ) -> Vec<TicketId> {
        self.due.pop();
        let is_missing = |id: &TicketId| !self.swept.remove(id) && !shown.contains(id);
        ids.iter().copied().filter(is_missing).collect()
    }

    /// One of `ids` is missing: each half is asked for.
    pub(super) fn halve(&mut self, ids: &[TicketId]) {
        self.due.pop();
        let (first, second) = ids.split_at(ids.len() / 2);
        self.due.extend([second.to_vec(), first.to_vec()]);
    }

    /// Whether every record was looked at and asked for.
    pub(super) const fn is_done(&self) -> bool {
        self.is_last && self.due.is_empty()
    }
}
