//! How an account is logged in to.

use secrecy::{ExposeSecret as _, SecretString};

use crate::ticket::UnixSeconds;

/// How an account is logged in to.
#[derive(Debug, Clone)]
pub enum Auth {
    /// OAuth client credentials: a token is asked for, and renewed before it ends.
    ClientCredentials {
        /// The OAuth client's unique identifier.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
    },
    /// An OAuth bearer token that somebody else made.
    AccessToken(SecretString),
    /// E-mail and API token. Zendesk ends these on 2027-04-30.
    ApiToken {
        /// The admin's e-mail address.
        email: String,
        /// The API token.
        api_token: SecretString,
    },
    /// E-mail and password; off on most accounts.
    Password {
        /// The admin's e-mail address.
        email: String,
        /// The password.
        password: SecretString,
    },
}

impl Auth {
    /// Which way it is.
    pub const fn method(&self) -> AuthMethod {
        match self {
            Self::ClientCredentials { .. } => AuthMethod::ClientCredentials,
            Self::AccessToken(_) => AuthMethod::AccessToken,
            Self::ApiToken { .. } => AuthMethod::ApiToken,
            Self::Password { .. } => AuthMethod::Password,
        }
    }

    /// The secret in it.
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

/// A way to log in, without the credentials.
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

    /// Whether Zendesk is ending it.
    pub const fn is_deprecated(self) -> bool {
        matches!(self, Self::ApiToken | Self::Password)
    }
}

/// Whether a token must be asked for before the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// No.
    NotNeeded,
    /// It would be well: most of the token's life is over.
    Advised,
    /// Yes: there is no token, or it has ended.
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

/// A fresh OAuth token; the token itself stays inside the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLease {
    /// When it ends by our clock; `None` if Zendesk named no end.
    pub expires_at: Option<UnixSeconds>,
}
