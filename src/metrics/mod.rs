//! What is shown: every family once, the tickets as lines rendered ahead, the rest at a scrape.
//!
//! The only module that knows the `prometheus` crate.

pub mod catalog;

mod text;

mod tickets;

mod snapshot;

mod status;

mod backlog;

mod lookups;

mod exporter;

mod lifetimes;

mod process;

mod exposition;

#[cfg(test)]
mod tests;

pub use exporter::{AccountMetrics, ExporterMetrics};
pub use exposition::{Exposition, Published};
pub use lookups::CountLine;
pub use snapshot::{AccountState, Snapshot};
pub use status::{AccountStatus, Pace, Problem, RequestLimit, Standing, TicketCounts};
pub use tickets::{TicketLines, Words};
