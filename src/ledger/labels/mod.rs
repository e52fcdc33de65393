//! The labels of the ticket families: one table, what an account shows of it, and the numbers that
//! stand for label values.
//!
//! PURE.

mod dictionary;

mod open_set;

mod ranking;

mod settings;

pub(super) use dictionary::Numbers;
pub use dictionary::{DICTIONARY_VALUES_MAX, Dictionaries, Entry};
#[cfg(test)]
pub(super) use open_set::NUMBER_NONE;
pub use open_set::OpenSet;
pub use open_set::{LabelValue, NUMBER_OTHER};
pub use ranking::Ranking;
pub use settings::{FIELD_VALUE_LENGTH_MAX, FieldLabel, LabelSettings, RESERVED_WORDS};

use crate::ticket::{
    FIELDS_MAX, NamedSet, Priority, Score, SlaMetric, Status, SupportType, TicketType,
};

/// A label of the ticket families. What it is stands in one row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// `status`.
    Status,
    /// `priority`.
    Priority,
    /// `type`.
    Type,
    /// `channel`.
    Channel,
    /// `support_type`.
    SupportType,
    /// `group`, `brand` and the others whose values are ids.
    Named(NamedSet),
    /// That of a custom field, by its index in the settings.
    Field(u8),
    /// `from`.
    From,
    /// `to`.
    To,
    /// `score`.
    Score,
    /// `metric`.
    Metric,
    /// `tag`.
    Tag,
    /// `age`.
    Age,
    /// `name`.
    Name,
}

/// Values of the label `age`, youngest first. They exclude each other.
pub const AGES: [&str; 7] = [
    "0-4h", "4h-1d", "1d-3d", "3d-7d", "7d-30d", "30d-90d", "90d+",
];

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The name of the label. The settings name those of custom fields.
    label: &'static str,
    /// Its values, if they are a closed set.
    words: Option<&'static [&'static str]>,
    /// The setting that turns it on, where one does.
    setting: Option<&'static str>,
    /// The key under which the state keeps whether it is on, where it can be off.
    stored_as: &'static str,
    /// How many values a usual account has, where they are ids.
    usual_values: usize,
}

const fn closed(label: &'static str, words: &'static [&'static str]) -> Row {
    Row {
        words: Some(words),
        ..open(label)
    }
}

const fn open(label: &'static str) -> Row {
    Row {
        label,
        words: None,
        setting: None,
        stored_as: "",
        usual_values: 0,
    }
}

/// The row of a label that holds ids: its setting and its key in the state have its name.
macro_rules! ids {
    ($label:literal, $usual_values:literal) => {
        Row {
            setting: Some(concat!("labels.", $label)),
            stored_as: concat!("label_", $label),
            usual_values: $usual_values,
            ..open($label)
        }
    };
}

impl Dimension {
    /// The table.
    const fn row(self) -> Row {
        match self {
            Self::Status => closed("status", Status::LABELS),
            Self::Priority => closed("priority", Priority::LABELS),
            Self::Type => closed("type", TicketType::LABELS),
            Self::Channel => open("channel"),
            Self::SupportType => Row {
                setting: Some("export.support_type_scope"),
                stored_as: "label_support_type",
                ..closed("support_type", SupportType::LABELS)
            },
            Self::Named(NamedSet::Group) => ids!("group", 6),
            Self::Named(NamedSet::Brand) => ids!("brand", 3),
            Self::Named(NamedSet::Form) => ids!("form", 2),
            Self::Named(NamedSet::CustomStatus) => ids!("custom_status", 5),
            Self::Field(_) => Row {
                setting: Some("labels.custom_fields"),
                ..open("")
            },
            Self::From => closed("from", Status::LABELS),
            Self::To => closed("to", Status::LABELS),
            Self::Score => closed("score", Score::LABELS),
            Self::Metric => closed("metric", SlaMetric::LABELS),
            Self::Tag => open("tag"),
            Self::Age => closed("age", &AGES),
            Self::Name => open("name"),
        }
    }

    /// Every label with a name of its own: all but those of custom fields.
    pub fn all() -> impl Iterator<Item = Self> {
        let before = [
            Self::Status,
            Self::Priority,
            Self::Type,
            Self::Channel,
            Self::SupportType,
        ];
        let after = [
            Self::From,
            Self::To,
            Self::Score,
            Self::Metric,
            Self::Tag,
            Self::Age,
            Self::Name,
        ];
        let named = NamedSet::ALL.iter().copied().map(Self::Named);
        before.into_iter().chain(named).chain(after)
    }

    /// The labels whose values are open, and bounded by `labels.max_values`.
    pub fn bounded() -> impl Iterator<Item = Self> {
        let named = NamedSet::ALL.iter().copied().map(Self::Named);
        let fields = (0..FIELDS_MAX as u8).map(Self::Field);
        [Self::Channel].into_iter().chain(named).chain(fields)
    }

    /// The name of the label; empty for those of custom fields, which the settings name.
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// Its values, if they are a closed set.
    pub const fn words(self) -> Option<&'static [&'static str]> {
        self.row().words
    }

    /// The setting that turns it on; `None` if it is always there.
    pub const fn setting(self) -> Option<&'static str> {
        self.row().setting
    }

    /// The key under which a state keeps whether it is on.
    pub const fn stored_as(self) -> &'static str {
        self.row().stored_as
    }

    /// How many values a usual account has, where they are ids.
    pub const fn usual_values(self) -> usize {
        self.row().usual_values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_of_ids_has_the_name_and_the_setting_of_its_set() {
        for set in NamedSet::ALL {
            let dimension = Dimension::Named(*set);
            assert_eq!(dimension.label(), set.label());
            let setting = format!("labels.{}", set.label());
            assert_eq!(dimension.setting(), Some(setting.as_str()));
            assert_eq!(dimension.stored_as(), format!("label_{}", set.label()));
        }
    }
}
