//! One HTTP request per call.
//!
//! Never sleeps, never retries, follows neither redirects nor URLs in answers: what to ask next is
//! the poller's decision, and the only host asked is the one in the settings.

use std::sync::Arc;

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, Request, Response, StatusCode};
use tokio::sync::Mutex;
use url::Url;

use super::TagsAndFields;
use super::connections::Connections;
use super::settings::ClientSettings;
use super::trust::Trust;
use crate::error_chain::with_sources;
use crate::source::{AnswerHead, ApiError, Endpoint, Exchange, Position, TokenUse};
use crate::ticket::UnixSeconds;
use crate::zendesk::answers::body::{beginning, bytes_max, whole};
use crate::zendesk::answers::failure::is_no_such_ticket;
use crate::zendesk::answers::headers;
use crate::zendesk::answers::rate_limits;
use crate::zendesk::login::auth::{Authenticator, UnsendableCredentials};
use crate::zendesk::login::doubts::TokenNumber;

/// What a request asked, as far as its answer is read by it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RequestContext<'a> {
    /// Where the page begins, if a page is asked for.
    pub(super) start: Option<&'a Position>,
    /// What time it was for Zendesk as far as is known.
    pub(super) at: Option<UnixSeconds>,
    /// Whether `at` rests on more than our own clock.
    pub(super) is_sure: bool,
}

impl RequestContext<'_> {
    /// No page; it was about this time.
    pub(super) fn about(now: impl Into<Option<UnixSeconds>>) -> Self {
        Self {
            at: now.into(),
            ..Self::default()
        }
    }

    /// What time it was for Zendesk when it answered with this `Date`. The `Date` of a single answer may
    /// be wrong, or a proxy's, so it counts only while account time is not sure.
    pub(super) fn now(&self, date: Option<UnixSeconds>) -> Option<UnixSeconds> {
        let known = self.at.filter(|_| self.is_sure);
        known.or(date).or(self.at)
    }
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The credentials cannot be sent.
    #[error(transparent)]
    Credentials(#[from] UnsendableCredentials),
    /// TLS could not be set up, e.g. because the system has no certificates.
    #[error(
        "cannot set up the HTTP client: {0}; https needs the CA certificates of the system (Debian: package ca-certificates)"
    )]
    Http(String),
}

/// Talks to the Zendesk account of one base URL.
#[derive(Debug)]
pub struct Client {
    pub(super) connections: Connections,
    pub(super) settings: ClientSettings,
    /// Shared with the threads that decode.
    pub(super) tags_and_fields: Arc<TagsAndFields>,
    /// Who knows the credentials.
    pub(super) authenticator: Authenticator,
    /// Held while a token is asked for, so that one request serves all who wait.
    pub(super) renewing: Mutex<()>,
}

