//! A simulated Zendesk account alone, for trying the exporter out or a client of your own.

use anyhow::Context as _;
use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};
use zendesk_simulator::cli::Cli;
use zendesk_simulator::life::Rates;
use zendesk_simulator::{Habits, ListHabits, Options, Replicas, Simulator, Time};

/// How far back sped-up time begins.
const SPED_UP_FROM_SECONDS_AGO: i64 = 12 * 3600;

const DAY_SECONDS: i64 = 86_400;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let time = if cli.speed > 1.0 {
        Time::sped_up(cli.speed, SPED_UP_FROM_SECONDS_AGO)
    } else {
        Time::Real
    };
    let account = if cli.demo {
        Options::demo(Time::Real, Time::Real.now())
    } else {
        Options {
            time,
            tickets: cli.tickets,
            rates: Rates {
                tickets_per_day: cli.life_rate,
            },
            requests_per_minute: limit(cli.requests_per_minute),
            habits: Habits::LIVELY,
            ..Options::manual(0)
        }
    };
    let lists = lists(&cli);
    let simulator = Simulator::start(Options {
        listen: cli.listen_address,
        seed: cli.seed,
        client: (cli.client_id, cli.client_secret),
        access_token: cli.access_token.clone(),
        account_requests_per_minute: limit(cli.account_requests_per_minute),
        lists,
        ..account
    })
    .await
    .with_context(|| format!("cannot listen on {}", cli.listen_address))?;
    if let Some(status) = cli.refuse_exports {
        simulator.refuse_exports(status);
    }
    if cli.agent_login {
        simulator.set_role("agent");
    }
    let url = simulator.base_url();
    if let Some(path) = &cli.port_file {
        let port = url.rsplit(':').next().unwrap_or_default();
        std::fs::write(path, port).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("simulated Zendesk  {url}");
    println!(
        "read it            curl -H 'Authorization: Bearer {}' '{url}/api/v2/incremental/tickets/cursor?start_time=0&per_page=1'",
        cli.access_token
    );
    println!("break it           curl -X POST '{url}/simulator/fault?name=503&count=5'");
    println!("repair it          curl -X DELETE '{url}/simulator/fault'");
    println!("close the exports  curl -X POST '{url}/simulator/refusal?of=exports&status=403'");
    println!("open them again    curl -X DELETE '{url}/simulator/refusal?of=exports'");
    if cli.agent_login {
        println!("be an admin        curl -X POST '{url}/simulator/role?role=admin'");
    }
    let mut terminate =
        signal(SignalKind::terminate()).context("cannot install the SIGTERM handler")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot install the Ctrl-C handler"),
        _ = terminate.recv() => Ok(()),
    }
}

/// A limit of requests per minute; 0 is none.
fn limit(requests_per_minute: u32) -> Option<u32> {
    (requests_per_minute > 0).then_some(requests_per_minute)
}

/// What the lists of the account do.
fn lists(cli: &Cli) -> ListHabits {
    ListHabits {
        archive_after_seconds: cli
            .archive_after_days
            .map(|days| i64::from(days) * DAY_SECONDS),
        replicas: match cli.list_lag_seconds {
            0 => Replicas::One,
            lag_seconds => Replicas::InTurns { lag_seconds },
        },
        ..ListHabits::default()
    }
}
