//! What a panel shows in red is what an alert fires for: their numbers are the same.

mod limits;

use std::collections::BTreeSet;

use promql_parser::parser::{Expr, parse};
use serde_json::Value;

use super::lint::{list, panels, text};
use super::{dashboards, yaml};
use limits::limits;

/// The rule of this name.
fn rule(name: &str) -> Expr {
    let rules = rules();
    let rule = rules
        .iter()
        .find(|rule| rule["alert"] == name || rule["record"] == name);
    let rule = rule.unwrap_or_else(|| panic!("no rule {name}"));
    parse(text(&rule["expr"])).expect("promtool has read it")
}

fn rules() -> Vec<Value> {
    let files = ["desk", "exporter", "recording"];
    let files = files.map(|file| yaml(&format!("config/prometheus/rules/zendesk-{file}.yml")));
    let groups = files.iter().flat_map(|file| list(&file["groups"]));
    groups
        .flat_map(|group| list(&group["rules"]))
        .cloned()
        .collect()
}

/// The only number that a rule compares with.
fn threshold(name: &str) -> f64 {
    match limits(&rule(name))[..] {
        [one] => one,
        ref several => panic!("{name} compares with {several:?}: a panel has to ask all of it"),
    }
}

/// The panels of a board that have a title.
fn titled(board: &str, title: &str) -> Vec<Value> {
    let dashboards = dashboards();
    let mut boards = dashboards.iter();
    let (_, board) = boards
        .find(|(name, _)| *name == board)
        .expect("it is there");
    let found: Vec<Value> = panels(board)
        .filter(|panel| panel["title"] == title)
        .cloned()
        .collect();
    assert!(!found.is_empty(), "no panel {title}");
    found
}

/// A property that series of a panel have for themselves.
fn own<'a>(panel: &'a Value, property: &'a str) -> impl Iterator<Item = &'a Value> {
    list(&panel["fieldConfig"]["overrides"])
        .iter()
        .flat_map(|it| list(&it["properties"]))
        .filter(move |it| it["id"] == property)
        .map(|it| &it["value"])
}

/// The steps of all thresholds of a panel.
fn steps(panel: &Value) -> impl Iterator<Item = &Value> {
    let all = std::iter::once(&panel["fieldConfig"]["defaults"]["thresholds"]);
    all.chain(own(panel, "thresholds"))
        .flat_map(|thresholds| list(&thresholds["steps"]))
}

/// Every value at which a panel turns red, in the unit of the panel: from it on, or up to it where red comes first.
fn turns(board: &str, title: &str) -> Vec<f64> {
    let panels = titled(board, title);
    let turns = |panel: &Value| -> Vec<f64> {
        let steps: Vec<_> = steps(panel).collect();
        let red = steps.iter().filter(|step| is_red(&step["color"]));
        let red = red.filter_map(|step| step["value"].as_f64());
        let after_red = steps
            .windows(2)
            .filter(|pair| is_red(&pair[0]["color"]) && pair[0]["value"].is_null())
            .filter_map(|pair| pair[1]["value"].as_f64());
        red.chain(after_red).collect()
    };
    panels.iter().flat_map(turns).collect()
}

fn is_red(colour: &Value) -> bool {
    text(colour).ends_with("red")
}

/// The numbers that the questions of a panel compare with.
fn asked(board: &str, title: &str) -> Vec<f64> {
    let panels = titled(board, title);
    let targets = panels.iter().flat_map(|panel| list(&panel["targets"]));
    targets
        .flat_map(|target| limits(&parsed(text(&target["expr"]))))
        .collect()
}

fn parsed(query: &str) -> Expr {
    let query = query
        .replace("$__interval", "1m")
        .replace("$__range", "1h")
        .replace("$utc_offset", "0");
    parse(&query).expect("the lint has read it")
}

const SUPPORT: &str = "zendesk-support.json";
const EXPORTER: &str = "zendesk-exporter.json";

