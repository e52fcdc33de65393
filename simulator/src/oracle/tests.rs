use super::*;
use crate::vocabulary::Status;
use crate::world::{Draft, World};

mod lists;

mod lives;

mod measures;

mod reader;

mod truth;

/// `Date` of every answer of the first sync: what was created before it is adopted.
const BASELINE: i64 = 50;

/// The whole account as one page, asked for at `asked` and leading to `leads_to`.
fn served(asked: &str, leads_to: &str, world: &World) -> Served {
    Served {
        asked: asked.to_owned(),
        leads_to: Some(leads_to.to_owned()),
        rows: world
            .rows_after((0, 0))
            .map(|(id, ticket)| (id, ticket.clone()))
            .collect(),
        carried: Carried {
            metric_sets: false,
            slas: false,
        },
        end_of_stream: true,
        date: BASELINE,
    }
}

fn world_with(status: Status) -> World {
    let mut world = World::new(10);
    world.create(&Draft {
        status,
        assigned: true,
        ..Draft::default()
    });
    world.advance_to(100);
    world
}

/// The counters, without their labels other than `from` and `to`.
fn counted(oracle: &Oracle) -> Vec<String> {
    oracle
        .expected("acme", &OracleSettings::default())
        .lines()
        .filter(|line| line.contains("_total{"))
        .map(|line| {
            line.replace("{account=\"acme\",", "{")
                .replace("priority=\"none\",type=\"none\",channel=\"web\"", "")
        })
        .collect()
}

/// What is counted when a ticket that was synced in `before` is changed so.
#[track_caller]
fn check_change(before: Status, change: impl FnOnce(&mut World), expected: &[&str]) {
    let mut world = world_with(before);
    let mut oracle = Oracle::default();
    oracle.on_served(served("0", "a", &world));
    oracle.on_request("a");
    change(&mut world);
    oracle.on_served(served("a", "b", &world));
    oracle.on_request("b");
    assert_eq!(counted(&oracle), expected);
}

#[test]
fn the_table_of_events_is_the_designs() {
    check_change(Status::Open, |_| {}, &[]);
    check_change(
        Status::Open,
        |world| world.set_status(1, Status::Solved),
        &[
            "zendesk_ticket_status_changes_total{from=\"open\",to=\"solved\"} 1",
            "zendesk_tickets_solved_total{} 1",
            "zendesk_tickets_updated_total{status=\"solved\",} 1",
        ],
    );
    check_change(
        Status::Solved,
        |world| world.set_status(1, Status::Open),
        &[
            "zendesk_ticket_status_changes_total{from=\"solved\",to=\"open\"} 1",
            "zendesk_tickets_reopened_total{} 1",
            "zendesk_tickets_updated_total{status=\"open\",} 1",
        ],
    );
    check_change(
        Status::Solved,
        |world| world.merge(1),
        &[
            "zendesk_ticket_status_changes_total{from=\"solved\",to=\"closed\"} 1",
            "zendesk_tickets_updated_total{status=\"closed\",} 1",
        ],
    );
    check_change(
        Status::Solved,
        |world| world.delete(1),
        &["zendesk_tickets_deleted_total{} 1"],
    );
}

#[test]
fn a_system_write_counts_every_event_but_updated() {
    check_change(Status::Open, |world| world.system_write(1, |_| {}), &[]);
    check_change(
        Status::Open,
        |world| world.system_write(1, |ticket| ticket.status = Some(Status::Closed)),
        &[
            "zendesk_ticket_status_changes_total{from=\"open\",to=\"closed\"} 1",
            "zendesk_tickets_solved_total{} 1",
        ],
    );
}

#[test]
fn a_ticket_is_created_only_if_it_is_younger_than_the_first_answer() {
    check_change(
        Status::Open,
        |world| {
            world.create(&Draft::default());
        },
        &[
            "zendesk_tickets_created_total{} 1",
            "zendesk_tickets_updated_total{status=\"new\",} 1",
        ],
    );
    check_change(
        Status::Open,
        |world| {
            let solved = Draft {
                status: Status::Solved,
                ..Draft::default()
            };
            world.create(&solved);
        },
        &[
            "zendesk_tickets_created_total{} 1",
            "zendesk_tickets_solved_total{} 1",
            "zendesk_tickets_updated_total{status=\"solved\",} 1",
        ],
    );
    check_change(
        Status::Open,
        |world| {
            world.create_at(&Draft::default(), BASELINE - 1);
        },
        &[],
    );
    check_change(
        Status::Open,
        |world| {
            let id = world.create(&Draft::default());
            world.delete(id);
        },
        &[],
    );
}

#[test]
fn a_tombstone_is_lifted_by_a_greater_key_only() {
    let mut world = world_with(Status::Open);
    let alive = served("0", "a", &world);
    world.delete(1);
    let mut oracle = Oracle::default();
    oracle.on_served(served("0", "a", &world));
    oracle.on_request("a");
    // The same second, alive, and then an older row: a walk that overlaps.
    let mut same_second = alive.clone();
    same_second.rows[0].1.generated_at = 100;
    for stale in [same_second, alive] {
        oracle.on_served(stale);
        oracle.settle();
    }
    assert_eq!(oracle.expected("acme", &OracleSettings::default()), "");
    world.advance_to(101);
    world.restore(1, Status::Open);
    oracle.on_served(served("a", "b", &world));
    oracle.settle();
    assert_eq!(
        counted(&oracle),
        [
            "zendesk_tickets_restored_total{} 1",
            "zendesk_tickets_updated_total{status=\"open\",} 1",
        ]
    );
}

