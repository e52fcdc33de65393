//! The connections of clients: accepting them, how many are open, and how long each may wait.

mod activity;

mod eviction;

mod registry;

mod client_stream;

pub(super) mod accept;

pub(super) use registry::ClientConnection;
