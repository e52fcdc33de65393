//! One account, one story: which source is read, and what is shown meanwhile.

use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::world::Draft;

use super::*;
use crate::metrics::FastLane;

/// An account of so many tickets, each a minute after the one before; a third of them is solved.
fn world_with_solved(tickets: i64) -> World {
    let mut world = World::new(NOW - 60 * tickets - 86_400);
    for ticket in 0..tickets {
        world.advance_to(NOW - 60 * (tickets - ticket) - 3_600);
        let id = world.create(&Draft::default());
        if ticket % 3 == 0 {
            world.set_status(id, Status::Solved);
        }
    }
    world
}

impl Desk {
    fn fast_lane(&self) -> FastLane {
        let snapshot = self.published.load();
        snapshot.status().expect("a status").sources.fast_lane
    }
}

#[tokio::test]
async fn a_refused_export_is_replaced_by_the_list_at_the_first_start() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world_with_solved(250));
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(120).await;
    assert!(desk.truth().is_list);
    assert_eq!(desk.shown(&catalog::TICKETS), 250);
    assert_eq!(desk.shown(&catalog::UP), 1);
    assert_eq!(desk.shown(&catalog::CREATED), 0);
    let id = desk.source.lock().world.create(&Draft::default());
    desk.run_for_seconds(120).await;
    assert_eq!(desk.shown(&catalog::CREATED), 1);
    desk.source.lock().world.set_status(id, Status::Solved);
    desk.run_for_seconds(120).await;
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
    desk.source.lock().world.delete(id);
    desk.run_for_seconds(600).await;
    assert_eq!(desk.shown(&catalog::DELETED), 1);
    assert_eq!(desk.shown(&catalog::TICKETS), 250);
}

#[tokio::test]
async fn an_export_that_was_read_is_replaced_after_three_refusals_and_returns_with_the_next_try() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world_with_solved(150));
    desk.run_for_seconds(300).await;
    assert!(!desk.truth().is_list);
    let before = desk.shown_at(&catalog::DATA_TIMESTAMP);
    desk.source.lock().export_refused = Some(404);
    desk.run_for_seconds(400).await;
    assert!(!desk.truth().is_list, "two refusals");
    assert_eq!(desk.shown(&catalog::UP), 0);
    let id = desk.source.lock().world.create(&Draft::default());
    desk.run_for_seconds(600).await;
    assert!(desk.truth().is_list);
    assert_eq!(desk.shown(&catalog::UP), 1);
    assert_eq!(desk.shown(&catalog::CREATED), 1);
    assert!(desk.shown_at(&catalog::DATA_TIMESTAMP) > before);
    // It is let back, and tried a day later.
    desk.source.lock().export_refused = None;
    desk.source.lock().world.set_status(id, Status::Solved);
    desk.run_for_seconds(3_600).await;
    assert!(desk.truth().is_list);
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
    desk.run_for(DAY).await;
    assert!(!desk.truth().is_list);
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
    assert_eq!(desk.shown(&catalog::CREATED), 1);
    // A start tries at once.
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(1_200).await;
    assert!(desk.truth().is_list);
    desk.source.lock().export_refused = None;
    desk.kill();
    desk.run_for_seconds(60).await;
    assert!(!desk.truth().is_list);
}

#[tokio::test]
async fn an_export_that_returns_is_joined_by_the_list_until_it_has_caught_up() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world_with_solved(150));
    desk.run_for_seconds(300).await;
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(900).await;
    assert!(desk.truth().is_list);
    // The export is 15 pages behind, and reads eight a minute.
    let ids: Vec<_> = (0..1_500)
        .map(|_| desk.source.lock().world.create(&Draft::default()))
        .collect();
    desk.run_for_seconds(3_600).await;
    assert_eq!(desk.shown(&catalog::CREATED), 1_500);
    desk.source.lock().export_refused = None;
    desk.run_for_seconds(81_000).await;
    while desk.truth().is_list {
        desk.run_for_seconds(1).await;
    }
    assert_eq!(desk.fast_lane(), FastLane::Returning);
    // What changes meanwhile shows no later than under the list.
    desk.source.lock().world.set_status(ids[0], Status::Solved);
    desk.run_for_seconds(65).await;
    assert_eq!(desk.fast_lane(), FastLane::Returning);
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
    desk.run_for_seconds(180).await;
    assert_eq!(desk.fast_lane(), FastLane::Off);
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
    assert_eq!(desk.shown(&catalog::CREATED), 1_500);
}

#[tokio::test]
async fn an_export_that_never_ended_is_walked_beside_the_list() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world_with_solved(450));
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(120).await;
    assert!(desk.truth().is_list);
    desk.source.lock().export_refused = None;
    desk.kill();
    desk.run_for_seconds(40).await;
    assert!(desk.truth().is_list, "five pages, two a minute");
    desk.run_for_seconds(300).await;
    assert!(!desk.truth().is_list);
    assert_eq!(desk.shown(&catalog::TICKETS), 450);
    assert_eq!(desk.shown(&catalog::CREATED), 0);
}

#[tokio::test]
async fn a_silent_change_is_found_by_a_verify_round() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world_with_solved(10));
    desk.run_for_seconds(300).await;
    let id = desk.source.lock().world.with_status(Status::New)[0];
    let silently = |ticket: &mut SimTicket| ticket.status = Some(Status::Solved);
    desk.source.lock().world.system_write(id, silently);
    desk.run_for_seconds(600).await;
    assert_eq!(desk.shown(&catalog::SOLVED), 0);
    desk.run_for_seconds(3_600).await;
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
}

#[tokio::test]
async fn a_ticket_that_is_gone_is_removed_after_two_rounds_and_no_sooner() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world_with_solved(9));
    desk.run_for_seconds(300).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 9);
    let id = desk.source.lock().world.with_status(Status::New)[0];
    desk.source.lock().world.vanish(id);
    desk.run_for_seconds(4_000).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 9);
    desk.run_for_seconds(4_000).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 8);
    assert_eq!(desk.shown(&catalog::VANISHED), 1);
    assert_eq!(desk.shown(&catalog::DELETED), 0);
}

#[tokio::test]
async fn a_refused_list_of_deleted_tickets_makes_deletions_vanish() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world_with_solved(9));
    desk.source.lock().deleted_refused = true;
    desk.run_for_seconds(300).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 9);
    let id = desk.source.lock().world.with_status(Status::New)[0];
    desk.source.lock().world.delete(id);
    desk.run_for_seconds(9_000).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 8);
    assert_eq!(desk.shown(&catalog::VANISHED), 1);
    assert_eq!(desk.shown(&catalog::DELETED), 0);
}

#[tokio::test]
async fn a_fast_lane_shows_a_change_before_the_export_does() {
    let lane = Some(Duration::from_secs(15));
    let mut desk = Desk::open(settings(SourceChoice::Auto, lane), world_with_solved(30));
    desk.run_for_seconds(300).await;
    let id = desk.source.lock().world.create(&Draft::default());
    desk.run_for_seconds(25).await;
    assert_eq!(desk.shown(&catalog::CREATED), 1);
    desk.source.lock().world.delete(id);
    desk.run_for_seconds(25).await;
    assert_eq!(desk.shown(&catalog::DELETED), 1);
    desk.run_for_seconds(300).await;
    assert_eq!(desk.shown(&catalog::CREATED), 1);
    assert_eq!(desk.shown(&catalog::DELETED), 1);
    assert_eq!(desk.shown(&catalog::TICKETS), 30);
}
