//! What an answer that is not a page means.
//!
//! PURE. By the status and by what is code in the body, keys and parameters: Zendesk's sentences
//! come in the language of the user behind the credentials.

use std::time::Duration;

use serde_json::Value;

use crate::source::{ApiError, Endpoint, Position, ScopeSign, Words};
use crate::ticket::UnixSeconds;
use crate::zendesk::credentials::Secrets;
use crate::zendesk::credentials::markup::{Reading, without_markup};
use crate::zendesk::login::token::names_token;

/// Furthest from Zendesk's clock, in seconds, that a time can lie and still be too recent. The
/// export holds rows back for a minute, and held them back for five; an hour is no such thing.
const TOO_RECENT_SECONDS_MAX: i64 = 600;

/// An answer with another status than 200, or with one that needs a look.
pub(in crate::zendesk) struct Refusal<'a> {
    /// HTTP status.
    pub(in crate::zendesk) status: u16,
    /// The beginning of the body.
    pub(in crate::zendesk) body: &'a [u8],
    /// `Retry-After`.
    pub(in crate::zendesk) retry_after: Option<Duration>,
    /// Which endpoint was asked.
    pub(in crate::zendesk) endpoint: Endpoint,
    /// Where the page began that was asked for, on the exports.
    pub(in crate::zendesk) start: Option<&'a Position>,
    /// Zendesk's clock, as far as is known.
    pub(in crate::zendesk) now: Option<UnixSeconds>,
}

impl Refusal<'_> {
    /// The error it means, with Zendesk's words unless they repeat any of `secrets`.
    pub(in crate::zendesk) fn into_error(self, secrets: &Secrets) -> ApiError {
        let Self {
            status,
            retry_after,
            ..
        } = self;
        let words = String::from_utf8_lossy(self.body);
        let json = serde_json::from_str(&words).ok();
        let explanation = match status {
            // No refusals, and perhaps a part of a page: what it says is not for a log.
            200..=299 => None,
            // A token that was issued all the same, which nobody knows for one yet.
            _ if self.endpoint == Endpoint::OAuthToken && names_token(&words) => None,
            _ => Words::from_body(self.body, secrets),
        };
        match status {
            400 | 422 if self.is_about_start_time(&words, json.as_ref()) => {
                if self.is_start_recent() {
                    ApiError::StartTimeTooRecent
                } else {
                    ApiError::StartTimeRefused {
                        status,
                        explanation,
                    }
                }
            }
            400 | 422 if self.is_lost_cursor(&words, json.as_ref()) => ApiError::CursorLost,
            402 => ApiError::NotPaid { explanation },
            // RFC 6749 (section 5.2) answers wrong client credentials with 400 or 401. A 403 of this
            // endpoint does not concern the export either.
            400..=403 if self.endpoint == Endpoint::OAuthToken => {
                ApiError::Unauthorized { explanation }
            }
            401 => ApiError::Unauthorized { explanation },
            403 => forbidden(json.as_ref(), explanation),
            404 | 410 => ApiError::NotFound { explanation },
            // Of the proxy, and its words may repeat its own login.
            407 | 511 => ApiError::ProxyLogin { status },
            413 => ApiError::ContentTooLarge {
                retry_after,
                explanation,
            },
            429 => ApiError::RateLimited { retry_after },
            // Blocked for legal reasons. A person must act, as after a 403.
            451 => ApiError::ExportForbidden { explanation },
            // A request that came too slowly or too early, on the wrong connection, or while
            // another one was at work: the next one may do.
            408 | 409 | 421 | 425 | 500..=599 => ApiError::Server {
                status,
                retry_after,
                explanation,
            },
            _ => ApiError::Unexpected {
                status,
                retry_after,
                explanation,
            },
        }
    }

    /// `StartTimeTooRecent`, or any sentence about the `start_time`: it has had several wordings.
    fn is_about_start_time(&self, words: &str, json: Option<&Value>) -> bool {
        let asked = matches!(self.start, Some(Position::Time(_)));
        asked && speaks_of(words, json, &["start_time", "starttime"])
    }

    fn is_start_recent(&self) -> bool {
        match (self.start, self.now) {
            (Some(Position::Time(start)), Some(now)) => now.since(*start) <= TOO_RECENT_SECONDS_MAX,
            _ => false,
        }
    }

    fn is_lost_cursor(&self, words: &str, json: Option<&Value>) -> bool {
        let asked = matches!(self.start, Some(Position::Cursor(_)));
        asked && speaks_of(words, json, &["cursor", "page[after]"])
    }
}

/// Whether a body names any of these parameters. Markup is left out: pages of proxies hold many
/// words.
fn speaks_of(words: &str, json: Option<&Value>, parameters: &[&str]) -> bool {
    let lower = match json {
        Some(_) => words.to_lowercase(),
        None => without_markup(words, Reading::Quoted).to_lowercase(),
    };
    parameters.iter().any(|parameter| lower.contains(parameter))
}

/// What a 403 means, as far as the answer itself tells: who asks is known only to
/// [`ApiError::judged_by`].
fn forbidden(json: Option<&Value>, explanation: Option<Words>) -> ApiError {
    let error = json.and_then(|json| json.get("error"));
    let text = |key: &str| json.and_then(|json| json.get(key)).and_then(Value::as_str);
    match error {
        Some(Value::String(code)) if code.eq_ignore_ascii_case("insufficient_scope") => {
            let told_by = ScopeSign::Code;
            ApiError::MissingScope {
                told_by,
                explanation,
            }
        }
        Some(Value::String(_)) => {
            let description = text("description").or_else(|| text("error_description"));
            if description.is_some_and(|words| words.to_lowercase().contains("scope")) {
                let told_by = ScopeSign::Words;
                ApiError::MissingScope {
                    told_by,
                    explanation,
                }
            } else {
                ApiError::ExportForbidden { explanation }
            }
        }
        // The page that Zendesk shows to users without the right, as JSON.
        Some(Value::Object(page)) if page.contains_key("message") => {
            ApiError::NotAdmin { explanation }
        }
        _ => ApiError::ExportForbidden { explanation },
    }
}

#[cfg(test)]
mod tests;
