//! What is published of the sources, while the account changes.

use zendesk_simulator::vocabulary::Status;

use super::*;
use crate::metrics::{
    AccountCondition, AccountStatus, ArchivedTicketsStatus, FastLane, FullWalk, SourceStatus,
};
use crate::source::SourceReason;

impl Desk {
    fn status(&self) -> AccountStatus {
        let snapshot = self.published.load();
        let status = snapshot.status().expect("a status");
        AccountStatus::clone(status)
    }

    fn sources(&self) -> SourceStatus {
        self.status().sources
    }

    fn condition(&self) -> AccountCondition {
        self.status().condition(self.clock.now().wall())
    }
}

#[tokio::test]
async fn a_first_start_with_an_agents_login_says_what_is_read_and_what_is_missing() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(250));
    desk.source.lock().export_refused = Some(403);
    desk.source.lock().role = "agent";
    desk.run_for_seconds(120).await;
    let status = desk.status();
    let source = (SourceKind::List, SourceReason::NotAdmin);
    assert_eq!(status.state.source, source);
    assert_eq!(desk.condition(), AccountCondition::Current);
    // The refusal is no longer a problem of the account.
    assert_eq!(status.problem, None);
    let export = status.sources.export.expect("it is tried again");
    let failure = export.failure.expect("it was refused");
    assert_eq!(failure.reason, "forbidden");
    assert_eq!(
        failure.advice,
        Some("make the user behind the credentials an admin, or use the credentials of an admin")
    );
    let wait = export.next_attempt_at.since(failure.at);
    assert!((86_400..86_410).contains(&wait), "{wait}");
    assert_eq!(export.walk.ratio, None);
    assert_eq!(status.sources.archived, ArchivedTicketsStatus::Totals);
    assert_eq!(status.sources.fast_lane, FastLane::Off);
    assert_eq!(status.sources.list_walk.ratio, Some(1.0));
    let list = status.sources.list.expect("the list is the truth");
    assert_eq!(list.shows_archived_by_ids, None);
    assert!(!list.deleted_is_refused);
    assert_eq!(list.has_slas, None);
    assert!(matches!(list.full_walk, FullWalk::Due(_)), "{list:?}");
    assert!(status.state.verified_at.is_some());
}

#[tokio::test]
async fn the_end_of_the_first_sync_is_foretold_by_what_the_list_may_ask() {
    // 30 pages, ten requests a minute.
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(3_000));
    let began = desk.clock.now().wall();
    desk.run_for_seconds(70).await;
    assert_eq!(desk.condition(), AccountCondition::FirstSync);
    let status = desk.status();
    let end = status.initial_sync_end(desk.clock.now().wall());
    let took = end.expect("a forecast").since(began);
    desk.run_for_seconds(60).await;
    assert_eq!(desk.condition(), AccountCondition::FirstSync);
    desk.run_for_seconds(120).await;
    assert_eq!(desk.condition(), AccountCondition::Current);
    assert!((100..240).contains(&took), "{took}");
}

#[tokio::test]
async fn a_switch_says_how_near_it_is_and_when_the_first_walk_will_end() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(3_000));
    desk.run_for_seconds(900).await;
    assert_eq!(desk.condition(), AccountCondition::Current);
    let counted = ArchivedTicketsStatus::CountedFromExport;
    let read = SourceStatus {
        archived: counted,
        ..SourceStatus::default()
    };
    assert_eq!(desk.sources(), read);
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(100).await;
    assert_eq!(desk.condition(), AccountCondition::Failing);
    assert_eq!(desk.sources().refusals_to_come, Some(2));
    desk.run_for_seconds(300).await;
    assert_eq!(desk.sources().refusals_to_come, Some(1));
    desk.run_for_seconds(270).await;
    let status = desk.status();
    assert_eq!(status.sources.refusals_to_come, None);
    assert_eq!(desk.condition(), AccountCondition::CatchingUp);
    assert_eq!(status.sources.archived, counted);
    assert!(status.sources.list_walk.is_under_way());
    let end = status.walk_end(status.sources.list_walk, desk.clock.now().wall());
    let left = end.expect("a forecast").since(desk.clock.now().wall());
    assert!((1..300).contains(&left), "{left}");
    desk.run_for_seconds(300).await;
    assert_eq!(desk.condition(), AccountCondition::Current);
    assert_eq!(desk.sources().list_walk.ratio, Some(1.0));
    // It is let back.
    desk.source.lock().export_refused = None;
    desk.kill();
    desk.run_for_seconds(120).await;
    assert_eq!(desk.condition(), AccountCondition::Current);
    let status = desk.status();
    let source = (SourceKind::Cursor, SourceReason::Configured);
    assert_eq!(status.state.source, source);
    let sources = SourceStatus {
        list_walk: status.sources.list_walk,
        ..read
    };
    assert_eq!(status.sources, sources);
}

#[tokio::test]
async fn a_list_that_fails_is_a_problem_of_the_account_with_advice_about_the_list() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.run_for_seconds(120).await;
    desk.source.lock().list_refused = true;
    desk.run_for_seconds(70).await;
    assert_eq!(desk.condition(), AccountCondition::Failing);
    let advice = desk.status().problem.and_then(|problem| problem.advice);
    let advice = advice.expect("an advice");
    assert!(advice.contains("access to all tickets"), "{advice}");
    desk.source.lock().list_refused = false;
    desk.run_for_seconds(400).await;
    assert_eq!(desk.condition(), AccountCondition::Current);
    assert!(desk.status().problem.is_some_and(|problem| problem.is_over));
}

