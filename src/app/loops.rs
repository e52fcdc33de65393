//! The two loops of an account, the poller and the lookups, with what they share.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Account;
use crate::health::PollerHealth;
use crate::lookups::{LookupOutlets, LookupSettings, Lookups, OwnCount, SharedFindings};
use crate::metrics::{AccountMetrics, ExporterMetrics};
use crate::poller::{Outlets, OwnCounts, Poller, PollerSettings};
use crate::schedule::{Pacing, ResyncPacing, SharedAccountClock};
use crate::source::{AuthMethod, Endpoint, LookupSource, Source};
use crate::store::Store;
use crate::zendesk::Client;

/// The loops, neither of which runs yet.
#[derive(Debug)]
pub(super) struct Loops<C, S> {
    pub(super) poller: Poller<C, S>,
    pub(super) lookups: Lookups<C, S>,
    /// Those of the poller.
    pub(super) outlets: Outlets,
}

impl<C: Clock, S: Source + LookupSource> Loops<C, S> {
    /// The loops of `account`, whose `store` is open. Both ask `source`, which asks by `client`; `clocks` are
    /// the poller's and that of the lookups.
    pub(super) fn new(
        account: &Account,
        client: &Client,
        source: Arc<S>,
        clocks: [Arc<C>; 2],
        store: Store,
        exporter: &ExporterMetrics,
    ) -> Self {
        let [poller_clock, lookup_clock] = clocks;
        let outlets = Outlets {
            metrics: metrics(account, client, exporter, &*poller_clock),
            published: Arc::default(),
            findings: SharedFindings::default(),
            own_counts: OwnCounts::default(),
            health: Arc::new(PollerHealth::new(
                &account.name,
                poller_clock.now().monotonic,
            )),
            account_clock: SharedAccountClock::default(),
        };
        let lookups = Lookups::new(
            lookup_settings(account, &*lookup_clock),
            lookup_clock,
            Arc::clone(&source),
            LookupOutlets {
                metrics: outlets.metrics.clone(),
                findings: outlets.findings.clone(),
                ours: ours(account, &outlets.own_counts),
                account_clock: outlets.account_clock.clone(),
            },
        );
        let settings = poller_settings(account, &*poller_clock);
        let poller = Poller::new(settings, poller_clock, source, store, outlets.clone());
        Self {
            poller,
            lookups,
            outlets,
        }
    }
}

/// What the search's counts are compared with.
pub(super) fn ours(account: &Account, own_counts: &OwnCounts) -> OwnCount {
    own_counts.reader(account.reach().is_whole())
}

pub(super) fn metrics(
    account: &Account,
    client: &Client,
    exporter: &ExporterMetrics,
    clock: &impl Clock,
) -> AccountMetrics {
    let mut endpoints = vec![client.export_endpoint()];
    if account.auth.method() == AuthMethod::ClientCredentials {
        endpoints.push(Endpoint::OAuthToken);
    }
    endpoints.extend(lookup_settings(account, clock).endpoints());
    exporter.for_account(&account.name, &endpoints, &account.series())
}

pub(super) fn lookup_settings(account: &Account, clock: &impl Clock) -> LookupSettings {
    LookupSettings {
        account: account.name.clone(),
        search_counts_every: account.export.search_counts_every,
        names: account.labels.shown_sets().collect(),
        retry: account.retry,
        seed: seed(account, clock),
    }
}

/// Accounts and restarts must not jitter alike.
fn seed(account: &Account, clock: &impl Clock) -> u64 {
    clock.now().wall_ms.cast_unsigned() ^ u64::from(crc32fast::hash(account.name.as_bytes()))
}

pub(super) fn poller_settings(account: &Account, clock: &impl Clock) -> PollerSettings {
    let export = &account.export;
    PollerSettings {
        account: account.name.clone(),
        pacing: Pacing {
            requests_per_minute: export.requests_per_minute,
            poll_interval: export.poll_interval,
            page_size: export.page_size,
            retry: account.retry,
            replay_every: export.replay.every,
            resync: export.resync.every.map(|every| ResyncPacing {
                every,
                requests_per_minute: export.resync.requests_per_minute,
            }),
        },
        source: export.source,
        start_time: export.start_time,
        replay_window: export.replay.window,
        request_timeout: export.request_timeout,
        hold_new_series: account.hold_new_series.unwrap_or_default(),
        seed: seed(account, clock),
    }
}
