//! Numbers for the open sets: channels, groups, brands, forms, custom statuses, listed tags and
//! the values of listed custom fields.
//!
//! A record keeps small numbers instead of names and ids. Each set is bounded twice: a dictionary
//! holds a limited number of values, and only some of those are shown as label values.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::numbers::{NUMBER_FIRST, NUMBER_NONE, NUMBER_OTHER, NUMBER_UNKNOWN};
use super::{Dimension, FieldLabel, LabelSettings, OpenSet, Ranking};
use crate::ticket::{FieldValue, PerSet, Reference, TicketChange};

/// Most values with a number of their own in one dictionary. Accounts have tens of channels and
/// at most some thousand groups; the bound keeps a hostile or broken account from filling memory.
pub const DICTIONARY_VALUES_MAX: usize = 4096;

/// A value that was given a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The set it belongs to.
    pub set: OpenSet,
    /// Its number.
    pub number: u16,
    /// The value: a channel name, a tag, a field's value, or an id in decimal.
    pub value: String,
    /// Whether it is a label value of its own.
    pub shown: bool,
}

/// The dictionaries of one account.
#[derive(Debug)]
pub struct Dictionaries {
    dictionaries: BTreeMap<OpenSet, Dictionary>,
    /// Entries made since [`Self::take_added`].
    added: Vec<Entry>,
    shown_max: usize,
}

/// The values of one open set; the number of a value is its place plus [`NUMBER_FIRST`].
#[derive(Debug, Default)]
struct Dictionary {
    values: Vec<(String, bool)>,
    numbers: HashMap<String, u16>,
    shown: usize,
}

/// The dictionary numbers of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Numbers {
    /// Channel.
    pub channel: u16,
    /// Group, brand, form and custom status.
    pub named: PerSet<u16>,
    /// Listed tags, rising.
    pub tags: Vec<u16>,
    /// Listed custom fields and their values, by field, rising.
    pub fields: Vec<(u16, u16)>,
}

impl Dictionaries {
    /// Empty dictionaries of which at most `shown_max` values a set become label values.
    pub const fn new(shown_max: usize) -> Self {
        Self {
            dictionaries: BTreeMap::new(),
            added: Vec::new(),
            shown_max,
        }
    }

    /// Takes back an entry that was stored. Entries of a set must come in the order of their
    /// numbers; `false` if this one does not continue the set.
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

    /// The numbers of what `change` names, new values getting the next ones. `labels` says what
    /// its listed tags and fields are.
    pub(in crate::ledger) fn number(
        &mut self,
        change: &TicketChange,
        labels: &LabelSettings,
    ) -> Numbers {
        let mut tags: Vec<u16> = change
            .tags
            .places()
            .filter_map(|place| labels.tags.get(place))
            .map(|tag| self.intern(OpenSet::Tag, Some(tag)))
            .collect();
        tags.sort_unstable();
        Numbers {
            channel: self.intern(OpenSet::Channel, Some(change.channel.as_str())),
            named: PerSet::from_fn(|set| {
                self.number_reference(OpenSet::Named(set), change.references[set])
            }),
            tags,
            fields: self.number_fields(change, labels),
        }
    }

    fn number_reference(&mut self, set: OpenSet, reference: Reference) -> u16 {
        match reference {
            Reference::None => NUMBER_NONE,
            Reference::Other => NUMBER_OTHER,
            Reference::Id(id) => self.number_of(set, &id.to_string(), false),
        }
    }

    fn number_fields(&mut self, change: &TicketChange, labels: &LabelSettings) -> Vec<(u16, u16)> {
        let mut fields: Vec<(u16, u16)> = labels
            .fields
            .iter()
            .zip(&change.fields)
            .map(|(field, value)| {
                let number = self.intern(OpenSet::Field, Some(&field.id.to_string()));
                let value = match value {
                    FieldValue::None => NUMBER_NONE,
                    FieldValue::Other => NUMBER_OTHER,
                    FieldValue::Value(value) => {
                        let set = OpenSet::FieldValue(number);
                        self.number_of(set, value, field.shows_all())
                    }
                };
                (number, value)
            })
            .collect();
        fields.sort_unstable();
        fields
    }

