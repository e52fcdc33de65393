//! What a typical account has of everything that decides how many series there are.

use std::collections::BTreeMap;

use crate::ledger::labels::{FieldLabel, OpenSet};
use crate::ledger::{Cell, Ledger, Part, family};
use crate::ticket::{NamedSet, PerSet, Status};

/// What an account is like, as far as it decides how many series there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Tickets that are solved or closed.
    pub done: u64,
    /// Tickets that are not.
    pub unsolved: u64,
    /// Channels in use.
    pub channels: usize,
    /// Groups, brands, ticket forms and custom statuses.
    pub named: PerSet<usize>,
    /// Values of custom fields for which the settings list none, by the field's id; of a field that is
    /// not there they are not known.
    pub field_values: BTreeMap<i64, usize>,
    /// Whether values in business hours differ from those by the calendar, as they do with a schedule;
    /// `None` if that is not known.
    pub business_hours_differ: Option<bool>,
}

/// Values of a custom field of which nobody knows how many it has.
pub const FIELD_VALUES_ASSUMED: usize = 5;

/// After so many resolutions, none of which differed in business hours, there is no schedule.
const RESOLUTIONS_MIN: u64 = 100;

impl Population {
    /// A desk of some ten people.
    pub const USUAL: Self = Self {
        done: 2_920,
        unsolved: 80,
        channels: 8,
        named: usual_values(),
        field_values: BTreeMap::new(),
        business_hours_differ: None,
    };

    /// That of an account that has been read. Channels, groups, brands, forms and custom statuses are
    /// kept whether or not they are labels, so their numbers are true under any settings.
    pub fn of(ledger: &Ledger) -> Self {
        let (mut done, mut unsolved) = (0, 0);
        for (cell, value) in ledger.aggregates.tickets() {
            if cell.status().is_some_and(Status::is_unsolved) {
                unsolved += value;
            } else {
                done += value;
            }
        }
        let values = |set| ledger.dictionaries.values(set);
        Self {
            done,
            unsolved,
            channels: values(OpenSet::Channel),
            named: PerSet::from_fn(|set| values(OpenSet::Named(set))),
            field_values: field_values(ledger),
            business_hours_differ: business_hours_differ(ledger),
        }
    }

    /// Tickets of any status.
    pub const fn tickets(&self) -> u64 {
        self.done.saturating_add(self.unsolved)
    }

    /// Values that tickets can have in a custom field: those that the settings list, or else those in
    /// use, known or assumed.
    pub fn values_of(&self, field: &FieldLabel) -> usize {
        if field.shows_all() {
            return field.values.len();
        }
        let known = self.field_values.get(&field.id).copied();
        known.unwrap_or(FIELD_VALUES_ASSUMED)
    }
}

/// How many values a usual account has of each set.
const fn usual_values() -> PerSet<usize> {
    let mut values = [0; NamedSet::COUNT];
    let mut index = 0;
    while index < values.len() {
        values[index] = NamedSet::ALL[index].usual_values();
        index += 1;
    }
    PerSet(values)
}

/// The values of the custom fields whose values are not listed, as far as the ledger knows them.
fn field_values(ledger: &Ledger) -> BTreeMap<i64, usize> {
    let listed = ledger.aggregates.settings().labels.fields.iter();
    let open = listed.filter(|field| !field.shows_all());
    let values = open.map(|field| {
        let number = ledger
            .dictionaries
            .find(OpenSet::Field, &field.id.to_string());
        let values = number.map_or(0, |number| {
            ledger.dictionaries.values(OpenSet::FieldValue(number))
        });
        (field.id, values)
    });
    // While tickets are to be read again, few values prove nothing.
    let is_read = !ledger.progress.resync.settings_changed();
    values
        .filter(|(_, values)| is_read || *values >= FIELD_VALUES_ASSUMED)
        .collect()
}

fn business_hours_differ(ledger: &Ledger) -> Option<bool> {
    if ledger.aggregates.business_hours_differ() {
        return Some(true);
    }
    let is_resolution = |(cell, _): &(Cell, u64)| {
        cell.family() == family::FULL_RESOLUTION && matches!(cell.part(), Some(Part::Bucket(_)))
    };
    let resolutions = ledger.aggregates.cells().filter(is_resolution);
    let resolutions = resolutions.map(|(_, value)| value);
    (resolutions.sum::<u64>() >= RESOLUTIONS_MIN).then_some(false)
}
