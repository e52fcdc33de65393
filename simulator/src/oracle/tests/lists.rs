//! Rows of the lists, alone and between those of the export.

use super::*;
use crate::list_faults::ListEndpoint;

/// What rows of the lists say of their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Carried,
    Missing,
}

/// An answer of `/tickets` with these tickets of the account as they are now.
fn listed(world: &World, ids: &[i64], keys: Keys) -> Listed {
    let row = |id: &i64| {
        let ticket = world.ticket(*id)?.clone();
        Some(ListedRow {
            id: *id,
            generated_timestamp: (keys == Keys::Carried).then_some(ticket.generated_at),
            ticket,
        })
    };
    Listed {
        endpoint: ListEndpoint::Tickets,
        rows: ids.iter().filter_map(row).collect(),
        carried: Carried {
            metric_sets: true,
            slas: false,
        },
        has_more: false,
        date: world.now(),
    }
}

fn deleted(world: &World, ids: &[i64]) -> Listed {
    Listed {
        endpoint: ListEndpoint::DeletedTickets,
        ..listed(world, ids, Keys::Missing)
    }
}

/// An exporter whose first sync has found one ticket in this status, by this source.
fn synced(status: Status, truth: Truth, keys: Keys) -> (World, Oracle) {
    let world = world_with(status);
    let mut oracle = Oracle::default();
    oracle.set_truth(truth);
    match truth {
        Truth::Export => oracle.on_served(served("0", "a", &world)),
        Truth::List => {
            oracle.on_listed(listed(&world, &[1], keys));
            oracle.on_listed(deleted(&world, &[]));
        }
    }
    oracle.settle();
    (world, oracle)
}

fn listen(oracle: &mut Oracle, listed: Listed) {
    oracle.on_listed(listed);
    oracle.settle();
}

fn status_shown(oracle: &Oracle) -> Option<Status> {
    let text = oracle.expected("acme", &OracleSettings::default());
    let line = text
        .lines()
        .find(|line| line.starts_with("zendesk_tickets{"))?;
    let is_named = |status: &&Status| line.contains(&format!("status=\"{}\"", status.label()));
    Status::ALL.iter().find(is_named).copied()
}

const UPDATED: &str = "zendesk_tickets_updated_total";

/// The counters but for updates, without their labels.
fn events(oracle: &Oracle) -> Vec<String> {
    let mut events = counted(oracle);
    events.retain(|line| !line.starts_with(UPDATED) && !line.contains("status_changes"));
    events
}

#[test]
fn the_first_sync_by_the_list_ends_with_the_end_of_the_deleted_ones() {
    let world = world_with(Status::Open);
    for is_refused in [false, true] {
        let mut oracle = Oracle::default();
        oracle.set_truth(Truth::List);
        listen(
            &mut oracle,
            Listed {
                has_more: true,
                ..listed(&world, &[1], Keys::Missing)
            },
        );
        listen(&mut oracle, deleted(&world, &[]));
        assert_eq!(status_shown(&oracle), None, "the list has not ended");
        listen(&mut oracle, listed(&world, &[], Keys::Missing));
        assert_eq!(status_shown(&oracle), None);
        if is_refused {
            oracle.on_deleted_refused();
            oracle.settle();
        } else {
            listen(&mut oracle, deleted(&world, &[]));
        }
        assert_eq!(status_shown(&oracle), Some(Status::Open));
        assert_eq!(events(&oracle), [""; 0]);
    }
}

#[test]
fn a_row_of_the_list_is_a_change_and_that_of_the_export_after_it_is_none() {
    for keys in [Keys::Carried, Keys::Missing] {
        let (mut world, mut oracle) = synced(Status::Open, Truth::Export, keys);
        world.set_status(1, Status::Solved);
        listen(&mut oracle, listed(&world, &[1], keys));
        let seen = counted(&oracle);
        assert_eq!(events(&oracle), ["zendesk_tickets_solved_total{} 1"]);
        oracle.on_served(served("a", "b", &world));
        oracle.settle();
        assert_eq!(counted(&oracle), seen, "{keys:?}");
    }
}

#[test]
fn an_older_row_of_any_source_changes_nothing() {
    for keys in [Keys::Carried, Keys::Missing] {
        let (mut world, mut oracle) = synced(Status::Open, Truth::List, keys);
        let before = listed(&world, &[1], keys);
        let page_before = served("0", "a", &world);
        world.advance_to(110);
        world.set_status(1, Status::Pending);
        listen(&mut oracle, listed(&world, &[1], keys));
        listen(&mut oracle, before);
        oracle.on_served(page_before);
        oracle.settle();
        assert_eq!(status_shown(&oracle), Some(Status::Pending), "{keys:?}");
    }
}

#[test]
fn a_silent_change_is_seen_by_whoever_is_the_truth() {
    for (truth, keys, expected) in [
        (Truth::List, Keys::Missing, Status::Closed),
        (Truth::List, Keys::Carried, Status::Closed),
        (Truth::Export, Keys::Carried, Status::Closed),
        // The export will tell.
        (Truth::Export, Keys::Missing, Status::Solved),
    ] {
        let (mut world, mut oracle) = synced(Status::Solved, truth, keys);
        world.advance_to(110);
        world.system_write(1, |ticket| ticket.status = Some(Status::Closed));
        listen(
            &mut oracle,
            Listed {
                endpoint: ListEndpoint::ShowMany,
                ..listed(&world, &[1], keys)
            },
        );
        assert_eq!(status_shown(&oracle), Some(expected), "{truth:?} {keys:?}");
        assert!(
            !counted(&oracle)
                .iter()
                .any(|line| line.starts_with(UPDATED))
        );
    }
}

