//! The user to whom the credentials belong. The user's role decides why Zendesk refused a request.
//!
//! PURE. The export answers 403 both to a user who is not an admin and to a program that Zendesk or the account
//! excludes, and the sentence in the answer is in the user's language. The role of the user decides which of the
//! two it is. Example: a 403 for an `agent` becomes [`ApiError::NotAdmin`], a 403 for an `admin` becomes
//! [`ApiError::ExportForbidden`].

use super::{ApiError, ScopeSign};

/// What Zendesk answers about the user behind the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// `false` if Zendesk answers 200 with its anonymous user, as it does for some wrong logins.
    pub is_somebody: bool,
    /// `admin`, `agent` or `end-user`; `None` if the answer names another role or no role.
    pub role: Option<&'static str>,
}

/// The user behind the credentials, as far as a refusal depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The user is an admin, who may read the export.
    Admin,
    /// The user is not an admin, so the user may not read the export.
    NotAdmin,
    /// The credentials belong to no user. For some logins Zendesk says so with a 200.
    Nobody,
    /// Zendesk also refused the request for the user, which any user may send.
    ShutOut,
    /// No answer came, or the answer does not name the role.
    Unknown,
}

impl Asker {
    /// What `answer` says about the user.
    pub fn from_answer(answer: &Result<CurrentUser, ApiError>) -> Self {
        match answer {
            Ok(user) if !user.is_somebody => Self::Nobody,
            Ok(user) => match user.role {
                Some("admin") => Self::Admin,
                Some(_) => Self::NotAdmin,
                None => Self::Unknown,
            },
            Err(ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. }) => Self::ShutOut,
            Err(_) => Self::Unknown,
        }
    }
}

impl ApiError {
    /// Whether the user's role can change what this refusal means.
    pub const fn depends_on_asker(&self) -> bool {
        matches!(
            self,
            Self::NotAdmin { .. }
                | Self::ExportForbidden { .. }
                | Self::MissingScope {
                    // The error code of OAuth is certain; a sentence about scopes is not.
                    told_by: ScopeSign::Words,
                    ..
                }
        )
    }

    /// This refusal, corrected by what is known of the user. A sentence about scopes stands if the request for the
    /// user was refused or got no answer, because a token without the scope `read` cannot read the user either.
    #[must_use]
    pub fn judged_by(self, asker: Asker) -> Self {
        let speaks_of_scope = matches!(self, Self::MissingScope { .. });
        let tells = match asker {
            Asker::Admin | Asker::NotAdmin | Asker::Nobody => true,
            Asker::ShutOut => !speaks_of_scope,
            Asker::Unknown => false,
        };
        match self {
            Self::NotAdmin { explanation }
            | Self::ExportForbidden { explanation }
            | Self::MissingScope {
                told_by: ScopeSign::Words,
                explanation,
            } if tells => match asker {
                Asker::NotAdmin => Self::NotAdmin { explanation },
                Asker::Nobody => Self::Unauthorized { explanation },
                Asker::Admin | Asker::ShutOut | Asker::Unknown => {
                    Self::ExportForbidden { explanation }
                }
            },
            other => other,
        }
    }
}
