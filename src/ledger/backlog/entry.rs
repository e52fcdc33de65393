//! An unsolved ticket in few bytes.

use crate::ticket::{SlaTarget, UnixSeconds};

/// A [`Waiting`](super::Waiting) in few bytes: there may be a hundred thousand, and all are walked for a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What its age is counted from.
    pub(super) since: UnixSeconds,
    /// Means something with [`Entry::UPDATED`] only.
    pub(super) updated_at: UnixSeconds,
    /// `None` for most tickets.
    pub(super) rare: Option<Box<Rare>>,
    /// Number of its cell.
    pub(super) cell: u32,
    pub(super) flags: u8,
}

/// What few tickets have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) due_at: Option<UnixSeconds>,
    pub(super) order_key: UnixSeconds,
    pub(super) targets: Vec<(u32, SlaTarget)>,
}

impl Entry {
    /// `since` is when it was created.
    pub(super) const CREATED: u8 = 1;
    /// `updated_at` is known.
    pub(super) const UPDATED: u8 = 2;
    /// Nobody has it.
    pub(super) const UNASSIGNED: u8 = 4;
    /// Nobody has replied.
    pub(super) const UNREPLIED: u8 = 8;

    pub(super) const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) const fn created_at(&self) -> Option<UnixSeconds> {
        if self.is(Self::CREATED) {
            Some(self.since)
        } else {
            None
        }
    }

    pub(super) const fn updated_at(&self) -> Option<UnixSeconds> {
        if self.is(Self::UPDATED) {
            Some(self.updated_at)
        } else {
            None
        }
    }
}