#[test]
fn a_copy_that_lags_does_not_undo_a_silent_change_of_the_status() {
    let (mut world, mut oracle) = synced(Status::Open, Truth::List, Keys::Missing);
    let before = listed(&world, &[1], Keys::Missing);
    world.advance_to(110);
    world.system_write(1, |ticket| ticket.status = Some(Status::Solved));
    listen(&mut oracle, listed(&world, &[1], Keys::Missing));
    listen(&mut oracle, before);
    assert_eq!(status_shown(&oracle), Some(Status::Solved));
    assert_eq!(events(&oracle), ["zendesk_tickets_solved_total{} 1"]);
}

#[test]
fn a_second_change_of_the_status_within_a_second_is_seen_once_no_copy_lags() {
    let (mut world, mut oracle) = synced(Status::Open, Truth::List, Keys::Missing);
    world.advance_to(1_000);
    world.tag(1, "first");
    listen(&mut oracle, listed(&world, &[1], Keys::Missing));
    world.set_status(1, Status::Solved);
    for (now, expected) in [(1_119, Status::Open), (1_120, Status::Solved)] {
        world.advance_to(now);
        listen(&mut oracle, listed(&world, &[1], Keys::Missing));
        assert_eq!(status_shown(&oracle), Some(expected), "{now}");
    }
    assert_eq!(events(&oracle), ["zendesk_tickets_solved_total{} 1"]);
}

#[test]
fn a_deletion_is_told_by_the_list_of_deleted_tickets_and_lifted_by_a_later_row() {
    for keys in [Keys::Carried, Keys::Missing] {
        let (mut world, mut oracle) = synced(Status::Open, Truth::List, keys);
        let alive = listed(&world, &[1], keys);
        world.advance_to(110);
        world.delete(1);
        let entry = deleted(&world, &[1]);
        listen(&mut oracle, entry.clone());
        listen(&mut oracle, alive);
        assert_eq!(events(&oracle), ["zendesk_tickets_deleted_total{} 1"]);
        assert_eq!(status_shown(&oracle), None);
        // The export confirms it, and scrubbing it moves its key and no update.
        world.scrub(1);
        oracle.on_served(served("a", "b", &world));
        world.advance_to(111);
        world.restore(1, Status::Open);
        listen(&mut oracle, listed(&world, &[1], keys));
        // The entry is read again.
        listen(&mut oracle, entry);
        assert_eq!(status_shown(&oracle), Some(Status::Open), "{keys:?}");
        assert_eq!(
            events(&oracle),
            [
                "zendesk_tickets_deleted_total{} 1",
                "zendesk_tickets_restored_total{} 1"
            ]
        );
    }
}

#[test]
fn a_deletion_of_a_ticket_that_was_never_seen_is_a_tombstone() {
    let (mut world, mut oracle) = synced(Status::Open, Truth::List, Keys::Missing);
    let id = world.create(&Draft::default());
    let alive = listed(&world, &[id], Keys::Missing);
    world.advance_to(110);
    world.delete(id);
    listen(&mut oracle, deleted(&world, &[id]));
    listen(&mut oracle, alive);
    assert_eq!(events(&oracle), [""; 0]);
}

#[test]
fn an_unclosed_ticket_that_nobody_names_is_swept_and_an_equal_row_brings_it_back() {
    let (mut world, mut oracle) = synced(Status::Open, Truth::List, Keys::Missing);
    let closed = world.create(&Draft {
        status: Status::Closed,
        ..Draft::default()
    });
    listen(&mut oracle, listed(&world, &[closed], Keys::Missing));
    oracle.sweep_unclosed(|_| false);
    assert_eq!(
        status_shown(&oracle),
        Some(Status::Closed),
        "it is archived"
    );
    let before = counted(&oracle);
    listen(&mut oracle, listed(&world, &[1], Keys::Missing));
    let text = oracle.expected("acme", &OracleSettings::default());
    assert!(text.contains("zendesk_tickets{account=\"acme\",status=\"open\""));
    assert_eq!(counted(&oracle), before, "it is adopted");
}

#[test]
fn old_tickets_of_the_list_are_passed_over() {
    let (mut world, mut oracle) = synced(Status::Open, Truth::List, Keys::Missing);
    oracle.set_start_time(150);
    let id = world.create(&Draft::default());
    listen(&mut oracle, listed(&world, &[id], Keys::Missing));
    assert_eq!(events(&oracle), [""; 0]);
    world.advance_to(150);
    world.set_status(id, Status::Open);
    listen(&mut oracle, listed(&world, &[id], Keys::Missing));
    assert_eq!(events(&oracle), ["zendesk_tickets_created_total{} 1"]);
}

#[test]
fn an_answer_of_the_lists_is_kept_once_the_next_two_have_come() {
    let (mut world, mut oracle) = synced(Status::Open, Truth::List, Keys::Missing);
    world.advance_to(110);
    world.set_status(1, Status::Solved);
    oracle.on_listed(listed(&world, &[1], Keys::Missing));
    oracle.on_listed(deleted(&world, &[]));
    assert_eq!(events(&oracle), [""; 0]);
    let mut without_two = oracle.clone();
    without_two.lose_latest(2);
    assert_eq!(events(&without_two), [""; 0]);
    oracle.on_listed(deleted(&world, &[]));
    assert_eq!(events(&oracle), ["zendesk_tickets_solved_total{} 1"]);
    world.advance_to(120);
    world.set_status(1, Status::Open);
    oracle.on_listed(listed(&world, &[1], Keys::Missing));
    oracle.lose_latest(1);
    assert_eq!(events(&oracle), ["zendesk_tickets_solved_total{} 1"]);
}
