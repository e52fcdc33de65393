//! `demo`: a simulated account and the exporter in one process.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::{self, Environment, Overrides};
use crate::simulator::life::Rates;
use crate::simulator::{Habits, Options, Simulator, Time};
use crate::telemetry;

/// Tickets of the simulated account, and new ones per simulated day.
const TICKETS: u64 = 3_000;
const TICKETS_PER_DAY: f64 = 3_000.0;

/// What the simulated account allows, and the exporter uses. Simulated minutes pass in a second.
const REQUESTS_PER_MINUTE: u32 = 1_000;

/// A simulated hour passes in a minute, from twelve hours ago until it has caught up with ours.
const SPEED: f64 = 60.0;
const FROM_SECONDS_AGO: i64 = 12 * 3600;

/// Runs until `shutdown`. `overrides` are the flags; the state is kept in a directory that is
/// removed at the end.
///
/// # Errors
///
/// What stands in the way, as a sentence; a [`ConfigError`](config::ConfigError) for wrong flags.
pub async fn run(
    mut overrides: Overrides,
    working_directory: &Path,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let simulator = Simulator::start(Options {
        time: Time::sped_up(SPEED, FROM_SECONDS_AGO),
        tickets: TICKETS,
        rates: Rates {
            tickets_per_day: TICKETS_PER_DAY,
        },
        requests_per_minute: Some(REQUESTS_PER_MINUTE),
        habits: Habits::LIVELY,
        ..Options::manual(0)
    })
    .await?;
    let directory =
        std::env::temp_dir().join(format!("zendesk-exporter-demo-{}", std::process::id()));
    if overrides.listen_addresses.is_empty() {
        overrides
            .listen_addresses
            .push("127.0.0.1:10121".to_owned());
    }
    overrides.state_directory = Some(directory.display().to_string());
    // The settings file of whoever tries the demo is for their own account: only one that is named
    // is read.
    let looked_in = match overrides.config_file {
        Some(_) => working_directory,
        None => &directory,
    };
    let config = config::load(&overrides, &environment(&simulator), looked_in)?;
    telemetry::start(config.log);
    let app = App::open(&config).await?;
    for address in app.local_addresses() {
        let path = &config.web.telemetry_path;
        println!("simulated Zendesk  {}", simulator.base_url());
        println!("metrics            http://{address}{path}");
        println!("landing page       http://{address}/");
        println!(
            "break it           curl -X POST '{}/simulator/fault?name=503&count=1000'",
            simulator.base_url()
        );
        println!(
            "mend it            curl -X DELETE '{}/simulator/fault'",
            simulator.base_url()
        );
        println!("stop               ctrl-c");
    }
    app.run(shutdown).await;
    // Left behind at worst: it is in the system's directory for such things.
    drop(std::fs::remove_dir_all(&directory));
    Ok(())
}

fn environment(simulator: &Simulator) -> Environment {
    [
        ("ZENDESK_BASE_URL", simulator.base_url().as_str()),
        ("ZENDESK_CLIENT_ID", "simulator"),
        ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__REQUESTS_PER_MINUTE",
            &REQUESTS_PER_MINUTE.to_string(),
        ),
        // Whoever breaks the demo wants to see it recover.
        ("ZENDESK_EXPORTER_DEFAULTS__RETRY__MAXIMUM", "10s"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}
