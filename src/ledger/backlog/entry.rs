//! An unsolved ticket in compact form.

use crate::ticket::{SlaTarget, UnixSeconds};

/// A [`Waiting`](super::Waiting) in compact form. There can be a hundred thousand, and each view reads all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The time from which its age is counted.
    pub(super) since: UnixSeconds,
    /// The time of the last update; valid only with [`Entry::UPDATED`].
    pub(super) updated_at: UnixSeconds,
    /// Data that most tickets do not have.
    pub(super) rare: Option<Box<Rare>>,
    /// The number of its cell.
    pub(super) cell: u32,
    pub(super) flags: u8,
}

/// Data that few tickets have, so that the others need no memory for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) due_at: Option<UnixSeconds>,
    pub(super) stated_at: UnixSeconds,
    pub(super) targets: Vec<(u32, SlaTarget)>,
}

impl Entry {
    /// Flag: `since` is the creation time.
    pub(super) const CREATED: u8 = 1;
    /// Flag: `updated_at` is valid.
    pub(super) const UPDATED: u8 = 2;
    /// Flag: it has no assignee.
    pub(super) const UNASSIGNED: u8 = 4;
    /// Flag: it has no reply.
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
