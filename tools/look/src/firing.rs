//! The alerts that fire at the end of the month. A Prometheus that evaluates rules writes `ALERTS`; for a
//! month that was imported, the rules are evaluated afterwards, over its last minutes.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use zendesk_exporter_tools::prometheus::{create_blocks_from, run};

use crate::prometheus::Prometheus;

/// How long before the end of the month `ALERTS` begins: longer than Prometheus looks back.
pub(crate) const SECONDS: i64 = 1_200;

/// How far apart the evaluations are, in seconds.
const INTERVAL: u64 = 60;

/// Adds `ALERTS` from `start` to `end`, in Unix seconds, to the blocks that `prometheus` answers from,
/// which finds them when it starts again.
///
/// # Errors
///
/// If a rule cannot be read or evaluated.
pub(crate) fn add(
    rules: &Path,
    prometheus: &Prometheus,
    blocks: &Path,
    (start, end): (i64, i64),
) -> anyhow::Result<()> {
    let mut alerts = Vec::new();
    for entry in std::fs::read_dir(rules)? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        alerts.extend(recordings(&text).with_context(|| path.display().to_string())?);
    }
    ensure!(!alerts.is_empty(), "{} has no alerts", rules.display());
    let group = json!({ "name": "firing", "interval": format!("{INTERVAL}s"), "rules": alerts });
    let file = blocks.with_file_name("firing.yml");
    // JSON is YAML.
    std::fs::write(&file, json!({ "groups": [group] }).to_string())?;
    run(create_blocks_from("rules")
        .arg(format!("--url={}", prometheus.address))
        .arg(format!("--start={start}"))
        .arg(format!("--end={end}"))
        .arg("--output-dir")
        .arg(blocks)
        .arg(&file))
}

/// The alerts of a file as rules that record when they fire.
fn recordings(text: &str) -> anyhow::Result<Vec<Value>> {
    let file: Value = serde_saphyr::from_str(text)?;
    let groups = file["groups"].as_array().into_iter().flatten();
    let rules = groups.flat_map(|group| group["rules"].as_array().into_iter().flatten());
    let alerts = rules.filter(|rule| rule["alert"].is_string());
    alerts.map(recording).collect()
}

fn recording(alert: &Value) -> anyhow::Result<Value> {
    let query = alert["expr"].as_str().context("an alert asks nothing")?;
    let held = alert["for"].as_str().unwrap_or("0s");
    let evaluations = seconds(held)? / INTERVAL;
    // It fires once it has been true at each evaluation of its `for`.
    let fires = if evaluations == 0 {
        query.to_owned()
    } else {
        format!(
            "(\n{query}\n) and count_over_time((\n{query}\n)[{held}:{INTERVAL}s]) >= {evaluations}"
        )
    };
    let mut labels = alert["labels"].as_object().cloned().unwrap_or_default();
    labels.insert("alertname".to_owned(), alert["alert"].clone());
    labels.insert("alertstate".to_owned(), json!("firing"));
    Ok(json!({ "record": "ALERTS", "expr": format!("(\n{fires}\n) * 0 + 1"), "labels": labels }))
}

/// A time such as `1h30m`, in seconds.
fn seconds(text: &str) -> anyhow::Result<u64> {
    let mut seconds = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len()
            - rest
                .trim_start_matches(|sign: char| sign.is_ascii_digit())
                .len();
        let number: u64 = rest[..digits]
            .parse()
            .with_context(|| format!("no time: {text:?}"))?;
        let unit = rest[digits..].chars().next();
        seconds += number
            * match unit {
                Some('s') => 1,
                Some('m') => 60,
                Some('h') => 3_600,
                Some('d') => 86_400,
                _ => bail!("no time: {text:?}"),
            };
        rest = &rest[digits + 1..];
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [("0s", 0), ("10m", 600), ("1h30m", 5_400), ("2d", 172_800)] {
            assert_eq!(seconds(text).expect(text), expected);
        }
        for text in ["m", "5", "5w", "ten"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_alert_fires_once_it_was_true_all_the_time() {
        let text = "groups: [{ name: g, rules: [{ record: a, expr: b }, { alert: Now, expr: up == 0 }, \
            { alert: Later, expr: up == 0, for: 5m, labels: { team: ops } }] }]";
        let recordings = recordings(text).expect("good rules");
        let expected = [
            json!({
                "record": "ALERTS",
                "expr": "(\nup == 0\n) * 0 + 1",
                "labels": { "alertname": "Now", "alertstate": "firing" },
            }),
            json!({
                "record": "ALERTS",
                "expr": "(\n(\nup == 0\n) and count_over_time((\nup == 0\n)[5m:60s]) >= 5\n) * 0 + 1",
                "labels": { "alertname": "Later", "alertstate": "firing", "team": "ops" },
            }),
        ];
        assert_eq!(recordings, expected);
    }

    #[test]
    fn every_alert_of_the_project_can_be_evaluated_afterwards() {
        for text in [
            include_str!("../../../config/prometheus/rules/zendesk-desk.yml"),
            include_str!("../../../config/prometheus/rules/zendesk-exporter.yml"),
        ] {
            let alerts = text.matches("- alert: ").count();
            let recordings = recordings(text).expect("good rules");
            assert!(alerts > 0);
            assert_eq!(recordings.len(), alerts);
        }
    }
}
