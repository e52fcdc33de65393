//! Where Zendesk has what a request asks for.

use crate::source::Endpoint;

impl Endpoint {
    /// Where it is, behind the base URL.
    pub(crate) const fn path(self) -> &'static str {
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
}
