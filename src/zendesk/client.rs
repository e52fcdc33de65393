//! One HTTP request per call.
//!
//! Never sleeps, never retries, follows neither redirects nor URLs in answers: what to ask next is
//! the poller's decision, and the only host asked is the one in the settings.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::auth::{Authenticator, Login, TokenAnswer, UnsendableCredentials};
use super::decode::decode;
use super::failure::Refusal;
use super::settings::{ClientSettings, is_loopback};
use super::{
    ApiError, AuthMethod, Endpoint, Exchange, ExportRequest, Page, PageStart, TokenLease, Wanted,
    headers,
};
use crate::clock::Moment;
use crate::ticket::UnixSeconds;
use crate::walk::ExportSource;

/// Largest body taken, after decompression. A page of 1,000 tickets has up to some 10 MB.
pub const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How much of the body of a refusal is read: enough for any envelope.
const REFUSAL_BYTES_MAX: usize = 8 * 1024;

/// For the connection alone; a host that does not answer in this time is not there.
const CONNECT_TIMEOUT_MAX: Duration = Duration::from_secs(15);

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
    Http(#[source] reqwest::Error),
}

/// Talks to the Zendesk account of one base URL.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    settings: ClientSettings,
    /// Shared with the threads that decode.
    wanted: Arc<Wanted>,
    authenticator: Authenticator,
    /// Held while a token is asked for, so that one request serves all who wait.
    renewing: Mutex<()>,
}

/// The user behind the credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CurrentUser {
    /// `None` for the anonymous user whom wrong credentials give with some logins.
    pub id: Option<i64>,
    /// `admin`, `agent` or `end-user`.
    pub role: Option<String>,
    /// Whether the user may log in.
    pub active: Option<bool>,
}

impl Client {
    /// Sets up a client; asks nothing yet. The system's CA certificates are loaded only for an
    /// https address.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when the credentials cannot be sent or TLS cannot be set up.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that builds the HTTP client"
    )]
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("zendesk-exporter/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(
                ACCEPT,
                HeaderValue::from_static("application/json"),
            )]))
            .redirect(reqwest::redirect::Policy::none())
            // One request a call, also where HTTP/2 would allow another.
            .retry(reqwest::retry::never())
            .referer(false)
            .gzip(true)
            .connect_timeout(settings.request_timeout.min(CONNECT_TIMEOUT_MAX))
            .timeout(settings.request_timeout)
            .pool_max_idle_per_host(1);
        if settings.base_url.scheme() != "https" {
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(&settings.base_url) {
            // No proxy can reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        Ok(Self {
            http: builder.build().map_err(ClientError::Http)?,
            authenticator: Authenticator::new(settings.auth.clone())?,
            wanted: Arc::new(settings.wanted.clone()),
            settings,
            renewing: Mutex::new(()),
        })
    }

    /// Whether [`Self::renew`] must come before the next request.
    pub fn login(&self, now: Moment) -> Login {
        self.authenticator.login(now)
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
        let _alone = self.renewing.lock().await;
        if self.login(now) == Login::NotNeeded {
            return None;
        }
        let body = self.authenticator.token_request()?;
        let request = self.http.post(self.url(Endpoint::OAuthToken)).json(&body);
        let answer = self.send(Endpoint::OAuthToken, request, None).await;
        Some(answer.and_then(|body| {
            let answer: TokenAnswer =
                serde_json::from_slice(&body).map_err(|_| ApiError::Decode {
                    problem: "the token endpoint sent no token".to_owned(),
                })?;
            let expires_at =
                self.authenticator
                    .accept(answer, now)
                    .map_err(|error| ApiError::Decode {
                        problem: error.to_string(),
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
            &request.start,
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
        let start = PageStart::Time(start_time);
        self.fetch_page(Endpoint::TicketsSample, url, ExportSource::Time, &start)
            .await
    }

    /// Asks who the user behind the credentials is.
    pub async fn current_user(&self) -> Exchange<CurrentUser> {
        #[derive(Deserialize)]
        struct Answer {
            user: CurrentUser,
        }
        let request = self.http.get(self.url(Endpoint::CurrentUser));
        let answer = self
            .send_authorized(Endpoint::CurrentUser, request, None)
            .await;
        answer.and_then(|body| {
            serde_json::from_slice::<Answer>(&body)
                .map(|answer| answer.user)
                .map_err(|_| ApiError::Decode {
                    problem: "it does not describe a user".to_owned(),
                })
        })
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
        start: &PageStart,
    ) -> Exchange<Page> {
        let request = self.http.get(url);
        let answer = self.send_authorized(endpoint, request, Some(start)).await;
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
                tokio::task::spawn_blocking(move || decode(&body, source, &wanted))
                    .await
                    .map_err(|_| "the decoder stopped".to_owned())
                    .and_then(|decoded| decoded.map_err(|error| error.to_string()))
                    .map_err(|problem| ApiError::Decode { problem })
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
        request: RequestBuilder,
        start: Option<&PageStart>,
    ) -> Exchange<Vec<u8>> {
        let answer = self.send(endpoint, self.authorized(request), start).await;
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
    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.http.get(url)
    }

    /// Adds the credentials, if there are any yet.
    pub(super) fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match self.authenticator.header() {
            Some(header) => request.header(AUTHORIZATION, header),
            None => request,
        }
    }

    /// Sends one request; draws no conclusion about the token.
    pub(super) async fn send(
        &self,
        endpoint: Endpoint,
        request: RequestBuilder,
        start: Option<&PageStart>,
    ) -> Exchange<Vec<u8>> {
        let mut exchange = Exchange {
            endpoint,
            status: None,
            date: None,
            rate_limits: Vec::new(),
            request_id: None,
            outcome: Ok(Vec::new()),
        };
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                exchange.outcome = Err(incomplete(error));
                return exchange;
            }
        };
        let head = response.headers();
        exchange.status = Some(response.status().as_u16());
        exchange.date = headers::date(head);
        exchange.rate_limits = headers::rate_limits(head);
        exchange.request_id = headers::request_id(head);
        exchange.outcome = if response.status() == StatusCode::OK {
            read(response).await
        } else {
            Err(self.refused(response, endpoint, start).await)
        };
        exchange
    }

    async fn refused(
        &self,
        mut response: Response,
        endpoint: Endpoint,
        start: Option<&PageStart>,
    ) -> ApiError {
        let mut body = Vec::new();
        // What cannot be read of it was not going to be shown anyway.
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk[..chunk.len().min(REFUSAL_BYTES_MAX - body.len())]);
            if body.len() == REFUSAL_BYTES_MAX {
                break;
            }
        }
        let refusal = Refusal {
            status: response.status().as_u16(),
            body: &body,
            retry_after: headers::retry_after(response.headers()),
            endpoint,
            start,
        };
        refusal.into_error(|words| self.authenticator.redact(&words))
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

/// Reads a body up to [`BODY_BYTES_MAX`], counted after decompression.
async fn read(mut response: Response) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(incomplete)? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(ApiError::TooLarge {
                limit_bytes: BODY_BYTES_MAX,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An answer that did not come whole. The URL is left out: its query holds the cursor.
fn incomplete(error: reqwest::Error) -> ApiError {
    if error.is_timeout() {
        return ApiError::Timeout;
    }
    let error: Box<dyn Error + Send + Sync> = Box::new(error.without_url());
    ApiError::Transport(error)
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
