//! How many series settings will make, before anything is read, or on what was read.
//!
//! PURE. The lines of a made up account are rendered as real ones are, and counted.

use super::family_lines::FamilyLines;
use super::new_series::NewSeries;
use super::tickets::Words;
use crate::ledger::{Cell, Ledger, Population, SeriesSettings, View, family};
use crate::ticket::UnixSeconds;

/// How many series settings will make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesEstimate {
    /// Now, if the account was read under the very settings; else when the first sync is complete or
    /// the settings have been put into effect.
    pub at_first: usize,
    /// When as many tickets again have come in and were solved.
    pub later: usize,
    /// At most.
    pub most: usize,
}

impl SeriesEstimate {
    /// What an account shows with the default settings beside its tickets: how it is read, and what the
    /// search counts. Held against a scrape by a test, as is the rest of [`Self::own_series`].
    pub const OWN_SERIES: usize = 128;

    /// What the requests for the names of a label add to that, and its values that are not shown.
    const OF_NAMES: usize = 17;

    /// What families add that can find no room in `max_series` only if they have `group` or `brand`.
    const OF_OWNER: usize = 28;

    /// What an account shows under `settings` beside its tickets and their names.
    pub fn own_series(settings: &SeriesSettings) -> usize {
        let named = settings.labels.shown_sets().count();
        Self::OWN_SERIES
            + named * Self::OF_NAMES
            + usize::from(settings.shows_owner()) * Self::OF_OWNER
            + settings.labels.fields.len()
    }

    /// Of an account like `population` that is read for the first time under `settings`.
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

    /// How many more than `at_first` there are once values in business hours differ from those by the
    /// calendar, of an account of which that is not known.
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

    /// Of an account that was read, should it go on under `settings`. Never less than those of its
    /// series that go on.
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
            // What finds no room any more ends.
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

/// How many series the tickets of a ledger show: exact but for the next breaches of SLA targets, of
/// which each is taken to be there.
pub fn ticket_series(ledger: &Ledger) -> usize {
    let cells = || ledger.aggregates.shown_cells();
    series_of(ledger, cells(), &view_of(cells()))
}

/// How many series these cells are, with what depends on the clock.
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

/// What the backlog shows of these cells, as far as they tell: which times there are, not which ones.
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
    /// How many series these are.
    fn series(&self) -> usize {
        let lines = self
            .families
            .iter()
            .map(|(_, lines)| lines.as_str().lines().count());
        lines.sum()
    }
}

/// Names that are shown beside the ids in labels.
fn names(population: &Population, settings: &SeriesSettings) -> usize {
    let shown = settings.labels.shown_sets();
    shown.map(|set| population.named[set]).sum()
}

#[cfg(test)]
mod tests;
