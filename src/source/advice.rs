//! What the operator can do about an error, with the settings that are involved.
//!
//! PURE.

use super::{ApiError, AuthMethod, Endpoint};

impl ApiError {
    /// What the operator can do after a request to `endpoint`. `auth_method` is the account's login method. Example:
    /// after a 403 the export needs an admin, the list of tickets only a user who may see the tickets.
    pub const fn advice_at(&self, endpoint: Endpoint, auth_method: AuthMethod) -> &'static str {
        match (self, endpoint) {
            (
                Self::NotAdmin { .. }
                | Self::ExportForbidden { .. }
                | Self::NotFound { .. }
                | Self::Gone { .. },
                Endpoint::DeletedTickets,
            ) => {
                "give the user behind the credentials permission to see deleted tickets; while Zendesk refuses this list and the list of tickets is the source, deleted tickets count as vanished"
            }
            (Self::NotAdmin { .. }, _) if endpoint.is_of_list() => {
                "give the user behind the credentials access to all tickets, or use the credentials of such a user"
            }
            (Self::ExportForbidden { .. }, _) if endpoint.is_of_list() => {
                "allow this machine in the account's IP restrictions, and give the user behind the credentials access to all tickets; `zendesk-exporter check --online` shows details"
            }
            (Self::Gone { .. }, _) if endpoint.is_of_list() => {
                "look for a newer version of the exporter"
            }
            (Self::RateLimited { .. }, _) if endpoint.is_of_list() => {
                "no action needed unless it persists; then lower export.list.budget_percent, or the requests of the account's other tools"
            }
            _ => self.advice(auth_method),
        }
    }

    /// What the operator can do after a refusal of the export, by whether Zendesk answers the same login with the list
    /// of tickets.
    pub const fn advice_beside_list(&self, list_answers: bool) -> &'static str {
        match (self, list_answers) {
            (_, false) => {
                "Zendesk refuses the list of tickets too: check the scope of the OAuth client, the rights of the user behind the credentials, and the account's IP restrictions"
            }
            (Self::MissingScope { .. }, true) => {
                "give the OAuth client the scope `read`; otherwise the exporter reads the list of tickets"
            }
            (Self::NotAdmin { .. }, true) => {
                "make the user behind the credentials an admin, or use the credentials of an admin; if an agent's login is intended, set export.source to list"
            }
            (_, true) => {
                "ask Zendesk whether it still allows third-party tools to read the export; otherwise the exporter reads the list of tickets"
            }
        }
    }

    /// What the operator can do after a request of the export or for a token.
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
            Self::Gone { .. } => {
                "set export.source to auto or list, so that the exporter reads the list of tickets"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_need_other_permissions_than_the_export() {
        let refusals = [
            ApiError::NotAdmin { explanation: None },
            ApiError::ExportForbidden { explanation: None },
            ApiError::Gone { explanation: None },
        ];
        for refusal in refusals {
            let advice = |endpoint| refusal.advice_at(endpoint, AuthMethod::AccessToken);
            let of_export = advice(Endpoint::TicketsCursor);
            assert_eq!(of_export, refusal.advice(AuthMethod::AccessToken));
            for list in [Endpoint::TicketsList, Endpoint::ShowMany, Endpoint::ShowOne] {
                assert_ne!(advice(list), of_export, "{refusal:?}");
                assert!(!advice(list).contains("an admin"), "{}", advice(list));
            }
            assert!(advice(Endpoint::DeletedTickets).contains("deleted tickets"));
        }
    }

    #[test]
    fn what_concerns_no_permission_has_the_same_advice_everywhere() {
        for error in [
            ApiError::Unauthorized { explanation: None },
            ApiError::NotFound { explanation: None },
            ApiError::Timeout,
            ApiError::CursorLost,
        ] {
            let advice = error.advice_at(Endpoint::TicketsList, AuthMethod::ApiToken);
            assert_eq!(advice, error.advice(AuthMethod::ApiToken));
        }
    }
}