    /// What a number is shown as.
    pub fn label(&self, set: OpenSet, number: u16) -> u16 {
        let shown = match self.entry(set, number) {
            Some((_, shown)) => *shown,
            None => number == NUMBER_NONE,
        };
        if shown { number } else { NUMBER_OTHER }
    }

    /// What the custom field `id` of a record with these numbers is shown as; `unknown` for a
    /// ticket that was not seen since the field is listed.
    pub fn field_label(&self, id: i64, fields: &[(u16, u16)]) -> u16 {
        let value = self
            .field(id)
            .and_then(|number| fields.iter().find(|(field, _)| *field == number));
        value.map_or(NUMBER_UNKNOWN, |(field, value)| {
            self.label(OpenSet::FieldValue(*field), *value)
        })
    }

    /// The words of a label value of `set`.
    pub fn word(&self, set: OpenSet, value: u16) -> &str {
        match (self.entry(set, value), value) {
            (Some((word, _)), _) => word,
            (None, NUMBER_NONE) => "none",
            (None, NUMBER_UNKNOWN) => "unknown",
            (None, _) => "other",
        }
    }

    /// The number of a value that has one.
    pub fn find(&self, set: OpenSet, value: &str) -> Option<u16> {
        self.dictionaries.get(&set)?.numbers.get(value).copied()
    }

    /// Whether a number stands for a value in this set, or for none, `other` or `unknown`.
    pub fn knows(&self, set: OpenSet, number: u16) -> bool {
        number < NUMBER_FIRST
            || (number == NUMBER_UNKNOWN && matches!(set, OpenSet::FieldValue(_)))
            || self.has_value(set, number)
    }

    /// Whether a number stands for one value of this set.
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
                // A field of which no ticket was seen has no values.
                OpenSet::FieldValue(number.unwrap_or_default())
            }
            _ => return None,
        })
    }

    /// The word of a label value.
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

    /// How many values of `set` tickets have been seen with, shown or not.
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

    /// Whether some set has more values than can be shown, so that there is a choice to make.
    pub fn is_crowded(&self) -> bool {
        self.dictionaries
            .iter()
            .any(|(set, dictionary)| !set.is_listed() && dictionary.values.len() > self.shown_max)
    }

    /// Decides anew which values are shown: those that the settings list; of other sets the
    /// `max_values` with the most tickets, of equals the one first seen. A choice that was made
    /// under `before` stands where `labels` asks for the same.
    pub fn choose(
        &mut self,
        labels: &LabelSettings,
        before: Option<&LabelSettings>,
        ranking: &Ranking,
    ) {
        self.shown_max = labels.max_values;
        let standing = self.standing(labels, before);
        let listed: Vec<(OpenSet, &FieldLabel)> = labels
            .fields
            .iter()
            .filter(|field| field.shows_all())
            .filter_map(|field| {
                let number = self.field(field.id)?;
                Some((OpenSet::FieldValue(number), field))
            })
            .collect();
        let shown_max = self.shown_max;
        for (set, dictionary) in &mut self.dictionaries {
            if set.is_listed() || standing.contains(set) {
                continue;
            }
            if let Some((_, field)) = listed.iter().find(|(listed, _)| listed == set) {
                for (value, shown) in &mut dictionary.values {
                    *shown = field.values.contains(value);
                }
                continue;
            }
            let mut ranked: Vec<(u64, usize)> = (0..dictionary.values.len())
                .zip(NUMBER_FIRST..)
                .map(|(place, number)| (u64::MAX - ranking.tickets(*set, number), place))
                .collect();
            ranked.sort_unstable();
            for (rank, (_, place)) in ranked.into_iter().enumerate() {
                dictionary.values[place].1 = rank < shown_max;
            }
            dictionary.shown = dictionary.values.len().min(shown_max);
        }
    }

    /// The sets whose choice stands under other settings.
    fn standing(
        &self,
        labels: &LabelSettings,
        before: Option<&LabelSettings>,
    ) -> BTreeSet<OpenSet> {
        let Some(before) = before.filter(|before| before.max_values == labels.max_values) else {
            return BTreeSet::new();
        };
        let other_fields = labels.fields.iter().filter(|field| {
            let same = |known: &FieldLabel| known.id == field.id && known.values == field.values;
            !before.fields.iter().any(same)
        });
        let others: BTreeSet<OpenSet> = other_fields
            .filter_map(|field| self.field(field.id))
            .map(OpenSet::FieldValue)
            .collect();
        let sets = self.dictionaries.keys().copied();
        sets.filter(|set| !others.contains(set)).collect()
    }

    /// Every entry, in the order in which [`Self::restore`] takes them.
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

    /// Counts every entry as new, so that all are written again.
    pub fn add_all_again(&mut self) {
        self.added = self.entries().collect();
    }

    /// The entries made since the last call.
    pub fn take_added(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.added)
    }

    fn entry(&self, set: OpenSet, number: u16) -> Option<&(String, bool)> {
        let place = number.checked_sub(NUMBER_FIRST)?;
        self.dictionaries.get(&set)?.values.get(usize::from(place))
    }

    fn intern(&mut self, set: OpenSet, value: Option<&str>) -> u16 {
        let Some(value) = value else {
            return NUMBER_NONE;
        };
        match (set, value) {
            (OpenSet::Channel, "none") => return NUMBER_NONE,
            (OpenSet::Channel, "other") => return NUMBER_OTHER,
            _ => {}
        }
        self.number_of(set, value, set.is_listed())
    }

    /// The number of a value, the next one if it is new. `is_listed` values are always shown.
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
mod tests {
    use super::*;
    use crate::ledger::SeriesSettings;
    use crate::ledger::testing::plain_change;
    use crate::ledger::testing::plain_record;
    use crate::ledger::{Dimension, Ledger, TicketRecord};
    use crate::ticket::NamedSet;
    use crate::ticket::UnixSeconds;