/// A rule, a panel on the same thing, and how many units of the rule are one of the panel.
const AGREE: &[(&str, &str, &str, f64)] = &[
    (
        "account:zendesk_data_stale:bool",
        SUPPORT,
        "Data is behind by",
        1.0,
    ),
    (
        "account:zendesk_data_stale:bool",
        EXPORTER,
        "Data is behind by",
        1.0,
    ),
    (
        "account:zendesk_data_stale:bool",
        EXPORTER,
        "Data is behind by",
        60.0,
    ),
    ("account:zendesk_data_stale:bool", EXPORTER, "Accounts", 1.0),
    ("ZendeskFirstReplySlow", SUPPORT, "First reply", 3_600.0),
    (
        "ZendeskExporterRateLimited",
        EXPORTER,
        "Waiting for limits",
        1.0,
    ),
    ("ZendeskExporterTokenExpiring", EXPORTER, "Logins", 1.0),
];

/// The same where whole things or seconds are counted: a rule wants more than its number, a panel turns from a number on.
const MORE_THAN: &[(&str, &str, &str, f64)] = &[
    ("ZendeskOldestTicketTooOld", SUPPORT, "Waiting for us", 1.0),
    (
        "ZendeskFirstReplySlow",
        SUPPORT,
        "First reply, p90",
        3_600.0,
    ),
];

/// Rules that compare several numbers, or another one than the panel shows: the panel asks what the rule asks, with all its
/// numbers, and is red where there is an answer.
const ASKS: &[(&str, &str, &str)] = &[
    ("ZendeskBacklogGrowing", SUPPORT, "Unsolved"),
    (
        "account:zendesk_unsolved_tickets:ratio3w",
        SUPPORT,
        "Unsolved",
    ),
    ("ZendeskSlaBreached", SUPPORT, "SLA targets"),
    ("ZendeskUrgentTicketUnassigned", SUPPORT, "Not taken up"),
    ("ZendeskSatisfactionDropped", SUPPORT, "Satisfaction"),
    ("ZendeskExporterCountDrift", EXPORTER, "Drift"),
    (
        "account:zendesk_ticket_first_reply_business_seconds:p90_1d",
        SUPPORT,
        "First reply, p90",
    ),
];

/// Alerts on a state: the number that a panel maps to a word in red.
const STATES: &[(&str, &str, &str, &str)] = &[
    ("ZendeskExporterDown", EXPORTER, "Zendesk", "-1"),
    ("ZendeskExporterDown", EXPORTER, "Accounts", "-1"),
    ("ZendeskExporterFailing", EXPORTER, "Zendesk", "0"),
    ("ZendeskExporterFailing", EXPORTER, "Accounts", "0"),
    ("ZendeskExporterReloadFailed", EXPORTER, "Settings", "0"),
];

/// Alerts that no panel judges, and why.
const NOT_JUDGED: &[(&str, &str)] = &[
    (
        "ZendeskExporterAbsent",
        "without a target there is no panel",
    ),
    (
        "ZendeskExporterDataStale",
        "by account:zendesk_data_stale:bool",
    ),
    (
        "ZendeskExporterSyncStuck",
        "Sync shows the walk, not its speed",
    ),
    ("ZendeskExporterLoginRefused", "Accounts has the reason"),
    (
        "ZendeskExporterExportRefused",
        "the data is current: the status page has the source",
    ),
    (
        "ZendeskExporterStateCommitsFailing",
        "Accounts has the reason",
    ),
    (
        "ZendeskExporterStateNew",
        "an event: Counters since has the time",
    ),
    ("ZendeskExporterSweepRefused", "an event: Resyncs has a bar"),
    ("ZendeskExporterLoginDeprecated", "Logins has the way"),
];

/// Panels that turn red by a rule of their own, and why.
const BY_THEMSELVES: &[(&str, &str)] = &[
    ("Firing alerts", "shows the alerts"),
    ("Next breach", "red is a single target that is breached"),
    (
        "Breached, of the unsolved",
        "its line is one of the two numbers of the alert on SLA targets",
    ),
];

