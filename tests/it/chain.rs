//! The whole chain for real: Zendesk breaks, Prometheus notices, Alertmanager tells and mutes, and all is well again.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_simulator::vocabulary::Priority;
use zendesk_simulator::{Draft, Fault, Options, Simulator, Time};

use crate::alertmanager::Alertmanager;
use crate::dashboards::{dashboard, filled_in, questions};
use crate::program::{Program, wait_for};
use crate::prometheus::Prometheus;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where alerts are sent, and what has arrived: receiver, status, alert.
struct Webhook {
    address: SocketAddr,
    arrived: Arc<Mutex<Vec<(String, String, String)>>>,
}

impl Webhook {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let ours = Arc::clone(&arrived);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client may open a connection that it makes no use of.
                let ours = Arc::clone(&ours);
                std::thread::spawn(move || {
                    let told = receive(stream);
                    ours.lock().expect("nobody panics").extend(told);
                });
            }
        });
        Self { address, arrived }
    }

    fn has(&self, receiver: &str, status: &str, alert: &str) -> Result<(), String> {
        let wanted = (receiver.to_owned(), status.to_owned(), alert.to_owned());
        let arrived = self.arrived.lock().expect("nobody panics");
        let found = arrived.contains(&wanted);
        found.then_some(()).ok_or_else(|| format!("{arrived:?}"))
    }
}

/// One notification: its receiver is the path.
fn receive(mut stream: std::net::TcpStream) -> Vec<(String, String, String)> {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let (mut line, mut head) = (String::new(), String::new());
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        head.push_str(&std::mem::take(&mut line));
    }
    if head.is_empty() {
        return Vec::new();
    }
    let receiver = head.split(['/', ' ']).nth(2).unwrap_or_default().to_owned();
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).expect("a body");
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .expect("answered");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let alerts = body["alerts"].as_array().expect("alerts");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    alerts
        .iter()
        .map(|alert| {
            let (status, labels) = (&alert["status"], &alert["labels"]);
            (receiver.clone(), text(status), text(&labels["alertname"]))
        })
        .collect()
}

fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(Path::new(ROOT).join(path)).expect("it is there");
    serde_saphyr::from_str(&text).expect("it is YAML")
}

/// Our own configuration, told at once, at any hour, and to the webhook alone.
fn alertmanager_config(webhook: SocketAddr) -> Value {
    let mut config = yaml("config/alertmanager/alertmanager.yml");
    config["global"] = json!({});
    for receiver in config["receivers"].as_array_mut().expect("receivers") {
        let url = format!(
            "http://{webhook}/{}",
            receiver["name"].as_str().expect("a name")
        );
        *receiver = json!({ "name": receiver["name"], "webhook_configs": [{ "url": url }] });
    }
    hasten_route(&mut config["route"]);
    config
}

fn hasten_route(route: &mut Value) {
    route["group_wait"] = "1s".into();
    route["group_interval"] = "1s".into();
    if let Some(route) = route.as_object_mut() {
        route.remove("active_time_intervals");
    }
    for inner in route["routes"].as_array_mut().into_iter().flatten() {
        hasten_route(inner);
    }
}

/// Our own rules, judged every second and without patience.
pub(crate) fn write_rules(directory: &Path) {
    for entry in fs::read_dir(Path::new(ROOT).join("config/prometheus/rules")).expect("rules") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name");
        let mut rules = yaml(&format!("config/prometheus/rules/{name}"));
        for group in rules["groups"].as_array_mut().expect("groups") {
            group["interval"] = "1s".into();
            for rule in group["rules"].as_array_mut().expect("rules") {
                if rule.get("for").is_some() {
                    rule["for"] = "2s".into();
                }
                if let Some(rule) = rule.as_object_mut() {
                    rule.remove("keep_firing_for");
                }
            }
        }
        fs::write(directory.join(name), rules.to_string()).expect("written");
    }
}

