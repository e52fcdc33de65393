//! The list of tickets as the source, from outside: refusals of the export, faults, bad answers, the request budget,
//! archived tickets, verify rounds, and a Prometheus that scrapes all of it.

mod refused_export;

mod switches;

mod faults;

mod bad_answers;

mod budget;

mod archive;

mod rounds;

mod scraped;

use zendesk_simulator::oracle::{Seen, Truth};
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Options, OracleSettings, Simulator};

use crate::desk::{differing, nonzero_of_all};
use crate::program::{Program, account_of, wait_for};
use crate::reload::{BEARER, account, settings};

/// An account whose lists have no limit of their own: its time stands still, and so would a minute that is spent.
pub(crate) fn without_limits() -> Options {
    Options {
        tickets_index_per_minute: None,
        deleted_tickets_per_minute: None,
        ..Options::manual(0)
    }
}

/// An account of a new ticket, a solved one and a deleted one, for the built program. The ids are 1 to 3.
async fn account_of_three() -> Simulator {
    let simulator = account_of(without_limits()).await;
    simulator.world(|world| {
        for _ in 0..3 {
            world.create(&Draft::default());
        }
    });
    simulator.advance(600);
    simulator.world(|world| {
        world.set_status(2, Status::Solved);
        world.delete(3);
    });
    simulator.advance(600);
    simulator
}

/// The setting `export.list` of an exporter that asks as often as it may.
const OFTEN: &str = "list: { budget_percent: 100, deleted: { every: 5s }, verify: { every: 1s } }";

/// The settings of the account `acme` with these settings of its section `export`.
fn acme(simulator: &Simulator, export: &str) -> String {
    let more = format!("{BEARER}, hold_new_series: 0s, export: {{ {export} }}");
    settings(&[&account("acme", simulator, &more)])
}

/// The lines of the gauges among the lines of tickets and their events.
fn gauges(lines: &str) -> String {
    let is_gauge = |line: &&str| {
        let name = line.split('{').next().unwrap_or_default();
        let ends = ["_total", "_bucket", "_sum", "_count"];
        !ends.iter().any(|end| name.ends_with(end))
    };
    let lines = lines.lines().filter(is_gauge);
    lines.map(|line| format!("{line}\n")).collect()
}

/// What the gauges of the account `acme` in `text` do not have as the account itself has.
fn differing_from_account(text: &str, simulator: &Simulator, seen: Seen) -> String {
    let expected = simulator.account_gauges(seen, "acme", &OracleSettings::default());
    differing(&gauges(&nonzero_of_all(text)), &expected)
}

/// Waits until the gauges are those of the account, and every counter and histogram is the oracle's. Returns the
/// scrape.
#[track_caller]
fn wait_until_exact(program: &Program, simulator: &Simulator, seen: Seen) -> String {
    wait_for(
        "the gauges of the account and the counters of the oracle",
        || {
            let text = program.get("/metrics");
            let of_account = differing_from_account(&text, simulator, seen);
            let expected = simulator.expected("acme", &OracleSettings::default());
            let of_oracle = differing(&nonzero_of_all(&text), &expected);
            if of_account.is_empty() && of_oracle.is_empty() {
                Ok(text)
            } else {
                Err(format!("account:\n{of_account}oracle:\n{of_oracle}"))
            }
        },
    )
}

/// Which source is the truth and why, and nothing else.
fn source(source: &str, reason: &str) -> String {
    format!(
        "zendesk_exporter_source_info{{account=\"acme\",source=\"{source}\",reason=\"{reason}\"}} 1\n"
    )
}

/// The lines of a family that are not 0, without the name of the family and the account.
fn nonzero_of(text: &str, family: &str) -> Vec<String> {
    let begin = format!("{family}{{account=\"acme\"");
    let lines = text.lines().filter_map(|line| line.strip_prefix(&begin));
    let lines = lines.filter(|line| !line.ends_with(" 0"));
    lines
        .map(|line| line.trim_start_matches([',', '}', ' ']).replace('}', ""))
        .collect()
}

/// The requests to an endpoint of Zendesk's API, by the end of its path.
fn asked_of(simulator: &Simulator, path: &str) -> Vec<String> {
    let path = format!("/api/v2/{path}");
    let is_of_path = |target: &String| target.split('?').next() == Some(path.as_str());
    let asked = simulator.asked().into_iter().map(|asked| asked.target);
    asked.filter(is_of_path).collect()
}
