//! Request limits as the headers of an answer state them.

use std::time::Duration;

/// The limit that a header describes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// The limit for all API requests to the account.
    Account,
    /// The limit of one endpoint, by Zendesk's name for it, e.g. `incremental-exports`.
    Endpoint(String),
}

impl Bucket {
    /// Value of the label `limit`.
    pub fn label(&self) -> &str {
        match self {
            Self::Account => "account",
            Self::Endpoint(name) => name,
        }
    }
}

/// One limit, as the headers of one answer state it. A field is `None` if no header states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The limit that the other fields describe.
    pub bucket: Bucket,
    /// Requests allowed per window.
    pub limit: Option<u64>,
    /// Requests left in this window.
    pub remaining: Option<u64>,
    /// The time until the window ends.
    pub reset: Option<Duration>,
}
