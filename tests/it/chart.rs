//! The Helm chart: what it renders, what it refuses, and that it holds the files of this repository.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::packaging::{ROOT, USER, read, texts, yaml};
use crate::program::{code_and_words, run};

mod pod;

mod refusals;

mod settings;

/// Runs a program of the tools that `make tools` installs.
fn python(arguments: &[&str], input: &str) -> Output {
    let python = Path::new(ROOT).join("target/tools/bin/python");
    let mut child = Command::new(python)
        .args(arguments)
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tools are installed (make tools)");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

const CHART: &str = "deploy/helm/zendesk-exporter";

/// The objects that the chart makes of these values.
#[track_caller]
fn rendered(values: &Value) -> Vec<Value> {
    rendered_by(CHART, values)
}

/// The objects that a chart elsewhere makes: a directory or a package.
#[track_caller]
fn rendered_by(chart: &str, values: &Value) -> Vec<Value> {
    let output = python(&["tests/packaging/chart.py", chart], &values.to_string());
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let mut answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let objects = answer["objects"].take();
    objects.as_array().expect("objects").clone()
}

fn kinds(objects: &[Value]) -> BTreeSet<&str> {
    objects
        .iter()
        .filter_map(|object| object["kind"].as_str())
        .collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects
        .iter()
        .filter(|object| object["kind"] == kind)
        .collect()
}

fn values() -> Value {
    json!({
        "config": { "accounts": [{
            "subdomain": "acme",
            "auth": {
                "client_id": "prometheus",
                "client_secret_file": "/etc/zendesk-exporter/secrets/client_secret",
            },
        }] },
        "existingSecret": "zendesk",
    })
}

fn values_with_everything() -> Value {
    let mut values = values();
    for section in [
        "serviceMonitor",
        "prometheusRule",
        "dashboards",
        "networkPolicy",
    ] {
        values[section] = json!({ "enabled": true });
    }
    values["webConfig"] = json!({ "existingSecret": "web", "tls": true });
    values
}

#[test]
fn the_chart_makes_what_is_asked_for_and_nothing_else() {
    let plain = rendered(&values());
    assert_eq!(
        kinds(&plain),
        BTreeSet::from(["ConfigMap", "Service", "ServiceAccount", "StatefulSet"])
    );
    let all = rendered(&values_with_everything());
    assert_eq!(
        kinds(&all),
        BTreeSet::from([
            "ConfigMap",
            "NetworkPolicy",
            "PrometheusRule",
            "Service",
            "ServiceAccount",
            "ServiceMonitor",
            "StatefulSet"
        ])
    );
    let scraped = &of_kind(&all, "ServiceMonitor")[0]["spec"]["endpoints"][0];
    // A target has labels of the same names as the exporter's: `endpoint`, by the operator.
    assert_eq!(scraped["honorLabels"], true);
    let relabeled = &scraped["relabelings"][0];
    assert_eq!(relabeled["targetLabel"], "instance");
    assert_eq!(
        relabeled["sourceLabels"],
        json!(["__meta_kubernetes_namespace", "__meta_kubernetes_pod_name"])
    );
}

#[test]
fn the_pod_is_restricted_keeps_its_state_and_gets_no_variables_of_services() {
    let objects = rendered(&values());
    let set = &of_kind(&objects, "StatefulSet")[0]["spec"];
    let pod = &set["template"]["spec"];
    let user: u32 = USER.parse().expect("a number");
    assert_eq!(pod["enableServiceLinks"], false);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["runAsUser"], user);
    assert_eq!(pod["securityContext"]["fsGroup"], user);
    assert_eq!(
        pod["securityContext"]["seccompProfile"]["type"],
        "RuntimeDefault"
    );
    let container = &pod["containers"][0];
    assert_eq!(
        container["securityContext"],
        json!({
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        })
    );
    assert_eq!(container["livenessProbe"]["httpGet"]["path"], "/-/healthy");
    assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/-/ready");
    assert_eq!(set["replicas"], 1);
    assert_eq!(set["volumeClaimTemplates"][0]["metadata"]["name"], "state");
    let mounted = container["volumeMounts"].as_array().expect("mounts");
    let state = mounted.iter().find(|mount| mount["name"] == "state");
    let directory = state.expect("the state")["mountPath"]
        .as_str()
        .expect("a path");
    let flag = format!("--state.directory={directory}/state");
    assert!(texts(container, "args").contains(&flag.as_str()));
}

