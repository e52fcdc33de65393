//! The settings of one account's poller, and new ones for a poller that runs.

use std::sync::Arc;
use std::time::Duration;

use crate::ledger::{SeriesSettings, TicketScope};
use crate::metrics::AccountMetrics;
use crate::reload::Receipt;
use crate::schedule::Pacing;
use crate::source::{ArchivedTickets, SourceChoice};
use crate::walk::WalkSettings;

/// The settings of one account's poller.
#[derive(Clone, Debug)]
pub struct PollerSettings {
    /// Label value.
    pub account: String,
    /// What paces requests.
    pub pacing: Pacing,
    /// Which source is read.
    pub source: SourceChoice,
    /// What is asked of archived tickets while the list is read.
    pub archive: ArchivedTickets,
    /// Where walks begin.
    pub walks: WalkSettings,
    /// Longest that one request takes.
    pub request_timeout: Duration,
    /// How long a new series of a counter or histogram is shown with the value it began with; zero
    /// for not at all.
    pub hold_new_series: Duration,
    /// Seed of the jitter.
    pub seed: u64,
}

/// What a poller does from now on.
#[derive(Debug)]
pub struct NewSettings<S> {
    /// Its settings; the seed is not used again.
    pub settings: PollerSettings,
    /// Where pages come from.
    pub source: Arc<S>,
    /// The labels and families that are shown.
    pub series: SeriesSettings,
    /// Which tickets are asked for.
    pub ticket_scope: TicketScope,
    /// Self-metrics.
    pub metrics: AccountMetrics,
    /// How often the account's credentials have changed since its poller was made. A number rather than
    /// a flag, because a later message replaces one that was not taken yet.
    pub credentials: u64,
    /// Which sections of the account's settings differ, for the log.
    pub changed: Vec<&'static str>,
    /// Signed once all of this holds.
    pub receipt: Receipt,
}
