//! The rules for Prometheus and the configuration of Alertmanager, judged by their own tools and by
//! the catalogue.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use zendesk_exporter::metrics::catalog::{self, Kind};

mod inhibition;
mod quoted;

const RULES: &str = "config/prometheus/rules";
/// Rules that nothing loads unless it is told to.
const OPTIONAL: &str = "config/prometheus/optional";
const CASES: &str = "config/prometheus/tests";
const ALERTMANAGER: &str = "config/alertmanager";
const RUNBOOKS: &str = "docs/runbooks";
const RUNBOOK_URL: &str =
    "https://github.com/zendesk-exporter/zendesk-exporter/blob/main/docs/runbooks/";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a directory, as paths from the top of the repository.
fn files(directory: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(repository().join(directory))
        .unwrap_or_else(|error| panic!("{directory}: {error}"))
        .map(|entry| Path::new(directory).join(entry.expect("an entry").file_name()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{directory} is empty");
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(repository().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(path: &Path) -> Value {
    serde_saphyr::from_str(&read(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Where the rules are that are on by default.
pub(crate) fn rule_files() -> Vec<PathBuf> {
    let files = files(RULES).into_iter();
    files.map(|path| repository().join(path)).collect()
}

/// What an alert asks.
pub(crate) fn condition(alert: &str) -> String {
    let rules = rules();
    let rule = rules.iter().find(|rule| rule["alert"] == alert);
    text(&rule.expect("there is such an alert")["expr"]).to_owned()
}

/// Every rule of every file, of those that are off by default too.
fn rules() -> Vec<Value> {
    [RULES, OPTIONAL].into_iter().flat_map(rules_of).collect()
}

fn rules_of(directory: &str) -> Vec<Value> {
    files(directory)
        .iter()
        .flat_map(|path| {
            let file = yaml(path);
            list(&file["groups"])
                .flat_map(|group| list(&group["rules"]).cloned().collect::<Vec<_>>())
                .collect::<Vec<_>>()
        })
        .collect()
}

fn names(rules: &[Value], kind: &str) -> BTreeSet<String> {
    let names = rules.iter().map(|rule| text(&rule[kind]));
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Runs a tool at the top of the repository; returns what it printed, and panics if it objects.
fn tool(program: &str, arguments: &[&str], paths: &[PathBuf]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .args(paths)
        .current_dir(repository())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error} (make test installs it)"));
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {words}{problems}"
    );
    words
}

#[test]
fn promtool_accepts_the_rules_and_the_example_configuration() {
    let strictly = ["check", "rules", "--lint=all", "--lint-fatal"];
    tool("promtool", &strictly, &files(RULES));
    tool("promtool", &strictly, &files(OPTIONAL));
    let config = [PathBuf::from("config/prometheus/prometheus.yml")];
    let loaded = tool(
        "promtool",
        &["check", "config", "--lint=all", "--lint-fatal"],
        &config,
    );
    let count = format!("{} rule files found", files(RULES).len());
    assert!(loaded.contains(&count), "{loaded}");
}

#[test]
fn the_watchdog_is_off_by_default_and_what_turns_it_on_is_accepted() {
    let on_by_default = names(&rules_of(RULES), "alert");
    assert!(!on_by_default.contains("Watchdog"));
    let optional = names(&rules_of(OPTIONAL), "alert");
    assert_eq!(optional, BTreeSet::from(["Watchdog".to_owned()]));

    let path = Path::new("config/prometheus/prometheus.yml");
    let config = with_examples(&read(path));
    let config: Value = serde_saphyr::from_str(&config).expect("YAML");
    let named: Vec<&str> = list(&config["rule_files"]).map(text).collect();
    let file = files(OPTIONAL).remove(0);
    let file = file.strip_prefix("config/prometheus").expect("it is there");
    assert_eq!(named, ["rules/*.yml", &file.to_string_lossy()]);
}

#[test]
fn no_outage_of_the_exporter_calls_anybody_at_night() {
    let critical: BTreeSet<String> = rules()
        .iter()
        .filter(|rule| text(&rule["labels"]["severity"]) == "critical")
        .map(|rule| text(&rule["alert"]).to_owned())
        .collect();
    assert_eq!(
        critical,
        BTreeSet::from(["ZendeskUrgentTicketUnassigned".to_owned()])
    );
    // A route does not inherit the hours of the one around it.
    let config = yaml(Path::new(ALERTMANAGER).join("alertmanager.yml").as_path());
    let hours = serde_json::json!(["working-hours"]);
    let mut support = list(&config["route"]["routes"])
        .filter(|route| text(&route["receiver"]).starts_with("support"));
    let support = support.next().expect("a route");
    assert_eq!(support["active_time_intervals"], hours);
    for inner in list(&support["routes"]) {
        assert_eq!(inner["active_time_intervals"], hours, "{inner}");
    }
}

/// A file with its examples taken: comments whose `#` is indented, and followed by other than one
/// space.
fn with_examples(file: &str) -> String {
    let lines = file.lines().map(|line| {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        let example = rest.strip_prefix('#').filter(|rest| {
            let prose = rest.starts_with(' ') && !rest.starts_with("  ");
            !indent.is_empty() && !prose && !rest.is_empty()
        });
        example.map_or_else(|| line.to_owned(), |rest| format!("{indent}{rest}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// With every example taken: labels, and who is told.
const ROUTES_OF_EXAMPLES: &[(&str, &str)] = &[
    (
        "team=support severity=warning account=globex",
        "globex-email",
    ),
    (
        "team=support severity=critical account=globex",
        "globex-email",
    ),
    (
        "team=support severity=critical account=acme",
        "support-pager",
    ),
    ("team=support severity=warning account=acme", "support-chat"),
    ("team=ops severity=warning account=globex", "ops-chat"),
];

#[test]
fn the_commented_examples_for_alertmanager_work() {
    let path = Path::new(ALERTMANAGER).join("alertmanager.yml");
    let taken = with_examples(&read(&path));
    for example in ["smtp_smarthost", "email_configs", "support-teams"] {
        let without = yaml(&path).to_string();
        assert!(!without.contains(example), "{example} is no comment");
    }
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("alertmanager.yml");
    fs::write(&file, &taken).expect("written");
    let found = tool("amtool", &["check-config"], std::slice::from_ref(&file));
    assert!(found.contains("SUCCESS"), "{found}");
    assert!(found.contains("8 receivers"), "{found}");
    for (labels, receiver) in ROUTES_OF_EXAMPLES {
        assert_eq!(told(&file, labels), *receiver, "{labels}");
    }
    // The pager of a desk that works around the clock has no hours.
    let config: Value = serde_saphyr::from_str(&taken).expect("YAML");
    let routes = list(&config["route"]["routes"]).flat_map(|route| list(&route["routes"]));
    let mut pagers = routes.filter(|route| text(&route["receiver"]) == "support-pager");
    let around_the_clock = pagers.next().expect("the example");
    assert_eq!(around_the_clock["active_time_intervals"], Value::Null);
}

/// Who is told of an alert with these labels.
fn told(config: &Path, labels: &str) -> String {
    let config = format!("--config.file={}", config.display());
    let mut arguments = vec!["config", "routes", "test", &config];
    arguments.extend(labels.split(' '));
    tool("amtool", &arguments, &[]).trim().to_owned()
}

#[test]
fn rules_do_what_their_cases_say() {
    tool("promtool", &["test", "rules"], &files(CASES));
}

#[test]
fn every_alert_has_a_case_that_fires_and_one_that_does_not() {
    let mut fires = BTreeSet::new();
    let mut keeps_quiet = BTreeSet::new();
    for path in files(CASES) {
        assert!(path.to_string_lossy().ends_with("_test.yml"), "{path:?}");
        let file = yaml(&path);
        for case in list(&file["tests"]).flat_map(|test| list(&test["alert_rule_test"])) {
            let name = text(&case["alertname"]).to_owned();
            if list(&case["exp_alerts"]).next().is_some() {
                fires.insert(name);
            } else {
                keeps_quiet.insert(name);
            }
        }
    }
    let alerts = names(&rules(), "alert");
    assert_eq!(fires, alerts);
    assert_eq!(keeps_quiet, alerts);
}

#[test]
fn every_recording_rule_has_a_case() {
    let mut asked = BTreeSet::new();
    for path in files(CASES) {
        let file = yaml(&path);
        for case in list(&file["tests"]).flat_map(|test| list(&test["promql_expr_test"])) {
            asked.extend(identifiers(text(&case["expr"])).map(str::to_owned));
        }
    }
    let records = names(&rules(), "record");
    let without: Vec<_> = records.difference(&asked).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn every_alert_says_how_bad_it_is_whose_it_is_and_what_to_do() {
    let rules = rules();
    let overview = read(Path::new("docs/alerts.md"));
    for rule in rules.iter().filter(|rule| rule["alert"].is_string()) {
        let name = text(&rule["alert"]);
        let (labels, annotations) = (&rule["labels"], &rule["annotations"]);
        let severity = text(&labels["severity"]);
        let severities: &[&str] = match name {
            "Watchdog" => &["none"],
            _ => &["critical", "warning", "info"],
        };
        assert!(severities.contains(&severity), "{name}: {severity}");
        let team = text(&labels["team"]);
        assert!(["ops", "support"].contains(&team), "{name}: {team}");
        assert!(rule["for"].is_string(), "{name} has no `for`");
        let summary = text(&annotations["summary"]);
        assert!(
            summary.ends_with('.') && !summary.contains("{{"),
            "{name}: {summary}"
        );
        let description = text(&annotations["description"]);
        assert!(description.ends_with('.'), "{name}: {description}");
        assert_eq!(
            text(&annotations["runbook_url"]),
            format!("{RUNBOOK_URL}{name}.md")
        );
        let row = format!("| [{name}](runbooks/{name}.md) | {severity} | {team} |");
        assert!(overview.contains(&row), "docs/alerts.md lacks {row}");
        let is_told_apart = ["job", "instance", "account"]
            .iter()
            .all(|label| text(&rule["expr"]).contains(label));
        assert!(team == "ops" || is_told_apart, "{name} mixes accounts");
    }
    assert_eq!(
        overview.matches("](runbooks/").count(),
        names(&rules, "alert").len() + LINKS_IN_PROSE
    );
}

/// Links to runbooks in docs/alerts.md beside those of the table.
const LINKS_IN_PROSE: usize = 3;

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let written: BTreeSet<String> = files(RUNBOOKS)
        .iter()
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = read(path);
            for part in [
                &format!("# {name}\n"),
                "\n## Impact\n",
                "\n## What to look at\n",
                "\n## What to do\n",
            ] {
                assert!(text.contains(part), "{name} lacks {part:?}");
            }
            name.into_owned()
        })
        .collect();
    assert_eq!(written, names(&rules(), "alert"));
}

/// Words of letters, digits, `_` and `:` that do not begin with a digit, outside of quotes.
fn identifiers(query: &str) -> impl Iterator<Item = &str> {
    let unquoted = query.split('"').step_by(2);
    unquoted
        .flat_map(|part| part.split(|sign: char| !(sign.is_alphanumeric() || "_:".contains(sign))))
        .map(|word| word.trim_end_matches(':'))
        .filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

/// What a scrape and the rules make: families, the parts of histograms, records.
fn metrics() -> BTreeSet<String> {
    let mut names = names(&rules(), "record");
    for family in catalog::ALL {
        names.insert(family.name.to_owned());
        if family.kind == Kind::Histogram {
            names
                .extend(["_bucket", "_sum", "_count"].map(|part| format!("{}{part}", family.name)));
        }
    }
    names
}

#[test]
fn rules_name_only_metrics_and_labels_that_exist() {
    const WORDS: &str = "abs absent and avg avg_over_time bool by changes clamp_max group group_right \
        group_left histogram_quantile ignoring increase label_replace last_over_time max max_over_time offset on or rate \
        round sum time unless vector without";
    const MADE_BY_PROMETHEUS: &str = "up ALERTS alertname alertstate job instance account le";
    let mut known = metrics();
    known.extend([WORDS, MADE_BY_PROMETHEUS].iter().flat_map(|words| {
        let words = words.split_ascii_whitespace();
        words.map(str::to_owned)
    }));
    for family in catalog::ALL {
        known.extend(family.labels.iter().map(|label| (*label).to_owned()));
    }
    for rule in rules() {
        let name = [text(&rule["alert"]), text(&rule["record"])].concat();
        for word in identifiers(text(&rule["expr"])) {
            assert!(known.contains(word), "{name} knows {word}, and nobody else");
        }
    }
}

#[test]
fn runbooks_name_only_metrics_that_exist() {
    let known = metrics();
    for path in files(RUNBOOKS) {
        let text = read(&path);
        let in_code = text.split('`').skip(1).step_by(2);
        for word in in_code.flat_map(identifiers) {
            let is_metric = word.starts_with("zendesk_") || word.contains(":zendesk_");
            assert!(!is_metric || known.contains(word), "{path:?}: {word}");
        }
    }
}

#[test]
fn amtool_accepts_every_alertmanager_configuration() {
    for path in files(ALERTMANAGER) {
        let found = tool("amtool", &["check-config"], std::slice::from_ref(&path));
        assert!(found.contains("SUCCESS"), "{found}");
        let old = read(&path);
        for key in ["match:", "match_re:", "source_match:", "target_match:"] {
            assert!(
                !old.contains(key),
                "{path:?} has {key}, which is deprecated"
            );
        }
    }
}

/// Labels, and who is told.
const ROUTES: &[(&str, &str)] = &[
    ("alertname=Watchdog team=ops severity=none", "watchdog"),
    ("team=ops severity=critical account=acme", "ops-pager"),
    ("team=ops severity=critical", "ops-pager"),
    ("team=ops severity=warning", "ops-chat"),
    ("team=ops severity=info", "ops-chat-quiet"),
    (
        "team=support severity=critical account=acme",
        "support-pager",
    ),
    (
        "alertname=ZendeskUrgentTicketUnassigned team=support severity=critical account=globex",
        "support-pager",
    ),
    ("team=support severity=warning", "support-chat"),
    ("team=support severity=info", "support-chat"),
    // Not ours, and not lost.
    ("alertname=DiskFull", "ops-chat"),
    ("alertname=DiskFull severity=critical", "ops-chat"),
];

#[test]
fn alerts_go_to_those_who_can_do_something() {
    for (labels, receiver) in ROUTES {
        let config = Path::new(ALERTMANAGER).join("alertmanager.yml");
        assert_eq!(told(&config, labels), *receiver, "{labels}");
    }
    for rule in rules().iter().filter(|rule| rule["alert"].is_string()) {
        let labels = &rule["labels"];
        let (team, severity) = (text(&labels["team"]), text(&labels["severity"]));
        let words = format!("team={team} severity={severity}");
        let is_told = ROUTES.iter().any(|(labels, _)| labels.contains(&words));
        assert!(is_told, "nothing says who is told of {words}");
    }
}
