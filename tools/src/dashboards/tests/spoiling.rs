//! A rule that finds nothing has to be able to: each is broken once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::files;
use super::lint::findings;

/// A way to break a rule of a dashboard.
type Spoil = fn(&mut Value);

fn variable(dashboard: &mut Value, name: &str) -> usize {
    let variables = dashboard["templating"]["list"].as_array();
    variables
        .and_then(|variables| variables.iter().position(|it| it["name"] == name))
        .expect("it has the variable")
}

fn set_variable(dashboard: &mut Value, name: &str, field: &str, value: Value) {
    let place = variable(dashboard, name);
    dashboard["templating"]["list"][place][field] = value;
}

/// The first panel: the backlog as a number.
fn first(dashboard: &mut Value) -> &mut Value {
    &mut dashboard["panels"][1]
}

/// The first graph.
fn graph(dashboard: &mut Value) -> &mut Value {
    let panels = dashboard["panels"].as_array_mut().expect("it has panels");
    let mut graphs = panels.iter_mut().filter(|it| it["type"] == "timeseries");
    graphs.next().expect("it has a graph")
}

/// Changes a property that the second number of the second panel has for itself.
fn spoil_own(dashboard: &mut Value, property: &str, value: Value) {
    let properties = &mut dashboard["panels"][2]["fieldConfig"]["overrides"][0]["properties"];
    let properties = properties.as_array_mut().expect("it has some");
    let own = properties.iter_mut().find(|it| it["id"] == property);
    own.expect("it has this one")["value"] = value;
}

fn ask(dashboard: &mut Value, query: &str) {
    first(dashboard)["targets"][0]["expr"] = json!(query);
}

const TARGET: &str = "job=~\"$job\", instance=~\"$instance\"";

const CHOSEN: &str = "job=~\"$job\", instance=~\"$instance\", account=~\"$account\"";

