//! Errors of requests: their causes and their `reason` labels.

use std::time::Duration;

use super::RefusalText;

/// Why a request to Zendesk gave no usable answer.
///
/// The set is closed on purpose: [`reason`](Self::reason) is a value of the label `reason` of
/// `zendesk_exporter_poll_failures_total`, so another reason changes the metrics that users see.
///
/// The field `explanation` is Zendesk's own message, for the log and for messages, never for a label. It is `None`
/// if the answer contains no readable message.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Zendesk refused the credentials; retrying cannot help until the operator acts.
    #[error("Zendesk refused the credentials{}", in_parentheses(explanation))]
    Unauthorized { explanation: Option<RefusalText> },
    /// Zendesk refused an OAuth token that it had accepted before, so a new token may be accepted. If the export
    /// refused the token, the client has already dropped it.
    #[error("Zendesk no longer accepts the OAuth token")]
    TokenExpired,
    /// The token endpoint answered 200, but the answer contains no usable token.
    #[error(
        "the token endpoint answered without a token: {problem}{}",
        in_parentheses(explanation)
    )]
    NoToken {
        problem: &'static str,
        explanation: Option<RefusalText>,
    },
    /// The OAuth client lacks the scope that the request needs.
    #[error("the credentials lack an OAuth scope{}", in_parentheses(explanation))]
    MissingScope {
        told_by: ScopeSign,
        explanation: Option<RefusalText>,
    },
    /// The user behind the credentials is not an admin.
    #[error(
        "the user behind the credentials has no permission for this request{}",
        in_parentheses(explanation)
    )]
    NotAdmin { explanation: Option<RefusalText> },
    /// Zendesk refuses the export, or another endpoint, to these credentials for another reason: its limits for
    /// third-party tools, or the IP restrictions of the account.
    #[error(
        "Zendesk forbids this request for these credentials{}",
        in_parentheses(explanation)
    )]
    ExportForbidden { explanation: Option<RefusalText> },
    /// The account is not paid for: the trial is over, or the subscription is suspended.
    #[error(
        "Zendesk answered 402, the account is not paid for{}",
        in_parentheses(explanation)
    )]
    NotPaid { explanation: Option<RefusalText> },
    /// The proxy cannot be reached, or does not connect to Zendesk.
    #[error("{problem}")]
    Proxy {
        problem: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The proxy requires a login of its own. Its message is not kept, because it may repeat that login.
    #[error("the proxy answered {status} and requires a login")]
    ProxyLogin { status: u16 },
    /// Zendesk answered 404: the account or the endpoint does not exist, or the account's plan lacks the endpoint.
    #[error("Zendesk does not know this address{}", in_parentheses(explanation))]
    NotFound { explanation: Option<RefusalText> },
    /// Zendesk answered 410: the endpoint existed, and no longer exists for this account.
    #[error("Zendesk no longer offers this address{}", in_parentheses(explanation))]
    Gone { explanation: Option<RefusalText> },
    /// The request limit is reached. `retry_after` is the value of the header, not capped.
    #[error("Zendesk's request limit is reached")]
    RateLimited { retry_after: Option<Duration> },
    /// `start_time` is less than a minute in the past: nothing new can be read yet.
    #[error("Zendesk says start_time is too recent")]
    StartTimeTooRecent,
    /// Zendesk refused a `start_time` that is far enough in the past.
    #[error(
        "Zendesk answered {status} and does not accept the start_time{}",
        in_parentheses(explanation)
    )]
    StartTimeRefused {
        status: u16,
        explanation: Option<RefusalText>,
    },
    /// Zendesk no longer accepts the cursor.
    #[error("Zendesk no longer accepts the cursor")]
    CursorLost,
    /// A connection that had carried an answer before gave none to this request: it no longer worked. This says
    /// nothing about the request, so it is sent once more on a new connection.
    #[error("the kept connection to Zendesk no longer works")]
    ConnectionLost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection was made, but no answer, or only a part of it, came within `request_timeout`.
    #[error("Zendesk sent no complete answer within export.request_timeout")]
    Timeout,
    /// The request did not complete: resolving the name, connecting or TLS failed, or the connection broke.
    #[error("the request to Zendesk did not complete")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection ended before the body of the answer was complete.
    #[error("Zendesk's answer ended before it was complete")]
    Cut(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Zendesk, or a proxy in front of it, failed: a 5xx, or a 4xx that ends without help. `retry_after` is as in
    /// `RateLimited`.
    #[error("Zendesk answered {status}{}", in_parentheses(explanation))]
    Server {
        status: u16,
        retry_after: Option<Duration>,
        explanation: Option<RefusalText>,
    },
    /// The client has no rule for this status. Redirects are among them, because the client follows none.
    /// `retry_after` is as in `RateLimited`.
    #[error("Zendesk answered {status}, {}{}", unexpected(*status), in_parentheses(explanation))]
    Unexpected {
        status: u16,
        retry_after: Option<Duration>,
        explanation: Option<RefusalText>,
    },
    /// The body is complete but is not what the endpoint sends.
    #[error("cannot read Zendesk's answer: {problem}")]
    Decode { problem: String },
    /// The body is complete for HTTP, but its JSON ends early: a proxy cut it, or only the end of the connection
    /// marked the end of the body.
    #[error("cannot read Zendesk's answer, which ends early: {problem}")]
    EndsEarly { problem: String },
    /// Zendesk or a proxy answered 413, because the answer would be too large. `retry_after` is as in
    /// `RateLimited`.
    #[error(
        "Zendesk answered 413, the answer would be too large{}",
        in_parentheses(explanation)
    )]
    ContentTooLarge {
        retry_after: Option<Duration>,
        explanation: Option<RefusalText>,
    },
    /// The body is larger than the client accepts.
    #[error("Zendesk's answer is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
}

