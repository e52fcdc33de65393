//! The page: Grafana's packages by npm, bundled by Node, into `target/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::view::BOARDS;

/// Oldest Node that the packages run on.
const NODE_MIN: u32 = 20;

/// Why the dashboards cannot be drawn: Node is not there, or too old.
pub(crate) fn without_node() -> Option<String> {
    let version = Command::new("node").arg("--version").output();
    let version = version.ok().filter(|output| output.status.success());
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    refusal(version.as_deref())
}

/// Why this version of Node does not do.
fn refusal(version: Option<&str>) -> Option<String> {
    let found = match version {
        None => "it is not installed".to_owned(),
        Some(version) => {
            let version = version.trim();
            let major = version.trim_start_matches('v').split('.').next();
            let major: Option<u32> = major.and_then(|major| major.parse().ok());
            if major.is_some_and(|major| major >= NODE_MIN) {
                return None;
            }
            format!("this is {version:?}")
        }
    };
    Some(format!(
        "make look draws with Grafana's packages and needs Node {NODE_MIN} or newer: {found}"
    ))
}

/// Builds the page of `root` into `work`; returns what a browser loads.
///
/// # Errors
///
/// If npm or the bundler fail.
pub(crate) fn build(root: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    let page = work.join("page");
    copy(&root.join("tools/look/page"), &page)?;
    install(&page)?;
    let site = work.join("site");
    if site.exists() {
        std::fs::remove_dir_all(&site)?;
    }
    let boards = site.join("boards");
    std::fs::create_dir_all(&boards)?;
    run(Command::new("node").args(["build.mjs", "../site"]), &page)?;
    for board in BOARDS {
        let from = root.join(format!("dashboards/zendesk-{board}.json"));
        std::fs::copy(&from, boards.join(format!("{board}.json")))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(site)
}

/// Installs what the lock file names, unless it is installed.
fn install(page: &Path) -> anyhow::Result<()> {
    let lock = std::fs::read(page.join("package-lock.json"))?;
    let installed = page.join("installed-package-lock.json");
    if std::fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(arguments), page)?;
    std::fs::write(installed, lock)?;
    Ok(())
}

/// Copies a directory over another, which may have more.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    let entries =
        std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Runs a program silently; shows what it said if it fails.
fn run(command: &mut Command, directory: &Path) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        let words = [output.stdout, output.stderr].concat();
        bail!("{program} failed: {}", String::from_utf8_lossy(&words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_is_refused_in_one_sentence_unless_it_is_new_enough() {
        for version in ["v20.0.0\n", "v20.20.2", "v26.1.0"] {
            assert_eq!(refusal(Some(version)), None);
        }
        let sentence = "make look draws with Grafana's packages and needs Node 20 or newer: ";
        for (version, found) in [
            (None, "it is not installed"),
            (Some("v18.19.1\n"), "this is \"v18.19.1\""),
            (Some("v8.0.0"), "this is \"v8.0.0\""),
            (Some(""), "this is \"\""),
        ] {
            assert_eq!(refusal(version), Some(format!("{sentence}{found}")));
        }
    }

    #[test]
    fn the_lock_file_names_no_host() {
        let lock = include_str!("../page/package-lock.json");
        assert!(!lock.contains("\"resolved\"") && !lock.contains("://"));
        let packages = lock.matches("\"node_modules/").count();
        assert!(packages > 100);
        assert_eq!(lock.matches("\"integrity\": \"sha512-").count(), packages);
    }
}
