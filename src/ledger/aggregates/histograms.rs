//! Histograms: what is observed, and those in business hours, which begin once they differ from
//! those by the calendar. A histogram is told by the cell of its sum.

use std::collections::BTreeMap;

use super::Aggregates;
use crate::ledger::cell::{Cell, Part};
use crate::ledger::family::TicketFamily;
use crate::ledger::labels::LabelValues;
use crate::ledger::series_settings::BusinessHours;

impl Aggregates {
    /// Takes what one row gave to the histograms of a ticket with these labels.
    pub(super) fn observe(&mut self, observed: &[(TicketFamily, u64)], labels: &LabelValues) {
        if !self.business_hours_differ && differs(observed) {
            self.business_hours_differ = true;
            if self.settings.business_hours == BusinessHours::Auto {
                self.twins_began = Some(self.add_twins());
            }
        }
        for (family, value) in observed {
            if self.settings.holds(*family, self.business_hours_differ) {
                self.observe_one(family.cell(labels), *value);
            }
        }
    }

    /// Makes the histograms in business hours beside those by the calendar. Until now every value was
    /// the same in both, so they begin as copies; where the buckets are not the same, what was kept
    /// of them goes on. Returns what each of their cells held before this page, as one who had
    /// watched them all along would have seen it.
    pub(super) fn add_twins(&mut self) -> BTreeMap<Cell, u64> {
        let mut began = BTreeMap::new();
        for (calendar, business) in TicketFamily::twins() {
            let is_copy = self.settings.has_same_buckets(calendar, business);
            for original in self.sums_of(calendar) {
                let twin = self.add_histogram(original.of(business));
                let cells = self.cells_of(twin).into_iter().zip(self.cells_of(original));
                for (twin, original) in cells {
                    let before = began.entry(twin).or_default();
                    if is_copy {
                        *before += self.value_before_page(original);
                        let value = self.value_before_change(twin);
                        let more = self.value_before_change(original);
                        self.set(twin, value.saturating_add(more));
                    } else {
                        *before = self.value_before_page(twin);
                    }
                }
            }
        }
        began
    }

    /// Brings a histogram at zero, whole. Returns its sum: that of another owner's histogram where there
    /// is no room for this one.
    pub(super) fn add_histogram(&mut self, sum: Cell) -> Cell {
        let buckets = self.settings.buckets.of(sum.family()).len() + 1;
        let counting = self.cell_or_fallback_of(sum, buckets + sum.series());
        if counting != sum {
            *self.rejected.entry(sum.family()).or_default() += 1;
        }
        if !self.cells.contains_key(&counting) {
            for cell in self.cells_of(counting) {
                self.set(cell, 0);
            }
        }
        counting
    }

    fn observe_one(&mut self, sum: Cell, value: u64) {
        let sum = self.add_histogram(sum);
        let bucket = self.settings.buckets.bucket_of(sum.family(), value);
        for (cell, count) in [(sum.with_part(Part::Bucket(bucket)), 1), (sum, value)] {
            let before = self.value_before_change(cell);
            self.set(cell, before.saturating_add(count));
        }
    }

    /// The cells of a histogram: its buckets in their order, then the sum.
    fn cells_of(&self, sum: Cell) -> Vec<Cell> {
        // At most BUCKETS_MAX and `+Inf`.
        let last = self.settings.buckets.of(sum.family()).len() as u8;
        let buckets = (0..=last).map(|index| sum.with_part(Part::Bucket(index)));
        buckets.chain([sum]).collect()
    }

    /// The sums of a family's histograms.
    fn sums_of(&self, family: TicketFamily) -> Vec<Cell> {
        let cells = self.cells.keys().copied();
        let is_sum = |cell: &Cell| cell.family() == family && *cell == cell.whole();
        cells.filter(is_sum).collect()
    }

    /// What a cell held before this page, 0 if it was not there.
    fn value_before_page(&self, cell: Cell) -> u64 {
        match self.before_page.get(&cell) {
            Some(before) => before.unwrap_or_default(),
            None => self.value_before_change(cell),
        }
    }
}

/// Whether a value in business hours is not the one by the calendar, or only one of the two is there.
fn differs(observed: &[(TicketFamily, u64)]) -> bool {
    let value = |wanted: TicketFamily| {
        let mut values = observed.iter();
        values
            .find(|(family, _)| *family == wanted)
            .map(|(_, value)| *value)
    };
    TicketFamily::twins().any(|(calendar, business)| value(calendar) != value(business))
}
