//! Numbers for the open sets: channels, groups, brands, forms, custom statuses, listed tags and
//! the values of listed custom fields.
//!
//! A record keeps small numbers instead of names and ids. Each set is bounded twice: a dictionary
//! holds a limited number of values, and only some of those are shown as label values.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cells::{Cell, LabelValue};
use super::ranking::Ranking;
use super::series_settings::{FieldLabel, SeriesSettings};
use crate::ticket::{FieldValue, Reference, TicketChange};

/// Number of a ticket that has no value here.
pub(super) const NUMBER_NONE: u16 = 0;
/// Number of every value that has no number of its own.
pub const NUMBER_OTHER: u16 = 1;
/// Number in a label of a custom field that is not known of the ticket: it was not seen since the
/// field is listed.
const NUMBER_UNKNOWN: u16 = u16::MAX;
/// The first number that stands for one value.
const NUMBER_FIRST: u16 = 2;

/// Most values with a number of their own in one dictionary. Accounts have tens of channels and
/// at most some thousand groups; the bound keeps a hostile or broken account from filling memory.
pub const DICTIONARY_VALUES_MAX: usize = 4096;

/// An open set of values that tickets can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenSet {
    /// Channel names.
    Channel,
    /// Group ids.
    Group,
    /// Brand ids.
    Brand,
    /// Ticket form ids.
    Form,
    /// Custom status ids.
    CustomStatus,
    /// Tags that the settings list or listed.
    Tag,
    /// Ids of custom fields that the settings list or listed.
    Field,
    /// Values of one custom field: its number in [`Self::Field`].
    FieldValue(u16),
}

impl OpenSet {
    /// The name of the set in the store, which of all but the last three is also the label.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Brand => "brand",
            Self::Form => "form",
            Self::CustomStatus => "custom_status",
            Self::Tag => "tag",
            Self::Field => "field",
            Self::FieldValue(field) => return Cow::Owned(format!("field {field}")),
        })
    }

    /// The set of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "channel" => Self::Channel,
            "group" => Self::Group,
            "brand" => Self::Brand,
            "form" => Self::Form,
            "custom_status" => Self::CustomStatus,
            "tag" => Self::Tag,
            "field" => Self::Field,
            _ => Self::FieldValue(name.strip_prefix("field ")?.parse().ok()?),
        })
    }

    /// Whether the settings list what it can hold, so that all of it is shown.
    const fn is_listed(self) -> bool {
        matches!(self, Self::Tag | Self::Field)
    }
}

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
pub struct Numbers {
    /// Channel.
    pub channel: u16,
    /// Group.
    pub group: u16,
    /// Brand.
    pub brand: u16,
    /// Ticket form.
    pub form: u16,
    /// Custom status.
    pub custom_status: u16,
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

    /// The numbers of what `change` names, new values getting the next ones. `settings` says what
    /// its listed tags and fields are.
    pub fn number(&mut self, change: &TicketChange, settings: &SeriesSettings) -> Numbers {
        let mut tags: Vec<u16> = change
            .tags
            .places()
            .filter_map(|place| settings.tags.get(place))
            .map(|tag| self.intern(OpenSet::Tag, Some(tag)))
            .collect();
        tags.sort_unstable();
        Numbers {
            channel: self.intern(OpenSet::Channel, Some(change.channel.as_str())),
            group: self.number_reference(OpenSet::Group, change.group_id),
            brand: self.number_reference(OpenSet::Brand, change.brand_id),
            form: self.number_reference(OpenSet::Form, change.form_id),
            custom_status: self.number_reference(OpenSet::CustomStatus, change.custom_status_id),
            tags,
            fields: self.number_fields(change, settings),
        }
    }

    fn number_reference(&mut self, set: OpenSet, reference: Reference) -> u16 {
        match reference {
            Reference::None => NUMBER_NONE,
            Reference::Other => NUMBER_OTHER,
            Reference::Id(id) => self.number_of(set, &id.to_string(), false),
        }
    }

