//! How settings are read: at the start, and again while the program runs.

use std::path::Path;
use std::sync::Arc;

use crate::config::{self, Config, ConfigError, Environment, Overrides};
use crate::reload::{ReloadHandle, ReloadRequests, requests};
use crate::server::Protection;
use crate::telemetry::LogLevel;

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

/// How settings are read again while the program runs.
pub struct Reloading {
    pub(super) load: Arc<LoadConfig>,
    pub(super) log_level: LogLevel,
    pub(super) handle: ReloadHandle,
    pub(super) requests: ReloadRequests,
}

/// Reads the settings.
pub type LoadConfig = dyn Fn() -> Result<Config, ConfigError> + Send + Sync;

impl Reloading {
    /// `load` reads the settings as they were read at the start, and may wait for files; `log_level`
    /// is where the level of the log is set. The handle asks for reloads.
    pub fn new(load: Arc<LoadConfig>, log_level: LogLevel) -> (Self, ReloadHandle) {
        let (handle, requests) = requests();
        let reloading = Self {
            load,
            log_level,
            handle: handle.clone(),
            requests,
        };
        (reloading, handle)
    }
}
