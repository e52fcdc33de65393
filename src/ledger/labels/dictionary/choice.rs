//! Chooses the values of an open set that are shown as label values.

use std::collections::BTreeSet;

use super::Dictionaries;
use crate::ledger::labels::numbers::NUMBER_FIRST;
use crate::ledger::labels::{FieldLabel, LabelSettings, OpenSet, Ranking};

impl Dictionaries {
    /// Whether any set has more values than can be shown.
    pub fn is_crowded(&self) -> bool {
        self.dictionaries
            .iter()
            .any(|(set, dictionary)| !set.is_listed() && dictionary.values.len() > self.shown_max)
    }

    /// Chooses again which values are shown: those that the settings list, and of other sets the `max_values`
    /// values with the most tickets. Of equal values, the one that was seen first is chosen. A choice under
    /// `before` stays if `labels` asks for the same.
    pub fn choose(
        &mut self,
        labels: &LabelSettings,
        before: Option<&LabelSettings>,
        ranking: &Ranking,
    ) {
        self.shown_max = labels.max_values;
        let unchanged = self.unchanged(labels, before);
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
            if set.is_listed() || unchanged.contains(set) {
                continue;
            }
            // The settings name the values of this field, so their number of tickets does not matter.
            if let Some((_, field)) = listed.iter().find(|(listed, _)| listed == set) {
                for (value, shown) in &mut dictionary.values {
                    *shown = field.values.contains(value);
                }
                continue;
            }
            // Most tickets first; of equals the one with the lower index, which was seen first.
            let mut ranked: Vec<(u64, usize)> = (0..dictionary.values.len())
                .zip(NUMBER_FIRST..)
                .map(|(index, number)| (u64::MAX - ranking.tickets(*set, number), index))
                .collect();
            ranked.sort_unstable();
            for (rank, (_, index)) in ranked.into_iter().enumerate() {
                dictionary.values[index].1 = rank < shown_max;
            }
            dictionary.shown = dictionary.values.len().min(shown_max);
        }
    }

    /// The sets whose values stay as they were chosen under `before`. With another `max_values` there is
    /// none. Example: if `values` of one custom field change, all sets but the values of that field.
    fn unchanged(
        &self,
        labels: &LabelSettings,
        before: Option<&LabelSettings>,
    ) -> BTreeSet<OpenSet> {
        let Some(before) = before.filter(|before| before.max_values == labels.max_values) else {
            return BTreeSet::new();
        };
        let other_fields = labels.fields.iter().filter(|field| {
            let same = |old: &FieldLabel| old.id == field.id && old.values == field.values;
            !before.fields.iter().any(same)
        });
        let others: BTreeSet<OpenSet> = other_fields
            .filter_map(|field| self.field(field.id))
            .map(OpenSet::FieldValue)
            .collect();
        let sets = self.dictionaries.keys().copied();
        sets.filter(|set| !others.contains(set)).collect()
    }
}
