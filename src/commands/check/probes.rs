//! One request to each source of tickets, for `check --online`, and why a request failed.

use super::sources::{Failure, ListProbes, Meaning, Probes, Sample};
use crate::clock::Moment;
use crate::error_chain::with_sources;
use crate::source::{
    ApiError, Asker, CurrentUser, Endpoint, Exchange, LIST_ROWS_MAX, Login, Page, PageRequest,
    Position, Session as _, ShowBy, ShowRequest, Shown, TicketSource as _, TokenUse,
};
use crate::ticket::TicketId;
use crate::zendesk::Client;

/// Sends the requests.
pub(super) struct Prober<'a> {
    client: &'a Client,
    now: Moment,
    /// The answer about the user behind the credentials, once it was requested.
    user: Option<Result<CurrentUser, ApiError>>,
}

impl<'a> Prober<'a> {
    pub(super) const fn new(client: &'a Client, now: Moment) -> Self {
        Self {
            client,
            now,
            user: None,
        }
    }

    /// Logs in if that takes a request, and sends one request to each source.
    pub(super) async fn probe(mut self) -> Probes {
        let export = match self.log_in().await {
            Ok(()) => self.export().await,
            Err(failure) => Err(failure),
        };
        let nothing_works =
            matches!(&export, Err(failure) if failure.meaning == Meaning::Everything);
        let list = if nothing_works {
            None
        } else {
            Some(self.list().await)
        };
        let asker = self.user.as_ref().map(Asker::from_answer);
        Probes {
            export,
            list,
            is_not_admin: asker == Some(Asker::NotAdmin),
        }
    }

    async fn log_in(&mut self) -> Result<(), Failure> {
        if self.client.login(TokenUse::Tickets, self.now) != Login::Required {
            return Ok(());
        }
        let Some(exchange) = self.client.renew(TokenUse::Tickets, self.now).await else {
            return Ok(());
        };
        let refused = |error: ApiError| {
            let advice = error.advice(self.client.auth_method());
            Failure {
                sentence: self.sentence("an OAuth token", Endpoint::OAuthToken, &error, advice),
                meaning: Meaning::Everything,
            }
        };
        exchange.outcome.map(drop).map_err(refused)
    }

    async fn export(&mut self) -> Result<Sample, Failure> {
        // From a day ago: so an account in use has rows, and Zendesk does not refuse the time as too recent.
        let start_time = self.now.wall().plus(-24 * 3600);
        let sample = self.client.sample(start_time).await;
        let page = self.judged("a sample of the export", sample).await?;
        Ok(Sample {
            rows: page.rows.len(),
        })
    }

    async fn list(&mut self) -> Result<ListProbes, Failure> {
        let page = self.page(Position::List(None), LIST_ROWS_MAX).await;
        let page = self.judged("a page of the list of tickets", page).await?;
        // One row, because its content is not used.
        let deleted = self.page(Position::Deleted(None), 1).await;
        let deleted = self.judged("the list of deleted tickets", deleted).await;
        let ids: Vec<TicketId> = page.tickets().map(|ticket| ticket.id).collect();
        let by_ids = if ids.is_empty() {
            Ok(())
        } else {
            let request = ShowRequest {
                ids,
                by: ShowBy::Many,
                account_now: self.now.wall(),
                is_time_sure: false,
            };
            // The list has just shown these tickets.
            let shown = self.client.show(&request).await;
            let shown = shown.and_then(|shown| match shown {
                Shown::Tickets(_) => Ok(()),
                Shown::NotFound => Err(ApiError::NotFound { explanation: None }),
            });
            self.judged("tickets by their ids", shown).await
        };
        Ok(ListProbes {
            tickets: page.tickets().count(),
            metric_sets: page.tickets().any(|ticket| ticket.metric_set.is_some()),
            slas: page.tickets().any(|ticket| ticket.sla.is_some()),
            deleted: deleted.map(drop),
            by_ids,
        })
    }

    async fn page(&self, start: Position, page_size: u32) -> Exchange<Page> {
        let request = PageRequest {
            start,
            page_size,
            account_now: self.now.wall(),
            is_time_sure: false,
        };
        self.client.fetch(&request).await
    }

    /// The content of an answer. If there is none, the failure says what it means and what to do; `what` was
    /// requested. If the answer alone does not tell, it requests the user behind the credentials, once.
    async fn judged<T>(&mut self, what: &str, exchange: Exchange<T>) -> Result<T, Failure> {
        let Exchange { head, outcome } = exchange;
        let error = match outcome {
            Ok(content) => return Ok(content),
            Err(error) => error,
        };
        let (error, advice) = if head.status == Some(403) && error.depends_on_asker() {
            if self.user.is_none() {
                self.user = Some(self.client.current_user(self.now.wall()).await.outcome);
            }
            let user = self.user.as_ref();
            let asker = user.map_or(Asker::Unknown, Asker::from_answer);
            let error = error.judged_by(asker);
            let role = user
                .and_then(|user| user.as_ref().ok())
                .and_then(|user| user.role);
            let advice = self.advice_for(asker, role, head.endpoint, &error);
            (error, advice)
        } else {
            let advice = self.general_advice(head.endpoint, &error).to_owned();
            (error, advice)
        };
        Err(Failure {
            sentence: self.sentence(what, head.endpoint, &error, &advice),
            meaning: Meaning::of(&error),
        })
    }

    fn sentence(&self, what: &str, endpoint: Endpoint, error: &ApiError, advice: &str) -> String {
        let url = self.client.address(endpoint);
        format!(
            "cannot get {what} from {url}: {}; {advice}",
            with_sources(error)
        )
    }

    /// What to do about an error that does not depend on who asks.
    fn general_advice(&self, endpoint: Endpoint, error: &ApiError) -> &'static str {
        error.advice_at(endpoint, self.client.auth_method())
    }

    /// What to do about a refusal. `role` is that of the user who asks, if it is known.
    fn advice_for(
        &self,
        asker: Asker,
        role: Option<&str>,
        endpoint: Endpoint,
        error: &ApiError,
    ) -> String {
        let general = self.general_advice(endpoint, error);
        let role = role.unwrap_or("unknown");
        match (asker, endpoint) {
            (Asker::Nobody, _) => {
                "Zendesk treats the request as anonymous, so check that the credentials in auth belong to a user".to_owned()
            }
            (Asker::NotAdmin, Endpoint::TicketsSample) => format!(
                "the user behind the credentials has the role {role}, but only an admin can read the export; make the user an admin, or use the credentials of an admin"
            ),
            (Asker::NotAdmin, _) => {
                format!("the user behind the credentials has the role {role}; {general}")
            }
            (Asker::Admin, Endpoint::DeletedTickets) | (Asker::ShutOut | Asker::Unknown, _) => {
                general.to_owned()
            }
            (Asker::Admin, _) => {
                "the user is an admin, so Zendesk refuses this program or this machine; check Zendesk's rules for third-party tools and the account's IP restrictions (Admin Center, Security)".to_owned()
            }
        }
    }
}
