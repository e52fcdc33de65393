//! What the settings of an account mean for its client, its loops and what is counted of them.

use crate::clock::Clock;
use crate::config::Account;
use crate::ledger::{FieldLabel, Layout};
use crate::lookups::LookupSettings;
use crate::metrics::{AccountMetrics, ExporterMetrics};
use crate::poller::PollerSettings;
use crate::schedule::{Pacing, ResyncPacing};
use crate::source::{AuthMethod, Endpoint};
use crate::walk::WalkSettings;
use crate::zendesk::{ClientSettings, Wanted, WantedField};

impl ClientSettings {
    /// The client's part of an account's settings.
    pub fn of(account: &Account) -> Self {
        Self {
            base_url: account.base_url.url().clone(),
            auth: account.auth.clone(),
            proxy: account.proxy.clone(),
            source: account.export.source,
            support_type_scope: account.export.support_type_scope,
            metric_sets: account.export.metric_sets,
            slas: account.export.slas,
            wanted: Wanted::of(&account.layout()),
            request_timeout: account.export.request_timeout,
        }
    }
}

impl Wanted {
    /// What the labels of `layout` need.
    pub fn of(layout: &Layout) -> Self {
        let field = |field: &FieldLabel| WantedField {
            id: field.id,
            values: field.values.clone(),
        };
        Self {
            tags: layout.tags.clone(),
            fields: layout.fields.iter().map(field).collect(),
        }
    }
}

/// What is counted of the account's requests, by what its loops ask.
pub(super) fn metrics(
    account: &Account,
    lookups: &LookupSettings,
    exporter: &ExporterMetrics,
) -> AccountMetrics {
    let mut endpoints = vec![account.export.source.sees().endpoint];
    if account.auth.method() == AuthMethod::ClientCredentials {
        endpoints.push(Endpoint::OAuthToken);
    }
    endpoints.extend(lookups.endpoints());
    exporter.for_account(&account.name, &endpoints, &account.layout())
}

pub(super) fn lookup_settings(account: &Account, clock: &impl Clock) -> LookupSettings {
    LookupSettings {
        account: account.name.clone(),
        search_counts_every: account.export.search_counts_every,
        is_whole: account.reach().is_whole(),
        names: LookupSettings::names_for(&account.layout()),
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
        walks: WalkSettings {
            source: export.source,
            start_time: export.start_time,
            replay_window: export.replay.window,
        },
        request_timeout: export.request_timeout,
        hold_new_series: account.hold_new_series.unwrap_or_default(),
        seed: seed(account, clock),
    }
}
