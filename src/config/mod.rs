//! Settings: from a file, the environment and flags to checked types.
//!
//! Read in four steps. `yaml` turns a file into values that are text with a line, so that nothing is guessed
//! (`0123` stays `0123`). `parse` holds them against the keys that there are, and quotes no value, as it may be a
//! secret. `layers` merges the process-wide sections with figment: defaults, file, environment, flags.
//! The section modules turn text into types that cannot hold a wrong value.

pub(crate) mod shape;

mod yaml;

pub(crate) mod setting;

pub(crate) mod parse;

mod layers;

pub(crate) mod read;

mod web;

mod address;

mod export;

mod labels;

mod buckets;

mod account;

mod accounts;

mod auth;

mod secrets;

mod slips;

mod parts;

pub(crate) mod file;

#[cfg(test)]
mod tests;

pub use account::Account;
pub use address::BaseUrl;
pub use export::{Export, Replay, Resync};
pub use labels::Labels;
pub use parts::{StateOf, States, load_states, load_web};
pub use web::{ListenAddress, Log, LogFormat, State, Web};

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use file::SettingsFile;
use parse::parse;
use read::Reader;
use setting::Section;

use crate::source::proxy_in_use;

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "zendesk-exporter.yml";

/// Everything the program can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The whole path of the settings file that was read; `None` where there is none.
    pub file: Option<PathBuf>,
    /// The server.
    pub web: Web,
    /// Where states are kept.
    pub state: State,
    /// What is logged, and how.
    pub log: Log,
    /// The accounts to read; at least one.
    pub accounts: Vec<Account>,
    /// What is probably meant otherwise, one sentence each.
    pub warnings: Vec<String>,
}

/// The flags of every command, in the habit of Prometheus; they win over all other settings.
// The comments of the fields are the help texts of the flags.
#[derive(Args, Clone, Debug, Default)]
pub struct Overrides {
    /// Settings file [default: zendesk-exporter.yml in the working directory, if it exists]
    #[arg(long = "config.file", global = true, value_name = "PATH")]
    pub config_file: Option<PathBuf>,
    /// Address to listen on, e.g. 127.0.0.1:10121; can be repeated [default: :10121, all addresses; demo: 127.0.0.1:10121]
    #[arg(long = "web.listen-address", global = true, value_name = "ADDRESS")]
    pub listen_addresses: Vec<String>,
    /// HTTP path of the metrics [default: /metrics]
    #[arg(long = "web.telemetry-path", global = true, value_name = "PATH")]
    pub telemetry_path: Option<String>,
    /// Enable POST /-/reload; anyone who can reach the port can then reload the settings
    #[arg(long = "web.enable-lifecycle", global = true)]
    pub enable_lifecycle: bool,
    /// Web config file with TLS and basic auth, in the format of Prometheus's exporter-toolkit
    // Empty for none, whatever the other settings say.
    #[arg(long = "web.config.file", global = true, value_name = "PATH")]
    pub web_config_file: Option<String>,
    /// Listen on the sockets that systemd passes, instead of --web.listen-address
    #[arg(long = "web.systemd-socket", global = true)]
    pub systemd_socket: bool,
    /// Directory of the state files [default: data, beside the settings file]
    #[arg(long = "state.directory", global = true, value_name = "PATH")]
    pub state_directory: Option<String>,
    /// Lowest level to log: error, warn, info, debug or trace [default: info]
    #[arg(long = "log.level", global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Format of the log: logfmt or json [default: logfmt]
    #[arg(long = "log.format", global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// What settings are read from beside the file.
#[derive(Clone, Copy)]
struct Sources<'a> {
    overrides: &'a Overrides,
    environment: &'a Environment,
    working_directory: &'a Path,
}

/// The environment variables, handed in so that reading settings depends on nothing else.
pub type Environment = BTreeMap<String, String>;

/// What is wrong with the settings: every problem, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<String>,
}

