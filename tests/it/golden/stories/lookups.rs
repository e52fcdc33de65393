//! Names and search counts that cannot be had, one fault after the other.

use zendesk_simulator::NeighbourFault;

use super::{SHORT_BUCKETS, desk};
use crate::golden::life::Life;

const HOUR: i64 = 3_600;

#[tokio::test]
async fn every_fault_of_names_and_counts() {
    let mut life = Life::of("lookups", vec![desk(41, 10, 0.0)]).await;
    life.start(&format!(
        "accounts: [{{ name: acme, base_url: '{{0}}', auth: {{ access_token: simulator-token }}, export: {{ poll_interval: 10m, search_counts: {{ every: 30m }} }},
            labels: {{ group: true, brand: true, form: true, custom_status: true }}, {SHORT_BUCKETS} }}]"
    ));
    life.live(HOUR).await;
    life.show("found").await;
    let faults = NeighbourFault::NAMES.iter();
    for (name, fault) in faults.filter(|(_, fault)| *fault != NeighbourFault::Hang) {
        life.mark(&format!("names and counts fail: {name}"));
        life.simulators[0].set_neighbour_fault(*fault, u32::MAX);
        life.live(2 * HOUR).await;
        life.show(name).await;
        life.clear_faults(0);
        life.live(2 * HOUR).await;
    }
    life.show("over").await;
    life.end();
}
