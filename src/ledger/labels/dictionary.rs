//! The dictionaries: numbers for channels, groups, brands, forms, custom statuses, listed tags, and values of
//! listed custom fields.
//!
//! A record stores small numbers instead of names and ids. Each set has two bounds: a dictionary has a limited
//! number of values, and a limited number of them is shown as label values.
//!
//! Example with `max_values: 1`: the first ticket has the channel `web`, which gets the number 2 and is shown. The
//! second has `email`, which gets 3 and is shown as `other`, the number 1. A ticket without a channel has the
//! number 0, `none`.

mod row_numbers;

mod choice;

use std::collections::{BTreeMap, HashMap};

use super::numbers::{NUMBER_FIRST, NUMBER_NONE, NUMBER_OTHER, NUMBER_UNKNOWN};
use super::{Dimension, LabelSettings, OpenSet};
pub(in crate::ledger) use row_numbers::Numbers;

/// Most values in one dictionary. Accounts have tens of channels and at most some thousand groups; the bound
/// protects memory from a hostile or broken account.
pub const DICTIONARY_VALUES_MAX: usize = 4096;

/// A value with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The set of the value.
    pub set: OpenSet,
    /// The number of the value.
    pub number: u16,
    /// The value: a channel name, a tag, a field's value, or an id in decimal.
    pub value: String,
    /// Whether the value is shown as a label value.
    pub shown: bool,
}

/// The dictionaries of one account.
#[derive(Debug)]
pub struct Dictionaries {
    dictionaries: BTreeMap<OpenSet, Dictionary>,
    /// The entries that were added since [`Self::take_added`].
    added: Vec<Entry>,
    shown_max: usize,
}

/// The values of one open set. The number of a value is its index plus [`NUMBER_FIRST`].
#[derive(Debug, Default)]
struct Dictionary {
    values: Vec<(String, bool)>,
    numbers: HashMap<String, u16>,
    shown: usize,
}

impl Dictionaries {
    /// Empty dictionaries. At most `shown_max` values of each set are shown as label values.
    pub const fn new(shown_max: usize) -> Self {
        Self {
            dictionaries: BTreeMap::new(),
            added: Vec::new(),
            shown_max,
        }
    }

    /// Adds a stored entry. The entries of a set must come in the order of their numbers; `false` if this one does
    /// not follow the last.
    pub fn restore(&mut self, entry: Entry) -> bool {
        let dictionary = self.dictionaries.entry(entry.set).or_default();
        let continues = dictionary.next_number() == entry.number
            && dictionary.values.len() < DICTIONARY_VALUES_MAX
            && !dictionary.numbers.contains_key(&entry.value);
        if continues {
            dictionary.push(entry.value, entry.shown);
        }
        continues
    }

    /// The number of the label value for a number: itself, or that of `other` if the value is not shown.
    pub fn label(&self, set: OpenSet, number: u16) -> u16 {
        let shown = match self.entry(set, number) {
            Some((_, shown)) => *shown,
            None => number == NUMBER_NONE,
        };
        if shown { number } else { NUMBER_OTHER }
    }

    /// The label value of the custom field `id` for a record with these numbers; `unknown` for a ticket that was
    /// not seen since the field was listed.
    pub fn field_label(&self, id: i64, fields: &[(u16, u16)]) -> u16 {
        let value = self
            .field(id)
            .and_then(|number| fields.iter().find(|(field, _)| *field == number));
        value.map_or(NUMBER_UNKNOWN, |(field, value)| {
            self.label(OpenSet::FieldValue(*field), *value)
        })
    }

    /// The word for a label value of `set`.
    pub fn word(&self, set: OpenSet, value: u16) -> &str {
        match (self.entry(set, value), value) {
            (Some((word, _)), _) => word,
            (None, NUMBER_NONE) => "none",
            (None, NUMBER_UNKNOWN) => "unknown",
            (None, _) => "other",
        }
    }

    /// The number of a value; `None` if it has none.
    pub fn find(&self, set: OpenSet, value: &str) -> Option<u16> {
        self.dictionaries.get(&set)?.numbers.get(value).copied()
    }

    /// Whether a number means a value of this set, or none, `other` or `unknown`.
    pub fn knows(&self, set: OpenSet, number: u16) -> bool {
        number < NUMBER_FIRST
            || (number == NUMBER_UNKNOWN && matches!(set, OpenSet::FieldValue(_)))
            || self.has_value(set, number)
    }

