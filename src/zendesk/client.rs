//! One HTTP request per call.
//!
//! Never sleeps, never retries, follows neither redirects nor URLs in answers: what to ask next is
//! the poller's decision, and the only host asked is the one in the settings.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Response, StatusCode};
use tokio::sync::Mutex;
use url::Url;

use super::auth::{Authenticator, Login, UnsendableCredentials};
use super::body::{Beginning, beginning, whole};
use super::connections::Connections;
use super::decode::decode;
use super::doubts::TokenNumber;
use super::ended_early::unreadable;
use super::failure::Refusal;
use super::settings::ClientSettings;
use super::token::TokenAnswer;
use super::trust::Trust;
use super::{
    ApiError, AuthMethod, CurrentUser, Endpoint, Exchange, ExportRequest, Page, PageStart,
    TokenLease, Wanted, headers,
};
use crate::clock::Moment;
use crate::telemetry::with_sources;
use crate::ticket::UnixSeconds;
use crate::walk::ExportSource;

/// What a request asked, as far as its answer is read by it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked<'a> {
    /// Where the page begins, on the exports.
    start: Option<&'a PageStart>,
    /// What time it was for Zendesk, if the answer has no `Date`.
    at: Option<UnixSeconds>,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The credentials cannot be sent.
    #[error(transparent)]
    Credentials(#[from] UnsendableCredentials),
    /// TLS could not be set up, e.g. because the system has no certificates.
    #[error(
        "cannot set up the HTTP client; for https the system needs CA certificates (Debian: package ca-certificates)"
    )]
    Http(#[source] Box<dyn Error + Send + Sync>),
}

