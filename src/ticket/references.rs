//! What a ticket refers to by an id: its group, brand, form, custom status and assignee.
//!
//! PURE.

use std::ops::{Index, IndexMut};

use super::named_sets::NamedSet;

/// One value for each [`NamedSet`], in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSet<T>(pub [T; NamedSet::COUNT]);

impl<T> PerSet<T> {
    /// The values that `of` gives.
    pub fn from_fn(mut of: impl FnMut(NamedSet) -> T) -> Self {
        Self(std::array::from_fn(|index| of(NamedSet::ALL[index])))
    }

    /// The same, with another value for `set`.
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

/// The id of something else that a ticket names: one of a [`NamedSet`], or its assignee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The ticket names none.
    #[default]
    None,
    /// It names one, but what is there cannot be read as an id.
    Other,
    /// This one.
    Id(i64),
}
