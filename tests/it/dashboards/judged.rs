//! A number is red where the alert on it has reason to fire, and nowhere else: `promtool` asks both of the same samples.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{dashboard, filled_in, questions};
use crate::rules::{condition, rule_files};

/// When both are asked: three weeks of samples are there, an hour apart.
const NOW_HOURS: u64 = 22 * 24;
const NOW: u64 = NOW_HOURS * 3_600;

/// Samples of one account, what a panel makes of them, and whether the alert on it has reason to fire.
struct Case {
    board: &'static str,
    title: &'static str,
    alert: &'static str,
    /// Names and labels without the closing brace, and values.
    samples: Vec<(String, String)>,
    /// The only label of the number.
    label: (&'static str, &'static str),
    number: f64,
    has_reason: bool,
}

/// Labels of every sample but that of its account.
const TARGET: &str = r#"job="desk", instance="a:10121""#;

fn always(value: impl ToString) -> String {
    format!("{}x{NOW_HOURS}", value.to_string())
}

fn sample(name: &str, labels: &str, values: String) -> (String, String) {
    (format!("{name}{{{TARGET}, {labels}"), values)
}

/// The backlog is the same in both families.
fn unsolved(values: &str) -> Vec<(String, String)> {
    vec![
        sample(
            "zendesk_tickets",
            r#"status="open", priority="low", type="task", channel="web""#,
            values.to_owned(),
        ),
        sample(
            "zendesk_unsolved_tickets",
            r#"status="open", priority="low", age="0-4h""#,
            values.to_owned(),
        ),
    ]
}

