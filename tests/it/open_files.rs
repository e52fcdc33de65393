//! The limit of open files, as whoever starts the program sets it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use zendesk_simulator::{Options, Simulator};

use crate::program::{Program, ask, code_and_words, command};

/// The program behind a shell that first limits its open files.
fn limited(directory: &Path, limits: &str, arguments: &[&str]) -> Command {
    let program = command(directory, &[]);
    let mut shell = Command::new("/bin/sh");
    shell
        .current_dir(directory)
        .env_clear()
        .args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .args(["--web.listen-address", "127.0.0.1:0"])
        .args(arguments);
    shell
}

/// Settings of so many accounts that nobody answers for.
fn write_settings(directory: &Path, simulator: &Simulator, accounts: usize) {
    let mut settings = "accounts:\n".to_owned();
    for number in 0..accounts {
        let url = format!("{}/{number}", simulator.base_url());
        settings += &format!(
            "  - {{ name: account-{number}, base_url: '{url}', auth: {{ access_token: x }} }}\n"
        );
    }
    fs::write(directory.join("zendesk-exporter.yml"), settings).expect("written");
}

async fn simulator() -> Simulator {
    Simulator::start(Options::manual(1_800_000_000))
        .await
        .expect("a free port")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_soft_limit_is_raised_to_the_hard_one() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    write_settings(directory.path(), &simulator, 30);
    tokio::task::block_in_place(|| {
        let limits = "ulimit -Sn 64 && ulimit -Hn 2345";
        let program = Program::spawn(&mut limited(directory.path(), limits, &[]));
        program.wait_for("the limit", |text| {
            text.contains("\nprocess_max_fds 2345\n").then_some(())
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_too_low_is_told_with_the_number_that_is_needed_before_any_state_is_made() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    write_settings(directory.path(), &simulator, 260);
    let output = limited(directory.path(), "ulimit -n 1024", &[]).output();
    let words = "the exporter needs 1608 open files (6 for each account, accounts: 260; 48 for the process and its clients), but the system allows 1024; raise the hard limit (systemd: LimitNOFILE=, docker: --ulimit nofile=, shell: ulimit -Hn), or read fewer accounts in one process\n";
    let said = code_and_words(&output.expect("the program starts"));
    assert_eq!(said, (Some(2), words.to_owned()));
    assert!(!directory.path().join("data").exists());

    // What is said to be enough is enough.
    tokio::task::block_in_place(|| {
        let mut program = Program::spawn(&mut limited(directory.path(), "ulimit -n 1608", &[]));
        program.wait_for("an account", |text| {
            text.contains("zendesk_up{account=\"account-259\"} 0")
                .then_some(())
        });
        assert_eq!(program.terminate(), Some(0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_would_take_too_many_files_is_refused() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    write_settings(directory.path(), &simulator, 1);
    tokio::task::block_in_place(|| {
        let lifecycle = ["--web.enable-lifecycle"];
        let mut command = limited(directory.path(), "ulimit -n 600", &lifecycle);
        let program = Program::spawn(&mut command);
        let reload = || ask(program.address(), "POST", "/-/reload").expect("an answer");
        write_settings(directory.path(), &simulator, 9);
        let answer = reload();
        assert!(
            answer.ends_with("\r\n\r\ncannot reload the settings, keeping the previous ones: the exporter needs 606 open files (6 for each account, accounts: 9; 552 for the process and its clients), but the system allows 600; raise the hard limit (systemd: LimitNOFILE=, docker: --ulimit nofile=, shell: ulimit -Hn), or read fewer accounts in one process\n"),
            "{answer}"
        );
        write_settings(directory.path(), &simulator, 8);
        let answer = reload();
        assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    });
}
