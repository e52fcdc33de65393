//! The rules of Grafana's dashboard-linter, and ours about the catalogue.

mod panel;

use std::collections::BTreeSet;

use serde_json::Value;

use zendesk_exporter::metrics::catalog::Kind;

use super::question::{
    Question, RATE_INTERVAL, RATE_WINDOWS, all_labels, family, is_recorded, labels,
};

/// What a rule has to say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) rule: &'static str,
    pub(super) problem: String,
}

/// Collects findings, of one thing after the other.
#[derive(Default)]
struct Notes {
    about: String,
    findings: Vec<Finding>,
}

impl Notes {
    fn about(&mut self, what: String) -> &mut Self {
        self.about = what;
        self
    }

    fn demand(&mut self, rule: &'static str, is_kept: bool, problem: &str) {
        if !is_kept {
            self.findings.push(Finding {
                rule,
                problem: format!("{}: {problem}", self.about),
            });
        }
    }
}

/// Everything that is wrong with a dashboard.
pub(super) fn findings(dashboard: &Value) -> Vec<Finding> {
    let mut notes = Notes::default();
    lint_board(dashboard, notes.about("dashboard".to_owned()));
    let variables = list(&dashboard["templating"]["list"]);
    for variable in variables {
        lint_variable(
            variable,
            notes.about(format!("variable {}", variable["name"])),
        );
    }
    let known: BTreeSet<&str> = variables.iter().map(|it| text(&it["name"])).collect();
    for panel in panels(dashboard) {
        panel::lint(panel, notes.about(format!("panel {}", panel["title"])));
        panel::lint_filters(
            panel,
            &known,
            notes.about(format!("panel {}", panel["title"])),
        );
        for target in list(&panel["targets"]) {
            notes.about(format!("panel {}, {}", panel["title"], target["refId"]));
            lint_target(target, &mut notes);
            lint_query(text(&target["expr"]), &known, &mut notes);
        }
    }
    for annotation in list(&dashboard["annotations"]["list"]) {
        notes.about(format!("annotation {}", annotation["name"]));
        lint_query(text(&annotation["expr"]), &known, &mut notes);
    }
    notes.findings
}

/// Every panel that is no heading, those in closed rows too.
pub(super) fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(&dashboard["panels"])
        .iter()
        .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])))
        .filter(|panel| panel["type"] != "row")
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Variables of labels that are there with a setting only.
const OPT_IN: [&str; 2] = ["group", "brand"];

fn lint_board(dashboard: &Value, notes: &mut Notes) {
    notes.demand(
        "uneditable-dashboard",
        dashboard["editable"] == false,
        "can be edited",
    );
    let variables = list(&dashboard["templating"]["list"]);
    let sources: Vec<_> = variables
        .iter()
        .filter(|variable| variable["type"] == "datasource")
        .collect();
    let is_prometheus = matches!(&sources[..], [source] if source["query"] == "prometheus"
        && source["name"] == "datasource" && source["label"] == "Data source");
    notes.demand(
        "template-datasource-rule",
        is_prometheus,
        "not one variable for the data source",
    );
    for (rule, name, label) in [
        ("template-job-rule", "job", "Job"),
        ("template-instance-rule", "instance", "Instance"),
        ("template-account-rule", "account", "Account"),
    ] {
        let variable = variables.iter().find(|variable| variable["name"] == name);
        let is_kept = variable.is_some_and(|variable| {
            variable["type"] == "query"
                && variable["datasource"]["uid"] == "$datasource"
                && variable["label"] == label
                && variable["multi"] == true
                && variable["allValue"] == ".+"
        });
        notes.demand(
            rule,
            is_kept,
            &format!("variable {name} is not as it should be"),
        );
    }
    for variable in variables
        .iter()
        .filter(|it| OPT_IN.contains(&text(&it["name"])))
    {
        notes.demand(
            "opt-in-rule",
            variable["allValue"] == ".*",
            &format!("all of {} are not those without it", variable["name"]),
        );
    }
    let mut ids = BTreeSet::new();
    let unique = list(&dashboard["panels"])
        .iter()
        .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])))
        .all(|panel| ids.insert(panel["id"].as_u64()));
    notes.demand("ids-rule", unique, "two panels have one id");
}

