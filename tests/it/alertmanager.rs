//! A real Alertmanager.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{get_from, wait_for};

/// An Alertmanager without peers. Killed when dropped.
pub(crate) struct Alertmanager {
    child: Child,
    address: SocketAddr,
    _data: TempDir,
}

impl Alertmanager {
    /// Starts on a free port; returns once it answers.
    pub(crate) fn start(config: &Path) -> Self {
        let data = TempDir::new().expect("a directory");
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
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

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells it of an alert.
    pub(crate) fn tell(&self, labels: &str) {
        let url = format!("--alertmanager.url=http://{}", self.address);
        let told = Command::new("amtool")
            .args(["alert", "add", &url])
            .args(labels.split(' '))
            .status()
            .expect("amtool is installed (make test installs it)");
        assert!(told.success(), "{labels}");
    }

    /// `active` or `suppressed`, of the alert with this name and job; empty if it is not known.
    pub(crate) fn state(&self, alert: &str, job: &str) -> String {
        let answer = get_from(self.address, "/api/v2/alerts").expect("an answer");
        let alerts: Vec<Value> = serde_json::from_str(&answer).expect("JSON");
        let found = alerts.iter().find(|found| {
            let labels = &found["labels"];
            labels["alertname"] == alert && labels["job"] == job
        });
        found.map_or_else(String::new, |found| {
            let state = found["status"]["state"].as_str();
            state.unwrap_or_default().to_owned()
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