    fn channel(dictionaries: &mut Dictionaries, name: &str) -> u16 {
        dictionaries.intern(OpenSet::Channel, Some(name))
    }

    #[test]
    fn values_beyond_the_shown_ones_are_other_but_keep_their_number() {
        let mut dictionaries = Dictionaries::new(1);
        let web = channel(&mut dictionaries, "web");
        let fax = channel(&mut dictionaries, "fax");
        assert_ne!(web, fax);
        let names = [web, fax, NUMBER_NONE, NUMBER_OTHER].map(|number| {
            dictionaries.word(
                OpenSet::Channel,
                dictionaries.label(OpenSet::Channel, number),
            )
        });
        assert_eq!(names, ["web", "other", "none", "other"]);
    }

    #[test]
    fn a_full_dictionary_gives_everything_new_the_number_of_other() {
        let mut dictionaries = Dictionaries::new(64);
        for number in 0..DICTIONARY_VALUES_MAX {
            assert_ne!(
                channel(&mut dictionaries, &format!("c{number}")),
                NUMBER_OTHER
            );
        }
        assert_eq!(channel(&mut dictionaries, "one_more"), NUMBER_OTHER);
        assert_eq!(channel(&mut dictionaries, "c0"), NUMBER_FIRST);
        assert_eq!(dictionaries.take_added().len(), DICTIONARY_VALUES_MAX);
    }

    #[test]
    fn entries_are_taken_back_in_order_and_nothing_else_is() {
        let mut dictionaries = Dictionaries::new(64);
        channel(&mut dictionaries, "web");
        channel(&mut dictionaries, "email");
        let mut again = Dictionaries::new(64);
        let entries: Vec<_> = dictionaries.entries().collect();
        assert!(!again.restore(entries[1].clone()));
        assert!(entries.iter().all(|entry| again.restore(entry.clone())));
        assert_eq!(again.entries().collect::<Vec<_>>(), entries);
        assert!(again.take_added().is_empty());
    }