#[test]
fn a_panel_changes_its_colour_where_the_alert_on_it_fires() {
    let more_than = MORE_THAN.iter();
    let more_than = more_than
        .map(|(rule, board, title, unit)| (rule, board, title, (threshold(rule) + 1.0) / unit));
    let agree = AGREE.iter();
    let agree =
        agree.map(|(rule, board, title, unit)| (rule, board, title, threshold(rule) / unit));
    for (rule, board, title, expected) in agree.chain(more_than) {
        let turns = turns(board, title);
        assert!(
            turns.contains(&expected),
            "{rule}: {expected}, {title}: {turns:?}"
        );
    }
}

#[test]
fn a_panel_asks_for_all_numbers_of_a_rule_that_compares_several() {
    for (name, board, title) in ASKS {
        let wanted = limits(&rule(name));
        assert!(!wanted.is_empty(), "{name} compares with no number");
        let asked = asked(board, title);
        let has_all = wanted.iter().all(|limit| asked.contains(limit));
        assert!(has_all, "{name}: {wanted:?}, {title}: {asked:?}");
    }
    // The line in the graph.
    let share = limits(&rule("ZendeskSlaBreached"))[0];
    assert!(turns(SUPPORT, "Breached, of the unsolved").contains(&share));
}

#[test]
fn a_state_that_an_alert_is_on_is_a_word_in_red() {
    for (name, board, title, value) in STATES {
        let compares = rule(name).to_string();
        assert!(compares.contains("== 0"), "{name} is on another state");
        for panel in titled(board, title) {
            let defaults = std::iter::once(&panel["fieldConfig"]["defaults"]["mappings"]);
            let is_red = defaults
                .chain(own(&panel, "mappings"))
                .flat_map(list)
                .any(|mapping| is_red(&mapping["options"][value]["color"]));
            assert!(is_red, "{name}: {title} has no red word for {value}");
        }
    }
}

#[test]
fn every_alert_is_judged_by_a_panel_or_named_as_one_that_is_not() {
    let agree = AGREE.iter().map(|it| it.0);
    let more_than = MORE_THAN.iter().map(|it| it.0);
    let asks = ASKS.iter().map(|it| it.0);
    let states = STATES.iter().map(|it| it.0);
    let not_judged = NOT_JUDGED.iter().map(|it| it.0);
    let named: BTreeSet<&str> = agree
        .chain(more_than)
        .chain(asks)
        .chain(states)
        .chain(not_judged)
        .filter(|name| !name.contains(':'))
        .collect();
    let rules = rules();
    let alerts = rules.iter().filter(|rule| rule["alert"].is_string());
    let alerts: BTreeSet<&str> = alerts.map(|rule| text(&rule["alert"])).collect();
    assert_eq!(named, alerts);
}

#[test]
fn red_is_only_where_an_alert_has_reason_to_fire() {
    let agree = AGREE.iter().map(|it| it.2);
    let more_than = MORE_THAN.iter().map(|it| it.2);
    let asks = ASKS.iter().map(|it| it.2);
    let by_themselves = BY_THEMSELVES.iter().map(|it| it.0);
    let titles = agree.chain(more_than).chain(asks).chain(by_themselves);
    let known: BTreeSet<&str> = titles.collect();
    let mut red = BTreeSet::new();
    for (_, dashboard) in &dashboards() {
        for panel in panels(dashboard) {
            let by_value = steps(panel).any(|step| is_red(&step["color"]));
            // In a graph a colour is a name.
            let by_name = panel["type"] == "stat"
                && own(panel, "color").any(|colour| is_red(&colour["fixedColor"]));
            if by_value || by_name {
                red.insert(text(&panel["title"]).to_owned());
            }
        }
    }
    let red: BTreeSet<&str> = red.iter().map(String::as_str).collect();
    assert_eq!(red, known);
}
