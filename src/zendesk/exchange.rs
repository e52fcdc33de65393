//! What one request asked and what came back, in terms of this program.

use std::time::Duration;

use crate::ticket::{TicketChange, UnixSeconds};

/// Opaque position in the cursor-based export. Never built or changed by us, only repeated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(pub String);

/// Where a page of the export begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PageStart {
    /// Rows whose order key is at or after this moment.
    Time(UnixSeconds),
    /// Rows after this cursor.
    Cursor(Cursor),
}

/// One page to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// Where the page begins.
    pub start: PageStart,
    /// Most rows wanted, 1 to 1000. The time-based export may send more.
    pub page_size: u32,
}

/// A page of the export, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows in the order in which they came.
    pub changes: Vec<TicketChange>,
    /// Rows that could not be read as a ticket.
    pub rejected: Vec<RejectedRow>,
    /// Whether Zendesk had nothing more to send.
    pub end_of_stream: bool,
    /// Where the next page begins; `None` when the answer says null, and the position stays.
    pub next: Option<PageStart>,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The ticket, if its id was readable.
    pub id: Option<i64>,
    /// What was wrong with it: our words, never Zendesk's text.
    pub reason: &'static str,
}

/// The kind of request, a value of the label `endpoint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The cursor-based ticket export.
    TicketsCursor,
    /// The time-based ticket export.
    TicketsTime,
    /// The OAuth token endpoint.
    OAuthToken,
    /// The sample of the ticket export (command `check --online`).
    TicketsSample,
    /// The user behind the credentials (command `check --online`).
    CurrentUser,
    /// How many tickets the search finds.
    SearchCount,
    /// Names of groups.
    Groups,
    /// Names of brands.
    Brands,
    /// Names of ticket forms.
    TicketForms,
    /// Names of custom statuses.
    CustomStatuses,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: &[Self] = &[
        Self::TicketsCursor,
        Self::TicketsTime,
        Self::OAuthToken,
        Self::TicketsSample,
        Self::CurrentUser,
        Self::SearchCount,
        Self::Groups,
        Self::Brands,
        Self::TicketForms,
        Self::CustomStatuses,
    ];

    /// Whether it is one of the two exports.
    pub const fn is_export(self) -> bool {
        matches!(self, Self::TicketsCursor | Self::TicketsTime)
    }

    /// Value of the label `endpoint`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::TicketsCursor => "incremental_tickets_cursor",
            Self::TicketsTime => "incremental_tickets",
            Self::OAuthToken => "oauth_tokens",
            Self::TicketsSample => "incremental_tickets_sample",
            Self::CurrentUser => "users_me",
            Self::SearchCount => "search_count",
            Self::Groups => "groups",
            Self::Brands => "brands",
            Self::TicketForms => "ticket_forms",
            Self::CustomStatuses => "custom_statuses",
        }
    }
}

/// Which of Zendesk's limits a header speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// All API requests on the account.
    Account,
    /// An endpoint's own limit, by the name Zendesk gives it, e.g. `incremental-exports`.
    Endpoint(String),
}

impl Bucket {
    /// Value of the label `bucket`.
    pub fn label(&self) -> &str {
        match self {
            Self::Account => "account",
            Self::Endpoint(name) => name,
        }
    }
}

/// What the headers of one answer say about one limit. `None` where they say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Which limit.
    pub bucket: Bucket,
    /// Requests allowed per window.
    pub limit: Option<u64>,
    /// Requests left in this window.
    pub remaining: Option<u64>,
    /// Until the window ends.
    pub reset: Option<Duration>,
}

/// A fresh OAuth token; the token itself stays inside the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLease {
    /// When it ends by our clock; `None` if Zendesk named no end.
    pub expires_at: Option<UnixSeconds>,
}

/// One HTTP request and how it ended.
#[derive(Debug)]
pub struct Exchange<T> {
    /// What was asked.
    pub endpoint: Endpoint,
    /// HTTP status, when an answer began.
    pub status: Option<u16>,
    /// The answer's `Date`, Zendesk's clock.
    pub date: Option<UnixSeconds>,
    /// What the answer said about limits.
    pub rate_limits: Vec<RateLimit>,
    /// Zendesk's id of the request, which its support asks for.
    pub request_id: Option<String>,
    /// What it came to.
    pub outcome: Result<T, ApiError>,
}