    /// Whether a number means a value of this set.
    pub(in crate::ledger) fn has_value(&self, set: OpenSet, number: u16) -> bool {
        self.entry(set, number).is_some()
    }

    /// The open set whose numbers are the values of a label; `None` for closed sets.
    pub(in crate::ledger) fn set_of(
        &self,
        dimension: Dimension,
        labels: &LabelSettings,
    ) -> Option<OpenSet> {
        Some(match dimension {
            Dimension::Channel => OpenSet::Channel,
            Dimension::Named(set) => OpenSet::Named(set),
            Dimension::Tag => OpenSet::Tag,
            Dimension::Field(index) => {
                let field = labels.fields.get(usize::from(index));
                let number = field.and_then(|field| self.field(field.id));
                // A field without a number was seen in no ticket, so it has no values.
                OpenSet::FieldValue(number.unwrap_or_default())
            }
            _ => return None,
        })
    }

    /// The word for a value of a label.
    pub fn word_of(&self, dimension: Dimension, value: u16, labels: &LabelSettings) -> &str {
        match self.set_of(dimension, labels) {
            Some(set) => self.word(set, value),
            None => dimension.word(value).unwrap_or("other"),
        }
    }

    /// The number of a custom field.
    fn field(&self, id: i64) -> Option<u16> {
        self.find(OpenSet::Field, &id.to_string())
    }

    /// The number of values of `set` that tickets had, shown or not.
    pub fn values(&self, set: OpenSet) -> usize {
        let dictionary = self.dictionaries.get(&set);
        dictionary.map_or(0, |dictionary| dictionary.values.len())
    }

    /// The values of `set` that are shown.
    pub fn shown(&self, set: OpenSet) -> impl Iterator<Item = &str> {
        let values = self.dictionaries.get(&set).into_iter();
        values
            .flat_map(|dictionary| &dictionary.values)
            .filter(|(_, shown)| *shown)
            .map(|(value, _)| value.as_str())
    }

    /// Every entry, in the order that [`Self::restore`] needs.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.dictionaries.iter().flat_map(|(set, dictionary)| {
            dictionary
                .values
                .iter()
                .zip(NUMBER_FIRST..)
                .map(|((value, shown), number)| Entry {
                    set: *set,
                    number,
                    value: value.clone(),
                    shown: *shown,
                })
        })
    }

    /// Marks every entry as new, so that all are written again.
    pub fn add_all_again(&mut self) {
        self.added = self.entries().collect();
    }

    /// The entries that were added since the last call.
    pub fn take_added(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.added)
    }

    fn entry(&self, set: OpenSet, number: u16) -> Option<&(String, bool)> {
        let index = number.checked_sub(NUMBER_FIRST)?;
        self.dictionaries.get(&set)?.values.get(usize::from(index))
    }

    fn intern(&mut self, set: OpenSet, value: Option<&str>) -> u16 {
        let Some(value) = value else {
            return NUMBER_NONE;
        };
        match (set, value) {
            // These two words are not channels: see `Channel::parse`.
            (OpenSet::Channel, "none") => return NUMBER_NONE,
            (OpenSet::Channel, "other") => return NUMBER_OTHER,
            _ => {}
        }
        self.number_of(set, value, set.is_listed())
    }

    /// The number of a value; a new value gets the next one. `is_listed` values are always shown.
    fn number_of(&mut self, set: OpenSet, value: &str, is_listed: bool) -> u16 {
        let dictionary = self.dictionaries.entry(set).or_default();
        if let Some(number) = dictionary.numbers.get(value) {
            return *number;
        }
        if dictionary.values.len() == DICTIONARY_VALUES_MAX {
            return NUMBER_OTHER;
        }
        let entry = Entry {
            set,
            number: dictionary.next_number(),
            value: value.to_owned(),
            shown: is_listed || dictionary.shown < self.shown_max,
        };
        dictionary.push(entry.value.clone(), entry.shown);
        let number = entry.number;
        self.added.push(entry);
        number
    }
}

impl Dictionary {
    fn next_number(&self) -> u16 {
        let taken = u16::try_from(self.values.len()).unwrap_or(u16::MAX - NUMBER_FIRST);
        NUMBER_FIRST + taken
    }

    fn push(&mut self, value: String, shown: bool) {
        self.numbers.insert(value.clone(), self.next_number());
        self.values.push((value, shown));
        self.shown += usize::from(shown);
    }
}

#[cfg(test)]
mod tests;
