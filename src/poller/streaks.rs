//! What the log tells of failures in a row. A success of one kind ends no row of another.

use crate::ledger::Walk;
use crate::streak::Streak;

/// The failures of an account, by what failed. They outlive a change of settings: what a log has
/// opened, it closes.
#[derive(Debug, Default)]
pub(super) struct Streaks {
    walks: [WalkStreaks; Walk::COUNT],
    /// Renewals of a token that still works.
    pub(super) renewal: Streak,
}

/// The failures of one walk.
#[derive(Debug, Default)]
pub(super) struct WalkStreaks {
    /// Its requests since its latest page.
    pub(super) requests: Streak,
    /// Its cursors that were lost since one was taken.
    pub(super) cursors: Streak,
    /// That its list is not in order, which is told once.
    pub(super) told_out_of_order: bool,
}

impl Streaks {
    /// The failures of `walk`.
    pub(super) const fn of_walk(&mut self, walk: Walk) -> &mut WalkStreaks {
        &mut self.walks[walk as usize]
    }
}
