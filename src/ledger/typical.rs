//! A typical account, put through the ledger: so many series will settings make.
//!
//! PURE. How many combinations of labels turn up depends on the tickets, which nobody knows before they
//! are read. So tickets are made up, as they are spread on a usual support desk, and go through
//! the very rules that real ones go through; what is then counted cannot differ from those rules.
//! First the account is read, then as many tickets again come in and are solved: event counters and
//! histograms begin with what happens, so an account that has just been read shows few of them.

mod life;

mod ticket;

use std::collections::BTreeMap;

use fastrand::Rng;

use super::backlog::Backlog;
use super::family;
use super::labels::{Dimension, FieldLabel, OpenSet};
use super::progress::{PageFacts, Walk};
use super::series_settings::{Combinations, SeriesSettings};
use super::{AnswerTime, Cell, Ledger, Part};
use crate::ticket::{NamedSet, PerSet, Status, SupportType, UnixSeconds};
use ticket::{DONE, UNSOLVED, pick};

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

/// More tickets of a kind than this are not made up: the combinations that are still missing then
/// are rare.
const MADE_UP_MAX: u64 = 10_000;

/// When the made up account is read. Any time does.
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

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

    /// A moment after everything that is made up.
    pub fn end(&self) -> UnixSeconds {
        comes_in(self.further_tickets())
    }

    /// A ledger under `settings` that has just read such an account for the first time, and its
    /// unsolved tickets.
    pub fn read_by(&self, settings: &SeriesSettings) -> (Ledger, Backlog) {
        let mut ledger = Ledger::new(settings.clone(), NOW);
        if self.business_hours_differ == Some(true) {
            // It is known of the account, so the histograms are there from the first ticket on.
            ledger.aggregates.restore_business_hours_differ(true);
        }
        let mut backlog = Backlog::default();
        let mut rng = Rng::with_seed(1);
        let done = (0..self.done.min(MADE_UP_MAX)).map(|_| DONE);
        let unsolved = (0..self.unsolved.min(MADE_UP_MAX)).map(|_| UNSOLVED);
        for (id, statuses) in (1..).zip(done.chain(unsolved)) {
            let status = pick(statuses, &mut rng);
            let created_at = NOW.plus(-rng.i64(0..100 * 24 * 3600));
            let change = self.ticket(id, (status, created_at), settings, &mut rng);
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
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
        (ledger, backlog)
    }

    /// Lets as many tickets again come into such an account as it has, and be solved. The ones that
    /// [`Self::read_by`] read stay as they are: so many are always there.
    pub fn live(&self, ledger: &mut Ledger, backlog: &mut Backlog) {
        let settings = ledger.aggregates.settings().clone();
        let mut rng = Rng::with_seed(2);
        for place in 0..self.further_tickets() {
            // Ids below are those of the tickets that were read.
            let id = (2 * MADE_UP_MAX + 1 + place).cast_signed();
            let change = self.ticket(id, (Status::New, comes_in(place)), &settings, &mut rng);
            let mut record = None;
            for change in self.life(change, &settings, &mut rng) {
                let Ok(applied) = ledger.apply(record.as_ref(), &change, Some(change.order_key))
                else {
                    break;
                };
                record = applied.record.or(record);
            }
        }
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
    }

    /// How many tickets [`Self::live`] lets come in.
    pub fn further_tickets(&self) -> u64 {
        self.tickets().min(MADE_UP_MAX)
    }

    /// Most series that tickets can take under `settings`: every combination of the values in use, or
    /// what `max_series` lets be.
    pub fn series_max(&self, settings: &SeriesSettings) -> usize {
        let shown = |shows: bool, values: usize| {
            // Beside the values: none of them, and any other.
            let values = values.min(settings.labels.max_values) + 2;
            if shows { values } else { 1 }
        };
        // Of tickets that were not read since a field is listed it is unknown.
        let fields = settings.labels.fields.iter();
        let fields = fields.map(|field| 1 + shown(true, self.values_of(field)));
        let named = |set: NamedSet| shown(settings.labels.named[set], self.named[set]);
        let owners = named(NamedSet::Group).saturating_mul(named(NamedSet::Brand));
        let others = [
            shown(true, self.channels),
            shown(settings.support_type, SupportType::ALL.len() - 2),
        ];
        let all = others
            .into_iter()
            .chain(NamedSet::ALL.iter().map(|set| named(*set)))
            .chain(fields)
            .fold(1, usize::saturating_mul);
        let series = settings.series_of(Combinations { all, owners });
        series.min(settings.max_series)
    }
}

/// How many values a usual account has of each set.
const fn usual_values() -> PerSet<usize> {
    let mut values = [0; NamedSet::COUNT];
    let mut index = 0;
    while index < values.len() {
        values[index] = Dimension::Named(NamedSet::ALL[index]).usual_values();
        index += 1;
    }
    PerSet(values)
}

/// When the ticket at this place comes in after the account was read: after all that happens to the
/// one before.
const fn comes_in(place: u64) -> UnixSeconds {
    NOW.plus((place.cast_signed() + 1) * life::SECONDS_MAX)
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
    let is_read = !ledger.progress.resync.settings_changed;
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

#[cfg(test)]
mod tests;
