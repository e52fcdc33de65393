//! Why a request gave nothing usable, and what somebody can do about it.

use std::time::Duration;

use super::{AuthMethod, Words};

/// Why one Zendesk API call gave nothing usable.
///
/// The set is closed on purpose: [`reason`](Self::reason) is a value of the label `reason` on
/// `zendesk_exporter_poll_failures_total`, so a new one is a change to the metrics contract.
///
/// `explanation` fields are Zendesk's own words, for the log and for people, never for a label;
/// `None` when the answer said nothing readable.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The credentials were refused; retrying cannot help until the operator acts.
    #[error("Zendesk refused the credentials{}", in_parentheses(explanation))]
    Unauthorized { explanation: Option<Words> },
    /// An OAuth token that had worked before was refused: a new one may do. If it was the export
    /// that refused it, the client has already dropped it.
    #[error("Zendesk no longer accepts the OAuth token")]
    TokenExpired,
    /// The token endpoint answered 200, but with no token that can be used.
    #[error(
        "the token endpoint answered without a token: {problem}{}",
        in_parentheses(explanation)
    )]
    NoToken {
        problem: &'static str,
        explanation: Option<Words>,
    },
    /// The OAuth client lacks the scope this needs.
    #[error("the credentials lack an OAuth scope{}", in_parentheses(explanation))]
    MissingScope {
        told_by: ScopeSign,
        explanation: Option<Words>,
    },
    /// The user behind the credentials is not an admin.
    #[error(
        "the user behind the credentials has no permission for this request{}",
        in_parentheses(explanation)
    )]
    NotAdmin { explanation: Option<Words> },
    /// The export is closed to these credentials for another reason (third-party cut-off, IP list).
    #[error(
        "Zendesk forbids this request for these credentials{}",
        in_parentheses(explanation)
    )]
    ExportForbidden { explanation: Option<Words> },
    /// The account is not paid for: a trial that is over, or a subscription that was suspended.
    #[error(
        "Zendesk answered 402, the account is not paid for{}",
        in_parentheses(explanation)
    )]
    NotPaid { explanation: Option<Words> },
    /// The proxy that requests go through cannot be reached, or makes no connection to Zendesk.
    #[error("{problem}")]
    Proxy {
        problem: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A proxy wants a login of its own. Its words are not kept: they may repeat that login.
    #[error("the proxy answered {status} and requires a login")]
    ProxyLogin { status: u16 },
    /// No such account, or no such endpoint on its plan.
    #[error("Zendesk does not know this address{}", in_parentheses(explanation))]
    NotFound { explanation: Option<Words> },
    /// A request limit is spent; `retry_after` is as the header says, not capped.
    #[error("Zendesk's request limit is reached")]
    RateLimited { retry_after: Option<Duration> },
    /// `start_time` was too close to now: there is nothing new yet.
    #[error("Zendesk says start_time is too recent")]
    StartTimeTooRecent,
    /// `start_time` was refused, but it is too old to be too recent.
    #[error(
        "Zendesk answered {status} and does not accept the start_time{}",
        in_parentheses(explanation)
    )]
    StartTimeRefused {
        status: u16,
        explanation: Option<Words>,
    },
    /// Zendesk does not know the cursor any more.
    #[error("Zendesk no longer accepts the cursor")]
    CursorLost,
    /// A connection that had answered before did not answer this request: it had gone stale, which
    /// says nothing of the request. It is sent once more, on a fresh connection.
    #[error("the kept connection to Zendesk no longer works")]
    ConnectionLost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There was a connection, but no answer, or not all of it, within `request_timeout`.
    #[error("Zendesk sent no complete answer within export.request_timeout")]
    Timeout,
    /// The request did not complete: name lookup, connect, TLS, or a broken connection.
    #[error("the request to Zendesk did not complete")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer began and did not come whole: the connection ended within the body.
    #[error("Zendesk's answer ended before it was complete")]
    Cut(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Zendesk or a proxy before it failed: 5xx, and those of 4xx that pass by themselves.
    /// `retry_after` as for `RateLimited`.
    #[error("Zendesk answered {status}{}", in_parentheses(explanation))]
    Server {
        status: u16,
        retry_after: Option<Duration>,
        explanation: Option<Words>,
    },
    /// A status this client has no rule for, redirects among them, which are not followed.
    /// `retry_after` as for `RateLimited`.
    #[error("Zendesk answered {status}, {}{}", unexpected(*status), in_parentheses(explanation))]
    Unexpected {
        status: u16,
        retry_after: Option<Duration>,
        explanation: Option<Words>,
    },
    /// The body came whole but is not what the endpoint sends.
    #[error("cannot read Zendesk's answer: {problem}")]
    Decode { problem: String },
    /// The body came whole as far as HTTP can tell, but its JSON ends early: a proxy cut it, or the
    /// end of the connection was its only end.
    #[error("cannot read Zendesk's answer, which ends early: {problem}")]
    EndsEarly { problem: String },
    /// 413: a proxy does not let through what was asked for. `retry_after` as for `RateLimited`.
    #[error(
        "Zendesk answered 413, the answer would be too large{}",
        in_parentheses(explanation)
    )]
    ContentTooLarge {
        retry_after: Option<Duration>,
        explanation: Option<Words>,
    },
    /// The body is larger than the client takes.
    #[error("Zendesk's answer is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
}

/// What says that a scope is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeSign {
    /// OAuth's own error code, which is not translated and means nothing else.
    Code,
    /// A sentence that speaks of scopes, for want of anything better.
    Words,
}

fn in_parentheses(explanation: &Option<Words>) -> String {
    explanation
        .as_ref()
        .map_or_else(String::new, |words| format!(" ({words})"))
}