#[tokio::test]
async fn a_refused_list_of_deleted_tickets_is_told_and_is_no_outage() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(5));
    desk.source.lock().deleted_refused = true;
    for _ in 0..200 {
        desk.run_for_seconds(60).await;
        let status = desk.status();
        assert_eq!(status.state.up, Some(true));
        assert_eq!(status.problem, None);
        let list = status.sources.list.expect("the list is the truth");
        assert!(list.deleted_is_refused);
        // No hold-back, no wait for what is refused: the data are as old as the last poll.
        let data = status.state.data_timestamp.expect("a time");
        let age = desk.clock.now().wall().since(data);
        assert!(age <= 65, "{age}");
    }
    desk.source.lock().deleted_refused = false;
    desk.run_for_seconds(3_700).await;
    let list = desk.sources().list.expect("the list is the truth");
    assert!(!list.deleted_is_refused);
}

#[tokio::test]
async fn an_export_that_is_walked_beside_the_list_says_how_far_it_is() {
    let mut desk = Desk::open(settings(SourceChoice::Auto, None), world(450));
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(120).await;
    desk.source.lock().export_refused = None;
    desk.kill();
    desk.run_for_seconds(80).await;
    let status = desk.status();
    assert_eq!(status.sources.archived, ArchivedTicketsStatus::Totals);
    let export = status.sources.export.clone().expect("it is not the truth");
    assert_eq!(export.failure, None);
    assert!(export.walk.is_under_way(), "{export:?}");
    let end = status.walk_end(export.walk, desk.clock.now().wall());
    let left = end.expect("a forecast").since(desk.clock.now().wall());
    assert!((1..400).contains(&left), "{left}");
    desk.run_for_seconds(300).await;
    assert_eq!(desk.sources().export, None);
    assert_eq!(
        desk.sources().archived,
        ArchivedTicketsStatus::CountedFromExport
    );
}

#[tokio::test]
async fn the_fast_lane_says_what_it_waits_for() {
    let lane = |seconds| Some(Duration::from_secs(seconds));
    let mut desk = Desk::open(settings(SourceChoice::Auto, lane(15)), world(1_500));
    let mut told = Vec::new();
    for _ in 0..100 {
        let sources = desk.sources();
        told.push(sources.fast_lane);
        let is_starting = sources.fast_lane == FastLane::Starting;
        assert!(is_starting || !sources.list_walk.is_under_way());
        assert_eq!(sources.list, None);
        desk.run_for_seconds(5).await;
    }
    told.dedup();
    assert_eq!(told, [FastLane::Waiting, FastLane::Starting, FastLane::On]);
    // Twelve rounds a minute need thirty requests.
    let mut desk = Desk::open(settings(SourceChoice::Auto, lane(5)), world(5));
    desk.run_for_seconds(120).await;
    let no_room = FastLane::NoRoom {
        requests_per_minute: 10,
    };
    assert_eq!(desk.sources().fast_lane, no_room);
    let mut desk = Desk::open(settings(SourceChoice::List, lane(15)), world(5));
    desk.run_for_seconds(120).await;
    assert_eq!(desk.sources().fast_lane, FastLane::NotNeeded);
    // The settings exclude the export.
    assert_eq!(desk.sources().export, None);
}

/// An account whose tickets are closed, half of them so long ago that they are archived.
fn with_archive(shows_archived: bool) -> Desk {
    let mut world = world(1_000);
    for id in 1..=500 {
        world.set_status(id, Status::Closed);
    }
    world.advance_to(NOW);
    world.list_habits.archive_after_seconds = Some(3_000);
    world.list_habits.shows_archived = shows_archived;
    let settings = PollerSettings {
        archive: ArchivedTickets::Ids,
        ..settings(SourceChoice::List, None)
    };
    Desk::open(settings, world)
}

#[tokio::test]
async fn the_walk_over_archived_tickets_says_how_far_it_is_and_what_it_found() {
    let mut desk = with_archive(true);
    let (mut told, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..600 {
        let archived = desk.sources().archived;
        told.push(archived.label());
        ratios.extend(archived.walk().ratio);
        desk.run_for_seconds(1).await;
    }
    told.dedup();
    assert_eq!(told, ["probing", "reading", "counted"]);
    ratios.dedup();
    assert!(ratios.len() > 1 && ratios.is_sorted(), "{ratios:?}");
    assert!(ratios.iter().all(|ratio| *ratio < 1.0), "{ratios:?}");
    assert_eq!(desk.shown(&catalog::TICKETS), 1_000);

    let mut desk = with_archive(false);
    desk.run_for_seconds(1_200).await;
    assert_eq!(desk.sources().archived, ArchivedTicketsStatus::NotShown);
    assert_eq!(desk.shown(&catalog::TICKETS), 500);
}

#[tokio::test]
async fn a_resync_that_waits_for_the_export_is_not_shown_as_under_way() {
    let mut settings = settings(SourceChoice::Auto, None);
    settings.pacing.resync = Some(ResyncPacing {
        every: Duration::from_secs(3_600),
        requests_per_minute: 1,
    });
    let mut desk = Desk::open(settings, world(800));
    desk.run_for_seconds(4_000).await;
    let ratio = desk.status().state.resync_ratio.expect("one is under way");
    assert!(ratio < 1.0, "{ratio}");
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(1_200).await;
    let status = desk.status();
    assert_eq!(status.state.source.0, SourceKind::List);
    assert_eq!(status.state.resync_ratio, Some(1.0));
    assert_eq!(status.resync_end(desk.clock.now().wall()), None);
    let list = status.sources.list.expect("the list is the truth");
    assert!(matches!(list.full_walk, FullWalk::Due(_)), "{list:?}");
    desk.source.lock().export_refused = None;
    desk.kill();
    desk.run_for_seconds(30).await;
    let ratio = desk.status().state.resync_ratio.expect("it goes on");
    assert!(ratio < 1.0, "{ratio}");
}
