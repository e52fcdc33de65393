//! The message of an answer, for the log and for sentences, or the fact that it repeats a credential.

use std::fmt;

/// The message of Zendesk, or of a proxy that answers in its place: one line for the log and for sentences, never
/// for a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalText {
    /// The message, without markup.
    Said(String),
    /// The answer has a message that repeats a credential, so it is not shown.
    Withheld,
}

impl fmt::Display for RefusalText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(words) => write!(formatter, "Zendesk says: {words}"),
            Self::Withheld => formatter
                .write_str("Zendesk's message is not shown because it repeats a credential"),
        }
    }
}
