//! A real Prometheus scrapes the built program, and the queries of the reference are asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_exporter::metrics::catalog;
use zendesk_simulator::life::{Habits, Rates};
use zendesk_simulator::{Draft, Options, Simulator, Time};

use crate::program::{Program, account_of, get_from, wait_for};

/// The labels of a series and its value.
pub(crate) type Sample = (BTreeMap<String, String>, f64);

/// A Prometheus that scrapes one target. Killed when dropped.
pub(crate) struct Prometheus {
    child: Child,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts on a free port; returns once it answers.
    pub(crate) fn scraping(target: SocketAddr, directory: &Path) -> Self {
        let config = format!(
            "global: {{ scrape_interval: 250ms }}\nscrape_configs:\n  - {{ job_name: zendesk, honor_labels: true, static_configs: [{{ targets: ['{target}'] }}] }}\n"
        );
        Self::start(&config, directory)
    }

    /// Starts with this configuration on a free port; returns once it answers.
    pub(crate) fn start(config: &str, directory: &Path) -> Self {
        let file = directory.join("prometheus.yml");
        fs::write(&file, config).expect("written");
        let database = directory.join("tsdb");
        let flags = [
            format!("--config.file={}", file.display()),
            format!("--storage.tsdb.path={}", database.display()),
        ];
        Self::with_flags(flags)
    }

