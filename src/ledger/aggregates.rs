//! The cells of an account: gauges, event counters and histograms, updated by each row.

mod counters_at_zero;

mod histograms;

mod gauges;

mod rebuild;

mod shown;

use std::collections::BTreeMap;

use super::cell::Cell;
use super::family::{self, TicketFamily};
use super::labels::{Dictionaries, Dimension, LabelValues};
use super::record::TicketRecord;
use super::series_settings::SeriesSettings;
use super::transition::Counted;
use crate::ticket::SlaMetric;
pub use rebuild::KeptCells;
pub use shown::ShownSeries;

/// The cells from which every ticket family is shown.
#[derive(Debug)]
pub struct Aggregates {
    cells: BTreeMap<Cell, u64>,
    settings: SeriesSettings,
    /// How many series the cells with an open label value have, which `max_series` bounds.
    open_series: usize,
    /// The value before the page of each cell that the page changed; `None` if the cell is new.
    before_page: BTreeMap<Cell, Option<u64>>,
    /// How often a new cell found no room in this page, by family.
    dropped: BTreeMap<TicketFamily, u64>,
    /// Whether a value in business hours has ever differed from the one in calendar time.
    business_hours_differ: bool,
    /// If the histograms in business hours began in this page: the value that each of their cells had before the
    /// page. It is empty if nothing had been observed.
    twins_began: Option<BTreeMap<Cell, u64>>,
}

/// The error that a gauge would fall below zero, because aggregates and records disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored counts do not agree with the ticket records, {cell:?} would become negative")]
pub struct Imbalance {
    /// The cell that would fall.
    pub cell: Cell,
}

impl Aggregates {
    /// Aggregates without cells.
    pub const fn new(settings: SeriesSettings) -> Self {
        Self {
            cells: BTreeMap::new(),
            settings,
            open_series: 0,
            before_page: BTreeMap::new(),
            dropped: BTreeMap::new(),
            business_hours_differ: false,
            twins_began: None,
        }
    }

    /// Adds a stored cell. The limits do not apply, because they applied when the cell was created.
    pub fn restore(&mut self, cell: Cell, value: u64) {
        if self.cells.insert(cell, value).is_none() {
            self.open_series += open_series(&cell);
        }
    }

    /// Sets the stored value of [`Self::business_hours_differ`].
    pub const fn restore_business_hours_differ(&mut self, differ: bool) {
        self.business_hours_differ = differ;
    }

