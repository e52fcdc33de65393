//! Histograms: what is observed, and those in business hours, which begin once they differ from
//! those by the calendar.

use std::collections::BTreeMap;

use super::Aggregates;
use crate::ledger::business_hours::BusinessHours;
use crate::ledger::cells::{Cell, Owner};
use crate::ledger::measure::Measure;
use crate::ledger::series_settings::SeriesSettings;
use crate::ticket::Priority;

impl Aggregates {
    /// Takes what one row gave to the histograms.
    pub(super) fn observe(
        &mut self,
        observed: &[(Measure, u64)],
        priority: Priority,
        owner: Owner,
    ) {
        if !self.business_hours_differ && differs(observed) {
            self.business_hours_differ = true;
            if self.settings.business_hours == BusinessHours::Auto {
                self.twins_began = Some(self.add_twins());
            }
        }
        for (measure, value) in observed {
            let differs = self.business_hours_differ;
            if self.settings.keeps_histogram(*measure, differs) {
                self.observe_one(*measure, *value, priority, owner);
            }
        }
    }

    /// Makes the histograms in business hours beside those by the calendar. Until now every value was
    /// the same in both, so they begin as copies; where the buckets are not the same, what was kept
    /// of them goes on. Returns what each of their cells held before this page, as one who had
    /// watched them all along would have seen it.
    pub(super) fn add_twins(&mut self) -> BTreeMap<Cell, u64> {
        let mut began = BTreeMap::new();
        for (calendar, business) in Measure::TWINS {
            let is_copy = self.settings.has_same_buckets(*calendar, *business);
            for (priority, owner) in self.places_of(*calendar) {
                let twin = Histogram {
                    measure: *business,
                    priority,
                    owner: self.add_histogram(*business, priority, owner),
                };
                let original = Histogram {
                    measure: *calendar,
                    priority,
                    owner,
                };
                let cells = twin.cells(&self.settings);
                for (twin, original) in cells.into_iter().zip(original.cells(&self.settings)) {
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

    /// Brings a histogram at zero, whole. Returns whose it is: another owner's where there is no
    /// room for this one.
    pub(super) fn add_histogram(
        &mut self,
        measure: Measure,
        priority: Priority,
        owner: Owner,
    ) -> Owner {
        let mut histogram = Histogram {
            measure,
            priority,
            owner,
        };
        let sum = histogram.sum();
        let buckets = self.settings.buckets.of(measure).len() + 1;
        let admitted = self.admitted_with(sum, buckets + SeriesSettings::series(&sum));
        if admitted != sum {
            *self.folded.entry(sum.family()).or_default() += 1;
        }
        histogram.owner = admitted.owner();
        if !self.cells.contains_key(&admitted) {
            for cell in histogram.cells(&self.settings) {
                self.set(cell, 0);
            }
        }
        histogram.owner
    }

    fn observe_one(&mut self, measure: Measure, value: u64, priority: Priority, owner: Owner) {
        let histogram = Histogram {
            measure,
            priority,
            owner: self.add_histogram(measure, priority, owner),
        };
        let bucket = histogram.bucket(self.settings.buckets.place(measure, value));
        for (cell, count) in [(bucket, 1), (histogram.sum(), value)] {
            let before = self.value_before_change(cell);
            self.set(cell, before.saturating_add(count));
        }
    }

    /// The labels of the histograms of a measure.
    fn places_of(&self, wanted: Measure) -> Vec<(Priority, Owner)> {
        let places = self.cells.keys().filter_map(|cell| match *cell {
            Cell::HistogramSum {
                measure,
                priority,
                owner,
            } if measure == wanted => Some((priority, owner)),
            _ => None,
        });
        places.collect()
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
fn differs(observed: &[(Measure, u64)]) -> bool {
    let value = |wanted: Measure| {
        let mut values = observed.iter();
        values
            .find(|(measure, _)| *measure == wanted)
            .map(|(_, value)| *value)
    };
    let mut twins = Measure::TWINS.iter();
    twins.any(|(calendar, business)| value(*calendar) != value(*business))
}

/// One histogram and its cells.
#[derive(Clone, Copy)]
struct Histogram {
    measure: Measure,
    priority: Priority,
    owner: Owner,
}

impl Histogram {
    const fn sum(self) -> Cell {
        Cell::HistogramSum {
            measure: self.measure,
            priority: self.priority,
            owner: self.owner,
        }
    }

    const fn bucket(self, place: u8) -> Cell {
        Cell::HistogramBucket {
            measure: self.measure,
            priority: self.priority,
            owner: self.owner,
            place,
        }
    }

    /// Its buckets in their order, then the sum.
    fn cells(self, settings: &SeriesSettings) -> Vec<Cell> {
        // At most BUCKETS_MAX and `+Inf`.
        let last = settings.buckets.of(self.measure).len() as u8;
        let buckets = (0..=last).map(|place| self.bucket(place));
        buckets.chain([self.sum()]).collect()
    }
}
