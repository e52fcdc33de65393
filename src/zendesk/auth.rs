//! Logging in: what goes into the `Authorization` header, and when a token must be renewed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::settings::{Auth, AuthMethod};
use crate::clock::Moment;
use crate::ticket::UnixSeconds;

/// Whether a token must be asked for before the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// No.
    NotNeeded,
    /// It would be well: most of the token's life is over.
    Advised,
    /// Yes: there is no token, or it has ended.
    Required,
}

/// What is wrong with credentials that cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("the credentials hold characters that no HTTP header can carry")]
pub struct UnsendableCredentials;

/// The credentials of one account and, with OAuth, the present token.
#[derive(Debug)]
pub(super) struct Authenticator {
    auth: Auth,
    /// The header that never changes, for all but client credentials.
    fixed: Option<HeaderValue>,
    token: Mutex<Option<Token>>,
    /// A token was refused, and none has been accepted since.
    refused: AtomicBool,
}

#[derive(Debug)]
struct Token {
    header: HeaderValue,
    secret: SecretString,
    /// By our monotonic clock: nobody who sets the machine's clock ends a token or keeps one alive.
    renew_at: Option<Duration>,
    expires_at: Option<Duration>,
}

/// The body of a token request. The scope `read` covers the exports.
#[derive(Serialize)]
pub(super) struct TokenRequest<'a> {
    grant_type: &'static str,
    client_id: &'a str,
    client_secret: &'a str,
    scope: &'static str,
}

/// The answer to it. `expires_in` is missing for clients made before 2026-04-30.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    expires_in: Option<u64>,
}

