//! Settings: from a file, the environment and flags to checked types.
//!
//! Read in three steps. `tree` takes the YAML apart into text, knowing which keys there are, so
//! that nothing is guessed (`0123` stays `0123`) and no value is quoted where it may be a secret.
//! `layers` merges the process-wide sections with figment: defaults, file, environment, flags.
//! The section modules turn text into types that cannot hold a wrong value.

pub(crate) mod shape;

mod outline;

pub(crate) mod tree;

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
pub use parts::{StateOf, States, load_states, load_web};
pub use web::{ListenAddress, Log, LogFormat, State, Web};

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use file::{SettingsFile, read_file};
use read::Reader;
use shape::FILE;

use crate::zendesk::proxy_in_use;

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

/// What the command line says; it wins over everything else.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--config.file`: must exist.
    pub config_file: Option<PathBuf>,
    /// `--web.listen-address`, may be repeated.
    pub listen_addresses: Vec<String>,
    /// `--web.telemetry-path`.
    pub telemetry_path: Option<String>,
    /// `--web.enable-lifecycle`; not given leaves it to the other layers.
    pub enable_lifecycle: bool,
    /// `--web.config.file`; empty for none, whatever the settings say.
    pub web_config_file: Option<String>,
    /// `--web.systemd-socket`.
    pub systemd_socket: bool,
    /// `--state.directory`.
    pub state_directory: Option<String>,
    /// `--log.level`.
    pub log_level: Option<String>,
    /// `--log.format`.
    pub log_format: Option<String>,
}

/// The environment variables, handed in so that reading settings depends on nothing else.
pub type Environment = BTreeMap<String, String>;

/// What is wrong with the settings: every problem, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<String>,
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
    let mut problems = Vec::new();
    match read_file(overrides, working_directory, &mut problems) {
        Some(file) => checked(
            &file,
            overrides,
            environment,
            working_directory,
            try_web_file,
            problems,
        ),
        None => Err(ConfigError { problems }),
    }
}

/// The settings that `text` stands for, as the only file, without environment and command line.
///
/// Reads nothing but the files of secrets that it names.
///
/// # Errors
///
/// As [`load`].
pub fn from_text(text: &str) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let here = Path::new(".");
    match tree::parse(text, DEFAULT_FILE, file::KIND, &mut problems) {
        Some(tree) => {
            let file = SettingsFile {
                path: None,
                tree: tree.with_paths_from(FILE, here, &mut problems),
                directory: here.to_owned(),
            };
            let (overrides, environment) = (Overrides::default(), Environment::new());
            checked(&file, &overrides, &environment, here, &|_| Ok(()), problems)
        }
        None => Err(ConfigError { problems }),
    }
}

/// Checks what was read, beside the `problems` that were found so far.
fn checked(
    SettingsFile {
        path,
        tree: file,
        directory,
    }: &SettingsFile,
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
    try_web_file: TryWebFile<'_>,
    mut problems: Vec<String>,
) -> Result<Config, ConfigError> {
    let process = layers::merge(
        file,
        environment,
        overrides,
        working_directory,
        &mut problems,
    );
    let section = |name: &str| process.section(name);
    let web = web::web(
        Reader::new("web", &section("web"), &mut problems),
        overrides,
    );
    if let Some(path) = &web.config_file
        && let Err(error) = try_web_file(path)
    {
        problems.extend(error.problems);
    }
    let state = web::state(
        &Reader::new("state", &section("state"), &mut problems),
        directory,
    );
    let log = web::log(Reader::new("log", &section("log"), &mut problems));
    let accounts::Accounts { accounts, unused } = accounts::accounts(
        file,
        section("defaults"),
        environment,
        working_directory,
        &mut problems,
    );
    if problems.is_empty() {
        Ok(Config {
            file: path.clone(),
            web,
            state,
            log,
            warnings: [warnings(environment, &accounts), unused].concat(),
            accounts,
        })
    } else {
        // A login that is missing may be there under another name.
        problems.extend(unused);
        // A wrong default is noticed once per account.
        let mut seen = BTreeSet::new();
        problems.retain(|problem| seen.insert(problem.clone()));
        Err(ConfigError { problems })
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
    if problems.is_empty() {
        return Ok(());
    }
    Err(ConfigError {
        problems: problems.into_iter().collect(),
    })
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
