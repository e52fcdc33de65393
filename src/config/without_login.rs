//! The settings that commands need which ask no account: no credentials are read for them.

use std::path::{Path, PathBuf};

use super::accounts::{self, StateOf};
use super::error::ConfigError;
use super::file::{SettingsFile, read_file};
use super::layers;
use super::read::Reader;
use super::setting::Section;
use super::sources::{Environment, Overrides, Sources};
use super::web::{self, Web};

/// Where the states are, and whose.
#[derive(Clone, Debug)]
pub struct States {
    /// Section `state`.
    pub directory: PathBuf,
    /// At least one.
    pub accounts: Vec<StateOf>,
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
    let sources = Sources {
        overrides,
        environment,
        working_directory,
    };
    with_layers(sources, |_, process, problems| {
        web::web(Reader::new(process.section("web"), problems), overrides)
    })
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
    let sources = Sources {
        overrides,
        environment,
        working_directory,
    };
    with_layers(sources, |file, process, problems| States {
        directory: web::state(&process.section("state"), &file.directory).directory,
        accounts: accounts::states(&file.settings, sources, problems),
    })
}

/// Reads the file and the layers over it, and of these what `read` wants. Fails if there are problems.
pub(super) fn with_layers<T>(
    sources: Sources<'_>,
    read: impl FnOnce(&SettingsFile, &Section<'_>, &mut Vec<String>) -> T,
) -> Result<T, ConfigError> {
    let mut problems = Vec::new();
    let Some(file) = read_file(sources, &mut problems) else {
        return Err(ConfigError { problems });
    };
    let process = layers::merge(&file.settings, sources, &mut problems);
    let part = read(&file, &process.as_section(), &mut problems);
    ConfigError::from_problems(problems).map_or(Ok(part), Err)
}
