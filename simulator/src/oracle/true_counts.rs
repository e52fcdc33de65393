//! How often tickets were truly solved and reopened, by the account's own history.

use crate::ticket::SimTicket;
use crate::vocabulary::Status;

/// How often tickets were truly solved and reopened since an exporter knows them: neither what was before
/// the row by which it adopted a ticket, nor what a deletion hides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrueCounts {
    /// Solved.
    pub solved: i64,
    /// Reopened.
    pub reopened: i64,
}

impl TrueCounts {
    pub(super) const fn add(&mut self, more: Self) {
        self.solved += more.solved;
        self.reopened += more.reopened;
    }
}

/// The reopens of a ticket that are in the true numbers, or were before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TrueReopens(i64);

impl TrueReopens {
    /// Follows a row of which nothing is counted.
    pub(super) fn follow(&mut self, row: &SimTicket) {
        self.0 = self.0.max(i64::from(row.reopens));
    }

    /// What has happened to a ticket that was done or not, and is done or not.
    pub(super) fn count(&mut self, row: &SimTicket, sides: (bool, bool)) -> TrueCounts {
        let counts = self.until(row, sides);
        self.0 += counts.reopened;
        counts
    }

    /// The same, without counting it.
    pub(super) fn until(self, row: &SimTicket, (was_done, is_done): (bool, bool)) -> TrueCounts {
        let reopened = (i64::from(row.reopens) - self.0).max(0);
        TrueCounts {
            solved: reopened + i64::from(is_done) - i64::from(was_done),
            reopened,
        }
    }
}

/// Whether a ticket is done; `None` where it is neither done nor unsolved.
pub(super) fn is_done(status: Option<Status>) -> Option<bool> {
    let status = status.filter(|status| status.is_done() || status.is_unsolved())?;
    Some(status.is_done())
}
