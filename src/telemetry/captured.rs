//! Captures the log of a test.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

use super::logfmt::Logfmt;

/// Records what the thread logs until it is dropped.
pub(crate) struct Captured {
    written: Written,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(crate) fn start() -> Self {
        let written = Written::default();
        let writer = written.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Logfmt)
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        Self {
            written,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Everything that was logged so far, as logfmt lines.
    pub(crate) fn text(&self) -> String {
        let bytes = self.written.0.lock().expect("nobody panics who holds this");
        String::from_utf8(bytes.clone()).expect("text")
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().expect("nobody panics who holds this");
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
