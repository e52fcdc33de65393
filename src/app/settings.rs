//! Reading the settings of the whole program, at the start and at each reload.

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

/// What a running program needs to reload its settings.
pub struct Reloading {
    pub(super) load: Arc<LoadConfig>,
    pub(super) log_level: LogLevel,
    pub(super) handle: ReloadHandle,
    pub(super) requests: ReloadRequests,
}

/// Reads the settings.
pub type LoadConfig = dyn Fn() -> Result<Config, ConfigError> + Send + Sync;

impl Reloading {
    /// `load` reads the settings in the same way as at the start, and can block. `log_level` changes the level
    /// of the log. The returned handle requests reloads.
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
