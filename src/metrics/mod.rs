//! What is shown: every family once, the tickets as lines rendered ahead, the rest at a scrape.
//!
//! The only module that knows the `prometheus` crate.

pub mod catalog;

mod text;

mod newborn;

mod histograms;

mod later;

mod lines;

mod tickets;

mod snapshot;

mod status;

mod backlog;

mod lookups;

mod exporter;

mod lifetimes;

mod process;

mod exposition;

mod estimate;

#[cfg(test)]
mod tests;

pub use estimate::{SeriesEstimate, ticket_series};
pub use exporter::{AccountMetrics, ExporterMetrics};
pub use exposition::{Exposition, Published};
pub use lines::FamilyLines;
pub use lookups::CountLine;
pub use newborn::{Newborn, Occasion};
pub use snapshot::{AccountState, Snapshot};
pub use status::{AccountStatus, Pace, Problem, RequestLimit, Standing, TicketCounts};
pub use tickets::Words;
