//! One HTTP request and how it ended.

use super::{ApiError, Endpoint, RateLimit};
use crate::ticket::UnixSeconds;

/// What is known of a request and its answer apart from the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerHead {
    /// What was asked.
    pub endpoint: Endpoint,
    /// HTTP status, when an answer began.
    pub status: Option<u16>,
    /// The answer's `Date`, Zendesk's clock.
    pub date: Option<UnixSeconds>,
    /// What the answer said about limits.
    pub rate_limits: Vec<RateLimit>,
    /// Zendesk's id of the request, which its support asks for.
    pub request_id: Option<String>,
}

impl AnswerHead {
    /// The head of a request to `endpoint` that no answer has come to.
    pub const fn unanswered(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            status: None,
            date: None,
            rate_limits: Vec::new(),
            request_id: None,
        }
    }
}

/// One HTTP request and how it ended.
#[derive(Debug)]
pub struct Exchange<T> {
    /// The request and its answer apart from the content.
    pub head: AnswerHead,
    /// The content, or why there is none.
    pub outcome: Result<T, ApiError>,
}

impl<T> Exchange<T> {
    /// The same exchange, with what `read` makes of the content.
    pub fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, ApiError>) -> Exchange<U> {
        Exchange {
            head: self.head,
            outcome: self.outcome.and_then(read),
        }
    }
}
