//! The committed files: that they are the rendered ones, and that they keep every rule.

mod agreement;

mod question;

mod lint;

mod spoiling;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files;
use lint::{findings, list, panels, text};
use question::{Question, family};
use zendesk_exporter::metrics::catalog;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every dashboard, with its file's name.
fn dashboards() -> Vec<(&'static str, Value)> {
    let files = files().into_iter();
    files
        .map(|(name, json)| (name, serde_json::from_str(&json).expect("it is JSON")))
        .collect()
}

#[test]
fn no_committed_dashboard_is_left_unrendered() {
    let entries = std::fs::read_dir(root().join("dashboards")).expect("the directory is there");
    let committed = entries.filter(|entry| {
        let path = entry.as_ref().expect("it can be listed").path();
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    assert_eq!(committed.count(), files().len(), "one is not rendered");
}

#[test]
fn every_dashboard_keeps_every_rule() {
    for (name, dashboard) in dashboards() {
        assert_eq!(findings(&dashboard), [], "{name}");
    }
}

#[test]
fn panels_fill_the_grid_and_none_lies_on_another() {
    for (name, dashboard) in dashboards() {
        let mut taken = BTreeSet::new();
        // The panels of a closed row are placed when it is opened, so each row is on its own.
        let rows = list(&dashboard["panels"])
            .iter()
            .map(|row| list(&row["panels"]));
        for group in rows.chain([list(&dashboard["panels"])]) {
            taken.clear();
            for panel in group {
                let place = |side: &str| panel["gridPos"][side].as_u64().expect("a number");
                assert!(place("x") + place("w") <= 24, "{name} {}", panel["title"]);
                for x in place("x")..place("x") + place("w") {
                    for y in place("y")..place("y") + place("h") {
                        assert!(taken.insert((x, y)), "{name} {}", panel["title"]);
                    }
                }
            }
        }
    }
}

/// Those of a panel, of its series and of its cells.
fn links(panel: &Value) -> impl Iterator<Item = &Value> {
    let config = &panel["fieldConfig"];
    let of_cells = list(&config["overrides"])
        .iter()
        .flat_map(|it| list(&it["properties"]))
        .filter(|property| property["id"] == "links")
        .flat_map(|property| list(&property["value"]));
    list(&panel["links"])
        .iter()
        .chain(list(&config["defaults"]["links"]))
        .chain(of_cells)
}

#[test]
fn every_link_leads_to_a_dashboard_or_a_chapter_that_is_there() {
    let dashboards = dashboards();
    let uids: BTreeSet<&str> = dashboards
        .iter()
        .map(|(_, dashboard)| text(&dashboard["uid"]))
        .collect();
    let metrics = std::fs::read_to_string(root().join("docs/metrics.md")).expect("it is there");
    let mut seen = 0;
    for (name, dashboard) in &dashboards {
        for link in panels(dashboard).flat_map(links) {
            let url = text(&link["url"]);
            let runbook = url.split_once("/docs/runbooks/");
            let leads = if let Some(rest) = url.strip_prefix("/d/") {
                uids.contains(rest.split('?').next().unwrap_or(rest))
            } else if let Some((_, runbook)) = runbook {
                root().join("docs/runbooks").join(runbook).is_file()
            } else if url.ends_with("/docs/alerts.md") {
                root().join("docs/alerts.md").is_file()
            } else {
                url.split_once("/docs/metrics.md#")
                    .is_some_and(|(_, family)| metrics.contains(&format!("### `{family}`\n")))
            };
            assert!(leads, "{name}: {url}");
            seen += 1;
        }
    }
    assert!(seen >= 90, "{seen} links: a panel has lost its own");
}

#[test]
fn series_with_a_colour_of_their_own_are_values_that_a_legend_can_show() {
    for (name, dashboard) in dashboards() {
        for panel in panels(&dashboard) {
            let legends: BTreeSet<&str> = list(&panel["targets"])
                .iter()
                .map(|target| text(&target["legendFormat"]))
                .collect();
            let by_label = legends.iter().any(|legend| legend.starts_with("{{"));
            let targets = list(&panel["targets"]).iter();
            let ids: BTreeSet<&str> = targets.map(|target| text(&target["refId"])).collect();
            let transformations = list(&panel["transformations"]).iter();
            let headings: BTreeSet<&str> = transformations
                .filter_map(|it| it["options"]["renameByName"].as_object())
                .flat_map(|names| names.values().map(text))
                .collect();
            for colour in list(&panel["fieldConfig"]["overrides"]) {
                let series = text(&colour["matcher"]["options"]);
                assert!(
                    match text(&colour["matcher"]["id"]) {
                        "byFrameRefID" => ids.contains(series),
                        _ => by_label || legends.contains(series) || headings.contains(series),
                    },
                    "{name} {}: {series}",
                    panel["title"]
                );
            }
        }
    }
}

/// Families that no panel shows, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    (
        "process_virtual_memory_bytes",
        "says nothing about what is used",
    ),
    ("process_virtual_memory_max_bytes", "the same"),
];

#[test]
fn every_family_is_on_a_panel() {
    let mut shown: BTreeSet<&str> = NOT_SHOWN.iter().map(|(name, _)| *name).collect();
    let dashboards = dashboards();
    for (_, dashboard) in &dashboards {
        for target in panels(dashboard).flat_map(|panel| list(&panel["targets"])) {
            let question = Question::of(text(&target["expr"])).expect("it can be read");
            let families = question.selectors.iter().filter_map(|it| family(&it.name));
            shown.extend(families.map(|family| family.name));
        }
    }
    let declared: BTreeSet<&str> = catalog::ALL.iter().map(|family| family.name).collect();
    let differ: Vec<_> = shown.symmetric_difference(&declared).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

fn yaml(path: &str) -> Value {
    let yaml = std::fs::read_to_string(root().join(path)).expect("the file is there");
    serde_saphyr::from_str(&yaml).expect("it is YAML")
}

#[test]
fn provisioned_dashboards_cannot_be_changed_in_the_browser() {
    let provider = &yaml("dashboards/provisioning/dashboards/zendesk.yml")["providers"][0];
    assert_eq!(provider["type"], "file");
    assert_eq!(provider["allowUiUpdates"], false);
}

#[test]
fn rates_are_taken_over_windows_in_which_prometheus_scrapes() {
    let seconds = |interval: &Value| -> u32 {
        let number = text(interval).strip_suffix('s').map(str::parse);
        number.expect("in seconds").expect("a number")
    };
    let source = &yaml("dashboards/provisioning/datasources/prometheus.yml")["datasources"][0];
    for path in [
        "config/prometheus/prometheus.yml",
        "deploy/compose/prometheus.yml",
        "deploy/compose/prometheus-demo.yml",
    ] {
        let scraped = seconds(&yaml(path)["global"]["scrape_interval"]);
        assert!(
            scraped <= seconds(&source["jsonData"]["timeInterval"]),
            "{path}"
        );
    }
}
