//! `demo`: a simulated account and the exporter in one process, with a past of both.

mod past;

mod past_files;

mod earlier_past;

mod start_message;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::app::{App, load_settings};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, ConfigError, Environment, Overrides};
use crate::telemetry;
pub use past::PastOptions;
use past_files::{PastFiles, WrittenPast};
use start_message::StartMessage;
use zendesk_simulator::{Options, Simulator, Time};

/// The name of its only account.
const ACCOUNT: &str = "demo";

/// The address that the demo listens on, unless a flag sets another.
const LISTEN_ADDRESS: &str = "127.0.0.1:10121";

/// Simulates the past that `options` ask for, or a past of one hour, and then runs until `shutdown`.
/// `overrides` are the flags. The state is in a directory that is removed at the end.
///
/// # Errors
///
/// A sentence that says what went wrong; a [`ConfigError`] for wrong flags.
pub async fn run(
    mut overrides: Overrides,
    options: Option<PastOptions>,
    working_directory: &Path,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    if overrides.state_directory.is_some() {
        let problem = "--state.directory: the demo keeps its state in a temporary directory, which it removes at the end; remove the flag";
        return Err(ConfigError {
            problems: vec![problem.to_owned()],
        }
        .into());
    }
    let options = options
        .as_ref()
        .filter(|options| !is_written_already(options));
    let mut files = options.map(files_of).transpose()?;
    let clock = SystemClock::new();
    let now = clock.now().wall().0;
    let time = Time::past(past::begins(options, now));
    let simulator = Arc::new(Simulator::start(Options::demo(time, now)).await?);
    let directory = tempfile::Builder::new()
        .prefix("zendesk-exporter-demo-")
        .tempdir()
        .map_err(|error| {
            anyhow::anyhow!(
                "cannot create a directory for the demo's state: {error}; set TMPDIR to a directory that this user can write to"
            )
        })?;
    if overrides.listen_addresses.is_empty() {
        overrides.listen_addresses.push(LISTEN_ADDRESS.to_owned());
    }
    overrides.state_directory = Some(directory.path().display().to_string());
    // A settings file in the working directory is for the user's own account. So the demo reads only a file
    // that a flag names.
    let looked_in = match overrides.config_file {
        Some(_) => working_directory,
        None => directory.path(),
    };
    let mut config = load_settings(&overrides, &environment(&simulator), looked_in)?;
    for account in &mut config.accounts {
        ACCOUNT.clone_into(&mut account.name);
    }
    telemetry::start(config.log);
    // Before the past is simulated, which takes a minute: the user must learn at once that an address is in use.
    App::try_addresses(&config).await?;
    if let Some(options) = options {
        print(&format!(
            "past               the demo simulates {} first, which takes about a minute (Ctrl-C stops it)\n",
            options.length
        ));
    }
    let inherited = tokio::select! {
        biased;
        () = shutdown.cancelled() => return Ok(()),
        inherited = past::simulate(&config, &simulator, &clock, files.as_mut()) => inherited?,
    };
    simulator.go_live();
    let app = App::open(&config, Some(inherited)).await?;
    let written = match (files, options) {
        (Some(files), Some(options)) => Some(files.keep(&options.length)?),
        _ => None,
    };
    print_start_message(&app, &config, &simulator, written.as_ref())?;
    app.run(shutdown, None).await;
    Ok(())
}

/// Whether an earlier demo has already written the past of a demo with `--once`. Tells the user if so.
fn is_written_already(options: &PastOptions) -> bool {
    let is_there = options.is_once && earlier_past::holds_a_past(&options.output);
    if is_there {
        print(&format!(
            "past               {} already holds a past, so this demo starts with a new account and without a past\n",
            options.output.display()
        ));
    }
    is_there
}

/// The files that a past is written to.
fn files_of(options: &PastOptions) -> anyhow::Result<PastFiles> {
    if options.is_once {
        earlier_past::remove_incomplete(&options.output)?;
    }
    Ok(PastFiles::in_directory(&options.output)?)
}

/// Tells the user what can be looked at and tried, for each address.
fn print_start_message(
    app: &App,
    config: &Config,
    simulator: &Simulator,
    written: Option<&WrittenPast>,
) -> anyhow::Result<()> {
    for address in app.local_addresses() {
        let address = reachable(address);
        if let Some(written) = written {
            written.write_configuration(&address, &config.web.telemetry_path)?;
        }
        let text = StartMessage {
            zendesk: &simulator.base_url(),
            address: &address,
            path: &config.web.telemetry_path,
            past: written,
        }
        .to_string();
        print(&text);
    }
    Ok(())
}

/// The address at which a browser of this machine reaches `address`: `localhost` if that means all addresses.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    }
}

fn print(text: &str) {
    // The program that reads the output may have ended.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// The settings of the demo, as environment variables.
fn environment(simulator: &Simulator) -> Environment {
    [
        ("ZENDESK_BASE_URL", simulator.base_url().as_str()),
        ("ZENDESK_CLIENT_ID", "simulator"),
        ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SLAS", "true"),
        // Twice the scrape interval of the Prometheus in docker-compose.yml.
        ("ZENDESK_EXPORTER_DEFAULTS__HOLD_NEW_SERIES", "30s"),
        // The search also counts tickets of AI agents. The ledger, which is compared with it, must too.
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__SUPPORT_TYPE_SCOPE",
            "all",
        ),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__REQUESTS_PER_MINUTE",
            &Options::DEMO_REQUESTS_PER_MINUTE.to_string(),
        ),
        // A user who breaks the demo wants to see it recover soon.
        ("ZENDESK_EXPORTER_DEFAULTS__RETRY__MAXIMUM", "10s"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_means_all_addresses_is_shown_as_one_that_can_be_opened() {
        for (address, shown) in [
            ("[::]:10121", "localhost:10121"),
            ("0.0.0.0:1", "localhost:1"),
            ("127.0.0.1:2", "127.0.0.1:2"),
            ("[::1]:3", "[::1]:3"),
        ] {
            assert_eq!(reachable(address.parse().expect("an address")), shown);
        }
    }
}
