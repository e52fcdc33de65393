//! What a ticket refers to by an id: its group, brand, form, custom status and assignee.
//!
//! PURE.

use std::ops::{Index, IndexMut};

use super::named_sets::NamedSet;

/// One value for each [`NamedSet`], in the order of [`NamedSet::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSet<T>(pub [T; NamedSet::COUNT]);

impl<T> PerSet<T> {
    /// The values that `of` returns.
    pub fn from_fn(mut of: impl FnMut(NamedSet) -> T) -> Self {
        Self(std::array::from_fn(|index| of(NamedSet::ALL[index])))
    }

    /// The same values, with `value` for `set`.
    #[must_use]
    pub fn with(mut self, set: NamedSet, value: T) -> Self {
        self[set] = value;
        self
    }
}

impl<T> Index<NamedSet> for PerSet<T> {
    type Output = T;

    fn index(&self, set: NamedSet) -> &T {
        &self.0[set as usize]
    }
}

impl<T> IndexMut<NamedSet> for PerSet<T> {
    fn index_mut(&mut self, set: NamedSet) -> &mut T {
        &mut self.0[set as usize]
    }
}

/// The id of something that a ticket refers to: one of a [`NamedSet`], or its assignee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The ticket has none.
    #[default]
    None,
    /// The ticket has one, but its id cannot be read.
    Other,
    /// The ticket has the one with this id.
    Id(i64),
}
