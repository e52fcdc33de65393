//! Gauges, event counters and histograms, kept by folding the effects of each row.

mod ahead;

mod histograms;

mod places;

mod rebuild;

mod shown;

use std::collections::BTreeMap;

use super::cells::{Cell, Event, Owner};
use super::labels::Dictionaries;
use super::record::TicketRecord;
use super::series_settings::SeriesSettings;
use super::transition::Counted;
use crate::ticket::{Priority, SlaMetric};
pub use rebuild::KeptCells;
pub use shown::ShownSeries;

/// The numbers behind every ticket family.
#[derive(Debug)]
pub struct Aggregates {
    cells: BTreeMap<Cell, u64>,
    settings: SeriesSettings,
    /// Series of cells that have an open label of their own; bounded by `max_series` less what is
    /// kept back.
    own_series: usize,
    /// What each touched cell held before the page; `None` if it did not exist.
    before_page: BTreeMap<Cell, Option<u64>>,
    /// How often a cell found no room in this page, by family.
    folded: BTreeMap<&'static str, u64>,
    /// Whether a value in business hours has ever differed from the one by the calendar.
    business_hours_differ: bool,
    /// If the histograms in business hours began in this page: what each cell held before it, none
    /// of them if nothing had been observed.
    twins_began: Option<BTreeMap<Cell, u64>>,
}

/// A gauge cell would fall below zero: aggregates and records disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored counts do not agree with the ticket records, {cell:?} would become negative")]
pub struct Imbalance {
    /// The cell.
    pub cell: Cell,
}

impl Aggregates {
    /// No cells yet.
    pub const fn new(settings: SeriesSettings) -> Self {
        Self {
            cells: BTreeMap::new(),
            settings,
            own_series: 0,
            before_page: BTreeMap::new(),
            folded: BTreeMap::new(),
            business_hours_differ: false,
            twins_began: None,
        }
    }

    /// Takes back a stored cell, without limits: they were applied when it was made.
    pub fn restore(&mut self, cell: Cell, value: u64) {
        if self.cells.insert(cell, value).is_none() {
            self.own_series += own_series(&cell);
        }
    }

    /// Takes back whether a value in business hours has ever differed from the one by the calendar.
    pub const fn restore_business_hours_differ(&mut self, differ: bool) {
        self.business_hours_differ = differ;
    }

