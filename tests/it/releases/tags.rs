//! What a tag releases.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::packaging::ROOT;

/// What `.ci/release-facts` says of a tag in a repository of version `version` with these tags.
fn facts(tag: &str, version: &str, tags: &str) -> Result<Vec<String>, String> {
    let directory = TempDir::new().expect("a directory");
    let place = |path: &str| -> PathBuf {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        path
    };
    let script = place(".ci/release-facts");
    fs::copy(Path::new(ROOT).join(".ci/release-facts"), &script).expect("copied");
    let chart = format!("version: {version}\nappVersion: \"{version}\"\n");
    fs::write(place("deploy/helm/zendesk-exporter/Chart.yaml"), chart).expect("written");
    fs::write(place("Cargo.toml"), format!("version = \"{version}\"\n")).expect("written");
    fs::write(place("CHANGELOG.md"), "## 1.3.0 - 2027-01-01\n\n## 1.2.3\n").expect("written");
    let mut child = Command::new("bash")
        .arg(script)
        .args([tag, "Acme-Corp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash is there");
    // A script that refuses the tag reads no tags.
    let _ = child
        .stdin
        .take()
        .expect("piped")
        .write_all(tags.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    if output.status.success() {
        Ok(text(output.stdout).lines().map(str::to_owned).collect())
    } else {
        Err(text(output.stderr))
    }
}

#[test]
fn only_the_highest_version_that_is_no_candidate_becomes_the_latest() {
    for (tag, tags, prerelease, latest) in [
        ("v1.3.0", "", false, true),
        ("v1.3.0", "v1.2.3\nv1.3.0\nv1.3.0-rc.1\n", false, true),
        ("v1.3.0", "v1.10.0\nv1.3.0\n", false, false),
        ("v1.3.0", "v1.4.0-rc.1\nnightly\n", false, true),
        ("v1.2.3", "v1.3.0\n", false, false),
        ("v1.3.0-rc.1", "v1.2.3\n", true, false),
        ("v1.3.0-rc1", "", true, false),
        ("v9.9.9-0", "v1.3.0\n", true, false),
    ] {
        let version = tag.trim_start_matches('v');
        assert_eq!(
            facts(tag, version, tags).expect(tag),
            [
                format!("version={version}"),
                format!("prerelease={prerelease}"),
                format!("latest={latest}"),
                "registry=ghcr.io/acme-corp".to_owned(),
            ],
            "{tag} among {tags:?}"
        );
    }
}

#[test]
fn a_tag_that_is_not_the_version_of_everything_makes_no_release() {
    for (tag, version, sentence) in [
        ("v1.3", "1.3", "the tag v1.3 is not a version"),
        ("1.3.0", "1.3.0", "the tag 1.3.0 is not a version"),
        ("v1.3.0+build", "1.3.0+build", "is not a version"),
        ("v01.3.0", "01.3.0", "is not a version"),
        ("v1.3.0-", "1.3.0-", "is not a version"),
        ("v1.3.0", "1.2.3", "Cargo.toml is not of version 1.3.0"),
        (
            "v1.3.0-rc.1",
            "1.3.0",
            "Cargo.toml is not of version 1.3.0-rc.1",
        ),
        ("v1.4.0", "1.4.0", "CHANGELOG.md has no section 1.4.0"),
        ("v1.2.0", "1.2.0", "CHANGELOG.md has no section 1.2.0"),
    ] {
        let words = facts(tag, version, "").expect_err(tag);
        assert!(words.contains(sentence), "{tag}: {words}");
    }
}
