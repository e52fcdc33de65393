//! What Prometheus makes of series that begin: `increase()` over a life full of them, against the
//! events that there were.
//!
//! An account lives for forty minutes on a virtual clock. Whenever a scrape would be due, the text of the
//! scrape is written down with its time; `promtool` makes a database of it, and a real Prometheus
//! answers over that. So intervals of 15 seconds and of a minute are exact, and take no time.
//!
//! The windows begin before a series does and end at its latest sample. Then there is nothing to
//! extrapolate: not at the end, and not at the beginning where the first sample is 0.

mod account;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use zendesk_exporter::ticket::{NamedSet, PerSet};

use tempfile::TempDir;
use zendesk_exporter::ledger::{BusinessHours, LabelSettings, SeriesSettings};
use zendesk_simulator::hours::Schedule;

use crate::prometheus::Prometheus;
use account::{By, LIFE, Lived, START, Scrape, Setting, live};

const HOLD: Duration = Duration::from_secs(120);

/// Makes a database of the scrapes, and a Prometheus that answers over it.
fn prometheus_of(scrapes: &[Scrape], directory: &Path) -> Prometheus {
    let mut text = String::new();
    for scrape in scrapes {
        let seconds = scrape.at_ms as f64 / 1e3;
        for (sample, value) in &scrape.samples {
            writeln!(text, "{sample} {value} {seconds}").expect("a String takes everything");
        }
    }
    text.push_str("# EOF\n");
    let file = directory.join("scrapes.txt");
    fs::write(&file, text).expect("written");
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .arg(&file)
        .arg(directory.join("tsdb"))
        .output()
        .expect("promtool is installed (make test installs it)");
    assert!(made.status.success(), "{made:?}");
    Prometheus::start("global: {}\n", directory)
}

/// `increase()` of every series, from `seconds` before the latest scrape on up to it.
fn increases(prometheus: &Prometheus, scrapes: &[Scrape], seconds: i64) -> BTreeMap<String, f64> {
    let latest = scrapes.last().expect("there were scrapes");
    let names: BTreeSet<&str> = latest
        .samples
        .keys()
        .filter_map(|sample| sample.split('{').next())
        .collect();
    let at = (latest.at_ms as f64 / 1e3).to_string();
    let mut increases = BTreeMap::new();
    for name in names {
        let query = format!("increase({name}[{seconds}s])");
        let answer = prometheus.samples(&query, &at);
        for (labels, value) in answer.expect("a query that is understood") {
            let labels: BTreeSet<String> = labels
                .into_iter()
                .map(|(label, value)| format!("{label}=\"{value}\""))
                .collect();
            increases.insert(format!("{name}{labels:?}"), value);
        }
    }
    increases
}

/// The name of a series as [`increases`] writes it.
fn key(sample: &str) -> String {
    let (name, labels) = sample.split_once('{').expect("labels");
    let labels = labels.trim_end_matches('}').split("\",");
    let labels: BTreeSet<String> = labels
        .map(|label| format!("{}\"", label.trim_end_matches('"')))
        .collect();
    format!("{name}{labels:?}")
}

/// A window that begins before everything.
const ALL: i64 = 3_000;

/// The series whose increase is not that of the events: what Prometheus says, and how many there
/// were.
fn wrong(lived: &Lived, events: &BTreeMap<String, f64>) -> (Vec<(String, f64, f64)>, f64) {
    let directory = TempDir::new().expect("a directory");
    let prometheus = prometheus_of(&lived.scrapes, directory.path());
    let increases = increases(&prometheus, &lived.scrapes, ALL);
    let mut missed = 0.0;
    let mut wrong = Vec::new();
    for (sample, events) in events {
        let increase = increases.get(&key(sample)).copied().unwrap_or_default();
        if increase != *events {
            missed += events - increase;
            wrong.push((sample.clone(), increase, *events));
        }
    }
    let events: BTreeSet<String> = events.keys().map(|sample| key(sample)).collect();
    for (series, increase) in increases {
        if increase != 0.0 && !events.contains(&series) {
            wrong.push((series, increase, 0.0));
        }
    }
    (wrong, missed)
}