fn lint_variable(variable: &Value, notes: &mut Notes) {
    if variable["type"] != "query" {
        return;
    }
    let query = text(&variable["query"]);
    let is_kept = match query.strip_prefix("query_result(") {
        None => query
            .strip_prefix("label_values(")
            .and_then(|rest| rest.strip_suffix(')')?.rsplit_once(", "))
            .is_some_and(|(selector, label)| has_labels(selector, &[label])),
        // Grafana writes a sample out with its labels in the order of the alphabet, and takes a value and a text out of that.
        Some(rest) => rest.strip_suffix(')').is_some_and(|selector| {
            let label = text(&variable["name"]);
            let expected = format!("/{label}=\"(?<value>[^\"]+)\".*name=\"(?<text>[^\"]*)\"/");
            label < "name"
                && variable["regex"] == *expected
                && has_labels(selector, &[label, "name"])
        }),
    };
    notes.demand(
        "template-label-promql-rule",
        is_kept,
        "not the values of a label of a metric",
    );
    notes.demand(
        "template-on-time-change-reload-rule",
        variable["refresh"] == 2,
        "is not asked again when the period changes",
    );
}

/// Whether these are the samples of one metric that has the labels, and goes by variables only.
fn has_labels(selector: &str, expected: &[&str]) -> bool {
    Question::of(selector).is_ok_and(|question| {
        matches!(&question.selectors[..], [one]
            if expected.iter().all(|label| labels(&one.name).contains(label))
            && one.matchers.iter().all(|(name, value)| *value == format!("=~${name}")))
    })
}

fn lint_target(target: &Value, notes: &mut Notes) {
    let source = &target["datasource"];
    notes.demand(
        "target-logql-rule",
        source["type"] == "prometheus",
        "asks something else than Prometheus",
    );
    notes.demand(
        "panel-datasource-rule",
        source["uid"] == "$datasource",
        "not the chosen data source",
    );
    notes.demand(
        "target-logql-auto-rule",
        !text(&target["expr"]).contains("$__auto"),
        "Prometheus knows no $__auto",
    );
}

fn lint_query(query: &str, variables: &BTreeSet<&str>, notes: &mut Notes) {
    let question = match Question::of(query) {
        Ok(question) => question,
        Err(problem) => return notes.demand("target-promql-rule", false, &problem),
    };
    notes.demand(
        "target-promql-rule",
        !question.selectors.is_empty(),
        "asks for no metric",
    );
    for selector in &question.selectors {
        let name = &selector.name;
        notes.demand(
            "catalogue-rule",
            family(name).is_some() || is_recorded(name),
            &format!("no family {name}"),
        );
        lint_matchers(name, &selector.matchers, variables, notes);
        let function = selector.window.and_then(|(_, function)| function);
        let counts = family(name).is_some_and(|family| family.kind != Kind::Gauge);
        notes.demand(
            "target-counter-agg-rule",
            counts == matches!(function, Some("rate" | "irate" | "increase")),
            &format!("{name}: of counters a rate or increase is taken, of gauges none"),
        );
        let is_rate = matches!(function, Some("rate" | "irate"));
        let is_kept = selector.window.is_none_or(|(width, _)| match is_rate {
            true => RATE_WINDOWS.contains(&width),
            false => width != RATE_INTERVAL,
        });
        notes.demand(
            "target-rate-interval-rule",
            is_kept,
            &format!("window of {name}"),
        );
    }
    for grouping in &question.groupings {
        let there: BTreeSet<&str> = grouping
            .of
            .iter()
            .flat_map(|name| all_labels(name))
            .collect();
        for label in &grouping.labels {
            notes.demand(
                "grouping-rule",
                there.contains(label.as_str()) || grouping.made.contains(label),
                &format!("{:?} have no label {label}", grouping.of),
            );
        }
    }
}

/// Every variable that the metric has a label for, and none that it has no label for.
fn lint_matchers(
    name: &str,
    matchers: &[(String, String)],
    variables: &BTreeSet<&str>,
    notes: &mut Notes,
) {
    let labels = all_labels(name);
    for label in &labels {
        let rule = match *label {
            "job" => "target-job-rule",
            "instance" => "target-instance-rule",
            "account" | "priority" | "group" | "brand" | "channel" => "variables-rule",
            _ => continue,
        };
        // An alert may be of a whole exporter, or of none.
        let or_none = if name == "ALERTS" { "|" } else { "" };
        let expected = format!("=~${label}{or_none}");
        let is_kept = !variables.contains(label)
            || matchers
                .iter()
                .any(|(name, value)| name == label && *value == expected);
        notes.demand(rule, is_kept, &format!("{name} without {label}{expected}"));
    }
    for (label, value) in matchers {
        let is_kept = labels.contains(label.as_str())
            && value
                .strip_prefix("=~$")
                .is_none_or(|variable| variables.contains(variable.trim_end_matches('|')));
        notes.demand(
            "variables-rule",
            is_kept,
            &format!("{name} with {label}{value}"),
        );
    }
}
