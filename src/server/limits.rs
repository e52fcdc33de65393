//! What one client may cost.

use std::time::Duration;

/// What one client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the whole head of a request: the first one counted from the beginning of the connection,
    /// agreeing on TLS included, a further one from its first byte.
    pub header_time: Duration,
    /// Between two requests of a connection.
    pub idle_time: Duration,
    /// For an answer, from when it first has to wait for the client until all of it is taken; anew
    /// whenever a good part of it is.
    pub write_time: Duration,
    /// For answers under way when the program ends.
    pub drain_time: Duration,
    /// Connections at a time. For a further one that which has been silent longest is closed.
    pub connections_max: usize,
    /// Scrapes at a time that clients have not taken yet, where scrapes that were asked for together
    /// are one. For a further one the connections with the oldest are closed.
    pub scrapes_max: usize,
    /// Bytes of such scrapes that are not shown any more, held back in the same way.
    pub content_bytes_max: usize,
}

impl Limits {
    /// The limits of the program, with room for so many connections.
    pub const fn with_connections(connections_max: usize) -> Self {
        Self {
            header_time: Duration::from_secs(10),
            // Longer than Go's clients keep a connection that they do not use: they, Prometheus
            // among them, are to be the ones to close it, not we while a scrape is on its way.
            idle_time: Duration::from_secs(330),
            write_time: Duration::from_secs(10),
            drain_time: Duration::from_secs(1),
            connections_max,
            scrapes_max: 64,
            content_bytes_max: 32 * 1024 * 1024,
        }
    }
}
