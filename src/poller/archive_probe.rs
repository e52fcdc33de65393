//! Whether Zendesk shows archived tickets by their ids: what is asked to find out.
//!
//! PURE.

use std::collections::BTreeSet;

use crate::ledger::ArchiveWalk;
use crate::source::{Page, SHOWN_MAX};
use crate::ticket::{Standing, Status, TicketId};

/// What is asked next to find out whether Zendesk shows archived tickets.
#[derive(Debug, Default)]
pub(super) struct ArchiveProbe {
    /// Archived tickets that are known, to be asked for.
    known: Vec<TicketId>,
    /// Before the walk over all ids: requests that are spread over them.
    spread: Spread,
}

/// Requests that are spread over all ids. Nobody knows which of them are archived tickets.
#[derive(Debug, Default)]
enum Spread {
    /// None was planned.
    #[default]
    Unplanned,
    /// Each asks for the ids after one of `after`, the last one next, and for none greater than `until`.
    Planned {
        after: Vec<TicketId>,
        until: TicketId,
    },
    /// None has shown an archived ticket.
    Failed,
}

/// Most requests that are spread over all ids.
const PROBES_MAX: i64 = 20;

impl ArchiveProbe {
    /// Takes archived tickets that are known, unless there are others to ask for.
    pub(super) fn learn(&mut self, known: Vec<TicketId>) {
        if self.known.is_empty() {
            self.known = known;
        }
    }

    /// Whether known archived tickets are to be asked for.
    pub(super) const fn has_known(&self) -> bool {
        !self.known.is_empty()
    }

    /// The known ones, which are asked for now.
    pub(super) fn take_known(&mut self) -> Option<Vec<TicketId>> {
        let known = std::mem::take(&mut self.known);
        (!known.is_empty()).then_some(known)
    }

    /// Whether the requests over all ids are still to be planned.
    pub(super) const fn is_unplanned(&self) -> bool {
        matches!(self.spread, Spread::Unplanned)
    }

    /// Plans requests over all ids up to `until`, so few that none asks for an id that another one asks for.
    pub(super) fn plan(&mut self, until: TicketId) {
        let of_each = i64::try_from(SHOWN_MAX).unwrap_or(i64::MAX);
        let for_all = until.0 / of_each + i64::from(until.0 % of_each > 0);
        let probes = for_all.clamp(0, PROBES_MAX);
        // The same as `until * probe / probes`, which would be too great for the type.
        let after = |probe| until.0 / probes * probe + until.0 % probes * probe / probes;
        self.spread = Spread::Planned {
            after: (0..probes).rev().map(after).map(TicketId).collect(),
            until,
        };
    }

    /// The ids of the next of these requests; `None` if there is none.
    pub(super) fn next_ids(&self) -> Option<Vec<TicketId>> {
        let Spread::Planned { after, until } = &self.spread else {
            return None;
        };
        let (id, until) = (*after.last()?, *until);
        Some(ArchiveWalk::After { id, until }.next_ids())
    }

    /// The greatest id that they ask for.
    pub(super) const fn until(&self) -> Option<TicketId> {
        match self.spread {
            Spread::Planned { until, .. } => Some(until),
            Spread::Unplanned | Spread::Failed => None,
        }
    }

    /// The next of these requests showed no archived ticket.
    pub(super) fn on_nothing(&mut self) {
        if let Spread::Planned { after, .. } = &mut self.spread {
            after.pop();
            if after.is_empty() {
                self.spread = Spread::Failed;
            }
        }
    }

    /// One of these requests showed an archived ticket, so the walk over all ids has begun.
    pub(super) fn on_found(&mut self) {
        self.spread = Spread::Unplanned;
    }

    /// The tickets of the walk over all ids cannot be read.
    pub(super) fn give_up(&mut self) {
        self.spread = Spread::Failed;
    }

    /// Whether Zendesk was asked for archived tickets in vain.
    pub(super) const fn has_failed(&self) -> bool {
        matches!(self.spread, Spread::Failed)
    }
}

/// Whether a page of tickets that were requested by their ids shows an archived one. `unknown` are those without a
/// record.
///
/// The list was read to its end, so it has not shown these. Only closed tickets are archived; one that is not closed
/// was created a moment ago. A ticket that the settings do not select has no record either, and shows the same.
pub(super) fn shows_archived(page: &Page, unknown: &BTreeSet<TicketId>) -> bool {
    let closed = Standing::Live(Status::Closed);
    page.tickets()
        .any(|ticket| ticket.standing == closed && unknown.contains(&ticket.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_are_spread_over_all_ids_and_ask_for_no_id_twice() {
        for (until, requests, ids) in [
            (1, 1, 1),
            (100, 1, 100),
            (101, 2, 101),
            (1_250, 13, 1_250),
            (1_919, 20, 1_919),
            (2_000, 20, 2_000),
            (1_000_000, 20, 2_000),
            (i64::MAX, 20, 2_000),
        ] {
            let mut probe = ArchiveProbe::default();
            assert!(probe.is_unplanned());
            probe.plan(TicketId(until));
            assert_eq!(probe.until(), Some(TicketId(until)));
            let mut asked = Vec::new();
            let mut number = 0;
            while let Some(ids) = probe.next_ids() {
                assert!(!probe.has_failed());
                asked.extend(ids);
                number += 1;
                probe.on_nothing();
            }
            assert!(probe.has_failed());
            let distinct: BTreeSet<_> = asked.into_iter().collect();
            assert_eq!((number, distinct.len()), (requests, ids), "{until}");
            assert!(distinct.last() <= Some(&TicketId(until)));
        }
    }

    #[test]
    fn known_archived_tickets_are_asked_for_once() {
        let mut probe = ArchiveProbe::default();
        assert!(!probe.has_known());
        assert_eq!(probe.take_known(), None);
        probe.learn(vec![TicketId(3)]);
        probe.learn(vec![TicketId(4)]);
        assert_eq!(probe.take_known(), Some(vec![TicketId(3)]));
        assert_eq!(probe.take_known(), None);
    }
}
