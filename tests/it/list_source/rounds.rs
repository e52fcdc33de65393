//! Verify rounds: what the list does not show is found all the same, and nothing is found that is not so.

use zendesk_simulator::list_faults::ListEndpoint;

use super::*;
use crate::reload::{Story, value};

const VANISHED: &str = "zendesk_exporter_vanished_tickets_total{account=\"acme\"} ";

/// An account of twenty tickets of which closed ones are archived after an hour. The ids are 1 to 20.
async fn account_of_twenty() -> Simulator {
    let simulator = account_of(without_limits()).await;
    simulator.set_truth(Truth::List);
    simulator.world(|world| {
        world.list_habits.archive_after_seconds = Some(3_600);
        for _ in 0..20 {
            world.create(&Draft::default());
        }
    });
    simulator.advance(600);
    simulator.world(|world| {
        for id in 11..=14 {
            world.set_status(id, Status::Solved);
        }
        for id in 15..=16 {
            world.delete(id);
        }
    });
    simulator.advance(600);
    simulator
}

fn begin(simulator: &Simulator) -> Story {
    let export = format!("source: list, {OFTEN}");
    let story = Story::begin(&acme(simulator, &export), &[]);
    wait_until_exact(&story.program, simulator, Seen::ByList);
    story
}

/// What the list shows, what it shows by the list of deleted tickets, and what it does not show.
fn everything_happens(simulator: &Simulator) {
    simulator.world(|world| {
        world.set_status(1, Status::Open);
        world.delete(2);
        world.restore(15, Status::Open);
        // Deleted for good: unsolved ones, a solved one, one that was deleted, and one that nobody has met.
        world.vanish_many([3, 4, 11, 16]);
        let id = world.create(&Draft::default());
        world.vanish(id);
        world.system_write(5, |ticket| ticket.status = Some(Status::Pending));
        world.system_write(6, |ticket| ticket.status = Some(Status::Solved));
        world.system_write(12, |ticket| ticket.status = Some(Status::Closed));
        world.set_status(13, Status::Closed);
    });
    // Closed and archived before anybody looked.
    simulator.advance(4_000);
}

/// What was swept is told to the oracle, which sees no round.
fn check_after_rounds(simulator: &Simulator, story: &Story, vanished: f64) {
    wait_for("the gauges of the account", || {
        let text = story.program.get("/metrics");
        let differing = differing_from_account(&text, simulator, Seen::ByList);
        differing.is_empty().then_some(()).ok_or(differing)
    });
    simulator.sweep_vanished_under_list();
    let text = wait_until_exact(&story.program, simulator, Seen::ByList);
    assert_eq!(value(&text, VANISHED), vanished, "{text}");
    assert_eq!(
        nonzero_of(&text, "zendesk_exporter_poll_failures_total"),
        [""; 0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_quiet_and_two_rounds_the_gauges_are_those_of_the_account() {
    // Whether `show_many` shows archived tickets, and whether `/tickets/{id}` does.
    for (shows_archived, shows_archived_alone) in [(true, true), (false, true)] {
        let simulator = account_of_twenty().await;
        simulator.world(|world| {
            world.list_habits.shows_archived = shows_archived;
            world.list_habits.shows_archived_alone = shows_archived_alone;
        });
        tokio::task::block_in_place(|| {
            let story = begin(&simulator);
            everything_happens(&simulator);
            check_after_rounds(&simulator, &story, 3.0);
            let text = story.program.get("/metrics");
            let silent = "zendesk_exporter_silent_changes_total{account=\"acme\"} ";
            assert_eq!(value(&text, silent), 3.0, "{text}");
            assert!(
                text.contains("zendesk_exporter_verify_round_timestamp_seconds{account=\"acme\"} "),
                "{text}"
            );
            for (event, number) in [("deleted", 1.0), ("restored", 1.0), ("reopened", 0.0)] {
                let sample = format!("zendesk_tickets_{event}_total{{account=\"acme\"");
                assert_eq!(value(&text, &sample), number, "{event}\n{text}");
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_deletions_are_refused_deleted_tickets_vanish_and_a_restored_one_comes_back() {
    for status in [403, 404] {
        let simulator = account_of_twenty().await;
        simulator.refuse_list(ListEndpoint::DeletedTickets, status);
        tokio::task::block_in_place(|| {
            let story = begin(&simulator);
            simulator.world(|world| {
                world.delete(1);
                world.delete(13);
                world.vanish(2);
            });
            simulator.advance(60);
            check_after_rounds(&simulator, &story, 3.0);
            let text = story.program.get("/metrics");
            let deleted = "zendesk_tickets_deleted_total{account=\"acme\"";
            assert_eq!(value(&text, deleted), 0.0, "{text}");
            simulator.world(|world| world.restore(1, Status::Open));
            simulator.advance(60);
            wait_until_exact(&story.program, &simulator, Seen::ByList);
            let asked = asked_of(&simulator, "deleted_tickets").len();
            assert_eq!(asked, 1, "{status}: an hour later it is asked again");
        });
    }
}
