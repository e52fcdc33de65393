//! Requests pages of the list of tickets.

use super::paging::append_paging;
use crate::source::{Endpoint, Exchange, Page, PageRequest, SourceKind};
use crate::zendesk::Client;
use crate::zendesk::decode::decode;

impl Client {
    /// Requests a page of live tickets, those that were updated longest ago first.
    pub(super) async fn list_page(&self, request: &PageRequest) -> Exchange<Page> {
        let mut url = self.url(Endpoint::TicketsList);
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("sort", "updated_at");
            append_paging(&mut query, request);
            self.append_include(&mut query);
            self.append_scope(&mut query);
        }
        self.tickets(
            Endpoint::TicketsList,
            url,
            request.into(),
            |body, wanted| decode(body, SourceKind::List, wanted),
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use zendesk_simulator::export::Filter;
    use zendesk_simulator::list::{ListRequest, Order, View, read_cursor, tickets_body};
    use zendesk_simulator::vocabulary::Status;
    use zendesk_simulator::world::{Draft, World};

    use super::*;
    use crate::source::{Cursor, Position};
    use crate::zendesk::TagsAndFields;

    /// What the list shows after this position.
    fn shown(world: &World, start: &Position) -> Page {
        let cursor = start.cursor().map(|Cursor(cursor)| cursor.as_str());
        let request = ListRequest {
            order: Order::OldestFirst,
            after: cursor.and_then(|cursor| read_cursor(Order::OldestFirst, cursor)),
            size: 10,
            filter: Filter::default(),
        };
        let page = View::of(world).tickets(&request);
        let body = tickets_body(&page, &request, "metric_sets", world.list_habits);
        let wanted = TagsAndFields::default();
        decode(body.to_string().as_bytes(), SourceKind::List, &wanted).expect("a page")
    }

    #[test]
    fn the_list_sees_what_its_kind_says() {
        let sees = SourceKind::List.sees();
        let mut world = World::new(1_000);
        let id = world.create(&Draft::default());
        world.advance_to(1_000 + sees.hold_back_seconds);
        let created = shown(&world, &Position::List(None));
        assert_eq!(created.rows.len(), 1);
        let behind = created.next.expect("a cursor");

        world.advance_to(2_000);
        world.system_write(id, |ticket| ticket.assignee = Some(1));
        let is_shown = |world: &World| !shown(world, &behind).rows.is_empty();
        assert_eq!(is_shown(&world), sees.silent_writes);
        world.update(id, |_| {});
        assert!(is_shown(&world));

        world.list_habits.archive_after_seconds = Some(100);
        world.set_status(id, Status::Closed);
        assert!(is_shown(&world));
        world.advance_to(3_000);
        assert_eq!(is_shown(&world), sees.archived);

        world.set_status(id, Status::Open);
        assert!(is_shown(&world));
        world.delete(id);
        assert_eq!(is_shown(&world), sees.deleted);
    }
}
