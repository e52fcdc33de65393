//! How soon a change shows with a fast lane: five minutes in real time, with the built program.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_simulator::world::Draft;
use zendesk_simulator::{Options, Simulator, Time};

use super::program::{Exporter, free_address};
use super::report;

/// How long changes are made.
const DURATION: Duration = Duration::from_secs(300);

/// The longest pause between two changes, in milliseconds. The pauses are at random, so that changes meet the lane at
/// any moment.
const PAUSE_MS_MAX: u64 = 8_000;

/// The time between two scrapes.
const SCRAPE_PAUSE: Duration = Duration::from_millis(100);

pub(crate) fn lane(clock: &SystemClock) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = Options {
        time: Time::Real,
        tickets: 500,
        ..Options::manual(clock.now().wall().0)
    };
    let simulator = runtime.block_on(Simulator::start(options));
    let simulator = simulator.expect("a free port");
    let directory = TempDir::new().expect("a directory");
    let address = free_address();
    let url = simulator.base_url();
    let settings = format!(
        "web: {{ listen_address: '{address}' }}\naccounts:\n  - {{ name: acme, base_url: '{url}', auth: {{ access_token: simulator-token }}, hold_new_series: 0s, export: {{ list: {{ fast_lane: 15s }} }} }}\n"
    );
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    let exporter = Exporter { directory, address };
    let mut child = exporter.start();
    // The lane begins when the export has caught up, with one walk through the list.
    wait_for(clock, &exporter, |text| {
        value(
            text,
            "zendesk_exporter_api_requests_total",
            "deleted_tickets",
        ) >= 2.0
    });
    let mut dice = fastrand::Rng::with_seed(15);
    let mut delays = Vec::new();
    let ends = clock.now().monotonic + DURATION;
    while clock.now().monotonic < ends {
        std::thread::park_timeout(Duration::from_millis(dice.u64(0..PAUSE_MS_MAX)));
        let created = |text: &str| value(text, "zendesk_tickets_created_total", "");
        let before = scraped(&exporter).map_or(0.0, |text| created(&text));
        simulator.world(|world| world.create(&Draft::default()));
        let began = clock.now().monotonic;
        wait_for(clock, &exporter, |text| created(text) > before);
        delays.push(clock.now().monotonic - began);
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    delays.sort_unstable();
    let at = |percent: usize| delays[delays.len() * percent / 100];
    report(
        &format!(
            "a change to /metrics, fast lane 15 s, {} changes",
            delays.len()
        ),
        "p95 <= 25 s",
        &format!("median {:.1?}, p95 {:.1?}", at(50), at(95)),
    );
}

fn scraped(exporter: &Exporter) -> Option<String> {
    String::from_utf8(exporter.try_scrape("").ok()?).ok()
}

fn wait_for(clock: &SystemClock, exporter: &Exporter, is_there: impl Fn(&str) -> bool) {
    let ends = clock.now().monotonic + DURATION;
    while clock.now().monotonic < ends {
        if scraped(exporter).is_some_and(|text| is_there(&text)) {
            return;
        }
        std::thread::park_timeout(SCRAPE_PAUSE);
    }
    panic!("waited in vain");
}

/// The sum of the samples of a family whose labels contain `label`.
fn value(text: &str, family: &str, label: &str) -> f64 {
    let samples = text
        .lines()
        .filter(|line| {
            line.strip_prefix(family)
                .is_some_and(|rest| rest.starts_with('{'))
        })
        .filter(|line| line.contains(label));
    let values = samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}