impl Authenticator {
    pub(super) fn new(auth: Auth) -> Result<Self, UnsendableCredentials> {
        let basic = |user: &str, secret: &SecretString| {
            let pair = format!("{user}:{}", secret.expose_secret());
            header("Basic", &STANDARD.encode(pair))
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
            fixed,
            token: Mutex::new(None),
            refused: AtomicBool::new(false),
        })
    }

    pub(super) const fn method(&self) -> AuthMethod {
        self.auth.method()
    }

    pub(super) fn login(&self, now: Moment) -> Login {
        if self.fixed.is_some() {
            return Login::NotNeeded;
        }
        let passed = |at: Option<Duration>| at.is_some_and(|at| now.monotonic >= at);
        match &*self.token() {
            None => Login::Required,
            Some(token) if passed(token.expires_at) => Login::Required,
            Some(token) if passed(token.renew_at) => Login::Advised,
            Some(_) => Login::NotNeeded,
        }
    }

    /// The `Authorization` header; `None` if a token must be asked for first.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let token = || self.token().as_ref().map(|token| token.header.clone());
        self.fixed.clone().or_else(token)
    }

    /// The body of a token request; `None` without client credentials.
    pub(super) fn token_request(&self) -> Option<TokenRequest<'_>> {
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

    /// Takes a new token. Returns when it ends, by our wall clock.
    pub(super) fn accept(
        &self,
        answer: TokenAnswer,
        now: Moment,
    ) -> Result<Option<UnixSeconds>, UnsendableCredentials> {
        if answer.access_token.is_empty() {
            return Err(UnsendableCredentials);
        }
        let seconds = answer.expires_in;
        let after = |seconds| now.monotonic.saturating_add(Duration::from_secs(seconds));
        let by_wall = |seconds| now.wall().plus(i64::try_from(seconds).unwrap_or(i64::MAX));
        *self.token() = Some(Token {
            header: header("Bearer", &answer.access_token)?,
            secret: answer.access_token.into(),
            // At 80 % of its life: time enough for some failed attempts before it ends.
            renew_at: seconds.map(|seconds| after(seconds - seconds / 5)),
            expires_at: seconds.map(after),
        });
        Ok(seconds.map(by_wall))
    }

    /// An answer accepted the token.
    pub(super) fn confirm(&self) {
        self.refused.store(false, Ordering::Relaxed);
    }

    /// An answer refused the token, which is dropped. Returns whether a new one may help: it may
    /// have ended early, but two in a row mean that the credentials are wrong.
    pub(super) fn refuse(&self) -> bool {
        let had_token = self.token().take().is_some();
        had_token && !self.refused.swap(true, Ordering::Relaxed)
    }

    pub(super) fn token_expires_at(&self) -> Option<Duration> {
        self.token().as_ref().and_then(|token| token.expires_at)
    }

    /// Takes every secret out of words that came from outside.
    pub(super) fn redact(&self, words: &str) -> String {
        let token = self.token().as_ref().map(|token| token.secret.clone());
        [Some(self.auth.secret().clone()), token]
            .into_iter()
            .flatten()
            .filter(|secret| !secret.expose_secret().is_empty())
            .fold(words.to_owned(), |words, secret| {
                words.replace(secret.expose_secret(), "[redacted]")
            })
    }

    fn token(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn header(scheme: &str, credentials: &str) -> Result<HeaderValue, UnsendableCredentials> {
    let mut value = HeaderValue::from_str(&format!("{scheme} {credentials}"))
        .map_err(|_| UnsendableCredentials)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth() -> Authenticator {
        Authenticator::new(Auth::ClientCredentials {
            client_id: "exporter".to_owned(),
            client_secret: "hush".into(),
        })
        .expect("credentials that can be sent")
    }

    fn at(seconds: i64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(seconds.unsigned_abs()),
            wall_ms: seconds.saturating_mul(1000),
        }
    }

    fn token(expires_in: Option<u64>) -> TokenAnswer {
        TokenAnswer {
            access_token: "t0ken".to_owned(),
            expires_in,
        }
    }

    #[test]
    fn a_token_is_renewed_at_four_fifths_of_its_life() {
        let authenticator = oauth();
        assert_eq!(authenticator.login(at(10_000)), Login::Required);
        let ends = authenticator.accept(token(Some(1800)), at(10_000));
        assert_eq!(ends.expect("sendable"), Some(UnixSeconds(11_800)));
        assert_eq!(authenticator.login(at(11_439)), Login::NotNeeded);
        assert_eq!(authenticator.login(at(11_440)), Login::Advised);
        assert_eq!(authenticator.login(at(11_800)), Login::Required);
    }

    #[test]
    fn a_token_without_an_end_is_kept() {
        let authenticator = oauth();
        let ends = authenticator.accept(token(None), at(0));
        assert_eq!(ends.expect("sendable"), None);
        assert_eq!(authenticator.login(at(i64::MAX)), Login::NotNeeded);
    }

    #[test]
    fn a_wall_clock_that_is_set_neither_ends_a_token_nor_keeps_it_alive() {
        const YEARS_MS: i64 = 2 * 365 * 24 * 3600 * 1000;
        let authenticator = oauth();
        let accepted = authenticator.accept(token(Some(1800)), at(10_000));
        accepted.expect("sendable");
        for jump in [-YEARS_MS, YEARS_MS] {
            let set = |seconds| Moment {
                wall_ms: at(seconds).wall_ms + jump,
                ..at(seconds)
            };
            assert_eq!(authenticator.login(set(11_439)), Login::NotNeeded);
            assert_eq!(authenticator.login(set(11_800)), Login::Required);
        }
    }

    #[test]
    fn of_two_tokens_refused_in_a_row_only_the_first_may_have_ended() {
        let authenticator = oauth();
        let accept = || {
            let accepted = authenticator.accept(token(None), at(0));
            accepted.expect("sendable");
        };
        accept();
        assert!(authenticator.refuse());
        assert_eq!(authenticator.login(at(0)), Login::Required);
        accept();
        assert!(!authenticator.refuse());
        accept();
        authenticator.confirm();
        assert!(authenticator.refuse());
    }

    #[test]
    fn an_api_token_is_sent_as_zendesk_wants_it() {
        let authenticator = Authenticator::new(Auth::ApiToken {
            email: "a@b.example".to_owned(),
            api_token: "key".into(),
        })
        .expect("credentials that can be sent");
        let header = authenticator.header().expect("a fixed header");
        assert!(header.is_sensitive());
        let expected = format!("Basic {}", STANDARD.encode("a@b.example/token:key"));
        assert_eq!(header.to_str().expect("ASCII"), expected);
    }

    #[test]
    fn secrets_are_taken_out_of_words_from_outside() {
        let authenticator = oauth();
        authenticator.accept(token(None), at(0)).expect("sendable");
        assert_eq!(
            authenticator.redact("hush and t0ken are wrong"),
            "[redacted] and [redacted] are wrong"
        );
    }
}
