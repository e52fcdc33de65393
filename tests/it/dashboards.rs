//! The dashboards' questions, asked of a real Prometheus that scrapes the built program.

mod judged;

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use zendesk_simulator::Options;

use crate::chain::write_rules;
use crate::program::{Program, account_of, wait_for};
use crate::prometheus::{
    Prometheus, Sample, add_account, add_listed_account, lively, write_settings,
};

/// One question of a panel.
#[derive(Debug)]
pub(crate) struct Question {
    /// Dashboard, panel and question.
    place: String,
    pub(crate) query: String,
    /// Labels that the legend shows.
    legend: Vec<String>,
}

pub(crate) fn dashboard(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("dashboards")
        .join(name);
    let json = std::fs::read(path).expect("the dashboard is there");
    serde_json::from_slice(&json).expect("it is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Everything a dashboard asks: its panels, its annotations, its variables.
pub(crate) fn questions(dashboard: &Value) -> Vec<Question> {
    let panels = list(&dashboard["panels"])
        .iter()
        .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])));
    let targets = panels.flat_map(|panel| {
        list(&panel["targets"]).iter().map(|target| Question {
            place: format!(
                "{} / {} / {}",
                dashboard["title"], panel["title"], target["refId"]
            ),
            query: text(&target["expr"]).to_owned(),
            legend: labels_of(text(&target["legendFormat"])),
        })
    });
    let marks = list(&dashboard["annotations"]["list"])
        .iter()
        .map(|mark| Question {
            place: format!("{} / {}", dashboard["title"], mark["name"]),
            query: text(&mark["expr"]).to_owned(),
            legend: labels_of(text(&mark["textFormat"])),
        });
    let variables = list(&dashboard["templating"]["list"])
        .iter()
        .filter_map(|variable| {
            let (query, labels) = asked_for(variable)?;
            Some(Question {
                place: format!("{} / {}", dashboard["title"], variable["name"]),
                query: query.to_owned(),
                legend: labels.into_iter().map(str::to_owned).collect(),
            })
        });
    targets.chain(marks).chain(variables).collect()
}

/// What a variable asks for, and the labels that it takes out of the answer.
fn asked_for(variable: &Value) -> Option<(&str, Vec<&str>)> {
    let query = text(&variable["query"]).strip_suffix(')')?;
    if let Some(samples) = query.strip_prefix("query_result(") {
        return Some((samples, vec![text(&variable["name"]), "name"]));
    }
    let values = query.strip_prefix("label_values(")?;
    let (query, label) = values.rsplit_once(", ")?;
    Some((query, vec![label]))
}

/// The labels in a legend like `{{account}} p95`.
fn labels_of(legend: &str) -> Vec<String> {
    let parts = legend.split("{{").skip(1);
    parts
        .filter_map(|part| Some(part.split_once("}}")?.0.to_owned()))
        .collect()
}

/// What Grafana does before it asks, with everything chosen but accounts; hours of four weeks become those of a second.
pub(crate) fn filled_in(query: &str, account: &str) -> String {
    query
        .replace("$__rate_interval", "10s")
        .replace("$__interval", "20s")
        .replace("$__range", "60s")
        .replace("$account", account)
        .replace("$job", ".+")
        .replace("$instance", ".+")
        .replace("$priority", ".+")
        .replace("$channel", ".+")
        .replace("$group", ".*")
        .replace("$brand", ".*")
        .replace("$utc_offset", "0")
        .replace("[28d:1h]", "[60s:1s]")
}

const ALL: &str = ".+";

/// The sum over what a query gives.
fn total(samples: &[Sample]) -> f64 {
    samples.iter().map(|(_, value)| value).sum()
}

/// The panels of *Zendesk / Support* that each show the whole backlog.
const BACKLOGS: &[&str] = &[
    "Unsolved",
    "Backlog by status",
    "Backlog by priority",
    "Backlog by type",
    "Backlog by channel",
    "Backlog by age",
    "Backlog by account",
];

/// What a panel adds up to at a moment, over all its questions.
fn backlog(prometheus: &Prometheus, questions: &[Question], title: &str, at: &str) -> f64 {
    let place = format!("/ \"{title}\" /");
    let asked: Vec<_> = questions
        .iter()
        .filter(|question| question.place.contains(&place))
        .collect();
    assert!(!asked.is_empty(), "no panel {title}");
    let answers = asked.iter().map(|question| {
        let samples = prometheus.samples(&filled_in(&question.query, ALL), at);
        total(&samples.expect("it is understood"))
    });
    answers.sum()
}

/// An account that nobody answers for, as some panels are empty while all is well.
fn add_a_failing_account(directory: &Path) {
    let account = "  - { name: failing, base_url: 'http://127.0.0.1:9', auth: { access_token: none }, \
        export: { poll_interval: 1s }, retry: { maximum: 1s } }\n";
    add_account(directory, account);
}

