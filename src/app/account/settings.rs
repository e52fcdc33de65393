//! The settings of an account for its client, its loops and its metrics.

use crate::clock::Clock;
use crate::config::Account;
use crate::ledger::{FieldLabel, LabelSettings};
use crate::lookups::LookupSettings;
use crate::metrics::{AccountMetrics, ExporterMetrics};
use crate::poller::PollerSettings;
use crate::schedule::{Pacing, ResyncPacing};
use crate::source::{AuthMethod, Endpoint, SourceChoice};
use crate::walk::WalkSettings;
use crate::zendesk::{ClientSettings, ListedField, TagsAndFields};

impl ClientSettings {
    /// The settings of the account's client.
    pub fn from_account(account: &Account) -> Self {
        Self {
            base_url: account.base_url.url().clone(),
            auth: account.auth.clone(),
            proxy: account.proxy.clone(),
            source: account.export.source.export(),
            support_type_scope: account.export.support_type_scope,
            metric_sets: account.export.metric_sets,
            slas: account.export.slas,
            tags_and_fields: TagsAndFields::from_labels(&account.labels),
            request_timeout: account.export.request_timeout,
        }
    }
}

impl TagsAndFields {
    /// What these labels need of a ticket.
    pub fn from_labels(labels: &LabelSettings) -> Self {
        let field = |field: &FieldLabel| ListedField {
            id: field.id,
            values: field.values.clone(),
        };
        Self {
            tags: labels.tags.clone(),
            fields: labels.fields.iter().map(field).collect(),
        }
    }
}

/// The metrics of the account. Its requests are counted for the endpoints that its loops use.
pub(super) fn metrics(
    account: &Account,
    lookups: &LookupSettings,
    exporter: &ExporterMetrics,
) -> AccountMetrics {
    let source = account.export.source;
    let mut endpoints = Vec::new();
    if source != SourceChoice::List {
        endpoints.push(source.export().sees().endpoint);
    }
    if matches!(source, SourceChoice::Auto | SourceChoice::List)
        || account.export.list.pacing.fast_lane.is_some()
    {
        endpoints.extend([Endpoint::TicketsList, Endpoint::DeletedTickets]);
    }
    if account.auth.method() == AuthMethod::ClientCredentials {
        endpoints.push(Endpoint::OAuthToken);
    }
    endpoints.extend(lookups.endpoints());
    exporter.for_account(&account.name, &endpoints, &account.series())
}

/// The settings of the account's lookups.
pub(super) fn lookup_settings(account: &Account, clock: &impl Clock) -> LookupSettings {
    LookupSettings {
        account: account.name.clone(),
        search_counts_every: account.export.search_counts_every,
        is_whole: account.ticket_scope().is_whole(),
        names: account.labels.shown_sets().collect(),
        retry: account.retry,
        seed: seed(account, clock),
    }
}

/// A seed that differs between accounts and between starts, so that their jitter differs.
fn seed(account: &Account, clock: &impl Clock) -> u64 {
    clock.now().wall_ms.cast_unsigned() ^ u64::from(crc32fast::hash(account.name.as_bytes()))
}

/// The settings of the account's poller.
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
            list: export.list.pacing,
        },
        source: export.source,
        archive: export.list.archive,
        walks: WalkSettings {
            source: export.source.export(),
            start_time: export.start_time,
            replay_window: export.replay.window,
        },
        request_timeout: export.request_timeout,
        hold_new_series: account.hold_new_series.unwrap_or_default(),
        seed: seed(account, clock),
    }
}
