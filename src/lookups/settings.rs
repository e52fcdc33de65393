//! What the lookups of an account are given: their settings, and where they show what they find.

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
    /// Label value.
    pub account: String,
    /// How often tickets are counted by the search, at most every
    /// [`SEARCH_COUNTS_EVERY_MIN`](crate::schedule::SEARCH_COUNTS_EVERY_MIN);
    /// `None` for never.
    pub search_counts_every: Option<Duration>,
    /// Whether the settings ask for all tickets of the account
    /// ([`TicketScope::is_whole`](crate::ledger::TicketScope::is_whole)), so that the ledger's counts can be
    /// compared with Zendesk's.
    pub is_whole: bool,
    /// Sets whose label is on, none twice.
    pub names: Vec<NamedSet>,
    /// How failures are retried.
    pub retry: Retry,
    /// Seed of the jitter.
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

    /// What is asked with these settings.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let counts = self.search_counts_every.map(|_| Endpoint::SearchCount);
        let names = self.names.iter().map(|set| Endpoint::Names(*set));
        counts.into_iter().chain(names).collect()
    }
}

/// Where lookups show what they found.
#[derive(Clone, Debug)]
pub struct LookupOutlets {
    /// Self-metrics; of these, requests are counted.
    pub metrics: AccountMetrics,
    /// What was found. Nothing else may store into it.
    pub findings: SharedFindings,
    /// What a scrape shows of the account: its tickets are what counts are compared with.
    pub published: Published,
    /// The account's clock, which the answers here help to know.
    pub account_clock: SharedAccountClock,
}

/// What the lookups of an account do from now on.
#[derive(Debug)]
pub struct NewLookups<S> {
    /// Their settings; the seed is not used again.
    pub settings: LookupSettings,
    /// Where counts and names come from.
    pub source: Arc<S>,
    /// Self-metrics.
    pub metrics: AccountMetrics,
}
