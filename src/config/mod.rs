//! Settings: from a file, the environment and flags to checked types.
//!
//! Read in three steps. `tree` takes the YAML apart into text, knowing which keys there are, so
//! that nothing is guessed (`0123` stays `0123`) and no value is quoted where it may be a secret.
//! `layers` merges the process-wide sections with figment: defaults, file, environment, flags.
//! The section modules turn text into types that cannot hold a wrong value.

mod tree;

mod layers;

mod read;

mod web;

mod account;

mod auth;

#[cfg(test)]
mod tests;

pub use account::{Account, BaseUrl, Export, Labels, Replay};
pub use web::{Log, LogFormat, State, Web};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use read::Reader;
use tree::Tree;

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "zendesk-exporter.yml";

/// Everything the program can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server.
    pub web: Web,
    /// Where states are kept.
    pub state: State,
    /// What is logged, and how.
    pub log: Log,
    /// The accounts to read; at least one.
    pub accounts: Vec<Account>,
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

impl From<String> for ConfigError {
    fn from(problem: String) -> Self {
        Self {
            problems: vec![problem],
        }
    }
}

/// Reads the settings.
///
/// Reads the settings file, and the files that secrets are in. `working_directory` is where
/// [`DEFAULT_FILE`] is looked for.
///
/// # Errors
///
/// [`ConfigError`] with every problem found; no sentence holds a secret.
pub fn load(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
) -> Result<Config, ConfigError> {
    let (file, directory) = read_file(overrides, working_directory)?;
    let mut problems = Vec::new();
    let process = layers::merge(&file, environment, overrides, &mut problems);
    let section = |name: &str| process.section(name);
    let web = web::web(Reader::new("web", &section("web"), &mut problems));
    let state = web::state(Reader::new("state", &section("state"), &mut problems));
    let log = web::log(Reader::new("log", &section("log"), &mut problems));
    let context = account::Context {
        defaults: section("defaults"),
        environment,
        directory: &directory,
    };
    let accounts = account::accounts(&file, &context, &mut problems);
    if problems.is_empty() {
        Ok(Config {
            web,
            state,
            log,
            accounts,
        })
    } else {
        problems.dedup();
        Err(ConfigError { problems })
    }
}

/// The settings file as text by key, and the directory that paths in it are relative to.
fn read_file(
    overrides: &Overrides,
    working_directory: &Path,
) -> Result<(Tree, PathBuf), ConfigError> {
    let path = match &overrides.config_file {
        Some(path) => working_directory.join(path),
        None => working_directory.join(DEFAULT_FILE),
    };
    let shown = overrides
        .config_file
        .clone()
        .unwrap_or_else(|| DEFAULT_FILE.into());
    let directory = path.parent().unwrap_or(working_directory).to_owned();
    let bytes = match std::fs::read(&path) {
        Err(error)
            if error.kind() == std::io::ErrorKind::NotFound && overrides.config_file.is_none() =>
        {
            return Ok((Tree::default(), directory));
        }
        Err(error) => {
            return Err(
                format!("cannot read the settings file {}: {error}", shown.display()).into(),
            );
        }
        Ok(bytes) => bytes,
    };
    let name = shown.display().to_string();
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("the settings file {name} is not UTF-8 text"))?;
    let tree = tree::parse(&text, &name).map_err(|problems| ConfigError { problems })?;
    Ok((tree, directory))
}
