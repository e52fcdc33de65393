//! Containers, chart and units: what they name exists, and what they say is accepted.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use clap::CommandFactory as _;
use compose_spec::Compose;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{code_and_words, run};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The user of the image, who owns the state.
const USER: &str = "65532";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("it is YAML")
}

/// The values under a key, as texts.
fn texts<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let list = value[key].as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

/// With the defaults of variables in their places, as Compose does it.
fn interpolated(text: &str) -> String {
    let mut parts = text.split("${");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').expect("a variable ends");
        let (_, default) = variable.split_once(":-").expect("it has a default");
        whole.push_str(default);
        whole.push_str(rest);
    }
    whole
}

fn services() -> Vec<(String, Value)> {
    let compose = yaml(&read("docker-compose.yml"));
    let services = compose["services"].as_object().expect("services").clone();
    services.into_iter().collect()
}

#[test]
fn the_compose_file_is_of_the_shape_that_compose_specifies() {
    let mut compose = yaml(&interpolated(&read("docker-compose.yml")));
    let compose = serde_json::from_value::<Compose>(compose.take()).expect("its shape");
    assert_eq!(compose.services.len(), 6);
    compose.validate_all().expect("what it refers to is there");
}

#[test]
fn every_path_image_and_port_of_the_compose_file_exists() {
    for (name, service) in services() {
        for volume in texts(&service, "volumes") {
            let (source, _) = volume.split_once(':').expect("a source");
            if source.starts_with('.') {
                assert!(Path::new(ROOT).join(source).exists(), "{name}: {source}");
            }
        }
        let image = service["image"].as_str().expect("an image");
        let (repository, tag) = image.split_once(':').expect("a tag");
        if service.get("build").is_some() {
            let target = service["build"]["target"].as_str().expect("a target");
            assert!(
                read("Dockerfile").contains(&format!(" AS {target}\n")),
                "{name}"
            );
        } else {
            let is_pinned = tag.split('.').count() == 3 && !repository.is_empty();
            assert!(is_pinned, "{name}: {image} is not pinned");
        }
        assert_eq!(service["read_only"], json!(true), "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        for port in texts(&service, "ports") {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port}");
        }
        let depended = service["depends_on"].as_object();
        for (other, condition) in depended.into_iter().flatten() {
            let has_check = services()
                .iter()
                .any(|(known, service)| known == other && service.get("healthcheck").is_some());
            assert!(has_check, "{name} waits for the health of {other}");
            assert_eq!(condition["condition"], "service_healthy");
        }
    }
    let scraped = yaml(&read("deploy/compose/prometheus.yml"));
    let target = &scraped["scrape_configs"][0]["static_configs"][0]["targets"][0];
    assert_eq!(target, "zendesk-exporter:10121");
}

#[test]
fn the_exporters_of_the_compose_file_have_settings_that_are_accepted() {
    for name in ["exporter", "exporter-demo"] {
        let (_, service) = services()
            .into_iter()
            .find(|(known, _)| known == name)
            .expect("it is there");
        let directory = TempDir::new().expect("a directory");
        let secret = directory.path().join("secret");
        fs::write(&secret, "hush").expect("written");
        let variables = service["environment"].as_object();
        let environment: Vec<(String, String)> = variables
            .into_iter()
            .flatten()
            .map(|(variable, value)| {
                let value = match value.as_str().expect("a text") {
                    "/run/secrets/zendesk_client_secret" => secret.display().to_string(),
                    unset if unset.starts_with("${") => "acme".to_owned(),
                    value => value.to_owned(),
                };
                (variable.clone(), value)
            })
            .collect();
        let environment: Vec<(&str, &str)> = environment
            .iter()
            .map(|(variable, value)| (variable.as_str(), value.as_str()))
            .collect();
        // A file of settings is where its volume comes from.
        let mut arguments = vec!["check".to_owned()];
        for argument in texts(&service, "command") {
            let inside = argument.strip_prefix("--config.file=").expect("a file");
            let volumes = texts(&service, "volumes");
            let file = volumes.iter().find_map(|volume| {
                let (outside, rest) = volume.split_once(':')?;
                rest.starts_with(inside).then_some(outside)
            });
            let file = Path::new(ROOT).join(file.expect("it is mounted"));
            arguments.push(format!("--config.file={}", file.display()));
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, words) = code_and_words(&run(directory.path(), &environment, &arguments));
        assert_eq!(code, Some(0), "{name}: {words}");
        assert!(!words.contains("warning"), "{name}: {words}");
    }
    let simulator = services().into_iter().find(|(name, _)| name == "simulator");
    let (_, simulator) = simulator.expect("it is there");
    let help = zendesk_simulator::cli::Cli::command()
        .render_long_help()
        .to_string();
    for flag in texts(&simulator, "command") {
        assert!(!flag.starts_with("--") || help.contains(flag), "{flag}");
    }
}

