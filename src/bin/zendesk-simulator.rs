//! A simulated Zendesk account alone, for trying the exporter out or a client of your own.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use zendesk_exporter::clock::SystemClock;
use zendesk_exporter::simulator::life::Rates;
use zendesk_exporter::simulator::{Habits, Options, Simulator, Time};

/// A simulated Zendesk account on loopback: both ticket exports, OAuth, limits, faults on demand.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// Where to listen; loopback only
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen_address: SocketAddr,
    /// Writes the port that is listened on into this file
    #[arg(long)]
    port_file: Option<PathBuf>,
    /// Tickets that the account has from the start
    #[arg(long, default_value_t = 2_000)]
    tickets: u64,
    /// New tickets per day
    #[arg(long, default_value_t = 2_000.0)]
    life_rate: f64,
    /// Seed of the account's past and life
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs this many times as fast as real time, from twelve hours ago until it has caught up
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Requests to the exports per clock minute; 0 for no limit
    #[arg(long, default_value_t = 10)]
    requests_per_minute: u32,
    /// OAuth client
    #[arg(long, default_value = "simulator")]
    client_id: String,
    /// Its secret
    #[arg(long, default_value = "simulator-secret")]
    client_secret: String,
    /// A bearer token that always works
    #[arg(long, default_value = "simulator-token")]
    access_token: String,
}

/// How far back sped-up time begins.
const SPED_UP_FROM_SECONDS_AGO: i64 = 12 * 3600;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let time = if cli.speed > 1.0 {
        Time::sped_up(cli.speed, SPED_UP_FROM_SECONDS_AGO)
    } else {
        Time::Real(SystemClock::new())
    };
    let simulator = Simulator::start(Options {
        listen: cli.listen_address,
        time,
        seed: cli.seed,
        tickets: cli.tickets,
        rates: Rates {
            tickets_per_day: cli.life_rate,
        },
        requests_per_minute: (cli.requests_per_minute > 0).then_some(cli.requests_per_minute),
        client: (cli.client_id, cli.client_secret),
        access_token: cli.access_token.clone(),
        habits: Habits::LIVELY,
        ..Options::manual(0)
    })
    .await
    .with_context(|| format!("cannot listen on {}", cli.listen_address))?;
    let url = simulator.base_url();
    if let Some(path) = &cli.port_file {
        let port = url.rsplit(':').next().unwrap_or_default();
        std::fs::write(path, port).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("simulated Zendesk account on {url}");
    println!(
        "curl -H 'Authorization: Bearer {}' '{url}/api/v2/incremental/tickets/cursor?start_time=0&per_page=1'",
        cli.access_token
    );
    println!("curl -X POST '{url}/simulator/fault?name=503&count=5'");
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for ctrl-c"),
        _ = terminate.recv() => Ok(()),
    }
}
