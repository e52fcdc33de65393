//! A typical account, put through the ledger: so many series will settings make.
//!
//! PURE. How many combinations of labels turn up depends on the tickets, which nobody knows before they
//! are read. So tickets are made up, as they are spread on a usual support desk, and go through
//! the very rules that real ones go through; what is then counted cannot differ from those rules.

mod ticket;

use fastrand::Rng;

use super::backlog::Backlog;
use super::dictionary::{Dictionaries, OpenSet};
use super::layout::{Combinations, Layout};
use super::progress::{PageFacts, Walk};
use super::{AnswerTime, Cell, Ledger};
use crate::ticket::{SupportType, UnixSeconds};
use ticket::{DONE, UNSOLVED};

/// What an account is like, as far as it decides how many series there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Tickets that are solved or closed.
    pub done: u64,
    /// Tickets that are not.
    pub unsolved: u64,
    /// Channels in use.
    pub channels: usize,
    /// Groups.
    pub groups: usize,
    /// Brands.
    pub brands: usize,
    /// Ticket forms.
    pub forms: usize,
    /// Custom statuses.
    pub custom_statuses: usize,
    /// Values of a custom field for which the settings list none.
    pub field_values: usize,
}

/// More tickets of a kind than this are not made up: the combinations that are still missing then
/// are rare.
const MADE_UP_MAX: u64 = 10_000;

/// When the made up account is read. Any time does.
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

impl Population {
    /// A desk of some ten people.
    pub const USUAL: Self = Self {
        done: 2_920,
        unsolved: 80,
        channels: 8,
        groups: 6,
        brands: 3,
        forms: 2,
        custom_statuses: 5,
        field_values: 5,
    };

    /// That of an account that has been read; what is not known of it is as usual.
    pub fn of(ledger: &Ledger) -> Self {
        let usual = Self::USUAL;
        let mut population = Self {
            done: 0,
            unsolved: 0,
            ..usual
        };
        for (cell, value) in ledger.aggregates.cells() {
            match cell {
                Cell::Tickets { status, .. } if status.is_unsolved() => {
                    population.unsolved += value
                }
                Cell::Tickets { .. } => population.done += value,
                _ => {}
            }
        }
        let dictionaries = &ledger.dictionaries;
        let values = |set, usual| in_use(dictionaries, set).unwrap_or(usual);
        population.channels = values(OpenSet::Channel, usual.channels);
        population.groups = values(OpenSet::Group, usual.groups);
        population.brands = values(OpenSet::Brand, usual.brands);
        population.forms = values(OpenSet::Form, usual.forms);
        population.custom_statuses = values(OpenSet::CustomStatus, usual.custom_statuses);
        population
    }

    /// Tickets of any status.
    pub const fn tickets(&self) -> u64 {
        self.done + self.unsolved
    }

    /// A ledger under `layout` that has just read such an account for the first time, and its
    /// unsolved tickets.
    pub fn read_by(&self, layout: &Layout) -> (Ledger, Backlog) {
        let mut ledger = Ledger::new(layout.clone(), NOW);
        let mut backlog = Backlog::default();
        let mut rng = Rng::with_seed(1);
        let done = (0..self.done.min(MADE_UP_MAX)).map(|_| DONE);
        let unsolved = (0..self.unsolved.min(MADE_UP_MAX)).map(|_| UNSOLVED);
        for (id, statuses) in (1..).zip(done.chain(unsolved)) {
            let change = self.ticket(id, statuses, layout, &mut rng);
            // A ticket that is new leaves no cell.
            let Ok(applied) = ledger.apply(None, &change, Some(NOW)) else {
                continue;
            };
            let record = applied.record.iter();
            let waiting = record.filter_map(|record| ledger.waiting(record)).next();
            if waiting.is_some() {
                backlog.apply(change.id, waiting.as_ref());
            }
        }
        ledger.pass(&PageFacts {
            walk: Walk::Main,
            time: AnswerTime::agreed(NOW),
            end_of_stream: true,
            next: None,
            first_and_last_key: None,
            greatest_key: None,
        });
        ledger.aggregates.add_counters();
        backlog.know(ledger.aggregates.cells().map(|(cell, _)| cell));
        (ledger, backlog)
    }

    /// Most series that tickets can take under `layout`: every combination of the values in use, or
    /// what `max_series` lets be.
    pub fn series_max(&self, layout: &Layout) -> usize {
        let shown = |shows: bool, values: usize| {
            // Beside the values: none of them, and any other.
            let values = values.min(layout.max_values) + 2;
            if shows { values } else { 1 }
        };
        let fields = layout.fields.iter().map(|field| {
            let listed = field.values.len();
            // Of tickets that were not read since the field is listed it is unknown.
            1 + shown(
                true,
                if field.shows_all() {
                    listed
                } else {
                    self.field_values
                },
            )
        });
        let owners =
            shown(layout.group, self.groups).saturating_mul(shown(layout.brand, self.brands));
        let dimensions = [
            shown(true, self.channels),
            shown(layout.form, self.forms),
            shown(layout.custom_status, self.custom_statuses),
            shown(layout.support_type, SupportType::ALL.len() - 2),
        ];
        let dimensions = dimensions
            .into_iter()
            .chain(fields)
            .fold(owners, usize::saturating_mul);
        let all = layout.series_of(Combinations { dimensions, owners });
        all.min(layout.max_series)
    }
}

/// Values of a set that tickets have been seen with; `None` if there are none.
fn in_use(dictionaries: &Dictionaries, set: OpenSet) -> Option<usize> {
    let values = dictionaries.shown(set).count();
    (values > 0).then_some(values)
}

#[cfg(test)]
mod tests;
