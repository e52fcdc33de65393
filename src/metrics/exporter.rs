//! The self-metrics of the exporter, in a registry of the `prometheus` crate. They begin at 0 with every start.

use prometheus::Registry;

use super::account_metrics::AccountMetrics;
use super::catalog::{self, Family, OptIn};
use super::lifetimes::LiveAccounts;
use super::process::ProcessCollector;
use super::vectors::{CATALOGUE_HOLDS, Vectors};
use crate::ledger::{Outcome, SeriesSettings};
use crate::source::Endpoint;
use crate::ticket::UnixSeconds;

/// Self-metrics of the whole process.
#[derive(Clone, Debug)]
pub struct ExporterMetrics {
    registry: Registry,
    vectors: Vectors,
    accounts: LiveAccounts,
}

impl ExporterMetrics {
    /// Registers every family; `started_at` is when the process began.
    ///
    /// # Panics
    ///
    /// If the catalogue declares a family that `prometheus` refuses, which its tests exclude.
    pub fn new(started_at: UnixSeconds) -> Self {
        let registry = Registry::new();
        let vectors = Vectors::new(&registry);
        vectors
            .build_info
            .with_label_values(&[
                env!("CARGO_PKG_VERSION"),
                env!("BUILD_REVISION"),
                env!("BUILD_RUSTC"),
            ])
            .set(1.0);
        registry
            .register(Box::new(ProcessCollector::new(started_at)))
            .expect(CATALOGUE_HOLDS);
        let metrics = Self {
            vectors,
            accounts: LiveAccounts::default(),
            registry,
        };
        metrics.on_settings(true, started_at);
        metrics
    }

    /// Records that the settings were read: whether they took effect, and when.
    pub fn on_settings(&self, took_effect: bool, now: UnixSeconds) {
        let flag = f64::from(u8::from(took_effect));
        self.vectors
            .reload_successful
            .with_label_values::<&str>(&[])
            .set(flag);
        if took_effect {
            let timestamp = self.vectors.reload_timestamp.with_label_values::<&str>(&[]);
            timestamp.set(now.0 as f64);
        }
    }

    /// The self-metrics of one account. Everything that is counted exists at 0 from now on. `endpoints` are those
    /// that its settings use, `settings` determine its labels. If the account has self-metrics already, they
    /// continue.
    pub fn for_account(
        &self,
        account: &str,
        endpoints: &[Endpoint],
        settings: &SeriesSettings,
    ) -> AccountMetrics {
        let metrics = AccountMetrics {
            series: self.accounts.series_of(account, &self.vectors),
        };
        self.vectors.polls.with_label_values(&[account]);
        self.vectors.poll_duration.with_label_values(&[account]);
        self.vectors.commit_duration.with_label_values(&[account]);
        self.vectors.rate_limit_wait.with_label_values(&[account]);
        self.vectors.silent_changes.with_label_values(&[account]);
        self.vectors
            .hidden_status_changes
            .with_label_values(&[account]);
        for reason in catalog::FAILURE_REASONS {
            self.vectors
                .poll_failures
                .with_label_values(&[account, reason]);
        }
        for outcome in Outcome::ALL {
            self.vectors
                .rows
                .with_label_values(&[account, outcome.label()]);
        }
        // A cell without opt-in labels always finds room.
        let can_be_dropped = |family: &&&Family| match family.opt_in {
            OptIn::None => false,
            OptIn::Owner => settings.shows_owner(),
            OptIn::All => true,
        };
        for family in catalog::ALL.iter().filter(can_be_dropped) {
            self.vectors
                .series_dropped
                .with_label_values(&[account, family.name]);
        }
        for label in settings.labels.bounded() {
            self.vectors
                .label_values_dropped
                .with_label_values(&[account, settings.labels.name_of(label)]);
        }
        for endpoint in endpoints {
            let label = endpoint.label();
            self.vectors
                .api_requests
                .with_label_values(&[account, label, "200"]);
            self.vectors
                .api_request_duration
                .with_label_values(&[account, label]);
            let failures = catalog::FAILURE_CODES.iter();
            // See `FAILURE_CODES`: the first failure must be an increase.
            for code in failures.filter(|_| endpoint.is_needed_to_read()) {
                self.vectors
                    .api_requests
                    .with_label_values(&[account, label, code]);
            }
        }
        metrics
    }

    /// The registry, for the exposition.
    pub(super) const fn registry(&self) -> &Registry {
        &self.registry
    }
}
