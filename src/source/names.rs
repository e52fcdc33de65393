//! The names that Zendesk has for ids.

use super::Endpoint;

/// What Zendesk has names for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedSet {
    /// Groups of agents.
    Group,
    /// Brands.
    Brand,
    /// Ticket forms; bound to a plan.
    Form,
    /// Custom ticket statuses, by the label that agents see.
    CustomStatus,
}

impl NamedSet {
    /// Every set.
    pub const ALL: &[Self] = &[Self::Group, Self::Brand, Self::Form, Self::CustomStatus];

    /// The label that holds the ids of this set.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Brand => "brand",
            Self::Form => "form",
            Self::CustomStatus => "custom_status",
        }
    }

    /// Where its names are asked for.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Group => Endpoint::Groups,
            Self::Brand => Endpoint::Brands,
            Self::Form => Endpoint::TicketForms,
            Self::CustomStatus => Endpoint::CustomStatuses,
        }
    }
}

/// Names of one set, as many as one answer holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamesPage {
    /// Ids and names, in the order in which they came. At most [`NAME_CHARS_MAX`] characters each
    /// and no control characters but line breaks; otherwise as somebody typed them.
    pub names: Vec<(i64, String)>,
    /// Where the next page begins; `None` if there is none.
    pub after: Option<String>,
    /// Names that were left out because they repeat a credential.
    pub withheld: usize,
}

/// Names asked for at once, the most that Zendesk allows.
pub const NAMES_PER_PAGE: u32 = 100;

/// Longest name kept, in characters. Zendesk's own forms take about as many.
pub const NAME_CHARS_MAX: usize = 256;
