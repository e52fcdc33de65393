//! The settings of an account's lookups, and the places where their results go.

use std::sync::Arc;
use std::time::Duration;

use super::agenda::Plan;
use super::findings::SharedFindings;
use crate::metrics::{AccountMetrics, Published};
use crate::schedule::{Retry, SharedAccountClock};
use crate::source::Endpoint;
use crate::ticket::NamedSet;

/// The settings of one account's lookups.
#[derive(Clone, Debug)]
pub struct LookupSettings {
    /// The value of the label `account`.
    pub account: String,
    /// How often the search counts tickets, at most every
    /// [`SEARCH_COUNTS_EVERY_MIN`](crate::schedule::SEARCH_COUNTS_EVERY_MIN); `None` for never.
    pub search_counts_every: Option<Duration>,
    /// Whether the settings select all tickets of the account
    /// ([`TicketScope::is_whole`](crate::ledger::TicketScope::is_whole)), so that the ledger's counts can be compared with
    /// Zendesk's.
    pub is_whole: bool,
    /// The sets whose label is on, each once.
    pub names: Vec<NamedSet>,
    /// How failures are retried.
    pub retry: Retry,
    /// The seed of the jitter.
    pub seed: u64,
}

impl LookupSettings {
    pub(super) fn plan(&self) -> Plan {
        Plan {
            search_counts_every: self.search_counts_every,
            names: self.names.clone(),
            retry: self.retry,
        }
    }

    /// The endpoints to which these settings lead requests.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let counts = self.search_counts_every.map(|_| Endpoint::SearchCount);
        let names = self.names.iter().map(|set| Endpoint::Names(*set));
        counts.into_iter().chain(names).collect()
    }
}

/// The places where lookups put their results.
#[derive(Clone, Debug)]
pub struct LookupOutlets {
    /// The self-metrics, in which requests are counted.
    pub metrics: AccountMetrics,
    /// The results. Nothing else may store into it.
    pub findings: SharedFindings,
    /// The snapshot of the account: counts are compared with its tickets.
    pub published: Published,
    /// Account time, to which the `Date` of these answers contributes.
    pub account_clock: SharedAccountClock,
}

/// New settings for a running loop.
#[derive(Debug)]
pub struct NewLookups<S> {
    /// The settings; the seed is ignored.
    pub settings: LookupSettings,
    /// The client that reads counts and names.
    pub source: Arc<S>,
    /// The self-metrics.
    pub metrics: AccountMetrics,
}
