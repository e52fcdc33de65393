//! The command line of zendesk-exporter.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use zendesk_exporter::app::{App, LoadConfig, Reloading, StartError, load_settings};
use zendesk_exporter::commands::cli::{self, Cli, Command, StateAction};
use zendesk_exporter::commands::demo::{self, PastOptions};
use zendesk_exporter::commands::{check, healthcheck, manual, state};
use zendesk_exporter::config::{self, ConfigError, Overrides, States};
use zendesk_exporter::reload::ReloadHandle;
use zendesk_exporter::telemetry;

/// The exit code for wrong settings, and for what they name: a port in use, a directory that cannot be
/// written to. The exit code 1 is for what fails while the program runs.
const WRONG_SETTINGS: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command.unwrap_or(Command::Serve), cli.flags) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            let start = error.downcast_ref::<StartError>();
            if error.is::<ConfigError>() || start.is_some_and(StartError::is_of_settings) {
                ExitCode::from(WRONG_SETTINGS)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn environment() -> config::Environment {
    // No variable of the program has a value that is not UTF-8.
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn run(command: Command, overrides: Overrides) -> anyhow::Result<ExitCode> {
    // Prints a text. The exit code depends on whether everything was good.
    let print = |(text, is_good): (String, bool)| {
        // The reader may have ended before, as in `zendesk-exporter state | head`.
        let _ = std::io::stdout().write_all(text.as_bytes());
        if is_good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    };
    let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let (flags, working) = (overrides.clone(), directory.clone());
    let load = move || {
        let mut config = load_settings(&flags, &environment(), &working)?;
        config::read_proxies(&mut config, &|name| std::env::var_os(name))?;
        Ok(config)
    };
    match command {
        Command::Serve => block_on(serve(Arc::new(load)))?,
        Command::Check { online } => {
            let config = load()?;
            // The user sees what needs no request while the requests run.
            print((check::settings(&config), true));
            Ok(print(if online {
                block_on(check::online(&config))?
            } else {
                // Reading the settings has checked them.
                ("the settings are good\n".to_owned(), true)
            }))
        }
        Command::State { action } => {
            let states = config::load_states(&overrides, &environment(), &directory)?;
            Ok(print(match action {
                None => state::show(&states),
                Some(StateAction::Verify) => state::verify_all(&states),
                Some(StateAction::Backup { file, account }) => {
                    let copy = directory.join(file.strip_prefix(".").unwrap_or(&file));
                    (block_on(back_up(states, account, copy))??, true)
                }
            }))
        }
        Command::Healthcheck => {
            let web = config::load_web(&overrides, &environment(), &directory)?;
            block_on(healthcheck::run(&web))?
                .map(|()| ExitCode::SUCCESS)
                .map_err(anyhow::Error::msg)
        }
        Command::Completions { shell } => Ok(print((cli::completions(shell), true))),
        Command::Man => Ok(print((manual::page(), true))),
        Command::Demo { past, output, once } => {
            let options = PastOptions::of_flags(past, output, once)?;
            block_on(async {
                demo::run(overrides, options, &directory, shutdown_by_signal()).await?;
                Ok(ExitCode::SUCCESS)
            })?
        }
    }
}

/// Runs `future` to its end, and waits for nothing else. A name lookup that hangs would otherwise keep the
/// runtime until the resolver gives up.
fn block_on<F: Future>(future: F) -> anyhow::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(output)
}

async fn serve(load: Arc<LoadConfig>) -> anyhow::Result<ExitCode> {
    let config = load()?;
    let log_level = telemetry::start(config.log);
    telemetry::warn_of_settings(&config.warnings);
    // Before everything else. A file that reaches its size limit while a state is opened must be an error, and
    // a SIGHUP that comes meanwhile must not end the program.
    let shutdown = shutdown_by_signal();
    let hangup = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let app = App::open(&config, None).await?;
    let (reloading, handle) = Reloading::new(load, log_level);
    tokio::spawn(reload_by_signal(hangup, handle));
    app.run(shutdown, Some(reloading)).await;
    Ok(ExitCode::SUCCESS)
}

/// Copies a state. SIGTERM and SIGINT end that, and no incomplete copy is left.
async fn back_up(states: States, account: Option<String>, copy: PathBuf) -> anyhow::Result<String> {
    let shutdown = shutdown_by_signal();
    let job = tokio::task::spawn_blocking(move || {
        let is_interrupted = || shutdown.is_cancelled();
        state::back_up(&states, account.as_deref(), &copy, &is_interrupted)
    });
    job.await
        .context("the backup failed")?
        .map_err(anyhow::Error::msg)
}

/// Reloads the settings at each SIGHUP. If several come during a reload, there is one more after it.
async fn reload_by_signal(mut hangup: Signal, handle: ReloadHandle) {
    while hangup.recv().await.is_some() {
        // The log says how it ended.
        drop(handle.reload().await);
    }
}

/// A token that SIGTERM and SIGINT cancel.
fn shutdown_by_signal() -> CancellationToken {
    // Listening once is enough for the life of the process. So a file that reaches its size limit is an error of
    // the write, which is tried again, and does not end the program.
    let _file_size = signal(SignalKind::from_raw(SIGXFSZ));
    let shutdown = CancellationToken::new();
    let signals = shutdown.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        signals.cancel();
    });
    shutdown
}

/// "File size limit exceeded" on Linux.
const SIGXFSZ: i32 = 25;

/// Returns at SIGTERM or SIGINT, or at once if the program cannot listen for them.
async fn wait_for_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
