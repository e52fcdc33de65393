//! An account whose every ticket has a channel, group, brand, form, field value and tag of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use tempfile::TempDir;
use zendesk_simulator::world::Draft;
use zendesk_simulator::{Options, Simulator};

use crate::program::{Program, account_of};

const TICKETS: i64 = 100_000;
const MAX_SERIES: usize = 10_000;

/// Beside the values: `none`, `other`, `unknown`.
const VALUES_MAX: usize = 64 + 3;

async fn hostile() -> Simulator {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| {
        for number in 0..TICKETS {
            let id = world.create(&Draft::default());
            world.update(id, |ticket| {
                ticket.channel = format!("channel_{number}").into();
                ticket.group = Some(1_000_000 + number);
                ticket.brand = Some(2_000_000 + number);
                ticket.form = Some(3_000_000 + number);
                ticket.product = Some(format!("product_{number}").into());
            });
            world.tag(id, format!("tag_{number}"));
            if number % 10 == 0 {
                world.tag(id, "vip");
            }
        }
    });
    simulator.advance(120);
    simulator
}

/// The values of every label on the families of tickets, and how many samples these have.
fn labels_and_samples(text: &str) -> (BTreeMap<String, BTreeSet<String>>, usize) {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut samples = 0;
    for line in text.lines() {
        let is_of_tickets = line.starts_with("zendesk_") && !line.starts_with("zendesk_exporter_");
        let Some((_, rest)) = line.split_once('{').filter(|_| is_of_tickets) else {
            continue;
        };
        samples += 1;
        let (pairs, _) = rest.rsplit_once('}').expect("labels end");
        for pair in pairs.split("\",") {
            let (label, value) = pair.split_once("=\"").expect("a label");
            let values = labels.entry(label.to_owned()).or_default();
            values.insert(value.trim_end_matches('"').to_owned());
        }
    }
    (labels, samples)
}

fn value(text: &str, sample: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(sample));
    let line = line.unwrap_or_else(|| panic!("no {sample}"));
    let (_, value) = line.rsplit_once(' ').expect("a value");
    value.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_values_of_every_label_leave_series_memory_and_state_bounded() {
    let simulator = hostile().await;
    let directory = TempDir::new().expect("a directory");
    let settings = format!(
        "accounts:\n  \
         - {{ name: acme, base_url: '{}', auth: {{ access_token: simulator-token }}, max_series: {MAX_SERIES},\n      \
             export: {{ poll_interval: 1s, requests_per_minute: 100000, search_counts: {{ every: 0 }} }},\n      \
             labels: {{ group: true, brand: true, form: true, custom_status: true, tags: [vip], custom_fields: [{{ id: 360001, label: product }}] }} }}\n",
        simulator.base_url()
    );
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    tokio::task::block_in_place(|| {
        let program = Program::serve(directory.path(), &[]);
        let text = program.wait_for("the first sync", |text| {
            let line = "zendesk_exporter_initial_sync_complete{account=\"acme\"} 1\n";
            text.contains(line).then(|| text.to_owned())
        });
        let (labels, samples) = labels_and_samples(&text);
        assert!(samples <= MAX_SERIES, "{samples} samples");
        for label in ["channel", "group", "brand", "form", "product"] {
            let values = labels.get(label).map_or(0, BTreeSet::len);
            assert!((2..=VALUES_MAX).contains(&values), "{label}: {values}");
            let dropped = format!(
                "zendesk_exporter_label_values_dropped_total{{account=\"acme\",label=\"{label}\"}}"
            );
            assert!(value(&text, &dropped) > 99_000.0, "{label}");
        }
        assert_eq!(labels["tag"], BTreeSet::from(["vip".to_owned()]));
        // Nothing is lost: what has no value of its own is counted as other.
        let total: f64 = text
            .lines()
            .filter(|line| line.starts_with("zendesk_tickets{"))
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum();
        assert_eq!(total, TICKETS as f64);
        assert_eq!(
            value(&text, "zendesk_exporter_state_tickets{"),
            TICKETS as f64
        );
        let megabytes = value(&text, "process_resident_memory_bytes") / 1e6;
        assert!(megabytes < 200.0, "{megabytes} MB");
        let each = value(&text, "zendesk_exporter_state_size_bytes{") / TICKETS as f64;
        assert!(
            each < 200.0,
            "{each} bytes a ticket, with the write-ahead log"
        );
    });
}