    /// Starts with these flags on a free port; returns once it answers.
    pub(crate) fn with_flags(flags: impl IntoIterator<Item = String>) -> Self {
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        let child = Command::new("prometheus")
            .args(flags)
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("prometheus is installed (make test installs it)");
        let prometheus = Self { child, address };
        wait_for("prometheus to be ready", || {
            match get_from(address, "/-/ready") {
                Ok(answer) if answer.contains("Ready") => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
        prometheus
    }

    /// How many series a query gives now.
    pub(crate) fn ask(&self, query: &str) -> Result<usize, String> {
        Ok(self.samples(query, "")?.len())
    }

    /// What a query gives at a moment, in Unix seconds; now if that is empty.
    pub(crate) fn samples(&self, query: &str, at: &str) -> Result<Vec<Sample>, String> {
        let mut path = url::form_urlencoded::Serializer::new(String::from("/api/v1/query?"));
        path.append_pair("query", query);
        if !at.is_empty() {
            path.append_pair("time", at);
        }
        let answer = get_from(self.address, &path.finish()).map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let series = answer["data"]["result"].as_array();
        let samples = series.and_then(|series| {
            let samples = series.iter().map(|one| {
                let labels = serde_json::from_value(one["metric"].clone()).ok()?;
                Some((labels, one["value"][1].as_str()?.parse().ok()?))
            });
            samples.collect()
        });
        match samples {
            Some(samples) if answer["status"] == "success" => Ok(samples),
            _ => Err(answer.to_string()),
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An account where everything happens, an hour a minute.
pub(crate) async fn lively() -> Simulator {
    Simulator::start(Options {
        time: Time::sped_up(600.0, 48 * 3600),
        tickets: 500,
        rates: Rates {
            tickets_per_day: 2_000.0,
        },
        requests_per_minute: Some(100_000),
        habits: Habits::LIVELY,
        ..Options::manual(SystemClock::new().now().wall().0)
    })
    .await
    .expect("a free port")
}

const EVERYTHING_ON: &str = "hold_new_series: 1s, export: { poll_interval: 1s, requests_per_minute: 100000, slas: true, support_type_scope: all, search_counts: { every: 1m } }, \
    labels: { group: true, brand: true, form: true, custom_status: true, tags: [vip, outage], max_values: 2, \
    custom_fields: [{ id: 360001, label: product, values: [billing] }] }";

/// What an example asks, without the condition under which it is worth an alert.
fn without_condition(example: &str) -> &str {
    let end = [" > ", " < ", " == "]
        .iter()
        .filter_map(|sign| {
            let at = example.rfind(sign)?;
            example[at + sign.len()..]
                .parse::<f64>()
                .is_ok()
                .then_some(at)
        })
        .min();
    end.map_or(example, |end| &example[..end])
}

/// Families that have no sample when all is well: there is no limit on memory.
const ABSENT_WHEN_ALL_IS_WELL: &[&str] = &["process_virtual_memory_max_bytes"];

/// Two accounts: one with everything on, one with nothing but the address and the login.
pub(crate) fn write_settings(directory: &Path, full: &Simulator, plain: &Simulator) {
    let settings = format!(
        "accounts:\n  \
         - {{ name: full, base_url: '{}', auth: {{ client_id: simulator, client_secret: simulator-secret }}, {EVERYTHING_ON} }}\n  \
         - {{ name: plain, base_url: '{}', auth: {{ email: admin@example.invalid, api_token: simulator-key }}, hold_new_series: 1s, export: {{ poll_interval: 1s }} }}\n",
        full.base_url(),
        plain.base_url()
    );
    fs::write(directory.join("zendesk-exporter.yml"), settings).expect("written");
}

/// Adds an account to the settings, a line of YAML.
pub(crate) fn add_account(directory: &Path, account: &str) {
    let settings = directory.join("zendesk-exporter.yml");
    let settings = fs::OpenOptions::new().append(true).open(settings);
    let written = settings.and_then(|mut settings| settings.write_all(account.as_bytes()));
    written.expect("written");
}

/// Adds an account that is read from the list of tickets, because its exports are refused.
pub(crate) fn add_listed_account(directory: &Path, listed: &Simulator) {
    listed.refuse_exports(403);
    let account = format!(
        "  - {{ name: listed, base_url: '{}', auth: {{ access_token: simulator-token }}, export: {{ poll_interval: 1s }} }}\n",
        listed.base_url()
    );
    add_account(directory, &account);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_documentation_gives_data_on_a_real_prometheus() {
    let (full, plain) = (lively().await, lively().await);
    let listed = account_of(Options::manual(0)).await;
    let directory = TempDir::new().expect("a directory");
    write_settings(directory.path(), &full, &plain);
    add_listed_account(directory.path(), &listed);
    tokio::task::block_in_place(|| {
        let program = Program::serve(directory.path(), &[]);
        let prometheus = Prometheus::scraping(program.address(), directory.path());
        for family in catalog::ALL {
            if ABSENT_WHEN_ALL_IS_WELL.contains(&family.name) {
                prometheus
                    .ask(family.example)
                    .expect("a query that is understood");
                continue;
            }
            let query = without_condition(family.example);
            wait_for(family.name, || match prometheus.ask(query) {
                Ok(0) => Err(format!("{query} gives nothing")),
                Ok(_) => Ok(()),
                Err(problem) => panic!("{query}: {problem}"),
            });
        }
        // What is shown is what is documented, and the other way round.
        let text = program.get("/metrics");
        let shown: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
            .collect();
        let documented: BTreeSet<&str> = catalog::ALL
            .iter()
            .map(|family| family.name)
            .filter(|name| !ABSENT_WHEN_ALL_IS_WELL.contains(name))
            .collect();
        assert_eq!(shown, documented);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn increase_sees_what_a_running_exporter_counts_first_in_a_series() {
    let simulator = account_of(Options::manual(0)).await;
    simulator.advance(120);
    let directory = TempDir::new().expect("a directory");
    let settings = format!(
        "accounts:\n  - {{ name: acme, base_url: '{}', auth: {{ access_token: simulator-token }}, export: {{ poll_interval: 1s }}, hold_new_series: 2s }}\n",
        simulator.base_url()
    );
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    tokio::task::block_in_place(|| {
        let program = Program::serve(directory.path(), &[]);
        let prometheus = Prometheus::scraping(program.address(), directory.path());
        let has = |query: &str| {
            wait_for(query, || match prometheus.ask(query) {
                Ok(1) => Ok(()),
                other => Err(format!("{other:?}")),
            });
        };
        has("zendesk_exporter_initial_sync_complete == 1");
        simulator.world(|world| {
            for _ in 0..3 {
                let id = world.create(&Draft {
                    channel: "chat",
                    ..Draft::default()
                });
                world.advance_to(world.now() + 60);
                world.reply(id, 1);
            }
        });
        simulator.advance(600);
        for series in [
            "zendesk_tickets_created_total{channel=\"chat\"}",
            "zendesk_tickets_updated_total{channel=\"chat\"}",
            "zendesk_ticket_first_reply_seconds_count{priority=\"none\"}",
        ] {
            has(&format!("{series} == 3"));
            // At one of its samples there is nothing to extrapolate.
            let at = prometheus.samples(&format!("timestamp({series})"), "");
            let (_, at) = at.expect("understood").remove(0);
            let increase = format!("increase({series}[5m])");
            let increase = prometheus.samples(&increase, &at.to_string());
            let (_, increase) = increase.expect("understood").remove(0);
            assert_eq!(increase, 3.0, "{series}");
        }
    });
}
