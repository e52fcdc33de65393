//! Series of counters and histograms that have just begun, and what is shown of them meanwhile.
//!
//! PURE. Prometheus counts the increase of a series from its first sample on, so a series that began
//! with its first event would hide that event. For a while it is shown with what it held before.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use crate::ledger::{Aggregates, BusinessHours, Cell, Layout};

/// Which series have just begun. Remembers eight bytes of every series that is shown, and the cells
/// of new ones for as long as they are held.
#[derive(Clone, Debug, Default)]
pub struct Newborn {
    hold: Duration,
    shown: Option<Shown>,
    held: BTreeMap<Cell, Began>,
}

/// What is shown of a cell, and until when, on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: u64,
    /// From this moment on it is the one that the cell holds.
    pub until: Duration,
}

/// When it is that somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The first full sync is complete: nothing was shown before.
    FirstSync,
    /// Any other: at the first look everything was shown before, by the program that ran then.
    Usual,
}

/// The counters and histograms that were shown at the last look.
#[derive(Clone, Debug)]
struct Shown {
    layout: Layout,
    cells: usize,
    business_hours_differ: bool,
    /// A hash of each, in order.
    series: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Began {
    at: Duration,
    value: u64,
}

impl Newborn {
    /// Holds new series for so long; not at all if that is zero.
    pub fn held_for(hold: Duration) -> Self {
        Self {
            hold,
            ..Self::default()
        }
    }

    /// From now on holds new series for so long, those that are held already included.
    pub const fn hold_for(&mut self, hold: Duration) {
        self.hold = hold;
    }

    /// Looks which series are there that were not there at the last look. `twins_began` is what the
    /// histograms in business hours held before, if they have begun since.
    pub fn look(
        &mut self,
        aggregates: &Aggregates,
        twins_began: &BTreeMap<Cell, u64>,
        occasion: Occasion,
        now: Duration,
    ) {
        if self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.is_of(aggregates))
        {
            return;
        }
        let before = self.shown.take();
        let series = Shown::of(aggregates);
        let begun = match &before {
            Some(before) => self.begun_since(before, aggregates, twins_began),
            None if occasion == Occasion::FirstSync => counted(aggregates),
            None => Vec::new(),
        };
        self.shown = Some(series);
        if !self.hold.is_zero() {
            let begun = begun.into_iter();
            let begun = begun.map(|(cell, value)| (cell, Began { at: now, value }));
            self.held.extend(begun);
        }
    }

    /// What is shown of a cell instead of what it holds, if it has just begun.
    pub fn held(&self, cell: &Cell) -> Option<Held> {
        let began = self.held.get(cell)?;
        Some(Held {
            value: began.value,
            until: began.at + self.hold,
        })
    }

    /// Lets go of what was held long enough.
    pub fn let_go(&mut self, now: Duration) {
        let hold = self.hold;
        self.held.retain(|_, began| now < began.at + hold);
    }

    /// The cells that have begun since `before`, and what is to be shown of them.
    fn begun_since(
        &mut self,
        before: &Shown,
        aggregates: &Aggregates,
        twins_began: &BTreeMap<Cell, u64>,
    ) -> Vec<(Cell, u64)> {
        let layout = aggregates.layout();
        let is_same_layout = before.layout == *layout;
        let goes_on = |cell: &Cell| is_same_layout || layout.keeps(&before.layout, cell);
        self.held.retain(|cell, _| goes_on(cell));
        let twins_begin = layout.business_hours == BusinessHours::Auto
            && !before.business_hours_differ
            && aggregates.business_hours_differ();
        let mut latest = None;
        let mut is_new = |cell: &Cell| {
            // The buckets of a histogram stand side by side.
            let whole = cell.whole();
            let known = match latest {
                Some((latest, known)) if latest == whole => known,
                _ => before.has(&whole) && goes_on(&whole),
            };
            latest = Some((whole, known));
            !known
        };
        let began_with = |cell: &Cell, value| {
            let calendar = calendar_of(cell).filter(|_| twins_begin);
            match calendar {
                // Other settings show what was counted before.
                _ if !is_same_layout => value,
                None => 0,
                Some(calendar) if self.held.contains_key(&calendar) => 0,
                // It is not known any more: a failed transaction had been kept after all.
                Some(_) if twins_began.is_empty() => value,
                Some(_) => twins_began.get(cell).copied().unwrap_or_default(),
            }
        };
        counters(aggregates)
            .filter(|(cell, _)| is_new(cell))
            .map(|(cell, value)| (cell, began_with(&cell, value)))
            .collect()
    }
}

/// The cells that are shown and are no gauges.
fn counters(aggregates: &Aggregates) -> impl Iterator<Item = (Cell, u64)> {
    aggregates
        .shown_cells()
        .filter(|(cell, _)| !cell.is_gauge())
}

/// The series that have counted something before anything was shown, to be shown at 0.
fn counted(aggregates: &Aggregates) -> Vec<(Cell, u64)> {
    let counted = counters(aggregates).filter(|(_, value)| *value > 0);
    let counted: BTreeSet<Cell> = counted.map(|(cell, _)| cell.whole()).collect();
    counters(aggregates)
        .filter(|(cell, _)| counted.contains(&cell.whole()))
        .map(|(cell, _)| (cell, 0))
        .collect()
}

/// The sum of the histogram by the calendar beside that of a cell in business hours.
fn calendar_of(cell: &Cell) -> Option<Cell> {
    match cell.whole() {
        Cell::HistogramSum {
            measure,
            priority,
            owner,
        } => Some(Cell::HistogramSum {
            measure: measure.by_calendar()?,
            priority,
            owner,
        }),
        _ => None,
    }
}

impl Shown {
    fn of(aggregates: &Aggregates) -> Self {
        let whole = counters(aggregates).filter(|(cell, _)| *cell == cell.whole());
        let mut series: Vec<u64> = whole.map(|(cell, _)| hash(&cell)).collect();
        series.sort_unstable();
        Self {
            layout: aggregates.layout().clone(),
            cells: aggregates.len(),
            business_hours_differ: aggregates.business_hours_differ(),
            series,
        }
    }

    /// Whether nothing has begun or ended since: cells do not go away while the layout stays.
    fn is_of(&self, aggregates: &Aggregates) -> bool {
        self.cells == aggregates.len()
            && self.business_hours_differ == aggregates.business_hours_differ()
            && self.layout == *aggregates.layout()
    }

    fn has(&self, whole: &Cell) -> bool {
        self.series.binary_search(&hash(whole)).is_ok()
    }
}

fn hash(cell: &Cell) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(cell)
}

#[cfg(test)]
mod tests;
