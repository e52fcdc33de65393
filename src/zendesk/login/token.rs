//! Reads the answer of the token endpoint.
//!
//! PURE. A token in the answer is accepted, whatever else the answer says. Its lifetime only says when to request
//! the next one, and a token that expires earlier is noticed when it is refused.

use serde_json::Value;

use crate::source::{ApiError, RefusalText};
use crate::zendesk::credentials::Secrets;
use crate::zendesk::endpoints::answer::{Object, is_key, is_object};
use crate::zendesk::json::cut;
use crate::zendesk::json::piece;

/// Longest lifetime that is believed, in seconds: ten years.
const LIFE_SECONDS_MAX: f64 = 315_360_000.0;

/// Longest token, in bytes. Known ones have some hundred, and servers accept no longer header. Every answer is
/// searched for the whole token.
const TOKEN_BYTES_MAX: usize = 8192;

/// A token and its lifetime.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::zendesk) struct TokenAnswer {
    pub(in crate::zendesk) access_token: String,
    /// The lifetime; `None` if it is missing, as for clients that were created before 2026-04-30, or is not
    /// plausible.
    pub(in crate::zendesk) life_seconds: Option<i64>,
}

impl TokenAnswer {
    /// Reads a body with status 200. If a key occurs twice, the last one counts.
    pub(in crate::zendesk) fn read(body: &[u8], secrets: &Secrets) -> Result<Self, ApiError> {
        let no_token = |problem| ApiError::NoToken {
            problem,
            // Not from bodies in other forms, whose form of a token is unknown. Also not next to a token that was
            // not accepted, because the message may repeat it.
            explanation: RefusalText::of_envelope(body, secrets).filter(|_| !speaks_of_token(body)),
        };
        if !is_object(body) {
            return Err(no_token("it is not a JSON object"));
        }
        let (mut token, mut life) = (None, None);
        // Only divided, so that other values in it need not be valid.
        for (key, value) in cut::members(body) {
            if is_key(key, "access_token") {
                token = Some(value);
            } else if is_key(key, "expires_in") {
                life = Some(value);
            }
        }
        let token = token.ok_or_else(|| {
            no_token(match Object::from_body(body) {
                Some(_) => "it has no access_token",
                None => "it is not a JSON object",
            })
        })?;
        let token =
            piece::text(token).ok_or_else(|| no_token("its access_token is not a string"))?;
        match token.trim() {
            "" => Err(no_token("its access_token is empty")),
            token if token.len() > TOKEN_BYTES_MAX => {
                Err(no_token("its access_token is longer than 8192 bytes"))
            }
            token => Ok(Self {
                access_token: token.to_owned(),
                life_seconds: life.and_then(life_seconds),
            }),
        }
    }
}

/// The names of tokens in answers.
const TOKEN_NAMES: [&str; 3] = ["access_token", "refresh_token", "full_token"];

/// Whether a body of any form contains the name of a token.
pub(in crate::zendesk) fn names_token(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    TOKEN_NAMES.iter().any(|name| lower.contains(name))
}

/// Whether any key of a body, at any depth, is the name of a token.
fn speaks_of_token(body: &[u8]) -> bool {
    let mut values = Vec::from_iter(serde_json::from_slice::<Value>(body));
    while let Some(value) = values.pop() {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    if key.to_ascii_lowercase().contains("token") {
                        return true;
                    }
                    values.push(value);
                }
            }
            Value::Array(elements) => values.extend(elements),
            // JSON in a string: some proxies pass an answer on as a string.
            Value::String(text) if text.starts_with(['{', '[']) => {
                values.extend(serde_json::from_str::<Value>(&text));
            }
            _ => {}
        }
    }
    false
}

