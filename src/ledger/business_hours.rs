//! When histograms in business hours are kept and shown beside those by the calendar.

use super::family::TicketFamily;
use super::series_settings::{BusinessHours, SeriesSettings};

impl SeriesSettings {
    /// Whether cells of a family are kept, given whether values in business hours have differed from
    /// those by the calendar. Until they have, a histogram in business hours with the buckets of its
    /// counterpart would be a copy of it, and is made when they do.
    pub(super) fn holds(&self, family: TicketFamily, differs: bool) -> bool {
        let is_copy = || {
            let calendar = family.by_calendar();
            calendar.is_some_and(|calendar| self.has_same_buckets(family, calendar))
        };
        self.has(family) && !(self.waits_for_difference(differs) && is_copy())
    }

    /// Whether cells of a family are shown, likewise.
    pub(super) fn shows(&self, family: TicketFamily, differs: bool) -> bool {
        self.has(family) && !(self.waits_for_difference(differs) && family.is_business())
    }

    /// Whether the series of a family that were shown under `before` go on and are shown under these
    /// settings, likewise.
    pub fn keeps_shown(&self, before: &Self, family: TicketFamily, differs: bool) -> bool {
        self.keeps(before, family) && self.shows(family, differs)
    }

    /// Whether two histograms have the same buckets.
    pub(super) fn has_same_buckets(&self, one: TicketFamily, other: TicketFamily) -> bool {
        self.buckets.of(one) == self.buckets.of(other)
    }

    fn waits_for_difference(&self, differs: bool) -> bool {
        self.business_hours == BusinessHours::Auto && !differs
    }
}
