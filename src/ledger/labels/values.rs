//! The values of the labels of one ticket.

use std::ops::{Index, IndexMut};

use super::dimension::Dimension;
use super::numbers::NUMBER_ABSENT;

/// The values of a ticket's labels, by [`Dimension`]: the index of one of the words of a closed set, or
/// a number of the [`Dictionaries`](super::Dictionaries).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelValues(pub(in crate::ledger) [u16; Dimension::COUNT]);

impl Default for LabelValues {
    /// No label is shown.
    fn default() -> Self {
        Self([NUMBER_ABSENT; Dimension::COUNT])
    }
}

impl LabelValues {
    /// The same, with another value of one label.
    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: impl Into<u16>) -> Self {
        self[dimension] = value.into();
        self
    }

    /// Group and brand alone.
    pub(in crate::ledger) fn owner(&self) -> Self {
        let mut owner = Self::default();
        for dimension in Dimension::OWNER {
            owner[dimension] = self[dimension];
        }
        owner
    }
}

impl Index<Dimension> for LabelValues {
    type Output = u16;

    fn index(&self, dimension: Dimension) -> &u16 {
        &self.0[dimension.index()]
    }
}

impl IndexMut<Dimension> for LabelValues {
    fn index_mut(&mut self, dimension: Dimension) -> &mut u16 {
        &mut self.0[dimension.index()]
    }
}
