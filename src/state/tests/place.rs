//! Where a state can be, whatever the backend.

use super::*;
use crate::state::memory::InMemory;

/// Where a state can be.
pub(super) trait Place {
    type Kept: Backend + 'static;

    /// The backend, as another start of the program opens it.
    fn backend(&self) -> Self::Kept;

    /// Lets transactions fail, or no longer.
    fn set_broken(&self, is_broken: bool);

    /// Takes the state away, or puts it back.
    fn take_away(&self, is_away: bool);
}

impl Place for InMemory {
    type Kept = Self;

    fn backend(&self) -> Self {
        self.clone()
    }

    fn set_broken(&self, is_broken: bool) {
        // That ends when the state is opened again.
        if is_broken {
            self.fill();
        }
    }

    fn take_away(&self, is_away: bool) {
        self.take_away(is_away);
    }
}

impl Place for TempDir {
    type Kept = Sqlite;

    fn backend(&self) -> Sqlite {
        Sqlite::open(&state_in(self)).expect("a file")
    }

    fn set_broken(&self, is_broken: bool) {
        set_broken(&state_in(self), is_broken);
    }

    fn take_away(&self, is_away: bool) {
        let (path, aside) = (state_in(self), self.path().join("aside"));
        let (from, to) = if is_away {
            (path, aside)
        } else {
            (aside, path)
        };
        std::fs::rename(from, to).expect("moved");
    }
}
