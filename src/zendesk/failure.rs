//! What an answer that is not a page means.
//!
//! PURE. Errors come in half a dozen envelopes, as plain text, as HTML of a proxy, or as nothing.

use std::time::Duration;

use serde_json::Value;

use super::{ApiError, Endpoint, PageStart};

/// Longest explanation kept of Zendesk's own words.
const EXPLANATION_CHARS_MAX: usize = 200;

/// An answer with another status than 200, or with one that needs a look.
pub(super) struct Refusal<'a> {
    /// HTTP status.
    pub(super) status: u16,
    /// The beginning of the body.
    pub(super) body: &'a [u8],
    /// `Retry-After`.
    pub(super) retry_after: Option<Duration>,
    /// Which endpoint was asked.
    pub(super) endpoint: Endpoint,
    /// Where the page began that was asked for, on the exports.
    pub(super) start: Option<&'a PageStart>,
}

impl Refusal<'_> {
    /// The error it means. `redact` takes secrets out of Zendesk's words.
    pub(super) fn into_error(self, redact: impl Fn(String) -> String) -> ApiError {
        let words = String::from_utf8_lossy(self.body);
        let explanation = explanation(&words).map(redact);
        // Zendesk's words without markup: pages of proxies speak of scopes and cursors too.
        let lower = match serde_json::from_str::<Value>(&words) {
            Ok(_) => words.to_lowercase(),
            Err(_) => without_markup(&words).to_lowercase(),
        };
        match self.status {
            400 | 422 if self.is_too_recent(&lower) => ApiError::StartTimeTooRecent,
            400 | 422 if self.is_lost_cursor(&lower) => ApiError::CursorLost,
            400..=403 if self.endpoint == Endpoint::OAuthToken => {
                ApiError::Unauthorized { explanation }
            }
            401 => ApiError::Unauthorized { explanation },
            403 if lower.contains("scope") => ApiError::MissingScope { explanation },
            403 if lower.contains("do not have access") => ApiError::NotAdmin { explanation },
            403 => ApiError::ExportForbidden { explanation },
            404 => ApiError::NotFound { explanation },
            429 => ApiError::RateLimited {
                retry_after: self.retry_after,
            },
            413 => ApiError::ContentTooLarge { explanation },
            408 | 500..=599 => ApiError::Server {
                status: self.status,
                retry_after: self.retry_after,
                explanation,
            },
            300..=399 => ApiError::Unexpected {
                status: self.status,
                explanation: Some(
                    "redirects are not followed: set subdomain or base_url to the account's own address"
                        .to_owned(),
                ),
            },
            status => ApiError::Unexpected {
                status,
                explanation,
            },
        }
    }

    /// `StartTimeTooRecent`, or any sentence about the `start_time`: it has had several wordings,
    /// and the times that are asked for are wrong in no other way.
    fn is_too_recent(&self, body: &str) -> bool {
        let asked = matches!(self.start, Some(PageStart::Time(_)));
        asked && (body.contains("start_time") || body.contains("starttime"))
    }

    fn is_lost_cursor(&self, body: &str) -> bool {
        matches!(self.start, Some(PageStart::Cursor(_)))
            && (body.contains("cursor") || body.contains("page[after]"))
    }
}

/// One clean line of Zendesk's own words, from any of its envelopes.
fn explanation(body: &str) -> Option<String> {
    let words = match serde_json::from_str::<Value>(body) {
        Ok(json) => from_envelope(&json)?,
        Err(_) => without_markup(body),
    };
    let line: String = words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|character| !character.is_control())
        .take(EXPLANATION_CHARS_MAX)
        .collect();
    (!line.is_empty()).then_some(line)
}

fn from_envelope(json: &Value) -> Option<String> {
    let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
    let both = |value: &Value, keys: [&str; 2]| {
        let parts: Vec<String> = keys.iter().filter_map(|key| text(value, key)).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    };
    if let Some(first) = json.get("errors").and_then(|errors| errors.get(0)) {
        return both(first, ["code", "title"]);
    }
    let error = json.get("error")?;
    if error.is_object() {
        return both(error, ["title", "message"]);
    }
    let description = text(json, "description").or_else(|| text(json, "error_description"));
    match (error.as_str(), description) {
        (Some(error), Some(description)) => Some(format!("{error}: {description}")),
        (Some(error), None) => Some(error.to_owned()),
        (None, description) => description,
    }
}

