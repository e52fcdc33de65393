use super::*;
use crate::export::{Filter, cursor_page};
use crate::vocabulary::{SlaMetric, Status};
use crate::world::{Draft, World};

const NOW: i64 = 1_790_000_000;

/// The only ticket of a world, as the export shows it a while later.
fn rendered(world: &mut World, include: &str) -> Value {
    world.advance_to(world.now() + 120);
    let page = cursor_page(world, (0, 0), 10, Filter::default());
    let side_loads = SideLoads::asked(include, MetricSets::Inside);
    cursor_body(&page, 10, side_loads)["tickets"][0].clone()
}

fn world_of(draft: &Draft) -> World {
    let mut world = World::new(NOW);
    world.create(draft);
    world
}

#[test]
fn a_ticket_shows_what_the_draft_says() {
    let mut world = world_of(&Draft {
        tags: vec!["vip".into(), "rare".into()],
        product: Some("printer".into()),
        is_escalated: Some(true),
        brand: None,
        group: Some(7),
        due_at: Some(NOW + 3_600),
        ..Draft::default()
    });
    let ticket = rendered(&mut world, "");
    assert_eq!(ticket["tags"], json!(["vip", "rare"]));
    assert_eq!(ticket["brand_id"], Value::Null);
    assert_eq!(ticket["group_id"], 7);
    assert_eq!(ticket["ticket_form_id"], 6_000);
    assert_eq!(ticket["custom_status_id"], 5_000);
    assert_eq!(ticket["due_at"], time(NOW + 3_600));
    assert_eq!(ticket["custom_fields"], ticket["fields"]);
    assert_eq!(ticket["custom_fields"][0]["value"], "printer");
    assert_eq!(ticket["custom_fields"][1]["value"], true);
    let text = ticket["custom_fields"][2]["value"].as_str().expect("text");
    assert!(text.contains(PERSONAL));
    assert!(ticket.get("metric_set").is_none() && ticket.get("slas").is_none());
}

#[test]
fn include_is_a_list_of_names() {
    let mut world = world_of(&Draft::default());
    for (include, sets, slas) in [
        ("metric_sets", true, false),
        ("slas", false, true),
        ("users,metric_sets, slas", true, true),
        ("metric_sets_of_old,slaslas", false, false),
    ] {
        let ticket = rendered(&mut world, include);
        assert_eq!(ticket.get("metric_set").is_some(), sets, "{include}");
        assert_eq!(ticket.get("slas").is_some(), slas, "{include}");
    }
}

#[test]
fn policy_metrics_tell_stage_time_and_what_is_left() {
    let mut world = world_of(&Draft::default());
    let none = rendered(&mut world, "slas");
    assert_eq!(none["slas"], json!({"policy_metrics": []}));
    let at = world.now();
    let target = |metric, stage, breach_at: Option<i64>| SlaTarget {
        metric,
        stage,
        breach_at,
    };
    let targets = vec![
        target(
            SlaMetric::FirstReplyTime,
            SlaStage::Active,
            Some(at + 1_800),
        ),
        target(SlaMetric::RequesterWaitTime, SlaStage::Paused, None),
        target(
            SlaMetric::AgentWorkTime,
            SlaStage::Fulfilled,
            Some(at - 9_000),
        ),
    ];
    world.set_sla(1, targets);
    assert_eq!(
        rendered(&mut world, "slas")["slas"]["policy_metrics"],
        json!([
            {"breach_at": time(at + 1_800), "stage": "active", "metric": "first_reply_time", "minutes": 30},
            {"breach_at": null, "stage": "paused", "metric": "requester_wait_time"},
            {"breach_at": time(at - 9_000), "stage": "achieved", "metric": "agent_work_time", "hours": -3},
        ])
    );
    world.delete(1);
    assert_eq!(
        rendered(&mut world, "slas")["slas"]["policy_metrics"],
        json!([])
    );
}

#[test]
fn a_deleted_ticket_keeps_its_custom_status_and_loses_its_metric_set() {
    let mut world = world_of(&Draft {
        status: Status::Open,
        ..Draft::default()
    });
    world.delete(1);
    let deleted = rendered(&mut world, "metric_sets");
    assert_eq!(deleted["status"], "deleted");
    assert_eq!(deleted["custom_status_id"], 5_001);
    assert_eq!(deleted["metric_set"], Value::Null);
    world.scrub(1);
    let scrubbed = rendered(&mut world, "metric_sets").to_string();
    assert!(!scrubbed.contains(PERSONAL), "{scrubbed}");
}
