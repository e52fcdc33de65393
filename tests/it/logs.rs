//! What the log of the built program says: what it opens, it closes, and it says nothing over and over.

use tempfile::TempDir;
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::program::{Program, account_of};

async fn simulator() -> Simulator {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| {
        for _ in 0..3 {
            world.create(&Draft::default());
        }
    });
    simulator.advance(120);
    simulator
}

fn serve(simulator: &Simulator, directory: &TempDir) -> Program {
    let url = simulator.base_url();
    let settings = format!(
        "log: {{ level: debug }}
state: {{ directory: data }}
accounts:
  - name: acme
    base_url: {url}
    auth: {{ access_token: simulator-token }}
    export: {{ poll_interval: 1s, requests_per_minute: 100000, search_counts: {{ every: 0 }} }}
    retry: {{ initial: 100ms, maximum: 100ms }}
"
    );
    std::fs::write(directory.path().join("acme.yml"), settings).expect("written");
    let arguments = ["--config.file=acme.yml", "--web.listen-address=127.0.0.1:0"];
    Program::start(directory.path(), &[], &arguments)
}

/// The lines with this message, of a logfmt log.
fn lines_with<'a>(log: &'a str, message: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(message)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_says_what_it_reads_and_how_long_the_first_sync_took() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let mut program = serve(&simulator, &directory);
    let address = program.address();
    program.wait_for_log("the first sync is complete");
    assert_eq!(program.terminate(), Some(0));
    let log = program.all_logged();
    let start = lines_with(&log, "zendesk-exporter started");
    assert_eq!(start.len(), 1, "{log}");
    for field in [
        format!("version={}", env!("CARGO_PKG_VERSION")),
        format!(
            "settings_file={}",
            directory.path().join("acme.yml").display()
        ),
        "accounts=acme".to_owned(),
        format!("address={address}"),
    ] {
        assert!(start[0].contains(&field), "{field} is not in {}", start[0]);
    }
    let sync = lines_with(&log, "the first sync is complete")[0];
    assert!(sync.contains("tickets=3"), "{sync}");
    assert!(sync.contains("duration_seconds="), "{sync}");
    let first = lines_with(&log, "no state file yet")[0];
    assert!(
        first.starts_with("level=info") || first.contains(" level=info"),
        "{first}"
    );
    assert!(
        log.lines().last().expect("a line").contains("stopped"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_logged_at_its_beginning_at_every_tenth_failure_and_at_its_end() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let mut program = serve(&simulator, &directory);
    program.wait_for_log("the first sync is complete");
    simulator.set_fault(Fault::Status(503), 22);
    let over = program.wait_for_log("reading the export again");
    simulator.set_fault(Fault::Status(502), 3);
    program.wait_for_log("reading the export again");
    let log = program.all_logged();
    let failures: Vec<&str> = lines_with(&log, "cannot read the export, will retry")
        .iter()
        .filter_map(|line| line.split(" failures=").nth(1)?.split(' ').next())
        .collect();
    assert_eq!(failures, ["1", "10", "20", "1"], "{log}");
    assert!(over.contains("failures=22"), "{over}");
    assert!(over.contains("after_seconds="), "{over}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_logged_again_when_its_reason_changes() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let mut program = serve(&simulator, &directory);
    program.wait_for_log("the first sync is complete");
    simulator.set_fault(Fault::Status(503), 3);
    program.wait_for_log("Zendesk answered 503");
    simulator.set_fault(Fault::NotAdmin, 2);
    let refused = program.wait_for_log("level=error");
    assert!(
        refused.contains("cannot read the export, will retry"),
        "{refused}"
    );
    assert!(refused.contains("advice="), "{refused}");
    // Whole seconds: a person reads it.
    let retry = refused.split("retry_in_seconds=").nth(1).expect("a field");
    let retry = retry.split(' ').next().expect("a value");
    assert!(retry.bytes().all(|byte| byte.is_ascii_digit()), "{refused}");
    program.wait_for_log("reading the export again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_comes_again_and_again_is_named_once() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let mut program = serve(&simulator, &directory);
    program.wait_for_log("the first sync is complete");
    simulator.set_fault(Fault::BadRow, 3);
    program.wait_for("three rejected rows", |text| {
        let rejected = "zendesk_exporter_rows_total{account=\"acme\",outcome=\"rejected\"} 3\n";
        text.contains(rejected).then_some(())
    });
    let log = program.all_logged();
    let named = lines_with(&log, "skipped an unusable row");
    assert_eq!(named.len(), 1, "{log}");
}
