//! Histograms of tickets, put together from their cells.
//!
//! PURE.

use std::collections::BTreeMap;
use std::time::Duration;

use super::new_series::Held;
use crate::ledger::{Cell, Part};

/// Histograms put together from their cells, by the cell of their sum.
#[derive(Default)]
pub(super) struct Histograms(pub(super) BTreeMap<Cell, Histogram>);

#[derive(Default)]
pub(super) struct Histogram {
    /// What its cells hold.
    pub(super) now: Values,
    /// What is shown of it for now, where that is something else, and until when.
    pub(super) held: Option<(Values, Duration)>,
}

/// Observations in each bucket and in no lower one, and their sum.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) buckets: Vec<u64>,
    pub(super) sum: u64,
}

impl Histograms {
    /// Takes a cell of a histogram, in the order of the aggregates; `false` for any other. All cells
    /// of a histogram are held, or none.
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
