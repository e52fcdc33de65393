//! What one request asked and what came back, in terms of this program.

use std::time::Duration;

use super::ApiError;
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
    /// What time it is for Zendesk as far as is known, for an answer without a `Date`.
    pub account_now: UnixSeconds,
    /// Whether that rests on the `Date` of answers, so that it counts more than one that differs.
    pub is_time_sure: bool,
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
    /// Where it stands in the export, the same when it comes again: all that tells rows without an
    /// id apart. 0 for those with one.
    pub place: u64,
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
    /// The user behind the credentials, where they were refused.
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
    /// The fields of tickets (command `check --online`).
    TicketFields,
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
        Self::TicketFields,
    ];

    /// Whether it is one of the two exports.
    pub const fn is_export(self) -> bool {
        matches!(self, Self::TicketsCursor | Self::TicketsTime)
    }

    /// Whether the account cannot be read while requests to it fail.
    pub const fn is_needed_to_read(self) -> bool {
        self.is_export() || matches!(self, Self::OAuthToken)
    }

    /// Where it is, behind the base URL.
    pub const fn path(self) -> &'static str {
        match self {
            Self::TicketsCursor => "api/v2/incremental/tickets/cursor",
            Self::TicketsTime => "api/v2/incremental/tickets",
            Self::OAuthToken => "oauth/tokens",
            Self::TicketsSample => "api/v2/incremental/tickets/sample",
            Self::CurrentUser => "api/v2/users/me",
            Self::SearchCount => "api/v2/search/count",
            Self::Groups => "api/v2/groups",
            Self::Brands => "api/v2/brands",
            Self::TicketForms => "api/v2/ticket_forms",
            Self::CustomStatuses => "api/v2/custom_statuses",
            Self::TicketFields => "api/v2/ticket_fields",
        }
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
            Self::TicketFields => "ticket_fields",
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
    /// Value of the label `limit`.
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

impl<T> Exchange<T> {
    /// The same request, with an outcome made of what came.
    pub(super) fn and_then<U>(self, then: impl FnOnce(T) -> Result<U, ApiError>) -> Exchange<U> {
        Exchange {
            endpoint: self.endpoint,
            status: self.status,
            date: self.date,
            rate_limits: self.rate_limits,
            request_id: self.request_id,
            outcome: self.outcome.and_then(then),
        }
    }
}

impl Exchange<Vec<u8>> {
    /// The same request, with what `read` makes of the body, on a thread that nobody else waits for.
    pub(super) async fn read_by<U: Send + 'static>(
        self,
        read: impl FnOnce(&[u8]) -> Result<U, ApiError> + Send + 'static,
    ) -> Exchange<U> {
        let (endpoint, status, date) = (self.endpoint, self.status, self.date);
        let (rate_limits, request_id) = (self.rate_limits, self.request_id);
        let outcome = match self.outcome {
            Err(error) => Err(error),
            Ok(body) => {
                let read = tokio::task::spawn_blocking(move || read(&body));
                read.await.unwrap_or_else(|_| {
                    let problem = "the decoder stopped".to_owned();
                    Err(ApiError::Decode { problem })
                })
            }
        };
        Exchange {
            endpoint,
            status,
            date,
            rate_limits,
            request_id,
            outcome,
        }
    }
}
