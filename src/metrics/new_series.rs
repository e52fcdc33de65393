//! Series of counters and histograms that have just begun, and what is shown of them meanwhile.
//!
//! PURE. Prometheus counts the increase of a series from its first sample on, so a series that began
//! with its first event would hide that event. For a while it is shown with what it held before.
//!
//! Example with `hold_new_series: 2m`: the first ticket with the channel `chat` is solved at 12:00:00. Until
//! 12:02:00 the series of that channel is shown as 0, then as 1, and `increase()` gives 1.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ledger::{Aggregates, BusinessHours, Cell, ShownSeries};

/// Which series have just begun. Remembers eight bytes of every series that is shown, and the cells
/// of those that begin after the first sync for as long as they are held.
#[derive(Clone, Debug, Default)]
pub struct NewSeries {
    hold: Duration,
    /// The counters and histograms that were shown at the last look.
    shown: Option<ShownSeries>,
    /// Everything began then, at 0, unless it is among those that are held beside it.
    all_began_at: Option<Duration>,
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
    /// The first sync is complete: nothing was shown before.
    FirstSync,
    /// Any other: at the first look everything was shown before, by the program that ran then, unless
    /// [`NewSeries::go_on_from`] tells what was.
    Usual,
}

#[derive(Clone, Copy, Debug)]
struct Began {
    at: Duration,
    value: u64,
}

impl NewSeries {
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

    /// From now on these count as shown at the last look: the program before showed them, under other
    /// settings.
    pub fn go_on_from(&mut self, shown: ShownSeries) {
        self.shown = Some(shown);
    }

    /// Holds the series that are there now and were not there at the last call. `twins_began` is what the
    /// histograms in business hours held before, if they have begun since and that is known.
    pub fn add_new(
        &mut self,
        aggregates: &Aggregates,
        twins_began: Option<&BTreeMap<Cell, u64>>,
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
        // Also without a hold: new settings can turn it on later.
        let before = self.shown.replace(ShownSeries::of(aggregates));
        let begun = match &before {
            Some(before) => self.begun_since(before, aggregates, twins_began),
            None => Vec::new(),
        };
        if self.hold.is_zero() {
            return;
        }
        if before.is_none() && occasion == Occasion::FirstSync {
            self.all_began_at = Some(now);
        }
        let begun = begun.into_iter();
        let begun = begun.map(|(cell, value)| (cell, Began { at: now, value }));
        self.held.extend(begun);
    }

    /// What is shown of a cell instead of what it holds, if it has just begun.
    pub fn held(&self, cell: &Cell) -> Option<Held> {
        let with_all = || {
            let at = self.all_began_at.filter(|_| !cell.is_gauge())?;
            Some(Began { at, value: 0 })
        };
        let began = self.held.get(cell).copied().or_else(with_all)?;
        Some(Held {
            value: began.value,
            until: began.at + self.hold,
        })
    }

    /// Lets go of what was held long enough.
    pub fn let_go(&mut self, now: Duration) {
        let hold = self.hold;
        self.all_began_at.take_if(|at| *at + hold <= now);
        self.held.retain(|_, began| now < began.at + hold);
    }

    /// The cells that have begun since `before`, and what is to be shown of them.
    fn begun_since(
        &mut self,
        before: &ShownSeries,
        aggregates: &Aggregates,
        twins_began: Option<&BTreeMap<Cell, u64>>,
    ) -> Vec<(Cell, u64)> {
        let settings = aggregates.settings();
        let has_same_settings = before.settings() == settings;
        let goes_on =
            |cell: &Cell| has_same_settings || settings.keeps(before.settings(), cell.family());
        self.held.retain(|cell, _| goes_on(cell));
        let twins_begin = settings.business_hours == BusinessHours::Auto
            && !before.business_hours_differ()
            && aggregates.business_hours_differ();
        let mut latest = None;
        let mut is_new = |cell: &Cell| {
            // The buckets of a histogram stand side by side.
            let whole = cell.whole();
            let was_shown = match latest {
                Some((latest, was_shown)) if latest == whole => was_shown,
                _ => before.has(&whole) && goes_on(&whole),
            };
            latest = Some((whole, was_shown));
            !was_shown
        };
        let began_with = |cell: &Cell, value| {
            let calendar = calendar_of(cell).filter(|_| twins_begin);
            match (calendar, twins_began) {
                // Other settings show what was counted before.
                _ if !has_same_settings => value,
                (None, _) => 0,
                (Some(calendar), _) if self.held(&calendar).is_some() => 0,
                // It is not known any more: a failed transaction had been kept after all.
                (Some(calendar), None) if before.has(&calendar) => value,
                (Some(_), began) => began
                    .and_then(|began| began.get(cell).copied())
                    .unwrap_or_default(),
            }
        };
        aggregates
            .shown_counters()
            .filter(|(cell, _)| is_new(cell))
            .map(|(cell, value)| (cell, began_with(&cell, value)))
            .collect()
    }
}

/// The sum of the histogram by the calendar beside that of a cell in business hours.
fn calendar_of(cell: &Cell) -> Option<Cell> {
    let calendar = cell.family().by_calendar()?;
    Some(cell.whole().of(calendar))
}

#[cfg(test)]
mod tests;
