//! Exact solves and reopens, and the account itself.

use super::reader::Reader;
use super::*;
use crate::list_faults::ListEndpoint;
use crate::ticket::SetLateness;

fn open_ticket() -> World {
    let mut world = World::new(1_000);
    world.create(&Draft {
        status: Status::Open,
        ..Draft::default()
    });
    world.advance_to(2_000);
    world
}

/// Solves and reopens that are counted of a ticket, adopted when open, at each look.
#[track_caller]
fn check(lateness: SetLateness, between_looks: &[fn(&mut World)], expected: &[(i64, i64)]) {
    let mut reader = Reader::of(open_ticket());
    reader.world.metric_sets_late = lateness;
    let mut seen = Vec::new();
    for change in between_looks {
        change(&mut reader.world);
        reader.world.advance_to(reader.world.now() + 100);
        reader.read_export();
        reader.check_bounds("a look");
        let TrueCounts { solved, reopened } = reader.counted();
        seen.push((solved, reopened));
    }
    assert_eq!(seen, expected);
}

fn flip(world: &mut World) {
    world.flip(1);
}

fn solve(world: &mut World) {
    world.set_status(1, Status::Solved);
}

fn open(world: &mut World) {
    world.set_status(1, Status::Open);
}

fn touch(world: &mut World) {
    world.tag(1, "touched");
}

#[test]
fn what_happens_between_two_looks_is_counted_by_the_number_of_reopens() {
    check(
        SetLateness::Never,
        &[flip, solve, flip, open, touch],
        &[(1, 1), (2, 1), (3, 2), (3, 3), (3, 3)],
    );
}

#[test]
fn a_number_that_comes_a_row_late_counts_nothing_twice() {
    // What is observed is counted at once, and what was hidden with the next row.
    check(
        SetLateness::Always,
        &[
            |world| {
                flip(world);
                touch(world);
            },
            solve,
            open,
            touch,
            flip,
            touch,
        ],
        &[(1, 1), (2, 1), (2, 2), (2, 2), (2, 2), (3, 3)],
    );
}

#[test]
fn a_reopen_from_before_the_first_row_is_no_event_though_its_number_comes_late() {
    let mut world = open_ticket();
    solve(&mut world);
    world.metric_sets_late = SetLateness::Always;
    open(&mut world);
    world.advance_to(2_200);
    let mut reader = Reader::of(world);
    touch(&mut reader.world);
    reader.world.advance_to(2_300);
    reader.read_export();
    assert_eq!(reader.counted(), TrueCounts::default());
    assert_eq!(reader.oracle.true_counts_as_read(), TrueCounts::default());
    flip(&mut reader.world);
    touch(&mut reader.world);
    reader.world.advance_to(2_400);
    reader.read_export();
    let expected = TrueCounts {
        solved: 1,
        reopened: 1,
    };
    assert_eq!(reader.counted(), expected);
    assert_eq!(reader.oracle.true_counts(&reader.world), expected);
}

#[test]
fn a_ticket_that_was_created_begins_at_nothing() {
    let mut reader = Reader::of(open_ticket());
    let id = reader.world.create(&Draft::default());
    reader.world.flip(id);
    reader.world.set_status(id, Status::Solved);
    reader.world.advance_to(2_100);
    reader.read_export();
    let expected = TrueCounts {
        solved: 2,
        reopened: 1,
    };
    assert_eq!(reader.counted(), expected);
    assert_eq!(reader.oracle.true_counts(&reader.world), expected);
}

#[test]
fn over_a_deletion_the_table_alone_counts() {
    let mut reader = Reader::of(open_ticket());
    reader.world.set_status(1, Status::Solved);
    reader.world.advance_to(2_100);
    reader.read_export();
    reader.world.delete(1);
    reader.world.advance_to(2_200);
    reader.read_export();
    // Zendesk counts the reopen; nobody saw when it happened.
    reader.world.restore(1, Status::Open);
    reader.world.flip(1);
    reader.world.advance_to(2_300);
    reader.read_export();
    let expected = TrueCounts {
        solved: 1,
        reopened: 0,
    };
    assert_eq!(reader.counted(), expected);
    reader.world.flip(1);
    reader.world.advance_to(2_400);
    reader.read_export();
    let expected = TrueCounts {
        solved: 2,
        reopened: 1,
    };
    assert_eq!(reader.counted(), expected);
    assert_eq!(reader.oracle.true_counts_as_read(), expected);
}

#[test]
fn a_status_that_has_moved_and_come_back_is_a_hidden_change() {
    let mut reader = Reader::of(open_ticket());
    reader.oracle = reader.oracle.told_of_status_changes(true);
    for (change, hidden) in [
        (touch as fn(&mut World), 0),
        (flip, 1),
        (solve, 1),
        (
            |world| {
                world.set_status(1, Status::Open);
                world.set_status(1, Status::Solved);
                world.tag(1, "again");
            },
            2,
        ),
    ] {
        change(&mut reader.world);
        reader.world.advance_to(reader.world.now() + 100);
        reader.read_export();
        assert_eq!(reader.oracle.hidden_status_changes(), hidden);
    }
}

#[test]
fn the_list_holds_what_it_shows_and_what_was_met_before_it_was_archived() {
    let closed = Draft {
        status: Status::Closed,
        ..Draft::default()
    };
    let mut world = World::new(1_000);
    world.list_habits.archive_after_seconds = Some(1_000);
    world.create(&closed);
    world.advance_to(1_500);
    world.create(&closed);
    world.create(&closed);
    world.create(&Draft::default());
    world.advance_to(2_100);
    let mut reader = Reader {
        world,
        oracle: Oracle::default(),
    };
    reader.oracle.set_truth(Truth::List);
    reader.read_list(ListEndpoint::Tickets, 0);
    reader.read_list(ListEndpoint::DeletedTickets, 0);
    // Ticket 1 was archived before. Ticket 3 is deleted out of the archive.
    reader.world.advance_to(3_000);
    reader.world.delete(3);
    for endpoint in ListEndpoint::ALL.into_iter().take(2) {
        reader.read_list(endpoint, 0);
    }
    let [shown, account] = reader.gauges(Seen::ByList);
    assert_eq!(shown, account);
    assert!(
        shown.contains("status=\"closed\",priority=\"none\",type=\"none\",channel=\"web\"} 2\n")
    );
    let [_, account] = reader.gauges(Seen::ByExport);
    assert!(
        account.contains("status=\"closed\",priority=\"none\",type=\"none\",channel=\"web\"} 2\n")
    );
}
