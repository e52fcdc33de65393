//! The settings that commands need which ask no account: no credentials are read for them.

use std::path::{Path, PathBuf};

use super::file::{SettingsFile, read_file};
use super::layers;
use super::read::Reader;
use super::tree::Tree;
use super::web::{self, Web};
use super::{BaseUrl, ConfigError, Environment, Overrides, accounts};

/// Where the states are, and whose.
#[derive(Clone, Debug)]
pub struct States {
    /// Section `state`.
    pub directory: PathBuf,
    /// At least one.
    pub accounts: Vec<StateOf>,
}

/// Whose a state is.
#[derive(Clone, Debug)]
pub struct StateOf {
    /// Name of the account.
    pub name: String,
    /// Its address, which names the file.
    pub base_url: BaseUrl,
}

/// Reads the section `web` alone, for whoever asks a running exporter.
///
/// # Errors
///
/// [`ConfigError`] with every problem that keeps the section from being read.
pub fn load_web(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
) -> Result<Web, ConfigError> {
    with_file(
        overrides,
        environment,
        working_directory,
        |_, process, problems| {
            web::web(
                Reader::new("web", &process.section("web"), problems),
                overrides,
            )
        },
    )
}

/// Reads where the states are and which accounts have one.
///
/// # Errors
///
/// [`ConfigError`] with every problem of the file, of the section `state`, and of the names and addresses of
/// the accounts; credentials are not looked at.
pub fn load_states(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
) -> Result<States, ConfigError> {
    with_file(
        overrides,
        environment,
        working_directory,
        |file, process, problems| {
            let section = process.section("state");
            let state = web::state(&Reader::new("state", &section, problems), &file.directory);
            States {
                directory: state.directory,
                accounts: accounts::states(&file.tree, environment, working_directory, problems),
            }
        },
    )
}

/// Reads the file and the layers over it, and of these what `read` wants.
fn with_file<T>(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
    read: impl FnOnce(&SettingsFile, &Tree, &mut Vec<String>) -> T,
) -> Result<T, ConfigError> {
    let mut problems = Vec::new();
    let Some(file) = read_file(overrides, working_directory, &mut problems) else {
        return Err(ConfigError { problems });
    };
    let process = layers::merge(
        &file.tree,
        environment,
        overrides,
        working_directory,
        &mut problems,
    );
    let part = read(&file, &process, &mut problems);
    if problems.is_empty() {
        Ok(part)
    } else {
        Err(ConfigError { problems })
    }
}
