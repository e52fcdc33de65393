//! The URL paths of Zendesk's endpoints.

use std::borrow::Cow;

use crate::source::Endpoint;

impl Endpoint {
    /// The path of the endpoint, after the base URL.
    pub(crate) fn path(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TicketsCursor => "api/v2/incremental/tickets/cursor",
            Self::TicketsTime => "api/v2/incremental/tickets",
            Self::TicketsList => "api/v2/tickets",
            Self::DeletedTickets => "api/v2/deleted_tickets",
            Self::ShowMany => "api/v2/tickets/show_many",
            // The id of the ticket follows.
            Self::ShowOne => "api/v2/tickets",
            Self::OAuthToken => "oauth/tokens",
            Self::TicketsSample => "api/v2/incremental/tickets/sample",
            Self::CurrentUser => "api/v2/users/me",
            Self::SearchCount => "api/v2/search/count",
            Self::Names(set) => return Cow::Owned(format!("api/v2/{}", set.plural())),
            Self::TicketFields => "api/v2/ticket_fields",
        })
    }
}
