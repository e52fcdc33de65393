//! What is known of why Zendesk refuses a request.

use crate::source::Asker;

/// What was asked of Zendesk since a page came, to find out why it refuses a request.
#[derive(Debug, Default)]
pub(super) struct KnownCause {
    /// Who asks; `None` until an answer tells.
    pub(super) asker: Option<Asker>,
    /// Whether Zendesk shows the list of tickets; `None` until an answer tells.
    pub(super) list_answers: Option<bool>,
}
