//! Where a dashboard leads, and what it marks in its graphs.

use serde_json::{Value, json};

use super::super::palette::GREY;
use super::super::panel::{DOCUMENTS, datasource};
use super::super::query;
use zendesk_exporter::metrics::catalog;

pub(super) fn links() -> Value {
    let document = |title: &str, path: &str| {
        json!({
            "type": "link", "title": title, "url": format!("{DOCUMENTS}/{path}"), "icon": "doc",
            "targetBlank": true, "tags": [], "tooltip": "",
        })
    };
    json!([
        {
            "type": "dashboards", "title": "Zendesk", "tags": ["zendesk"], "icon": "external link",
            "asDropdown": false, "includeVars": true, "keepTime": true, "targetBlank": false,
            "tooltip": "", "url": "",
        },
        document("Metrics", "metrics.md"),
        document("Runbooks", "runbooks"),
    ])
}

/// Marks at the very moments that two families tell, in milliseconds as Grafana wants them; and the time in which the data was
/// stale: Grafana joins samples that are a step apart to a region.
pub(super) fn annotations() -> Value {
    let mark = |name: &str, colour: &str, text: &str, family: &catalog::Family| {
        json!({
            "name": name, "datasource": datasource(), "enable": true, "hide": false,
            "iconColor": colour, "titleFormat": name, "textFormat": text, "step": "60s",
            "expr": format!("{} * 1000", query::of(family)), "useValueForTime": true,
        })
    };
    json!([
        {
            "name": "Data is stale", "datasource": datasource(), "enable": true, "hide": false,
            "iconColor": GREY, "titleFormat": "Data is stale", "textFormat": "{{account}}",
            "step": "60s", "expr": query::stale(), "useValueForTime": false,
        },
        mark(
            "Exporter started",
            "purple",
            "{{instance}}",
            &catalog::PROCESS_START_TIME
        ),
        mark(
            "Counters began again at 0",
            "red",
            "{{account}}",
            &catalog::COUNTERS_RESTARTED
        ),
    ])
}
