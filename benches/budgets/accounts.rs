//! Many small accounts in one process: the built program with simulated accounts.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_exporter::open_files;
use zendesk_simulator::{Options, Simulator};

use super::{median, megabytes, report, resident_bytes_of};

/// Tickets of each account.
const TICKETS: u64 = 300;

/// The time between two scrapes of a program that starts, and how many scrapes are tried.
const SCRAPE_PAUSE: Duration = Duration::from_millis(5);
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

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound")
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

struct Exporter {
    directory: TempDir,
    address: SocketAddr,
}

impl Exporter {
    fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_zendesk-exporter"))
            .current_dir(self.directory.path())
            .env_clear()
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    }

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

    fn scrape(&self, headers: &str) -> Vec<u8> {
        self.try_scrape(headers).expect("an answer")
    }

    fn try_scrape(&self, headers: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address)?;
        let request = format!("GET /metrics HTTP/1.0\r\n{headers}\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
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
