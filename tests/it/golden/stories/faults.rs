//! Each fault that an export can have: what people are told of it, and when all is well again.

use zendesk_simulator::Fault;
use zendesk_simulator::faults::NAMES;

use super::{SHORT_BUCKETS, desk};
use crate::golden::life::Life;
use crate::golden::recording::Recording;

/// Faults that take time or memory of the machine.
const SLOW: [Fault; 4] = [Fault::Hang, Fault::SlowDrip, Fault::Huge, Fault::GzipBomb];

#[tokio::test]
async fn every_fault_of_both_exports() {
    let oauth = "client_id: simulator, client_secret: simulator-secret";
    let password = "email: admin@example.invalid, password: simulator-key";
    let recording = Recording::of("faults");
    let recording = through_all(recording, "cursor-", "cursor", oauth).await;
    let recording = through_all(recording, "time-", "time", password).await;
    recording.finish();
}

async fn through_all(
    recording: Recording,
    part: &'static str,
    source: &str,
    auth: &str,
) -> Recording {
    let mut life = Life::part_of(recording, part, vec![desk(37, 20, 0.0)]).await;
    let settings = format!(
        "accounts: [{{ name: acme, base_url: '{{0}}', auth: {{ {auth} }}, export: {{ source: {source}, page_size: 300 }}, {SHORT_BUCKETS} }}]"
    );
    life.start(&settings);
    life.live(120).await;
    life.show_status("synced").await;
    for (name, fault) in NAMES.iter().filter(|(_, fault)| !SLOW.contains(fault)) {
        if name.contains("-over-") {
            // After other faults it asks for smaller pages.
            life.stop();
            life.start(&settings);
        }
        life.set_fault(0, *fault);
        life.live(100).await;
        life.show_status(name).await;
        life.clear_faults(0);
        life.live_until_read().await;
    }
    life.live(120).await;
    life.show("over").await;
    life.recorded()
}
