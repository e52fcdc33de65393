//! Decides what a change of settings resets: the counters and histograms that restart at 0, and whether a resync is
//! due.
//!
//! PURE. [`Resets::between`] is the only place that decides this. `check`, the reload, the log and the table in the
//! documentation use it.

mod sentences;

use super::family::TicketFamily;
use super::progress::TicketScope;
use super::series_settings::SeriesSettings;

/// The settings on which the numbers of a ledger depend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The labels, families and bounds.
    pub series: SeriesSettings,
    /// The tickets that the settings select; `None` in a state that did not store this yet.
    pub ticket_scope: Option<TicketScope>,
    /// Whether the stored settings say which families were shown. A state of schema 1 had no such settings, and
    /// families that were added later are no change of settings.
    pub tells_families: bool,
}

/// The part of the ledger that exists and that other settings can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Nothing was read.
    Nothing,
    /// The first sync is not complete, so there are no counters.
    NotYet,
    /// There are counters and histograms.
    Since {
        /// The number of series that `max_series` bounds, if known.
        open_series: Option<usize>,
        /// Whether a value in business hours has ever differed from the one in calendar time.
        business_hours_differ: bool,
    },
}

/// The effects of a change of settings on the numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resets {
    /// The settings that differ, among those on which the numbers depend.
    pub settings: Vec<&'static str>,
    /// The families that are shown before and after, and restart at 0.
    pub restarted: Families,
    /// The families that are shown from now on and begin at 0.
    pub begun: Families,
    /// The families that are no longer shown.
    pub ended: Families,
    /// Whether the gauges are counted again from the records and may have other values.
    pub gauges_change: bool,
    /// Whether counters and histograms may no longer find room in `max_series`.
    pub room_may_lack: bool,
    /// Whether a resync is due, because the records do not contain what the settings need.
    pub resync: bool,
    /// Whether no counter exists yet.
    pub before_counting: bool,
}

/// Families, counters and histograms apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Families {
    /// Counters.
    pub counters: Vec<TicketFamily>,
    /// Histograms.
    pub histograms: Vec<TicketFamily>,
}

impl Asked {
    /// The same settings, with the families of `settings` if these do not say which were shown.
    fn with_families_of(&self, settings: &SeriesSettings) -> Self {
        let mut asked = self.clone();
        if !self.tells_families {
            asked.series.metric_sets = settings.metric_sets;
            asked.series.business_hours = settings.business_hours;
            asked.series.slas = settings.slas;
            asked.series.buckets = settings.buckets.clone();
        }
        asked
    }
}

impl Families {
    /// Whether there are no families.
    pub const fn is_empty(&self) -> bool {
        self.counters.is_empty() && self.histograms.is_empty()
    }

    /// Adds a family, unless it is there.
    pub fn add(&mut self, family: TicketFamily) {
        let list = if family.is_histogram() {
            &mut self.histograms
        } else {
            &mut self.counters
        };
        if !list.contains(&family) {
            list.push(family);
        }
    }
}

impl Resets {
    /// The effects of a change from `before`, under which the numbers were counted, to `after`.
    ///
    /// Example: turning on `labels.group` restarts the counters and histograms that can have the label `group`; the
    /// gauges are counted again, and the other families continue.
    pub fn between(before: &Asked, after: &Asked, counting: Counting) -> Self {
        let is = &after.series;
        let resync = is.asks_for_more_than(&before.series) || reaches_differ(before, after);
        let before = &before.with_families_of(is);
        let was = &before.series;
        let mut resets = Self {
            settings: settings_that_differ(before, after),
            gauges_change: gauges_differ(was, is) || reaches_differ(before, after),
            resync,
            ..Self::default()
        };
        // If nothing was read, nothing must be read again.
        resets.resync &= counting != Counting::Nothing;
        let Counting::Since {
            open_series,
            business_hours_differ: differ,
        } = counting
        else {
            resets.before_counting = !resets.is_empty();
            return resets;
        };
        resets.room_may_lack = match open_series {
            Some(open_series) => was != is && open_series > is.room(),
            None => is.max_series < was.max_series,
        };
        for family in TicketFamily::all().filter(|family| family.counts_tickets()) {
            match (was.shows(family, differ), is.shows(family, differ)) {
                (true, true) if !is.keeps(was, family) => resets.restarted.add(family),
                (true, false) => resets.ended.add(family),
                (false, true) if !differ && goes_on_with_calendar(was, is, family) => {}
                (false, true) => resets.begun.add(family),
                _ => {}
            }
        }
        resets
    }