#[test]
fn the_image_is_built_from_what_is_there_and_runs_as_the_user_who_owns_the_state() {
    let dockerfile = read("Dockerfile");
    for (binary, manifest) in [
        ("zendesk-exporter", "Cargo.toml"),
        ("zendesk-simulator", "simulator/Cargo.toml"),
    ] {
        let manifest = read(manifest);
        assert!(dockerfile.contains(&format!("target/release/{binary}")));
        assert!(manifest.contains(&format!("name = \"{binary}\"")));
    }
    let toolchain = read("rust-toolchain.toml");
    let version = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("ARG RUST_VERSION="))
        .expect("a version");
    assert!(toolchain.contains(&format!("\"{version}\"")), "{toolchain}");
    assert!(dockerfile.contains(&format!("USER {USER}:{USER}\n")));
    assert!(dockerfile.contains(&format!("--chown={USER}:{USER} /out/state")));
    assert!(dockerfile.contains("EXPOSE 10121\n"));
    // Cargo reads the manifest of every member, whatever it builds.
    for member in ["simulator", "tools"] {
        assert!(read(".dockerignore").contains(&format!("\n!{member}\n")));
        assert!(Path::new(ROOT).join(member).join("Cargo.toml").exists());
    }
    for kept in read(".dockerignore").lines() {
        if let Some(path) = kept.strip_prefix('!') {
            assert!(Path::new(ROOT).join(path).exists(), "{path}");
        }
    }
}

#[test]
fn the_image_is_built_from_all_that_the_sources_include() {
    let ignored = read(".dockerignore");
    let kept: Vec<&str> = ignored
        .lines()
        .filter_map(|it| it.strip_prefix('!'))
        .collect();
    let mut sources = vec![
        Path::new(ROOT).join("src"),
        Path::new(ROOT).join("simulator/src"),
    ];
    let mut included = 0;
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("readable");
            sources.extend(entries.map(|entry| entry.expect("an entry").path()));
            continue;
        }
        // Tests are not part of the image.
        if path.to_string_lossy().contains("tests") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        for file in program.split("include_str!(\"").skip(1) {
            let (file, _) = file.split_once('"').expect("its end");
            let file = path.with_file_name(file);
            let file = fs::canonicalize(&file).expect("it exists");
            let root = fs::canonicalize(ROOT).expect("it exists");
            let file = file.strip_prefix(&root).expect("it is here");
            let is_kept = kept.iter().any(|kept| file.starts_with(kept));
            assert!(is_kept, "{} is not in the context", file.display());
            included += 1;
        }
    }
    assert!(included > 4, "{included}");
}

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
    let output = python(&["tests/packaging/chart.py", CHART], &values.to_string());
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
    let relabeled = &of_kind(&all, "ServiceMonitor")[0]["spec"]["endpoints"][0]["relabelings"][0];
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
fn values_that_the_chart_does_not_know_are_refused() {
    for (pointer, value) in [
        ("/replicas", json!(2)),
        ("/image", json!({ "tagg": "1" })),
        ("/persistence", json!({ "size": "much" })),
        ("/config/state", json!({ "directory": "/elsewhere" })),
        ("/config/accounts", json!([])),
    ] {
        let mut values = values();
        let (parent, key) = pointer.rsplit_once('/').expect("a key");
        values.pointer_mut(parent).expect("a section")[key] = value;
        let output = python(&["tests/packaging/chart.py", CHART], &values.to_string());
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{pointer} is taken");
        assert!(words.contains("\n- at '"), "{pointer}: {words}");
    }
}

#[test]
fn the_units_are_ones_that_systemd_takes_and_leave_little_exposed() {
    let directory = TempDir::new().expect("a directory");
    let program = env!("CARGO_BIN_EXE_zendesk-exporter");
    let mut units = Vec::new();
    for name in ["zendesk-exporter.service", "zendesk-exporter.socket"] {
        let unit = read(&format!("deploy/systemd/{name}"));
        let unit = unit.replace("/usr/bin/zendesk-exporter", program);
        let path = directory.path().join(name);
        fs::write(&path, unit).expect("written");
        units.push(path);
    }
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .args(&units)
        .output()
        .expect("systemd-analyze is installed (make tools)");
    assert_eq!(code_and_words(&verified), (Some(0), String::new()));
    let exposed = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20", "--no-pager"])
        .arg(&units[0])
        .output()
        .expect("it ran before");
    let (code, words) = code_and_words(&exposed);
    assert_eq!(code, Some(0), "{words}");
}
