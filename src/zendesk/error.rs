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
    #[error("Zendesk refused the credentials{}", told(explanation))]
    Unauthorized { explanation: Option<Words> },
    /// An OAuth token that had worked before was refused: a new one may do. If it was the export
    /// that refused it, the client has already dropped it.
    #[error("Zendesk no longer accepts the OAuth token")]
    TokenExpired,
    /// The token endpoint answered 200, but with no token that can be used.
    #[error(
        "the token endpoint answered without a token: {problem}{}",
        told(explanation)
    )]
    NoToken {
        problem: &'static str,
        explanation: Option<Words>,
    },
    /// The OAuth client lacks the scope this needs.
    #[error("the credentials lack a scope{}", told(explanation))]
    MissingScope {
        told_by: ScopeSign,
        explanation: Option<Words>,
    },
    /// The user behind the credentials is not an admin.
    #[error(
        "the user behind the credentials may not read this{}",
        told(explanation)
    )]
    NotAdmin { explanation: Option<Words> },
    /// The export is closed to these credentials for another reason (third-party cut-off, IP list).
    #[error("Zendesk closed this to the credentials{}", told(explanation))]
    ExportForbidden { explanation: Option<Words> },
    /// The account is not paid for: a trial that is over, or a subscription that was suspended.
    #[error(
        "Zendesk answered 402: the account is not paid for{}",
        told(explanation)
    )]
    NotPaid { explanation: Option<Words> },
    /// The proxy that requests go through cannot be reached, or makes no connection to Zendesk.
    #[error("{problem}")]
    Proxy {
        problem: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A proxy wants a login of its own. Its words are not kept: they may repeat that login.
    #[error("the proxy before Zendesk answered {status}: it wants a login")]
    ProxyLogin { status: u16 },
    /// No such account, or no such endpoint on its plan.
    #[error("Zendesk knows no such address{}", told(explanation))]
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
        told(explanation)
    )]
    StartTimeRefused {
        status: u16,
        explanation: Option<Words>,
    },
    /// Zendesk does not know the cursor any more.
    #[error("Zendesk does not accept the cursor any more")]
    CursorLost,
    /// A connection that had answered before did not answer this request: it had gone stale, which
    /// says nothing of the request. It is sent once more, on a fresh connection.
    #[error("the connection to Zendesk had gone stale")]
    ConnectionLost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There was a connection, but no answer, or not all of it, within `request_timeout`.
    #[error("no complete answer within the request timeout")]
    Timeout,
    /// The request did not complete: name lookup, connect, TLS, or a broken connection.
    #[error("the request to Zendesk did not complete")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer began and did not come whole: the connection ended within the body.
    #[error("Zendesk's answer began but did not come whole")]
    Cut(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Zendesk or a proxy before it failed: 5xx, and those of 4xx that pass by themselves.
    /// `retry_after` as for `RateLimited`.
    #[error("Zendesk answered {status}{}", told(explanation))]
    Server {
        status: u16,
        retry_after: Option<Duration>,
        explanation: Option<Words>,
    },
    /// A status this client has no rule for, redirects among them, which are not followed.
    /// `retry_after` as for `RateLimited`.
    #[error("Zendesk answered {status}, {}{}", unexpected(*status), told(explanation))]
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
    #[error("cannot read Zendesk's answer: {problem}; it ends early")]
    EndsEarly { problem: String },
    /// 413: a proxy does not let through what was asked for. `retry_after` as for `RateLimited`.
    #[error(
        "Zendesk answered 413, the answer would be too large{}",
        told(explanation)
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

fn told(explanation: &Option<Words>) -> String {
    explanation
        .as_ref()
        .map_or_else(String::new, |words| format!(" ({words})"))
}

const fn unexpected(status: u16) -> &'static str {
    match status {
        300..=399 => "a redirect, which is not followed",
        _ => "which this request should never get",
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
                "check client_id and client_secret under auth, and that the OAuth client is of the kind confidential (Admin Center, Apps and integrations, OAuth clients)"
            }
            Self::MissingScope { .. } => "give the OAuth client the scope `read`",
            Self::NotAdmin { .. } => {
                "make the user behind the credentials an admin, or use an admin's credentials"
            }
            Self::ExportForbidden { .. } => {
                "allow this machine in the account's IP restrictions, and see whether Zendesk lets other tools in: `zendesk-exporter check --online` tells more"
            }
            Self::NotPaid { .. } => {
                "renew the subscription of the account, or ask Zendesk why it is suspended"
            }
            Self::ProxyLogin { .. } => {
                "put the proxy's user and password into the proxy variable, as in HTTPS_PROXY=http://user:password@proxy:3128, or have the proxy let this machine through"
            }
            Self::Proxy { .. } => {
                "check the proxy variable, that the proxy runs and can be reached from here, and that it lets this machine connect to Zendesk"
            }
            Self::NotFound { .. } => {
                "check subdomain or base_url, and whether the account still exists"
            }
            Self::RateLimited { .. } => {
                "nothing to do unless it lasts: then lower export.requests_per_minute, or that of the account's other tools"
            }
            Self::Timeout => {
                "check that the address can be reached from here; where answers are slow lower export.page_size or raise export.request_timeout"
            }
            Self::Transport(_) => {
                "check subdomain or base_url, and that the address can be reached from here (DNS, proxy, firewall, certificates)"
            }
            Self::Cut(_) | Self::EndsEarly { .. } | Self::ContentTooLarge { .. } => {
                "nothing to do unless it lasts, smaller pages are asked for: then look for a proxy that limits the size of answers, or lower export.page_size"
            }
            Self::Server { .. } => {
                "nothing to do here unless it lasts: see https://status.zendesk.com"
            }
            Self::StartTimeRefused { .. } => {
                "see what Zendesk says of it, and set export.start_time to a time that Zendesk accepts"
            }
            Self::Unexpected { .. } => {
                "check that subdomain or base_url is the account's own address, with nothing in between that answers for it"
            }
            Self::Decode { .. } | Self::TooLarge { .. } => {
                "check that no proxy answers for Zendesk; a smaller export.page_size may help"
            }
            Self::StartTimeTooRecent | Self::CursorLost | Self::ConnectionLost(_) => {
                "nothing to do, it is asked again"
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

    /// Whether it may be the place alone that Zendesk refuses, so that a request for another place may be
    /// answered.
    pub const fn may_concern_the_place(&self) -> bool {
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
            "check client_id and client_secret under auth (Admin Center, Apps and integrations, OAuth clients)"
        }
        AuthMethod::AccessToken => {
            "check access_token under auth: it may have ended or been revoked"
        }
        AuthMethod::ApiToken => {
            "check email and api_token under auth, and that the account allows API tokens"
        }
        AuthMethod::Password => {
            "check email and password under auth, and that the account allows password access"
        }
    }
}
