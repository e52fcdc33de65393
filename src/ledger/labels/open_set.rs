//! The open sets of label values, and the names under which states store them.

use std::borrow::Cow;

use crate::ticket::NamedSet;

/// An open set of values: new ones appear without notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenSet {
    /// Channel names.
    Channel,
    /// The ids of groups, of brands, and so on.
    Named(NamedSet),
    /// Tags that the settings list or listed earlier.
    Tag,
    /// Ids of custom fields that the settings list or listed earlier.
    Field,
    /// The values of the custom field with this number in [`Self::Field`].
    FieldValue(u16),
}

impl OpenSet {
    /// The name of the set in a state.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Channel => "channel",
            Self::Named(set) => set.label(),
            Self::Tag => "tag",
            Self::Field => "field",
            Self::FieldValue(field) => return Cow::Owned(format!("field {field}")),
        })
    }

    /// The set with this name.
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

    /// Whether the settings list all of its values, so that all are shown.
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
