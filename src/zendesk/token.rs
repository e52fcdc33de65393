//! The answer of the token endpoint.
//!
//! PURE. A token that is there is taken, whatever is said beside it: how long it lives is only
//! advice on when to ask for the next one, and a token that ended early shows when it is refused.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::ApiError;
use super::credentials::Secrets;
use super::words::Words;

/// Longest life that is believed, ten years; a longer one is no life that anybody plans with.
const LIFE_SECONDS_MAX: f64 = 315_360_000.0;

/// A token and its life.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenAnswer {
    pub(super) access_token: String,
    /// `None` where it is missing, as for clients made before 2026-04-30, or makes no sense.
    pub(super) life_seconds: Option<i64>,
}

impl TokenAnswer {
    /// Reads a body that came with status 200. Of a key that comes twice the last one counts.
    pub(super) fn read(body: &[u8], secrets: &Secrets) -> Result<Self, ApiError> {
        let no_token = |problem| ApiError::NoToken {
            problem,
            // Not of other bodies: who knows how they write the token.
            explanation: Words::of_envelope(body, secrets),
        };
        let answer: BTreeMap<String, &RawValue> =
            serde_json::from_slice(body).map_err(|_| no_token("it is no JSON object"))?;
        let value = answer
            .get("access_token")
            .ok_or_else(|| no_token("it has no access_token"))?;
        let access_token: String = serde_json::from_str(value.get())
            .map_err(|_| no_token("its access_token is not a text"))?;
        let access_token = access_token.trim();
        if access_token.is_empty() {
            return Err(no_token("its access_token is empty"));
        }
        Ok(Self {
            access_token: access_token.to_owned(),
            life_seconds: answer
                .get("expires_in")
                .and_then(|life| life_seconds(life.get())),
        })
    }
}

/// A life in any spelling: a number, with or without a fraction, or a text that holds one.
fn life_seconds(json: &str) -> Option<i64> {
    let text: String = serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
    let seconds: f64 = text.trim().parse().ok()?;
    let is_life = seconds > 0.0 && seconds <= LIFE_SECONDS_MAX;
    is_life.then_some(seconds.ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<TokenAnswer, ApiError> {
        TokenAnswer::read(
            body.as_bytes(),
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
    fn an_answer_without_a_token_says_what_is_wrong_with_it() {
        for (body, expected) in [
            ("", "it is no JSON object"),
            ("<html>Sign in</html>", "it is no JSON object"),
            ("access_token=tok-1&expires_in=1800", "it is no JSON object"),
            ("[]", "it is no JSON object"),
            ("{}", "it has no access_token"),
            (
                r#"{"token":{"full_token":"tok-1"}}"#,
                "it has no access_token",
            ),
            (r#"{"access_token":null}"#, "its access_token is not a text"),
            (
                r#"{"access_token":["x"]}"#,
                "its access_token is not a text",
            ),
            (
                r#"{"access_token":"tok-1","access_token":7}"#,
                "its access_token is not a text",
            ),
            (r#"{"access_token":""}"#, "its access_token is empty"),
            (
                r#"{"error":"invalid_client","error_description":"unknown client"}"#,
                "it has no access_token (zendesk says: invalid_client: unknown client)",
            ),
            (
                r#"{"error":"s3cr3t-of-client is wrong"}"#,
                "it has no access_token (zendesk's words are not shown: they repeat a credential)",
            ),
        ] {
            let error = read(body).expect_err(body);
            assert_eq!(
                error.to_string(),
                format!("the token endpoint answered without a token: {expected}")
            );
        }
    }
}
