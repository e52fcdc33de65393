//! Several accounts of one exporter, with settings that share what anchors name.

use zendesk_simulator::Fault;

use super::desk;
use crate::golden::life::Life;

const HOUR: i64 = 3_600;

const THREE: &str = "
state: { directory: data }
defaults:
  export: &export { page_size: 80, requests_per_minute: 6, metric_sets: false }
  labels: { tags: [vip] }
  buckets: &short
    zendesk_ticket_first_reply_seconds: &bounds [1d]
    zendesk_ticket_first_reply_business_seconds: *bounds
    zendesk_ticket_first_resolution_seconds: *bounds
    zendesk_ticket_first_resolution_business_seconds: *bounds
    zendesk_ticket_full_resolution_seconds: *bounds
    zendesk_ticket_full_resolution_business_seconds: *bounds
    zendesk_ticket_requester_wait_seconds: *bounds
    zendesk_ticket_requester_wait_business_seconds: *bounds
    zendesk_ticket_agent_wait_seconds: *bounds
    zendesk_ticket_agent_wait_business_seconds: *bounds
    zendesk_ticket_on_hold_seconds: *bounds
    zendesk_ticket_on_hold_business_seconds: *bounds
    zendesk_ticket_replies: [1]
    zendesk_ticket_reopens: [0]
accounts:
  - name: first
    base_url: '{0}'
    auth: &login { access_token: simulator-token }
  - name: second
    base_url: '{1}'
    auth: *login
    export: { <<: *export, source: time, poll_interval: 90s, metric_sets: true }
    labels: { form: true, tags: [outage] }
  - name: third
    base_url: '{2}'
    auth: { access_token: no-such-token }
    hold_new_series: 0
";

#[tokio::test]
async fn three_accounts_and_then_two() {
    let accounts = vec![desk(71, 10, 6.0), desk(72, 8, 6.0), desk(73, 6, 4.0)];
    let mut life = Life::of("accounts", accounts).await;
    life.start(THREE);
    life.show("opened").await;
    life.live(HOUR).await;
    life.show("third-refused").await;
    life.stop();
    life.start(&THREE.replace("no-such-token", "simulator-token"));
    life.set_fault(0, Fault::NotAdmin);
    life.live(HOUR).await;
    life.show("first-refused").await;
    life.clear_faults(0);
    life.live(HOUR).await;
    life.stop();
    life.start(
        "defaults: { buckets: { zendesk_ticket_replies: [1, 3] }, export: { metric_sets: false } }
accounts:
  - { name: third, base_url: '{2}', auth: { access_token: simulator-token } }
  - { name: one, base_url: '{0}', auth: { access_token: simulator-token } }
",
    );
    life.show("two").await;
    life.live(HOUR).await;
    life.show("two-later").await;
    life.end();
}
