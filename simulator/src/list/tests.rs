use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::export::Filter;
use crate::list_habits::{GeneratedTimestamp, ListHabits, MissingIds};
use crate::vocabulary::{Status, SupportType};
use crate::world::{Draft, ListPlace, World};

mod late;

const NOW: i64 = 1_790_000_000;
const DAY: i64 = 86_400;

fn request(size: usize) -> ListRequest {
    ListRequest {
        order: Order::OldestFirst,
        after: None,
        size,
        filter: Filter::default(),
    }
}

/// A world of so many tickets, all written in the same second.
fn world_of(tickets: usize) -> World {
    let mut world = World::new(NOW);
    for _ in 0..tickets {
        world.create(&Draft::default());
    }
    world
}

fn ids(page: &ListPage<'_>) -> Vec<i64> {
    page.rows.iter().map(|(id, _)| *id).collect()
}

/// The page behind this one.
fn go_on(request: &mut ListRequest, page: &ListPage<'_>) {
    let cursor = page.after_cursor.as_deref().expect("a cursor");
    let place = read_cursor(request.order, cursor).expect("one of ours");
    request.after = Some(place);
}

/// The ids of all pages of the list of tickets.
fn walked(world: &World, mut request: ListRequest) -> Vec<i64> {
    let mut walked = Vec::new();
    loop {
        let page = View::of(world).tickets(&request);
        walked.extend(ids(&page));
        if !page.has_more {
            return walked;
        }
        go_on(&mut request, &page);
    }
}

fn listed(world: &World) -> Vec<i64> {
    let mut ids = walked(world, request(100));
    ids.sort_unstable();
    ids
}

#[test]
fn the_list_is_in_the_order_of_updates_and_within_a_second_not_in_that_of_ids() {
    let mut world = world_of(20);
    let same_second = walked(&world, request(100));
    let mut by_id = same_second.clone();
    by_id.sort_unstable();
    assert_eq!(by_id, Vec::from_iter(1..=20));
    assert_ne!(same_second, by_id);

    world.advance_to(NOW + 1);
    world.set_status(7, Status::Open);
    assert_eq!(walked(&world, request(100)).last(), Some(&7));
    for size in [1, 3, 7, 20] {
        let pages = walked(&world, request(size));
        assert_eq!(pages, walked(&world, request(100)), "{size}");
    }
    let mut newest_first = ListRequest {
        order: Order::NewestFirst,
        ..request(3)
    };
    let mut backwards = walked(&world, newest_first);
    backwards.reverse();
    assert_eq!(backwards, walked(&world, request(100)));
    newest_first.order = Order::Id;
    assert_eq!(walked(&world, newest_first), by_id);
}

#[test]
fn a_ticket_that_is_touched_between_two_pages_comes_again_at_the_end() {
    let mut world = world_of(6);
    let mut next = request(4);
    let first = View::of(&world).tickets(&next);
    let (seen, moved) = (ids(&first), first.rows[0].0);
    go_on(&mut next, &first);
    world.advance_to(NOW + 5);
    world.set_status(moved, Status::Open);
    let rest = ids(&View::of(&world).tickets(&next));
    assert_eq!((rest.len(), rest.last()), (3, Some(&moved)));
    assert!(rest[..2].iter().all(|id| !seen.contains(id)));
}

#[test]
fn the_last_page_has_a_cursor_and_an_empty_one_has_none() {
    let world = world_of(2);
    let mut next = request(2);
    let full = View::of(&world).tickets(&next);
    assert!(!full.has_more && full.before_cursor.is_some());
    go_on(&mut next, &full);
    let empty = View::of(&world).tickets(&next);
    assert!(!empty.has_more && empty.rows.is_empty());
    let body = tickets_body(&empty, &next, "metric_sets", ListHabits::default());
    assert_eq!(
        body.to_string(),
        r#"{"links":{"next":null,"prev":null},"meta":{"after_cursor":null,"before_cursor":null,"has_more":false},"metric_sets":[],"tickets":[]}"#
    );
}

#[test]
fn a_cursor_is_a_value_of_one_order() {
    let place = ListPlace::new(NOW, 5);
    let cursor = write_cursor(Order::OldestFirst, place);
    assert_eq!(read_cursor(Order::OldestFirst, &cursor), Some(place));
    for foreign in [Order::NewestFirst, Order::Id] {
        assert_eq!(read_cursor(foreign, &cursor), None, "{foreign:?}");
    }
    for rubbish in ["", "x", "eyJ9", "MTY5NDMwNTAxMi4wfHwyfA=="] {
        assert_eq!(read_cursor(Order::OldestFirst, rubbish), None, "{rubbish}");
    }
    let world = world_of(1);
    let shown = tickets_body(
        &View::of(&world).tickets(&request(1)),
        &request(1),
        "metric_sets,slas,dates",
        ListHabits::default(),
    );
    let number = ListPlace::new(NOW, 1).number.to_string();
    let rows = shown["tickets"].to_string() + &shown["metric_sets"].to_string();
    assert!(!rows.contains(&number), "no answer shows the number");
}

#[test]
fn metric_sets_stand_beside_the_rows_and_slas_in_them() {
    let world = world_of(2);
    let page = View::of(&world).tickets(&request(2));
    let body = |include| tickets_body(&page, &request(2), include, ListHabits::default());
    let plain = body("");
    assert!(plain.get("metric_sets").is_none());
    assert!(plain["tickets"][0].get("slas").is_none());
    let full = body("metric_sets,slas");
    let (row, set) = (&full["tickets"][1], &full["metric_sets"][1]);
    assert_eq!(row["id"], set["ticket_id"]);
    assert!(row.get("metric_set").is_none());
    assert!(row["slas"]["policy_metrics"].is_array());
}

