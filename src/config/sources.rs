//! The sources of settings beside the file: the flags of the command line, and the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

/// The flags of every command, in the habit of Prometheus; they win over all other settings.
// The comments of the fields are the help texts of the flags.
#[derive(Args, Clone, Debug, Default)]
pub struct Overrides {
    /// Settings file [default: zendesk-exporter.yml in the working directory, if it exists]
    #[arg(long = "config.file", global = true, value_name = "PATH")]
    pub config_file: Option<PathBuf>,
    /// Address to listen on, e.g. 127.0.0.1:10121; can be repeated [default: :10121, all addresses; demo: 127.0.0.1:10121]
    #[arg(long = "web.listen-address", global = true, value_name = "ADDRESS")]
    pub listen_addresses: Vec<String>,
    /// HTTP path of the metrics [default: /metrics]
    #[arg(long = "web.telemetry-path", global = true, value_name = "PATH")]
    pub telemetry_path: Option<String>,
    /// Enable POST /-/reload; anyone who can reach the port can then reload the settings
    #[arg(long = "web.enable-lifecycle", global = true)]
    pub enable_lifecycle: bool,
    /// Web config file with TLS and basic auth, in the format of Prometheus's exporter-toolkit
    // Empty for none, whatever the other settings say.
    #[arg(long = "web.config.file", global = true, value_name = "PATH")]
    pub web_config_file: Option<String>,
    /// Listen on the sockets that systemd passes, instead of --web.listen-address
    #[arg(long = "web.systemd-socket", global = true)]
    pub systemd_socket: bool,
    /// Directory of the state files [default: data, beside the settings file]
    #[arg(long = "state.directory", global = true, value_name = "PATH")]
    pub state_directory: Option<String>,
    /// Lowest level to log: error, warn, info, debug or trace [default: info]
    #[arg(long = "log.level", global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Format of the log: logfmt or json [default: logfmt]
    #[arg(long = "log.format", global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// The sources of settings beside the file.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) overrides: &'a Overrides,
    pub(super) environment: &'a Environment,
    pub(super) working_directory: &'a Path,
}

/// The environment variables. They are an argument, so that reading settings depends on nothing else.
pub type Environment = BTreeMap<String, String>;
