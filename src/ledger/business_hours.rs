//! When histograms in business hours are kept and shown beside those by the calendar.

use super::cells::Cell;
use super::measure::Measure;
use super::series_settings::SeriesSettings;

/// When the families in business hours are shown beside those by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusinessHours {
    /// Once a value in business hours has differed from the one by the calendar. Without a schedule
    /// none ever does.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl SeriesSettings {
    /// Whether the histogram of `measure` is kept, given whether values in business hours have
    /// differed from those by the calendar. Until they have, one with the buckets of its
    /// counterpart would be a copy of it, and is made when they do.
    pub(super) fn keeps_histogram(&self, measure: Measure, differs: bool) -> bool {
        let is_copy = || {
            let counterpart = measure.by_calendar();
            self.business_hours == BusinessHours::Auto
                && !differs
                && counterpart
                    .is_some_and(|counterpart| self.has_same_buckets(measure, counterpart))
        };
        self.measures(measure) && !is_copy()
    }

    /// Whether the histogram of `measure` is shown, likewise.
    pub(super) fn shows_histogram(&self, measure: Measure, differs: bool) -> bool {
        let waits = self.business_hours == BusinessHours::Auto && !differs;
        self.measures(measure) && !(waits && measure.is_business())
    }

    /// Whether cells like this one are shown, given whether values in business hours have differed
    /// from those by the calendar.
    pub(super) fn shows(&self, cell: &Cell, differs: bool) -> bool {
        let measure = cell.measure();
        self.has(cell) && measure.is_none_or(|measure| self.shows_histogram(measure, differs))
    }

    /// Whether cells like this one are kept, likewise.
    pub(super) fn holds(&self, cell: &Cell, differs: bool) -> bool {
        let measure = cell.measure();
        self.has(cell) && measure.is_none_or(|measure| self.keeps_histogram(measure, differs))
    }

    /// Whether a series that was shown under `before` goes on and is shown under these settings, likewise.
    pub fn keeps_shown(&self, before: &Self, cell: &Cell, differs: bool) -> bool {
        self.keeps(before, cell) && self.shows(cell, differs)
    }

    /// Whether two histograms have the same buckets.
    pub(super) fn has_same_buckets(&self, one: Measure, other: Measure) -> bool {
        self.buckets.of(one) == self.buckets.of(other)
    }
}
