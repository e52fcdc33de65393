//! Metric sets that a row shows late, and what happens within a second.

use super::*;
use crate::render::{MetricSets, SideLoads, metric_set};

fn shown(world: &World) -> Option<MetricSet> {
    world.ticket(1).and_then(SimTicket::metric_set)
}

fn shown_reopens(world: &World) -> Option<u32> {
    shown(world).and_then(|set| set.reopens)
}

#[test]
fn a_row_shows_the_metric_set_of_the_row_before() {
    let mut world = World::new(NOON);
    world.metric_sets_late = SetLateness::Always;
    world.create(&Draft {
        replied_at: Some(NOON),
        ..Draft::default()
    });
    assert_eq!(shown(&world).and_then(|set| set.replies), Some(0));
    wait(&mut world, 10);
    world.set_status(1, Status::Solved);
    assert_eq!(shown(&world).map(|set| set.full_resolution), Some(NOT_YET));
    wait(&mut world, 10);
    world.set_status(1, Status::Open);
    let late = shown(&world).expect("a set");
    assert_eq!((late.full_resolution, late.reopens), (both(10), Some(0)));
    // A row later it comes, with the next write or with one of Zendesk itself.
    world.bring_late_metric_sets();
    assert_eq!(shown_reopens(&world), Some(1));
    assert_eq!(
        world.ticket(1).map(|ticket| ticket.updated_at),
        Some(NOON + 1_200)
    );
    world.metric_sets_late = SetLateness::Never;
    world.set_status(1, Status::Solved);
    assert_eq!(shown(&world), Some(set(&world)));
}

#[test]
fn some_rows_are_late_and_every_reopen_comes_once_the_sets_have() {
    let mut world = World::new(NOON);
    world.metric_sets_late = SetLateness::PerThousand(500);
    for _ in 0..50 {
        world.create(&Draft::default());
    }
    for round in 0..4 {
        wait(&mut world, 1);
        for id in 1..=50 {
            world.flip(id);
        }
        let late = world.by_id().filter(|(_, ticket)| ticket.shows_late_set());
        let late = late.count();
        assert!((10..40).contains(&late), "{late} of 50 in round {round}");
    }
    let too_few = |(_, ticket): &(i64, &SimTicket)| {
        ticket.metric_set().and_then(|set| set.reopens) < Some(ticket.reopens)
    };
    assert!(world.by_id().any(|row| too_few(&row)));
    world.bring_late_metric_sets();
    assert!(!world.by_id().any(|row| too_few(&row)));
}

#[test]
fn a_flip_within_a_second_counts_a_solve_and_a_reopen_and_leaves_the_status() {
    let mut world = world();
    let counts = |world: &World| {
        let ticket = world.ticket(1).expect("it is there");
        (ticket.status, ticket.solves, ticket.reopens)
    };
    world.flip(1);
    assert_eq!(counts(&world), (Some(Status::New), 1, 1));
    world.set_status(1, Status::Solved);
    world.flip(1);
    assert_eq!(counts(&world), (Some(Status::Solved), 3, 2));
    world.set_status(1, Status::Closed);
    world.flip(1);
    assert_eq!(counts(&world), (Some(Status::Closed), 3, 2));
    assert_eq!(shown_reopens(&world), Some(2));
}

#[test]
fn a_metric_set_tells_when_the_status_last_changed() {
    let mut world = world();
    wait(&mut world, 1);
    world.set_status(1, Status::Open);
    wait(&mut world, 1);
    world.tag(1, "vip");
    let told = |world: &World, status_updated_at| {
        let ticket = world.ticket(1).expect("it is there");
        let side_loads = SideLoads {
            status_updated_at,
            ..MetricSets::Beside.into()
        };
        let set = metric_set(1, ticket, side_loads).expect("a set");
        set.get("status_updated_at").cloned()
    };
    let time = |at| Some(crate::render::time(at).into());
    assert_eq!(told(&world, true), time(NOON + 60));
    assert_eq!(told(&world, false), None, "not every set does");
    wait(&mut world, 1);
    world.flip(1);
    assert_eq!(told(&world, true), time(NOON + 180));
}
