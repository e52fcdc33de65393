//! Makes errors from unusable answers, so that none of them shows a credential.

use reqwest::Response;

use super::body::Beginning;
use super::failure::RefusedAnswer;
use super::headers;
use crate::error_chain::with_sources;
use crate::source::{ApiError, Endpoint};
use crate::zendesk::Client;
use crate::zendesk::client::RequestContext;

impl Client {
    /// The error for a refusal, with Zendesk's message if it may be shown.
    pub(in crate::zendesk) fn refused(
        &self,
        response: &Response,
        body: &Beginning,
        endpoint: Endpoint,
        asked: RequestContext<'_>,
    ) -> ApiError {
        let head = response.headers();
        let refusal = RefusedAnswer {
            status: response.status().as_u16(),
            body: &body.bytes,
            retry_after: headers::retry_after(head, asked.at),
            endpoint,
            start: asked.start,
            now: asked.now(headers::date(head)),
        };
        refusal.into_error(&self.authenticator.secrets())
    }

    /// The error, unless its text repeats a credential. The text can come from the other side, such as the names in
    /// a certificate.
    pub(in crate::zendesk) fn unless_secret(&self, error: ApiError) -> ApiError {
        let (ApiError::Transport(source)
        | ApiError::ConnectionLost(source)
        | ApiError::Cut(source)
        | ApiError::Proxy { source, .. }) = &error
        else {
            return error;
        };
        let secrets = self.authenticator.secrets();
        if !secrets.are_in(with_sources(&**source).as_bytes()) {
            return error;
        }
        let hidden = "the reason is not shown because it repeats a credential".into();
        match error {
            ApiError::ConnectionLost(_) => ApiError::ConnectionLost(hidden),
            ApiError::Cut(_) => ApiError::Cut(hidden),
            ApiError::Proxy { problem, .. } => ApiError::Proxy {
                problem,
                source: hidden,
            },
            _ => ApiError::Transport(hidden),
        }
    }
}
