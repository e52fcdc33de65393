//! The label values of one ticket, as an array by label.

use std::ops::{Index, IndexMut};

use super::dimension::Dimension;
use super::numbers::NUMBER_ABSENT;

/// The label values of a ticket by [`Dimension`]: the index of a word in a closed set, or a number of the
/// [`Dictionaries`](super::Dictionaries).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelValues(pub(in crate::ledger) [u16; Dimension::COUNT]);

impl Default for LabelValues {
    /// Values with no label shown.
    fn default() -> Self {
        Self([NUMBER_ABSENT; Dimension::COUNT])
    }
}

impl LabelValues {
    /// The same values, with another one for one label.
    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: impl Into<u16>) -> Self {
        self[dimension] = value.into();
        self
    }

    /// The values of group and brand only.
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
