//! The image and the units: what they name exists, and what they say is accepted.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::code_and_words;

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

#[test]
fn the_image_is_built_from_what_is_there_and_runs_as_the_user_who_owns_the_state() {
    let dockerfile = read("Dockerfile");
    assert!(
        dockerfile.contains("target/release/zendesk-exporter\n")
            || dockerfile.contains("target/release/zendesk-exporter ")
    );
    assert!(read("Cargo.toml").contains("name = \"zendesk-exporter\""));
    let toolchain = read("rust-toolchain.toml");
    let version = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("ARG RUST_VERSION="))
        .expect("a version");
    assert!(toolchain.contains(&format!("\"{version}\"")), "{toolchain}");
    // Nothing is downloaded for the parts of it that only developers need.
    assert!(dockerfile.contains("ENV RUSTUP_TOOLCHAIN=${RUST_VERSION}\n"));
    // What is built on a Debian runs on one that is as new.
    assert!(dockerfile.contains("FROM rust:${RUST_VERSION}-trixie AS build\n"));
    assert!(dockerfile.contains("FROM gcr.io/distroless/cc-debian13:nonroot AS exporter\n"));
    assert!(dockerfile.contains(&format!("USER {USER}:{USER}\n")));
    let state = "/var/lib/zendesk-exporter";
    let made =
        format!("install --directory --mode=0700 --owner={USER} --group={USER} /out{state}\n");
    assert!(dockerfile.contains(&made));
    assert!(dockerfile.contains("COPY --from=build /out/ /\n"));
    assert!(dockerfile.contains(&format!("VOLUME {state}\n")));
    assert!(dockerfile.contains(&format!("ENV ZENDESK_EXPORTER_STATE__DIRECTORY={state}\n")));
    // Any user may look for a settings file there.
    assert!(dockerfile.contains("--mode=0755 /out/etc/zendesk-exporter "));
    assert!(dockerfile.contains("WORKDIR /etc/zendesk-exporter\n"));
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