impl Client {
    /// Sets up a client; asks nothing yet. The system's CA certificates are loaded only for an
    /// https address.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when the credentials cannot be sent or TLS cannot be set up.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        Self::trusting(settings, &Trust::default())
    }

    /// The same, with CA certificates that other clients may have loaded already.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn trusting(settings: ClientSettings, trust: &Trust) -> Result<Self, ClientError> {
        Ok(Self {
            connections: Connections::new(&settings, trust)
                .map_err(|error| ClientError::Http(with_sources(&*error)))?,
            authenticator: Authenticator::new(settings.auth.clone())?
                .behind(settings.proxy.clone()),
            tags_and_fields: Arc::new(settings.tags_and_fields.clone()),
            settings,
            renewing: Mutex::new(()),
        })
    }

    /// Sends every request on a connection of its own, for callers that ask only once: none is ever
    /// [lost](crate::source::ApiError::ConnectionLost).
    #[must_use]
    pub fn without_reuse(mut self) -> Self {
        self.connections.keep_none();
        self
    }

    /// Takes over from a client that this one replaces what no answer may show: its credentials.
    pub fn follow(&self, before: &Self) {
        self.authenticator.follow(&before.authenticator);
    }

    /// A request for `url` with the credentials, if there are any yet, and the number of their token.
    pub(super) fn authorized(&self, url: Url) -> (Request, TokenNumber) {
        let mut request = Request::new(Method::GET, url);
        let (header, token) = self.authenticator.header();
        if let Some(header) = header {
            request.headers_mut().insert(AUTHORIZATION, header);
        }
        (request, token)
    }

    /// Asks with the credentials, and notes what the answer says of their token.
    ///
    /// [`ApiError::TokenExpired`] means that another token may help, and that
    /// [`Session::login`](crate::source::Session::login) now asks for one.
    pub(super) async fn ask(
        &self,
        token_use: TokenUse,
        endpoint: Endpoint,
        url: Url,
        asked: RequestContext<'_>,
    ) -> Exchange<Vec<u8>> {
        let (request, token) = self.authorized(url);
        let mut answer = self.send(endpoint, request, asked).await;
        let tokens = &self.authenticator;
        match answer.outcome {
            Ok(_) => tokens.on_accepted(token_use, endpoint),
            // The method changes what is remembered of the token, so it is asked exactly once.
            Err(ApiError::Unauthorized { .. }) if tokens.on_refused(token_use, endpoint, token) => {
                answer.outcome = Err(ApiError::TokenExpired);
            }
            Err(_) => {}
        }
        answer
    }

    /// Sends one request; draws no conclusion about the token.
    pub(super) async fn send(
        &self,
        endpoint: Endpoint,
        request: Request,
        asked: RequestContext<'_>,
    ) -> Exchange<Vec<u8>> {
        let (mut response, connection) = match self.connections.ask(endpoint, request).await {
            Ok(answer) => answer,
            Err(error) => {
                return Exchange {
                    head: AnswerHead::unanswered(endpoint),
                    outcome: Err(self.unless_secret(error)),
                };
            }
        };
        // Before the body is read: a body that breaks off must not hide what the headers say.
        let head = self.head(endpoint, &response, asked);
        let came_whole;
        let outcome;
        if response.status() == StatusCode::OK {
            let body = whole(&mut response, bytes_max(endpoint)).await;
            outcome = body.map_err(|error| self.unless_secret(error));
            came_whole = outcome.as_deref().is_ok_and(looks_whole);
        } else {
            let body = beginning(&mut response).await;
            came_whole = body.is_whole;
            outcome = if is_no_such_ticket(endpoint, response.status().as_u16(), &body.bytes) {
                Ok(body.bytes)
            } else {
                Err(self.refused(&response, &body, endpoint, asked))
            };
        }
        if came_whole {
            self.connections.keep(connection);
        }
        Exchange { head, outcome }
    }

    /// What the status and the headers say, without what repeats a credential.
    fn head(
        &self,
        endpoint: Endpoint,
        response: &Response,
        asked: RequestContext<'_>,
    ) -> AnswerHead {
        let headers = response.headers();
        let date = headers::date(headers);
        let secrets = self.authenticator.secrets();
        let mut rate_limits = rate_limits::rate_limits(headers, date.or(asked.at));
        // Limits and request id are shown in metrics and logs, and a server chooses their text.
        rate_limits.retain(|limit| !secrets.are_in(limit.bucket.label().as_bytes()));
        AnswerHead {
            endpoint,
            status: Some(response.status().as_u16()),
            date,
            rate_limits,
            request_id: headers::request_id(headers).filter(|id| !secrets.are_in(id.as_bytes())),
        }
    }

    /// The address of `path`, which begins without a slash.
    pub(super) fn url(&self, endpoint: Endpoint) -> Url {
        let mut url = self.settings.base_url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        // Not `Url::join`, which would drop the last part of a base with a path.
        url.set_path(&format!("{base}/{}", endpoint.path()));
        url
    }
}

/// Whether a body may be all of an answer, which are JSON objects. HTTP/2 can end one early without an
/// error, and does so again and again on the same connection.
fn looks_whole(body: &[u8]) -> bool {
    body.trim_ascii_end().ends_with(b"}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_tells_the_time_only_where_account_time_is_not_sure() {
        let seconds = |seconds: Option<i64>| seconds.map(UnixSeconds);
        for (at, is_sure, date, expected) in [
            (Some(1_000), true, Some(1_060), Some(1_000)),
            (Some(1_000), true, Some(4_600), Some(1_000)),
            (Some(1_000), true, None, Some(1_000)),
            // Our own clock may be years off.
            (Some(1_000), false, Some(4_600), Some(4_600)),
            (Some(1_000), false, None, Some(1_000)),
            (None, false, Some(4_600), Some(4_600)),
            (None, false, None, None),
        ] {
            let asked = RequestContext {
                at: seconds(at),
                is_sure,
                ..RequestContext::default()
            };
            assert_eq!(
                asked.now(seconds(date)),
                seconds(expected),
                "{at:?} {date:?}"
            );
        }
    }
}