    #[test]
    fn the_values_with_the_most_tickets_are_shown_and_of_equals_the_first() {
        let mut dictionaries = Dictionaries::new(1);
        let [web, fax, voice] =
            ["web", "fax", "voice"].map(|name| channel(&mut dictionaries, name));
        assert!(dictionaries.is_crowded());
        let mut ranking = Ranking::before(UnixSeconds(0));
        ranking.count(&TicketRecord {
            channel: voice,
            named: PerSet::default().with(NamedSet::Group, web),
            ..plain_record()
        });
        let labels = LabelSettings {
            max_values: 2,
            ..LabelSettings::default()
        };
        dictionaries.choose(&labels, None, &ranking);
        let shown: Vec<&str> = dictionaries.shown(OpenSet::Channel).collect();
        assert_eq!(shown, ["web", "voice"]);
        assert_eq!(dictionaries.label(OpenSet::Channel, fax), NUMBER_OTHER);
        // All places are taken.
        let sms = channel(&mut dictionaries, "sms");
        assert_eq!(dictionaries.label(OpenSet::Channel, sms), NUMBER_OTHER);
    }

    #[test]
    fn an_id_that_cannot_be_read_is_other_and_not_none() {
        let mut dictionaries = Dictionaries::new(64);
        let change = TicketChange {
            references: PerSet([
                Reference::Other,
                Reference::None,
                Reference::Id(7),
                Reference::Other,
            ]),
            ..plain_change(1)
        };
        let numbers = dictionaries.number(&change, &LabelSettings::default());
        let words = NamedSet::ALL.iter().map(|named| {
            let set = OpenSet::Named(*named);
            dictionaries.word(set, dictionaries.label(set, numbers.named[*named]))
        });
        assert!(words.eq(["other", "none", "7", "other"]));
    }

    #[test]
    fn an_id_that_cannot_be_read_is_no_value_too_many() {
        let settings = SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default().with(NamedSet::Group, true),
                max_values: 1,
                ..LabelSettings::default()
            },
            ..SeriesSettings::default()
        };
        let mut ledger = Ledger::new(settings, UnixSeconds(0));
        let table = [
            (Reference::Id(1), &[][..]),
            (Reference::Id(2), &[Dimension::Named(NamedSet::Group)]),
            (Reference::Other, &[]),
            (Reference::None, &[]),
        ];
        for (group_id, dropped) in table {
            let change = TicketChange {
                references: PerSet::default().with(NamedSet::Group, group_id),
                ..plain_change(1)
            };
            let applied = ledger.apply(None, &change, Some(UnixSeconds(2_000)));
            assert_eq!(applied.expect("balanced").dropped, dropped, "{group_id:?}");
        }
    }

    #[test]
    fn sets_are_read_back_by_name() {
        for set in [
            OpenSet::Channel,
            OpenSet::Tag,
            OpenSet::Field,
            OpenSet::FieldValue(7),
        ] {
            assert_eq!(OpenSet::from_name(&set.name()), Some(set));
        }
        assert_eq!(OpenSet::from_name("field x"), None);
    }

    #[test]
    fn a_field_of_a_ticket_that_was_not_seen_since_is_unknown() {
        let labels = LabelSettings {
            fields: vec![FieldLabel {
                id: 360_001,
                label: "product".to_owned(),
                values: Vec::new(),
            }],
            ..LabelSettings::default()
        };
        let mut dictionaries = Dictionaries::new(64);
        let change = TicketChange {
            fields: vec![FieldValue::Value("red".to_owned())],
            ..plain_change(1)
        };
        let seen = dictionaries.number(&change, &labels).fields;
        let word = |fields: &[(u16, u16)]| {
            let value = dictionaries.field_label(360_001, fields);
            dictionaries.word_of(Dimension::Field(0), value, &labels)
        };
        assert_eq!(word(&seen), "red");
        assert_eq!(word(&[]), "unknown");
        assert_eq!(word(&[(seen[0].0, NUMBER_NONE)]), "none");
        assert_eq!(word(&[(seen[0].0, NUMBER_OTHER)]), "other");
    }
}
