//! What an answer says in its own words.

use std::fmt;

/// What Zendesk, or what answers in its place, says of a request: one line for the log and for
/// people, never for a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// These words, without markup.
    Said(String),
    /// There are words, but they repeat a credential.
    Withheld,
}

impl fmt::Display for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(words) => write!(formatter, "Zendesk says: {words}"),
            Self::Withheld => formatter
                .write_str("Zendesk's message is not shown because it repeats a credential"),
        }
    }
}
