//! How soon a change shows, with and without a fast lane.

use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::world::Draft;

use super::*;

/// Changes whose delay is measured.
const CHANGES: usize = 500;

/// The longest that a change may take.
const SECONDS_MAX: i64 = 600;

/// The seconds from each of [`CHANGES`] changes until its counter shows it, in rising order. They are at odd moments,
/// because an exporter that reads once a minute must not meet them at the same second each time.
async fn delays(fast_lane: Option<Duration>) -> Vec<i64> {
    let mut world = World::new(NOW - 86_400);
    for _ in 0..50 {
        world.create(&Draft::default());
    }
    let mut desk = Desk::open(settings(SourceChoice::Auto, fast_lane), world);
    desk.run_for_seconds(600).await;
    let mut dice = fastrand::Rng::with_seed(15);
    let mut delays = Vec::new();
    let mut latest = 0;
    for change in 0..CHANGES {
        desk.run_for_seconds(dice.u64(150..400)).await;
        let began = desk.source.lock().world.now();
        let (family, before) = if change % 2 == 0 {
            latest = desk.source.lock().world.create(&Draft::default());
            (&catalog::CREATED, desk.shown(&catalog::CREATED))
        } else {
            desk.source.lock().world.set_status(latest, Status::Solved);
            (&catalog::SOLVED, desk.shown(&catalog::SOLVED))
        };
        while desk.shown(family) == before {
            let waited = desk.source.lock().world.now() - began;
            assert!(waited < SECONDS_MAX, "{} after {waited} s", family.name);
            desk.run_for_seconds(1).await;
        }
        delays.push(desk.source.lock().world.now() - began);
    }
    delays.sort_unstable();
    delays
}

fn percentile(delays: &[i64], percent: usize) -> i64 {
    delays[delays.len() * percent / 100]
}

#[tokio::test]
async fn a_change_shows_within_25_seconds_with_a_fast_lane_and_within_135_without() {
    let with_lane = delays(Some(Duration::from_secs(15))).await;
    let without = delays(None).await;
    for (delays, most) in [(with_lane, 25), (without, 135)] {
        let [median, p95, longest] = [50, 95, 99].map(|percent| percentile(&delays, percent));
        println!("median {median} s, p95 {p95} s, p99 {longest} s");
        assert!(p95 <= most, "p95 is {p95} s, at most {most} s wanted");
    }
}
