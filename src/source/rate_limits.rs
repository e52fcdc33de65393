//! What an answer says about request limits.

use std::time::Duration;

/// Which of Zendesk's limits a header speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// All API requests on the account.
    Account,
    /// An endpoint's own limit, by the name Zendesk gives it, e.g. `incremental-exports`.
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

/// What the headers of one answer say about one limit. `None` where they say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Which limit.
    pub bucket: Bucket,
    /// Requests allowed per window.
    pub limit: Option<u64>,
    /// Requests left in this window.
    pub remaining: Option<u64>,
    /// Until the window ends.
    pub reset: Option<Duration>,
}
