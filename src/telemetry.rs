//! Logging of the process.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Starts logging to standard error.
///
/// Libraries log at `warn` at most: their traces hold headers and addresses that are nobody's
/// business, and credentials among them.
pub fn start(log: Log) {
    let level = LevelFilter::from_level(log.level);
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("zendesk_exporter", level);
    let registry = tracing_subscriber::registry();
    let started = match log.format {
        LogFormat::Logfmt => registry
            .with(
                tracing_logfmt::builder()
                    .layer()
                    .with_writer(std::io::stderr)
                    .with_filter(targets),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr)
                    .with_filter(targets),
            )
            .try_init(),
    };
    // Only fails if logging was started before, which then goes on.
    drop(started);
}