/// Talks to the Zendesk account of one base URL.
#[derive(Debug)]
pub struct Client {
    connections: Connections,
    settings: ClientSettings,
    /// Shared with the threads that decode.
    wanted: Arc<Wanted>,
    authenticator: Authenticator,
    /// Held while a token is asked for, so that one request serves all who wait.
    renewing: Mutex<()>,
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
            connections: Connections::new(&settings, trust).map_err(ClientError::Http)?,
            authenticator: Authenticator::new(settings.auth.clone())?,
            wanted: Arc::new(settings.wanted.clone()),
            settings,
            renewing: Mutex::new(()),
        })
    }

    /// Sends every request on a connection of its own, for callers that ask only once: none is ever
    /// [lost](ApiError::ConnectionLost).
    #[must_use]
    pub fn without_reuse(mut self) -> Self {
        self.connections.keep_none();
        self
    }

    /// Whether [`Self::renew`] must come before the next request.
    pub fn login(&self, now: Moment) -> Login {
        self.authenticator.login(now)
    }

    /// The same for the endpoints beside the export.
    pub(super) fn login_beside(&self, now: Moment) -> Login {
        self.authenticator.login_beside(now)
    }

    /// Takes over from a client that this one replaces what no answer may show: its credentials.
    pub fn follow(&self, before: &Self) {
        self.authenticator.follow(&before.authenticator);
    }

    /// When the present OAuth token ends, on our monotonic clock.
    pub fn token_expires_at(&self) -> Option<Duration> {
        self.authenticator.token_expires_at()
    }

    /// How it logs in.
    pub const fn auth_method(&self) -> AuthMethod {
        self.authenticator.method()
    }

    /// The address that is asked, without query, for sentences.
    pub fn address(&self, endpoint: Endpoint) -> String {
        self.url(endpoint).into()
    }

    /// Which endpoint [`Self::fetch`] asks.
    pub const fn export_endpoint(&self) -> Endpoint {
        match self.settings.source {
            ExportSource::Cursor => Endpoint::TicketsCursor,
            ExportSource::Time => Endpoint::TicketsTime,
        }
    }

    /// Asks for a new OAuth token. `None` if another caller renewed it meanwhile, or if the
    /// account has no client credentials.
    pub async fn renew(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        self.renew_unless(now, || self.login(now) == Login::NotNeeded)
            .await
    }

    /// The same for the endpoints beside the export, which may want another token than the present
    /// one. They get one attempt: without a new token the present one has to do.
    pub(super) async fn renew_beside(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        let is_not_needed = || self.login_beside(now) == Login::NotNeeded;
        let exchange = self.renew_unless(now, is_not_needed).await;
        self.authenticator.on_renewal_beside();
        exchange
    }

    async fn renew_unless(
        &self,
        now: Moment,
        is_not_needed: impl Fn() -> bool + Send,
    ) -> Option<Exchange<TokenLease>> {
        let _alone = self.renewing.lock().await;
        if is_not_needed() {
            return None;
        }
        let body = self.authenticator.token_request()?;
        let body = serde_json::to_vec(&body).expect("strings are JSON");
        let mut request = Request::new(Method::POST, self.url(Endpoint::OAuthToken));
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.body_mut() = Some(body.into());
        let asked = Asked {
            start: None,
            at: Some(now.wall()),
        };
        let answer = self.send(Endpoint::OAuthToken, request, asked).await;
        Some(answer.and_then(|body| {
            let secrets = self.authenticator.secrets();
            let answer = TokenAnswer::read(&body, &secrets)?;
            let accepted = self.authenticator.accept(answer, now);
            let expires_at = accepted.map_err(|_| ApiError::NoToken {
                problem: "its access_token holds characters that no HTTP header can carry",
                explanation: None,
            })?;
            Ok(TokenLease { expires_at })
        }))
    }

    /// Fetches one page of the ticket export.
    ///
    /// The outcome is an [`ApiError`] as its variants say; [`ApiError::TokenExpired`] only with a
    /// token that had worked, and that is dropped then. Decoding runs on a blocking thread.
    pub async fn fetch(&self, request: &ExportRequest) -> Exchange<Page> {
        let mut url = self.url(self.export_endpoint());
        {
            let mut query = url.query_pairs_mut();
            match &request.start {
                PageStart::Time(time) => query.append_pair("start_time", &time.0.to_string()),
                PageStart::Cursor(cursor) => query.append_pair("cursor", &cursor.0),
            };
            query.append_pair("per_page", &request.page_size.to_string());
            self.append_scope(&mut query);
        }
        self.fetch_page(
            self.export_endpoint(),
            url,
            self.settings.source,
            Asked {
                start: Some(&request.start),
                at: Some(request.account_now),
            },
        )
        .await
    }

    /// Fetches a sample of the export: at most 50 rows, for trying credentials out.
    pub async fn sample(&self, start_time: UnixSeconds) -> Exchange<Page> {
        let mut url = self.url(Endpoint::TicketsSample);
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("start_time", &start_time.0.to_string());
            self.append_scope(&mut query);
        }
        let asked = Asked {
            start: Some(&PageStart::Time(start_time)),
            at: None,
        };
        self.fetch_page(Endpoint::TicketsSample, url, ExportSource::Time, asked)
            .await
    }

    /// Asks who the user behind the credentials is. Draws no conclusion about the token.
    pub async fn current_user(&self) -> Exchange<CurrentUser> {
        let (request, _) = self.authorized(self.get(self.url(Endpoint::CurrentUser)));
        let answer = self
            .send(Endpoint::CurrentUser, request, Asked::default())
            .await;
        answer.and_then(|body| CurrentUser::read(&body))
    }

    fn append_scope(&self, query: &mut url::form_urlencoded::Serializer<'_, url::UrlQuery<'_>>) {
        let include = match (self.settings.metric_sets, self.settings.slas) {
            (true, true) => Some("metric_sets,slas"),
            (true, false) => Some("metric_sets"),
            (false, true) => Some("slas"),
            (false, false) => None,
        };
        if let Some(include) = include {
            query.append_pair("include", include);
        }
        let scope = self.settings.support_type_scope.parameter();
        query.append_pair("support_type_scope", scope);
    }

    async fn fetch_page(
        &self,
        endpoint: Endpoint,
        url: Url,
        source: ExportSource,
        asked: Asked<'_>,
    ) -> Exchange<Page> {
        let request = self.get(url);
        let answer = self.send_authorized(endpoint, request, asked).await;
        let Exchange {
            endpoint,
            status,
            date,
            rate_limits,
            request_id,
            outcome,
        } = answer;
        let outcome = match outcome {
            Err(error) => Err(error),
            Ok(body) => {
                let wanted = Arc::clone(&self.wanted);
                let decoded = tokio::task::spawn_blocking(move || {
                    decode(&body, source, &wanted).map_err(|error| unreadable(&error, &body))
                });
                decoded.await.unwrap_or_else(|_| {
                    let problem = "the decoder stopped".to_owned();
                    Err(ApiError::Decode { problem })
                })
            }
        };
        Exchange {
            endpoint,
            status,
            date,
            rate_limits,
            request_id,
            outcome,
        }
    }

    async fn send_authorized(
        &self,
        endpoint: Endpoint,
        request: Request,
        asked: Asked<'_>,
    ) -> Exchange<Vec<u8>> {
        let (request, _) = self.authorized(request);
        let answer = self.send(endpoint, request, asked).await;
        match answer.outcome {
            Ok(body) => {
                self.authenticator.confirm();
                Exchange {
                    outcome: Ok(body),
                    ..answer
                }
            }
            Err(ApiError::Unauthorized { explanation }) => Exchange {
                outcome: Err(if self.authenticator.refuse() {
                    ApiError::TokenExpired
                } else {
                    ApiError::Unauthorized { explanation }
                }),
                ..answer
            },
            outcome => Exchange { outcome, ..answer },
        }
    }

    /// A request for `url`, not yet authorized.
    pub(super) fn get(&self, url: Url) -> Request {
        Request::new(Method::GET, url)
    }

    /// Adds the credentials, if there are any yet, and tells the number of their token.
    pub(super) fn authorized(&self, mut request: Request) -> (Request, TokenNumber) {
        let (header, token) = self.authenticator.header();
        if let Some(header) = header {
            request.headers_mut().insert(AUTHORIZATION, header);
        }
        (request, token)
    }

    /// Who knows the credentials.
    pub(super) const fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    /// Sends one request; draws no conclusion about the token.
    pub(super) async fn send(
        &self,
        endpoint: Endpoint,
        request: Request,
        asked: Asked<'_>,
    ) -> Exchange<Vec<u8>> {
        let mut exchange = Exchange {
            endpoint,
            status: None,
            date: None,
            rate_limits: Vec::new(),
            request_id: None,
            outcome: Ok(Vec::new()),
        };
        let (mut response, connection) = match self.connections.ask(endpoint, request).await {
            Ok(answer) => answer,
            Err(error) => {
                exchange.outcome = Err(self.unless_secret(error));
                return exchange;
            }
        };
        let head = response.headers();
        exchange.status = Some(response.status().as_u16());
        exchange.date = headers::date(head);
        let now = exchange.date.or(asked.at);
        let secrets = self.authenticator.secrets();
        exchange.rate_limits = headers::rate_limits(head, now);
        exchange
            .rate_limits
            .retain(|limit| !secrets.are_in(limit.bucket.label().as_bytes()));
        exchange.request_id = headers::request_id(head).filter(|id| !secrets.are_in(id.as_bytes()));
        let came_whole;
        if response.status() == StatusCode::OK {
            let body = whole(&mut response).await;
            exchange.outcome = body.map_err(|error| self.unless_secret(error));
            came_whole = exchange.outcome.is_ok();
        } else {
            let body = beginning(&mut response).await;
            came_whole = body.is_whole;
            let asked = Asked { at: now, ..asked };
            exchange.outcome = Err(self.refused(&response, &body, endpoint, asked));
        }
        if came_whole {
            self.connections.keep(connection);
        }
        exchange
    }

    fn refused(
        &self,
        response: &Response,
        body: &Beginning,
        endpoint: Endpoint,
        asked: Asked<'_>,
    ) -> ApiError {
        let refusal = Refusal {
            status: response.status().as_u16(),
            body: &body.bytes,
            retry_after: headers::retry_after(response.headers()),
            endpoint,
            start: asked.start,
            now: asked.at,
        };
        refusal.into_error(&self.authenticator.secrets())
    }

    /// An error of the connection, whose words may be the other side's: names in a certificate.
    fn unless_secret(&self, error: ApiError) -> ApiError {
        let (ApiError::Transport(source)
        | ApiError::ConnectionLost(source)
        | ApiError::Cut(source)) = &error
        else {
            return error;
        };
        let secrets = self.authenticator.secrets();
        if !secrets.are_in(with_sources(&**source).as_bytes()) {
            return error;
        }
        let hidden = "the reason is not shown: it repeats a credential".into();
        match error {
            ApiError::ConnectionLost(_) => ApiError::ConnectionLost(hidden),
            ApiError::Cut(_) => ApiError::Cut(hidden),
            _ => ApiError::Transport(hidden),
        }
    }

    /// The address of `path`, which begins without a slash.
    pub(super) fn url(&self, endpoint: Endpoint) -> Url {
        let mut url = self.settings.base_url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}", endpoint.path()));
        url
    }
}

impl<T> Exchange<T> {
    /// The same request, with an outcome made of what came.
    pub(super) fn and_then<U>(self, then: impl FnOnce(T) -> Result<U, ApiError>) -> Exchange<U> {
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

impl crate::poller::Source for Client {
    fn login(&self, now: Moment) -> Login {
        Self::login(self, now)
    }

    async fn renew(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        Self::renew(self, now).await
    }

    async fn fetch(&self, request: &ExportRequest) -> Exchange<Page> {
        Self::fetch(self, request).await
    }

    async fn current_user(&self) -> Exchange<CurrentUser> {
        Self::current_user(self).await
    }

    fn token_expires_at(&self) -> Option<Duration> {
        Self::token_expires_at(self)
    }

    fn auth_method(&self) -> AuthMethod {
        Self::auth_method(self)
    }

    fn address(&self, endpoint: Endpoint) -> String {
        Self::address(self, endpoint)
    }
}
