//! Logging of the process.

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

/// Where the level of the log is set while the program runs.
#[derive(Clone, Debug)]
pub struct LogLevel(Handle<Targets, Registry>);

impl LogLevel {
    /// From now on logs what is at least as severe as `level`.
    pub fn set(&self, level: Level) {
        // Only fails if logging was not started by this handle's own start, which then goes on.
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
    // Only fails if logging was started before, which then goes on.
    drop(registry.try_init());
    LogLevel(handle)
}

/// Libraries log at `warn` at most: their traces hold headers and addresses that are nobody's
/// business, and credentials among them.
fn targets(level: Level) -> Targets {
    let level = LevelFilter::from_level(level);
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("zendesk_exporter", level)
}

/// Logs what is probably meant otherwise in the settings: at the start, and whenever they are read again.
pub fn warn_of_settings(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
}
