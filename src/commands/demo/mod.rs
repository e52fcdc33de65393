//! `demo`: a simulated account and the exporter in one process, and a past of both.

mod past_files;

mod start_message;

mod earlier_past;

mod past;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::app::{App, load_settings};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, ConfigError, Environment, Overrides};
use crate::telemetry;
pub use past::PastWanted;
use past_files::{Files, Lived};
use start_message::Invitation;
use zendesk_simulator::{Options, Simulator, Time};

/// Its only account.
const ACCOUNT: &str = "demo";

/// Where the demo listens, unless a flag says otherwise.
const LISTEN_ADDRESS: &str = "127.0.0.1:10121";

/// Runs until `shutdown`, after the past that is `wanted`, or one of minutes. `overrides` are the flags;
/// the state is kept in a directory that is removed at the end.
///
/// # Errors
///
/// What stands in the way, as a sentence; a [`ConfigError`] for wrong flags.
pub async fn run(
    mut overrides: Overrides,
    wanted: Option<PastWanted>,
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
    let wanted = wanted.as_ref().filter(|wanted| !is_there(wanted));
    let mut files = wanted.map(files_of).transpose()?;
    let clock = SystemClock::new();
    let now = clock.now().wall().0;
    let time = Time::past(past::begins(wanted, now));
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
    // The settings file of whoever tries the demo is for their own account: only one that is named
    // is read.
    let looked_in = match overrides.config_file {
        Some(_) => working_directory,
        None => directory.path(),
    };
    let mut config = load_settings(&overrides, &environment(&simulator), looked_in)?;
    for account in &mut config.accounts {
        ACCOUNT.clone_into(&mut account.name);
    }
    telemetry::start(config.log);
    // Before the past is lived, which takes a minute: an address in use must be told at once.
    App::try_addresses(&config).await?;
    if let Some(wanted) = wanted {
        say(&format!(
            "past               the demo simulates {} first, which takes about a minute (Ctrl-C stops it)\n",
            wanted.length
        ));
    }
    let inherited = tokio::select! {
        biased;
        () = shutdown.cancelled() => return Ok(()),
        inherited = past::live(&config, &simulator, &clock, files.as_mut()) => inherited?,
    };
    simulator.go_live();
    let app = App::open(&config, Some(inherited)).await?;
    let lived = match (files, wanted) {
        (Some(files), Some(wanted)) => Some(files.keep(&wanted.length)?),
        _ => None,
    };
    invite(&app, &config, &simulator, lived.as_ref())?;
    app.run(shutdown, None).await;
    Ok(())
}

/// Whether a past that is to be lived once was lived by an earlier demo, which is said.
fn is_there(wanted: &PastWanted) -> bool {
    let is_there = wanted.is_once && earlier_past::holds_a_past(&wanted.output);
    if is_there {
        say(&format!(
            "past               {} already holds a past, so this demo starts with a new account and without a past\n",
            wanted.output.display()
        ));
    }
    is_there
}

/// Where a past is written to.
fn files_of(wanted: &PastWanted) -> anyhow::Result<Files> {
    if wanted.is_once {
        earlier_past::remove_incomplete(&wanted.output)?;
    }
    Ok(Files::in_directory(&wanted.output)?)
}

/// Says what can be looked at and tried.
fn invite(
    app: &App,
    config: &Config,
    simulator: &Simulator,
    lived: Option<&Lived>,
) -> anyhow::Result<()> {
    for address in app.local_addresses() {
        let address = reachable(address);
        if let Some(lived) = lived {
            lived.write_configuration(&address, &config.web.telemetry_path)?;
        }
        let text = Invitation {
            zendesk: &simulator.base_url(),
            address: &address,
            path: &config.web.telemetry_path,
            lived,
        }
        .to_string();
        say(&text);
    }
    Ok(())
}

/// Where a browser of this machine finds what listens on `address`: one that stands for every address is none to open.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    }
}

fn say(text: &str) {
    // Whoever reads may have gone.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn environment(simulator: &Simulator) -> Environment {
    [
        ("ZENDESK_BASE_URL", simulator.base_url().as_str()),
        ("ZENDESK_CLIENT_ID", "simulator"),
        ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SLAS", "true"),
        // Two scrapes of the Prometheus beside it.
        ("ZENDESK_EXPORTER_DEFAULTS__HOLD_NEW_SERIES", "30s"),
        // The account's search counts tickets of AI agents, too: so should the ledger that is
        // compared with it.
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__SUPPORT_TYPE_SCOPE",
            "all",
        ),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__REQUESTS_PER_MINUTE",
            &Options::DEMO_REQUESTS_PER_MINUTE.to_string(),
        ),
        // Whoever breaks the demo wants to see it recover.
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
    fn an_address_that_stands_for_every_one_is_shown_as_one_that_can_be_opened() {
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
