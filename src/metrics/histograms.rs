//! Assembles histograms of tickets from their cells.
//!
//! PURE. Example: the cells `Bucket(0) = 3`, `Bucket(1) = 2` and `Sum = 900` are one histogram. With the bound 600
//! its lines are `le="600"` 3, `le="+Inf"` 5, the sum 900 and the count 5.

use std::collections::BTreeMap;
use std::time::Duration;

use super::new_series::Held;
use crate::ledger::{Cell, Part};

/// Histograms by the cell of their sum.
#[derive(Default)]
pub(super) struct Histograms(pub(super) BTreeMap<Cell, Histogram>);

#[derive(Default)]
pub(super) struct Histogram {
    /// The values of its cells.
    pub(super) now: Values,
    /// The values that are shown while the histogram is held, and the end of the hold; `None` if it is not held.
    pub(super) held: Option<(Values, Duration)>,
}

/// The observations in each bucket that are in no lower one, and their sum.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) buckets: Vec<u64>,
    pub(super) sum: u64,
}

impl Histograms {
    /// Adds a cell of a histogram; `false` for any other cell. The cells must come in the order of the aggregates.
    /// Either all cells of a histogram are held, or none.
    pub(super) fn take(&mut self, cell: &Cell, value: u64, held: Option<Held>) -> bool {
        let Some(part) = cell.part() else {
            return false;
        };
        let histogram = self.0.entry(cell.whole()).or_default();
        histogram.now.take(part, value);
        if let Some(held) = held {
            let (values, _) = histogram
                .held
                .get_or_insert_with(|| (Values::default(), held.until));
            values.take(part, held.value);
        }
        true
    }
}

impl Values {
    fn take(&mut self, part: Part, value: u64) {
        match part {
            Part::Bucket(_) => self.buckets.push(value),
            Part::Sum => self.sum = value,
        }
    }
}