    /// Whether no setting differs.
    pub const fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// Whether any family begins or restarts at 0.
    pub const fn restarts_counters(&self) -> bool {
        !self.restarted.is_empty() || !self.begun.is_empty()
    }

    /// These effects together with those of another change.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for setting in other.settings {
            if !self.settings.contains(&setting) {
                self.settings.push(setting);
            }
        }
        let lists = [
            (&mut self.restarted, other.restarted),
            (&mut self.begun, other.begun),
            (&mut self.ended, other.ended),
        ];
        for (families, more) in lists {
            for family in more.counters.into_iter().chain(more.histograms) {
                families.add(family);
            }
        }
        self.gauges_change |= other.gauges_change;
        self.room_may_lack |= other.room_may_lack;
        self.resync |= other.resync;
        self.before_counting |= other.before_counting;
        self
    }
}

/// Whether a histogram in business hours that was not shown contains all observations. As long as no value has
/// differed, it equals the one in calendar time, or was stored next to it.
fn goes_on_with_calendar(was: &SeriesSettings, is: &SeriesSettings, family: TicketFamily) -> bool {
    family.by_calendar().is_some_and(|calendar| {
        let kept = if is.has_same_buckets(family, calendar) {
            calendar
        } else {
            family
        };
        was.has(kept) && is.keeps(was, kept)
    })
}

fn reaches_differ(before: &Asked, after: &Asked) -> bool {
    matches!((before.ticket_scope, after.ticket_scope), (Some(was), Some(is)) if was != is)
}

/// Names every field, so that a new one does not compile until this function decides about it.
fn settings_that_differ(before: &Asked, after: &Asked) -> Vec<&'static str> {
    let SeriesSettings {
        labels,
        support_type,
        metric_sets,
        business_hours,
        slas,
        buckets,
        max_series,
    } = &after.series;
    let was = &before.series;
    let ticket_scope_differs = |differs: fn(&TicketScope, &TicketScope) -> bool| match (
        &before.ticket_scope,
        &after.ticket_scope,
    ) {
        (Some(was), Some(is)) => differs(was, is),
        _ => false,
    };
    let scope_differs = ticket_scope_differs(|was, is| was.scope != is.scope);
    let settings = [
        ("labels", was.labels != *labels),
        ("buckets", was.buckets != *buckets),
        ("max_series", was.max_series != *max_series),
        (
            "export.support_type_scope",
            scope_differs || was.support_type != *support_type,
        ),
        (
            "export.start_time",
            ticket_scope_differs(|was, is| was.start_time != is.start_time),
        ),
        ("export.metric_sets", was.metric_sets != *metric_sets),
        (
            "export.business_hours",
            was.business_hours != *business_hours,
        ),
        ("export.slas", was.slas != *slas),
    ];
    let differing = settings.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name).collect()
}

/// Whether gauges may have other values under other settings: the settings of histograms alone do not affect them.
fn gauges_differ(was: &SeriesSettings, is: &SeriesSettings) -> bool {
    let of_gauges = |settings: &SeriesSettings| SeriesSettings {
        business_hours: is.business_hours,
        buckets: is.buckets.clone(),
        ..settings.clone()
    };
    of_gauges(was) != *is
}

#[cfg(test)]
mod tests;
