//! Gauges, event counters and histograms, kept by folding the effects of each row.

mod places;

mod relayout;

use std::collections::BTreeMap;

use super::cells::{Cell, Event, Owner};
use super::dictionary::Dictionaries;
use super::layout::Layout;
use super::measure::Measure;
use super::record::TicketRecord;
use super::transition::Counted;
use crate::ticket::{Priority, Score, SlaMetric, Status};
pub use relayout::KeptCounters;

/// The numbers behind every ticket family.
#[derive(Debug)]
pub struct Aggregates {
    cells: BTreeMap<Cell, u64>,
    layout: Layout,
    /// Series of cells that have an open label of their own; bounded by `max_series` less what is
    /// kept back.
    own_series: usize,
    /// What each touched cell held before the page; `None` if it did not exist.
    before_page: BTreeMap<Cell, Option<u64>>,
    /// How often a cell found no room in this page, by family.
    folded: BTreeMap<&'static str, u64>,
}

/// A gauge cell would fall below zero: aggregates and records disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the aggregates do not agree with the ticket records: {cell:?} would fall below zero")]
pub struct Imbalance {
    /// The cell.
    pub cell: Cell,
}

impl Aggregates {
    /// No cells yet.
    pub const fn new(layout: Layout) -> Self {
        Self {
            cells: BTreeMap::new(),
            layout,
            own_series: 0,
            before_page: BTreeMap::new(),
            folded: BTreeMap::new(),
        }
    }

    /// Takes back a stored cell, without limits: they were applied when it was made.
    pub fn restore(&mut self, cell: Cell, value: u64) {
        if self.cells.insert(cell, value).is_none() {
            self.own_series += own_series(&cell);
        }
    }

    /// Every cell that was ever seen and its value, in a fixed order.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.cells.iter().map(|(cell, value)| (*cell, *value))
    }

    /// Series of cells that have an open label of their own, which `max_series` bounds.
    pub const fn own_series(&self) -> usize {
        self.own_series
    }

    /// Which labels the cells have.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Folds one ticket's step into the cells: gauges from what it was and is, counters from what
    /// was counted. With `counting`, a new combination of labels brings its counters at zero.
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
        counting: bool,
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
                let admitted = self.admitted(cell);
                let is_new = !self.cells.contains_key(&admitted);
                self.add(cell, 1);
                if is_new && counting {
                    self.add_counters_of(admitted);
                }
            }
        }
        self.count(before, after, counted, dictionaries);
        self.add_sla_targets(after, dictionaries);
        Ok(())
    }

    /// Brings the counters that later rows will move, at zero: every pair of statuses, both
    /// ratings, every histogram, and every event for each combination of labels that the gauges
    /// have.
    pub fn add_counters(&mut self) {
        for score in [Score::Good, Score::Bad] {
            self.add(Cell::Ratings { score }, 0);
        }
        if !self.layout.shows_owner() {
            self.add_status_changes(Owner::default());
            for priority in Priority::ALL {
                self.add_histograms(*priority, Owner::default());
            }
        }
        let gauges: Vec<Cell> = self.cells.keys().copied().collect();
        for cell in gauges {
            self.add_counters_of(cell);
        }
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
        for (measure, value) in &counted.observed {
            if self.layout.measures(*measure) {
                self.observe(*measure, *value, priority, owner);
            }
        }
        if !self.layout.slas {
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

    /// Takes one observation into a histogram.
    fn observe(&mut self, measure: Measure, value: u64, priority: Priority, owner: Owner) {
        let owner = self.add_histogram(measure, priority, owner);
        let bucket = Cell::HistogramBucket {
            measure,
            priority,
            owner,
            place: self.layout.buckets.place(measure, value),
        };
        let sum = Cell::HistogramSum {
            measure,
            priority,
            owner,
        };
        for (cell, count) in [(bucket, 1), (sum, value)] {
            let before = self.value_before_change(cell);
            self.set(cell, before.saturating_add(count));
        }
    }

    /// Brings a histogram at zero, whole. Returns whose it is: another owner's where there is no
    /// room for this one.
    fn add_histogram(&mut self, measure: Measure, priority: Priority, owner: Owner) -> Owner {
        let sum = Cell::HistogramSum {
            measure,
            priority,
            owner,
        };
        let buckets = self.layout.buckets.of(measure).len() + 1;
        let admitted = self.admitted_with(sum, buckets + Layout::series(&sum));
        if admitted != sum {
            *self.folded.entry(sum.family()).or_default() += 1;
        }
        let owner = admitted.owner();
        if !self.cells.contains_key(&admitted) {
            for place in 0..buckets {
                let bucket = Cell::HistogramBucket {
                    measure,
                    priority,
                    owner,
                    // At most BUCKETS_MAX and `+Inf`.
                    place: place as u8,
                };
                self.set(bucket, 0);
            }
            self.set(admitted, 0);
        }
        owner
    }

    fn add_histograms(&mut self, priority: Priority, owner: Owner) {
        for measure in Measure::ALL {
            if self.layout.measures(*measure) {
                self.add_histogram(*measure, priority, owner);
            }
        }
    }

    fn add_status_changes(&mut self, owner: Owner) {
        for from in Status::ALL {
            for to in Status::ALL.iter().filter(|to| *to != from) {
                let (from, to) = (*from, *to);
                self.add(Cell::StatusChange { from, to, owner }, 0);
            }
        }
    }

    /// Brings the series of the SLA targets that somebody waits for.
    fn add_sla_targets(&mut self, after: &TicketRecord, dictionaries: &Dictionaries) {
        if !self.layout.slas {
            return;
        }
        let owner = self.owner(after, dictionaries);
        for target in &after.sla {
            for cell in sla_cells(target.metric, after.priority, owner) {
                self.add(cell, 0);
            }
        }
    }

    fn add_counters_of(&mut self, gauge: Cell) {
        match gauge {
            Cell::Tickets {
                status,
                priority,
                ticket_type,
                dimensions,
            } => {
                for event in Event::ALL {
                    let cell = Cell::Event {
                        event: *event,
                        priority,
                        ticket_type,
                        dimensions,
                    };
                    self.add(cell, 0);
                }
                if status != Status::Other {
                    let cell = Cell::Updated {
                        status,
                        priority,
                        ticket_type,
                        dimensions,
                    };
                    self.add(cell, 0);
                }
            }
            // What is unsolved will be solved: an owner's first observation must not be invisible.
            Cell::Unsolved {
                priority, owner, ..
            } if self.layout.shows_owner() => {
                self.add_status_changes(owner);
                self.add_histograms(priority, owner);
            }
            _ => {}
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
        self.admitted_with(cell, Layout::series(&cell))
    }

    fn admitted_with(&self, cell: Cell, series: usize) -> Cell {
        if self.cells.contains_key(&cell) {
            return cell;
        }
        if self.own_series + series <= self.layout.room() {
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
        Layout::series(cell)
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