/// With our rules, as some panels ask for what they record.
fn prometheus(program: &Program, directory: &Path) -> Prometheus {
    let rules = directory.join("rules");
    std::fs::create_dir(&rules).expect("a directory");
    write_rules(&rules);
    let config = json!({
        "global": { "scrape_interval": "1s" },
        "rule_files": [format!("{}/*.yml", rules.display())],
        "scrape_configs": [{
            "job_name": "zendesk", "honor_labels": true,
            "static_configs": [{ "targets": [program.address().to_string()] }],
        }],
    });
    Prometheus::start(&config.to_string(), directory)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_dashboards_is_answered_by_a_real_prometheus() {
    let (full, plain) = (lively().await, lively().await);
    let listed = account_of(Options::manual(0)).await;
    let directory = TempDir::new().expect("a directory");
    write_settings(directory.path(), &full, &plain);
    add_a_failing_account(directory.path());
    add_listed_account(directory.path(), &listed);
    tokio::task::block_in_place(|| {
        let program = Program::serve(directory.path(), &[]);
        let prometheus = prometheus(&program, directory.path());
        let support = questions(&dashboard("zendesk-support.json"));
        let exporter = questions(&dashboard("zendesk-exporter.json"));
        for question in support.iter().chain(&exporter) {
            let query = filled_in(&question.query, ALL);
            let samples = wait_for(&question.place, || {
                let samples = prometheus
                    .samples(&query, "")
                    .unwrap_or_else(|problem| panic!("{}: {problem}", question.place));
                let has_numbers = samples.iter().all(|(_, value)| value.is_finite());
                match samples.len() {
                    0 => Err(format!("{query} gives nothing")),
                    _ if !has_numbers => Err(format!("{samples:?}")),
                    _ => Ok(samples),
                }
            });
            for label in &question.legend {
                let has_label = samples.iter().all(|(labels, _)| labels.contains_key(label));
                assert!(has_label, "{}: {label} in {samples:?}", question.place);
            }
        }
        agree_at_one_moment(&prometheus, &support);
    });
}

/// The panels of the backlog agree with one another, and its parts with the whole.
fn agree_at_one_moment(prometheus: &Prometheus, support: &[Question]) {
    // A little while ago, so that no scrape is added to that moment between two questions.
    let moment = prometheus.samples("vector(time() - 2)", "");
    let moment = total(&moment.expect("a time")).to_string();
    let backlogs: Vec<_> = BACKLOGS
        .iter()
        .map(|title| backlog(prometheus, support, title, &moment))
        .collect();
    assert!(backlogs[0] > 0.0, "{backlogs:?}");
    let all_equal = backlogs.iter().all(|backlog| *backlog == backlogs[0]);
    assert!(all_equal, "{BACKLOGS:?}: {backlogs:?}");

    let unsolved = &support[0].query;
    let of_account = |account| {
        let samples = prometheus.samples(&filled_in(unsolved, account), &moment);
        total(&samples.expect("it is understood"))
    };
    assert!(of_account("full") > 0.0 && of_account("plain") > 0.0);
    assert_eq!(of_account("full") + of_account("plain"), backlogs[0]);
    assert_eq!(of_account("nobody"), 0.0);
}

/// The only number of a panel, at this moment.
fn number(prometheus: &Prometheus, questions: &[Question], title: &str) -> Result<f64, String> {
    let place = format!("/ \"{title}\" / \"A\"");
    let question = questions.iter().find(|it| it.place.contains(&place));
    let query = filled_in(&question.expect("there is such a panel").query, ALL);
    let samples = prometheus.samples(&query, "")?;
    match &samples[..] {
        [(_, value)] => Ok(*value),
        _ => Err(format!("{title}: {samples:?}")),
    }
}

/// What both dashboards show first where an exporter cannot be scraped.
const DOWN: f64 = -1.0;

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_exporter_is_no_number_of_before_on_either_dashboard() {
    let (full, plain) = (lively().await, lively().await);
    let directory = TempDir::new().expect("a directory");
    write_settings(directory.path(), &full, &plain);
    tokio::task::block_in_place(|| {
        let mut program = Program::serve(directory.path(), &[]);
        let prometheus = prometheus(&program, directory.path());
        let support = questions(&dashboard("zendesk-support.json"));
        let exporter = questions(&dashboard("zendesk-exporter.json"));
        let shows = |questions: &[Question], title: &str, expected: fn(f64) -> bool| {
            wait_for(title, || match number(&prometheus, questions, title)? {
                value if expected(value) => Ok(value),
                other => Err(format!("{title}: {other}")),
            })
        };
        for title in OF_NOW {
            shows(&support, title, |value| value >= 0.0);
        }
        shows(&exporter, "Zendesk", |value| value == 1.0);
        let age = shows(&support, "Data is behind by", |value| value >= 0.0);

        program.kill();
        for title in OF_NOW {
            shows(&support, title, |value| value == DOWN);
        }
        shows(&exporter, "Zendesk", |value| value == DOWN);
        // What is known of the time before grows old.
        wait_for("the data to grow old", || {
            for questions in [&support, &exporter] {
                let now = number(&prometheus, questions, "Data is behind by")?;
                if now < age + 2.0 {
                    return Err(format!("{now}, {age} before"));
                }
            }
            Ok(())
        });
        // The table keeps its rows: -1 is the state of both.
        let place = "/ \"Accounts\" / \"A\"";
        let state = exporter.iter().find(|it| it.place.contains(place));
        let state = filled_in(&state.expect("there is a table").query, ALL);
        let rows = prometheus.samples(&state, "").expect("it is understood");
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert!(rows.iter().all(|(_, state)| *state == DOWN), "{rows:?}");
    });
}

/// Panels of *Zendesk / Support* whose first number would be false without a part of the accounts.
const OF_NOW: &[&str] = &[
    "Unsolved",
    "Waiting for us",
    "Not taken up",
    "SLA targets",
    "Today so far",
];
