//! The settings: from a file, environment variables and flags to types that cannot hold a wrong value.
//!
//! Settings are read in four steps. `yaml` turns a file into text values with their lines, and guesses no type
//! (`0123` stays `0123`). `check_keys` compares them with the keys that exist; it quotes no value, because it may
//! be a secret. `layers` merges the process-wide sections with figment: file, environment, flags. The modules of
//! the sections parse the text, and use defaults for what is not set.

pub(crate) mod known_keys;

mod yaml;

pub(crate) mod setting;

pub(crate) mod check_keys;

mod sources;

pub(crate) mod file;

mod layers;

pub(crate) mod read;

mod error;

mod web;

mod address;

mod export;

mod list;

mod labels;

mod buckets;

mod accounts;

mod account;

mod auth;

mod secrets;

mod credential_mistakes;

mod without_login;

#[cfg(test)]
mod tests;

pub use account::Account;
pub use accounts::StateOf;
pub use address::BaseUrl;
pub use error::ConfigError;
pub use export::{Export, Replay, ResyncSettings};
pub use file::DEFAULT_FILE;
pub use list::ListSettings;
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

/// All settings of the program.
#[derive(Clone, Debug)]
pub struct Config {
    /// The absolute path of the settings file that was read; `None` if there is none.
    pub file: Option<PathBuf>,
    /// Section `web`.
    pub web: Web,
    /// Section `state`.
    pub state: StateSettings,
    /// Section `log`.
    pub log: Log,
    /// The accounts to read; at least one.
    pub accounts: Vec<Account>,
    /// What is probably not intended, one sentence each.
    pub warnings: Vec<String>,
}

/// Reads and checks the web config file at a path. The server defines its format, and this room does not know the
/// server.
pub type TryWebFile<'a> = &'a dyn Fn(&Path) -> Result<(), ConfigError>;

/// Reads the settings.
///
/// Reads the settings file and the files of secrets. [`DEFAULT_FILE`] is searched in `working_directory`.
/// `try_web_file` is called if the settings name a web config file, so that its problems are reported together with
/// those of the settings.
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

/// Reads settings from `text` as if it were the settings file, without environment and flags.
///
/// It reads no files except the files of secrets that `text` names.
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

/// Reads all sections. The settings may be used only if `problems` stays empty.
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
        // A credential that is missing may exist under a wrong name.
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

/// Sets the proxy of each account, and checks that every proxy variable can be read. `variable` returns the value
/// of an environment variable.
///
/// # Errors
///
/// [`ConfigError`] with a sentence for each variable that cannot be read.
pub fn read_proxies(
    config: &mut Config,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<(), ConfigError> {
    // The same variable concerns many accounts, and is reported once.
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
    for account in accounts {
        let export = &account.export;
        let without_effect = [export.starved_resync(), export.useless_fast_lane()];
        warnings.extend(
            without_effect
                .iter()
                .flatten()
                .map(|why| format!("{}: {why}", account.name)),
        );
    }
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