#[test]
fn the_settings_in_the_chart_are_accepted_by_the_program() {
    let objects = rendered(&values());
    let map = of_kind(&objects, "ConfigMap")[0];
    let settings = map["data"]["zendesk-exporter.yml"]
        .as_str()
        .expect("a file");
    let directory = TempDir::new().expect("a directory");
    let secret = directory.path().join("client_secret");
    fs::write(&secret, "hush").expect("written");
    let settings = settings.replace(
        "/etc/zendesk-exporter/secrets/client_secret",
        &secret.display().to_string(),
    );
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    let (code, words) = code_and_words(&run(directory.path(), &[], &["check"]));
    assert_eq!(code, Some(0), "{words}");
}

#[test]
fn rules_and_dashboards_of_the_chart_are_the_files_themselves() {
    let objects = rendered(&values_with_everything());
    let groups = &of_kind(&objects, "PrometheusRule")[0]["spec"]["groups"];
    let mut expected = Vec::new();
    for path in sorted("config/prometheus/rules", "yml") {
        let file = yaml(&read(&path));
        expected.extend(file["groups"].as_array().expect("groups").clone());
    }
    assert_eq!(groups, &Value::from(expected.clone()));

    let mut values = values_with_everything();
    values["prometheusRule"]["watchdog"] = json!(true);
    let objects = rendered(&values);
    let groups = &of_kind(&objects, "PrometheusRule")[0]["spec"]["groups"];
    let optional = yaml(&read("config/prometheus/optional/watchdog.yml"));
    expected.extend(optional["groups"].as_array().expect("groups").clone());
    assert_eq!(groups, &Value::from(expected));

    let mut boards: Vec<(String, Value)> = Vec::new();
    for map in of_kind(&objects, "ConfigMap") {
        for (file, text) in map["data"].as_object().into_iter().flatten() {
            if file.ends_with(".json") {
                assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], "1");
                let text = text.as_str().expect("a text");
                boards.push((file.clone(), serde_json::from_str(text).expect("JSON")));
            }
        }
    }
    let expected: Vec<(String, Value)> = sorted("dashboards", "json")
        .into_iter()
        .map(|path| {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            (name, serde_json::from_str(&read(&path)).expect("JSON"))
        })
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(boards, expected);
    // kubectl apply stores a whole object in an annotation, which may have 256 KiB.
    for object in &objects {
        assert!(
            object.to_string().len() < 256 * 1024,
            "{}",
            object["metadata"]
        );
    }
}

/// Why a chart refuses each of these values; `None` for those that it takes.
#[track_caller]
fn refusals_of(chart: &str, values: &[Value]) -> Vec<Option<String>> {
    let output = python(
        &["tests/packaging/chart.py", chart],
        &Value::from(values).to_string(),
    );
    let words = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {words}"))
}

/// Why a chart refuses values; `None` if it takes them.
#[track_caller]
fn refusal_of(chart: &str, values: &Value) -> Option<String> {
    refusals_of(chart, std::slice::from_ref(values)).remove(0)
}

/// The values with another value at a pointer such as `/webConfig/tls`.
fn with(mut values: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a key");
    let mut section = &mut values;
    for name in parent.split('/').filter(|name| !name.is_empty()) {
        section = match name.parse::<usize>() {
            Ok(index) => &mut section[index],
            Err(_) => &mut section[name],
        };
    }
    section[key] = value;
    values
}

fn sorted(directory: &str, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(ROOT).join(directory)).expect("a directory");
    let mut paths: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(&format!(".{extension}")))
        .map(|name| format!("{directory}/{name}"))
        .collect();
    paths.sort();
    paths
}

#[test]
fn the_packaged_chart_holds_the_linked_files_and_renders_the_same() {
    let directory = TempDir::new().expect("a directory");
    let program =
        "import helm_python, sys; print(helm_python.package(sys.argv[1], destination=sys.argv[2]))";
    let place = directory.path().to_str().expect("UTF-8");
    let output = python(&["-c", program, CHART, place], "");
    let path = String::from_utf8(output.stdout).expect("UTF-8");
    let everything = values_with_everything();
    assert_eq!(rendered_by(path.trim(), &everything), rendered(&everything));
}
