//! The set of counters and histograms that were shown at some time, as hashes.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use super::Aggregates;
use crate::ledger::cell::Cell;
use crate::ledger::series_settings::SeriesSettings;

/// The counters and histograms that were shown at some time, with their settings. It takes eight bytes for each.
#[derive(Clone, Debug)]
pub struct ShownSeries {
    settings: SeriesSettings,
    cells: usize,
    business_hours_differ: bool,
    /// The hash of each, sorted.
    series: Vec<u64>,
}

impl ShownSeries {
    /// The series of `aggregates` that are shown.
    pub fn of(aggregates: &Aggregates) -> Self {
        let whole = aggregates
            .shown_counters()
            .filter(|(cell, _)| *cell == cell.whole());
        let mut series: Vec<u64> = whole.map(|(cell, _)| hash(&cell)).collect();
        series.sort_unstable();
        Self {
            settings: aggregates.settings().clone(),
            cells: aggregates.len(),
            business_hours_differ: aggregates.business_hours_differ(),
            series,
        }
    }

    /// Whether no series has begun or ended since. Comparing the number of cells is enough, because no cell is
    /// removed while the settings stay.
    pub fn is_of(&self, aggregates: &Aggregates) -> bool {
        self.cells == aggregates.len()
            && self.business_hours_differ == aggregates.business_hours_differ()
            && self.settings == *aggregates.settings()
    }

    /// The settings at that time.
    pub const fn settings(&self) -> &SeriesSettings {
        &self.settings
    }

    /// Whether a value in business hours had differed from the one in calendar time.
    pub const fn business_hours_differ(&self) -> bool {
        self.business_hours_differ
    }

    /// Whether the series or histogram of this [whole](Cell::whole) cell was shown.
    pub fn has(&self, whole: &Cell) -> bool {
        self.series.binary_search(&hash(whole)).is_ok()
    }
}

impl Aggregates {
    /// The cells that are shown, without gauges.
    pub fn shown_counters(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.shown_cells().filter(|(cell, _)| !cell.is_gauge())
    }
}

fn hash(cell: &Cell) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(cell)
}
