//! Requests OAuth tokens: the implementation of `Session` for the client.

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};

use super::token::TokenAnswer;
use crate::clock::Moment;
use crate::source::{ApiError, Endpoint, Exchange, Login, Session, TokenLease, TokenUse};
use crate::zendesk::Client;
use crate::zendesk::client::RequestContext;

impl Session for Client {
    fn login(&self, token_use: TokenUse, now: Moment) -> Login {
        self.authenticator.login(token_use, now)
    }

    /// Returns `None` if another caller has renewed the token meanwhile, or if the account has no client
    /// credentials.
    async fn renew(&self, token_use: TokenUse, now: Moment) -> Option<Exchange<TokenLease>> {
        let _alone = self.renewing.lock().await;
        // Checked again after the lock was taken, because its last holder may have received a token.
        if self.login(token_use, now) == Login::NotNeeded {
            return None;
        }
        let exchange = self.request_token(now).await?;
        if token_use == TokenUse::Lookups
            && let Err(failure) = &exchange.outcome
            && failure.needs_a_person()
        {
            // Only a person can correct this, so the present token stays in use. After other failures, such as a
            // time-out, the lookups request the next token again.
            self.authenticator.on_next_token_refused();
        }
        Some(exchange)
    }
}

impl Client {
    async fn request_token(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        let body = self.authenticator.token_request()?;
        let body = serde_json::to_vec(&body).expect("strings are JSON");
        let mut request = Request::new(Method::POST, self.url(Endpoint::OAuthToken));
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.body_mut() = Some(body.into());
        let asked = RequestContext::about(now.wall());
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