    fn number_fields(
        &mut self,
        change: &TicketChange,
        settings: &SeriesSettings,
    ) -> Vec<(u16, u16)> {
        let mut fields: Vec<(u16, u16)> = settings
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
    pub fn label(&self, set: OpenSet, number: u16) -> LabelValue {
        let shown = match self.entry(set, number) {
            Some((_, shown)) => *shown,
            None => number == NUMBER_NONE,
        };
        LabelValue(if shown { number } else { NUMBER_OTHER })
    }

    /// What the custom field `id` of a record with these numbers is shown as; `unknown` for a
    /// ticket that was not seen since the field is listed.
    pub fn field_label(&self, id: i64, fields: &[(u16, u16)]) -> LabelValue {
        let value = self
            .find(OpenSet::Field, &id.to_string())
            .and_then(|number| fields.iter().find(|(field, _)| *field == number));
        value.map_or(LabelValue(NUMBER_UNKNOWN), |(field, value)| {
            self.label(OpenSet::FieldValue(*field), *value)
        })
    }

    /// The words of a label value of `set`.
    pub fn word(&self, set: OpenSet, value: LabelValue) -> &str {
        match (self.entry(set, value.0), value.0) {
            (Some((word, _)), _) => word,
            (None, NUMBER_NONE) => "none",
            (None, NUMBER_UNKNOWN) => "unknown",
            (None, _) => "other",
        }
    }

    /// The words of a label value of the custom field `id`.
    pub fn field_word(&self, id: i64, value: LabelValue) -> &str {
        let number = self.find(OpenSet::Field, &id.to_string());
        self.word(OpenSet::FieldValue(number.unwrap_or_default()), value)
    }

    /// The number of a value that has one.
    pub fn find(&self, set: OpenSet, value: &str) -> Option<u16> {
        self.dictionaries.get(&set)?.numbers.get(value).copied()
    }

    /// Whether a number stands for a value, or for none, in this set.
    pub fn knows(&self, set: OpenSet, number: u16) -> bool {
        number < NUMBER_FIRST
            || (number == NUMBER_UNKNOWN && matches!(set, OpenSet::FieldValue(_)))
            || self.entry(set, number).is_some()
    }

    /// Whether every label of a cell stands for something.
    pub fn know(&self, cell: &Cell, settings: &SeriesSettings) -> bool {
        let known =
            |set, value: Option<LabelValue>| value.is_none_or(|value| self.knows(set, value.0));
        let owner = cell.owner();
        let knows_owner = known(OpenSet::Group, owner.group) && known(OpenSet::Brand, owner.brand);
        let knows_tag = match cell {
            Cell::Tagged { tag, .. } => self.entry(OpenSet::Tag, *tag).is_some(),
            _ => true,
        };
        let knows_dimensions = cell.dimensions().is_none_or(|dimensions| {
            let fields = settings.fields.iter().zip(dimensions.fields);
            known(OpenSet::Channel, Some(dimensions.channel))
                && known(OpenSet::Form, dimensions.form)
                && known(OpenSet::CustomStatus, dimensions.custom_status)
                && fields.into_iter().all(|(field, value)| {
                    let number = self.find(OpenSet::Field, &field.id.to_string());
                    known(OpenSet::FieldValue(number.unwrap_or_default()), value)
                })
        });
        knows_owner && knows_tag && knows_dimensions
    }

    /// The cell with `other` in each open label whose value is not shown.
    pub fn shown_cell(&self, mut cell: Cell, settings: &SeriesSettings) -> Cell {
        let shown = |set, value: &mut Option<LabelValue>| {
            *value = value.map(|value| self.label(set, value.0));
        };
        if let Some(owner) = cell.owner_mut() {
            shown(OpenSet::Group, &mut owner.group);
            shown(OpenSet::Brand, &mut owner.brand);
        }
        if let Some(dimensions) = cell.dimensions_mut() {
            dimensions.channel = self.label(OpenSet::Channel, dimensions.channel.0);
            shown(OpenSet::Form, &mut dimensions.form);
            shown(OpenSet::CustomStatus, &mut dimensions.custom_status);
            for (field, value) in settings.fields.iter().zip(&mut dimensions.fields) {
                let number = self.find(OpenSet::Field, &field.id.to_string());
                let is_unknown = *value == Some(LabelValue(NUMBER_UNKNOWN));
                if !is_unknown && let Some(number) = number {
                    shown(OpenSet::FieldValue(number), value);
                }
            }
        }
        cell
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
    /// under `before` stands where `settings` asks for the same.
    pub fn choose(
        &mut self,
        settings: &SeriesSettings,
        before: Option<&SeriesSettings>,
        ranking: &Ranking,
    ) {
        self.shown_max = settings.max_values;
        let standing = self.standing(settings, before);
        let listed: Vec<(OpenSet, &FieldLabel)> = settings
            .fields
            .iter()
            .filter(|field| field.shows_all())
            .filter_map(|field| {
                let number = self.find(OpenSet::Field, &field.id.to_string())?;
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
        settings: &SeriesSettings,
        before: Option<&SeriesSettings>,
    ) -> BTreeSet<OpenSet> {
        let Some(before) = before.filter(|before| before.max_values == settings.max_values) else {
            return BTreeSet::new();
        };
        let other_fields = settings.fields.iter().filter(|field| {
            let same = |known: &FieldLabel| known.id == field.id && known.values == field.values;
            !before.fields.iter().any(same)
        });
        let others: BTreeSet<OpenSet> = other_fields
            .filter_map(|field| self.find(OpenSet::Field, &field.id.to_string()))
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
    use crate::ledger::testing::plain_change;
    use crate::ledger::testing::plain_record;
    use crate::ledger::{BoundedLabel, Ledger, TicketRecord};
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
            group: web,
            ..plain_record()
        });
        let settings = SeriesSettings {
            max_values: 2,
            ..SeriesSettings::default()
        };
        dictionaries.choose(&settings, None, &ranking);
        let shown: Vec<&str> = dictionaries.shown(OpenSet::Channel).collect();
        assert_eq!(shown, ["web", "voice"]);
        assert_eq!(dictionaries.label(OpenSet::Channel, fax), LabelValue::OTHER);
        // All places are taken.
        let sms = channel(&mut dictionaries, "sms");
        assert_eq!(dictionaries.label(OpenSet::Channel, sms), LabelValue::OTHER);
    }

    #[test]
    fn an_id_that_cannot_be_read_is_other_and_not_none() {
        let mut dictionaries = Dictionaries::new(64);
        let change = TicketChange {
            group_id: Reference::Other,
            brand_id: Reference::None,
            form_id: Reference::Id(7),
            custom_status_id: Reference::Other,
            ..plain_change(1)
        };
        let numbers = dictionaries.number(&change, &SeriesSettings::default());
        let words = [
            (OpenSet::Group, numbers.group),
            (OpenSet::Brand, numbers.brand),
            (OpenSet::Form, numbers.form),
            (OpenSet::CustomStatus, numbers.custom_status),
        ]
        .map(|(set, number)| dictionaries.word(set, dictionaries.label(set, number)));
        assert_eq!(words, ["other", "none", "7", "other"]);
    }

    #[test]
    fn an_id_that_cannot_be_read_is_no_value_too_many() {
        let settings = SeriesSettings {
            group: true,
            max_values: 1,
            ..SeriesSettings::default()
        };
        let mut ledger = Ledger::new(settings, UnixSeconds(0));
        let table = [
            (Reference::Id(1), &[][..]),
            (Reference::Id(2), &[BoundedLabel::Group]),
            (Reference::Other, &[]),
            (Reference::None, &[]),
        ];
        for (group_id, dropped) in table {
            let change = TicketChange {
                group_id,
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
        let settings = SeriesSettings {
            fields: vec![FieldLabel {
                id: 360_001,
                label: "product".to_owned(),
                values: Vec::new(),
            }],
            ..SeriesSettings::default()
        };
        let mut dictionaries = Dictionaries::new(64);
        let change = TicketChange {
            fields: vec![FieldValue::Value("red".to_owned())],
            ..plain_change(1)
        };
        let seen = dictionaries.number(&change, &settings).fields;
        let word = |fields: &[(u16, u16)]| {
            dictionaries.field_word(360_001, dictionaries.field_label(360_001, fields))
        };
        assert_eq!(word(&seen), "red");
        assert_eq!(word(&[]), "unknown");
        assert_eq!(word(&[(seen[0].0, NUMBER_NONE)]), "none");
        assert_eq!(word(&[(seen[0].0, NUMBER_OTHER)]), "other");
    }
}
