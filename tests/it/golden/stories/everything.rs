//! Every label, tag, field and family that there is, bad rows, and then fewer of all that.

use zendesk_simulator::hours::Schedule;
use zendesk_simulator::render::MetricSets;
use zendesk_simulator::spoil::NAMES;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{NameList, Options};

use super::{SHORT_BUCKETS, desk};
use crate::golden::life::Life;

const HOUR: i64 = 3_600;

fn settings(export: &str, labels: &str) -> String {
    format!(
        "accounts:
  - name: Größe \"1\"
    base_url: '{{0}}'
    auth: {{ email: admin@example.invalid, api_token: simulator-key }}
    export: {{ requests_per_minute: 9, page_size: 40, poll_interval: 2m, {export} }}
    labels: {{ {labels} }}
    hold_new_series: 5m
    {SHORT_BUCKETS}
"
    )
}

#[tokio::test]
async fn an_account_with_everything_that_can_be_shown() {
    let options = Options {
        metric_sets: MetricSets::Beside,
        schedule: Schedule::Workdays,
        ..desk(23, 12, 8.0)
    };
    let mut life = Life::of("everything", vec![options]).await;
    let field = "custom_fields: [{ id: 360001, label: product, values: [printer, scanner] }, { id: 360002, label: escalated }]";
    life.start(&settings(
        "slas: true, support_type_scope: all, business_hours: true, replay: { every: 30m, window: 10m }",
        &format!("group: true, brand: true, form: true, custom_status: true, tags: [vip, outage], {field}"),
    ));
    life.live(30).await;
    life.show("syncing").await;
    life.live(HOUR).await;
    life.show("synced").await;
    change_tickets(&life);
    life.live(HOUR).await;
    life.show("rejected").await;
    well_again(&life);
    life.live(2 * HOUR).await;
    life.show("accepted").await;
    life.stop();
    life.skip(300);
    life.start(&settings(
        "slas: false, support_type_scope: agent, business_hours: auto",
        "group: true, form: true, tags: [outage, refund, vip], custom_fields: [{ id: 360001, label: device }]",
    ));
    life.show("fewer").await;
    life.live(2 * HOUR).await;
    life.show("fewer-later").await;
    life.stop();
    life.start(&settings(
        "slas: true, support_type_scope: ai_agent, metric_sets: false, start_time: '2026-09-20T00:00:00Z'",
        "brand: true, custom_status: true",
    ));
    life.show("others").await;
    life.live(HOUR).await;
    life.show("others-later").await;
    life.end();
}

/// Each way in which a row can be wrong, and what people do with tickets and names.
fn change_tickets(life: &Life) {
    life.mark("rows go wrong, tickets are deleted and merged, names change");
    life.simulators[0].world(|world| {
        let ids: Vec<i64> = world.rows_after((0, 0)).map(|(id, _)| id).collect();
        for (id, (_, spoil)) in ids.iter().rev().zip(NAMES) {
            world.spoil(*id, Some(*spoil));
            world.tag(*id, "vip");
        }
        for id in &ids[..3] {
            world.delete(*id);
        }
        world.merge(ids[3]);
        world.tag(ids[4], "outage");
        let group = world.names(NameList::Groups)[1].id;
        world.rename(NameList::Groups, group, "Billing\n\"new\"");
        let brand = world.names(NameList::Brands)[0].id;
        world.set_name_deleted(NameList::Brands, brand, true);
        world.add_name(NameList::Forms, "Third");
    });
}

fn well_again(life: &Life) {
    life.mark("rows are right again, a deleted ticket is restored");
    life.simulators[0].world(|world| {
        let spoiled: Vec<i64> = world.spoiled().keys().copied().collect();
        for id in spoiled {
            world.spoil(id, None);
            world.tag(id, "refund");
        }
        let deleted = world
            .rows_after((0, 0))
            .find(|(_, ticket)| ticket.status.is_none());
        let deleted = deleted.map(|(id, _)| id).expect("three were deleted");
        world.restore(deleted, Status::Open);
    });
}
