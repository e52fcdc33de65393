//! Numbers for the open sets: channels, groups, brands, forms, custom statuses.
//!
//! A record keeps small numbers instead of names and ids. Each set is bounded twice: a dictionary
//! holds a limited number of values, and only some of those are shown as label values.

use std::collections::HashMap;

use super::cells::ChannelLabel;
use crate::ticket::TicketChange;

/// Number of a ticket that has no value here.
pub(super) const NUMBER_NONE: u16 = 0;
/// Number of every value that has no number of its own.
pub const NUMBER_OTHER: u16 = 1;
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
}

impl OpenSet {
    /// Every open set.
    pub const ALL: &[Self] = &[
        Self::Channel,
        Self::Group,
        Self::Brand,
        Self::Form,
        Self::CustomStatus,
    ];

    /// The name of the set, which is also the label that shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Brand => "brand",
            Self::Form => "form",
            Self::CustomStatus => "custom_status",
        }
    }
}

/// A value that was given a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The set it belongs to.
    pub set: OpenSet,
    /// Its number.
    pub number: u16,
    /// The value: a channel name, or an id in decimal.
    pub value: String,
    /// Whether it is a label value of its own.
    pub shown: bool,
}

/// The dictionaries of one account.
#[derive(Debug)]
pub struct Dictionaries {
    dictionaries: [Dictionary; OpenSet::ALL.len()],
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl Dictionaries {
    /// Empty dictionaries of which at most `shown_max` values a set become label values.
    pub fn new(shown_max: usize) -> Self {
        Self {
            dictionaries: Default::default(),
            added: Vec::new(),
            shown_max,
        }
    }

    /// Takes back an entry that was stored. Entries of a set must come in the order of their
    /// numbers; `false` if this one does not continue the set.
    pub fn restore(&mut self, entry: Entry) -> bool {
        let dictionary = &mut self.dictionaries[entry.set as usize];
        let continues = dictionary.next_number() == entry.number
            && dictionary.values.len() < DICTIONARY_VALUES_MAX
            && !dictionary.numbers.contains_key(&entry.value);
        if continues {
            dictionary.push(entry.value, entry.shown);
        }
        continues
    }

    /// The numbers of what `change` names, new values getting the next ones.
    pub fn number(&mut self, change: &TicketChange) -> Numbers {
        let id = |id: Option<i64>| id.map(|id| id.to_string());
        Numbers {
            channel: self.intern(OpenSet::Channel, Some(change.channel.as_str())),
            group: self.intern(OpenSet::Group, id(change.group_id).as_deref()),
            brand: self.intern(OpenSet::Brand, id(change.brand_id).as_deref()),
            form: self.intern(OpenSet::Form, id(change.form_id).as_deref()),
            custom_status: self.intern(
                OpenSet::CustomStatus,
                id(change.custom_status_id).as_deref(),
            ),
        }
    }

    /// What a channel number is shown as.
    pub fn channel_label(&self, number: u16) -> ChannelLabel {
        let shown = match self.entry(OpenSet::Channel, number) {
            Some((_, shown)) => *shown,
            None => number == NUMBER_NONE,
        };
        ChannelLabel(if shown { number } else { NUMBER_OTHER })
    }

    /// The words of a channel label.
    pub fn channel_name(&self, label: ChannelLabel) -> &str {
        match (self.entry(OpenSet::Channel, label.0), label.0) {
            (Some((name, _)), _) => name,
            (None, NUMBER_NONE) => "none",
            (None, _) => "other",
        }
    }

    /// Whether a number stands for a value, or for none, in this set.
    pub fn knows(&self, set: OpenSet, number: u16) -> bool {
        number < NUMBER_FIRST || self.entry(set, number).is_some()
    }

    /// Decides anew which values are shown: the first `shown_max` of each set.
    pub fn show_anew(&mut self, shown_max: usize) {
        self.shown_max = shown_max;
        for dictionary in &mut self.dictionaries {
            for (place, (_, shown)) in dictionary.values.iter_mut().enumerate() {
                *shown = place < shown_max;
            }
            dictionary.shown = dictionary.values.len().min(shown_max);
        }
    }

    /// Every entry, in the order in which [`Self::restore`] takes them.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        OpenSet::ALL.iter().flat_map(|set| {
            self.dictionaries[*set as usize]
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
        self.dictionaries[set as usize]
            .values
            .get(usize::from(place))
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
        let dictionary = &mut self.dictionaries[set as usize];
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
            shown: dictionary.shown < self.shown_max,
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

    fn channel(dictionaries: &mut Dictionaries, name: &str) -> u16 {
        dictionaries.intern(OpenSet::Channel, Some(name))
    }

    #[test]
    fn values_beyond_the_shown_ones_are_other_but_keep_their_number() {
        let mut dictionaries = Dictionaries::new(1);
        let web = channel(&mut dictionaries, "web");
        let fax = channel(&mut dictionaries, "fax");
        assert_ne!(web, fax);
        let names = [web, fax, NUMBER_NONE, NUMBER_OTHER]
            .map(|number| dictionaries.channel_name(dictionaries.channel_label(number)));
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
}
