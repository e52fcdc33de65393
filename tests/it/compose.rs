//! The compose file: what it names exists, what it says is accepted, and its two profiles share nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::Parser as _;
use compose_spec::Compose;
use serde_json::{Value, json};
use tempfile::TempDir;
use zendesk_exporter::app::past::BLOCK_HOURS;
use zendesk_exporter::commands::cli::{self, Cli};

use crate::packaging::{ROOT, USER, read, texts, yaml};
use crate::program::{code_and_words, run};

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

/// A service of the compose file.
pub(crate) fn service(name: &str) -> Value {
    let found = services().into_iter().find(|(known, _)| known == name);
    found.expect(name).1
}

const PROFILES: [&str; 2] = ["account", "demo"];

/// The services of a profile.
fn services_of(profile: &str) -> Vec<(String, Value)> {
    let services = services().into_iter();
    services
        .filter(|(_, service)| texts(service, "profiles") == [profile])
        .collect()
}

/// The named volumes of a service.
fn named_volumes(service: &Value) -> BTreeSet<String> {
    let volumes = service["volumes"].as_array().into_iter().flatten();
    let sources = volumes.filter_map(|volume| match volume.as_str() {
        Some(short) => short.split(':').next(),
        None => volume["source"].as_str(),
    });
    sources
        .filter(|source| !source.starts_with('.'))
        .map(str::to_owned)
        .collect()
}

/// The networks of a service.
fn networks(service: &Value) -> BTreeSet<String> {
    match &service["networks"] {
        Value::Object(by_name) => by_name.keys().cloned().collect(),
        _ => texts(service, "networks")
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}

/// What a service is called on its network.
fn host_names(name: &str, service: &Value) -> BTreeSet<String> {
    let by_name = service["networks"].as_object().into_iter().flatten();
    let aliases = by_name.flat_map(|(_, network)| texts(network, "aliases"));
    aliases.chain([name]).map(str::to_owned).collect()
}

#[test]
fn the_compose_file_is_of_the_shape_that_compose_specifies() {
    let mut compose = yaml(&interpolated(&read("docker-compose.yml")));
    let compose = serde_json::from_value::<Compose>(compose.take()).expect("its shape");
    assert_eq!(compose.services.len(), 9);
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
        let depended = service["depends_on"].as_object();
        for (other, condition) in depended.into_iter().flatten() {
            let other = self::service(other);
            match condition["condition"].as_str().expect("a condition") {
                "service_healthy" => {
                    assert!(
                        other.get("healthcheck").is_some(),
                        "{name} waits for its health"
                    );
                }
                "service_completed_successfully" => {
                    assert_eq!(other["restart"], "no", "{name} waits for its end");
                }
                condition => panic!("{name}: {condition}"),
            }
        }
        // Compose refuses it where the engine is older than 25.
        assert!(
            service["healthcheck"].get("start_interval").is_none(),
            "{name}"
        );
    }
    let scraped = yaml(&read("deploy/compose/prometheus.yml"));
    let target = &scraped["scrape_configs"][0]["static_configs"][0]["targets"][0];
    assert_eq!(target, "zendesk-exporter:10121");
}

#[test]
fn every_port_is_of_this_machine_and_moves_with_a_documented_variable() {
    let installation = read("docs/installation.md");
    let mut moved = BTreeSet::new();
    for (name, service) in services() {
        let mut own = BTreeSet::new();
        for port in texts(&service, "ports") {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port}");
            let variable = port.strip_prefix("127.0.0.1:${").expect("a variable");
            let (variable, rest) = variable.split_once(":-").expect("a default");
            let (default, inside) = rest.split_once("}:").expect("a port in the container");
            assert_eq!(default, inside, "{name}: {port}");
            assert!(
                installation.contains(&format!("`{variable}`")),
                "{variable}"
            );
            own.insert(variable.to_owned());
        }
        // What it calls itself, in alerts for instance, moves with the port.
        for flag in texts(&service, "command") {
            if let Some(url) = flag.strip_prefix("--web.external-url=http://127.0.0.1:${") {
                let (variable, _) = url.split_once(":-").expect("a default");
                assert!(own.contains(variable), "{name}: {url}");
            }
        }
        moved.extend(own);
    }
    assert_eq!(moved.len(), 4, "{moved:?}");
}

