//! What other settings do to the numbers that are there: which counters and histograms begin again
//! at 0, and whether everything is read again.
//!
//! PURE. [`Resets::between`] is the one place that answers this: `check`, the reload, the log and the
//! table in the documentation all ask it.

mod sentences;

use super::family::TicketFamily;
use super::progress::TicketScope;
use super::series_settings::SeriesSettings;

/// What the settings ask of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The labels and families, and their bounds.
    pub series: SeriesSettings,
    /// Which tickets; `None` in a state from before that was stored.
    pub ticket_scope: Option<TicketScope>,
    /// Whether it is known which families were asked for: a state of the first schema had no choice
    /// of them, and those that came later are no change of settings.
    pub tells_families: bool,
}

/// Which part of the ledger there is already, so that other settings can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Nothing was read yet.
    Nothing,
    /// The first sync is not complete: there are no counters yet.
    NotYet,
    /// Counters and histograms are kept.
    Since {
        /// Series that `max_series` bounds, if their number is known.
        open_series: Option<usize>,
        /// Whether a value in business hours has ever differed from the one by the calendar.
        business_hours_differ: bool,
    },
}

/// What becomes of the numbers when settings change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resets {
    /// The settings that differ, of those on which the numbers depend.
    pub settings: Vec<&'static str>,
    /// Families that are shown before and after, and begin again at 0.
    pub restarted: Families,
    /// Families that are shown from now on, from 0.
    pub begun: Families,
    /// Families that are shown no more.
    pub ended: Families,
    /// Whether the gauges are counted again from the records and may show something else.
    pub gauges_change: bool,
    /// Whether counters and histograms may find no room in `max_series` any more.
    pub room_may_lack: bool,
    /// Whether everything is to be read again, as the records do not tell what is asked for.
    pub resync: bool,
    /// Whether no counter is kept yet.
    pub before_counting: bool,
}

/// Families of counters and histograms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Families {
    /// Counters.
    pub counters: Vec<TicketFamily>,
    /// Histograms.
    pub histograms: Vec<TicketFamily>,
}

impl Asked {
    /// The same, with the families of `settings` where it tells none.
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
    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.counters.is_empty() && self.histograms.is_empty()
    }

    /// Takes in a family, once.
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
    /// What leads from `before`, which the numbers were counted by, to `after`.
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
        // Where nothing was read yet, nothing is to be read again.
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

    /// Whether nothing differs.
    pub const fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// Whether some family counts from now on.
    pub const fn restarts_counters(&self) -> bool {
        !self.restarted.is_empty() || !self.begun.is_empty()
    }

    /// These, and what another change does beside them.
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

/// Whether a histogram in business hours that was not shown holds all that was observed: as long as no
/// value has differed it is the same as the one by the calendar, or was kept beside it.
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

/// Taken apart field by field, so that a new one cannot be forgotten here.
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

/// Whether gauges may show something else under other settings: everything but what histograms
/// alone go by.
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
