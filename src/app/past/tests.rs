//! A past of some hours, as the demo and the pictures have it.

use std::sync::Arc;

use tempfile::TempDir;
use zendesk_simulator::life::Rates;
use zendesk_simulator::{Habits, Options, Simulator, Time};

use super::{Past, PastPlan, SampleNames, Target, Window};
use crate::config::{self, Account};

/// A Monday at ten.
const NOON: i64 = 1_789_984_800;
const HOUR: i64 = 3_600;

async fn simulated(at: i64) -> Arc<Simulator> {
    let simulator = Simulator::start(Options {
        time: Time::manual(at),
        tickets: 100,
        lived_days: 1,
        rates: Rates {
            tickets_per_day: 480.0,
        },
        habits: Habits::keeping_up(NOON),
        ..Options::manual(0)
    });
    Arc::new(simulator.await.expect("a free port"))
}

fn account(simulator: &Simulator) -> Account {
    let text = format!(
        "accounts:\n- name: acme\n  base_url: {}\n  auth: {{access_token: simulator-token}}\n",
        simulator.base_url()
    );
    let config = config::from_text(&text).expect("good settings");
    config.accounts.into_iter().next().expect("one")
}

fn window(names: &[&str]) -> Window {
    let target = Target {
        job: "zendesk".to_owned(),
        instance: "here".to_owned(),
    };
    Window::onto(&target, SampleNames::named_in(names.iter().copied()))
}

/// What was scraped in two hours, the exporter being replaced by another one after the first.
async fn lived() -> String {
    let directory = TempDir::new().expect("a directory");
    let simulator = simulated(NOON).await;
    let mut past = Past::starting_at(NOON, directory.path().to_owned());
    past.follow(&simulator);
    let account = account(&simulator);
    past.read(&account).expect("opened");
    let mut window = window(&[
        "zendesk_up zendesk_tickets_created_total zendesk_exporter_polls_total",
        "zendesk_exporter_data_timestamp_seconds zendesk_ticket_first_reply_seconds_count",
    ]);
    let plan = PastPlan {
        from: NOON,
        until: NOON + 2 * HOUR,
        close_ups: Vec::new(),
    };
    for tick in plan.ticks() {
        past.skip_to(tick.begins);
        past.run_until(tick.at).await.expect("it lives");
        if tick.is_scraped {
            let exposition = past.is_running().then(|| past.exposition());
            window.scrape(exposition, tick.at);
        }
        match tick.at - NOON {
            HOUR => past.stop(),
            4_500 => past.read(&account).expect("opened again"),
            _ => {}
        }
    }
    assert_eq!(simulator.now(), past.now());
    let mut text = Vec::new();
    window.write(&mut text).expect("memory takes everything");
    assert!(window.is_empty());
    String::from_utf8(text).expect("text")
}

fn values(text: &str, sample: &str) -> Vec<(i64, f64)> {
    let lines = text.lines().filter(|line| line.starts_with(sample));
    let parts = lines.filter_map(|line| {
        let mut parts = line.rsplit(' ');
        let at = parts.next()?.parse::<i64>().ok()? - NOON;
        Some((at, parts.next()?.parse().ok()?))
    });
    parts.collect()
}

#[tokio::test]
async fn hours_are_lived_by_the_exporter_itself_and_written_as_they_were_scraped() {
    let text = lived().await;
    assert!(text.ends_with("\n# EOF\n"));
    assert!(text.contains("\n# TYPE zendesk_tickets_created counter\nzendesk_tickets_created_total{instance=\"here\",job=\"zendesk\",account=\"acme\","));
    let up = values(&text, "up{instance=\"here\",job=\"zendesk\"} ");
    let quarters: Vec<i64> = up.iter().map(|(at, _)| *at).collect();
    assert_eq!(
        quarters,
        [0, 900, 1_800, 2_700, 3_600, 4_500, 5_400, 6_300, 7_200]
    );
    // The exporter that was stopped after an hour is missed once.
    assert_eq!(up.iter().filter(|(_, up)| *up == 0.0).count(), 1);
    assert_eq!(up[5], (4_500, 0.0));
    let polls = values(&text, "zendesk_exporter_polls_total");
    assert!(polls[3].1 >= 9.0, "{polls:?}");
    assert!(
        polls[5].1 < polls[4].1,
        "another exporter counts anew: {polls:?}"
    );
    for (at, data) in values(&text, "zendesk_exporter_data_timestamp_seconds") {
        let age = NOON + at - data as i64;
        assert!((60..=180).contains(&age), "{at}: {age}");
    }
    let created = |at: i64| -> f64 {
        let all = values(&text, "zendesk_tickets_created_total");
        all.iter()
            .filter(|(when, _)| *when == at)
            .map(|(_, value)| value)
            .sum()
    };
    // 20 tickets an hour come in; those of the gap are counted, too.
    assert!((12.0..30.0).contains(&created(3_600)), "{}", created(3_600));
    assert!((25.0..60.0).contains(&created(7_200)), "{}", created(7_200));
    assert!(!text.contains("zendesk_ticket_first_reply_seconds_sum"));
    assert!(!text.contains("zendesk_unsolved_tickets"));
}

#[tokio::test]
async fn the_same_past_is_lived_again() {
    assert_eq!(lived().await, lived().await);
}
