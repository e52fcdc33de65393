//! What the simulator's command line takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// A simulated Zendesk account on loopback: both ticket exports, OAuth, limits, faults on demand.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// Where to listen; loopback only
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen_address: SocketAddr,
    /// Writes the port that is listened on into this file
    #[arg(long)]
    pub port_file: Option<PathBuf>,
    /// Tickets that the account has from the start
    #[arg(long, default_value_t = 2_000)]
    pub tickets: u64,
    /// New tickets per day
    #[arg(long, default_value_t = 2_000.0)]
    pub life_rate: f64,
    /// The account of the exporter's demo: a busy desk whose agents keep up. --tickets, --life-rate,
    /// --speed and --requests-per-minute have no effect on it
    #[arg(long)]
    pub demo: bool,
    /// Seed of the account's past and life
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Runs this many times as fast as real time, from twelve hours ago until it has caught up
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// Requests to the exports per clock minute; 0 for no limit
    #[arg(long, default_value_t = 10)]
    pub requests_per_minute: u32,
    /// OAuth client
    #[arg(long, default_value = "simulator")]
    pub client_id: String,
    /// Its secret
    #[arg(long, default_value = "simulator-secret")]
    pub client_secret: String,
    /// A bearer token that always works
    #[arg(long, default_value = "simulator-token")]
    pub access_token: String,
}
