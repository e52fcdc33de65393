//! What a real Alertmanager mutes because of something else.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{ALERTMANAGER, repository, text, tool};
use crate::program::{get_from, wait_for};

/// An Alertmanager with our configuration and no peers. Killed when dropped.
struct Alertmanager {
    child: Child,
    address: SocketAddr,
    _data: TempDir,
}

impl Alertmanager {
    /// Starts on a free port; returns once it answers.
    fn start() -> Self {
        let data = TempDir::new().expect("a directory");
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        let config = repository().join(ALERTMANAGER).join("alertmanager.yml");
        let child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", data.path().display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--cluster.listen-address=", "--log.level=error"])
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("prometheus-alertmanager is installed (make test installs it)");
        let alertmanager = Self {
            child,
            address,
            _data: data,
        };
        wait_for("alertmanager to be ready", || {
            match get_from(address, "/-/ready") {
                Ok(answer) if answer.contains("OK") => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
        alertmanager
    }

    fn tell(&self, labels: &str) {
        let url = format!("--alertmanager.url=http://{}", self.address);
        let mut arguments = vec!["alert", "add", &url];
        arguments.extend(labels.split(' '));
        tool("amtool", &arguments, &[]);
    }

    /// `active` or `suppressed`, of the alert with this name and job; empty if it is not known.
    fn state(&self, alert: &str, job: &str) -> String {
        let answer = get_from(self.address, "/api/v2/alerts").expect("an answer");
        let alerts: Vec<Value> = serde_json::from_str(&answer).expect("JSON");
        let found = alerts.iter().find(|found| {
            let labels = &found["labels"];
            text(&labels["alertname"]) == alert && text(&labels["job"]) == job
        });
        found.map_or_else(String::new, |found| {
            text(&found["status"]["state"]).to_owned()
        })
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A cause, something else that fires, and what becomes of the latter. Each row has a job of its
/// own beside these labels.
const ROWS: &[(&str, &str, &str)] = &[
    (
        "ZendeskExporterDown instance=a",
        "ZendeskUrgentTicketUnassigned team=support instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterDown instance=a",
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterDown instance=a",
        "ZendeskUrgentTicketUnassigned team=support instance=b account=acme",
        "active",
    ),
    (
        "ZendeskExporterDown instance=a",
        "NodeDiskFull team=ops instance=a",
        "active",
    ),
    (
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "ZendeskSlaBreached team=support instance=a account=acme metric=reply_time",
        "suppressed",
    ),
    (
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "ZendeskBacklogGrowing team=support instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "ZendeskBacklogGrowing team=support instance=a account=other",
        "active",
    ),
    (
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "active",
    ),
    (
        "ZendeskExporterLoginRefused team=ops instance=a account=acme reason=auth",
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterStateCommitsFailing team=ops instance=a account=acme reason=state",
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterRateLimited team=ops instance=a account=acme",
        "ZendeskUrgentTicketUnassigned team=support instance=a account=acme",
        "active",
    ),
];

#[test]
fn what_follows_from_a_cause_is_muted_and_nothing_else() {
    let alertmanager = Alertmanager::start();
    for (row, (cause, follows, _)) in ROWS.iter().enumerate() {
        alertmanager.tell(&format!("{cause} job=row-{row}"));
        alertmanager.tell(&format!("{follows} job=row-{row}"));
    }
    // A last cause, told after all others: once it is obeyed, they are too.
    let (cause, follows, _) = ROWS[0];
    alertmanager.tell(&format!("{cause} job=last"));
    alertmanager.tell(&format!("{follows} job=last"));
    let name = |labels: &'static str| labels.split(' ').next().expect("a name");
    wait_for("the last alert to be muted", || {
        let state = alertmanager.state(name(follows), "last");
        if state == "suppressed" {
            Ok(())
        } else {
            Err(state)
        }
    });
    for (row, (cause, follows, state)) in ROWS.iter().enumerate() {
        let job = format!("row-{row}");
        assert_eq!(
            alertmanager.state(name(follows), &job),
            *state,
            "{follows} beside {cause}"
        );
        assert_eq!(alertmanager.state(name(cause), &job), "active", "{cause}");
    }
}
