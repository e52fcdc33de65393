//! The kinds of request that the exporter sends: values of the label `endpoint`.

use crate::ticket::NamedSet;

/// The kind of request, a value of the label `endpoint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The cursor-based ticket export.
    TicketsCursor,
    /// The time-based ticket export.
    TicketsTime,
    /// The list of tickets.
    TicketsList,
    /// The list of deleted tickets.
    DeletedTickets,
    /// Several tickets, by their ids.
    ShowMany,
    /// One ticket, by its id.
    ShowOne,
    /// The OAuth token endpoint.
    OAuthToken,
    /// The sample of the ticket export (command `check --online`).
    TicketsSample,
    /// The user behind the credentials, requested after a refusal.
    CurrentUser,
    /// The number of tickets that a search finds.
    SearchCount,
    /// The names of the groups, brands or other things in a set.
    Names(NamedSet),
    /// The fields of tickets (command `check --online`).
    TicketFields,
}

impl Endpoint {
    /// Whether no tickets can be read while requests to this endpoint fail.
    pub const fn is_needed_to_read(self) -> bool {
        matches!(
            self,
            Self::TicketsCursor | Self::TicketsTime | Self::TicketsList | Self::OAuthToken
        )
    }

    /// Whether it belongs to the list of tickets, which has limits of its own.
    pub const fn is_of_list(self) -> bool {
        matches!(
            self,
            Self::TicketsList | Self::DeletedTickets | Self::ShowMany | Self::ShowOne
        )
    }

    /// Value of the label `endpoint`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::TicketsCursor => "incremental_tickets_cursor",
            Self::TicketsTime => "incremental_tickets",
            Self::TicketsList => "tickets",
            Self::DeletedTickets => "deleted_tickets",
            Self::ShowMany => "tickets_show_many",
            Self::ShowOne => "ticket",
            Self::OAuthToken => "oauth_tokens",
            Self::TicketsSample => "incremental_tickets_sample",
            Self::CurrentUser => "users_me",
            Self::SearchCount => "search_count",
            Self::Names(set) => set.plural(),
            Self::TicketFields => "ticket_fields",
        }
    }
}
