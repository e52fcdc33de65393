//! The metrics: the catalogue of families, ticket lines that are rendered in advance, and the self-metrics.
//!
//! This is the only room that uses the `prometheus` crate.

pub mod catalog;

mod tickets;

mod histograms;

mod new_series;

mod backlog;

mod lookups;

mod account_state;

mod family_lines;

mod text;

mod snapshot;

mod status;

mod source_status;

mod problem;

mod exposition;

mod account_metrics;

mod exporter;

mod process;

mod vectors;

mod lifetimes;

mod estimate;

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests;

pub use account_metrics::AccountMetrics;
pub use account_state::AccountState;
pub use estimate::{SeriesEstimate, ticket_series};
pub use exporter::ExporterMetrics;
pub use exposition::{Exposition, Published};
pub use family_lines::FamilyLines;
pub use lookups::CountLine;
pub use new_series::{NewSeries, Occasion};
pub use problem::Problem;
pub use snapshot::Snapshot;
pub use source_status::{
    ArchivedTicketsStatus, FastLane, FullWalk, ListStatus, RefusedExport, SourceStatus, WalkStatus,
};
pub use status::{AccountCondition, AccountStatus, RequestLimit, TicketCounts};
pub use tickets::Words;