/// A desk with an urgent ticket that nobody has taken for half an hour.
async fn desk() -> Simulator {
    let now = SystemClock::new().now().wall().0;
    let simulator = Simulator::start(Options {
        time: Time::Real,
        tickets: 200,
        ..Options::manual(now)
    })
    .await
    .expect("a free port");
    simulator.world(|world| {
        let urgent = Draft {
            priority: Priority::Urgent,
            ..Draft::default()
        };
        let created_at = world.now() - 1800;
        world.create_at(&urgent, created_at)
    });
    simulator
}

/// What the dashboards ask and Prometheus has an answer to at present.
fn answered_questions(prometheus: &Prometheus) -> BTreeSet<String> {
    ["zendesk-support.json", "zendesk-exporter.json"]
        .iter()
        .flat_map(|name| questions(&dashboard(name)))
        .map(|question| filled_in(&question.query, ".+"))
        .filter(|query| prometheus.ask(query).expect("an answer") > 0)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_and_mutes_the_desk_until_it_is_over() {
    let simulator = desk().await;
    let directory = TempDir::new().expect("a directory");
    let rules = directory.path().join("rules");
    fs::create_dir(&rules).expect("a directory");
    write_rules(&rules);
    let url = simulator.base_url();
    let environment = [
        ("ZENDESK_BASE_URL", url.as_str()),
        ("ZENDESK_CLIENT_ID", "simulator"),
        ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__REQUESTS_PER_MINUTE",
            "100000",
        ),
        ("ZENDESK_EXPORTER_DEFAULTS__RETRY__MAXIMUM", "1s"),
    ];
    tokio::task::block_in_place(|| {
        let webhook = Webhook::listen();
        let config = directory.path().join("alertmanager.yml");
        fs::write(&config, alertmanager_config(webhook.address).to_string()).expect("written");
        let alertmanager = Alertmanager::start(&config);
        let program = Program::serve(directory.path(), &environment);
        let config = json!({
            "global": { "scrape_interval": "500ms", "evaluation_interval": "1s" },
            "rule_files": [format!("{}/*.yml", rules.display())],
            "alerting": { "alertmanagers": [
                { "static_configs": [{ "targets": [alertmanager.address().to_string()] }] },
            ] },
            "scrape_configs": [{
                "job_name": "desk",
                "static_configs": [{ "targets": [program.address().to_string()] }],
            }],
        });
        let prometheus = Prometheus::start(&config.to_string(), directory.path());
        let urgent = "ZendeskUrgentTicketUnassigned";
        let failing = "ZendeskExporterFailing";
        wait_for("the desk's alert", || {
            webhook.has("support-pager", "firing", urgent)
        });
        assert_eq!(alertmanager.state(urgent, "desk"), "active");
        let backlog = "sum(zendesk_unsolved_tickets)";
        let before = prometheus.samples(backlog, "").expect("an answer");
        let answered = answered_questions(&prometheus);
        assert!(answered.len() > 20, "{answered:?}");

        simulator.set_fault(Fault::Status(500), 1_000_000);
        wait_for("the alert of the outage", || {
            webhook.has("ops-chat", "firing", failing)
        });
        wait_for("the desk to be muted", || {
            let state = alertmanager.state(urgent, "desk");
            if state == "suppressed" {
                Ok(())
            } else {
                Err(state)
            }
        });
        // The last good values stay, and no panel becomes empty.
        assert_eq!(prometheus.samples(backlog, "").expect("an answer"), before);
        assert!(answered_questions(&prometheus).is_superset(&answered));

        simulator.clear_faults();
        wait_for("the end of the outage", || {
            webhook.has("ops-chat", "resolved", failing)
        });
        wait_for("the desk to be heard again", || {
            let state = alertmanager.state(urgent, "desk");
            if state == "active" {
                Ok(())
            } else {
                Err(state)
            }
        });
        assert!(webhook.has("support-pager", "resolved", urgent).is_err());
        assert!(answered_questions(&prometheus).is_superset(&answered));
    });
}
