//! The archive of a release, packed and unpacked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::packaging::{ROOT, texts, yaml};

const NAME: &str = "zendesk-exporter-1.2.3-x86_64-unknown-linux-musl";

/// A packed archive, unpacked beside its checksum. The programs in it are a stand-in.
fn unpacked() -> TempDir {
    let directory = TempDir::new().expect("a directory");
    let place = directory.path();
    let binaries = place.join("binaries");
    fs::create_dir(&binaries).expect("made");
    for program in [
        "zendesk-exporter",
        "zendesk-simulator",
        "zendesk-simulator.d",
    ] {
        fs::write(binaries.join(program), "#!/bin/sh\n").expect("written");
    }
    let packed = Command::new("bash")
        .arg(Path::new(ROOT).join(".ci/pack"))
        .args(["1.2.3", "x86_64-unknown-linux-musl", "binaries", "packed"])
        .current_dir(place)
        .output()
        .expect("bash is there");
    let words = String::from_utf8_lossy(&packed.stderr);
    assert!(packed.status.success(), "{words}");
    let unpacked = Command::new("sh")
        .args([
            "-ec",
            "sha256sum --check --status ./*.sha256; mkdir away; tar -xzf ./*.tar.gz -C away",
        ])
        .current_dir(place.join("packed"))
        .status();
    assert!(unpacked.expect("sh is there").success());
    directory
}

/// Every file and link below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_archive_holds_what_the_documentation_in_it_names() {
    let directory = unpacked();
    let root = directory.path().join("packed/away").join(NAME);
    let mut found = Vec::new();
    files(&root, &mut found);
    for program in ["zendesk-exporter", "zendesk-simulator"] {
        let mode = fs::metadata(root.join(program))
            .expect(program)
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755, "{program}");
    }
    assert!(!root.join("zendesk-simulator.d").exists());

    // The chart links rules and dashboards.
    for path in &found {
        assert!(path.exists(), "{} leads nowhere", path.display());
    }
    let mut paths = 0;
    let pages = found
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "md"));
    for page in pages {
        let text = fs::read_to_string(page).expect("a page");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
        {
            let target = link.0.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                let path = page.parent().expect("a parent").join(target);
                assert!(path.exists(), "{}: {target}", page.display());
                paths += 1;
            }
        }
    }
    assert!(paths > 60, "{paths}");
}

#[test]
fn the_paths_in_the_commands_of_the_documentation_are_in_the_archive() {
    let directory = unpacked();
    let root = directory.path().join("packed/away").join(NAME);
    let mut paths = 0;
    for page in [
        "README.md",
        "docs/installation.md",
        "docs/alerts.md",
        "docs/dashboards.md",
    ] {
        let text = fs::read_to_string(root.join(page)).expect(page);
        for word in text.split(|part: char| part.is_whitespace() || "`'\"()[],;".contains(part)) {
            let word = word.trim_end_matches(['.', ':']);
            let is_path = ["config/", "deploy/", "dashboards/", "docs/"]
                .iter()
                .any(|start| word.starts_with(start) || word.starts_with(&format!("./{start}")));
            if is_path && !word.contains(['*', '<', '{', '$']) {
                let word = word.split('#').next().unwrap_or_default();
                assert!(root.join(word).exists(), "{page}: {word}");
                paths += 1;
            }
        }
    }
    assert!(paths > 10, "{paths}");
}

#[test]
fn the_compose_file_of_the_archive_needs_nothing_but_the_archive_and_the_image_of_its_version() {
    let directory = unpacked();
    let root = directory.path().join("packed/away").join(NAME);
    let compose = fs::read_to_string(root.join("docker-compose.yml")).expect("the compose file");
    let compose = yaml(&compose);
    let mut ours = 0;
    for (name, service) in compose["services"].as_object().expect("services") {
        for volume in texts(service, "volumes") {
            let (source, _) = volume.split_once(':').expect("a source");
            assert!(
                !source.starts_with('.') || root.join(source).exists(),
                "{source}"
            );
        }
        assert!(service.get("build").is_none(), "{name}");
        let image = service["image"].as_str().expect("an image");
        if name.starts_with("exporter") {
            assert_eq!(image, "ghcr.io/zendesk-exporter/zendesk-exporter:1.2.3");
            ours += 1;
        }
    }
    assert_eq!(ours, 2);
    // Settings and rules of whoever packed it are not in it.
    for place in ["exporter", "rules"] {
        let entries = fs::read_dir(root.join("deploy/compose").join(place)).expect(place);
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["README.md"], "{place}");
    }
}
