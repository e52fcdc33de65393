//! Requests pages of the list of deleted tickets.

use super::paging::append_paging;
use crate::source::{Endpoint, Exchange, Page, PageRequest};
use crate::zendesk::Client;
use crate::zendesk::decode::{PageShape, decode_page};

impl Client {
    /// Requests a page of deleted tickets, those that were deleted longest ago first.
    pub(super) async fn deleted_page(&self, request: &PageRequest) -> Exchange<Page> {
        let endpoint = Endpoint::DeletedTickets;
        let mut url = self.url(endpoint);
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("sort", "deleted_at");
            append_paging(&mut query, request);
            self.append_scope(&mut query);
        }
        self.tickets(endpoint, url, request.into(), |body, wanted| {
            decode_page(body, PageShape::DeletedTickets, wanted)
        })
        .await
    }
}
