//! The definition of the command line, and its completion scripts.

use std::path::PathBuf;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::config::Overrides;

/// The command line. Its description is that of the package.
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
    pub flags: Overrides,
    /// The command; without one it is `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the accounts and serve their metrics (the default command)
    Serve,
    /// Check the settings, estimate the series, and show what changed settings would reset
    Check {
        /// Also send a request to each source of tickets per account, and look up the custom fields
        #[arg(long)]
        online: bool,
    },
    /// Show the contents of the state files
    State {
        #[command(subcommand)]
        action: Option<StateAction>,
    },
    /// Run the exporter with a simulated Zendesk account; needs no settings
    Demo {
        /// Simulate a past of this length first, from 1h to 31d, and write it to --output for promtool
        #[arg(long, value_name = "DURATION")]
        past: Option<String>,
        /// New or empty directory for the files of --past
        #[arg(long, value_name = "PATH")]
        output: Option<PathBuf>,
        /// Start without a past if --output already holds one, and remove one that is incomplete
        #[arg(long)]
        once: bool,
    },
    /// Query /-/healthy of a running exporter; the exit code is 0 if it is healthy
    Healthcheck,
    /// Print the completion script of a shell
    Completions {
        /// Name of the shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// The commands below `state`.
#[derive(Debug, Subcommand)]
pub enum StateAction {
    /// Recount the gauges from the ticket records, and compare
    Verify,
    /// Copy the state of an account to a new file; the exporter can keep running
    Backup {
        /// File to create; it must not exist
        file: PathBuf,
        /// Account whose state to copy; needed if there are several
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
}

/// The script that completes the command line in `shell`.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "zendesk-exporter", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_accepts_the_command_line() {
        Cli::command().debug_assert();
    }

    #[test]
    fn completions_name_every_flag_and_command() {
        let command = Cli::command();
        let flags = command.get_arguments().filter_map(clap::Arg::get_long);
        let names: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .chain(flags.filter(|flag| *flag != "help"))
            .collect();
        assert!(names.len() > 12, "{names:?}");
        let bash = completions(clap_complete::Shell::Bash);
        for name in names {
            assert!(bash.contains(name), "{name}");
        }
    }
}
