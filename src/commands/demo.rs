//! `demo`: a simulated account and the exporter in one process.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::{self, ConfigError, Environment, Overrides};
use crate::telemetry;
use zendesk_simulator::life::Rates;
use zendesk_simulator::{Habits, Options, Simulator, Time};

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
/// What stands in the way, as a sentence; a [`ConfigError`] for wrong flags.
pub async fn run(
    mut overrides: Overrides,
    working_directory: &Path,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    if overrides.state_directory.is_some() {
        let problem = "--state.directory: the demo keeps its state in a directory of its own, which is removed at the end: leave the flag out";
        return Err(ConfigError {
            problems: vec![problem.to_owned()],
        }
        .into());
    }
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
    let directory = tempfile::Builder::new()
        .prefix("zendesk-exporter-demo-")
        .tempdir()
        .context(
            "cannot make a directory for the demo's state: set TMPDIR to one that can be written",
        )?;
    if overrides.listen_addresses.is_empty() {
        overrides
            .listen_addresses
            .push("127.0.0.1:10121".to_owned());
    }
    overrides.state_directory = Some(directory.path().display().to_string());
    // The settings file of whoever tries the demo is for their own account: only one that is named
    // is read.
    let looked_in = match overrides.config_file {
        Some(_) => working_directory,
        None => directory.path(),
    };
    let config = config::load(&overrides, &environment(&simulator), looked_in)?;
    telemetry::start(config.log);
    let app = App::open(&config).await?;
    for address in app.local_addresses() {
        let text = invitation(&simulator, &address.to_string(), &config.web.telemetry_path);
        // Whoever reads may have gone.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
    app.run(shutdown, None).await;
    Ok(())
}

/// What can be looked at and tried.
fn invitation(simulator: &Simulator, address: &str, path: &str) -> String {
    let zendesk = simulator.base_url();
    format!(
        "simulated Zendesk  {zendesk}\n\
         metrics            http://{address}{path}\n\
         status page        http://{address}/\n\
         break it           curl -X POST '{zendesk}/simulator/fault?name=503&count=1000'\n\
         mend it            curl -X DELETE '{zendesk}/simulator/fault'\n\
         stop               ctrl-c\n"
    )
}

fn environment(simulator: &Simulator) -> Environment {
    [
        ("ZENDESK_BASE_URL", simulator.base_url().as_str()),
        ("ZENDESK_CLIENT_ID", "simulator"),
        ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SLAS", "true"),
        // Two scrapes of the Prometheus beside it; half an hour of the account's time.
        ("ZENDESK_EXPORTER_DEFAULTS__HOLD_NEW_SERIES", "30s"),
        // The account's search counts tickets of AI agents, too: so should the ledger that is
        // compared with it.
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__SUPPORT_TYPE_SCOPE",
            "all",
        ),
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
