//! Tells the program what it was built from; without git or rustc at hand it says `unknown`.

use std::path::Path;
use std::process::Command;

/// Digits of a revision, however it comes here: with more, one revision would be two values of a label.
const REVISION_DIGITS: usize = 12;

fn main() {
    // An image is built without the git history, and told.
    let mut revision = std::env::var("BUILD_REVISION")
        .ok()
        .filter(|revision| !revision.is_empty())
        .unwrap_or_else(|| output("git", &["rev-parse", "HEAD"]));
    if revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        revision.truncate(REVISION_DIGITS);
    }
    println!("cargo::rerun-if-env-changed=BUILD_REVISION");
    println!("cargo::rustc-env=BUILD_REVISION={revision}");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = output(&rustc, &["--version"]);
    let version = version.split(' ').nth(1).unwrap_or("unknown").to_owned();
    println!("cargo::rustc-env=BUILD_RUSTC={version}");
    // Only what git writes on a commit or a checkout; absent in a source archive.
    for path in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
}

fn output(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
