//! Requests tickets by their ids: several in one answer, or one by itself.

use crate::source::{Endpoint, Exchange, Page, ShowRequest, SourceKind, TokenUse};
use crate::ticket::TicketId;
use crate::zendesk::Client;
use crate::zendesk::client::RequestContext;
use crate::zendesk::decode::{PageShape, decode_page};

impl Client {
    /// Requests up to [`SHOWN_MAX`](crate::source::SHOWN_MAX) tickets. Zendesk refuses a request for more.
    pub(super) async fn show_many(&self, request: &ShowRequest) -> Exchange<Page> {
        let endpoint = Endpoint::ShowMany;
        let mut url = self.url(endpoint);
        {
            let ids: Vec<_> = request.ids.iter().map(|id| id.0.to_string()).collect();
            let mut query = url.query_pairs_mut();
            query.append_pair("ids", &ids.join(","));
            self.append_include(&mut query);
        }
        let requested = request.ids.clone();
        self.tickets(endpoint, url, request.into(), move |body, wanted| {
            decode_page(body, PageShape::ShowMany(&requested), wanted)
        })
        .await
    }

    /// Requests the ticket `id`. If Zendesk says that it does not exist, the page has no row.
    pub(super) async fn show_one(&self, id: TicketId, request: &ShowRequest) -> Exchange<Page> {
        let endpoint = Endpoint::ShowOne;
        let mut url = self.url(endpoint);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&id.0.to_string());
        }
        self.append_include(&mut url.query_pairs_mut());
        let answer = self
            .ask(TokenUse::Tickets, endpoint, url, request.into())
            .await;
        // A 404 with a content is the answer that there is no such ticket: see `is_no_such_ticket`.
        if answer.head.status == Some(404) {
            return answer.and_then(|_| Ok(no_ticket()));
        }
        self.read_tickets(answer, move |body, wanted| {
            decode_page(body, PageShape::ShowOne(id), wanted)
        })
        .await
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

/// The page for a ticket that does not exist.
const fn no_ticket() -> Page {
    Page {
        source: SourceKind::List,
        rows: Vec::new(),
        rejected: Vec::new(),
        end_of_stream: true,
        next: None,
    }
}
