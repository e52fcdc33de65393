//! Shows a new series of a counter or histogram with its earlier value for a while.
//!
//! PURE. Prometheus counts the increase of a series from its first sample on. A series that began with its first
//! event would hide that event from `increase()`. So a new series is held: it is shown with its value from before
//! the event.
//!
//! Example with `hold_new_series: 2m`: the first ticket with the channel `chat` is solved at 12:00:00. Until
//! 12:02:00 the series of that channel is shown as 0, then as 1, and `increase()` gives 1.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ledger::{Aggregates, BusinessHours, Cell, ShownSeries};

/// The new series, and what was shown before. It takes eight bytes for every series that is shown, and the cells of
/// the series that are held.
#[derive(Clone, Debug, Default)]
pub struct NewSeries {
    hold: Duration,
    /// The counters and histograms that were shown at the last call of [`Self::add_new`].
    shown: Option<ShownSeries>,
    /// When all series began at 0, with the end of the first sync. Series in `held` have values of their own.
    all_began_at: Option<Duration>,
    held: BTreeMap<Cell, Began>,
}

/// The value that is shown for a cell, and until when, on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value that is shown.
    pub value: u64,
    /// The time from which the value of the cell is shown.
    pub until: Duration,
}

/// The reason why [`NewSeries::add_new`] is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The first sync has just completed: nothing was shown before.
    FirstSync,
    /// Any other reason. The first call then takes all series as shown before, by the program that ran earlier,
    /// unless [`NewSeries::go_on_from`] has set them.
    Usual,
}

#[derive(Clone, Copy, Debug)]
struct Began {
    at: Duration,
    value: u64,
}

impl NewSeries {
    /// Holds new series for `hold`; not at all if it is zero.
    pub fn held_for(hold: Duration) -> Self {
        Self {
            hold,
            ..Self::default()
        }
    }

    /// Sets the hold to `hold`, also for series that are held now.
    pub const fn hold_for(&mut self, hold: Duration) {
        self.hold = hold;
    }

    /// Takes `shown` as the series that were shown at the last call: the earlier program showed them, with other
    /// settings.
    pub fn go_on_from(&mut self, shown: ShownSeries) {
        self.shown = Some(shown);
    }

    /// Holds the series that are new since the last call. `business_hours_before` contains the earlier values of the
    /// histograms in business hours, if they have begun since then and the values are known.
    pub fn add_new(
        &mut self,
        aggregates: &Aggregates,
        business_hours_before: Option<&BTreeMap<Cell, u64>>,
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
        // This is kept up without a hold too, because new settings can turn the hold on.
        let before = self.shown.replace(ShownSeries::of(aggregates));
        let begun = match &before {
            Some(before) => self.begun_since(before, aggregates, business_hours_before),
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

    /// The value that is shown instead of the cell's own; `None` if the cell is not held.
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

    /// Ends the holds that are over at `now`.
    pub fn let_go(&mut self, now: Duration) {
        let hold = self.hold;
        self.all_began_at.take_if(|at| *at + hold <= now);
        self.held.retain(|_, began| now < began.at + hold);
    }

    /// The cells that are new since `before`, with the values to show for them.
    fn begun_since(
        &mut self,
        before: &ShownSeries,
        aggregates: &Aggregates,
        business_hours_before: Option<&BTreeMap<Cell, u64>>,
    ) -> Vec<(Cell, u64)> {
        let settings = aggregates.settings();
        let has_same_settings = before.settings() == settings;
        let goes_on =
            |cell: &Cell| has_same_settings || settings.keeps(before.settings(), cell.family());
        self.held.retain(|cell, _| goes_on(cell));
        let business_hours_begin = settings.business_hours == BusinessHours::Auto
            && !before.business_hours_differ()
            && aggregates.business_hours_differ();
        let mut latest = None;
        let mut is_new = |cell: &Cell| {
            // The cells of a histogram follow each other, so one answer serves all of them.
            let whole = cell.whole();
            let was_shown = match latest {
                Some((latest, was_shown)) if latest == whole => was_shown,
                _ => before.has(&whole) && goes_on(&whole),
            };
            latest = Some((whole, was_shown));
            !was_shown
        };
        let began_with = |cell: &Cell, value| {
            let calendar = calendar_of(cell).filter(|_| business_hours_begin);
            match (calendar, business_hours_before) {
                // Other settings only show what was counted already: its increase is not new.
                _ if !has_same_settings => value,
                (None, _) => 0,
                (Some(calendar), _) if self.held(&calendar).is_some() => 0,
                // The earlier value is unknown: a commit was reported as failed but had succeeded.
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

/// The sum of the calendar-time histogram that belongs to the histogram of a cell in business hours.
fn calendar_of(cell: &Cell) -> Option<Cell> {
    let calendar = cell.family().by_calendar()?;
    Some(cell.whole().of(calendar))
}

#[cfg(test)]
mod tests;