/// The evidence that a scope is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeSign {
    /// The error code of OAuth, which is never translated and has no other meaning.
    Code,
    /// The message mentions scopes, and there is no better evidence.
    Words,
}

fn in_parentheses(explanation: &Option<RefusalText>) -> String {
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
    /// Whether the same request goes out again at once, with a new token or on a new connection.
    pub const fn is_repeated_at_once(&self) -> bool {
        matches!(self, Self::TokenExpired | Self::ConnectionLost(_))
    }

    /// Value of the label `reason`. Never derived from free text.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } | Self::TokenExpired => "auth",
            Self::MissingScope { .. } | Self::NotAdmin { .. } | Self::NotPaid { .. } => "forbidden",
            Self::ExportForbidden { .. } => "export_forbidden",
            Self::NotFound { .. } | Self::Gone { .. } => "not_found",
            Self::RateLimited { .. } => "rate_limited",
            Self::Timeout => "timeout",
            // No request reached Zendesk, or no complete answer left it.
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

    /// How long Zendesk asked to wait; `None` if it did not. The value of the header, not capped.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after }
            | Self::Server { retry_after, .. }
            | Self::ContentTooLarge { retry_after, .. }
            | Self::Unexpected { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether Zendesk asked to wait, or a request limit is reached. This concerns every request of the loop that
    /// got the answer: all walks through the export, or all lookups. It does not concern the other loop, because
    /// the export has a limit of its own.
    pub const fn is_asked_to_wait(&self) -> bool {
        matches!(self, Self::RateLimited { .. }) || self.retry_after().is_some()
    }

    /// Whether the position may be the only reason for the refusal, so that a request for another position may
    /// succeed.
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
                | Self::Gone { .. }
        )
    }

    /// Whether Zendesk refuses the endpoint to these credentials: a 403, 404, 410 or 451. Another endpoint may be open to
    /// them. Not among these are a refused login, which every endpoint refuses, and an outage, which ends by itself.
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::MissingScope { .. }
                | Self::NotAdmin { .. }
                | Self::ExportForbidden { .. }
                | Self::NotFound { .. }
                | Self::Gone { .. }
        )
    }
}