const fn unexpected(status: u16) -> &'static str {
    match status {
        300..=399 => "and the exporter does not follow redirects",
        _ => "which is not expected for this request",
    }
}

impl ApiError {
    /// Value of the label `reason`. Never derived from free text.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } | Self::TokenExpired => "auth",
            Self::MissingScope { .. } | Self::NotAdmin { .. } | Self::NotPaid { .. } => "forbidden",
            Self::ExportForbidden { .. } => "export_forbidden",
            Self::NotFound { .. } => "not_found",
            Self::RateLimited { .. } => "rate_limited",
            Self::Timeout => "timeout",
            // None of them came to Zendesk, or not all of an answer came from it.
            Self::Transport(_)
            | Self::ConnectionLost(_)
            | Self::Proxy { .. }
            | Self::ProxyLogin { .. }
            | Self::Cut(_) => "transport",
            Self::Server { .. } => "server",
            Self::Unexpected { .. }
            | Self::StartTimeTooRecent
            | Self::StartTimeRefused { .. }
            | Self::CursorLost => "unexpected",
            Self::Decode { .. } | Self::NoToken { .. } | Self::EndsEarly { .. } => "decode",
            Self::TooLarge { .. } | Self::ContentTooLarge { .. } => "too_large",
        }
    }

    /// What somebody can do about it, with the settings that are involved. `auth_method` is how
    /// the account is logged in to.
    pub const fn advice(&self, auth_method: AuthMethod) -> &'static str {
        match self {
            Self::Unauthorized { .. } | Self::TokenExpired => credentials_advice(auth_method),
            Self::NoToken { .. } => {
                "check client_id and client_secret in auth, and that the OAuth client is of the kind Confidential (Admin Center, Apps and integrations, OAuth clients)"
            }
            Self::MissingScope { .. } => "give the OAuth client the scope `read`",
            Self::NotAdmin { .. } => {
                "make the user behind the credentials an admin, or use the credentials of an admin"
            }
            Self::ExportForbidden { .. } => {
                "allow this machine in the account's IP restrictions, and check whether Zendesk still allows third-party tools to read the export; `zendesk-exporter check --online` shows details"
            }
            Self::NotPaid { .. } => {
                "renew the subscription of the account, or ask Zendesk why it is suspended"
            }
            Self::ProxyLogin { .. } => {
                "set the proxy's user and password in the proxy variable, e.g. HTTPS_PROXY=http://user:password@proxy:3128, or allow this machine on the proxy"
            }
            Self::Proxy { .. } => {
                "check the proxy variable, that the proxy runs and can be reached from here, and that it allows this machine to connect to Zendesk"
            }
            Self::NotFound { .. } => {
                "check subdomain or base_url, and whether the account still exists"
            }
            Self::RateLimited { .. } => {
                "no action needed unless it persists; then lower export.requests_per_minute, or the requests of the account's other tools"
            }
            Self::Timeout => {
                "check that the address can be reached from here; if answers are slow, lower export.page_size or raise export.request_timeout"
            }
            Self::Transport(_) => {
                "check subdomain or base_url, and that the address can be reached from here (DNS, proxy, firewall, certificates)"
            }
            Self::Cut(_) | Self::EndsEarly { .. } | Self::ContentTooLarge { .. } => {
                "no action needed unless it persists, because the exporter asks for smaller pages; then look for a proxy that limits the size of answers, or lower export.page_size"
            }
            Self::Server { .. } => {
                "no action needed unless it persists; then check https://status.zendesk.com"
            }
            Self::StartTimeRefused { .. } => "set export.start_time to a time that Zendesk accepts",
            Self::Unexpected { .. } => {
                "check that subdomain or base_url is the account's own address, and that no proxy answers for Zendesk"
            }
            Self::Decode { .. } | Self::TooLarge { .. } => {
                "check that no proxy answers for Zendesk; a smaller export.page_size may help"
            }
            Self::StartTimeTooRecent | Self::CursorLost | Self::ConnectionLost(_) => {
                "no action needed, the exporter tries again"
            }
        }
    }

    /// How long Zendesk asked to wait, if it said so; as the header says, not capped.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after }
            | Self::Server { retry_after, .. }
            | Self::ContentTooLarge { retry_after, .. }
            | Self::Unexpected { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether Zendesk said how long to wait, or that a limit is spent. That concerns every request of
    /// the loop that was told: all walks through the export, or all lookups. It does not concern the
    /// other loop, as the export has a limit of its own.
    pub const fn is_asked_to_wait(&self) -> bool {
        matches!(self, Self::RateLimited { .. }) || self.retry_after().is_some()
    }

    /// Whether Zendesk may refuse only the position, so that a request for another position may be
    /// answered.
    pub const fn may_concern_the_position(&self) -> bool {
        matches!(
            self,
            Self::StartTimeRefused { .. } | Self::Unexpected { .. }
        )
    }

    /// Whether waiting will not help until somebody changes credentials, rights or settings.
    pub const fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { .. }
                | Self::MissingScope { .. }
                | Self::NotAdmin { .. }
                | Self::ExportForbidden { .. }
                | Self::NotPaid { .. }
                | Self::ProxyLogin { .. }
                | Self::NotFound { .. }
        )
    }
}

const fn credentials_advice(auth_method: AuthMethod) -> &'static str {
    match auth_method {
        AuthMethod::ClientCredentials => {
            "check client_id and client_secret in auth (Admin Center, Apps and integrations, OAuth clients)"
        }
        AuthMethod::AccessToken => {
            "check access_token in auth; it may have expired or been revoked"
        }
        AuthMethod::ApiToken => {
            "check email and api_token in auth, and that the account allows API tokens"
        }
        AuthMethod::Password => {
            "check email and password in auth, and that the account allows password access"
        }
    }
}
