use super::*;
use crate::names::NameList;
use crate::vocabulary::SlaTarget;
use crate::vocabulary::{MetricSet, Minutes, Priority, SlaMetric, SlaStage};

mod sets;

/// Monday 2026-09-21, noon: within business hours.
const NOON: i64 = 1_789_992_000;

/// A world of one ticket.
fn world_of(draft: &Draft) -> World {
    let mut world = World::new(NOON);
    world.create(draft);
    world
}

fn world() -> World {
    world_of(&Draft::default())
}

fn wait(world: &mut World, minutes: i64) {
    world.advance_to(world.now() + minutes * 60);
}

fn set(world: &World) -> MetricSet {
    let ticket = world.ticket(1).expect("the ticket is there");
    ticket.metric_set().expect("it has a metric set")
}

const fn both(minutes: u32) -> Minutes {
    Minutes {
        calendar: Some(minutes),
        business: Some(minutes),
    }
}

const NOT_YET: Minutes = Minutes {
    calendar: None,
    business: None,
};

#[test]
fn metric_sets_add_up_the_statuses_that_a_ticket_was_in() {
    let mut world = world();
    assert_eq!(set(&world).requester_wait, NOT_YET);
    wait(&mut world, 10);
    world.reply(1, 3);
    world.set_status(1, Status::Open);
    wait(&mut world, 20);
    world.set_status(1, Status::Pending);
    wait(&mut world, 30);
    world.set_status(1, Status::Hold);
    wait(&mut world, 40);
    world.set_status(1, Status::Solved);
    assert_eq!(
        set(&world),
        MetricSet {
            reply: both(10),
            first_resolution: both(100),
            full_resolution: both(100),
            requester_wait: both(70),
            agent_wait: both(30),
            on_hold: both(40),
            replies: Some(1),
            reopens: Some(0),
        }
    );
    // Solved, nobody waits, and closing it ends nothing again.
    wait(&mut world, 50);
    let before = set(&world);
    world.system_write(1, |ticket| ticket.status = Some(Status::Closed));
    assert_eq!(set(&world), before);
}

#[test]
fn a_reopen_takes_the_full_resolution_back_and_leaves_the_first() {
    let mut world = world();
    wait(&mut world, 10);
    world.set_status(1, Status::Solved);
    wait(&mut world, 5);
    world.set_status(1, Status::Open);
    let reopened = set(&world);
    assert_eq!(reopened.full_resolution, NOT_YET);
    assert_eq!(reopened.first_resolution, both(10));
    assert_eq!(reopened.reopens, Some(1));
    wait(&mut world, 5);
    world.set_status(1, Status::Solved);
    let again = set(&world);
    assert_eq!(again.full_resolution, both(20));
    assert_eq!(again.first_resolution, both(10));
    assert_eq!(again.requester_wait, both(15));
}

#[test]
fn nights_and_weekends_are_no_business_minutes() {
    let mut world = world();
    wait(&mut world, 24 * 60);
    world.set_status(1, Status::Solved);
    let expected = Minutes {
        calendar: Some(24 * 60),
        business: Some(8 * 60),
    };
    assert_eq!(set(&world).full_resolution, expected);
    assert_eq!(set(&world).requester_wait, expected);
}

#[test]
fn late_measurements_come_with_a_later_write() {
    let mut world = world();
    world.measurements_late = true;
    wait(&mut world, 10);
    world.set_status(1, Status::Solved);
    let late = set(&world);
    assert_eq!(late.full_resolution, NOT_YET);
    assert_eq!(late.first_resolution, NOT_YET);
    assert_eq!(late.requester_wait, NOT_YET);
    world.system_write(1, |_| {});
    assert_eq!(set(&world).full_resolution, both(10));
    // The second time, the first resolution is known already.
    world.set_status(1, Status::Open);
    wait(&mut world, 10);
    world.set_status(1, Status::Solved);
    assert_eq!(set(&world).full_resolution, NOT_YET);
    assert_eq!(set(&world).first_resolution, both(10));
}

#[test]
fn a_deleted_ticket_has_no_metric_set_and_its_time_stands_still() {
    let mut world = world();
    wait(&mut world, 10);
    world.delete(1);
    let ticket = world.ticket(1).expect("it stays in the export");
    assert_eq!(ticket.metric_set(), None);
    wait(&mut world, 100);
    world.restore(1, Status::Open);
    wait(&mut world, 5);
    world.set_status(1, Status::Solved);
    assert_eq!(set(&world).requester_wait, both(15));
    assert_eq!(set(&world).reopens, Some(0));
}

#[test]
fn a_draft_can_have_a_past() {
    let world = world_of(&Draft {
        status: Status::Solved,
        created_at: Some(NOON - 3_600),
        replied_at: Some(NOON - 1_800),
        ..Draft::default()
    });
    let set = set(&world);
    assert_eq!(set.reply, both(30));
    assert_eq!(set.full_resolution, both(60));
    assert_eq!(set.requester_wait, both(60));
    assert_eq!(set.replies, Some(1));
}

#[test]
fn the_custom_status_follows_the_status_and_stays_when_deleted() {
    let mut world = world();
    let custom_status = |world: &World| world.ticket(1).map(|ticket| ticket.custom_status);
    assert_eq!(custom_status(&world), Some(5_000));
    world.set_status(1, Status::Open);
    assert_eq!(custom_status(&world), Some(5_001));
    world.update(1, |ticket| ticket.custom_status = 5_005);
    assert_eq!(custom_status(&world), Some(5_005));
    world.delete(1);
    assert_eq!(custom_status(&world), Some(5_005));
    world.restore(1, Status::Closed);
    assert_eq!(custom_status(&world), Some(5_004));
}

