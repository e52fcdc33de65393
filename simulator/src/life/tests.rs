use std::collections::BTreeSet;

use super::*;
use crate::vocabulary::{Score, TicketType};
use crate::world::SimTicket;

/// A day of a desk that is looked at this often.
fn lived(seed: u64, looks: i64) -> World {
    lived_with(Habits::default(), seed, looks)
}

fn lived_with(habits: Habits, seed: u64, looks: i64) -> World {
    let mut world = World::new(1_700_000_000);
    let rates = Rates {
        tickets_per_day: 500.0,
    };
    let mut life = Life::new(seed, rates, &world).with_habits(habits, &mut world);
    life.furnish(&mut world, 200);
    for look in 1..=looks {
        life.live_until(&mut world, 1_700_000_000 + DAY_SECONDS * look / looks);
    }
    world
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let rows = |world: &World| -> Vec<_> {
        world
            .rows_after((0, 0))
            .map(|(id, ticket)| (id, ticket.clone()))
            .collect()
    };
    assert_eq!(rows(&lived(7, 1)), rows(&lived(7, 1)));
    assert_ne!(rows(&lived(7, 1)), rows(&lived(8, 1)));
    assert_eq!(
        rows(&lived(7, 1)),
        rows(&lived(7, 1_440)),
        "who looks changes nothing"
    );
}

#[test]
fn a_day_of_life_has_a_bit_of_everything() {
    let world = lived(7, 24);
    assert!(world.len() > 500, "{}", world.len());
    for status in &Status::ALL[..6] {
        assert!(!world.with_status(*status).is_empty(), "{status:?}");
    }
    let deleted = world
        .rows_after((0, 0))
        .filter(|(_, ticket)| ticket.status.is_none());
    assert!(deleted.count() > 0);
}

#[test]
fn a_ticket_that_was_scrubbed_does_not_come_back() {
    let mut scrubbed = 0;
    for seed in 0..40 {
        let world = lived(seed, 1);
        let tickets = world.rows_after((0, 0)).map(|(_, ticket)| ticket);
        for ticket in tickets.filter(|ticket| ticket.scrubbed) {
            assert_eq!(ticket.status, None, "seed {seed}");
            scrubbed += 1;
        }
    }
    assert!(scrubbed > 0);
}

#[test]
fn a_day_of_life_gives_the_labels_their_values() {
    let world = lived(7, 24);
    let tickets = || world.rows_after((0, 0)).map(|(_, ticket)| ticket);
    for score in [Score::Offered, Score::Good, Score::Bad] {
        assert!(tickets().any(|ticket| ticket.score == score), "{score:?}");
    }
    for tag in crate::tags::USUAL {
        assert!(tickets().any(|ticket| ticket.tags.contains(tag)), "{tag}");
    }
    let products: BTreeSet<_> = tickets().map(|ticket| ticket.product.clone()).collect();
    let groups: BTreeSet<_> = tickets().map(|ticket| ticket.group).collect();
    let brands: BTreeSet<_> = tickets().map(|ticket| ticket.brand).collect();
    let forms: BTreeSet<_> = tickets().map(|ticket| ticket.form).collect();
    assert!(products.len() > 3 && products.contains(&None));
    assert!(
        groups.len() >= 5 && forms.len() >= 2,
        "{groups:?} {forms:?}"
    );
    assert!(brands.len() >= 3 && brands.contains(&None), "{brands:?}");
    let overdue = |ticket: &&SimTicket| ticket.due_at.is_some_and(|due| due <= world.now());
    assert!(tickets().any(|ticket| overdue(&ticket)));
    assert!(
        tickets().all(|ticket| ticket.due_at.is_none() || ticket.ticket_type == TicketType::Task)
    );
}

#[test]
fn habits_bring_late_measurements_targets_and_silent_deletions() {
    let habits = Habits {
        late_per_thousand: 500,
        vanished_per_thousand: 20,
        ..Habits::LIVELY
    };
    let world = lived_with(habits, 7, 24);
    let tickets = || world.rows_after((0, 0)).map(|(_, ticket)| ticket);
    assert!(tickets().any(|ticket| !ticket.sla().is_empty()));
    let waited_for = |ticket: &SimTicket| {
        let late = ticket.updated_at + LATE_SECONDS - STEP_SECONDS;
        ticket.measured && ticket.solved_at == Some(ticket.updated_at) && ticket.generated_at > late
    };
    assert!(tickets().any(waited_for), "some have come");
    let newest = tickets().count();
    let ids: Vec<i64> = world.rows_after((0, 0)).map(|(id, _)| id).collect();
    let highest = ids.iter().max().copied().unwrap_or(0);
    assert!(
        i64::try_from(newest).unwrap_or(0) < highest,
        "none vanished"
    );
}

#[test]
fn flips_within_seconds_are_counted_where_the_status_does_not_show_them() {
    let habits = Habits {
        flips_per_thousand: 100,
        ..Habits::default()
    };
    let world = lived_with(habits, 7, 24);
    let flipped = |ticket: &&SimTicket| ticket.status != Some(Status::Closed) && ticket.reopens > 2;
    assert!(world.by_id().any(|(_, ticket)| flipped(&ticket)));
    for (id, ticket) in world.by_id() {
        let Some(status) = ticket.status else {
            continue;
        };
        let is_done = u32::from(status.is_done());
        assert_eq!(ticket.solves, ticket.reopens + is_done, "ticket {id}");
    }
}
