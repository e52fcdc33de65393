//! One HTTP request and how it ended.

use super::{ApiError, Endpoint, RateLimit};
use crate::ticket::UnixSeconds;

/// One HTTP request and how it ended.
#[derive(Debug)]
pub struct Exchange<T> {
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
    /// What it came to.
    pub outcome: Result<T, ApiError>,
}

impl<T> Exchange<T> {
    /// The same request, with an outcome made of what came.
    pub fn and_then<U>(self, then: impl FnOnce(T) -> Result<U, ApiError>) -> Exchange<U> {
        Exchange {
            endpoint: self.endpoint,
            status: self.status,
            date: self.date,
            rate_limits: self.rate_limits,
            request_id: self.request_id,
            outcome: self.outcome.and_then(then),
        }
    }
}
