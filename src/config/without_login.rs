//! Reads only the settings that `healthcheck` and `state` need, without credentials.

use std::path::{Path, PathBuf};

use super::accounts::{self, StateOf};
use super::error::ConfigError;
use super::file::{SettingsFile, read_file};
use super::layers;
use super::read::Reader;
use super::setting::Section;
use super::sources::{Environment, Overrides, Sources};
use super::web::{self, Web};

/// The directory of the states, and the accounts that have one.
#[derive(Clone, Debug)]
pub struct States {
    /// The directory of the state files.
    pub directory: PathBuf,
    /// The accounts; there is at least one.
    pub accounts: Vec<StateOf>,
}

/// Reads only the section `web`, for a command that sends a request to a running exporter.
///
/// # Errors
///
/// [`ConfigError`] with every problem because of which the section cannot be read.
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

/// Reads the directory of the states and the accounts that have one.
///
/// # Errors
///
/// [`ConfigError`] with every problem of the file, of the section `state`, and of the names and addresses of the
/// accounts. Credentials are not read.
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

/// Reads the file, merges the layers, and returns what `read` takes from both.
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
