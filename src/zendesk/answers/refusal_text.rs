//! The text of a refusal: Zendesk's message, without markup and credentials.
//!
//! PURE. The message can be in one of several JSON forms, plain text, or the HTML of a proxy, or be missing.

use serde_json::Value;

use crate::source::RefusalText;
use crate::zendesk::credentials::Secrets;
use crate::zendesk::credentials::markup::{Reading, without_markup};

/// Longest message that is kept, in characters.
const WORDS_CHARS_MAX: usize = 200;

/// Longest body that is read as a JSON error, the same as for any refusal.
const ENVELOPE_BYTES_MAX: usize = 8 * 1024;

impl RefusalText {
    /// The message in a body, unless the body contains any of `secrets`; `None` if it has no readable message.
    ///
    /// The whole body is searched, not only the line that is shown: after cutting and cleaning, a part of a secret
    /// is no longer recognized.
    pub(in crate::zendesk) fn from_body(body: &[u8], secrets: &Secrets) -> Option<Self> {
        Self::of_line(explanation(&String::from_utf8_lossy(body))?, body, secrets)
    }

    /// The message, but only of a JSON error, because a body in another form can contain anything.
    pub(in crate::zendesk) fn of_envelope(body: &[u8], secrets: &Secrets) -> Option<Self> {
        if body.len() > ENVELOPE_BYTES_MAX {
            return None;
        }
        let json = serde_json::from_slice(body).ok()?;
        Self::of_line(one_line(&from_envelope(&json)?)?, body, secrets)
    }

    fn of_line(line: String, body: &[u8], secrets: &Secrets) -> Option<Self> {
        if secrets.are_in(body) || secrets.are_in(line.as_bytes()) {
            return Some(Self::Withheld);
        }
        let line = line.chars().take(WORDS_CHARS_MAX).collect();
        Some(Self::Said(line))
    }
}

fn explanation(body: &str) -> Option<String> {
    match serde_json::from_str::<Value>(body) {
        Ok(json) => one_line(&from_envelope(&json)?),
        Err(_) => one_line(&without_markup(body, Reading::Quoted)),
    }
}

fn one_line(words: &str) -> Option<String> {
    let line: String = words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|character| !character.is_control())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_no_envelope() {
        let no_secrets = Secrets::new(std::iter::empty());
        let envelope = |pad: usize| {
            let body = format!(r#"{{"error":"no"}}{}"#, " ".repeat(pad));
            RefusalText::of_envelope(body.as_bytes(), &no_secrets)
        };
        assert_eq!(envelope(1000), Some(RefusalText::Said("no".to_owned())));
        assert_eq!(envelope(ENVELOPE_BYTES_MAX), None);
    }

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
}
