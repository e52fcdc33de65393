//! The client as the poller's source of tickets: one endpoint for each kind of position, and for requests by id.

use std::sync::Arc;
use std::time::Duration;

use url::{UrlQuery, form_urlencoded};

use crate::source::{
    ApiError, AuthMethod, CurrentUser, Endpoint, Exchange, Page, PageRequest, Position, ShowBy,
    ShowRequest, Shown, TicketSource, TokenUse,
};
use crate::ticket::UnixSeconds;
use crate::zendesk::Client;
use crate::zendesk::answers::exchange::read_by;
use crate::zendesk::client::RequestContext;
use crate::zendesk::decode::ended_early::unreadable;
use crate::zendesk::decode::{DecodeError, TagsAndFields};

/// The query of a URL that is being written.
pub(super) type Query<'a> = form_urlencoded::Serializer<'a, UrlQuery<'a>>;

impl Client {
    /// Requests tickets and reads the answer by `decode`.
    pub(super) async fn tickets(
        &self,
        endpoint: Endpoint,
        url: url::Url,
        asked: RequestContext<'_>,
        decode: impl FnOnce(&[u8], &TagsAndFields) -> Result<Page, DecodeError> + Send + 'static,
    ) -> Exchange<Page> {
        let answer = self.ask(TokenUse::Tickets, endpoint, url, asked).await;
        self.read_tickets(answer, decode).await
    }

    /// Reads an answer with tickets by `decode`.
    pub(super) async fn read_tickets(
        &self,
        answer: Exchange<Vec<u8>>,
        decode: impl FnOnce(&[u8], &TagsAndFields) -> Result<Page, DecodeError> + Send + 'static,
    ) -> Exchange<Page> {
        let wanted = Arc::clone(&self.tags_and_fields);
        let read =
            move |body: &[u8]| decode(body, &wanted).map_err(|error| unreadable(&error, body));
        let page = read_by(answer, read).await;
        if let Err(ApiError::EndsEarly { .. }) = page.outcome {
            self.connections.forget();
        }
        page
    }

    /// Appends what is requested beside the tickets.
    pub(super) fn append_include(&self, query: &mut Query<'_>) {
        let include = match (self.settings.metric_sets, self.settings.slas) {
            (true, true) => "metric_sets,slas",
            (true, false) => "metric_sets",
            (false, true) => "slas",
            (false, false) => return,
        };
        query.append_pair("include", include);
    }

    /// Appends whose tickets are requested. Zendesk's default is a part of them.
    pub(super) fn append_scope(&self, query: &mut Query<'_>) {
        let scope = self.settings.support_type_scope.parameter();
        query.append_pair("support_type_scope", scope);
    }
}

impl<'a> From<&'a PageRequest> for RequestContext<'a> {
    fn from(request: &'a PageRequest) -> Self {
        Self {
            start: Some(&request.start),
            at: Some(request.account_now),
            is_sure: request.is_time_sure,
        }
    }
}

impl TicketSource for Client {
    /// Returns [`ApiError::TokenExpired`] only for a token that Zendesk had accepted before, and drops that token.
    async fn fetch(&self, request: &PageRequest) -> Exchange<Page> {
        match &request.start {
            Position::Time(_) | Position::Cursor(_) => self.export_page(request).await,
            Position::List(_) => self.list_page(request).await,
            Position::Deleted(_) => self.deleted_page(request).await,
        }
    }

    /// As [`Self::fetch`] about tokens.
    async fn show(&self, request: &ShowRequest) -> Exchange<Shown> {
        match (request.by, request.ids.as_slice()) {
            (ShowBy::One, [id]) => self.show_one(*id, request).await,
            (ShowBy::One | ShowBy::Many, _) => self.show_many(request).await,
        }
    }

    /// Does not judge the token.
    async fn current_user(&self, account_now: UnixSeconds) -> Exchange<CurrentUser> {
        let (request, _) = self.authorized(self.url(Endpoint::CurrentUser));
        let asked = RequestContext::about(account_now);
        let answer = self.send(Endpoint::CurrentUser, request, asked).await;
        answer.and_then(|body| CurrentUser::read(&body))
    }

    fn token_expires_at(&self) -> Option<Duration> {
        self.authenticator.token_expires_at()
    }

    fn auth_method(&self) -> AuthMethod {
        self.authenticator.method()
    }

    fn address(&self, endpoint: Endpoint) -> String {
        self.url(endpoint).into()
    }
}