#[rustfmt::skip]
const SPOILS: &[(&str, Spoil)] = &[
    ("template-datasource-rule", |d| set_variable(d, "datasource", "name", json!("source"))),
    ("template-datasource-rule", |d| set_variable(d, "datasource", "query", json!("loki"))),
    ("template-job-rule", |d| set_variable(d, "job", "multi", json!(false))),
    ("template-job-rule", |d| set_variable(d, "job", "name", json!("jobs"))),
    ("template-instance-rule", |d| set_variable(d, "instance", "allValue", json!(".*"))),
    ("template-account-rule", |d| set_variable(d, "account", "label", json!("Company"))),
    ("template-label-promql-rule", |d| set_variable(d, "job", "query", json!("label_values(zendesk_up{, job)"))),
    ("template-label-promql-rule", |d| set_variable(d, "job", "query", json!("label_values(zendesk_up, channel)"))),
    ("template-label-promql-rule", |d| set_variable(d, "group", "query", json!("query_result(zendesk_brand_info)"))),
    ("template-label-promql-rule", |d| set_variable(d, "group", "regex", json!("/group=\"(?<value>.*)\"/"))),
    ("opt-in-rule", |d| set_variable(d, "brand", "allValue", json!(".+"))),
    ("filter-rule", |d| first(d)["description"] = json!("All of them. The choice of channel above does not apply.")),
    ("filter-rule", |d| ask(d, &format!("zendesk_up{{{CHOSEN}}}"))),
    ("variables-rule", |d| ask(d, &format!("sum(zendesk_unassigned_tickets{{{CHOSEN}, priority=~\"$priority\", brand=~\"$brand\"}})"))),
    ("template-on-time-change-reload-rule", |d| set_variable(d, "job", "refresh", json!(1))),
    ("panel-datasource-rule", |d| first(d)["datasource"]["uid"] = json!("prometheus")),
    ("panel-datasource-rule", |d| first(d)["targets"][0]["datasource"]["uid"] = json!("prometheus")),
    ("panel-title-description-rule", |d| first(d)["title"] = json!("")),
    ("panel-title-description-rule", |d| first(d)["description"] = json!("")),
    ("panel-units-rule", |d| first(d)["fieldConfig"]["defaults"]["unit"] = json!("tickets")),
    ("panel-no-targets-rule", |d| first(d)["targets"] = json!([])),
    ("target-promql-rule", |d| ask(d, "sum(zendesk_tickets{")),
    ("target-promql-rule", |d| ask(d, "vector(1)")),
    ("target-logql-rule", |d| first(d)["targets"][0]["datasource"]["type"] = json!("loki")),
    ("target-logql-auto-rule", |d| ask(d, "rate(zendesk_exporter_polls_total[$__auto])")),
    ("target-rate-interval-rule", |d| ask(d, &format!("rate(zendesk_exporter_polls_total{{{CHOSEN}}}[1m])"))),
    ("target-rate-interval-rule", |d| ask(d, &format!("rate(zendesk_exporter_polls_total{{{CHOSEN}}}[$__rate_interval])"))),
    ("target-rate-interval-rule", |d| ask(d, &format!("increase(zendesk_exporter_polls_total{{{CHOSEN}}}[$__rate_interval])"))),
    ("target-job-rule", |d| ask(d, "zendesk_up{instance=~\"$instance\", account=~\"$account\"}")),
    ("target-job-rule", |d| ask(d, "zendesk_up{job=\"$job\", instance=~\"$instance\", account=~\"$account\"}")),
    ("target-instance-rule", |d| ask(d, "zendesk_up{job=~\"$job\", account=~\"$account\"}")),
    ("target-counter-agg-rule", |d| ask(d, &format!("zendesk_exporter_polls_total{{{CHOSEN}}}"))),
    ("target-counter-agg-rule", |d| ask(d, &format!("delta(zendesk_exporter_polls_total{{{CHOSEN}}}[$__range])"))),
    ("target-counter-agg-rule", |d| ask(d, &format!("increase(zendesk_up{{{CHOSEN}}}[$__range])"))),
    ("uneditable-dashboard", |d| d["editable"] = json!(true)),
    ("ids-rule", |d| first(d)["id"] = json!(1)),
    ("no-value-rule", |d| first(d)["fieldConfig"]["defaults"]["noValue"] = json!("")),
    ("catalogue-rule", |d| ask(d, &format!("zendesk_tickets_open{{{CHOSEN}}}"))),
    ("catalogue-rule", |d| ask(d, &format!("zendesk_ticket_replies{{{CHOSEN}}}"))),
    ("catalogue-rule", |d| ask(d, &format!("account:zendesk_data_stale:max{{{CHOSEN}}}"))),
    ("catalogue-rule", |d| d["annotations"]["list"][0]["expr"] = json!("zendesk_restarts")),
    ("variables-rule", |d| ask(d, "zendesk_up{job=~\"$job\", instance=~\"$instance\"}")),
    ("variables-rule", |d| ask(d, &format!("zendesk_tickets{{{CHOSEN}}}"))),
    ("variables-rule", |d| ask(d, &format!("zendesk_up{{{CHOSEN}, priority=~\"$priority\"}}"))),
    ("variables-rule", |d| ask(d, &format!("zendesk_up{{{CHOSEN}, account=~\"$tenant\"}}"))),
    ("variables-rule", |d| ask(d, "ALERTS{job=~\"$job|\", instance=~\"$instance|\"}")),
    ("variables-rule", |d| ask(d, &format!("account:zendesk_data_stale:bool{{{TARGET}}}"))),
    ("target-job-rule", |d| ask(d, "up{instance=~\"$instance\"}")),
    ("grouping-rule", |d| ask(d, &format!("sum by (status) (zendesk_up{{{CHOSEN}}})"))),
    ("grouping-rule", |d| ask(d, &format!("zendesk_up{{{CHOSEN}}} * on (group) zendesk_up{{{CHOSEN}}}"))),
    ("grouping-rule", |d| ask(d, &format!("sum by (account) (up{{{TARGET}}})"))),
    ("panel-units-rule", |d| spoil_own(d, "unit", json!("suffix: d"))),
    ("whole-numbers-rule", |d| first(d)["fieldConfig"]["defaults"]["unit"] = json!("short")),
    ("time-axis-rule", |d| graph(d)["fieldConfig"]["defaults"]["unit"] = json!("s")),
    ("divided-rule", |d| graph(d)["fieldConfig"]["defaults"]["unit"] = json!("suffix:h")),
    ("axis-decimals-rule", |d| graph(d)["fieldConfig"]["defaults"]["decimals"] = json!(1)),
    ("gap-rule", |d| graph(d)["fieldConfig"]["defaults"]["custom"]["spanNulls"] = json!(true)),
    ("now-rule", |d| first(d)["targets"][0]["instant"] = json!(false)),
    ("now-rule", |d| first(d)["targets"][0]["range"] = json!(true)),
    ("unknown-rule", |d| first(d)["fieldConfig"]["defaults"]["mappings"] = json!([])),
    ("unknown-rule", |d| spoil_own(d, "mappings", json!([]))),
    ("title-fits-rule", |d| first(d)["title"] = json!("First reply, p90 (business hours)")),
    ("title-fits-rule", |d| {
        first(d)["title"] = json!("Oldest unsolved");
        first(d)["gridPos"]["w"] = json!(3);
    }),
    ("title-fits-rule", |d| first(d)["timeFrom"] = json!("now/d")),
];

#[test]
fn each_rule_finds_what_breaks_it() {
    let [(_, support), _] = files();
    let sound: Value = serde_json::from_str(&support).expect("it is JSON");
    assert_eq!(findings(&sound), []);
    for (place, (rule, spoil)) in SPOILS.iter().enumerate() {
        let mut spoilt = sound.clone();
        spoil(&mut spoilt);
        let found: BTreeSet<_> = findings(&spoilt).into_iter().map(|it| it.rule).collect();
        assert!(found.contains(rule), "{place}: {rule} not in {found:?}");
    }
}

/// The rules that dashboard-linter has.
const LINTER: [&str; 17] = [
    "template-datasource-rule",
    "template-job-rule",
    "template-instance-rule",
    "template-label-promql-rule",
    "template-on-time-change-reload-rule",
    "panel-datasource-rule",
    "panel-title-description-rule",
    "panel-units-rule",
    "panel-no-targets-rule",
    "target-promql-rule",
    "target-logql-rule",
    "target-logql-auto-rule",
    "target-rate-interval-rule",
    "target-job-rule",
    "target-instance-rule",
    "target-counter-agg-rule",
    "uneditable-dashboard",
];

#[test]
fn no_rule_of_the_linter_is_left_out() {
    let broken: BTreeSet<_> = SPOILS.iter().map(|(rule, _)| *rule).collect();
    for rule in LINTER {
        assert!(broken.contains(rule), "{rule}");
    }
}
