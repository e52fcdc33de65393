//! The `Authorization` header of requests, and when its token must be renewed.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::doubts::{Doubts, TokenNumber};
use super::token::TokenAnswer;
use crate::clock::Moment;
use crate::source::{Auth, AuthMethod, Endpoint, Login, ProxyInUse, TokenUse};
use crate::ticket::UnixSeconds;
use crate::zendesk::credentials::Secrets;

/// Most earlier secrets that are remembered, so that no message shows them. Tokens live for at least five minutes,
/// and no answer repeats one that was replaced seven times.
const SECRETS_BEFORE_MAX: usize = 8;

/// The error for credentials that cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("the credentials have characters that an HTTP header cannot contain")]
pub struct UnsendableCredentials;

/// The credentials of one account and, with OAuth, the present token.
#[derive(Debug)]
pub(in crate::zendesk) struct Authenticator {
    auth: Auth,
    proxy: Option<ProxyInUse>,
    /// The header that never changes; `None` for client credentials.
    fixed: Option<HeaderValue>,
    /// E-mail address and secret with a colon between them, as text and in base64. A very short secret is
    /// recognized only in this form.
    pair: Vec<SecretString>,
    tokens: Mutex<Tokens>,
}

#[derive(Debug, Default)]
struct Tokens {
    present: Option<Token>,
    /// The number of tokens so far.
    made: TokenNumber,
    /// The secrets that are no longer in use, the newest first.
    before: VecDeque<SecretString>,
    doubts: Doubts,
    /// The endpoints of tickets that refused a token and have accepted none since.
    refused_by: HashSet<Endpoint>,
}

#[derive(Debug)]
struct Token {
    header: HeaderValue,
    secret: SecretString,
    /// The time of the renewal on the monotonic clock, so that setting the machine's clock neither ends a token nor
    /// keeps it.
    renew_at: Option<Duration>,
    expires_at: Option<Duration>,
    /// Whether an endpoint of tickets has accepted it.
    is_accepted: bool,
}

/// The body of a token request. The scope `read` covers the exports.
#[derive(Serialize)]
pub(in crate::zendesk) struct TokenRequest<'a> {
    grant_type: &'static str,
    client_id: &'a str,
    client_secret: &'a str,
    scope: &'static str,
}

impl Authenticator {
    pub(in crate::zendesk) fn new(auth: Auth) -> Result<Self, UnsendableCredentials> {
        let mut pair = Vec::new();
        let mut basic = |user: &str, secret: &SecretString| {
            let plain = format!("{user}:{}", secret.expose_secret());
            let encoded = STANDARD.encode(&plain);
            let header = header("Basic", &encoded);
            pair = vec![plain.into(), encoded.into()];
            header
        };
        let fixed = match &auth {
            Auth::ClientCredentials { .. } => None,
            Auth::AccessToken(token) => Some(header("Bearer", token.expose_secret())?),
            // Zendesk's form for API tokens: "/token" follows the e-mail address.
            Auth::ApiToken { email, api_token } => {
                Some(basic(&format!("{email}/token"), api_token)?)
            }
            Auth::Password { email, password } => Some(basic(email, password)?),
        };
        Ok(Self {
            auth,
            proxy: None,
            fixed,
            pair,
            tokens: Mutex::default(),
        })
    }

    /// The same authenticator for requests through this proxy.
    pub(in crate::zendesk) fn behind(self, proxy: Option<ProxyInUse>) -> Self {
        Self { proxy, ..self }
    }

    pub(in crate::zendesk) const fn method(&self) -> AuthMethod {
        self.auth.method()
    }

    /// Whether a token must be requested before the next request for this use.
    pub(in crate::zendesk) fn login(&self, token_use: TokenUse, now: Moment) -> Login {
        let tokens = self.tokens();
        // This comes before the check for fixed tokens, which are never doubted: `on_refused` ensures that.
        if token_use == TokenUse::Lookups && tokens.doubts.is_doubted(tokens.made) {
            return Login::Required;
        }
        if self.fixed.is_some() {
            return Login::NotNeeded;
        }
        let passed = |at: Option<Duration>| at.is_some_and(|at| now.monotonic >= at);
        match &tokens.present {
            None => Login::Required,
            Some(token) if passed(token.expires_at) => Login::Required,
            Some(token) if passed(token.renew_at) => Login::Advised,
            Some(_) => Login::NotNeeded,
        }
    }

    /// The `Authorization` header and the number of its token; no header if a token must be requested first.
    pub(in crate::zendesk) fn header(&self) -> (Option<HeaderValue>, TokenNumber) {
        let tokens = self.tokens();
        let token = || tokens.present.as_ref().map(|token| token.header.clone());
        (self.fixed.clone().or_else(token), tokens.made)
    }

