//! What the reader of a dashboard can choose.

use serde_json::{Value, json};

use super::super::panel::datasource;
use super::{Board, Filters, Targets};
use zendesk_exporter::metrics::catalog::{self, Family};

/// Matches whatever has the label.
const ANY: &str = ".+";
/// Matches what does not have it, too: for labels that are there with a setting only.
const ANY_OR_NONE: &str = ".*";

const OF_JOB: &str = "job=~\"$job\"";
const OF_INSTANCE: &str = "job=~\"$job\", instance=~\"$instance\"";
const OF_ACCOUNT: &str = "job=~\"$job\", instance=~\"$instance\", account=~\"$account\"";

impl Board {
    pub(super) fn variables(&self) -> Vec<Value> {
        let build = catalog::BUILD_INFO.name;
        let account = catalog::INITIAL_SYNC_COMPLETE.name;
        let mut variables = vec![
            json!({
                "name": "datasource", "label": "Data source", "type": "datasource",
                "query": "prometheus", "refresh": 1, "regex": "", "hide": 0, "current": {},
                "options": [], "multi": false, "includeAll": false,
            }),
            self.of_targets(asked("job", "Job", &format!("label_values({build}, job)"))),
            self.of_targets(asked(
                "instance",
                "Instance",
                &format!("label_values({build}{{{OF_JOB}}}, instance)"),
            )),
            asked(
                "account",
                "Account",
                &format!("label_values({account}{{{OF_INSTANCE}}}, account)"),
            ),
        ];
        if self.filters == Filters::Shown {
            let channels = format!(
                "label_values({}{{{OF_ACCOUNT}}}, channel)",
                catalog::TICKETS.name
            );
            variables.extend([
                priorities(),
                named("group", "Group", &catalog::GROUP_INFO),
                named("brand", "Brand", &catalog::BRAND_INFO),
                asked("channel", "Channel", &channels),
                utc_offset(),
            ]);
        }
        variables
    }

    /// Hidden where it would be a riddle.
    fn of_targets(&self, mut variable: Value) -> Value {
        if self.targets == Targets::Hidden {
            variable["hide"] = json!(2);
        }
        variable
    }
}

/// A variable whose values are asked of Prometheus, again whenever the period changes.
fn asked(name: &str, label: &str, query: &str) -> Value {
    json!({
        "name": name, "label": label, "type": "query", "datasource": datasource(),
        "query": query, "definition": query, "refresh": 2, "sort": 1, "regex": "", "hide": 0,
        "multi": true, "includeAll": true, "allValue": ANY, "options": [], "current": all(),
    })
}

/// A label that is an id: its reader chooses a name. Grafana writes out each sample that is answered, and takes value and text
/// out of that.
fn named(label: &str, title: &str, names: &Family) -> Value {
    let query = format!("query_result({}{{{OF_ACCOUNT}}})", names.name);
    let mut variable = asked(label, title, &query);
    variable["regex"] = json!(format!(
        "/{label}=\"(?<value>[^\"]+)\".*name=\"(?<text>[^\"]*)\"/"
    ));
    variable["allValue"] = json!(ANY_OR_NONE);
    variable
}

/// A closed set, in the order in which it matters rather than in that of the alphabet.
fn priorities() -> Value {
    json!({
        "name": "priority", "label": "Priority", "type": "custom",
        "query": "urgent,high,normal,low,none,other", "hide": 0,
        "multi": true, "includeAll": true, "allValue": ANY, "options": [], "current": all(),
    })
}

/// Prometheus knows no other time zone than UTC, and Grafana does not say how far its own is from that.
fn utc_offset() -> Value {
    let hours: Vec<String> = (0..=14)
        .chain(-12..=-1)
        .map(|hour: i32| hour.to_string())
        .collect();
    json!({
        "name": "utc_offset", "label": "Hours from UTC", "type": "custom", "query": hours.join(","),
        "description": "Shifts the hours in the row Hours of the week from UTC.", "hide": 0,
        "multi": false, "includeAll": false, "options": [],
        "current": { "selected": true, "text": "0", "value": "0" },
    })
}

fn all() -> Value {
    json!({ "selected": true, "text": ["All"], "value": ["$__all"] })
}
