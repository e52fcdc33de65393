//! What a panel shows in red is what an alert fires for: their numbers are the same.

use promql_parser::parser::{Expr, parse};
use serde_json::Value;

use super::lint::{list, panels, text};
use super::{dashboards, yaml};

/// The number that a rule compares with first, from left to right.
fn threshold(name: &str) -> f64 {
    let files = ["desk", "exporter", "recording"];
    let files = files.map(|file| yaml(&format!("config/prometheus/rules/zendesk-{file}.yml")));
    let groups = files.iter().flat_map(|file| list(&file["groups"]));
    let mut rules = groups.flat_map(|group| list(&group["rules"]));
    let rule = rules.find(|rule| rule["alert"] == name || rule["record"] == name);
    let rule = rule.unwrap_or_else(|| panic!("no rule {name}"));
    let expression = parse(text(&rule["expr"])).expect("promtool has read it");
    compared(&expression).unwrap_or_else(|| panic!("{name} compares with no number"))
}

fn compared(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Paren(paren) => compared(&paren.expr),
        Expr::Aggregate(aggregate) => compared(&aggregate.expr),
        Expr::Binary(binary) => match &*binary.rhs {
            Expr::NumberLiteral(number) if binary.op.is_comparison_operator() => Some(number.val),
            _ => compared(&binary.lhs).or_else(|| compared(&binary.rhs)),
        },
        _ => None,
    }
}

/// Every value from which on a panel changes its colour, in the unit of the panel.
fn turns(board: &str, title: &str) -> Vec<f64> {
    let dashboards = dashboards();
    let mut boards = dashboards.iter();
    let (_, board) = boards
        .find(|(name, _)| *name == board)
        .expect("it is there");
    let config = |panel: &Value| panel["fieldConfig"].clone();
    let configs: Vec<Value> = panels(board)
        .filter(|panel| panel["title"] == title)
        .map(config)
        .collect();
    assert!(!configs.is_empty(), "no panel {title}");
    let own = configs.iter().flat_map(|it| list(&it["overrides"]));
    let own = own.flat_map(|it| list(&it["properties"]));
    let own = own.filter(|property| property["id"] == "thresholds");
    let all = configs.iter().map(|it| &it["defaults"]["thresholds"]);
    all.chain(own.map(|property| &property["value"]))
        .flat_map(|thresholds| list(&thresholds["steps"]))
        .filter_map(|step| step["value"].as_f64())
        .collect()
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
    (
        "ZendeskFirstReplySlow",
        SUPPORT,
        "First reply, p90",
        3_600.0,
    ),
    ("ZendeskFirstReplySlow", SUPPORT, "First reply", 3_600.0),
    (
        "ZendeskExporterRateLimited",
        EXPORTER,
        "Waiting for limits",
        1.0,
    ),
];

/// The same where whole things are counted: a rule wants more than its number, a panel turns from a number on.
const MORE_THAN: &[(&str, &str, &str)] = &[
    ("ZendeskExporterCountDrift", EXPORTER, "Drift"),
    ("ZendeskOldestTicketTooOld", SUPPORT, "Waiting for us"),
];

#[test]
fn a_panel_changes_its_colour_where_the_alert_on_it_fires() {
    let more_than = MORE_THAN.iter();
    let more_than =
        more_than.map(|(rule, board, title)| (rule, board, title, threshold(rule) + 1.0));
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
fn the_number_that_a_rule_compares_with_is_found() {
    for (rule, expected) in [
        ("a > 5 and on (job) b == 0", 5.0),
        (
            "1 - (a <= bool 600) * b or c * 0 + 1 and on (job) up == 0",
            600.0,
        ),
        ("max by (job) (a / b) >= 0.25", 0.25),
    ] {
        let rule = parse(rule).expect("it is one");
        assert_eq!(compared(&rule), Some(expected));
    }
    let without = parse("a unless b").expect("it is one");
    assert_eq!(compared(&without), None);
}
