//! The numbers of an account that determine its series: tickets, channels, groups, values of fields.

use std::collections::BTreeMap;

use crate::ledger::labels::{FieldLabel, OpenSet};
use crate::ledger::{Cell, Ledger, Part, family};
use crate::ticket::{NamedSet, PerSet, Status};

/// The numbers of an account that determine how many series it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// The number of solved and closed tickets.
    pub done: u64,
    /// The number of unsolved tickets.
    pub unsolved: u64,
    /// The number of channels in use.
    pub channels: usize,
    /// The numbers of groups, brands, ticket forms and custom statuses.
    pub named: PerSet<usize>,
    /// The numbers of values of custom fields without a list in the settings, by the field's id; a field that is
    /// missing here is unknown.
    pub field_values: BTreeMap<i64, usize>,
    /// Whether values in business hours differ from those in calendar time, as with a schedule; `None` if unknown.
    pub business_hours_differ: Option<bool>,
}

/// The assumed number of values of a custom field about which nothing is known.
pub const FIELD_VALUES_ASSUMED: usize = 5;

/// After this many resolutions without a difference in business hours, the account counts as one without a
/// schedule.
const RESOLUTIONS_MIN: u64 = 100;

impl Population {
    /// A support desk of about ten people.
    pub const USUAL: Self = Self {
        done: 2_920,
        unsolved: 80,
        channels: 8,
        named: usual_values(),
        field_values: BTreeMap::new(),
        business_hours_differ: None,
    };

    /// The numbers of an account that was read. Channels, groups, brands, forms and custom statuses are stored
    /// whether or not they are labels, so they are correct under any settings.
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

    /// The number of tickets of any status.
    pub const fn tickets(&self) -> u64 {
        self.done.saturating_add(self.unsolved)
    }

    /// The number of values that tickets can have in a custom field: those in the settings, or else those in use,
    /// known or assumed.
    pub fn values_of(&self, field: &FieldLabel) -> usize {
        if field.shows_all() {
            return field.values.len();
        }
        let known = self.field_values.get(&field.id).copied();
        known.unwrap_or(FIELD_VALUES_ASSUMED)
    }
}

/// The number of values of each set in a usual account.
const fn usual_values() -> PerSet<usize> {
    let mut values = [0; NamedSet::COUNT];
    let mut index = 0;
    while index < values.len() {
        values[index] = NamedSet::ALL[index].usual_values();
        index += 1;
    }
    PerSet(values)
}

/// The numbers of values of the fields without a list, as far as the ledger knows them.
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
    // While tickets are still to be read again, a small number is no evidence.
    let is_read = !ledger.progress.awaits_reading_again();
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
