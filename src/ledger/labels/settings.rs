//! The section `labels` as a type: opt-in labels, tags and custom fields.

use super::Dimension;
use crate::ticket::{NamedSet, PerSet};

/// The section `labels` of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSettings {
    /// Whether the ids of each set are a label. Default false.
    pub named: PerSet<bool>,
    /// The tags that are counted, as Zendesk writes them, each once; at most [`TAGS_MAX`](crate::ticket::TAGS_MAX).
    pub tags: Vec<String>,
    /// The custom fields that are labels; at most [`FIELDS_MAX`](crate::ticket::FIELDS_MAX).
    pub fields: Vec<FieldLabel>,
    /// Most values of an open label that are shown; the others are `other`. Default 64.
    pub max_values: usize,
}

/// A custom field that is a label. States store it as JSON, with the names of these fields.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldLabel {
    /// Zendesk's id of the field.
    pub id: i64,
    /// The label's name.
    pub label: String,
    /// The values that are shown; if empty, the values in use, up to `max_values`.
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

    /// The labels with open values that are shown.
    pub fn bounded(&self) -> impl Iterator<Item = Dimension> {
        Dimension::bounded().filter(|dimension| self.shows(*dimension))
    }

    /// Whether a label is shown. Labels that this section does not turn on count as shown.
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

    /// Whether this needs more from each ticket than records made under `before` contain: tags, custom fields or
    /// field values that were not listed.
    pub(in crate::ledger) fn ask_for_more_than(&self, before: &Self) -> bool {
        let is_told = |field: &FieldLabel| {
            let mut same = before.fields.iter().filter(|other| other.id == field.id);
            same.any(|other| other.tells(field))
        };
        self.tags.iter().any(|tag| !before.tags.contains(tag)) || !self.fields.iter().all(is_told)
    }
}

impl FieldLabel {
    /// Whether the settings list the values, so that all of them are shown.
    pub const fn shows_all(&self) -> bool {
        !self.values.is_empty()
    }

    /// Whether records made under this label contain what `later` shows of the same field. With a list, a value
    /// that is not listed is stored as `other`; without a list, a value that is not one short word is. Example:
    /// records made under `[a, b]` suffice for `[a]`, but not for `[a, c]` or for no list.
    fn tells(&self, later: &Self) -> bool {
        let is_told = |value: &String| self.values.contains(value);
        self.shows_all() == later.shows_all() && later.values.iter().all(is_told)
    }
}
