//! Random lives of an account, looked at by all sources.

use super::reader::Reader;
use super::*;
use crate::list_faults::ListEndpoint;
use crate::list_habits::{GeneratedTimestamp, ListHabits, Replicas};
use crate::ticket::SetLateness;

/// One life of an account, looked at by all sources.
fn live(seed: u64, generated_timestamp: GeneratedTimestamp, deletes: bool) {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut world = World::new(10_000);
    world.list_habits = ListHabits {
        generated_timestamp,
        replicas: Replicas::InTurns { lag_seconds: 20 },
        ..ListHabits::default()
    };
    world.metric_sets_late = SetLateness::PerThousand(400);
    for _ in 0..12 {
        world.create(&Draft::default());
    }
    world.advance_to(10_100);
    let mut reader = Reader::of(world);
    for step in 0..150 {
        // A silent change of the status within the second of another change cannot be told from it.
        reader
            .world
            .advance_to(reader.world.now() + dice.i64(1..30));
        happen(&mut reader.world, &mut dice, deletes);
        if dice.u32(0..10) == 0 {
            let truths = [Truth::Export, Truth::List];
            reader.oracle.set_truth(truths[dice.usize(0..2)]);
        }
        let lag = [0, 20][dice.usize(0..2)];
        match dice.u32(0..8) {
            0 | 1 => reader.read_export(),
            2 | 3 => reader.read_list(ListEndpoint::Tickets, lag),
            4 => reader.read_list(ListEndpoint::DeletedTickets, lag),
            5 => reader.read_list(ListEndpoint::ShowMany, lag),
            _ => {}
        }
        reader.check_bounds(&format!("seed {seed}, step {step}"));
    }
    reader.world.advance_to(reader.world.now() + 100);
    reader.world.bring_late_metric_sets();
    reader.world.advance_to(reader.world.now() + 100);
    let seen = if dice.bool() {
        reader.oracle.set_truth(Truth::Export);
        reader.read_export();
        Seen::ByExport
    } else {
        reader.oracle.set_truth(Truth::List);
        for endpoint in ListEndpoint::ALL {
            reader.read_list(endpoint, 0);
        }
        Seen::ByList
    };
    reader.check_bounds(&format!("seed {seed}, the end"));
    let [shown, account] = reader.gauges(seen);
    assert_eq!(shown, account, "seed {seed}");
    if !deletes {
        let counts = reader.oracle.true_counts(&reader.world);
        assert_eq!(reader.counted(), counts, "seed {seed}");
        assert!(counts.reopened > 0);
    }
}

fn happen(world: &mut World, dice: &mut fastrand::Rng, deletes: bool) {
    let ids: Vec<i64> = world.by_id().map(|(id, _)| id).collect();
    let id = ids[dice.usize(0..ids.len())];
    let Some(ticket) = world.ticket(id) else {
        return;
    };
    let unsolved = [Status::Open, Status::Pending, Status::Hold];
    let now = world.now();
    match (ticket.status, dice.u32(0..12)) {
        (None, _) => {
            // A restore within the second of the deletion cannot be told from it.
            let is_older = ticket.deletion.is_some_and(|deletion| deletion.at < now);
            if is_older && dice.bool() {
                world.restore(id, unsolved[dice.usize(0..3)]);
            }
        }
        (_, 0) => _ = world.create(&Draft::default()),
        (_, 1..4) => world.flip(id),
        (_, 4) => world.tag(id, format!("tag-{now}")),
        (_, 5) if deletes => world.delete(id),
        (Some(Status::Closed), _) => {}
        (Some(Status::Solved), 6) => {
            world.system_write(id, |ticket| ticket.status = Some(Status::Closed));
        }
        (_, 7) => world.system_write(id, |ticket| ticket.status = Some(Status::Solved)),
        (Some(Status::Solved), _) => world.set_status(id, Status::Open),
        (_, 8..10) => world.set_status(id, Status::Solved),
        _ => world.set_status(id, unsolved[dice.usize(0..3)]),
    }
}

#[test]
fn nothing_is_counted_that_was_not_and_everything_once_the_sets_have_come() {
    for seed in 0..20 {
        for keys in [GeneratedTimestamp::Carried, GeneratedTimestamp::Missing] {
            live(seed, keys, false);
            live(seed, keys, true);
        }
    }
}