/// The text of a page of HTML, tags and what is between `<style>` or `<script>` left out.
fn without_markup(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let skipped = ["style", "script"]
            .iter()
            .find(|tag| after.to_ascii_lowercase().starts_with(**tag));
        rest = match skipped {
            Some(tag) => {
                let end = format!("</{tag}");
                after
                    .to_ascii_lowercase()
                    .find(&end)
                    .map_or("", |at| &after[at + 1..])
            }
            None => after,
        };
        rest = rest.split_once('>').map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::UnixSeconds;
    use crate::zendesk::Cursor;

    #[track_caller]
    fn explained(body: &str, expected: Option<&str>) {
        assert_eq!(explanation(body).as_deref(), expected, "{body}");
    }

    #[test]
    fn every_envelope_gives_one_line() {
        explained(
            r#"{"error":{"title":"Forbidden","message":"You do not have access to this page."}}"#,
            Some("Forbidden: You do not have access to this page."),
        );
        explained(
            r#"{"error":"RecordNotFound","description":"Not found"}"#,
            Some("RecordNotFound: Not found"),
        );
        explained(
            r#"{"errors":[{"code":"InvalidCursor","status":"400","title":"cursor is invalid"}]}"#,
            Some("InvalidCursor: cursor is invalid"),
        );
        explained(
            r#"{"error":"Couldn't authenticate you"}"#,
            Some("Couldn't authenticate you"),
        );
        explained(
            r#"{"error":"invalid_token","error_description":"expired"}"#,
            Some("invalid_token: expired"),
        );
        explained(
            r#"{"status":500,"error":"Internal Server Error"}"#,
            Some("Internal Server Error"),
        );
        explained("Too recent\nstart_time.", Some("Too recent start_time."));
        explained(
            "<html><head><style>b{}</style><title>520</title></head><body>Web <b>server</b></body>",
            Some("520 Web server"),
        );
        explained(" ", None);
        explained("", None);
        explained(r#"{"foo":1}"#, None);
        explained("[]", None);
        explained("<", None);
        explained("<script>x", None);
    }

    #[track_caller]
    fn check(status: u16, body: &str, start: Option<PageStart>, expected: &str) {
        let error = Refusal {
            status,
            body: body.as_bytes(),
            retry_after: None,
            endpoint: Endpoint::TicketsCursor,
            start: start.as_ref(),
        }
        .into_error(|words| words);
        let debug = format!("{error:?}");
        let variant = debug.split([' ', '{']).next().expect("a name");
        assert_eq!(variant, expected, "{status} {body}");
    }

    #[test]
    fn statuses_and_bodies_tell_what_is_wrong() {
        let time = || Some(PageStart::Time(UnixSeconds(0)));
        let cursor = || Some(PageStart::Cursor(Cursor("x".to_owned())));
        let too_recent = r#"{"errors":[{"code":"StartTimeTooRecent","title":"start_time must be more than 60 seconds ago"}]}"#;
        check(400, too_recent, time(), "StartTimeTooRecent");
        check(
            422,
            "Too recent start_time. Use a start_time older than 5 minutes",
            time(),
            "StartTimeTooRecent",
        );
        check(400, too_recent, cursor(), "Unexpected");
        check(
            400,
            r#"{"error":"InvalidValue","description":"start_time must be a number"}"#,
            time(),
            "StartTimeTooRecent",
        );
        check(
            400,
            r#"{"errors":[{"code":"InvalidCursor","title":"cursor is invalid or expired"}]}"#,
            cursor(),
            "CursorLost",
        );
        check(
            401,
            r#"{"error":"Couldn't authenticate you"}"#,
            None,
            "Unauthorized",
        );
        check(
            403,
            r#"{"error":"Forbidden","description":"Missing the following required scopes: read"}"#,
            None,
            "MissingScope",
        );
        check(
            403,
            r#"{"error":{"title":"Forbidden","message":"You do not have access to this page."}}"#,
            None,
            "NotAdmin",
        );
        check(403, "", None, "ExportForbidden");
        check(404, "", None, "NotFound");
        check(429, "<html>", None, "RateLimited");
        check(413, "", None, "ContentTooLarge");
        for status in [408, 500, 502, 503, 504, 520, 524] {
            check(status, "<html>Bad</html>", None, "Server");
        }
        check(302, "", None, "Unexpected");
        check(409, "", None, "Unexpected");
        check(204, "", None, "Unexpected");
    }

    /// Real refusals, where they are at hand: every status is told apart, and no words are lost.
    #[test]
    fn recorded_refusals_mean_what_they_say() {
        let Some(folder) = std::env::var_os("ZENDESK_RECORDED_DIR") else {
            return;
        };
        for kind in ["errors", "errors-rb"] {
            let folder = std::path::Path::new(&folder).join(kind);
            for file in std::fs::read_dir(folder).expect("there") {
                let path = file.expect("an entry").path();
                let text = std::fs::read_to_string(&path).expect("readable");
                let recording: Value = serde_json::from_str(&text).expect("JSON");
                check_recorded(&recording["response"], &path.display().to_string());
            }
        }
    }

    fn check_recorded(response: &Value, path: &str) {
        let body = match &response["body"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            json => json.to_string(),
        };
        let headers = response["headers"].as_object().expect("headers");
        let retry_after = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))
            .and_then(|(_, value)| value.as_str()?.parse().ok())
            .map(Duration::from_secs);
        let status = u16::try_from(response["status"].as_u64().expect("a status")).expect("small");
        let refusal = Refusal {
            status,
            body: body.as_bytes(),
            retry_after,
            endpoint: Endpoint::TicketsCursor,
            start: None,
        };
        let error = refusal.into_error(|words| words);
        match (status, &error) {
            (404, ApiError::NotFound { .. }) => {}
            (429, ApiError::RateLimited { retry_after }) => {
                assert_eq!(*retry_after, Some(Duration::from_secs(10)), "{path}");
            }
            (
                400..=422,
                ApiError::Unexpected {
                    status: told,
                    explanation,
                },
            ) => {
                assert_eq!(*told, status, "{path}");
                let has_words = body.chars().any(char::is_alphanumeric);
                assert_eq!(explanation.is_some(), has_words, "{path}: {explanation:?}");
            }
            _ => panic!("{path}: {status} was read as {error:?}"),
        }
    }
}
