//! Decides when histograms in business hours are stored and shown.

use super::family::TicketFamily;
use super::series_settings::{BusinessHours, SeriesSettings};

impl SeriesSettings {
    /// Whether cells of a family are stored. `differs` says whether values in business hours have differed from
    /// those in calendar time. Until then a histogram in business hours with the same buckets would be a copy, so
    /// it is created later.
    ///
    /// Example with `auto`: before a difference, `FULL_RESOLUTION_BUSINESS` is not stored. With buckets of its own
    /// it is stored, but not shown.
    pub(super) fn holds(&self, family: TicketFamily, differs: bool) -> bool {
        let is_copy = || {
            let calendar = family.by_calendar();
            calendar.is_some_and(|calendar| self.has_same_buckets(family, calendar))
        };
        self.has(family) && !(self.waits_for_difference(differs) && is_copy())
    }

    /// Whether cells of a family are shown; `differs` as in `holds`.
    pub(super) fn shows(&self, family: TicketFamily, differs: bool) -> bool {
        self.has(family) && !(self.waits_for_difference(differs) && family.is_business())
    }

    /// Whether the series of a family that were shown under `before` continue and are shown under these settings;
    /// `differs` as in `holds`.
    pub fn keeps_shown(&self, before: &Self, family: TicketFamily, differs: bool) -> bool {
        self.keeps(before, family) && self.shows(family, differs)
    }

    /// Whether the cells under `before` are those under these settings, likewise: no more differs than
    /// when business hours are shown, and every family is kept and shown as before. For example `auto`
    /// in place of `true` once a value has differed.
    pub(super) fn has_the_cells_of(&self, before: &Self, differs: bool) -> bool {
        let business_hours = before.business_hours;
        let as_before = Self {
            business_hours,
            ..self.clone()
        };
        let is_as_before = |family| {
            self.holds(family, differs) == before.holds(family, differs)
                && self.shows(family, differs) == before.shows(family, differs)
        };
        as_before == *before && TicketFamily::all().all(is_as_before)
    }

    /// Whether two histograms have the same buckets.
    pub(super) fn has_same_buckets(&self, one: TicketFamily, other: TicketFamily) -> bool {
        self.buckets.of(one) == self.buckets.of(other)
    }

    fn waits_for_difference(&self, differs: bool) -> bool {
        self.business_hours == BusinessHours::Auto && !differs
    }
}
