//! One HTTP request and how it ended.

use super::{ApiError, Endpoint, RateLimit};
use crate::ticket::UnixSeconds;

/// A request and its answer without the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerHead {
    /// The kind of request.
    pub endpoint: Endpoint,
    /// The HTTP status; `None` if no answer began.
    pub status: Option<u16>,
    /// The header `Date` of the answer: Zendesk's clock.
    pub date: Option<UnixSeconds>,
    /// The request limits that the answer states.
    pub rate_limits: Vec<RateLimit>,
    /// Zendesk's id of the request, which its support asks for.
    pub request_id: Option<String>,
}

impl AnswerHead {
    /// The head of a request to `endpoint` that got no answer.
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

/// An HTTP request and its outcome.
#[derive(Debug)]
pub struct Exchange<T> {
    /// The request and its answer without the content.
    pub head: AnswerHead,
    /// The content, or the error.
    pub outcome: Result<T, ApiError>,
}

impl<T> Exchange<T> {
    /// The same exchange with the content that `read` returns.
    pub fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, ApiError>) -> Exchange<U> {
        Exchange {
            head: self.head,
            outcome: self.outcome.and_then(read),
        }
    }
}
