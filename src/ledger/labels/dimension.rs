//! The table of labels: name, values, setting and stored key of each.

use super::numbers::NUMBER_OTHER;
use crate::ticket::{
    FIELDS_MAX, NamedSet, Priority, Score, SlaMetric, Status, SupportType, TicketType,
};

/// A label of the ticket families. One row of the table has its facts.
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
    /// `group`, `brand` and the others whose values are ids: their rows are those of [`NamedSet`].
    Named(NamedSet),
    /// The label of a custom field, by its index in the settings.
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

/// The values of the label `age`, youngest first. A ticket has exactly one of them.
pub const AGES: [&str; 7] = [
    "0-4h", "4h-1d", "1d-3d", "3d-7d", "7d-30d", "30d-90d", "90d+",
];

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The name of the label. The settings name those of custom fields.
    label: &'static str,
    values: Values,
    /// The setting that turns the label on, if there is one.
    setting: Option<&'static str>,
    /// The key under which the state stores whether the label is on; empty if it is always on.
    stored_as: &'static str,
}

/// The values of a label.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// These words, a closed set.
    Closed(&'static [&'static str]),
    /// The values in use, up to `labels.max_values` and `max_series`; the others are `other`.
    Bounded,
    /// The values that the settings list.
    Listed,
    /// Any text.
    Text,
}

const fn row(label: &'static str, values: Values) -> Row {
    Row {
        label,
        values,
        setting: None,
        stored_as: "",
    }
}

const fn closed(label: &'static str, words: &'static [&'static str]) -> Row {
    row(label, Values::Closed(words))
}

impl Dimension {
    /// The table of labels.
    const fn row(self) -> Row {
        match self {
            Self::Status => closed("status", Status::LABELS),
            Self::Priority => closed("priority", Priority::LABELS),
            Self::Type => closed("type", TicketType::LABELS),
            Self::Channel => row("channel", Values::Bounded),
            Self::SupportType => Row {
                setting: Some("export.support_type_scope"),
                stored_as: "label_support_type",
                ..closed("support_type", SupportType::LABELS)
            },
            Self::Named(set) => Row {
                setting: Some(set.setting()),
                stored_as: set.stored_as(),
                ..row(set.label(), Values::Bounded)
            },
            Self::Field(_) => Row {
                setting: Some("labels.custom_fields"),
                ..row("", Values::Bounded)
            },
            Self::From => closed("from", Status::LABELS),
            Self::To => closed("to", Status::LABELS),
            Self::Score => closed("score", Score::LABELS),
            Self::Metric => closed("metric", SlaMetric::LABELS),
            Self::Tag => row("tag", Values::Listed),
            Self::Age => closed("age", &AGES),
            Self::Name => row("name", Values::Text),
        }
    }

    /// The opt-in labels, in the order of a line.
    pub const OPT_IN: [Self; 1 + NamedSet::COUNT + FIELDS_MAX] = {
        let mut all = [Self::SupportType; _];
        let mut index = 1;
        while index < all.len() {
            all[index] = if index <= NamedSet::COUNT {
                Self::Named(NamedSet::ALL[index - 1])
            } else {
                Self::Field((index - 1 - NamedSet::COUNT) as u8)
            };
            index += 1;
        }
        all
    };

    /// Those of them that identify the owner of a ticket.
    pub const OWNER: [Self; 2] = [Self::Named(NamedSet::Group), Self::Named(NamedSet::Brand)];

    /// The number of labels.
    pub(super) const COUNT: usize = Self::Name.index() + 1;

    /// The index of the label. Those of [`Self::OPT_IN`] follow each other.
    pub(in crate::ledger) const fn index(self) -> usize {
        const OPT_IN: usize = 4;
        const REST: usize = OPT_IN + Dimension::OPT_IN.len();
        match self {
            Self::Status => 0,
            Self::Priority => 1,
            Self::Type => 2,
            Self::Channel => 3,
            Self::SupportType => OPT_IN,
            Self::Named(set) => OPT_IN + 1 + set as usize,
            Self::Field(field) => OPT_IN + 1 + NamedSet::COUNT + field as usize,
            Self::From => REST,
            Self::To => REST + 1,
            Self::Score => REST + 2,
            Self::Metric => REST + 3,
            Self::Tag => REST + 4,
            Self::Age => REST + 5,
            Self::Name => REST + 6,
        }
    }

    /// The labels with open values that `labels.max_values` bounds.
    pub fn bounded() -> impl Iterator<Item = Self> {
        let all = [Self::Channel].into_iter().chain(Self::OPT_IN);
        all.filter(|dimension| matches!(dimension.row().values, Values::Bounded))
    }

    /// The number of `other` for a label that becomes `other` when there is no room in `max_series`.
    pub(in crate::ledger) const fn other(self) -> Option<u16> {
        match self.row().values {
            Values::Bounded => Some(NUMBER_OTHER),
            _ if matches!(self, Self::SupportType) => Some(SupportType::Other as u16),
            _ => None,
        }
    }

    /// The word with this index in a closed set.
    pub fn word(self, index: u16) -> Option<&'static str> {
        self.words()?.get(usize::from(index)).copied()
    }

    /// Whether cells store its value. The values of other labels are computed when a line is written.
    pub const fn is_stored(self) -> bool {
        !matches!(self, Self::Age | Self::Name)
    }

    /// The name of the label; empty for those of custom fields, which the settings name.
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// The words of a closed set.
    pub const fn words(self) -> Option<&'static [&'static str]> {
        match self.row().values {
            Values::Closed(words) => Some(words),
            _ => None,
        }
    }

    /// The setting that turns the label on; `None` if it is always on.
    pub const fn setting(self) -> Option<&'static str> {
        self.row().setting
    }

    /// The key under which a state stores whether the label is on.
    pub const fn stored_as(self) -> &'static str {
        self.row().stored_as
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
