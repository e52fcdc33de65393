//! What the chart refuses: unknown names, and a copy of itself without the files that it links.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::{CHART, python, refusal_of, values, with};
use crate::packaging::ROOT;

#[test]
fn values_that_the_chart_does_not_know_are_refused() {
    for (pointer, value) in [
        ("/replicas", json!(2)),
        ("/image", json!({ "tagg": "1" })),
        ("/persistence", json!({ "size": "much" })),
        ("/config/state", json!({ "directory": "/elsewhere" })),
        ("/config/accounts", json!([])),
    ] {
        let mut values = values();
        let (parent, key) = pointer.rsplit_once('/').expect("a key");
        values.pointer_mut(parent).expect("a section")[key] = value;
        let output = python(&["tests/packaging/chart.py", CHART], &values.to_string());
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{pointer} is taken");
        assert!(words.contains("\n- at '"), "{pointer}: {words}");
    }
}

/// The chart with some of its linked files replaced, as other tools leave it.
fn damaged(damage: impl Fn(&Path)) -> TempDir {
    let copy = TempDir::new().expect("a directory");
    let copied = Command::new("cp")
        .args(["--archive", "--dereference", "."])
        .arg(copy.path())
        .current_dir(Path::new(ROOT).join(CHART))
        .status();
    assert!(copied.expect("cp runs").success());
    damage(&copy.path().join("files"));
    copy
}

#[test]
fn a_chart_that_lost_its_links_says_so_instead_of_rendering_nothing() {
    let sentence = |files: &str| {
        format!(
            "this copy of the chart does not contain {files}, probably because its symbolic links were not kept: use the packaged chart oci://ghcr.io/zendesk-exporter/charts/zendesk-exporter, or a checkout that keeps symbolic links"
        )
    };
    let without = damaged(|files| fs::remove_dir_all(files).expect("removed"));
    // A checkout without links has small files in their place.
    let flat = damaged(|files| {
        for link in ["dashboards", "optional", "rules"] {
            fs::remove_dir_all(files.join(link)).expect("removed");
            fs::write(files.join(link), "../../../../elsewhere").expect("written");
        }
    });
    let blank = damaged(|files| {
        for file in ["rules/zendesk-desk.yml", "optional/watchdog.yml"] {
            fs::write(files.join(file), "").expect("written");
        }
        fs::remove_file(files.join("rules/zendesk-exporter.yml")).expect("removed");
        fs::write(
            files.join("dashboards/zendesk-support.json"),
            "../support.json",
        )
        .expect("written");
        fs::remove_file(files.join("dashboards/zendesk-exporter.json")).expect("removed");
    });
    let rules = with(values(), "/prometheusRule", json!({ "enabled": true }));
    let boards = with(values(), "/dashboards", json!({ "enabled": true }));
    for (chart, rules_missing, dashboards_missing) in [
        (&without, "files/rules", "files/dashboards"),
        (&flat, "files/rules", "files/dashboards"),
        (
            &blank,
            "files/rules/zendesk-desk.yml",
            "files/dashboards/zendesk-support.json",
        ),
    ] {
        let chart = chart.path().to_str().expect("UTF-8");
        let words = refusal_of(chart, &rules).expect("rules are missing");
        assert!(words.contains(&sentence(rules_missing)), "{words}");
        let words = refusal_of(chart, &boards).expect("dashboards are missing");
        assert!(words.contains(&sentence(dashboards_missing)), "{words}");
        assert_eq!(refusal_of(chart, &values()), None);
    }
    let no_watchdog = damaged(|files| {
        fs::remove_dir_all(files.join("optional")).expect("removed");
    });
    let chart = no_watchdog.path().to_str().expect("UTF-8");
    assert_eq!(refusal_of(chart, &rules), None);
    let watched = with(rules, "/prometheusRule/watchdog", json!(true));
    let words = refusal_of(chart, &watched).expect("the watchdog is missing");
    assert!(
        words.contains(&sentence("files/optional/watchdog.yml")),
        "{words}"
    );
}