/// Polls and scrapes do not coincide.
fn setting(interval: u64, hold: Duration) -> Setting {
    Setting {
        interval,
        first_scrape: Duration::from_secs(7),
        poll_interval: Duration::from_secs(60),
        hold,
        series: SeriesSettings {
            business_hours: BusinessHours::Never,
            ..SeriesSettings::default()
        },
        later: None,
        schedule: Schedule::Workdays,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn increase_counts_every_event_of_series_that_begin_at_any_usual_interval() {
    for interval in [15, 60] {
        let lived = live(&setting(interval, HOLD)).await;
        let at_first = &lived
            .scrapes
            .iter()
            .find(|scrape| !scrape.samples.is_empty());
        let at_first = &at_first.expect("a scrape after the sync").samples;
        let born = |sample: &&String| !at_first.contains_key(*sample);
        assert!(lived.events.keys().filter(born).count() > 200);
        tokio::task::block_in_place(|| {
            let (wrong, missed) = wrong(&lived, &lived.events);
            assert_eq!(
                (wrong.as_slice(), missed),
                ([].as_slice(), 0.0),
                "{interval}"
            );
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn increase_counts_what_polls_bring_before_the_first_scrape() {
    for interval in [15, 60] {
        // What happens after the first sync is to be seen a minute later.
        let lived = live(&Setting {
            first_scrape: Duration::from_secs(115),
            poll_interval: Duration::from_secs(10),
            ..setting(interval, HOLD)
        })
        .await;
        let first = &lived.scrapes.first().expect("a scrape").samples;
        assert!(!first.is_empty() && first.values().all(|value| *value == 0.0));
        tokio::task::block_in_place(|| {
            let (wrong, _) = wrong(&lived, &lived.events);
            assert_eq!(wrong, [], "{interval}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hold_it_misses_some() {
    for interval in [15, 60] {
        let lived = live(&setting(interval, Duration::ZERO)).await;
        tokio::task::block_in_place(|| {
            let (wrong, _) = wrong(&lived, &lived.events);
            let updated = |sample: &&String| sample.starts_with("zendesk_tickets_updated_total");
            let all = lived.events.iter().filter(|(sample, _)| updated(sample));
            let all: f64 = all.map(|(_, events)| events).sum();
            let missed = wrong.iter().filter(|(sample, ..)| updated(&sample));
            let missed: f64 = missed.map(|(_, increase, events)| events - increase).sum();
            println!("every {interval} s: {missed} of {all} updates are missed");
            assert!(wrong.len() > 100 && missed > 50.0, "{missed} {wrong:?}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_other_labels_it_counts_every_event_since() {
    for (interval, by) in [
        (15, By::Reload),
        (60, By::Reload),
        (15, By::Restart),
        (60, By::Restart),
    ] {
        let with_group = SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default().with(NamedSet::Group, true),
                ..setting(interval, HOLD).series.labels
            },
            ..setting(interval, HOLD).series
        };
        let lived = live(&Setting {
            later: Some((by, with_group)),
            ..setting(interval, HOLD)
        })
        .await;
        let since: BTreeMap<String, f64> = lived
            .events
            .iter()
            .filter(|(sample, _)| sample.contains("group=\""))
            .map(|(sample, events)| {
                let before = lived.first_half.get(sample).copied().unwrap_or_default();
                (sample.clone(), events - before)
            })
            .filter(|(_, events)| *events > 0.0)
            .collect();
        assert!(since.len() > 200, "{}", since.len());
        tokio::task::block_in_place(|| {
            let (mut wrong, _) = wrong(&lived, &since);
            // Those that went on or ended with their labels are not asked for.
            wrong.retain(|(sample, ..)| sample.contains("group="));
            assert_eq!(wrong, [], "{interval} {by:?}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn histograms_in_business_hours_that_appear_count_what_is_observed_from_then_on() {
    for interval in [15, 60] {
        let lived = live(&Setting {
            series: SeriesSettings::default(),
            schedule: Schedule::None,
            ..setting(interval, HOLD)
        })
        .await;
        let half_time_ms = START * 1_000 + i64::try_from(LIFE.as_millis() / 2).expect("small");
        let is_business = |sample: &String| sample.contains("_business_seconds_count");
        let has_business = |scrape: &Scrape| scrape.samples.keys().any(is_business);
        let first = lived.scrapes.iter().position(has_business);
        let first = first.expect("they appear");
        assert!(lived.scrapes[first].at_ms > half_time_ms);
        // What appears between two scrapes counts from the first of them on, which those by the
        // calendar have.
        let [before, appears, latest] =
            [first - 1, first, lived.scrapes.len() - 1].map(|at| lived.scrapes[at].at_ms);
        tokio::task::block_in_place(|| {
            let directory = TempDir::new().expect("a directory");
            let prometheus = prometheus_of(&lived.scrapes, directory.path());
            let [by_calendar, in_business] = [before, appears]
                .map(|from| increases(&prometheus, &lived.scrapes, (latest - from) / 1_000));
            let mut history = 0.0;
            let mut observed = 0.0;
            for (sample, shown) in &lived.scrapes[first].samples {
                if !is_business(sample) {
                    continue;
                }
                let by_calendar = by_calendar.get(&key(&sample.replace("_business_", "_")));
                let in_business = in_business.get(&key(sample));
                assert_eq!(in_business, by_calendar, "{sample} {interval}");
                history += shown;
                observed += in_business.copied().unwrap_or_default();
            }
            assert!(history > 50.0 && observed > 20.0, "{history} {observed}");
        });
    }
}
