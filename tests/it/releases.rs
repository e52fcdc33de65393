//! Workflows, archives and what else GitHub reads: what they name exists, and what they publish fits the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::packaging::{ROOT, read, yaml};

mod archive;

mod tags;

const WORKFLOWS: [&str; 2] = ["ci", "release"];

fn workflow(name: &str) -> (String, Value) {
    let text = read(&format!(".github/workflows/{name}.yml"));
    let parsed = yaml(&text);
    (text, parsed)
}

/// The jobs of a workflow, and their steps.
fn jobs(workflow: &Value) -> Vec<(String, Value, Vec<Value>)> {
    let jobs = workflow["jobs"].as_object().expect("jobs");
    jobs.iter()
        .map(|(name, job)| {
            let steps = job["steps"].as_array().expect("steps").clone();
            (name.clone(), job.clone(), steps)
        })
        .collect()
}

#[test]
fn every_workflow_of_the_repository_is_looked_at_here() {
    let entries = fs::read_dir(Path::new(ROOT).join(".github/workflows")).expect("a directory");
    let found: BTreeSet<String> = entries
        .map(|entry| entry.expect("an entry").file_name().display().to_string())
        .collect();
    let known: BTreeSet<String> = WORKFLOWS.map(|name| format!("{name}.yml")).into();
    assert_eq!(found, known);
}

/// The oldest major version of each action that runs on a supported version of Node, or needs none.
const OLDEST: [(&str, u32); 9] = [
    ("EmbarkStudios/cargo-deny-action", 2),
    ("Swatinem/rust-cache", 2),
    ("actions/attest-build-provenance", 4),
    ("actions/checkout", 6),
    ("actions/download-artifact", 8),
    ("actions/upload-artifact", 7),
    ("docker/build-push-action", 7),
    ("docker/login-action", 4),
    ("docker/setup-buildx-action", 4),
];

#[test]
fn every_action_is_pinned_by_a_commit_whose_version_is_named_and_supported() {
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    for name in WORKFLOWS {
        let (text, parsed) = workflow(name);
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("uses:")).collect();
        let used = jobs(&parsed).into_iter().flat_map(|(_, _, steps)| steps);
        let used = used.filter(|step| step.get("uses").is_some()).count();
        assert_eq!(lines.len(), used, "{name}: every line is a step's");
        for line in lines {
            let (_, uses) = line.split_once("uses: ").expect("an action");
            let (action, pin) = uses.split_once('@').expect("a pin");
            let (commit, version) = pin.split_once(" # v").expect("a version in a comment");
            let is_commit = commit.len() == 40
                && commit
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
            assert!(is_commit, "{name}: {line}");
            let numbers: Vec<u32> = version
                .split('.')
                .map(|part| part.parse().expect("a version like 1.2.3"))
                .collect();
            assert_eq!(numbers.len(), 3, "{name}: {line}");
            let (_, oldest) = OLDEST
                .iter()
                .find(|(known, _)| *known == action)
                .unwrap_or_else(|| panic!("{action} is not in the list"));
            assert!(numbers[0] >= *oldest, "{name}: {line}");
            let first = pins
                .entry(action.to_owned())
                .or_insert_with(|| pin.to_owned());
            assert_eq!(first, pin, "{name}: {action} has two pins");
        }
    }
    assert_eq!(pins.len(), OLDEST.len(), "{pins:?}");
}

#[test]
fn workflows_may_write_only_where_they_publish() {
    for name in WORKFLOWS {
        let (_, parsed) = workflow(name);
        assert_eq!(parsed["permissions"], json!({ "contents": "read" }));
        assert!(parsed["concurrency"]["group"].is_string(), "{name}");
        for (job, settings, steps) in jobs(&parsed) {
            assert!(settings["timeout-minutes"].is_u64(), "{name}: {job}");
            let runner = settings["runs-on"].as_str().expect("a runner");
            assert!(!runner.contains("latest"), "{name}: {job}: {runner}");
            let writes: BTreeSet<&str> = settings["permissions"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, access)| *access == "write")
                .map(|(permission, _)| permission.as_str())
                .collect();
            let expected: &[&str] = match (name, job.as_str()) {
                ("release", "archives") => &["attestations", "id-token"],
                ("release", "image") => &["packages"],
                ("release", "publish") => &["attestations", "contents", "id-token", "packages"],
                _ => &[],
            };
            assert!(writes.iter().eq(expected), "{name}: {job}: {writes:?}");
            for step in steps {
                let uses = step["uses"].as_str().unwrap_or_default();
                if uses.starts_with("actions/checkout@") {
                    assert_eq!(step["with"]["persist-credentials"], json!(false));
                }
                let run = step["run"].as_str().unwrap_or_default();
                assert!(!run.contains("token }}"), "{name}: {job}: {run}");
            }
        }
    }
}

