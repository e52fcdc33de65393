//! The open sets of values that tickets have, and the numbers that stand for label values.

use std::borrow::Cow;

use crate::ticket::NamedSet;

/// Number of a ticket that has no value here.
pub(in crate::ledger) const NUMBER_NONE: u16 = 0;
/// Number of every value that has no number of its own.
pub const NUMBER_OTHER: u16 = 1;
/// Number in a label of a custom field that is not known of the ticket: it was not seen since the
/// field is listed.
pub(in crate::ledger) const NUMBER_UNKNOWN: u16 = u16::MAX;
/// The first number that stands for one value.
pub(super) const NUMBER_FIRST: u16 = 2;

/// A value of an open set as shown in a label: bounded, unlike the values that tickets have.
///
/// The number is the dictionary's; some are reserved. The words are kept by the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelValue(pub u16);

impl LabelValue {
    /// Every value that is not shown as itself.
    pub const OTHER: Self = Self(NUMBER_OTHER);
}

/// An open set of values that tickets can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenSet {
    /// Channel names.
    Channel,
    /// Ids of groups, of brands, and so on.
    Named(NamedSet),
    /// Tags that the settings list or listed.
    Tag,
    /// Ids of custom fields that the settings list or listed.
    Field,
    /// Values of one custom field: its number in [`Self::Field`].
    FieldValue(u16),
}

impl OpenSet {
    /// The name of the set in the store.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Channel => "channel",
            Self::Named(set) => set.label(),
            Self::Tag => "tag",
            Self::Field => "field",
            Self::FieldValue(field) => return Cow::Owned(format!("field {field}")),
        })
    }

    /// The set of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "channel" => Self::Channel,
            "tag" => Self::Tag,
            "field" => Self::Field,
            _ => match NamedSet::from_label(name) {
                Some(set) => Self::Named(set),
                None => Self::FieldValue(name.strip_prefix("field ")?.parse().ok()?),
            },
        })
    }

    /// Whether the settings list what it can hold, so that all of it is shown.
    pub(super) const fn is_listed(self) -> bool {
        matches!(self, Self::Tag | Self::Field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_back_by_name() {
        let named = NamedSet::ALL.iter().copied().map(OpenSet::Named);
        let others = [
            OpenSet::Channel,
            OpenSet::Tag,
            OpenSet::Field,
            OpenSet::FieldValue(7),
        ];
        for set in named.chain(others) {
            assert_eq!(OpenSet::from_name(&set.name()), Some(set));
        }
        assert_eq!(OpenSet::from_name("field x"), None);
    }
}
