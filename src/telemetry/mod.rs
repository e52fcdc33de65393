//! Starts the log, changes its level, and logs the warnings about the settings.

mod logfmt;

#[cfg(test)]
pub(crate) mod captured;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry};

use crate::config::{Log, LogFormat};

/// Changes the level of the log while the program runs.
#[derive(Clone, Debug)]
pub struct LogLevel(Handle<Targets, Registry>);

impl LogLevel {
    /// From now on logs events of `level` and more severe ones.
    pub fn set(&self, level: Level) {
        // This fails only if another log was started before this one, which then stays.
        drop(self.0.reload(targets(level)));
    }
}

/// Starts logging to standard error.
pub fn start(log: Log) -> LogLevel {
    let (filter, handle) = reload::Layer::new(targets(log.level));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Logfmt => lines.event_format(logfmt::Logfmt).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let registry = tracing_subscriber::registry().with(lines.with_filter(filter));
    // This fails only if another log was started before, which then stays.
    drop(registry.try_init());
    LogLevel(handle)
}

/// The levels for the program and for libraries. Libraries log at `warn` and above only, because their traces
/// contain headers, and so credentials.
fn targets(level: Level) -> Targets {
    let level = LevelFilter::from_level(level);
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("zendesk_exporter", level)
}

/// Logs the warnings about the settings, at the start and at each reload.
pub fn warn_of_settings(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
}
