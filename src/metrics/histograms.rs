//! Histograms of tickets, put together from their cells.
//!
//! PURE.

use std::collections::BTreeMap;
use std::time::Duration;

use super::newborn::Held;
use crate::ledger::{Cell, Measure, Owner};
use crate::ticket::Priority;

/// Histograms put together from their cells.
#[derive(Default)]
pub(super) struct Histograms(pub(super) BTreeMap<(Measure, Priority, Owner), Histogram>);

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
        let Cell::HistogramSum {
            measure,
            priority,
            owner,
        } = cell.whole()
        else {
            return false;
        };
        let histogram = self.0.entry((measure, priority, owner)).or_default();
        histogram.now.take(cell, value);
        if let Some(held) = held {
            let (values, _) = histogram
                .held
                .get_or_insert_with(|| (Values::default(), held.until));
            values.take(cell, held.value);
        }
        true
    }
}

impl Values {
    fn take(&mut self, cell: &Cell, value: u64) {
        match cell {
            Cell::HistogramBucket { .. } => self.buckets.push(value),
            _ => self.sum = value,
        }
    }
}
