//! Reading everything again: tickets that vanished, a sweep that is refused, a walk that is cut off.

use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Fault};

use super::{SHORT_BUCKETS, desk};
use crate::golden::life::Life;
use crate::golden::recording::Recording;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

fn settings(source: &str, more: &str) -> String {
    format!(
        "accounts:
  - name: acme
    base_url: '{{0}}'
    auth: {{ access_token: simulator-token }}
    export: {{ source: {source}, page_size: 20, resync: {{ every: 2h, requests_per_minute: 1 }}, replay: {{ every: 45m }}, {more} }}
    {SHORT_BUCKETS}
"
    )
}

#[tokio::test]
async fn tickets_that_vanish_from_both_exports() {
    let recording = Recording::of("resync");
    let recording = vanishing(recording, "cursor-", "cursor").await;
    let recording = vanishing(recording, "time-", "time").await;
    recording.finish();
}

async fn vanishing(recording: Recording, part: &'static str, source: &str) -> Recording {
    let mut life = Life::part_of(recording, part, vec![desk(53, 150, 0.0)]).await;
    life.start(&settings(source, ""));
    life.live(HOUR).await;
    change_tickets(&life);
    vanish(&life, "the 40 oldest tickets vanish", |ids| {
        ids.truncate(40)
    });
    until_under_way(&mut life).await;
    life.show("under-way").await;
    life.live(HOUR).await;
    life.show("swept").await;
    vanish(&life, "the 20 newest tickets vanish", |ids| {
        ids.drain(..ids.len() - 20);
    });
    life.live(3 * HOUR).await;
    life.show("refused").await;
    change_tickets(&life);
    until_under_way(&mut life).await;
    life.stop();
    life.skip(10 * MINUTE);
    life.start(&settings(source, ""));
    life.show("restarted").await;
    life.mark("three cursors are not accepted");
    life.simulators[0].set_fault(Fault::InvalidCursor, 3);
    life.live(3 * MINUTE).await;
    life.set_fault(0, Fault::Status(502));
    life.live(5 * MINUTE).await;
    life.show_status("outage").await;
    life.clear_faults(0);
    life.live(HOUR).await;
    life.show("ended").await;
    until_under_way(&mut life).await;
    life.stop();
    life.start(&settings(
        source,
        "start_time: '2026-09-20T00:00:00Z', support_type_scope: all",
    ));
    life.show("other-tickets").await;
    life.live(3 * HOUR).await;
    life.show("over").await;
    life.recorded()
}

/// Some tickets come in, are solved and deleted.
fn change_tickets(life: &Life) {
    life.mark("tickets are created, solved and deleted");
    life.simulators[0].world(|world| {
        let ids: Vec<i64> = world.rows_after((0, 0)).map(|(id, _)| id).collect();
        world.delete(ids[0]);
        for id in &ids[ids.len() - 3..] {
            world.set_status(*id, Status::Solved);
        }
        for _ in 0..4 {
            world.create(&Draft::default());
        }
    });
}

/// Deletes tickets for good: those that `choose` leaves of all, in the order of the export.
fn vanish(life: &Life, what: &str, choose: impl FnOnce(&mut Vec<i64>)) {
    life.mark(what);
    life.simulators[0].world(|world| {
        let mut ids: Vec<i64> = world.rows_after((0, 0)).map(|(id, _)| id).collect();
        choose(&mut ids);
        world.vanish_many(ids);
    });
}

/// Lives until a resync has begun and not ended.
async fn until_under_way(life: &mut Life) {
    for _ in 0..300 {
        let ratio =
            life.value("zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"}");
        if ratio.is_some_and(|ratio| (0.2..0.9).contains(&ratio)) {
            return;
        }
        life.live(MINUTE).await;
    }
    panic!("no resync is under way");
}
