//! The settings of a program that is about to run.

use std::path::Path;

use crate::config::{self, Config, ConfigError, Environment, Overrides};
use crate::server::Protection;

/// Reads the settings as [`config::load`] does, and the web config file that they name.
///
/// # Errors
///
/// [`ConfigError`] with every problem of both.
pub fn load_settings(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
) -> Result<Config, ConfigError> {
    let try_web_file = |path: &Path| Protection::open(path).map(drop);
    config::load(overrides, environment, working_directory, &try_web_file)
}