/// What stands between `${{` and `}}` in a text.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${{").skip(1);
    parts.filter_map(|part| {
        part.split_once("}}")
            .map(|(expression, _)| expression.trim())
    })
}

#[test]
fn what_a_job_refers_to_is_there() {
    let mut references = 0;
    for name in WORKFLOWS {
        let (_, parsed) = workflow(name);
        let jobs = jobs(&parsed);
        for (job, settings, steps) in &jobs {
            let needs = match &settings["needs"] {
                Value::String(one) => vec![one.clone()],
                Value::Array(many) => many
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
                _ => Vec::new(),
            };
            for needed in &needs {
                assert!(
                    jobs.iter().any(|(known, ..)| known == needed),
                    "{name}: {job} needs {needed}"
                );
            }
            let ids: BTreeSet<&str> = steps
                .iter()
                .filter_map(|step| step["id"].as_str())
                .collect();
            for expression in expressions(&settings.to_string()) {
                let parts: Vec<&str> = expression.split('.').collect();
                let is_there = match parts[..] {
                    ["steps", id, "outputs", _] => ids.contains(id),
                    ["needs", needed, "outputs", output] => {
                        let (_, other, _) = jobs
                            .iter()
                            .find(|(known, ..)| known == needed)
                            .expect(needed);
                        needs.iter().any(|known| known == needed)
                            && other["outputs"].get(output).is_some()
                    }
                    ["matrix", key] => settings["strategy"]["matrix"]["include"]
                        .as_array()
                        .is_some_and(|rows| rows.iter().all(|row| row.get(key).is_some())),
                    _ => expression.starts_with("github."),
                };
                assert!(is_there, "{name}: {job}: {expression}");
                references += 1;
            }
        }
    }
    assert!(references > 20, "{references}");
}

#[test]
fn files_that_workflows_run_or_read_exist() {
    let mut found = 0;
    for name in WORKFLOWS {
        let (text, _) = workflow(name);
        let words = text.split(|part: char| part.is_whitespace() || "\"'`".contains(part));
        for word in words.filter(|word| word.starts_with(".ci/") || word.starts_with("deploy/")) {
            assert!(Path::new(ROOT).join(word).exists(), "{name}: {word}");
            found += 1;
        }
    }
    assert!(found >= 6, "{found}");
}

