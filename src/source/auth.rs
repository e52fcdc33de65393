//! How an account is logged in to.

use secrecy::{ExposeSecret as _, SecretString};

use crate::ticket::UnixSeconds;

/// The credentials for one login method.
#[derive(Debug, Clone)]
pub enum Auth {
    /// OAuth client credentials: the client requests a token and renews it before it expires.
    ClientCredentials {
        /// The OAuth client's unique identifier.
        client_id: String,
        /// The OAuth client's secret.
        client_secret: SecretString,
    },
    /// An OAuth bearer token that somebody created outside the exporter.
    AccessToken(SecretString),
    /// E-mail and API token. Zendesk ends these on 2027-04-30.
    ApiToken {
        /// The admin's e-mail address.
        email: String,
        /// The API token.
        api_token: SecretString,
    },
    /// E-mail and password; most accounts do not allow it.
    Password {
        /// The admin's e-mail address.
        email: String,
        /// The password.
        password: SecretString,
    },
}

impl Auth {
    /// The login method.
    pub const fn method(&self) -> AuthMethod {
        match self {
            Self::ClientCredentials { .. } => AuthMethod::ClientCredentials,
            Self::AccessToken(_) => AuthMethod::AccessToken,
            Self::ApiToken { .. } => AuthMethod::ApiToken,
            Self::Password { .. } => AuthMethod::Password,
        }
    }

    /// The secret among the credentials.
    pub const fn secret(&self) -> &SecretString {
        match self {
            Self::ClientCredentials {
                client_secret: secret,
                ..
            }
            | Self::AccessToken(secret)
            | Self::ApiToken {
                api_token: secret, ..
            }
            | Self::Password {
                password: secret, ..
            } => secret,
        }
    }
}

// A secret has no comparison of its own, and a reload must find out whether credentials changed.
impl PartialEq for Auth {
    fn eq(&self, other: &Self) -> bool {
        let user = |auth: &Self| match auth {
            Self::ClientCredentials { client_id, .. } => client_id.clone(),
            Self::AccessToken(_) => String::new(),
            Self::ApiToken { email, .. } | Self::Password { email, .. } => email.clone(),
        };
        self.method() == other.method()
            && user(self) == user(other)
            && self.secret().expose_secret() == other.secret().expose_secret()
    }
}

/// A login method, without credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// [`Auth::ClientCredentials`].
    ClientCredentials,
    /// [`Auth::AccessToken`].
    AccessToken,
    /// [`Auth::ApiToken`].
    ApiToken,
    /// [`Auth::Password`].
    Password,
}

impl AuthMethod {
    /// Value of the label `method`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ClientCredentials => "oauth_client_credentials",
            Self::AccessToken => "access_token",
            Self::ApiToken => "api_token",
            Self::Password => "password",
        }
    }

    /// Whether Zendesk has announced the end of this method.
    pub const fn is_deprecated(self) -> bool {
        matches!(self, Self::ApiToken | Self::Password)
    }
}

/// Whether a token must be requested before the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// The client has a token, or the login method needs none.
    NotNeeded,
    /// A new token should be requested, because most of the token's lifetime is over.
    Advised,
    /// A token must be requested, because there is none or it has expired.
    Required,
}

/// What a token is used for. The two uses can need another token at different times: only a page of
/// tickets decides whether a token is still good, but a lookup whose token is refused may ask for the
/// next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// Reading tickets.
    Tickets,
    /// Everything else, such as counts and names.
    Lookups,
}

/// What is known of an OAuth token that was just received. The token itself stays in the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLease {
    /// When the token expires, by the local clock; `None` if Zendesk stated no expiry.
    pub expires_at: Option<UnixSeconds>,
}
