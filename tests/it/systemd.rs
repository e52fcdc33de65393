//! The built program under systemd, as far as it can be told apart from being under a test.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use zendesk_simulator::{Options, Simulator};

use crate::program::{Program, code_and_words, get_from};

/// The program with `socket` as the only one that systemd hands over: descriptor 3.
fn with_socket(directory: &TempDir, base_url: &str, socket: OwnedFd) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args([
            "-c",
            "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" --web.systemd-socket 3<&0 0</dev/null",
            env!("CARGO_BIN_EXE_zendesk-exporter"),
        ])
        .current_dir(directory.path())
        .env_clear()
        .env("ZENDESK_BASE_URL", base_url)
        .env("ZENDESK_ACCESS_TOKEN", "simulator-oauth")
        // What is set does not count.
        .env("ZENDESK_EXPORTER_WEB__LISTEN_ADDRESS", "192.0.2.1:1")
        .stdin(socket);
    command
}

async fn simulator() -> Simulator {
    Simulator::start(Options::manual(1_800_000_000))
        .await
        .expect("a free port")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_of_systemd_is_listened_on() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut command = with_socket(&directory, &simulator.base_url(), listener.into());
    let program = Program::spawn(&mut command);
    assert_eq!(program.address(), address);
    assert_eq!(get_from(address, "/-/ready").expect("an answer"), "ready\n");
}

#[test]
fn a_socket_of_another_kind_and_none_at_all_are_told() {
    let directory = TempDir::new().expect("a directory");
    let listener = UnixListener::bind(directory.path().join("socket")).expect("a path");
    let base_url = "http://127.0.0.1:1";
    let output = with_socket(&directory, base_url, listener.into()).output();
    assert_eq!(
        code_and_words(&output.expect("it starts")),
        (
            Some(2),
            "cannot listen on socket 1 from systemd: fd 3 is not a valid tcp socket; in the .socket unit, use ListenStream= with TCP ports only\n"
                .to_owned()
        )
    );
    let variables = [
        ("ZENDESK_BASE_URL", base_url),
        ("ZENDESK_ACCESS_TOKEN", "x"),
    ];
    let output = crate::program::run(directory.path(), &variables, &["--web.systemd-socket"]);
    assert_eq!(
        code_and_words(&output),
        (
            Some(2),
            "systemd passed no socket; start the exporter by its .socket unit, or remove --web.systemd-socket\n"
                .to_owned()
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_of_the_start_of_every_while_and_of_the_end() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("notify");
    let systemd = UnixDatagram::bind(&path).expect("a path");
    systemd
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a time");
    let hear = || {
        let mut message = [0; 256];
        let length = systemd.recv(&mut message).expect("a message");
        String::from_utf8_lossy(&message[..length]).into_owned()
    };
    let variables = [
        ("ZENDESK_BASE_URL", simulator.base_url()),
        ("ZENDESK_ACCESS_TOKEN", "simulator-oauth".to_owned()),
        ("NOTIFY_SOCKET", path.display().to_string()),
        ("WATCHDOG_USEC", "20000".to_owned()),
    ];
    let variables = variables
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let mut program = Program::serve(directory.path(), &variables);
    assert_eq!(hear(), "READY=1\n");
    for _ in 0..3 {
        assert_eq!(hear(), "WATCHDOG=1\n");
    }
    assert_eq!(program.terminate(), Some(0));
    let last = std::iter::repeat_with(hear).find(|message| message != "WATCHDOG=1\n");
    assert_eq!(last.as_deref(), Some("STOPPING=1\n"));
}