#[test]
fn a_merged_ticket_is_closed_and_tagged_so() {
    let mut world = world();
    world.tag(1, "vip");
    world.merge(1);
    let ticket = world.ticket(1).expect("it is there");
    assert_eq!(ticket.status, Some(Status::Closed));
    let tags: Vec<&str> = ticket.tags.iter().collect();
    assert_eq!(tags, ["vip", "closed_by_merge"]);
    world.untag(1, "vip");
    let ticket = world.ticket(1).expect("it is there");
    assert!(!ticket.tags.contains("vip"));
}

/// The stages and the minutes from noon to the breach, by metric.
fn targets(world: &World) -> Vec<(SlaMetric, SlaStage, Option<i64>)> {
    let ticket = world.ticket(1).expect("it is there");
    let minutes = |at: i64| (at - NOON) / 60;
    ticket
        .sla()
        .iter()
        .map(|target| (target.metric, target.stage, target.breach_at.map(minutes)))
        .collect()
}

#[test]
fn a_policy_gives_targets_by_priority_and_follows_the_ticket() {
    use SlaMetric::{AgentWorkTime, FirstReplyTime, NextReplyTime, RequesterWaitTime};
    use SlaStage::{Active, Fulfilled, Paused};
    let mut world = World::new(NOON);
    world.sla_policy = SlaPolicy::ByPriority;
    world.create(&Draft {
        priority: Priority::Urgent,
        ..Draft::default()
    });
    let first_reply = |stage| (FirstReplyTime, stage, Some(15));
    let requester = |stage, minutes| (RequesterWaitTime, stage, Some(minutes));
    let work = |stage, minutes| (AgentWorkTime, stage, Some(minutes));
    let fresh = [
        first_reply(Active),
        requester(Active, 240),
        work(Active, 120),
    ];
    assert_eq!(targets(&world), fresh);
    wait(&mut world, 10);
    world.reply(1, 3);
    world.set_status(1, Status::Pending);
    let answered = [
        first_reply(Fulfilled),
        requester(Paused, 240),
        work(Paused, 120),
    ];
    assert_eq!(targets(&world), answered);
    wait(&mut world, 30);
    world.set_status(1, Status::Open);
    let back = [
        first_reply(Fulfilled),
        (NextReplyTime, Active, Some(70)),
        requester(Active, 270),
        work(Active, 150),
    ];
    assert_eq!(targets(&world), back);
    world.set_status(1, Status::Solved);
    assert_eq!(targets(&world), []);
    world.set_status(1, Status::Hold);
    assert_eq!(
        targets(&world),
        [requester(Active, 280), work(Paused, 160)],
        "a reopened ticket is worked on anew"
    );
}

#[test]
fn no_policy_applies_without_a_priority_and_a_breach_touches_nothing() {
    let mut world = World::new(NOON);
    world.sla_policy = SlaPolicy::ByPriority;
    world.create(&Draft::default());
    assert_eq!(targets(&world), []);
    let high = Draft {
        priority: Priority::High,
        ..Draft::default()
    };
    let id = world.create(&high);
    let before = world.ticket(id).cloned();
    wait(&mut world, 10_000);
    assert_eq!(world.ticket(id).cloned(), before);
}

#[test]
fn targets_can_be_set_by_a_ticket_event_or_by_the_system() {
    let mut world = world();
    let target = SlaTarget {
        metric: SlaMetric::AgentWorkTime,
        stage: SlaStage::Active,
        breach_at: Some(NOON + 60),
    };
    wait(&mut world, 1);
    world.set_sla_by_system(1, vec![target]);
    assert_eq!(world.ticket(1).map(|ticket| ticket.updated_at), Some(NOON));
    assert_eq!(targets(&world).len(), 1);
    world.set_sla(1, Vec::new());
    let updated_at = world.ticket(1).map(|ticket| ticket.updated_at);
    assert_eq!(updated_at, Some(NOON + 60));
    assert_eq!(targets(&world), []);
}

#[test]
fn a_vanished_ticket_leaves_no_row_and_no_count() {
    let mut world = world();
    world.create(&Draft::default());
    world.create(&Draft::default());
    wait(&mut world, 10);
    world.vanish_many([1, 2, 99]);
    assert_eq!(world.rows_after((0, 0)).count(), 1);
    assert_eq!(world.searched(Status::New, 0), 1);
    assert_eq!(world.searched(Status::New, 120), 3);
    world.delete(3);
    assert_eq!(world.searched(Status::New, 0), 0);
}

#[test]
fn names_are_changed_by_list_and_id() {
    let mut world = world();
    assert!(world.rename(NameList::Groups, 46_130_852_536_002, "Umbenannt \"neu\""));
    assert!(!world.rename(NameList::Brands, 1, "nobody"));
    assert!(world.set_name_deleted(NameList::Groups, 46_130_852_536_002, true));
    let group = &world.names(NameList::Groups)[1];
    assert_eq!(group.name, "Umbenannt \"neu\"");
    assert!(group.is_deleted);
    assert_eq!(world.add_name(NameList::Forms, "Another"), 6_002);
}
