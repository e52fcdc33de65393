//! How much one client may take.

use std::time::Duration;

/// How much one client may take of time, connections and memory.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the whole head of a request: of the first one from the beginning of the connection, TLS
    /// handshake included; of a later one from its first byte.
    pub header_time: Duration,
    /// Between two requests of a connection.
    pub idle_time: Duration,
    /// For a response, from when it first has to wait for the client until the client has read all of it.
    /// Starts anew whenever the client has read 1 MB.
    pub write_time: Duration,
    /// For responses that are under way when the program ends.
    pub drain_time: Duration,
    /// Connections that are open at the same time. For one more, the connection that has been silent
    /// longest is closed.
    pub connections_max: usize,
    /// Contents that clients have not read completely. A scrape that several clients share is one. For one
    /// more, the connections with the oldest are closed.
    pub scrapes_max: usize,
    /// Bytes of such contents that are in no newer one. For more, connections are closed in the same way.
    pub content_bytes_max: usize,
}

impl Limits {
    /// The limits of the program, with at most `connections_max` connections.
    pub const fn with_connections(connections_max: usize) -> Self {
        Self {
            header_time: Duration::from_secs(10),
            // Longer than Go's clients, such as Prometheus, keep a connection that they do not use. So they
            // close it: if the server did, it could close it while a scrape is on its way.
            idle_time: Duration::from_secs(330),
            write_time: Duration::from_secs(10),
            drain_time: Duration::from_secs(1),
            connections_max,
            scrapes_max: 64,
            content_bytes_max: 32 * 1024 * 1024,
        }
    }
}
