//! Rebuilds the cells under other settings: the gauges from the records, then the counters that continue.

use std::collections::{BTreeMap, BTreeSet};

use super::{Aggregates, open_series};
use crate::ledger::cell::Cell;
use crate::ledger::family::TicketFamily;
use crate::ledger::labels::Dictionaries;
use crate::ledger::labels::LabelSettings;
use crate::ledger::series_settings::BusinessHours;
use crate::ledger::series_settings::SeriesSettings;

/// The cells that continue under other settings.
#[derive(Debug)]
#[must_use = "it goes on only once it is taken back"]
pub struct KeptCells {
    /// The counters whose labels and buckets stay, with their values.
    counters: Vec<(Cell, u64)>,
    /// The gauges whose labels stay. They are shown at 0 if no ticket is counted in them.
    gauges: Vec<Cell>,
    /// Whether the settings show histograms in business hours that were not shown before and would have been copies
    /// of those in calendar time.
    business_hours_begin: bool,
}

impl KeptCells {
    /// The same cells after other label values were chosen, before anything was shown. Counters of values that are
    /// no longer shown continue as `other`, and no gauge must stay at 0.
    pub fn shown_by(self, dictionaries: &Dictionaries, labels: &LabelSettings) -> Self {
        let mut merged = BTreeMap::new();
        for (cell, value) in self.counters {
            let cell = cell.as_shown(dictionaries, labels);
            *merged.entry(cell).or_default() += value;
        }
        Self {
            counters: merged.into_iter().collect(),
            gauges: Vec::new(),
            business_hours_begin: self.business_hours_begin,
        }
    }
}

impl Aggregates {
    /// Takes other settings over if the cells are the same under them. Returns whether they are.
    pub fn take_settings(&mut self, settings: &SeriesSettings) -> bool {
        let are_same = settings.has_the_cells_of(&self.settings, self.business_hours_differ);
        if are_same {
            self.settings.clone_from(settings);
        }
        are_same
    }

    /// Removes all cells and sets other settings. After that the caller counts the gauges again from the records,
    /// and then calls [`Self::take_back`] with the result. This order matters because room is limited: present
    /// tickets come before past ones.
    pub fn rebuild(&mut self, settings: SeriesSettings) -> KeptCells {
        let before = std::mem::replace(&mut self.settings, settings);
        let cells = std::mem::take(&mut self.cells);
        let (settings, differ) = (&self.settings, self.business_hours_differ);
        let goes_on = |cell: &Cell| {
            settings.keeps(&before, cell.family()) && settings.holds(cell.family(), differ)
        };
        let (gauges, counters): (Vec<_>, Vec<_>) = cells
            .into_iter()
            .filter(|(cell, _)| goes_on(cell))
            .partition(|(cell, _)| cell.is_gauge());
        let begins = |settings: &SeriesSettings| settings.business_hours == BusinessHours::Always;
        let kept = KeptCells {
            counters,
            gauges: gauges.into_iter().map(|(cell, _)| cell).collect(),
            // As long as no value has differed, they can be created now, as copies of those in calendar time.
            business_hours_begin: !differ && begins(settings) && !begins(&before),
        };
        self.open_series = 0;
        self.commit_page();
        kept
    }

    /// Adds the counters that continue. If there is no room for all of them in addition to the gauges, only those
    /// whose open labels are `other` continue. Returns the families of the counters that are lost. The same applies
    /// to gauges at 0.
    pub fn take_back(&mut self, kept: KeptCells) -> BTreeSet<TicketFamily> {
        let lost = self.take_back_all(&kept.counters);
        let mut gauges = kept.gauges;
        gauges.retain(|cell| !self.cells.contains_key(cell));
        let gauges: Vec<(Cell, u64)> = gauges.into_iter().map(|cell| (cell, 0)).collect();
        self.take_back_all(&gauges);
        if kept.business_hours_begin {
            self.add_business_hours_histograms();
        }
        lost
    }

    /// The same before anything was shown. If there is no room for all counters, they continue as `other`, and none
    /// is lost.
    pub fn take_back_or_other(&mut self, kept: KeptCells) {
        let fits = self.fits(&kept.counters);
        for (cell, value) in kept.counters {
            let cell = if fits { cell } else { cell.fallback() };
            let value = self.value_before_change(cell).saturating_add(value);
            self.restore(cell, value);
        }
        if kept.business_hours_begin {
            self.add_business_hours_histograms();
        }
    }

    /// Whether there is room for all of `cells` in addition to the existing ones.
    fn fits(&self, cells: &[(Cell, u64)]) -> bool {
        let new = cells.iter().map(|(cell, _)| cell);
        let new = new.filter(|cell| !self.cells.contains_key(cell));
        self.open_series + new.map(open_series).sum::<usize>() <= self.settings.room()
    }

    fn take_back_all(&mut self, cells: &[(Cell, u64)]) -> BTreeSet<TicketFamily> {
        let fits = self.fits(cells);
        let mut lost = BTreeSet::new();
        for (cell, value) in cells {
            if fits || open_series(cell) == 0 {
                self.restore(*cell, *value);
            } else if *value > 0 {
                lost.insert(cell.family());
            }
        }
        lost
    }
}