#[test]
fn the_two_profiles_have_the_same_services_and_share_no_data_and_no_network() {
    let [account, demo] = PROFILES.map(services_of);
    assert_eq!(account.len() + demo.len(), services().len());
    let resources = |services: &[(String, Value)], of: fn(&Value) -> BTreeSet<String>| {
        let all = services.iter().flat_map(|(_, service)| of(service));
        all.collect::<BTreeSet<String>>()
    };
    for of in [named_volumes, networks] {
        let (account, demo) = (resources(&account, of), resources(&demo, of));
        assert!(!account.is_empty() && !demo.is_empty());
        assert!(account.is_disjoint(&demo), "{account:?} {demo:?}");
    }
    // Each finds the others under the same names.
    for wanted in ["zendesk-exporter", "prometheus", "alertmanager"] {
        for services in [&account, &demo] {
            let named = services
                .iter()
                .filter(|(name, service)| host_names(name, service).contains(wanted));
            assert_eq!(named.count(), 1, "{wanted}");
        }
    }
    // What a container of the demo writes is removed with its volume: nothing is left in one without a name.
    for (name, service) in demo {
        assert!(named_volumes(&service).len() <= 1, "{name}");
    }
    let [of_account, of_demo] = ["prometheus", "prometheus-demo"].map(|name| {
        let mut settings = yaml(&read(&format!("deploy/compose/{name}.yml")));
        let target = &mut settings["scrape_configs"][0]["static_configs"][0];
        (target["labels"]["instance"].take(), settings)
    });
    assert_eq!(of_account.1, of_demo.1);
    assert_eq!(
        (of_account.0, of_demo.0),
        (json!("zendesk-exporter"), json!("demo"))
    );
}

#[test]
fn the_exporter_of_the_compose_file_has_settings_that_are_accepted() {
    let service = service("exporter");
    let directory = TempDir::new().expect("a directory");
    let secrets = directory.path().join("secrets");
    fs::create_dir(&secrets).expect("made");
    for secret in service["secrets"].as_array().expect("secrets") {
        let target = secret["target"].as_str().expect("a name");
        fs::write(secrets.join(target), "hush").expect("written");
    }
    let secrets = secrets.display().to_string();
    let variables = service["environment"].as_object().expect("variables");
    let environment: Vec<(&str, &str)> = variables
        .iter()
        .map(|(variable, value)| {
            let value = match value.as_str().expect("a text") {
                "/run/secrets" => secrets.as_str(),
                unset if unset.starts_with("${") => "acme",
                value => value,
            };
            (variable.as_str(), value)
        })
        .collect();
    assert_eq!(texts(&service, "command"), Vec::<&str>::new());
    let check = |environment: &[(&str, &str)]| {
        code_and_words(&run(directory.path(), environment, &["check"]))
    };
    let (code, words) = check(&environment);
    assert_eq!(code, Some(0), "{words}");
    assert!(!words.contains("warning"), "{words}");

    // With a settings file and none of the variables, which Compose then hands over empty.
    let unset: Vec<(&str, &str)> = environment
        .iter()
        .map(|(variable, value)| (*variable, if *value == "acme" { "" } else { *value }))
        .collect();
    let file = directory.path().join("zendesk-exporter.yml");
    fs::write(
        &file,
        "accounts: [{ subdomain: acme, auth: { client_id: prometheus } }]\n",
    )
    .expect("written");
    let (code, words) = check(&unset);
    assert_eq!(code, Some(0), "{words}");
    assert!(!words.contains("warning"), "{words}");
}

#[test]
fn the_demo_of_the_compose_file_is_a_command_line_that_is_accepted() {
    let service = service("exporter-demo");
    let words = texts(&service, "command");
    let parsed = Cli::try_parse_from([&["zendesk-exporter"], words.as_slice()].concat());
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(
        parsed.command,
        Some(cli::Command::Demo { once: true, .. })
    ));
    // Its state is made anew with every start, in memory.
    assert!(
        texts(&service, "tmpfs")
            .iter()
            .any(|mount| mount.starts_with("/tmp:"))
    );
    // Blocks are as long as the files of the past.
    let script = read("deploy/compose/load-past.sh");
    assert!(script.contains(&format!("--max-block-duration={BLOCK_HOURS}h")));
    // Compose makes every container before it starts the first: an empty volume must keep the owner that the exporter's image
    // gives it.
    for name in ["past", "prometheus-demo"] {
        let service = self::service(name);
        let volumes = service["volumes"].as_array().expect("volumes");
        let data = volumes.iter().find(|volume| volume["source"] == "demo");
        assert_eq!(data.expect("the data")["volume"]["nocopy"], json!(true));
        assert_eq!(service["user"], format!("{USER}:{USER}"));
    }
}
