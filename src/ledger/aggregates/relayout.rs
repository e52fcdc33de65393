//! Starting over with another layout: gauges first, then the counters that go on.

use std::collections::BTreeMap;

use super::{Aggregates, own_series};
use crate::ledger::cells::Cell;
use crate::ledger::dictionary::Dictionaries;
use crate::ledger::layout::Layout;

/// The counters that keep their labels and buckets under another layout, and their values.
#[derive(Debug)]
#[must_use = "they are counted on only once they are taken back"]
pub struct KeptCounters(Vec<(Cell, u64)>);

impl KeptCounters {
    /// The same after other label values were chosen: what is not shown any more counts as `other`.
    pub fn shown_by(self, dictionaries: &Dictionaries, layout: &Layout) -> Self {
        let mut merged = BTreeMap::new();
        for (cell, value) in self.0 {
            *merged
                .entry(dictionaries.shown_cell(cell, layout))
                .or_default() += value;
        }
        Self(merged.into_iter().collect())
    }
}

impl Aggregates {
    /// Empties the cells and starts over with another layout. The gauges are then to be folded
    /// again from the records, and what is returned is to be taken back after that: room is short,
    /// and what there is comes before what there was.
    pub fn lay_out_anew(&mut self, layout: Layout) -> KeptCounters {
        let before = std::mem::replace(&mut self.layout, layout);
        let cells = std::mem::take(&mut self.cells).into_iter();
        let keeps = |cell: &Cell| !cell.is_gauge() && self.layout.keeps(&before, cell);
        let kept = KeptCounters(cells.filter(|(cell, _)| keeps(cell)).collect());
        self.own_series = 0;
        self.commit_page();
        kept
    }

    /// Takes back the counters that go on: all of them, or, where there is no room for all beside
    /// the gauges, only those whose open labels are `other`. The rest end.
    pub fn take_back(&mut self, KeptCounters(kept): KeptCounters) {
        let new = |cell: &Cell| !self.cells.contains_key(cell);
        let series = kept
            .iter()
            .map(|(cell, _)| cell)
            .filter(|cell| new(cell))
            .map(own_series)
            .sum::<usize>();
        let fits = self.own_series + series <= self.room();
        for (cell, value) in kept {
            if fits || own_series(&cell) == 0 {
                self.restore(cell, value);
            }
        }
    }
}
