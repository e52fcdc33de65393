//! Bounds that are reached: values of labels, and series.

use zendesk_simulator::{Habits, Options};

use super::{SHORT_BUCKETS, desk};
use crate::golden::life::Life;

const HOUR: i64 = 3_600;

fn settings(labels: &str, more: &str) -> String {
    format!(
        "accounts:
  - name: acme
    base_url: '{{0}}'
    auth: {{ access_token: simulator-token }}
    export: {{ page_size: 100, poll_interval: 5m }}
    labels: {{ {labels} }}
    {SHORT_BUCKETS}
    {more}
"
    )
}

#[tokio::test]
async fn labels_with_fewer_values_than_the_account_has() {
    let mut life = Life::of("few-values", vec![desk(61, 8, 4.0)]).await;
    life.start(&settings(
        "group: true, brand: true, tags: [vip], custom_fields: [{ id: 360001, label: product }], max_values: 2",
        "",
    ));
    life.live(HOUR).await;
    life.show("synced").await;
    life.live(6 * HOUR).await;
    life.show("later").await;
    life.stop();
    life.start(&settings("group: true, brand: true, max_values: 4", ""));
    life.show("more-values").await;
    life.stop();
    life.start(&settings("brand: true, max_values: 1", ""));
    life.live(HOUR).await;
    life.show("one-value").await;
    life.end();
}

#[tokio::test]
async fn fewer_series_than_the_account_has() {
    let options = Options {
        habits: Habits::LIVELY,
        ..desk(67, 2_500, 100.0)
    };
    let mut life = Life::of("few-series", vec![options]).await;
    let all = "group: true, brand: true, form: true, custom_status: true";
    life.start(&settings(all, "max_series: 4000"));
    life.live(HOUR).await;
    life.show_in_brief("synced", is_about_room).await;
    life.live(6 * HOUR).await;
    life.show_in_brief("later", is_about_room).await;
    life.stop();
    life.start(&settings(all, "max_series: 4100"));
    life.show_in_brief("more-series", is_about_room).await;
    life.end();
}

/// Whether a sample tells what found no room.
fn is_about_room(line: &str) -> bool {
    let is_other =
        line.starts_with("zendesk_tickets_created_total") && line.contains("group=\"other\"");
    is_other || line.contains("_dropped_total")
}
