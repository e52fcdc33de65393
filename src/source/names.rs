//! The names that Zendesk has for ids.

/// Names of one [`NamedSet`](crate::ticket::NamedSet), as many as one answer holds.
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