    /// The body of a token request; `None` without client credentials.
    pub(in crate::zendesk) fn token_request(&self) -> Option<TokenRequest<'_>> {
        match &self.auth {
            Auth::ClientCredentials {
                client_id,
                client_secret,
            } => Some(TokenRequest {
                grant_type: "client_credentials",
                client_id,
                client_secret: client_secret.expose_secret(),
                scope: "read",
            }),
            _ => None,
        }
    }

    /// Stores a new token. Returns when it expires, by the wall clock.
    pub(in crate::zendesk) fn accept(
        &self,
        answer: TokenAnswer,
        now: Moment,
    ) -> Result<Option<UnixSeconds>, UnsendableCredentials> {
        let life = answer.life_seconds;
        let after = |seconds: i64| {
            let seconds = Duration::from_secs(seconds.max(0).unsigned_abs());
            now.monotonic.saturating_add(seconds)
        };
        let token = Token {
            header: header("Bearer", &answer.access_token)?,
            secret: answer.access_token.into(),
            // At 80 % of its lifetime, so that some attempts can fail before it expires.
            renew_at: life.map(|seconds| after(seconds - seconds / 5)),
            expires_at: life.map(after),
            is_accepted: false,
        };
        let mut tokens = self.tokens();
        // Answers to running requests may still repeat the old token, so it stays a secret.
        tokens.drop_present();
        tokens.made += 1;
        tokens.present = Some(token);
        Ok(life.map(|seconds| now.wall().plus(seconds)))
    }

    /// Records that `endpoint` accepted the token.
    pub(in crate::zendesk) fn on_accepted(&self, token_use: TokenUse, endpoint: Endpoint) {
        let mut tokens = self.tokens();
        match token_use {
            TokenUse::Tickets => {
                tokens.refused_by.remove(&endpoint);
                if let Some(token) = &mut tokens.present {
                    token.is_accepted = true;
                }
            }
            TokenUse::Lookups => tokens.doubts.on_accepted(endpoint),
        }
    }

    /// Records that `endpoint` refused the token `sent`. Returns whether another token may help.
    ///
    /// A refusal of tickets drops the token if it is still in use. The token may have expired early, but two refusals
    /// in a row by one endpoint mean that the credentials are wrong. If another endpoint of tickets has accepted the
    /// second token, the endpoint refuses every token, and the token stays in use. A refusal of a lookup leaves the
    /// token in use too.
    pub(in crate::zendesk) fn on_refused(
        &self,
        token_use: TokenUse,
        endpoint: Endpoint,
        sent: TokenNumber,
    ) -> bool {
        let mut tokens = self.tokens();
        let present = tokens.made;
        if token_use == TokenUse::Lookups {
            return self.fixed.is_none() && tokens.doubts.on_refused(endpoint, sent, present);
        }
        if sent != present {
            // Another token replaced it while the answer was on its way, and that one was not refused.
            tokens.refused_by.insert(endpoint);
            return true;
        }
        // Without a token to drop, as with a fixed one, nothing is remembered, and the refusal stands.
        let Some(is_accepted) = tokens.present.as_ref().map(|token| token.is_accepted) else {
            return false;
        };
        let was_refused = !tokens.refused_by.insert(endpoint);
        if !(was_refused && is_accepted) {
            tokens.drop_present();
        }
        !was_refused
    }

    /// Records that Zendesk refused the token that a lookup requested to replace the present one.
    pub(in crate::zendesk) fn on_next_token_refused(&self) {
        self.tokens().doubts.on_renewal();
    }

    pub(in crate::zendesk) fn token_expires_at(&self) -> Option<Duration> {
        let tokens = self.tokens();
        tokens.present.as_ref().and_then(|token| token.expires_at)
    }

    /// Everything that no message may repeat.
    pub(in crate::zendesk) fn secrets(&self) -> Secrets {
        let tokens = self.tokens();
        let present = tokens.present.as_ref().map(|token| &token.secret);
        let all = present
            .into_iter()
            .chain(&tokens.before)
            .chain([self.auth.secret()])
            .chain(self.proxy.iter().flat_map(ProxyInUse::secrets));
        let pair = self.pair.iter().map(|secret| secret.expose_secret());
        Secrets::new(all.map(|secret| secret.expose_secret())).with_whole(pair)
    }

    /// Takes over the secrets of the credentials that these replace, because no message may repeat them either.
    pub(in crate::zendesk) fn follow(&self, before: &Self) {
        let tokens = before.tokens();
        let present = tokens.present.as_ref().map(|token| &token.secret);
        let old = present
            .into_iter()
            .chain([before.auth.secret()])
            .chain(&tokens.before);
        let mut own = self.tokens();
        own.before.extend(old.cloned());
        own.before.truncate(SECRETS_BEFORE_MAX);
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    /// Moves the present token, if there is one, to the earlier ones.
    fn drop_present(&mut self) {
        if let Some(token) = self.present.take() {
            self.before.push_front(token.secret);
            self.before.truncate(SECRETS_BEFORE_MAX);
        }
    }
}

fn header(scheme: &str, credentials: &str) -> Result<HeaderValue, UnsendableCredentials> {
    let mut value = HeaderValue::from_str(&format!("{scheme} {credentials}"))
        .map_err(|_| UnsendableCredentials)?;
    // Keeps the value out of debug output and out of the header table of HTTP/2.
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;
