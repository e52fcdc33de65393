//! Requests pages of the ticket export: the client as the poller's source.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::source::{
    ApiError, AuthMethod, CurrentUser, Endpoint, Exchange, Page, PageRequest, Position, ShowBy,
    ShowRequest, SourceKind, TicketSource, TokenUse,
};
use crate::ticket::UnixSeconds;
use crate::zendesk::Client;
use crate::zendesk::answers::exchange::read_by;
use crate::zendesk::client::RequestContext;
use crate::zendesk::decode::decode;
use crate::zendesk::decode::ended_early::unreadable;

impl Client {
    /// Requests a sample of the export of at most 50 rows, to try the credentials.
    pub async fn sample(&self, start_time: UnixSeconds) -> Exchange<Page> {
        let mut url = self.url(Endpoint::TicketsSample);
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("start_time", &start_time.0.to_string());
            self.append_scope(&mut query);
        }
        let asked = RequestContext {
            start: Some(&Position::Time(start_time)),
            ..RequestContext::default()
        };
        self.fetch_page(Endpoint::TicketsSample, url, SourceKind::Time, asked)
            .await
    }

    fn append_scope(&self, query: &mut url::form_urlencoded::Serializer<'_, url::UrlQuery<'_>>) {
        let include = match (self.settings.metric_sets, self.settings.slas) {
            (true, true) => Some("metric_sets,slas"),
            (true, false) => Some("metric_sets"),
            (false, true) => Some("slas"),
            (false, false) => None,
        };
        if let Some(include) = include {
            query.append_pair("include", include);
        }
        let scope = self.settings.support_type_scope.parameter();
        query.append_pair("support_type_scope", scope);
    }

    async fn fetch_page(
        &self,
        endpoint: Endpoint,
        url: Url,
        source: SourceKind,
        asked: RequestContext<'_>,
    ) -> Exchange<Page> {
        let answer = self.ask(TokenUse::Tickets, endpoint, url, asked).await;
        let tags_and_fields = Arc::clone(&self.tags_and_fields);
        let read = move |body: &[u8]| {
            decode(body, source, &tags_and_fields).map_err(|error| unreadable(&error, body))
        };
        let page = read_by(answer, read).await;
        if let Err(ApiError::EndsEarly { .. }) = page.outcome {
            self.connections.forget();
        }
        page
    }
}

impl TicketSource for Client {
    /// Returns [`ApiError::TokenExpired`] only for a token that Zendesk had accepted before, and drops that token.
    async fn fetch(&self, request: &PageRequest) -> Exchange<Page> {
        let (source, endpoint) = match &request.start {
            Position::Time(_) | Position::Cursor(_) => {
                (self.settings.source, self.settings.source.sees().endpoint)
            }
            Position::List(_) => (SourceKind::List, Endpoint::TicketsList),
            Position::Deleted(_) => (SourceKind::List, Endpoint::DeletedTickets),
        };
        let mut url = self.url(endpoint);
        {
            let mut query = url.query_pairs_mut();
            match &request.start {
                Position::Time(time) => {
                    query.append_pair("start_time", &time.0.to_string());
                }
                Position::Cursor(cursor) => {
                    query.append_pair("cursor", &cursor.0);
                }
                Position::List(_) => {
                    query.append_pair("sort", "updated_at");
                }
                Position::Deleted(_) => {
                    query.append_pair("sort", "deleted_at");
                }
            }
            if source.is_export() {
                query.append_pair("per_page", &request.page_size.to_string());
            } else {
                query.append_pair("page[size]", &request.page_size.to_string());
                if let Some(cursor) = request.start.cursor() {
                    query.append_pair("page[after]", &cursor.0);
                }
            }
            self.append_scope(&mut query);
        }
        self.fetch_page(
            endpoint,
            url,
            source,
            RequestContext {
                start: Some(&request.start),
                at: Some(request.account_now),
                is_sure: request.is_time_sure,
            },
        )
        .await
    }

    async fn show(&self, request: &ShowRequest) -> Exchange<Page> {
        let ids: Vec<_> = request.ids.iter().map(|id| id.0.to_string()).collect();
        let ids = ids.join(",");
        let (endpoint, url) = match request.by {
            ShowBy::Many => {
                let mut url = self.url(Endpoint::ShowMany);
                url.query_pairs_mut().append_pair("ids", &ids);
                (Endpoint::ShowMany, url)
            }
            ShowBy::One => {
                let mut url = self.url(Endpoint::ShowOne);
                if let Ok(mut path) = url.path_segments_mut() {
                    path.push(&ids);
                }
                (Endpoint::ShowOne, url)
            }
        };
        let asked = RequestContext {
            at: Some(request.account_now),
            is_sure: request.is_time_sure,
            ..RequestContext::default()
        };
        self.fetch_page(endpoint, url, SourceKind::List, asked)
            .await
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

#[cfg(test)]
mod tests {
    use zendesk_simulator::export::{Filter, cursor_page, time_page};
    use zendesk_simulator::render::{MetricSets, cursor_body, time_body};
    use zendesk_simulator::world::{Draft, World};

    use super::*;
    use crate::ticket::{Standing, TicketChange};
    use crate::zendesk::TagsAndFields;

    const ROWS: usize = 10;

    /// What the export shows of the only ticket; `None` while it leaves the ticket out.
    fn shown(world: &World, kind: SourceKind) -> Option<TicketChange> {
        let all = Filter::default();
        let body = match kind {
            SourceKind::Cursor => {
                let page = cursor_page(world, (0, 0), ROWS, all);
                cursor_body(&page, ROWS, MetricSets::Inside)
            }
            SourceKind::Time => {
                let page = time_page(world, 0, ROWS, all);
                time_body(&page, ROWS, MetricSets::Inside)
            }
            SourceKind::List => unreachable!("no export"),
        };
        let page = decode(body.to_string().as_bytes(), kind, &TagsAndFields::default());
        page.expect("a page").tickets().next_back().cloned()
    }

    #[test]
    fn each_export_sees_what_its_kind_says() {
        for kind in [SourceKind::Cursor, SourceKind::Time] {
            let sees = kind.sees();
            let mut world = World::new(1_000);
            let id = world.create(&Draft::default());
            world.advance_to(1_000 + sees.hold_back_seconds - 1);
            assert_eq!(shown(&world, kind), None, "{kind:?}");
            world.advance_to(1_000 + sees.hold_back_seconds);
            let created = shown(&world, kind).expect("no longer held back");

            world.system_write(id, |ticket| ticket.assignee = Some(1));
            world.advance_to(2_000);
            let written = shown(&world, kind).expect("there");
            assert_eq!(written.updated_at, created.updated_at);
            assert_eq!(written.assigned != created.assigned, sees.silent_writes);

            world.delete(id);
            world.advance_to(3_000);
            let is_deleted =
                shown(&world, kind).is_some_and(|row| row.standing == Standing::Deleted);
            assert_eq!(is_deleted, sees.deleted, "{kind:?}");
        }
    }
}