#[test]
fn an_answer_that_is_asked_for_again_was_not_kept() {
    let mut world = World::new(10);
    let id = world.create(&Draft::default());
    let mut oracle = Oracle::default();
    oracle.on_request("0");
    oracle.on_served(served("0", "a", &world));
    oracle.on_request("a");

    world.set_status(id, Status::Solved);
    oracle.on_served(served("a", "b", &world));
    // Killed before it was kept. A replay comes first, then it is asked again; it was reopened.
    world.set_status(id, Status::Open);
    oracle.on_request("5");
    oracle.on_served(served("5", "c", &world));
    oracle.on_request("a");
    oracle.on_served(served("a", "b", &world));
    oracle.settle();
    assert_eq!(
        oracle.expected("acme", &OracleSettings::default()),
        "zendesk_ticket_status_changes_total{account=\"acme\",from=\"new\",to=\"open\"} 1\n\
         zendesk_tickets{account=\"acme\",status=\"open\",priority=\"none\",type=\"none\",channel=\"web\"} 1\n\
         zendesk_unassigned_tickets{account=\"acme\",status=\"open\",priority=\"none\"} 1\n"
    );
}

#[test]
fn a_replay_between_two_pages_leaves_their_order() {
    let mut world = world_with(Status::Open);
    let mut oracle = Oracle::default();
    oracle.on_served(served("0", "a", &world));
    oracle.on_request("a");
    world.set_status(1, Status::Solved);
    oracle.on_served(served("a", "b", &world));
    // The replay's page leads nowhere that is asked for; the one before it is kept all the same.
    world.advance_to(110);
    world.set_status(1, Status::Open);
    oracle.on_request("5");
    oracle.on_served(served("5", "nowhere", &world));
    oracle.on_request("b");
    oracle.on_served(served("b", "d", &world));
    oracle.settle();
    assert!(counted(&oracle).contains(&"zendesk_tickets_solved_total{} 1".to_owned()));
    assert!(counted(&oracle).contains(&"zendesk_tickets_reopened_total{} 1".to_owned()));
}

#[test]
fn nothing_is_expected_before_the_first_sync_is_complete() {
    let world = world_with(Status::Open);
    let mut oracle = Oracle::default();
    oracle.on_served(Served {
        end_of_stream: false,
        ..served("0", "a", &world)
    });
    oracle.on_request("a");
    assert_eq!(oracle.expected("acme", &OracleSettings::default()), "");
    // The end of the stream may be an empty page, which leaves the position where it is.
    oracle.on_served(Served {
        rows: Vec::new(),
        leads_to: None,
        ..served("a", "", &world)
    });
    oracle.on_request("a");
    assert!(
        oracle
            .expected("acme", &OracleSettings::default())
            .starts_with("zendesk_tickets{")
    );
    assert_eq!(counted(&oracle), Vec::<String>::new());
}

#[test]
fn an_exporter_that_ended_may_have_lost_its_latest_answer_and_no_other() {
    let mut world = world_with(Status::Open);
    let mut oracle = Oracle::default();
    oracle.on_served(served("0", "a", &world));
    world.set_status(1, Status::Solved);
    oracle.on_served(served("5", "nowhere", &world));
    world.set_status(1, Status::Open);
    oracle.on_served(served("6", "nowhere", &world));
    oracle.lose_latest(1);
    assert!(counted(&oracle).contains(&"zendesk_tickets_solved_total{} 1".to_owned()));
    assert!(!counted(&oracle).contains(&"zendesk_tickets_reopened_total{} 1".to_owned()));
}

#[test]
fn the_first_sync_counts_what_happens_to_tickets_created_since_its_first_answer() {
    let mut world = world_with(Status::Open);
    let mut oracle = Oracle::default();
    let page = |asked, leads_to, world: &World, end_of_stream| Served {
        end_of_stream,
        ..served(asked, leads_to, world)
    };
    oracle.on_served(page("0", "a", &world, false));
    oracle.on_request("a");
    // The old one is solved, a new one is made and solved.
    world.set_status(1, Status::Solved);
    let new = world.create(&Draft::default());
    oracle.on_served(page("a", "b", &world, false));
    oracle.on_request("b");
    world.set_status(new, Status::Solved);
    oracle.on_served(page("b", "c", &world, true));
    oracle.on_request("c");
    assert_eq!(
        counted(&oracle),
        [
            "zendesk_ticket_status_changes_total{from=\"new\",to=\"solved\"} 1",
            "zendesk_tickets_created_total{} 1",
            "zendesk_tickets_solved_total{} 1",
            "zendesk_tickets_updated_total{status=\"new\",} 1",
        ]
    );
}
