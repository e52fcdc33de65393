//! Reads the answer of `users/me`: the user behind the credentials, and the role.
//!
//! PURE. [`Asker`](crate::source::Asker) decides by this answer what a refusal means.

use super::answer::{Object, is_object};
use crate::source::{ApiError, CurrentUser};

/// Zendesk's roles. The roles that an account defines itself are kinds of agents.
const ROLES: [&str; 3] = ["admin", "agent", "end-user"];

impl CurrentUser {
    /// Reads the body of the answer.
    pub(in crate::zendesk) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let user = Object::from_body(body).and_then(|answer| answer.get("user"));
        let user = user.filter(|user| is_object(user));
        let user = user.map(Object::new).ok_or_else(|| ApiError::Decode {
            problem: "it does not describe a user".to_owned(),
        })?;
        let role = user.text("role");
        Ok(Self {
            is_somebody: user.get("id").is_some_and(|id| id != b"null"),
            role: ROLES
                .into_iter()
                .find(|known| role.as_deref() == Some(known)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Asker, ScopeSign};

    fn user(json: &str) -> Result<CurrentUser, ApiError> {
        CurrentUser::read(format!(r#"{{"user":{json}}}"#).as_bytes())
    }

    const fn closed() -> ApiError {
        ApiError::ExportForbidden { explanation: None }
    }

    const fn not_admin() -> ApiError {
        ApiError::NotAdmin { explanation: None }
    }

    const fn missing_scope(told_by: ScopeSign) -> ApiError {
        ApiError::MissingScope {
            told_by,
            explanation: None,
        }
    }

    #[test]
    fn who_asks_decides_what_a_403_is_whatever_its_words_are() {
        let known = [
            (user(r#"{"id":7,"role":"admin"}"#), "export_forbidden"),
            (
                user(r#"{"id":"7","role":"agent","active":"yes"}"#),
                "forbidden",
            ),
            (user(r#"{"id":7.0,"role":"end-user"}"#), "forbidden"),
            (user(r#"{"id":null,"role":"end-user"}"#), "auth"),
            (Err(closed()), "export_forbidden"),
            (Err(not_admin()), "export_forbidden"),
        ];
        for (answer, expected) in known {
            let asker = Asker::from_answer(&answer);
            for refusal in [closed(), not_admin()] {
                let judged = refusal.judged_by(asker);
                assert_eq!(judged.reason(), expected, "{answer:?}");
                assert!(judged.needs_a_person());
            }
        }
    }

    #[test]
    fn a_sentence_about_scopes_counts_only_where_nobody_may_even_ask_who_asks() {
        let table = [
            (user(r#"{"id":7,"role":"admin"}"#), "ExportForbidden"),
            (user(r#"{"id":7,"role":"agent"}"#), "NotAdmin"),
            (user(r#"{"id":null}"#), "Unauthorized"),
            (user(r#"{"id":7}"#), "MissingScope"),
            (Err(closed()), "MissingScope"),
            (Err(not_admin()), "MissingScope"),
            (Err(missing_scope(ScopeSign::Words)), "MissingScope"),
            (Err(ApiError::Timeout), "MissingScope"),
        ];
        for (answer, expected) in table {
            let judged = missing_scope(ScopeSign::Words).judged_by(Asker::from_answer(&answer));
            let debug = format!("{judged:?}");
            assert!(debug.starts_with(expected), "{answer:?}: {debug}");
            // OAuth's own code decides whoever asks.
            let judged = missing_scope(ScopeSign::Code).judged_by(Asker::from_answer(&answer));
            assert!(matches!(judged, ApiError::MissingScope { .. }));
        }
    }

    #[test]
    fn where_nobody_tells_who_asks_the_answer_stays_as_it_is() {
        let unknown = [
            user(r#"{"id":7}"#),
            user(r#"{"id":7,"role":"owner"}"#),
            user(r#"{"id":7,"role":["admin"]}"#),
            user("[]"),
            CurrentUser::read(b"<html>Sign in</html>"),
            Err(ApiError::Timeout),
            Err(ApiError::NotFound { explanation: None }),
            Err(missing_scope(ScopeSign::Code)),
            Err(missing_scope(ScopeSign::Words)),
            Err(ApiError::Unauthorized { explanation: None }),
        ];
        for answer in unknown {
            let asker = Asker::from_answer(&answer);
            assert_eq!(closed().judged_by(asker).reason(), "export_forbidden");
            assert_eq!(not_admin().judged_by(asker).reason(), "forbidden");
        }
    }

    #[test]
    fn only_refusals_of_the_export_depend_on_who_asks() {
        assert!(closed().depends_on_asker() && not_admin().depends_on_asker());
        assert!(missing_scope(ScopeSign::Words).depends_on_asker());
        for other in [
            ApiError::Unauthorized { explanation: None },
            missing_scope(ScopeSign::Code),
            ApiError::NotFound { explanation: None },
            ApiError::Timeout,
        ] {
            assert!(!other.depends_on_asker());
            let reason = other.reason();
            assert_eq!(other.judged_by(Asker::NotAdmin).reason(), reason);
        }
    }
}
