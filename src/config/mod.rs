//! Settings: from a file, the environment and flags to checked types.
//!
//! Read in four steps. `yaml` turns a file into values that are text with a line, so that nothing is guessed
//! (`0123` stays `0123`). `parse` holds them against the keys that there are, and quotes no value, as it may be a
//! secret. `layers` merges the process-wide sections with figment: defaults, file, environment, flags.
//! The section modules turn text into types that cannot hold a wrong value.

mod error;

mod sources;

pub(crate) mod known_keys;

mod yaml;

pub(crate) mod setting;

pub(crate) mod check_keys;

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

mod credential_mistakes;

mod without_login;

pub(crate) mod file;

#[cfg(test)]
mod tests;

pub use account::Account;
pub use accounts::StateOf;
pub use address::BaseUrl;
pub use error::ConfigError;
pub use export::{Export, Replay, ResyncSettings};
pub use file::DEFAULT_FILE;
pub use sources::{Environment, Overrides};
pub use web::{ListenAddress, Log, LogFormat, StateSettings, Web};
pub use without_login::{States, load_states, load_web};

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use check_keys::parse;
use file::SettingsFile;
use read::Reader;
use setting::Section;
use sources::Sources;

use crate::source::proxy_in_use;

/// Everything the program can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The whole path of the settings file that was read; `None` where there is none.
    pub file: Option<PathBuf>,
    /// The server.
    pub web: Web,
    /// Where states are kept.
    pub state: StateSettings,
    /// What is logged, and how.
    pub log: Log,
    /// The accounts to read; at least one.
    pub accounts: Vec<Account>,
    /// What is probably meant otherwise, one sentence each.
    pub warnings: Vec<String>,
}

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
    without_login::with_layers(sources, |file, process, problems| {
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
    ConfigError::from_problems(problems).map_or(Ok(config), Err)
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
    ConfigError::from_problems(problems.into_iter().collect()).map_or(Ok(()), Err)
}

fn warnings(environment: &Environment, accounts: &[Account]) -> Vec<String> {
    let mut warnings = layers::near_misses(environment);
    let starved = accounts.iter().filter_map(|account| {
        let why = account.export.starved_resync()?;
        Some(format!("{}: {why}", account.name))
    });
    warnings.extend(starved);
    for account in accounts {
        let doubts = credential_mistakes::doubts(&account.auth);
        warnings.extend(
            doubts
                .iter()
                .map(|doubt| format!("{}: {doubt}", account.name)),
        );
    }
    warnings
}
