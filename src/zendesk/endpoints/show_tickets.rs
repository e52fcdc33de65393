//! Requests tickets by their ids: several in one answer, or one by itself.

use url::Url;

use crate::source::{Endpoint, Exchange, Page, ShowRequest, Shown, TokenUse};
use crate::ticket::TicketId;
use crate::zendesk::Client;
use crate::zendesk::client::RequestContext;
use crate::zendesk::decode::{DecodeError, PageShape, TagsAndFields, decode_page};

impl Client {
    /// Requests up to [`SHOWN_MAX`](crate::source::SHOWN_MAX) tickets. Zendesk refuses a request for more.
    pub(super) async fn show_many(&self, request: &ShowRequest) -> Exchange<Shown> {
        let endpoint = Endpoint::ShowMany;
        let mut url = self.url(endpoint);
        {
            let ids: Vec<_> = request.ids.iter().map(|id| id.0.to_string()).collect();
            let mut query = url.query_pairs_mut();
            query.append_pair("ids", &ids.join(","));
            self.append_include(&mut query);
        }
        let requested = request.ids.clone();
        self.shown(endpoint, url, request, move |body, wanted| {
            decode_page(body, PageShape::ShowMany(&requested), wanted)
        })
        .await
    }

    /// Requests the ticket `id`.
    pub(super) async fn show_one(&self, id: TicketId, request: &ShowRequest) -> Exchange<Shown> {
        let endpoint = Endpoint::ShowOne;
        let mut url = self.url(endpoint);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&id.0.to_string());
        }
        self.append_include(&mut url.query_pairs_mut());
        self.shown(endpoint, url, request, move |body, wanted| {
            decode_page(body, PageShape::ShowOne(id), wanted)
        })
        .await
    }

    async fn shown(
        &self,
        endpoint: Endpoint,
        url: Url,
        request: &ShowRequest,
        decode: impl FnOnce(&[u8], &TagsAndFields) -> Result<Page, DecodeError> + Send + 'static,
    ) -> Exchange<Shown> {
        let answer = self
            .ask(TokenUse::Tickets, endpoint, url, request.into())
            .await;
        // A 404 with a content is the answer that there is no such ticket: see `is_no_such_ticket`.
        if answer.head.status == Some(404) {
            return answer.and_then(|_| Ok(Shown::NotFound));
        }
        let page = self.read_tickets(answer, decode).await;
        page.and_then(|page| Ok(Shown::Tickets(page)))
    }
}

impl From<&ShowRequest> for RequestContext<'_> {
    fn from(request: &ShowRequest) -> Self {
        Self {
            start: None,
            at: Some(request.account_now),
            is_sure: request.is_time_sure,
        }
    }
}