#[test]
fn rows_have_the_time_of_their_latest_write_or_not() {
    let world = world_of(1);
    let page = View::of(&world).tickets(&request(1));
    for (generated_timestamp, expected) in [
        (GeneratedTimestamp::Carried, Some(Value::from(NOW))),
        (GeneratedTimestamp::Zero, Some(Value::from(0))),
        (GeneratedTimestamp::Missing, None),
    ] {
        let habits = ListHabits {
            generated_timestamp,
            ..ListHabits::default()
        };
        let body = tickets_body(&page, &request(1), "", habits);
        let row = &body["tickets"][0];
        assert_eq!(row.get("generated_timestamp"), expected.as_ref());
    }
}

#[test]
fn closed_tickets_leave_the_list_for_the_archive_after_so_many_days() {
    let mut world = world_of(3);
    world.set_status(1, Status::Closed);
    world.set_status(2, Status::Solved);
    world.advance_to(NOW + 3 * DAY - 1);
    assert_eq!(listed(&world), [1, 2, 3], "nothing is archived by default");
    world.list_habits.archive_after_seconds = Some(3 * DAY);
    assert_eq!(listed(&world), [1, 2, 3]);
    world.advance_to(NOW + 3 * DAY);
    assert_eq!(listed(&world), [2, 3]);
    let shown = |world: &World| ids_of(View::of(world).show_many(&[3, 1, 2]).expect("shown"));
    assert_eq!(shown(&world), [3, 1, 2]);
    world.list_habits.shows_archived = false;
    assert_eq!(shown(&world), [3, 2]);
    assert!(
        View::of(&world).ticket(1).is_some(),
        "by itself it is shown"
    );
    world.list_habits.shows_archived_alone = false;
    assert!(View::of(&world).ticket(1).is_none());
    // A deletion out of the archive leaves no trace here.
    world.delete(1);
    world.delete(3);
    assert_eq!(ids(&View::of(&world).deleted(&request(10))), [3]);
}

fn ids_of(rows: Vec<(i64, &crate::world::SimTicket)>) -> Vec<i64> {
    rows.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn deleted_tickets_are_listed_by_their_deletion_for_thirty_days() {
    let mut world = world_of(5);
    for (id, after) in [(4, 10), (2, 20), (5, 30), (1, 40)] {
        world.advance_to(NOW + after);
        world.delete(id);
    }
    world.scrub(2);
    world.vanish(5);
    let page = View::of(&world).deleted(&request(10));
    assert_eq!(ids(&page), [4, 1]);
    assert_eq!(listed(&world), [3]);
    let body = deleted_body(&page, &request(10));
    let entry = &body["deleted_tickets"][0];
    assert_eq!(entry["id"], 4);
    assert_eq!(entry["previous_state"], "new");
    assert_eq!(entry["deleted_at"], crate::render::time(NOW + 10));
    assert!(entry["actor"]["id"].is_number());
    assert_eq!(
        ids_of(View::of(&world).show_many(&[1, 2, 3, 99]).expect("shown")),
        [3]
    );
    world.list_habits.missing_ids = MissingIds::NotFound;
    let view = View::of(&world);
    assert!(view.show_many(&[1, 2, 3, 99]).is_none());
    assert_eq!(ids_of(view.show_many(&[3]).expect("shown")), [3]);

    world.advance_to(NOW + 30 * DAY + 10);
    assert_eq!(ids(&View::of(&world).deleted(&request(10))), [1]);
}

#[test]
fn a_restore_takes_a_ticket_out_of_the_deleted_ones_and_moves_its_update() {
    let mut world = world_of(2);
    world.delete(1);
    world.advance_to(NOW + 60);
    world.restore(1, Status::Open);
    assert!(View::of(&world).deleted(&request(10)).rows.is_empty());
    assert_eq!(walked(&world, request(10)), [2, 1]);
}

#[test]
fn a_silent_change_moves_neither_the_update_nor_the_place() {
    let mut world = world_of(3);
    let before = walked(&world, request(10));
    world.advance_to(NOW + 60);
    world.system_write(before[0], |ticket| ticket.status = Some(Status::Closed));
    assert_eq!(walked(&world, request(10)), before);
    let ticket = View::of(&world).ticket(before[0]).expect("it is there");
    assert_eq!((ticket.updated_at, ticket.generated_at), (NOW, NOW + 60));
}

#[test]
fn tickets_of_ai_agents_are_listed_where_they_are_asked_for() {
    let mut world = world_of(1);
    world.create(&Draft {
        support_type: SupportType::AiAgent,
        ..Draft::default()
    });
    let scoped = |support_type| ListRequest {
        filter: Filter {
            support_type,
            ..Filter::default()
        },
        ..request(10)
    };
    assert_eq!(walked(&world, scoped(Some(SupportType::Agent))), [1]);
    assert_eq!(walked(&world, scoped(Some(SupportType::AiAgent))), [2]);
    assert_eq!(walked(&world, scoped(None)).len(), 2);
    world.delete(2);
    let deleted = |scope| View::of(&world).deleted(&scoped(scope)).rows.len();
    assert_eq!((deleted(Some(SupportType::Agent)), deleted(None)), (0, 1));
}