impl ConfigError {
    /// The error of these problems, `None` if there are none. A wrong default is found once per account, and said
    /// once.
    pub(crate) fn of(mut problems: Vec<String>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        problems.retain(|problem| seen.insert(problem.clone()));
        (!problems.is_empty()).then_some(Self { problems })
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// Tries the web config file at a path. Its form belongs to the server, which the settings do not know.
pub type TryWebFile<'a> = &'a dyn Fn(&Path) -> Result<(), ConfigError>;

/// Reads the settings.
///
/// Reads the settings file, and the files that secrets are in. `working_directory` is where
/// [`DEFAULT_FILE`] is looked for. `try_web_file` gets the web config file if the settings name one, so
/// that its problems are told together with those of the settings.
///
/// # Errors
///
/// [`ConfigError`] with every problem found; no sentence holds a secret.
pub fn load(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
    try_web_file: TryWebFile<'_>,
) -> Result<Config, ConfigError> {
    let sources = Sources {
        overrides,
        environment,
        working_directory,
    };
    parts::with_layers(sources, |file, process, problems| {
        checked(file, process, sources, try_web_file, problems)
    })
}

/// The settings that `text` stands for, as the only file, without environment and command line.
///
/// Reads nothing but the files of secrets that it names.
///
/// # Errors
///
/// As [`load`].
pub fn from_text(text: &str) -> Result<Config, ConfigError> {
    let sources = Sources {
        overrides: &Overrides::default(),
        environment: &Environment::new(),
        working_directory: Path::new("."),
    };
    let here = sources.working_directory;
    let mut problems = Vec::new();
    let Some(settings) = parse(text, DEFAULT_FILE, file::KIND, here, &mut problems) else {
        return Err(ConfigError { problems });
    };
    let file = SettingsFile {
        path: None,
        settings,
        directory: here.to_owned(),
    };
    let process = file.settings.as_section();
    let config = checked(&file, &process, sources, &|_| Ok(()), &mut problems);
    ConfigError::of(problems).map_or(Ok(config), Err)
}

/// Checks what was read. The settings are of use only if no problem is found.
fn checked(
    file: &SettingsFile,
    process: &Section<'_>,
    sources: Sources<'_>,
    try_web_file: TryWebFile<'_>,
    problems: &mut Vec<String>,
) -> Config {
    let web = web::web(
        Reader::new(process.section("web"), problems),
        sources.overrides,
    );
    if let Some(path) = &web.config_file
        && let Err(error) = try_web_file(path)
    {
        problems.extend(error.problems);
    }
    let log = web::log(Reader::new(process.section("log"), problems));
    let defaults = process.section("defaults");
    let accounts::Accounts { accounts, unused } =
        accounts::accounts(&file.settings, defaults, sources, problems);
    if !problems.is_empty() {
        // A login that is missing may be there under another name.
        problems.extend_from_slice(&unused);
    }
    Config {
        file: file.path.clone(),
        web,
        state: web::state(&process.section("state"), &file.directory),
        log,
        warnings: [warnings(sources.environment, &accounts), unused].concat(),
        accounts,
    }
}

/// Reads which proxy each account's requests go through, and checks that every proxy variable can be
/// read. `variable` looks one up.
///
/// # Errors
///
/// [`ConfigError`] with a sentence for each variable that cannot.
pub fn read_proxies(
    config: &mut Config,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<(), ConfigError> {
    // One variable matters to many accounts.
    let mut problems = BTreeSet::new();
    for account in &mut config.accounts {
        match proxy_in_use(account.base_url.url(), variable) {
            Ok(proxy) => account.proxy = proxy,
            Err(problem) => {
                problems.insert(problem);
            }
        }
    }
    ConfigError::of(problems.into_iter().collect()).map_or(Ok(()), Err)
}

fn warnings(environment: &Environment, accounts: &[Account]) -> Vec<String> {
    let mut warnings = layers::near_misses(environment);
    let starved = accounts.iter().filter_map(|account| {
        let why = account.export.starved_resync()?;
        Some(format!("{}: {why}", account.name))
    });
    warnings.extend(starved);
    for account in accounts {
        let doubts = slips::doubts(&account.auth);
        warnings.extend(
            doubts
                .iter()
                .map(|doubt| format!("{}: {doubt}", account.name)),
        );
    }
    warnings
}
