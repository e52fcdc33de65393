//! Estimates how many series settings will cause, without a state or from one.
//!
//! PURE. It renders the lines of a simulated account as those of a real one, and counts them, so an estimate
//! follows the same rules. Example: with the default settings, a usual account of 3,000 tickets has about 1,400
//! series after the first sync, and about 3,400 after 3,000 more tickets.

use super::family_lines::FamilyLines;
use super::new_series::NewSeries;
use super::tickets::Words;
use crate::ledger::{Cell, Ledger, Population, SeriesSettings, View, family};
use crate::ticket::UnixSeconds;

/// An estimate of the series of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesEstimate {
    /// The number now, if the account was read with exactly these settings. Otherwise the number after the first
    /// sync, or after the settings take effect.
    pub at_first: usize,
    /// The number after as many further tickets have been created and solved.
    pub later: usize,
    /// The largest number that is possible.
    pub most: usize,
}

impl SeriesEstimate {
    /// The series of an account with the default settings besides its tickets: those about the reading of the
    /// account, and the counts of the search. A test compares it, and all of [`Self::own_series`], with a scrape.
    pub const OWN_SERIES: usize = 128;

    /// The further series for a label whose values have names: those about its requests, and about its values that
    /// are not shown.
    const OF_NAMES: usize = 17;

    /// The further series if `group` or `brand` is a label: for families that otherwise always find room in
    /// `max_series`.
    const OF_OWNER: usize = 28;

    /// The series of an account with these settings, without those of tickets and names.
    pub fn own_series(settings: &SeriesSettings) -> usize {
        let named = settings.labels.shown_sets().count();
        Self::OWN_SERIES
            + named * Self::OF_NAMES
            + usize::from(settings.shows_owner()) * Self::OF_OWNER
            + settings.labels.fields.len()
    }

    /// The estimate for an account like `population` that is read for the first time with these settings.
    pub fn new(population: &Population, settings: &SeriesSettings) -> Self {
        let (mut ledger, mut backlog) = population.read_by(settings);
        let count =
            |ledger: &Ledger, view: &View| series_of(ledger, ledger.aggregates.shown_cells(), view);
        let at_first = count(&ledger, &backlog.view(population.end()));
        population.live(&mut ledger, &mut backlog);
        let later = count(&ledger, &backlog.view(population.end()));
        let beside = Self::own_series(settings) + names(population, settings);
        let later = at_first.max(later) + beside;
        Self {
            at_first: at_first + beside,
            later,
            most: later.max(population.series_max(settings) + beside),
        }
    }

    /// How many series are added to `at_first` when values in business hours first differ from those in calendar
    /// time, for an account of which this is not known.
    pub fn in_business_hours(population: &Population, settings: &SeriesSettings) -> usize {
        let at_first = |differ| {
            let population = Population {
                business_hours_differ: differ,
                ..population.clone()
            };
            let (ledger, backlog) = population.read_by(settings);
            let view = backlog.view(population.end());
            series_of(&ledger, ledger.aggregates.shown_cells(), &view)
        };
        at_first(Some(true)).saturating_sub(at_first(None))
    }

    /// The estimate for an account that was read, if it continues with these settings. Never less than the series
    /// that continue.
    pub fn on(ledger: &Ledger, settings: &SeriesSettings) -> Self {
        let population = Population::of(ledger);
        let estimate = Self::new(&population, settings);
        let (before, differ) = (
            ledger.aggregates.settings(),
            ledger.aggregates.business_hours_differ(),
        );
        let shown = ledger.aggregates.shown_cells();
        let go_on = shown.filter(|(cell, _)| settings.keeps_shown(before, cell.family(), differ));
        let cells: Vec<(Cell, u64)> = go_on.collect();
        let view = view_of(cells.iter().copied());
        let kept = series_of(ledger, cells.into_iter(), &view);
        let beside = Self::own_series(settings) + names(&population, settings);
        let at_first = if before == settings {
            kept + beside
        } else {
            // Series that no longer find room end.
            let kept = kept.min(settings.max_series) + beside;
            kept.max(estimate.at_first)
        };
        let later = at_first.max(estimate.later);
        Self {
            at_first,
            later,
            most: later.max(estimate.most),
        }
    }
}

/// How many series the tickets of a ledger have. It is exact except for the next breach of SLA targets, which is
/// counted for every combination of labels.
pub fn ticket_series(ledger: &Ledger) -> usize {
    let cells = || ledger.aggregates.shown_cells();
    series_of(ledger, cells(), &view_of(cells()))
}

/// How many series these cells have, with those that depend on the time.
fn series_of(ledger: &Ledger, cells: impl Iterator<Item = (Cell, u64)>, view: &View) -> usize {
    let words = Words {
        dictionaries: &ledger.dictionaries,
        settings: ledger.aggregates.settings(),
    };
    let tickets = FamilyLines::of_cells("", cells, words, &NewSeries::default());
    let labels = &ledger.aggregates.settings().labels;
    let name = |dimension, value| ledger.dictionaries.word_of(dimension, value, labels);
    let waiting = FamilyLines::of_backlog("", view, name);
    tickets.series() + waiting.series()
}

/// A view that has the series of the backlog for these cells. Its times are made up, because only their presence
/// counts.
fn view_of(cells: impl Iterator<Item = (Cell, u64)>) -> View {
    const SOME_TIME: UnixSeconds = UnixSeconds(1);
    let mut view = View::default();
    for (cell, value) in cells {
        let time = (value > 0).then_some(SOME_TIME);
        let status = cell.of(family::UNSOLVED);
        let priority = cell.of(family::OVERDUE);
        match cell.family() {
            family::UNSOLVED => {
                let shown = view.statuses.entry(status).or_default();
                shown.oldest_created = time;
                shown.stalest_updated = time;
                view.priorities.entry(priority).or_default();
            }
            family::UNASSIGNED => {
                let shown = view.statuses.entry(status).or_default();
                shown.oldest_unassigned = time;
            }
            family::UNREPLIED => {
                let shown = view.priorities.entry(priority).or_default();
                shown.oldest_unreplied = shown.oldest_unreplied.or(time);
            }
            family::SLA_TARGETS => {
                let shown = view.slas.entry(cell).or_default();
                shown.next_breach = Some(SOME_TIME);
            }
            _ => {}
        }
    }
    view
}

impl FamilyLines {
    /// The number of series. Each line is one.
    fn series(&self) -> usize {
        let lines = self
            .families
            .iter()
            .map(|(_, lines)| lines.as_str().lines().count());
        lines.sum()
    }
}

/// How many names are shown for the ids in labels.
fn names(population: &Population, settings: &SeriesSettings) -> usize {
    let shown = settings.labels.shown_sets();
    shown.map(|set| population.named[set]).sum()
}

#[cfg(test)]
mod tests;