/// Why one Zendesk API call gave nothing usable.
///
/// The set is closed on purpose: [`reason`](Self::reason) is a value of the label `reason` on
/// `zendesk_exporter_poll_failures_total`, so a new one is a change to the metrics contract.
///
/// `explanation` fields are one cleaned line of Zendesk's own words for the log and for people,
/// never for a label; `None` when the answer said nothing readable.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The credentials were refused; retrying cannot help until the operator acts.
    #[error("zendesk refused the credentials{}", told(explanation))]
    Unauthorized { explanation: Option<String> },
    /// An OAuth token that had worked before was refused: a new one may do. The client has
    /// already dropped it.
    #[error("zendesk no longer accepts the OAuth token")]
    TokenExpired,
    /// The OAuth client lacks the scope this needs.
    #[error(
        "the credentials lack a scope: give the OAuth client the scope `read`{}",
        told(explanation)
    )]
    MissingScope { explanation: Option<String> },
    /// The user behind the credentials is not an admin.
    #[error(
        "the user behind the credentials may not read the export: it must be an admin{}",
        told(explanation)
    )]
    NotAdmin { explanation: Option<String> },
    /// The export is closed to these credentials for another reason (third-party cut-off, IP list).
    #[error(
        "zendesk closed the incremental export to these credentials{}",
        told(explanation)
    )]
    ExportForbidden { explanation: Option<String> },
    /// No such account, or no such endpoint on its plan.
    #[error(
        "zendesk knows no such address: check the subdomain or base_url{}",
        told(explanation)
    )]
    NotFound { explanation: Option<String> },
    /// A request limit is spent; `retry_after` is as the header says, not capped.
    #[error("zendesk's request limit is reached")]
    RateLimited { retry_after: Option<Duration> },
    /// `start_time` was too close to now: there is nothing new yet.
    #[error("zendesk says start_time is too recent")]
    StartTimeTooRecent,
    /// Zendesk does not know the cursor any more.
    #[error("zendesk does not accept the cursor any more")]
    CursorLost,
    /// No answer, or not all of it, within `request_timeout`.
    #[error("no complete answer within the request timeout")]
    Timeout,
    /// The request did not complete: name lookup, connect, TLS, or a broken connection.
    #[error("the request to zendesk did not complete")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Zendesk or a proxy before it failed (5xx). `retry_after` as for `RateLimited`.
    #[error("zendesk answered {status}{}", told(explanation))]
    Server {
        status: u16,
        retry_after: Option<Duration>,
        explanation: Option<String>,
    },
    /// A status this client has no rule for, redirects among them.
    #[error(
        "zendesk answered {status}, which this request should never get{}",
        told(explanation)
    )]
    Unexpected {
        status: u16,
        explanation: Option<String>,
    },
    /// The body came whole but is not what the endpoint sends.
    #[error("cannot read zendesk's answer: {problem}")]
    Decode { problem: String },
    /// The body is larger than the client takes.
    #[error("zendesk's answer is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
}

fn told(explanation: &Option<String>) -> String {
    explanation
        .as_ref()
        .map_or_else(String::new, |words| format!(" (zendesk says: {words})"))
}

impl ApiError {
    /// Value of the label `reason`. Never derived from free text.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } | Self::TokenExpired => "auth",
            Self::MissingScope { .. } | Self::NotAdmin { .. } => "forbidden",
            Self::ExportForbidden { .. } => "export_forbidden",
            Self::NotFound { .. } => "not_found",
            Self::RateLimited { .. } => "rate_limited",
            Self::Timeout => "timeout",
            Self::Transport(_) => "transport",
            Self::Server { .. } => "server",
            Self::Unexpected { .. } | Self::StartTimeTooRecent | Self::CursorLost => "unexpected",
            Self::Decode { .. } => "decode",
            Self::TooLarge { .. } => "too_large",
        }
    }

    /// Whether waiting will not help until somebody changes credentials, rights or settings.
    pub const fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { .. }
                | Self::MissingScope { .. }
                | Self::NotAdmin { .. }
                | Self::ExportForbidden { .. }
                | Self::NotFound { .. }
        )
    }
}
