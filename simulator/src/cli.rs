//! What the simulator's command line takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// A simulated Zendesk account on loopback: both ticket exports, the lists of tickets, OAuth, limits,
/// faults and refusals on demand.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// Address to listen on; loopback only
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen_address: SocketAddr,
    /// File to write the port to, e.g. for port 0 in --listen-address
    #[arg(long)]
    pub port_file: Option<PathBuf>,
    /// Tickets that the account has at the start
    #[arg(long, default_value_t = 2_000)]
    pub tickets: u64,
    /// New tickets per day
    #[arg(long, default_value_t = 2_000.0)]
    pub life_rate: f64,
    /// Simulate the account of the exporter's demo, a busy desk whose agents keep up; --tickets,
    /// --life-rate, --speed and --requests-per-minute have no effect then
    #[arg(long)]
    pub demo: bool,
    /// Seed of the random events of the account
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Start twelve hours ago and run this many times faster than real time, until now is reached
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// Limit of export requests per clock minute; 0 for no limit
    #[arg(long, default_value_t = 10)]
    pub requests_per_minute: u32,
    /// Limit of requests to the whole API per clock minute; 0 for no limit
    #[arg(long, default_value_t = 0)]
    pub account_requests_per_minute: u32,
    /// Answer requests for the exports with this status, as an account does that has closed them
    #[arg(long, value_name = "STATUS", num_args = 0..=1, default_missing_value = "403")]
    #[arg(value_parser = clap::value_parser!(u16).range(400..600))]
    pub refuse_exports: Option<u16>,
    /// Let the login be that of an agent, whom the exports refuse and the lists do not
    #[arg(long)]
    pub agent_login: bool,
    /// Days after which a closed ticket leaves the list of tickets for the archive; without this option
    /// it stays
    #[arg(long, value_name = "DAYS")]
    pub archive_after_days: Option<u32>,
    /// Let every second answer of the lists show the account as it was so many seconds ago
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub list_lag_seconds: u32,
    /// Identifier of the OAuth client
    #[arg(long, default_value = "simulator")]
    pub client_id: String,
    /// Secret of the OAuth client
    #[arg(long, default_value = "simulator-secret")]
    pub client_secret: String,
    /// Access token that is always valid
    #[arg(long, default_value = "simulator-token")]
    pub access_token: String,
}
