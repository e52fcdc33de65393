//! What the client must be told.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::{ProxyInUse, Wanted};
use crate::walk::ExportSource;

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
    pub(super) const fn secret(&self) -> &SecretString {
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

/// Whose tickets are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupportTypeScope {
    /// Tickets that people work on, Zendesk's default.
    Agent,
    /// Tickets that AI agents work on.
    AiAgent,
    /// Both.
    All,
}

impl SupportTypeScope {
    /// The value of the parameter `support_type_scope`.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::AiAgent => "ai_agent",
            Self::All => "all",
        }
    }
}

/// Settings of the client of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientSettings {
    /// Scheme, host, port and possibly a path before `/api`; no query.
    pub base_url: Url,
    /// How to log in.
    pub auth: Auth,
    /// The proxy that requests go through. Known here so that no answer shows its login and failures
    /// name it: it is the environment that it is taken from when they are sent.
    pub proxy: Option<ProxyInUse>,
    /// Which of the exports to read.
    pub source: ExportSource,
    /// Whose tickets.
    pub support_type_scope: SupportTypeScope,
    /// Whether to ask for metric sets.
    pub metric_sets: bool,
    /// Whether to ask for SLA targets.
    pub slas: bool,
    /// Tags and custom fields to read.
    pub wanted: Wanted,
    /// For connecting, headers and body together.
    pub request_timeout: Duration,
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