fn breached(tickets: u32, first_reply: u32, update: u32, has_reason: bool) -> Case {
    let target = |metric: &str, tickets| {
        let labels = format!(r#"metric="{metric}", priority="low""#);
        sample("zendesk_sla_breached_tickets", &labels, always(tickets))
    };
    let mut samples = unsolved(&always(tickets));
    samples.push(target("first_reply_time", first_reply));
    samples.push(target("periodic_update_time", update));
    Case {
        board: "zendesk-support.json",
        title: "SLA targets",
        alert: "ZendeskSlaBreached",
        samples,
        label: (
            "is",
            if has_reason {
                "breached, too many"
            } else {
                "breached now"
            },
        ),
        number: f64::from(first_reply + update),
        has_reason,
    }
}

/// So many tickets in the weeks before, and now.
fn backlog(before: u32, now: u32, change: &'static str, has_reason: bool) -> Case {
    Case {
        board: "zendesk-support.json",
        title: "Unsolved",
        alert: "ZendeskBacklogGrowing",
        samples: unsolved(&format!("{before}x503 {now}x40")),
        label: ("change", change),
        number: f64::from(now),
        has_reason,
    }
}

/// A ticket without an assignee that was created so many seconds ago.
fn unassigned(seconds: u64, status: &str, priority: &str, has_reason: bool) -> Case {
    let labels = format!(r#"status="{status}", priority="{priority}""#);
    Case {
        board: "zendesk-support.json",
        title: "Not taken up",
        alert: "ZendeskUrgentTicketUnassigned",
        samples: vec![
            sample("zendesk_unassigned_tickets", &labels, always(3)),
            sample(
                "zendesk_oldest_unassigned_ticket_created_timestamp_seconds",
                &labels,
                always(NOW - seconds),
            ),
        ],
        label: (
            "is",
            if has_reason {
                "unassigned, urgent too"
            } else {
                "unassigned"
            },
        ),
        number: 3.0,
        has_reason,
    }
}

fn drift(tickets: u32, of: u32, has_reason: bool) -> Case {
    let drift = |status: &str, tickets: i64| {
        let labels = format!(r#"status="{status}""#);
        sample(
            "zendesk_exporter_count_drift_tickets",
            &labels,
            always(tickets),
        )
    };
    Case {
        board: "zendesk-exporter.json",
        title: "Drift",
        alert: "ZendeskExporterCountDrift",
        samples: vec![
            drift("open", 7),
            drift("solved", -7 - i64::from(tickets)),
            (
                format!("zendesk_exporter_state_tickets{{{TARGET}"),
                always(of),
            ),
        ],
        label: (
            "account",
            if has_reason {
                "$account, too many"
            } else {
                "$account"
            },
        ),
        number: f64::from(tickets),
        has_reason,
    }
}

fn cases() -> Vec<Case> {
    vec![
        breached(219, 11, 0, true),
        breached(220, 11, 0, false),
        breached(100, 10, 0, false),
        breached(100, 8, 8, false),
        breached(1_000, 40, 11, false),
        breached(1_000, 40, 51, true),
        backlog(100, 131, "31 more than usual, too many", true),
        backlog(100, 130, "30 more than usual", false),
        backlog(60, 80, "20 more than usual", false),
        backlog(50, 71, "21 more than usual, too many", true),
        backlog(49, 98, "49 more than usual", false),
        backlog(100, 100, "as many as usual", false),
        backlog(100, 88, "12 fewer than usual", false),
        unassigned(901, "new", "urgent", true),
        unassigned(901, "open", "urgent", true),
        unassigned(900, "new", "urgent", false),
        unassigned(90_000, "pending", "urgent", false),
        unassigned(90_000, "new", "high", false),
        drift(101, 10_000, true),
        drift(101, 10_100, false),
        drift(100, 10, false),
    ]
}

impl Case {
    /// What there is of its account. The data are of now, and all of them were read.
    fn series(&self, account: &str) -> Vec<Value> {
        let fresh = [
            (
                format!("zendesk_exporter_data_timestamp_seconds{{{TARGET}"),
                format!("0+3600x{NOW_HOURS}"),
            ),
            (
                format!("zendesk_exporter_initial_sync_complete{{{TARGET}"),
                always(1),
            ),
        ];
        let samples = fresh.iter().chain(&self.samples);
        samples
            .map(|(series, values)| {
                let series = format!("{series}, account=\"{account}\"}}");
                json!({ "series": series, "values": values })
            })
            .collect()
    }

    /// What is asked of its account, and the answers.
    fn questions(&self, account: &str) -> [Value; 2] {
        let (label, value) = self.label;
        let value = value.replace("$account", account);
        let shown = json!([{ "labels": format!("{{{label}=\"{value}\"}}"), "value": self.number }]);
        let of_account =
            format!("label_replace(vector(1), \"account\", \"{account}\", \"\", \"\")");
        let condition = condition(self.alert);
        let fires = format!("count(({condition}) and on (account) {of_account})");
        let reason = match self.has_reason {
            true => json!([{ "labels": "{}", "value": 1 }]),
            false => json!([]),
        };
        [(self.query(account), shown), (fires, reason)].map(|(question, answer)| {
            json!({ "expr": question, "eval_time": format!("{NOW_HOURS}h"), "exp_samples": answer })
        })
    }

    /// The question whose name is judged: the one that names the label.
    fn query(&self, account: &str) -> String {
        let questions = questions(&dashboard(self.board));
        let place = format!("/ \"{}\" /", self.title);
        let mut asked = questions.iter().filter(|it| it.place.contains(&place));
        let question = asked.find(|it| it.legend == [self.label.0]);
        filled_in(&question.expect("there is one").query, account)
    }
}

#[test]
fn a_number_is_red_exactly_where_its_alert_has_reason_to_fire() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("judged.json");
    // An account each: to go through three weeks takes long.
    let cases = cases();
    let accounts = (1..).map(|number| format!("account{number}"));
    let cases: Vec<_> = accounts.zip(&cases).collect();
    let series = cases
        .iter()
        .flat_map(|(account, case)| case.series(account));
    let asked = cases
        .iter()
        .flat_map(|(account, case)| case.questions(account));
    let test = json!({
        "interval": "1h",
        "input_series": series.collect::<Value>(),
        "promql_expr_test": asked.collect::<Value>(),
    });
    let file = json!({
        "rule_files": rule_files(),
        "evaluation_interval": "1h",
        "group_eval_order": ["zendesk-recording", "zendesk-desk", "zendesk-exporter"],
        "tests": [test],
    });
    std::fs::write(&path, file.to_string()).expect("written");
    let output = Command::new("promtool")
        .args(["test", "rules"])
        .arg(&path)
        .output()
        .expect("promtool is installed (make test installs it)");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
