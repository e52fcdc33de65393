//! Requests pages of the ticket exports, and a sample of them.

use super::ticket_source::Query;
use crate::source::{Endpoint, Exchange, Page, PageRequest, Position, SourceKind};
use crate::ticket::UnixSeconds;
use crate::zendesk::Client;
use crate::zendesk::client::RequestContext;
use crate::zendesk::decode::decode;

impl Client {
    /// Requests a page of the export in the settings.
    pub(super) async fn export_page(&self, request: &PageRequest) -> Exchange<Page> {
        let source = self.settings.source;
        let endpoint = source.sees().endpoint;
        let mut url = self.url(endpoint);
        {
            let mut query = url.query_pairs_mut();
            append_start(&mut query, &request.start);
            query.append_pair("per_page", &request.page_size.to_string());
            self.append_include(&mut query);
            self.append_scope(&mut query);
        }
        self.tickets(endpoint, url, request.into(), move |body, wanted| {
            decode(body, source, wanted)
        })
        .await
    }

    /// Requests a sample of the export of at most 50 rows, to try the credentials.
    pub async fn sample(&self, start_time: UnixSeconds) -> Exchange<Page> {
        let (endpoint, start) = (Endpoint::TicketsSample, Position::Time(start_time));
        let mut url = self.url(endpoint);
        {
            let mut query = url.query_pairs_mut();
            append_start(&mut query, &start);
            self.append_include(&mut query);
            self.append_scope(&mut query);
        }
        let asked = RequestContext {
            start: Some(&start),
            ..RequestContext::default()
        };
        self.tickets(endpoint, url, asked, |body, wanted| {
            decode(body, SourceKind::Time, wanted)
        })
        .await
    }
}

fn append_start(query: &mut Query<'_>, start: &Position) {
    if let Position::Time(time) = start {
        query.append_pair("start_time", &time.0.to_string());
    } else if let Some(cursor) = start.cursor() {
        query.append_pair("cursor", &cursor.0);
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
