//! The command line, and what is made of its definition.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

/// Prometheus exporter for Zendesk Support: an exact ledger of every ticket.
#[derive(Debug, Parser)]
#[command(
    name = "zendesk-exporter",
    version,
    about,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub flags: Flags,
    /// What is to be done; serving if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags in the habit of Prometheus.
#[derive(Debug, Args)]
pub struct Flags {
    /// Settings file; zendesk-exporter.yml is read if it is there and none is named
    #[arg(long = "config.file", global = true, value_name = "PATH")]
    pub config_file: Option<PathBuf>,
    /// Address to listen on, e.g. :10121 or 127.0.0.1:10121; may be repeated
    #[arg(long = "web.listen-address", global = true, value_name = "ADDRESS")]
    pub listen_address: Vec<String>,
    /// Path of the metrics
    #[arg(long = "web.telemetry-path", global = true, value_name = "PATH")]
    pub telemetry_path: Option<String>,
    /// Obey POST /-/reload, which anybody who reaches the address can send
    #[arg(long = "web.enable-lifecycle", global = true)]
    pub enable_lifecycle: bool,
    /// Web config file: TLS and users, in the format of Prometheus's exporter-toolkit
    #[arg(long = "web.config.file", global = true, value_name = "PATH")]
    pub web_config_file: Option<String>,
    /// Listen on the sockets that systemd hands over instead of the listen addresses
    #[arg(long = "web.systemd-socket", global = true)]
    pub systemd_socket: bool,
    /// Directory of the state files
    #[arg(long = "state.directory", global = true, value_name = "PATH")]
    pub state_directory: Option<String>,
    /// error, warn, info, debug or trace
    #[arg(long = "log.level", global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// logfmt or json
    #[arg(long = "log.format", global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Poll the accounts and serve their metrics (the default)
    Serve,
    /// Check the settings
    Check {
        /// Also try the credentials with one sample request per account, and look custom fields up
        #[arg(long)]
        online: bool,
    },
    /// Show what the state files hold
    State {
        #[command(subcommand)]
        action: Option<StateAction>,
    },
    /// Run the exporter against a simulated account; needs no settings
    Demo {
        /// Live so long a past first, from 1h to 31d, and write it for promtool into --output
        #[arg(long, value_name = "DURATION")]
        past: Option<String>,
        /// New or empty directory that --past writes into
        #[arg(long, value_name = "PATH")]
        output: Option<PathBuf>,
        /// Start without a past if --output already holds one, and remove one that is incomplete
        #[arg(long)]
        once: bool,
    },
    /// Ask a running exporter whether it is healthy
    Healthcheck,
    /// Print what completes the command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What can be done with a state.
#[derive(Debug, Subcommand)]
pub enum StateAction {
    /// Count the gauges again from the ticket records and compare
    Verify,
    /// Copy a state to a new file, also while an exporter uses it
    Backup {
        /// The file to make; it must not exist
        file: PathBuf,
        /// Name of the account, where there are several
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
}

/// What completes the command line in `shell`.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "zendesk-exporter", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// The manual page, in roff.
pub fn man() -> String {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(Cli::command());
    // Memory takes everything.
    let _ = page.render(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_one_that_clap_takes() {
        Cli::command().debug_assert();
    }

    #[test]
    fn completions_and_the_manual_page_name_every_flag_and_command() {
        let command = Cli::command();
        let flags = command.get_arguments().filter_map(clap::Arg::get_long);
        let names: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .chain(flags.filter(|flag| *flag != "help"))
            .collect();
        assert!(names.len() > 12, "{names:?}");
        let (bash, man) = (completions(clap_complete::Shell::Bash), man());
        for name in names {
            assert!(bash.contains(name), "{name}");
            assert!(man.replace("\\-", "-").contains(name), "{name}");
        }
    }
}