    /// Every cell and its value, in the order of cells.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.cells.iter().map(|(cell, value)| (*cell, *value))
    }

    /// The cells that count existing tickets.
    pub fn tickets(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.cells()
            .filter(|(cell, _)| cell.family() == family::TICKETS)
    }

    /// How many series the cells with an open label value have, which `max_series` bounds.
    pub const fn open_series(&self) -> usize {
        self.open_series
    }

    /// The cells that are shown: all except histograms in business hours that do not differ yet.
    pub fn shown_cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        let differ = self.business_hours_differ;
        self.cells()
            .filter(move |(cell, _)| self.settings.shows(cell.family(), differ))
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether a value in business hours has ever differed from the one in calendar time.
    pub const fn business_hours_differ(&self) -> bool {
        self.business_hours_differ
    }

    /// The value before this page of each cell of the histograms in business hours, if they began in it. A cell
    /// that is missing had no value.
    pub const fn take_twins_began(&mut self) -> Option<BTreeMap<Cell, u64>> {
        self.twins_began.take()
    }

    /// The settings of the cells.
    pub const fn settings(&self) -> &SeriesSettings {
        &self.settings
    }

    /// Updates the cells after a row: the gauges by the record before and after it, the counters by `counted`.
    ///
    /// # Errors
    ///
    /// [`Imbalance`] if the gauges do not contain the ticket as it was before. The page must then be abandoned.
    pub fn fold(
        &mut self,
        before: Option<&TicketRecord>,
        after: &TicketRecord,
        counted: &Counted,
        dictionaries: &Dictionaries,
    ) -> Result<(), Imbalance> {
        let labels = self.labels(after, dictionaries);
        let labels_before = before.map(|before| self.labels(before, dictionaries));
        let left = before
            .zip(labels_before)
            .map_or_else(Vec::new, |(before, labels)| {
                self.gauges(before, &labels, dictionaries)
            });
        let entered = self.gauges(after, &labels, dictionaries);
        // Cells that stay the same are not touched, so that they are not written.
        if left != entered {
            for cell in left {
                let counting = self.cell_or_fallback(cell);
                let value = self.value_before_change(counting);
                let value = value.checked_sub(1).ok_or(Imbalance { cell })?;
                self.set(counting, value);
            }
            for cell in entered {
                self.add(cell, 1);
            }
        }
        self.count(&labels, labels_before.as_ref(), counted);
        self.add_sla_targets(after, &labels);
        Ok(())
    }

    /// Each cell that changed since the last commit, with its value then and now.
    pub fn page_changes(&self) -> impl Iterator<Item = (Cell, Option<u64>, u64)> {
        self.before_page.iter().map(|(cell, before)| {
            let now = self.cells.get(cell).copied().unwrap_or_default();
            (*cell, *before, now)
        })
    }

    /// Marks every cell as changed, so that all are written again.
    pub fn touch_all(&mut self) {
        self.before_page = self.cells.keys().map(|cell| (*cell, None)).collect();
    }

    /// How often a new cell found no room since the last commit, by family.
    pub const fn dropped_by_family(&self) -> &BTreeMap<TicketFamily, u64> {
        &self.dropped
    }

    /// Accepts the changes of the page, which is now stored.
    pub fn commit_page(&mut self) {
        self.before_page.clear();
        self.dropped.clear();
        self.twins_began = None;
    }

    /// Counts the events of a row with the ticket's labels after the row; a deletion with those before it.
    fn count(
        &mut self,
        labels: &LabelValues,
        labels_before: Option<&LabelValues>,
        counted: &Counted,
    ) {
        let before = labels_before.unwrap_or(labels);
        let changed = labels
            .with(Dimension::From, before[Dimension::Status])
            .with(Dimension::To, labels[Dimension::Status]);
        for family in &counted.families {
            let labels = match *family {
                family::DELETED => before,
                _ => &changed,
            };
            self.add(family.cell(labels), 1);
        }
        if counted.hidden_reopens > 0 {
            for family in [family::SOLVED, family::REOPENED] {
                self.add(family.cell(labels), u64::from(counted.hidden_reopens));
            }
        }
        self.observe(&counted.observed, labels);
        if !self.settings.slas {
            return;
        }
        for ended in &counted.sla_ended {
            let counts = [1, u64::from(ended.breached)];
            for (cell, count) in sla_cells(ended.metric, labels).into_iter().zip(counts) {
                self.add(cell, count);
            }
        }
    }

    fn add(&mut self, cell: Cell, count: u64) {
        let counting = self.cell_or_fallback(cell);
        if counting != cell {
            *self.dropped.entry(cell.family()).or_default() += 1;
        }
        let value = self.value_before_change(counting);
        self.set(counting, value.saturating_add(count));
    }

    /// The cell in which `cell` is counted: itself if it exists or there is room for it, otherwise its fallback.
    ///
    /// Cells are never removed, so a cell that finds no room now will find none later. Example: a ticket with a
    /// channel without room is added to the cell of the channel `other`, and is later subtracted from that cell.
    fn cell_or_fallback(&self, cell: Cell) -> Cell {
        self.cell_or_fallback_of(cell, cell.series())
    }

    fn cell_or_fallback_of(&self, cell: Cell, series: usize) -> Cell {
        if self.cells.contains_key(&cell) {
            return cell;
        }
        if self.open_series + series <= self.settings.room() {
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
            self.open_series += open_series(&cell);
        }
        self.before_page.entry(cell).or_insert(before);
    }
}

/// The series of a cell that count towards `max_series`; none for a fallback.
fn open_series(cell: &Cell) -> usize {
    if *cell == cell.fallback() {
        0
    } else {
        cell.series()
    }
}

/// The counters of all ended targets and of those that ended breached.
fn sla_cells(metric: SlaMetric, labels: &LabelValues) -> [Cell; 2] {
    let labels = labels.with(Dimension::Metric, metric);
    [family::SLA_TARGETS, family::SLA_TARGETS_BREACHED].map(|family| family.cell(&labels))
}

#[cfg(test)]
mod tests;
