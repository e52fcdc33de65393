//! The kinds of request.

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

    /// Whether the account cannot be read while requests to it fail.
    pub const fn is_needed_to_read(self) -> bool {
        matches!(
            self,
            Self::TicketsCursor | Self::TicketsTime | Self::OAuthToken
        )
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
