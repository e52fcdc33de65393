//! Writes that show late, and copies that lag.

use super::*;
use crate::list_habits::{Replicas, Visibility};

/// Three tickets, of which ticket 2 is solved at once and ticket 3 is deleted, each 100 s after the
/// one before.
fn world_with(visibility: Visibility, replicas: Replicas) -> World {
    let mut world = World::new(NOW);
    world.list_habits.visibility = visibility;
    world.list_habits.replicas = replicas;
    for _ in 0..3 {
        world.create(&Draft::default());
    }
    world.advance_to(NOW + 100);
    world.set_status(2, Status::Solved);
    world.advance_to(NOW + 200);
    world.delete(3);
    world
}

fn status(view: &View<'_>, id: i64) -> Option<Status> {
    view.ticket(id).and_then(|ticket| ticket.status)
}

fn sorted(page: &ListPage<'_>) -> Vec<i64> {
    let mut ids = ids(page);
    ids.sort_unstable();
    ids
}

#[test]
fn a_write_that_shows_late_has_the_place_that_it_would_have_had_at_once() {
    let mut world = world_with(Visibility::After(30), Replicas::One);
    let mut beyond = request(10);
    beyond.after = Some(ListPlace::new(NOW + 200, 1));
    let places = |world: &World, request: &ListRequest| {
        let view = View::of(world);
        (ids(&view.tickets(request)), ids(&view.deleted(request)))
    };
    // Nobody sees the deletion in a list yet, whoever asks for the ticket does.
    assert_eq!(sorted(&View::of(&world).tickets(&request(10))), [1, 2, 3]);
    assert_eq!(status(&View::of(&world), 3), None);
    world.advance_to(NOW + 229);
    assert_eq!(places(&world, &beyond), (vec![], vec![]));
    world.advance_to(NOW + 230);
    assert_eq!(sorted(&View::of(&world).tickets(&request(10))), [1, 2]);
    let deleted = View::of(&world).deleted(&request(10));
    let place = ListPlace::new(NOW + 200, 3);
    let cursor = write_cursor(Order::OldestFirst, place);
    assert_eq!(deleted.after_cursor, Some(cursor));
    // A walk that went by meanwhile does not meet a row that shows late.
    world.advance_to(NOW + 300);
    world.set_status(1, Status::Open);
    beyond.after = Some(ListPlace::new(NOW + 301, 0));
    world.advance_to(NOW + 400);
    assert_eq!(places(&world, &beyond), (vec![], vec![]));
}

#[test]
fn writes_show_at_moments_of_their_own_and_a_later_one_hides_an_earlier_one() {
    let mut world = World::new(NOW);
    world.list_habits.visibility = Visibility::Within(60);
    let mut seen = BTreeSet::new();
    for _ in 0..40 {
        world.create(&Draft::default());
    }
    for second in 0..=60 {
        world.advance_to(NOW + second);
        seen.insert(listed(&world).len());
    }
    assert!(seen.len() > 10, "{seen:?}");
    assert_eq!(listed(&world).len(), 40, "all of them after a minute");

    // In whatever order the writes show, the list never goes back to what was before a shown one.
    let order = [Status::Open, Status::Pending, Status::Hold, Status::Solved];
    for (second, status) in (0..).step_by(5).zip(order) {
        world.advance_to(NOW + 100 + second);
        for id in 1..=40 {
            world.set_status(id, status);
        }
    }
    let mut shown = vec![0; 40];
    for second in 115..=180 {
        world.advance_to(NOW + second);
        let page = View::of(&world).tickets(&request(100));
        assert_eq!(page.rows.len(), 40);
        for (id, row) in page.rows {
            let place = order.iter().position(|status| row.status == Some(*status));
            let before = &mut shown[usize::try_from(id - 1).expect("small")];
            let now = place.map_or(0, |place| place + 1);
            assert!(*before <= now, "ticket {id} went back");
            *before = now;
        }
    }
    assert_eq!(shown, vec![4; 40]);
}

