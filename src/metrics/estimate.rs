//! How many series settings will make, before anything is read.
//!
//! PURE. The lines of a made up account are rendered as real ones are, and counted.

use super::newborn::Newborn;
use super::tickets::{TicketLines, Words};
use crate::ledger::{LabelValue, Layout, OpenSet, Population};
use crate::ticket::UnixSeconds;

/// How many series settings will make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesEstimate {
    /// When the first sync is complete. It grows as more combinations of labels turn up.
    pub typical: usize,
    /// At most.
    pub most: usize,
}

/// A moment after everything that is made up.
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

impl SeriesEstimate {
    /// What an account shows beside its tickets and names: how it is read, and what the search counts.
    /// Held against a scrape by a test.
    pub const OWN_SERIES: usize = 128;

    /// Of an account like `population` under `layout`.
    pub fn of(population: &Population, layout: &Layout) -> Self {
        let (ledger, backlog) = population.read_by(layout);
        let words = Words {
            dictionaries: &ledger.dictionaries,
            layout,
        };
        let tickets = TicketLines::of_cells(
            "",
            ledger.aggregates.shown_cells(),
            words,
            &Newborn::default(),
        );
        let view = backlog.view(NOW);
        let name = |set: OpenSet, value: LabelValue| ledger.dictionaries.word(set, value);
        let waiting = TicketLines::of_backlog("", &view, name);
        let beside = Self::OWN_SERIES + names(population, layout);
        Self {
            typical: tickets.series() + waiting.series() + beside,
            most: population.series_max(layout) + beside,
        }
    }
}

impl TicketLines {
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
fn names(population: &Population, layout: &Layout) -> usize {
    let sets = [
        (layout.group, population.groups),
        (layout.brand, population.brands),
        (layout.form, population.forms),
        (layout.custom_status, population.custom_statuses),
    ];
    let shown = sets.into_iter().filter(|(is_shown, _)| *is_shown);
    shown.map(|(_, names)| names).sum()
}
