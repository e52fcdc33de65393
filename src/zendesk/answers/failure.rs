//! Maps an answer that is not a page to an error, by its status and body.
//!
//! PURE. The error follows from the status and from the codes, keys and parameters in the body. Zendesk's sentences
//! are not used, because they are in the language of the user behind the credentials.

use std::time::Duration;

use serde_json::Value;

use crate::source::{ApiError, Endpoint, Position, RefusalText, ScopeSign};
use crate::ticket::UnixSeconds;
use crate::zendesk::credentials::Secrets;
use crate::zendesk::credentials::markup::{Reading, without_markup};
use crate::zendesk::login::token::names_token;

/// How far a time can be from Zendesk's clock, in seconds, and still be too recent. The export holds rows back for
/// a minute, and earlier for five; an hour cannot be the reason.
const TOO_RECENT_SECONDS_MAX: i64 = 600;

/// An answer whose status is not 200, or a 200 that must be examined.
pub(in crate::zendesk) struct RefusedAnswer<'a> {
    /// HTTP status.
    pub(in crate::zendesk) status: u16,
    /// The beginning of the body.
    pub(in crate::zendesk) body: &'a [u8],
    /// `Retry-After`.
    pub(in crate::zendesk) retry_after: Option<Duration>,
    /// The endpoint of the request.
    pub(in crate::zendesk) endpoint: Endpoint,
    /// The position of the requested page, if a page was requested.
    pub(in crate::zendesk) start: Option<&'a Position>,
    /// Zendesk's clock, if known.
    pub(in crate::zendesk) now: Option<UnixSeconds>,
}

impl RefusedAnswer<'_> {
    /// The error for this refusal, with Zendesk's message unless it repeats any of `secrets`.
    pub(in crate::zendesk) fn into_error(self, secrets: &Secrets) -> ApiError {
        let Self {
            status,
            retry_after,
            ..
        } = self;
        let words = String::from_utf8_lossy(self.body);
        let json = serde_json::from_str(&words).ok();
        let explanation = match status {
            // These are not refusals, and the body may be a part of a page, which must not be logged.
            200..=299 => None,
            // The answer may contain an issued token, which is not among the known secrets yet.
            _ if self.endpoint == Endpoint::OAuthToken && names_token(&words) => None,
            _ => RefusalText::from_body(self.body, secrets),
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
            404 => ApiError::NotFound { explanation },
            410 => ApiError::Gone { explanation },
            // The answer is the proxy's, and its message may repeat the proxy's login.
            407 | 511 => ApiError::ProxyLogin { status },
            413 => ApiError::ContentTooLarge {
                retry_after,
                explanation,
            },
            429 => ApiError::RateLimited { retry_after },
            // The content is blocked for legal reasons. A person must act, as after a 403.
            451 => ApiError::ExportForbidden { explanation },
            // The request came too slowly or too early, on the wrong connection, or during another one. The next
            // request may succeed.
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

    /// Whether the answer is about the `start_time`: it contains `StartTimeTooRecent`, or any sentence on it,
    /// because Zendesk has used several.
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

    /// Whether the answer is about the cursor that was sent. The list answers `InvalidPaginationParameter`, also for
    /// the size of the page, which it then names.
    fn is_lost_cursor(&self, words: &str, json: Option<&Value>) -> bool {
        let speaks_of = |parameters: &[&str]| speaks_of(words, json, parameters);
        let asked = self.start.is_some_and(|start| start.cursor().is_some());
        asked
            && (speaks_of(&["cursor", "page[after]"])
                || speaks_of(&["invalidpaginationparameter"]) && !speaks_of(&["page[size]"]))
    }
}

/// Whether the answer says that a ticket which was requested by its id does not exist. Other answers of 404 concern
/// the address, the account or the endpoint, and are errors.
pub(in crate::zendesk) fn is_no_such_ticket(endpoint: Endpoint, status: u16, body: &[u8]) -> bool {
    let code = || {
        let json = serde_json::from_slice::<Value>(body).ok()?;
        Some(json.get("error")? == "RecordNotFound")
    };
    let is_by_id = matches!(endpoint, Endpoint::ShowOne | Endpoint::ShowMany);
    is_by_id && status == 404 && code().unwrap_or(false)
}

/// Whether a body contains any of these parameters. Markup is left out, because pages of proxies contain many
/// words.
fn speaks_of(words: &str, json: Option<&Value>, parameters: &[&str]) -> bool {
    let lower = match json {
        Some(_) => words.to_lowercase(),
        None => without_markup(words, Reading::Quoted).to_lowercase(),
    };
    parameters.iter().any(|parameter| lower.contains(parameter))
}

/// The meaning of a 403, as far as the answer shows it. Who sent the request is known only to
/// [`ApiError::judged_by`].
fn forbidden(json: Option<&Value>, explanation: Option<RefusalText>) -> ApiError {
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
        // This is the page that Zendesk shows to users without the right, as JSON.
        Some(Value::Object(page)) if page.contains_key("message") => {
            ApiError::NotAdmin { explanation }
        }
        _ => ApiError::ExportForbidden { explanation },
    }
}

#[cfg(test)]
mod tests;
