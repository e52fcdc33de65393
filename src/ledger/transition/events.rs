//! The table of events: which counters a row increases, from the ticket's record before and after it.

use crate::ledger::family::{self, TicketFamily};
use crate::ledger::record::{Life, TicketRecord};
use crate::ticket::{Score, Status, TicketChange, UnixSeconds};

/// What a ticket was before a row, for its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// The ledger did not have it, and it was created before the baseline, or its row does not say
    /// when. The row adopts it.
    Unseen,
    /// The ledger did not have it, and it was created since the baseline.
    NotCreated,
    /// New, open, pending or on hold.
    Unsolved,
    /// Solved or closed.
    Solved,
    /// The ticket existed, with a status that this version does not know.
    OtherStatus,
    /// Zendesk reported it as deleted.
    Deleted,
    /// A resync or a verify round removed it.
    Swept,
}

impl Before {
    /// What the ticket of this stored record was. Without a record, `change` says when the ticket was
    /// created.
    pub(super) fn of(
        stored: Option<&TicketRecord>,
        change: &TicketChange,
        baseline: UnixSeconds,
    ) -> Self {
        match stored {
            None if change.created_at.is_some_and(|at| at >= baseline) => Self::NotCreated,
            None => Self::Unseen,
            Some(stored) => match stored.life {
                Life::Tombstone => Self::Deleted,
                Life::Swept => Self::Swept,
                Life::Live if stored.status.is_unsolved() => Self::Unsolved,
                Life::Live if stored.status.is_done() => Self::Solved,
                Life::Live => Self::OtherStatus,
            },
        }
    }

    /// Whether it is known what the ticket was, so that a difference is an event.
    const fn is_certain(self) -> bool {
        !matches!(self, Self::Unseen | Self::Swept)
    }
}

/// The counters that increase by one with a row that changes the record `stored` to `after`. `is_touched` says
/// whether the row has another `updated_at`.
///
/// Example: an open ticket that is solved and rated in one row counts in `SOLVED`, `UPDATED`,
/// `STATUS_CHANGES` and `RATINGS`.
pub(super) fn counters(
    before: Before,
    stored: Option<&TicketRecord>,
    after: &TicketRecord,
    is_touched: bool,
) -> Vec<TicketFamily> {
    let is_live = after.life == Life::Live;
    let stored_live = stored.filter(|stored| is_live && stored.life == Life::Live);

    let is_updated = is_live
        && after.status != Status::Other
        && before.is_certain()
        && (is_touched || before == Before::NotCreated);
    let has_new_status = stored_live.is_some_and(|stored| stored.status != after.status);
    // The list of deleted tickets shows only the id of a ticket that was never read, so its score is not known.
    let was_read = before != Before::Deleted || stored.is_some_and(|it| it.created_at.is_some());
    let is_rated = is_live
        && was_read
        && before.is_certain()
        && matches!(after.score, Score::Good | Score::Bad)
        && stored.is_none_or(|stored| stored.score != after.score);

    let mut families = events(before, after).to_vec();
    for (family, counts) in [
        (family::UPDATED, is_updated),
        (family::STATUS_CHANGES, has_new_status),
        (family::RATINGS, is_rated),
    ] {
        families.extend(counts.then_some(family));
    }
    families
}

/// The table of events, by what the ticket was before the row and is after it.
///
/// A status that this version does not know causes no event, on either side.
const fn events(before: Before, after: &TicketRecord) -> &'static [TicketFamily] {
    let is_live = matches!(after.life, Life::Live);
    let is_unsolved = is_live && after.status.is_unsolved();
    let is_done = is_live && after.status.is_done();
    match before {
        Before::NotCreated if is_unsolved => &[family::CREATED],
        Before::NotCreated if is_done => &[family::CREATED, family::SOLVED],
        Before::Unsolved if is_done => &[family::SOLVED],
        Before::Solved if is_unsolved => &[family::REOPENED],
        Before::Unsolved | Before::Solved if !is_live => &[family::DELETED],
        Before::Deleted if is_unsolved || is_done => &[family::RESTORED],
        _ => &[],
    }
}