    /// Every cell that was ever seen and its value, in a fixed order.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.cells.iter().map(|(cell, value)| (*cell, *value))
    }

    /// Series of cells that have an open label of their own, which `max_series` bounds.
    pub const fn own_series(&self) -> usize {
        self.own_series
    }

    /// The cells that are shown: all but histograms in business hours before they differ.
    pub fn shown_cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        let differ = self.business_hours_differ;
        self.cells()
            .filter(move |(cell, _)| self.settings.shows(cell, differ))
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether a value in business hours has ever differed from the one by the calendar.
    pub const fn business_hours_differ(&self) -> bool {
        self.business_hours_differ
    }

    /// What each cell of the histograms in business hours held before this page, if they began in
    /// it; a cell that is not among them held nothing.
    pub const fn take_twins_began(&mut self) -> Option<BTreeMap<Cell, u64>> {
        self.twins_began.take()
    }

    /// Which labels the cells have.
    pub const fn settings(&self) -> &SeriesSettings {
        &self.settings
    }

    /// Folds one ticket's step into the cells: gauges from what it was and is, counters from what
    /// was counted.
    ///
    /// # Errors
    ///
    /// [`Imbalance`] if what the ticket was is not in the gauges; the page must be given up.
    pub fn fold(
        &mut self,
        before: Option<&TicketRecord>,
        after: &TicketRecord,
        counted: &Counted,
        dictionaries: &Dictionaries,
    ) -> Result<(), Imbalance> {
        let left = self.gauges(before, dictionaries);
        let entered = self.gauges(Some(after), dictionaries);
        if left != entered {
            for cell in left {
                let admitted = self.admitted(cell);
                let value = self.value_before_change(admitted);
                let value = value.checked_sub(1).ok_or(Imbalance { cell })?;
                self.set(admitted, value);
            }
            for cell in entered {
                self.add(cell, 1);
            }
        }
        self.count(before, after, counted, dictionaries);
        self.add_sla_targets(after, dictionaries);
        Ok(())
    }

    /// What the cells touched since the last commit held before it and hold now.
    pub fn page_changes(&self) -> impl Iterator<Item = (Cell, Option<u64>, u64)> {
        self.before_page.iter().map(|(cell, before)| {
            let now = self.cells.get(cell).copied().unwrap_or_default();
            (*cell, *before, now)
        })
    }

    /// Counts every cell as touched, so that all are written again.
    pub fn touch_all(&mut self) {
        self.before_page = self.cells.keys().map(|cell| (*cell, None)).collect();
    }

    /// How often a new cell found no room since the last commit, by family.
    pub const fn folded(&self) -> &BTreeMap<&'static str, u64> {
        &self.folded
    }

    /// The page is stored: its changes can no longer be taken back.
    pub fn commit_page(&mut self) {
        self.before_page.clear();
        self.folded.clear();
        self.twins_began = None;
    }

    fn count(
        &mut self,
        before: Option<&TicketRecord>,
        after: &TicketRecord,
        counted: &Counted,
        dictionaries: &Dictionaries,
    ) {
        for event in counted.events.into_iter().flatten() {
            let labels = match (event, before) {
                (Event::Deleted, Some(before)) => before,
                _ => after,
            };
            let dimensions = self.dimensions(labels, dictionaries);
            let cell = Cell::Event {
                event,
                priority: labels.priority,
                ticket_type: labels.ticket_type,
                dimensions,
            };
            self.add(cell, 1);
        }
        if counted.updated {
            let cell = Cell::Updated {
                status: after.status,
                priority: after.priority,
                ticket_type: after.ticket_type,
                dimensions: self.dimensions(after, dictionaries),
            };
            self.add(cell, 1);
        }
        let (owner, priority) = (self.owner(after, dictionaries), after.priority);
        if let Some((from, to)) = counted.status_change {
            self.add(Cell::StatusChange { from, to, owner }, 1);
        }
        if let Some(score) = counted.rating {
            self.add(Cell::Ratings { score }, 1);
        }
        self.observe(&counted.observed, priority, owner);
        if !self.settings.slas {
            return;
        }
        for ended in &counted.sla_ended {
            let metric = ended.metric;
            for (cell, count) in sla_cells(metric, priority, owner)
                .into_iter()
                .zip([1, u64::from(ended.breached)])
            {
                self.add(cell, count);
            }
        }
    }

    fn add(&mut self, cell: Cell, count: u64) {
        let admitted = self.admitted(cell);
        if admitted != cell {
            *self.folded.entry(cell.family()).or_default() += 1;
        }
        let value = self.value_before_change(admitted);
        self.set(admitted, value.saturating_add(count));
    }

    /// The cell that counts what belongs to `cell`: itself if it exists or there is room for it.
    ///
    /// Once a cell finds no room it never will: cells do not go away, so the same ticket leaves
    /// the cell that it entered.
    fn admitted(&self, cell: Cell) -> Cell {
        self.admitted_with(cell, SeriesSettings::series(&cell))
    }

    fn admitted_with(&self, cell: Cell, series: usize) -> Cell {
        if self.cells.contains_key(&cell) {
            return cell;
        }
        if self.own_series + series <= self.settings.room() {
            cell
        } else {
            cell.fallback()
        }
    }

    fn value_before_change(&self, cell: Cell) -> u64 {
        self.cells.get(&cell).copied().unwrap_or_default()
    }

    fn set(&mut self, cell: Cell, value: u64) {
        let before = self.cells.insert(cell, value);
        if before.is_none() {
            self.own_series += own_series(&cell);
        }
        self.before_page.entry(cell).or_insert(before);
    }
}

/// The series that a cell takes of the room that is limited.
fn own_series(cell: &Cell) -> usize {
    if *cell == cell.fallback() {
        0
    } else {
        SeriesSettings::series(cell)
    }
}

/// The counters of all targets that ended and of those that ended breached.
const fn sla_cells(metric: SlaMetric, priority: Priority, owner: Owner) -> [Cell; 2] {
    [
        Cell::SlaTargets {
            metric,
            priority,
            owner,
        },
        Cell::SlaBreached {
            metric,
            priority,
            owner,
        },
    ]
}

#[cfg(test)]
mod tests;
