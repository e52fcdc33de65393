//! Adds observations to histograms, and creates those in business hours when they first differ from those in
//! calendar time. A histogram is identified by the cell of its sum.

use std::collections::BTreeMap;

use super::Aggregates;
use crate::ledger::cell::{Cell, Part};
use crate::ledger::family::TicketFamily;
use crate::ledger::labels::LabelValues;
use crate::ledger::series_settings::BusinessHours;

impl Aggregates {
    /// Adds the observations of one row to the histograms of a ticket with these labels.
    pub(super) fn observe(&mut self, observed: &[(TicketFamily, u64)], labels: &LabelValues) {
        if !self.business_hours_differ && differs(observed) {
            self.business_hours_differ = true;
            if self.settings.business_hours == BusinessHours::Auto {
                self.twins_began = Some(self.add_business_hours_histograms());
            }
        }
        for (family, value) in observed {
            if self.settings.holds(*family, self.business_hours_differ) {
                self.observe_one(family.cell(labels), *value);
            }
        }
    }

    /// Creates the histograms in business hours next to those in calendar time. Until now all values were equal, so
    /// they begin as copies. If the buckets differ, both were kept from the start, and the stored one continues.
    /// Returns the value that each cell would have had before this page.
    ///
    /// Example: `FULL_RESOLUTION` has 5 observations, and the sixth takes 30 minutes of calendar time and 20 in
    /// business hours. `FULL_RESOLUTION_BUSINESS` begins with the 5, and the sixth is added to both.
    pub(super) fn add_business_hours_histograms(&mut self) -> BTreeMap<Cell, u64> {
        let mut began = BTreeMap::new();
        for (calendar, business) in TicketFamily::calendar_and_business() {
            let is_copy = self.settings.has_same_buckets(calendar, business);
            for original in self.sums_of(calendar) {
                let business_sum = self.add_histogram(original.of(business));
                let business_cells = self.cells_of(business_sum).into_iter();
                let cells = business_cells.zip(self.cells_of(original));
                for (business_cell, original) in cells {
                    let before = began.entry(business_cell).or_default();
                    if is_copy {
                        *before += self.value_before_page(original);
                        let value = self.value_before_change(business_cell);
                        let more = self.value_before_change(original);
                        self.set(business_cell, value.saturating_add(more));
                    } else {
                        *before = self.value_before_page(business_cell);
                    }
                }
            }
        }
        began
    }

    /// Adds a histogram at 0 with all of its cells, if it does not exist. Returns its sum, or that of the fallback
    /// if there is no room.
    pub(super) fn add_histogram(&mut self, sum: Cell) -> Cell {
        let buckets = self.settings.buckets.of(sum.family()).len() + 1;
        // All cells of a histogram are created together, so there must be room for all of them.
        let counting = self.cell_or_fallback_of(sum, buckets + sum.series());
        if counting != sum {
            *self.dropped.entry(sum.family()).or_default() += 1;
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

    /// The cells of a histogram: the buckets in increasing order, then the sum.
    fn cells_of(&self, sum: Cell) -> Vec<Cell> {
        // There are at most BUCKETS_MAX bounds, and `+Inf`.
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

    /// The value of a cell before this page; 0 if it did not exist.
    fn value_before_page(&self, cell: Cell) -> u64 {
        match self.before_page.get(&cell) {
            Some(before) => before.unwrap_or_default(),
            None => self.value_before_change(cell),
        }
    }
}

/// Whether a value in business hours differs from the one in calendar time, or only one of the two exists.
fn differs(observed: &[(TicketFamily, u64)]) -> bool {
    let value = |wanted: TicketFamily| {
        let mut values = observed.iter();
        values
            .find(|(family, _)| *family == wanted)
            .map(|(_, value)| *value)
    };
    TicketFamily::calendar_and_business()
        .any(|(calendar, business)| value(calendar) != value(business))
}
