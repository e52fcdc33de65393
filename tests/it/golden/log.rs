//! What the exporter logs on this thread, a line an event: level, message, fields in their order.
//!
//! The module that logs is left out: a message can move to another one. The time is that of the run,
//! which the marks between the lines tell.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// While there is one subscriber only, `tracing` asks the thread that first comes to a place of the code whether
/// anybody listens there, and remembers the answer for all. Another test without a subscriber must not answer no.
static EVERY_THREAD_LISTENS: Once = Once::new();

/// Takes what this thread logs for as long as it lives.
pub(super) struct Log {
    lines: Lines,
    _guard: DefaultGuard,
}

/// Each line, and how often it came in a row.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<(String, usize)>>>);

impl Log {
    pub(super) fn begin() -> Self {
        EVERY_THREAD_LISTENS.call_once(|| {
            let nobody = Dispatch::new(tracing_subscriber::registry());
            tracing::dispatcher::set_global_default(nobody).expect("no other test sets one");
        });
        let lines = Lines::default();
        let subscriber = tracing_subscriber::registry().with(lines.clone());
        Self {
            lines,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Adds a line that nobody logged.
    pub(super) fn mark(&self, line: &str) {
        self.lines.add(line);
    }

    /// Everything so far.
    pub(super) fn text(&self) -> String {
        let lines = self.lines.0.lock().expect("nobody panics who holds this");
        lines
            .iter()
            .map(|(line, times)| match times {
                1 => format!("{line}\n"),
                _ => format!("{line} ({times} times)\n"),
            })
            .collect()
    }
}

impl Lines {
    fn add(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match lines.last_mut() {
            Some((before, times)) if before == line => *times += 1,
            _ => lines.push((line.to_owned(), 1)),
        }
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let is_ours = metadata.target().starts_with("zendesk_exporter");
        if !is_ours || *metadata.level() > Level::DEBUG {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields { message, rest } = fields;
        self.add(&format!("{:<5} {message}{rest}", metadata.level()));
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Fields {
    fn add(&mut self, field: &Field, value: &dyn fmt::Display) {
        let added = if field.name() == "message" {
            write!(self.message, "{value}")
        } else {
            write!(self.rest, " {}={value}", field.name())
        };
        added.expect("a text takes everything");
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, &format_args!("{value:?}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format_args!("{value:?}"));
    }
}