#[test]
fn a_pull_request_builds_the_image_and_a_release_attests_what_it_publishes() {
    let steps_of = |name: &str, job: &str| {
        let (_, parsed) = workflow(name);
        let found = jobs(&parsed).into_iter().find(|(known, ..)| known == job);
        found.expect(job).2
    };
    let using = |steps: &[Value], action: &str| -> Vec<Value> {
        let uses = |step: &&Value| {
            step["uses"]
                .as_str()
                .is_some_and(|uses| uses.starts_with(action))
        };
        steps
            .iter()
            .filter(uses)
            .map(|step| step["with"].clone())
            .collect()
    };
    let (_, ci) = workflow("ci");
    assert!(ci["on"].get("pull_request").is_some());
    let built = using(&steps_of("ci", "image"), "docker/build-push-action@");
    assert_eq!(built.len(), 1);
    assert_eq!(built[0]["push"], json!(false));
    assert_eq!(built[0]["cache-to"], "type=gha,mode=max");
    assert_eq!(
        using(&steps_of("ci", "test"), "Swatinem/rust-cache@").len(),
        1
    );

    let attest = "actions/attest-build-provenance@";
    let archives = using(&steps_of("release", "archives"), attest);
    assert_eq!(archives[0]["subject-path"], "packed/*.tar.gz");
    let published = using(&steps_of("release", "publish"), attest);
    let subjects: Vec<&str> = published
        .iter()
        .filter_map(|with| {
            with["subject-name"]
                .as_str()
                .or_else(|| with["subject-path"].as_str())
        })
        .collect();
    let registry = "${{ needs.check.outputs.registry }}";
    assert_eq!(
        subjects,
        [
            &format!("{registry}/zendesk-exporter"),
            &format!("{registry}/charts/zendesk-exporter"),
            "assets/*.tgz"
        ]
    );
    let pushed = using(&steps_of("release", "image"), "docker/build-push-action@");
    let outputs = pushed[0]["outputs"].as_str().expect("outputs");
    assert!(outputs.contains("push-by-digest=true") && pushed[0].get("tags").is_none());
    // Caches are shared with other workflows, so a release uses none.
    assert!(
        !workflow("release").0.contains("cache-from")
            && !workflow("release").0.contains("rust-cache")
    );
}

#[test]
fn the_version_of_the_workspace_is_that_of_the_chart() {
    let chart = yaml(&read("deploy/helm/zendesk-exporter/Chart.yaml"));
    assert_eq!(chart["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn dependabot_watches_actions_images_crates_and_the_tools_of_the_tests() {
    let settings = yaml(&read(".github/dependabot.yml"));
    let updates = settings["updates"].as_array().expect("updates");
    let mut watched = BTreeSet::new();
    for update in updates {
        let ecosystem = update["package-ecosystem"].as_str().expect("a name");
        let manifest = match ecosystem {
            "github-actions" => ".github/workflows/ci.yml",
            "docker" => "Dockerfile",
            "docker-compose" => "docker-compose.yml",
            "cargo" => "Cargo.toml",
            "pip" => "requirements.txt",
            other => panic!("{other} is unknown"),
        };
        let directory = update["directory"].as_str().expect("a directory");
        let path = format!("{}/{manifest}", directory.trim_matches('/'));
        assert!(
            Path::new(ROOT).join(path.trim_start_matches('/')).exists(),
            "{ecosystem}: {path}"
        );
        assert!(update["schedule"]["interval"].is_string());
        watched.insert(ecosystem);
    }
    assert_eq!(
        watched,
        BTreeSet::from(["cargo", "docker", "docker-compose", "github-actions", "pip"])
    );
}

#[test]
fn issues_are_bugs_features_or_questions_and_vulnerabilities_go_elsewhere() {
    for name in ["bug", "feature", "question"] {
        let form = yaml(&read(&format!(".github/ISSUE_TEMPLATE/{name}.yml")));
        for key in ["name", "description"] {
            assert!(
                form[key].as_str().is_some_and(|text| !text.is_empty()),
                "{name}: {key}"
            );
        }
        let body = form["body"].as_array().expect("a body");
        let fields: Vec<&Value> = body
            .iter()
            .filter(|field| field["type"] != "markdown")
            .collect();
        let ids: BTreeSet<&str> = fields
            .iter()
            .filter_map(|field| field["id"].as_str())
            .collect();
        assert_eq!(
            ids.len(),
            fields.len(),
            "{name}: every field has an id of its own"
        );
        for field in &fields {
            let kind = field["type"].as_str().expect("a type");
            assert!(
                ["textarea", "input", "dropdown"].contains(&kind),
                "{name}: {kind}"
            );
            assert!(field["attributes"]["label"].is_string(), "{name}: {field}");
        }
        assert!(
            fields
                .iter()
                .any(|field| field["validations"]["required"] == json!(true))
        );
    }
    let config = yaml(&read(".github/ISSUE_TEMPLATE/config.yml"));
    assert_eq!(config["blank_issues_enabled"], json!(false));
    let report = config["contact_links"][0]["url"]
        .as_str()
        .expect("an address");
    assert!(report.ends_with("/security/advisories/new"));
    assert!(read("SECURITY.md").contains(report));
}
