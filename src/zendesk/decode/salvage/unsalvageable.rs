//! Why there is no page in a body, not even in pieces.

/// Why there is no page in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zendesk) enum Unsalvageable {
    /// What is around the rows is no JSON or of the wrong kind, the rows cannot be told apart, or
    /// too many of them are no JSON.
    NotAPage {
        /// Whether the body ends before the page does, if the rows tell.
        is_cut: Option<bool>,
    },
    /// More rows than any page has.
    TooManyRows,
}
