//! Who asks, where that tells why it was refused.
//!
//! PURE. A 403 of the export is the same for a user who is not an admin and for a program that is
//! shut out, and its sentence comes in the user's language. The user's role tells them apart.

use super::{ApiError, ScopeSign};

/// The user behind the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// `false` for the anonymous user whom wrong credentials give with some logins.
    pub is_somebody: bool,
    /// `admin`, `agent` or `end-user`; `None` for what is none of these.
    pub role: Option<&'static str>,
}

/// The user behind the credentials, as far as a refusal depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// May read the export.
    Admin,
    /// May not.
    NotAdmin,
    /// The credentials are nobody's: some logins are told so with 200.
    Nobody,
    /// Even this question was refused, which any user may ask.
    ShutOut,
    /// No answer that tells.
    Unknown,
}

impl Asker {
    /// What the answer to the question who it is says.
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
    /// Whether who asks decides what this is.
    pub const fn depends_on_asker(&self) -> bool {
        matches!(
            self,
            Self::NotAdmin { .. }
                | Self::ExportForbidden { .. }
                | Self::MissingScope {
                    told_by: ScopeSign::Words,
                    ..
                }
        )
    }

    /// The same refusal, by who was refused. A sentence about scopes counts only where even this
    /// question is refused, or gets no answer: without a scope that can be.
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
