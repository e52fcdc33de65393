//! Many small accounts in one process: the built program with simulated accounts.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;

use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_exporter::open_files;
use zendesk_simulator::{Options, Simulator};

use super::program::{Exporter, SCRAPE_PAUSE, free_address};
use super::{median, megabytes, report, resident_bytes_of};

/// Tickets of each account.
const TICKETS: u64 = 300;

/// How many scrapes of a program that starts are tried.
const SCRAPES_MAX: usize = 20_000;

/// Tickets by account.
type Tickets = BTreeMap<String, u64>;

pub(crate) fn accounts(clock: &SystemClock, count: usize) {
    open_files::raise_limit();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let simulators = runtime.block_on(simulators(clock.now().wall().0 - 3_600, count));
    let directory = TempDir::new().expect("a directory");
    let address = free_address();
    write_settings(directory.path(), address, &simulators);
    let exporter = Exporter { directory, address };

    let began = clock.now().monotonic;
    let mut child = exporter.start();
    let tickets = exporter.wait_for("the first sync of all", |tickets| {
        (tickets.len() == count).then_some(tickets)
    });
    let synced = clock.now().monotonic - began;
    println!("read {count} accounts of {TICKETS} tickets in {synced:.1?}");
    for (what, encoding) in [("", ""), (", gzip", "Accept-Encoding: gzip\r\n")] {
        let mut bytes = 0;
        let took = median(clock, 21, || bytes = exporter.scrape(encoding).len());
        let budget = if encoding.is_empty() {
            "<= 20 MB in <= 100 ms"
        } else {
            "(what Prometheus asks for)"
        };
        report(
            &format!("scrape of {count} accounts{what}"),
            budget,
            &format!("{:.1} MB in {took:.1?}", bytes as f64 / 1e6),
        );
    }
    exporter.report_memory_and_files(&child, "after the first sync and scrapes");

    let restart = median(clock, 5, || {
        // This is `kill -9`.
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        child = exporter.start();
        exporter.wait_for("the same tickets", |seen| (seen == tickets).then_some(()));
    });
    report(
        &format!("kill {count} accounts, to the first correct scrape"),
        "<= 1.5 s",
        &format!("{restart:.2?}"),
    );
    exporter.report_memory_and_files(&child, "after a restart");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

async fn simulators(now: i64, count: usize) -> Vec<Simulator> {
    let mut simulators = Vec::new();
    for seed in (1..).take(count) {
        let options = Options {
            tickets: TICKETS,
            seed,
            ..Options::manual(now)
        };
        simulators.push(Simulator::start(options).await.expect("a free port"));
    }
    simulators
}

fn write_settings(directory: &Path, address: SocketAddr, simulators: &[Simulator]) {
    let mut settings = format!("web: {{ listen_address: '{address}' }}\naccounts:\n");
    for (number, simulator) in simulators.iter().enumerate() {
        let url = simulator.base_url();
        settings += &format!(
            "  - {{ name: account-{number}, base_url: '{url}', auth: {{ access_token: simulator-token }} }}\n"
        );
    }
    fs::write(directory.join("zendesk-exporter.yml"), settings).expect("written");
}

impl Exporter {
    /// Scrapes until `look` returns a value for the tickets of the accounts whose first sync is complete.
    fn wait_for<T>(&self, what: &str, look: impl Fn(Tickets) -> Option<T>) -> T {
        for _ in 0..SCRAPES_MAX {
            if let Some(found) = self.tickets().and_then(&look) {
                return found;
            }
            std::thread::park_timeout(SCRAPE_PAUSE);
        }
        panic!("waited in vain for {what}");
    }

    fn tickets(&self) -> Option<Tickets> {
        let text = String::from_utf8(self.try_scrape("").ok()?).ok()?;
        let mut tickets = Tickets::new();
        for line in text.lines() {
            let Some(labels) = line.strip_prefix("zendesk_tickets{account=\"") else {
                continue;
            };
            let (account, _) = labels.split_once('"')?;
            let (_, value) = line.rsplit_once(' ')?;
            *tickets.entry(account.to_owned()).or_default() += value.parse::<u64>().ok()?;
        }
        Some(tickets)
    }

    fn report_memory_and_files(&self, child: &Child, when: &str) {
        let process = child.id().to_string();
        let files = fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count);
        report(
            &format!("memory and files {when}"),
            "<= 150 MB",
            &format!("{}, {files}", megabytes(resident_bytes_of(&process))),
        );
    }
}
