//! The error if a body cannot even be read row by row.

/// Why a body is not a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zendesk) enum Unsalvageable {
    /// The text around the rows is not JSON or is of a wrong kind, the rows cannot be determined, or too many of
    /// them are not JSON.
    NotAPage {
        /// Whether the body ends before the page does, if the rows show it.
        is_cut: Option<bool>,
    },
    /// More rows than any page has.
    TooManyRows,
}
