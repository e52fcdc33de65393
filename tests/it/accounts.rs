//! Several accounts in one process.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Options, Simulator};

use crate::program::{Program, account_of};

async fn simulator(tickets: u64) -> Simulator {
    account_of(Options {
        tickets,
        ..Options::manual(0)
    })
    .await
}

fn has_tickets(text: &str, account: &str) -> bool {
    text.contains(&format!("zendesk_tickets{{account=\"{account}\""))
}

#[track_caller]
pub(crate) fn check_with_promtool(text: &str) {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is installed (make test installs it)");
    let mut stdin = promtool.stdin.take().expect("stdin is piped");
    stdin.write_all(text.as_bytes()).expect("promtool reads");
    drop(stdin);
    let output = promtool.wait_with_output().expect("promtool ends");
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_that_is_damaged_or_refused_leaves_the_other_alone() {
    let (good, other) = (simulator(200).await, simulator(100).await);
    let directory = TempDir::new().expect("a directory");
    let settings = format!(
        "defaults: {{ export: {{ poll_interval: 1s }}, retry: {{ maximum: 1s }} }}\naccounts:\n  \
         - {{ name: good, base_url: '{}', auth: {{ client_id: simulator, client_secret: simulator-secret }} }}\n  \
         - {{ name: other, base_url: '{}', auth: {{ access_token: simulator-token }} }}\n",
        good.base_url(),
        other.base_url()
    );
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    tokio::task::block_in_place(|| {
        let mut program = Program::serve(directory.path(), &[]);
        let text = program.wait_for("both accounts", |text| {
            let both = has_tickets(text, "good") && has_tickets(text, "other");
            both.then(|| text.to_owned())
        });
        check_with_promtool(&text);

        spoil_records(&directory, &other);
        other.world(|world| world.set_status(1, Status::Closed));
        other.advance(300);
        program.wait_for_log("stopped reading the account, /metrics keeps its last values");
        good.world(|world| {
            world.create(&zendesk_simulator::Draft::default());
        });
        good.advance(300);
        let fresh = good.world(|world| world.now()) - 60;
        let text = program.wait_for("fresh data of the other account", |text| {
            let line =
                format!("zendesk_exporter_data_timestamp_seconds{{account=\"good\"}} {fresh}\n");
            text.contains(&line).then(|| text.to_owned())
        });
        assert!(has_tickets(&text, "other"), "{text}");
        assert!(text.contains("zendesk_up{account=\"other\"} 0\n"), "{text}");
        assert!(text.contains("zendesk_up{account=\"good\"} 1\n"), "{text}");
        check_with_promtool(&text);
        assert_eq!(program.terminate(), Some(0));
    });
}

/// Makes every ticket record of an account unreadable, as a broken disk may.
#[expect(
    clippy::disallowed_methods,
    reason = "this is what the program must notice"
)]
pub(crate) fn spoil_records(directory: &TempDir, simulator: &Simulator) {
    let url = simulator.base_url();
    let port = url.rsplit(':').next().expect("a port");
    let path = fs::read_dir(directory.path().join("data"))
        .expect("the state directory")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| {
            let name = path.to_string_lossy();
            name.contains(&format!("_{port}_")) && name.ends_with(".sqlite")
        })
        .expect("a state file");
    let connection = Connection::open(path).expect("opens");
    connection
        .execute_batch("UPDATE tickets SET record = x'00'")
        .expect("runs");
}
