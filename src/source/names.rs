//! A page of the names that Zendesk has for ids, and its bounds.

/// The names of one [`NamedSet`](crate::ticket::NamedSet) that one answer contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamesPage {
    /// Ids and names in the order of the answer. A name has at most [`NAME_CHARS_MAX`] characters and no control
    /// characters except line breaks; otherwise it is as an admin entered it.
    pub names: Vec<(i64, String)>,
    /// Where the next page begins; `None` if this is the last page.
    pub after: Option<String>,
    /// How many names were left out because they repeat a credential.
    pub withheld: usize,
}

/// Names per page that are requested, the most that Zendesk allows.
pub const NAMES_PER_PAGE: u32 = 100;

/// Longest name that is kept, in characters. Zendesk's own forms accept about as many.
pub const NAME_CHARS_MAX: usize = 256;
