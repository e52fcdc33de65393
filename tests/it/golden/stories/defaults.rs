//! The default settings: a first sync, polls and replays, an outage, and starts from the state.

use zendesk_simulator::Fault;

use super::desk;
use crate::golden::life::Life;

const HOUR: i64 = 3_600;

const ACCOUNT: &str =
    "name: acme, base_url: '{0}', auth: { client_id: simulator, client_secret: simulator-secret }";

#[tokio::test]
async fn an_account_with_the_default_settings() {
    let mut life = Life::of("defaults", vec![desk(11, 1_300, 36.0)]).await;
    life.start(&format!("accounts: [{{ {ACCOUNT} }}]"));
    life.show("opened").await;
    life.live(1).await;
    life.show("first-page").await;
    life.live(10 * 60).await;
    life.show("synced").await;
    life.set_fault(0, Fault::Unavailable);
    life.live(90).await;
    life.show("outage").await;
    life.clear_faults(0);
    life.live(400).await;
    life.show("over").await;
    life.set_fault(0, Fault::RateLimitedLong);
    life.live(90).await;
    life.show_status("limited").await;
    life.clear_faults(0);
    life.live(HOUR).await;
    life.mark("the tokens are revoked, and one cursor is not accepted");
    life.simulators[0].revoke_tokens();
    life.simulators[0].set_fault(Fault::InvalidCursor, 1);
    life.live(HOUR).await;
    life.show("replayed").await;
    life.stop();
    life.skip(20 * 60);
    let other = format!(
        "accounts: [{{ {ACCOUNT}, labels: {{ form: true, tags: [vip, outage] }}, buckets: {{ zendesk_ticket_first_reply_seconds: [10m, 2h], zendesk_ticket_replies: [2] }} }}]"
    );
    life.start(&other);
    life.show("other-labels-and-buckets").await;
    life.live(HOUR).await;
    life.show("an-hour-later").await;
    life.stop();
    life.skip(30 * HOUR);
    life.start(&other);
    life.show("a-day-later").await;
    life.live(2 * 60).await;
    life.show("caught-up").await;
    life.end();
}
