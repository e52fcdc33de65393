//! The two loops of an account: the poller and the lookups.

use std::sync::Arc;

use super::settings::{lookup_settings, metrics, poller_settings};
use crate::clock::Clock;
use crate::config::Account;
use crate::health::PollerHealth;
use crate::lookups::{LookupOutlets, Lookups, SharedFindings};
use crate::metrics::ExporterMetrics;
use crate::poller::{Outlets, Poller};
use crate::schedule::SharedAccountClock;
use crate::source::{LookupSource, TicketSource};
use crate::state::State;

/// The loops of an account, before they run.
#[derive(Debug)]
pub(in crate::app) struct Loops<C, S> {
    pub(in crate::app) poller: Poller<C, S>,
    pub(in crate::app) lookups: Lookups<C, S>,
    /// What both show and share.
    pub(in crate::app) outlets: Outlets,
}

impl<C: Clock, S: TicketSource + LookupSource> Loops<C, S> {
    /// The loops of `account`, whose `state` is open. Both send their requests through `source`. `clocks` are
    /// that of the poller and that of the lookups.
    pub(in crate::app) fn new(
        account: &Account,
        source: Arc<S>,
        clocks: [Arc<C>; 2],
        state: State,
        exporter: &ExporterMetrics,
    ) -> Self {
        let [poller_clock, lookup_clock] = clocks;
        let lookup_settings = lookup_settings(account, &*lookup_clock);
        let outlets = Outlets {
            metrics: metrics(account, &lookup_settings, exporter),
            published: Arc::default(),
            findings: SharedFindings::default(),
            health: Arc::new(PollerHealth::new(
                &account.name,
                poller_clock.now().monotonic,
            )),
            account_clock: SharedAccountClock::default(),
        };
        let lookups = Lookups::new(
            lookup_settings,
            lookup_clock,
            Arc::clone(&source),
            LookupOutlets {
                metrics: outlets.metrics.clone(),
                findings: outlets.findings.clone(),
                published: Arc::clone(&outlets.published),
                account_clock: outlets.account_clock.clone(),
            },
        );
        let settings = poller_settings(account, &*poller_clock);
        let poller = Poller::new(settings, poller_clock, source, state, outlets.clone());
        Self {
            poller,
            lookups,
            outlets,
        }
    }
}
