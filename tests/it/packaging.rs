//! Containers and units: what they name exists, and what they say is accepted.

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory as _;
use compose_spec::Compose;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{code_and_words, run};

pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The user of the image, who owns the state.
pub(crate) const USER: &str = "65532";

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("it is YAML")
}

/// The values under a key, as texts.
pub(crate) fn texts<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
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
