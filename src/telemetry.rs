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

/// An error and what it came from, as one line.
pub fn with_sources(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_line = cause.to_string();
        // Some libraries print their source themselves.
        if !line.ends_with(&cause_line) {
            line.push_str(": ");
            line.push_str(&cause_line);
        }
        source = cause.source();
    }
    line
}
