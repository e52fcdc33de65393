//! Which labels an account shows beside those that every account has.

use super::Dimension;
use crate::ticket::{NamedSet, PerSet};

/// Section `labels` of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSettings {
    /// Whether the ids of each set are a label. Default false.
    pub named: PerSet<bool>,
    /// Tags that are counted, as Zendesk writes them, none twice; at most
    /// [`TAGS_MAX`](crate::ticket::TAGS_MAX).
    pub tags: Vec<String>,
    /// Custom fields that are labels; at most [`FIELDS_MAX`](crate::ticket::FIELDS_MAX).
    pub fields: Vec<FieldLabel>,
    /// Most values of an open label that are label values of their own; the rest is `other`. Default 64.
    pub max_values: usize,
}

/// A custom field that is a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLabel {
    /// Zendesk's id of the field.
    pub id: i64,
    /// The label's name.
    pub label: String,
    /// The values that are shown; empty for those in use, as many as there may be.
    pub values: Vec<String>,
}

impl Default for LabelSettings {
    fn default() -> Self {
        Self {
            named: PerSet::default(),
            tags: Vec::new(),
            fields: Vec::new(),
            max_values: 64,
        }
    }
}

impl LabelSettings {
    /// The sets whose ids are labels.
    pub fn shown_sets(&self) -> impl Iterator<Item = NamedSet> {
        let sets = NamedSet::ALL.iter().copied();
        sets.filter(|set| self.named[*set])
    }

    /// The labels that are shown, of those whose values are open and bounded.
    pub fn bounded(&self) -> impl Iterator<Item = Dimension> {
        Dimension::bounded().filter(|dimension| self.shows(*dimension))
    }

    /// Whether a label is shown, of those that this section turns on; true of others.
    pub fn shows(&self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::Named(set) => self.named[set],
            Dimension::Field(index) => usize::from(index) < self.fields.len(),
            _ => true,
        }
    }

    /// The name of a label.
    pub fn name_of(&self, dimension: Dimension) -> &str {
        match dimension {
            Dimension::Field(index) => {
                let field = self.fields.get(usize::from(index));
                field.map_or("", |field| &field.label)
            }
            dimension => dimension.label(),
        }
    }

    /// Whether the records tell less than this asks of each ticket, if they were made under `before`:
    /// tags, custom fields or values of these that were not listed.
    pub(in crate::ledger) fn ask_for_more_than(&self, before: &Self) -> bool {
        let is_told = |field: &FieldLabel| {
            let mut same = before.fields.iter().filter(|other| other.id == field.id);
            same.any(|other| other.tells(field))
        };
        self.tags.iter().any(|tag| !before.tags.contains(tag)) || !self.fields.iter().all(is_told)
    }
}

impl FieldLabel {
    /// Whether the settings list the values, so that all that can occur are shown.
    pub const fn shows_all(&self) -> bool {
        !self.values.is_empty()
    }

    /// Whether records made under this label have what `later` shows of the same field: a value that
    /// is not listed where others are is kept as `other`, and so is, without a list, what is not
    /// one short word.
    fn tells(&self, later: &Self) -> bool {
        let is_told = |value: &String| self.values.contains(value);
        self.shows_all() == later.shows_all() && later.values.iter().all(is_told)
    }
}