/// A lifetime in any spelling: a number with or without a fraction, or a string that contains one.
fn life_seconds(json: &[u8]) -> Option<i64> {
    let text = match piece::text(json) {
        Some(text) => text,
        None => std::str::from_utf8(json).ok()?.into(),
    };
    let seconds: f64 = text.trim().parse().ok()?;
    let is_life = seconds > 0.0 && seconds <= LIFE_SECONDS_MAX;
    is_life.then_some(seconds.ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: impl AsRef<[u8]>) -> Result<TokenAnswer, ApiError> {
        TokenAnswer::read(
            body.as_ref(),
            &Secrets::new(["s3cr3t-of-client"].into_iter()),
        )
    }

    #[test]
    fn a_token_is_taken_whatever_is_said_of_its_life() {
        for (spelling, expected) in [
            ("1800", Some(1800)),
            ("\"1800\"", Some(1800)),
            ("\" 1800 \"", Some(1800)),
            ("1800.0", Some(1800)),
            ("1800.5", Some(1801)),
            ("1.8e3", Some(1800)),
            ("\"1800.0\"", Some(1800)),
            ("0.25", Some(1)),
            ("1800,\"expires_in\":600", Some(600)),
            ("600,\"expires_in\":null", None),
            ("0", None),
            ("-0.0", None),
            ("-1", None),
            ("\"-1\"", None),
            ("null", None),
            ("true", None),
            ("[1800]", None),
            ("{\"seconds\":1800}", None),
            ("\"\"", None),
            ("\"soon\"", None),
            ("\"NaN\"", None),
            ("\"inf\"", None),
            ("\"\\ud800\"", None),
            ("18446744073709551616", None),
            ("9999999999999999999999999999", None),
            ("1e999", None),
            ("-1e999", None),
        ] {
            let body = format!(
                r#"{{"access_token":"tok-1","token_type":"bearer","scope":"read","expires_in":{spelling}}}"#
            );
            let answer = read(&body).expect(&body);
            assert_eq!(answer.access_token, "tok-1");
            assert_eq!(answer.life_seconds, expected, "{spelling}");
        }
        let bare = read(r#"{"access_token":"tok-1"}"#).expect("a token");
        assert_eq!(bare.life_seconds, None);
    }

    #[test]
    fn what_stands_beside_a_token_does_not_matter() {
        for body in [
            r#"{"access_token":"tok-2","token_type":"MAC"}"#,
            r#"{"token_type":null,"access_token":"tok-2","scope":"\ud800"}"#,
            r#"{"access_token":"tok-1","access_token":"tok-2"}"#,
            r#"{"access_token":null,"access_token":"tok-2"}"#,
            r#" {"access_token":" tok-2\n","x":[1e999,{"access_token":"tok-3"}]} "#,
        ] {
            assert_eq!(read(body).expect(body).access_token, "tok-2", "{body}");
        }
    }

    #[test]
    fn a_token_is_taken_though_another_key_or_value_cannot_be_read() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for odd in [
            &b"\"\\ud800\":1"[..],
            b"\"\\udc00x\":{\"access_token\":\"tok-3\"}",
            b"\"\xff\":1",
            b"\"scope\":\"\xff\xfe\"",
            b"\"scope\":\"\\ud83d\"",
            b"\"scope\":\"a\nb\"",
            b"\"scope\":\"\\x\"",
            b"\"scope\":1e999",
            b"\"scope\":NaN",
            b"\"expires_in\":\"\xff\"",
            &[b"\"scope\":", deep.as_bytes()].concat(),
        ] {
            let before = [b"{", odd, b",\"access_token\":\"tok-2\"}"].concat();
            let behind = [b"{\"access\\u005ftoken\":\"tok-2\",", odd, b"}"].concat();
            for body in [before, behind] {
                let told = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
                let answer = read(body).expect(&told);
                assert_eq!(answer.access_token, "tok-2", "{told}");
                assert_eq!(answer.life_seconds, None, "{told}");
            }
        }
    }

    #[test]
    fn a_token_is_no_longer_than_a_header_can_be() {
        let body = |length: usize| format!(r#"{{"access_token":" {} "}}"#, "x".repeat(length));
        let longest = read(body(TOKEN_BYTES_MAX)).expect("a token");
        assert_eq!(longest.access_token.len(), TOKEN_BYTES_MAX);
        for length in [TOKEN_BYTES_MAX + 1, 100_000] {
            let error = read(body(length)).expect_err("too long");
            assert_eq!(
                error.to_string(),
                "the token endpoint answered without a token: its access_token is longer than 8192 bytes"
            );
        }
    }

    #[test]
    fn an_answer_without_a_token_says_what_is_wrong_with_it() {
        for (body, expected) in [
            ("", "it is not a JSON object"),
            ("<html>Sign in</html>", "it is not a JSON object"),
            (
                "access_token=tok-1&expires_in=1800",
                "it is not a JSON object",
            ),
            ("[]", "it is not a JSON object"),
            ("{}", "it has no access_token"),
            (
                r#"{"token":{"full_token":"tok-1"}}"#,
                "it has no access_token",
            ),
            (
                r#"{"access_token":null}"#,
                "its access_token is not a string",
            ),
            (
                r#"{"access_token":["x"]}"#,
                "its access_token is not a string",
            ),
            (
                r#"{"access_token":"tok-1","access_token":7}"#,
                "its access_token is not a string",
            ),
            (r#"{"access_token":""}"#, "its access_token is empty"),
            (
                r#"{"error":"invalid_client","error_description":"unknown client"}"#,
                "it has no access_token (Zendesk says: invalid_client: unknown client)",
            ),
            (
                r#"{"error":"s3cr3t-of-client is wrong"}"#,
                "it has no access_token (Zendesk's message is not shown because it repeats a credential)",
            ),
        ] {
            let error = read(body).expect_err(body);
            assert_eq!(
                error.to_string(),
                format!("the token endpoint answered without a token: {expected}")
            );
        }
    }

    #[test]
    fn no_words_are_shown_beside_a_token_that_was_not_taken() {
        for beside in [
            r#""access_token":["NEW-q7w8e9r0t1"]"#,
            r#""access_token":7,"x":"NEW-q7w8e9r0t1""#,
            r#""token":{"full_token":"NEW-q7w8e9r0t1"}"#,
            r#""data":[{"refreshToken":"NEW-q7w8e9r0t1"}]"#,
            r#""data":"{\"access_token\":\"NEW-q7w8e9r0t1\"}""#,
            r#""tok\u0065n":"NEW-q7w8e9r0t1""#,
        ] {
            let body = format!(
                r#"{{{beside},"error":"moved","error_description":"your token is NEW-q7w8e9r0t1"}}"#
            );
            let error = read(&body).expect_err(&body);
            assert!(!error.to_string().contains("NEW-q7w8"), "{error}");
        }
    }
}
