//! Asking for OAuth tokens.

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};

use super::Client;
use super::client::Asked;
use super::token::TokenAnswer;
use crate::clock::Moment;
use crate::source::{ApiError, Endpoint, Exchange, Login, TokenLease};

impl Client {
    /// Asks for a new OAuth token. `None` if another caller renewed it meanwhile, or if the
    /// account has no client credentials.
    pub async fn renew(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        self.renew_unless(now, || self.login(now) == Login::NotNeeded)
            .await
    }

    /// The same for the endpoints beside the export, which may want another token than the present
    /// one. If that is refused, the present one has to do; what fails otherwise says nothing of it, and
    /// the other token is still wanted.
    pub(super) async fn renew_beside(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        let is_not_needed = || self.login_beside(now) == Login::NotNeeded;
        let exchange = self.renew_unless(now, is_not_needed).await?;
        let is_refused = exchange
            .outcome
            .as_ref()
            .is_err_and(|failure| failure.needs_a_person());
        if is_refused {
            self.authenticator.on_renewal_beside();
        }
        Some(exchange)
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
        let asked = Asked::about(now.wall());
        let mut answer = self.send(Endpoint::OAuthToken, request, asked).await;
        if let Err(ApiError::TooLarge { .. }) = answer.outcome {
            answer.outcome = Err(ApiError::NoToken {
                problem: "it is larger than an answer with a token can be",
                explanation: None,
            });
        }
        Some(answer.and_then(|body| {
            let secrets = self.authenticator.secrets();
            let answer = TokenAnswer::read(&body, &secrets)?;
            let accepted = self.authenticator.accept(answer, now);
            let expires_at = accepted.map_err(|_| ApiError::NoToken {
                problem: "its access_token has characters that an HTTP header cannot contain",
                explanation: None,
            })?;
            Ok(TokenLease { expires_at })
        }))
    }
}
