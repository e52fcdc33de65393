//! Which counters and histograms were shown at some moment, and under which settings.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use super::Aggregates;
use crate::ledger::cell::Cell;
use crate::ledger::series_settings::SeriesSettings;

/// The series of counters and histograms that were shown at some moment. Takes eight bytes of each.
#[derive(Clone, Debug)]
pub struct ShownSeries {
    settings: SeriesSettings,
    cells: usize,
    business_hours_differ: bool,
    /// A hash of each, in order.
    series: Vec<u64>,
}

impl ShownSeries {
    /// Those that are shown of `aggregates`.
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

    /// Whether nothing has begun or ended since: cells do not go away while the settings stay.
    pub fn is_of(&self, aggregates: &Aggregates) -> bool {
        self.cells == aggregates.len()
            && self.business_hours_differ == aggregates.business_hours_differ()
            && self.settings == *aggregates.settings()
    }

    /// Under which settings they were shown.
    pub const fn settings(&self) -> &SeriesSettings {
        &self.settings
    }

    /// Whether a value in business hours had differed from the one by the calendar.
    pub const fn business_hours_differ(&self) -> bool {
        self.business_hours_differ
    }

    /// Whether the series, or the histogram, of this [whole](Cell::whole) cell was among them.
    pub fn has(&self, whole: &Cell) -> bool {
        self.series.binary_search(&hash(whole)).is_ok()
    }
}

impl Aggregates {
    /// The cells that are shown and are no gauges.
    pub fn shown_counters(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.shown_cells().filter(|(cell, _)| !cell.is_gauge())
    }
}

fn hash(cell: &Cell) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(cell)
}
