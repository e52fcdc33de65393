//! What a row counts for.

use crate::ledger::family::{self, TicketFamily};
use crate::ledger::measured::Observed;
use crate::ledger::record::{Life, TicketRecord};
use crate::ledger::sla;
use crate::ticket::{Score, Standing, Status, TicketChange, UnixSeconds};

/// What one row counts for, with the labels of the ticket after the change; a deletion with those it
/// had before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The counters that go up by one.
    pub families: Vec<TicketFamily>,
    /// What Zendesk measured, and was not observed before.
    pub observed: Observed,
    /// SLA targets that came to an end.
    pub sla_ended: Vec<sla::Ended>,
}

/// From when on events are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// No page has come yet.
    Initial,
    /// The initial sync still runs: rows only fill the ledger, but those of tickets that were
    /// created from this moment on.
    Syncing(UnixSeconds),
    /// The initial sync is over; tickets created from this moment on are created, older ones that
    /// turn up are adopted.
    Since(UnixSeconds),
}

/// What the ticket was, as far as events care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Was {
    /// Not known, and created before the baseline (or nobody says when).
    Unknown,
    /// Not known, and created after the baseline.
    Unborn,
    Unsolved,
    Done,
    Other,
    Tombstone,
    Swept,
}

impl Was {
    pub(super) fn before(
        known: Option<&TicketRecord>,
        change: &TicketChange,
        baseline: UnixSeconds,
    ) -> Self {
        match known {
            None if change.created_at.is_some_and(|at| at >= baseline) => Self::Unborn,
            None => Self::Unknown,
            Some(known) => match known.life {
                Life::Tombstone => Self::Tombstone,
                Life::Swept => Self::Swept,
                Life::Live if known.status.is_unsolved() => Self::Unsolved,
                Life::Live if known.status.is_done() => Self::Done,
                Life::Live => Self::Other,
            },
        }
    }
}

impl Baseline {
    /// The baseline, if what happens to this ticket counts.
    ///
    /// A ticket that was created at or after it counts from its first row on, whichever walk brings
    /// that: there is nothing of it that could have happened before. What the initial sync shows of
    /// older tickets is their past.
    pub(super) fn counts(
        self,
        known: Option<&TicketRecord>,
        change: &TicketChange,
    ) -> Option<UnixSeconds> {
        match self {
            Self::Initial => None,
            Self::Syncing(baseline) => {
                let created_at = known.map_or(change.created_at, |known| known.created_at);
                created_at
                    .is_some_and(|at| at >= baseline)
                    .then_some(baseline)
            }
            Self::Since(baseline) => Some(baseline),
        }
    }
}

pub(super) fn count(
    was: Was,
    known: Option<&TicketRecord>,
    change: &TicketChange,
    touched: bool,
) -> Counted {
    let is_known_status = matches!(
        change.standing,
        Standing::Live(status) if status != Status::Other
    );
    let is_counted = match was {
        Was::Unknown | Was::Swept => false,
        Was::Unborn | Was::Unsolved | Was::Done | Was::Other | Was::Tombstone => true,
    };
    let is_rated = is_counted
        && change.standing != Standing::Deleted
        && matches!(change.score, Score::Good | Score::Bad)
        && known.is_none_or(|known| known.score != change.score);
    let is_updated = is_known_status && is_counted && (touched || was == Was::Unborn);
    let from = known.filter(|known| known.life == Life::Live);
    let has_changed =
        from.is_some_and(|from| matches!(change.standing, Standing::Live(to) if to != from.status));
    let mut families = events(was, change.standing).to_vec();
    for (family, counts) in [
        (family::UPDATED, is_updated),
        (family::STATUS_CHANGES, has_changed),
        (family::RATINGS, is_rated),
    ] {
        families.extend(counts.then_some(family));
    }
    Counted {
        families,
        ..Counted::default()
    }
}

/// The table of the design: what we knew against what the row says.
///
/// A status that is neither unsolved nor solved causes no event, on either side.
const fn events(was: Was, now: Standing) -> &'static [TicketFamily] {
    let (is_unsolved, is_done) = match now {
        Standing::Live(status) => (status.is_unsolved(), status.is_done()),
        Standing::Deleted => (false, false),
    };
    let is_deleted = matches!(now, Standing::Deleted);
    match was {
        Was::Unborn if is_unsolved => &[family::CREATED],
        Was::Unborn if is_done => &[family::CREATED, family::SOLVED],
        Was::Unsolved if is_done => &[family::SOLVED],
        Was::Done if is_unsolved => &[family::REOPENED],
        Was::Unsolved | Was::Done if is_deleted => &[family::DELETED],
        Was::Tombstone if is_unsolved || is_done => &[family::RESTORED],
        _ => &[],
    }
}