#[test]
fn a_copy_that_lags_shows_the_account_as_it_was() {
    let lag_seconds = 20;
    let mut world = world_with(Visibility::AtOnce, Replicas::InTurns { lag_seconds });
    world.vanish(1);
    world.create(&Draft::default());
    let looks = |world: &World, lag| {
        let view = View::of_copy(world, lag);
        let mut tickets = view.show_many(&[1, 2, 3, 4]).expect("shown");
        tickets.retain(|(_, ticket)| ticket.status.is_some());
        assert_eq!(ids_of(tickets), sorted(&view.tickets(&request(10))));
        let deleted = ids(&view.deleted(&request(10)));
        (sorted(&view.tickets(&request(10))), deleted)
    };
    assert_eq!(looks(&world, 0), (vec![2, 4], vec![3]));
    assert_eq!(looks(&world, 20), (vec![1, 2, 3], vec![]));
    world.advance_to(NOW + 219);
    assert_eq!(looks(&world, 20), (vec![1, 2, 3], vec![]));
    world.advance_to(NOW + 220);
    assert_eq!(looks(&world, 20), (vec![2, 4], vec![3]));
}

#[test]
fn pages_of_a_copy_are_in_order_whatever_their_size() {
    let lag_seconds = 30;
    let mut world = World::new(NOW);
    world.list_habits.replicas = Replicas::InTurns { lag_seconds };
    for id in 1..=40 {
        world.advance_to(NOW + 2 * id);
        world.create(&Draft::default());
        world.set_status(id / 2, Status::Open);
    }
    for order in [Order::OldestFirst, Order::NewestFirst, Order::Id] {
        let view = View::of_copy(&world, 30);
        let all = view.tickets(&ListRequest {
            order,
            ..request(100)
        });
        let mut next = ListRequest {
            order,
            ..request(3)
        };
        let mut walked = Vec::new();
        loop {
            let page = view.tickets(&next);
            walked.extend(ids(&page));
            if !page.has_more {
                break;
            }
            go_on(&mut next, &page);
        }
        assert_eq!(walked, ids(&all), "{order:?}");
        assert_eq!(
            walked.len(),
            25,
            "{order:?}: those of the last 30 s are missing"
        );
    }
}

#[test]
fn one_of_two_replicas_lags_in_turns_or_at_random() {
    let lags = |replicas: Replicas| {
        (0..100)
            .map(|request| replicas.lag_seconds(request))
            .collect()
    };
    let in_turns: Vec<i64> = lags(Replicas::InTurns { lag_seconds: 7 });
    assert_eq!(in_turns[..4], [0, 7, 0, 7]);
    let at_random: Vec<i64> = lags(Replicas::AtRandom { lag_seconds: 7 });
    let lagging = at_random.iter().filter(|lag| **lag == 7).count();
    assert!((30..70).contains(&lagging), "{lagging}");
    assert_ne!(at_random, in_turns);
    let one: Vec<i64> = lags(Replicas::One);
    assert_eq!(one, [0; 100]);
}

#[test]
fn lists_carry_side_loads_or_not() {
    let world = world_of(1);
    let view = View::of(&world);
    let page = view.tickets(&request(1));
    let carried = |habits| {
        let list = tickets_body(&page, &request(1), "metric_sets,slas", habits);
        let by_id = show_many_body(
            &view.show_many(&[1]).expect("shown"),
            "metric_sets,slas",
            habits,
        );
        let has_sets = |body: &Value| body.get("metric_sets").is_some();
        (
            has_sets(&list),
            has_sets(&by_id),
            list["tickets"][0].get("slas").is_some(),
        )
    };
    let usual = ListHabits::default();
    assert_eq!(carried(usual), (true, true, true));
    let no_sets = ListHabits {
        carries_metric_sets: false,
        ..usual
    };
    assert_eq!(carried(no_sets), (false, true, true));
    let neither = ListHabits {
        carries_metric_sets_by_id: false,
        carries_slas: false,
        ..usual
    };
    assert_eq!(carried(neither), (true, false, false));
}
