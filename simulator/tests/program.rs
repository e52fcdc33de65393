//! The built simulator.

use std::process::Command;

#[test]
fn it_listens_on_loopback_only() {
    let output = Command::new(env!("CARGO_BIN_EXE_zendesk-simulator"))
        .args(["--listen-address", "0.0.0.0:0"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("loopback only"), "{said}");
}

#[test]
fn its_exports_are_refused_with_an_error_only() {
    let output = Command::new(env!("CARGO_BIN_EXE_zendesk-simulator"))
        .args(["--refuse-exports", "200"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("400..=599") || said.contains("400..600"),
        "{said}"
    );
}
