//! Solves and reopens between two rows of a ticket.
//!
//! Zendesk counts reopens itself. A record keeps the greater of Zendesk's number and of its own plus what
//! was observed; by how much it grows is what happened. Example: a ticket was open and is open, and
//! Zendesk's number went from 0 to 1. It was solved once and reopened once.

/// What happened between two rows of a ticket that is neither deleted nor gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Between {
    pub(super) solved: u32,
    pub(super) reopened: u32,
}

/// The number of reopens that a record accounts for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reopens(u32);

impl Reopens {
    /// Follows a row of which nothing is counted here.
    pub(super) fn follow(&mut self, told: Option<u32>) {
        self.0 = self.0.max(told.unwrap_or(0));
    }

    /// Takes a row of a ticket that was done or not, and is done or not. `told` is Zendesk's number, and
    /// `is_adopted` says that what it has been before is not known.
    pub(super) fn count(
        &mut self,
        (was_done, is_done): (bool, bool),
        told: Option<u32>,
        is_adopted: bool,
    ) -> Between {
        let observed = u32::from(was_done && !is_done);
        let before = self.0;
        self.0 += observed;
        self.follow(told);
        let reopened = if is_adopted {
            observed
        } else {
            self.0 - before
        };
        Between {
            solved: (reopened + u32::from(is_done)) - u32::from(was_done),
            reopened,
        }
    }
}
