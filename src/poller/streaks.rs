//! What the log tells of failures in a row. A success of one kind ends no row of another.

use super::Poller;
use crate::clock::Clock;
use crate::ledger::Walk;
use crate::source::TicketSource;
use crate::streak::Streak;

/// The failures of an account, by what failed. They outlive a change of settings: what a log has
/// opened, it closes.
#[derive(Debug, Default)]
pub(super) struct Streaks {
    main: WalkStreaks,
    replay: WalkStreaks,
    resync: WalkStreaks,
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
}

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// The failures of `walk`.
    pub(super) const fn streaks_of(&mut self, walk: Walk) -> &mut WalkStreaks {
        match walk {
            Walk::Main => &mut self.streaks.main,
            Walk::Replay => &mut self.streaks.replay,
            Walk::Resync => &mut self.streaks.resync,
        }
    }
}
