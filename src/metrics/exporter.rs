//! What the exporter says of itself: counters and histograms mutated in place, with the
//! `prometheus` crate and a registry of our own. They begin at 0 with every start.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use prometheus::{
    CounterVec, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry,
};

use super::catalog::{self, Family, OptIn};
use super::lifetimes::{AccountSeries, Accounts, remove_series};
use super::process::ProcessCollector;
use crate::ledger::{Outcome, SeriesSettings, TicketFamily};
use crate::source::{Endpoint, RateLimit};
use crate::ticket::UnixSeconds;

/// Buckets for requests and polls, in seconds: an answer takes tenths of seconds to a minute, a
/// poll of many pages up to hours.
const POLL_BUCKETS: &[f64] = &[
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0,
];
/// Buckets for requests, in seconds, up to the longest `request_timeout`.
const REQUEST_BUCKETS: &[f64] = &[
    0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0,
];
/// Buckets for commits, in seconds: milliseconds on a healthy disk.
const COMMIT_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Self-metrics of the whole process.
#[derive(Clone, Debug)]
pub struct ExporterMetrics {
    registry: Registry,
    polls: IntCounterVec,
    poll_failures: IntCounterVec,
    poll_duration: HistogramVec,
    commit_duration: HistogramVec,
    api_requests: IntCounterVec,
    api_request_duration: HistogramVec,
    rate_limit: GaugeVec,
    rate_limit_remaining: GaugeVec,
    rate_limit_reset: GaugeVec,
    rate_limit_wait: CounterVec,
    rows: IntCounterVec,
    label_values_dropped: IntCounterVec,
    series_dropped: IntCounterVec,
    reload_successful: GaugeVec,
    reload_timestamp: GaugeVec,
    accounts: Accounts,
}

impl ExporterMetrics {
    /// Registers every family; `started_at` is when the process began.
    ///
    /// # Panics
    ///
    /// If the catalogue declares a family that `prometheus` refuses, which its tests exclude.
    pub fn new(started_at: UnixSeconds) -> Self {
        let registry = Registry::new();
        let build = Maker(&registry);
        let build_info = build.gauge(&catalog::BUILD_INFO);
        build_info
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
            polls: build.counter(&catalog::POLLS),
            poll_failures: build.counter(&catalog::POLL_FAILURES),
            poll_duration: build.histogram(&catalog::POLL_DURATION, POLL_BUCKETS),
            commit_duration: build.histogram(&catalog::COMMIT_DURATION, COMMIT_BUCKETS),
            api_requests: build.counter(&catalog::API_REQUESTS),
            api_request_duration: build.histogram(&catalog::API_REQUEST_DURATION, REQUEST_BUCKETS),
            rate_limit: build.gauge(&catalog::RATE_LIMIT),
            rate_limit_remaining: build.gauge(&catalog::RATE_LIMIT_REMAINING),
            rate_limit_reset: build.gauge(&catalog::RATE_LIMIT_RESET),
            rate_limit_wait: build.seconds_counter(&catalog::RATE_LIMIT_WAIT),
            rows: build.counter(&catalog::ROWS),
            label_values_dropped: build.counter(&catalog::LABEL_VALUES_DROPPED),
            series_dropped: build.counter(&catalog::SERIES_DROPPED),
            reload_successful: build.gauge(&catalog::CONFIG_RELOAD_SUCCESSFUL),
            reload_timestamp: build.gauge(&catalog::CONFIG_RELOAD_TIMESTAMP),
            accounts: Accounts::default(),
            registry,
        };
        metrics.on_settings(true, started_at);
        metrics
    }

    /// The settings were read: whether they were put into effect, and when.
    pub fn on_settings(&self, took_effect: bool, now: UnixSeconds) {
        let flag = f64::from(u8::from(took_effect));
        self.reload_successful
            .with_label_values::<&str>(&[])
            .set(flag);
        if took_effect {
            let timestamp = self.reload_timestamp.with_label_values::<&str>(&[]);
            timestamp.set(now.0 as f64);
        }
    }

    /// The self-metrics of one account, everything that can be counted at 0. `endpoints` are those
    /// that its settings make use of, `settings` its labels. An account that has them already goes on
    /// counting where it was.
    pub fn for_account(
        &self,
        account: &str,
        endpoints: &[Endpoint],
        settings: &SeriesSettings,
    ) -> AccountMetrics {
        let metrics = AccountMetrics {
            series: self.accounts.series_of(account, self),
        };
        self.polls.with_label_values(&[account]);
        self.poll_duration.with_label_values(&[account]);
        self.commit_duration.with_label_values(&[account]);
        self.rate_limit_wait.with_label_values(&[account]);
        for reason in catalog::FAILURE_REASONS {
            self.poll_failures.with_label_values(&[account, reason]);
        }
        for outcome in Outcome::ALL {
            self.rows.with_label_values(&[account, outcome.label()]);
        }
        let can_be_dropped = |family: &&&Family| match family.opt_in {
            OptIn::None => false,
            OptIn::Owner => settings.shows_owner(),
            OptIn::All => true,
        };
        for family in catalog::ALL.iter().filter(can_be_dropped) {
            self.series_dropped
                .with_label_values(&[account, family.name]);
        }
        for label in settings.labels.bounded() {
            self.label_values_dropped
                .with_label_values(&[account, settings.labels.name_of(label)]);
        }
        for endpoint in endpoints {
            let label = endpoint.label();
            self.api_requests
                .with_label_values(&[account, label, "200"]);
            self.api_request_duration
                .with_label_values(&[account, label]);
            let failures = catalog::FAILURE_CODES.iter();
            for code in failures.filter(|_| endpoint.is_needed_to_read()) {
                self.api_requests.with_label_values(&[account, label, code]);
            }
        }
        metrics
    }

    /// Takes every series of `account` out of the exposition.
    pub(super) fn remove(&self, account: &str) {
        let counters = [
            &self.polls,
            &self.poll_failures,
            &self.api_requests,
            &self.rows,
            &self.label_values_dropped,
            &self.series_dropped,
        ];
        let gauges = [
            &self.rate_limit,
            &self.rate_limit_remaining,
            &self.rate_limit_reset,
        ];
        let histograms = [
            &self.poll_duration,
            &self.commit_duration,
            &self.api_request_duration,
        ];
        counters
            .iter()
            .for_each(|vector| remove_series(vector, account));
        gauges
            .iter()
            .for_each(|vector| remove_series(vector, account));
        histograms
            .iter()
            .for_each(|vector| remove_series(vector, account));
        remove_series(&self.rate_limit_wait, account);
    }

    /// The registry, for the exposition.
    pub(super) const fn registry(&self) -> &Registry {
        &self.registry
    }
}

/// Makes and registers vectors from the catalogue's declarations.
struct Maker<'a>(&'a Registry);

const CATALOGUE_HOLDS: &str = "the catalogue declares each family once and in order";

impl Maker<'_> {
    fn counter(&self, family: &Family) -> IntCounterVec {
        let vector = IntCounterVec::new(options(family), &labels(family)).expect(CATALOGUE_HOLDS);
        self.register(vector)
    }

    fn seconds_counter(&self, family: &Family) -> CounterVec {
        let vector = CounterVec::new(options(family), &labels(family)).expect(CATALOGUE_HOLDS);
        self.register(vector)
    }

    fn gauge(&self, family: &Family) -> GaugeVec {
        let vector = GaugeVec::new(options(family), &labels(family)).expect(CATALOGUE_HOLDS);
        self.register(vector)
    }

    fn histogram(&self, family: &Family, buckets: &[f64]) -> HistogramVec {
        let options = HistogramOpts::from(options(family)).buckets(buckets.to_vec());
        let vector = HistogramVec::new(options, &labels(family)).expect(CATALOGUE_HOLDS);
        self.register(vector)
    }

    fn register<C: prometheus::core::Collector + Clone + 'static>(&self, collector: C) -> C {
        self.0
            .register(Box::new(collector.clone()))
            .expect(CATALOGUE_HOLDS);
        collector
    }
}

fn options(family: &Family) -> Opts {
    Opts::new(family.name, family.help)
}

/// `account` first, as in the families that we write ourselves; process-wide ones lack it.
fn labels(family: &Family) -> Vec<&'static str> {
    let account = (family.chapter != catalog::Chapter::Process).then_some("account");
    account
        .into_iter()
        .chain(family.labels.iter().copied())
        .collect()
}

/// Self-metrics of one account.
///
/// Its series are shown for as long as anybody counts into them: they leave with the last clone.
#[derive(Clone, Debug)]
pub struct AccountMetrics {
    series: Arc<AccountSeries>,
}

/// Most limits shown of an account. Zendesk names them in its answers, and two are known.
const BUCKETS_MAX: usize = 8;

impl AccountMetrics {
    /// A poll ended, well or not, after `duration`.
    pub fn on_poll(&self, duration: Duration) {
        let account = [self.series.account.as_str()];
        self.series.all.polls.with_label_values(&account).inc();
        self.series
            .all
            .poll_duration
            .with_label_values(&account)
            .observe(duration.as_secs_f64());
    }

    /// A poll failed; `reason` is one of [`catalog::FAILURE_REASONS`].
    pub fn on_poll_failed(&self, reason: &'static str) {
        debug_assert!(catalog::FAILURE_REASONS.contains(&reason), "{reason}");
        self.series
            .all
            .poll_failures
            .with_label_values(&[&self.series.account, reason])
            .inc();
    }

    /// A request ended after `duration`, with an HTTP status if an answer began.
    pub fn on_request(&self, endpoint: Endpoint, status: Option<u16>, duration: Duration) {
        let code = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        self.series
            .all
            .api_requests
            .with_label_values(&[&self.series.account, endpoint.label(), &code])
            .inc();
        self.series
            .all
            .api_request_duration
            .with_label_values(&[&self.series.account, endpoint.label()])
            .observe(duration.as_secs_f64());
    }

    /// An answer said something about limits, or nothing. What it leaves out is no longer shown.
    pub fn on_rate_limits(&self, limits: &[RateLimit], account_now: UnixSeconds) {
        self.hide_limits_but(limits);
        for limit in limits
            .iter()
            .filter(|limit| self.shows(limit.bucket.label()))
        {
            let labels = [self.series.account.as_str(), limit.bucket.label()];
            let reset = limit
                .reset
                .map(|reset| account_now.0 as f64 + reset.as_secs_f64());
            let values = [
                (
                    &self.series.all.rate_limit,
                    limit.limit.map(|count| count as f64),
                ),
                (
                    &self.series.all.rate_limit_remaining,
                    limit.remaining.map(|count| count as f64),
                ),
                (&self.series.all.rate_limit_reset, reset),
            ];
            for (gauge, value) in values {
                match value {
                    Some(value) => gauge.with_label_values(&labels).set(value),
                    // An error here means that it was not shown before either.
                    None => drop(gauge.remove_label_values(&labels)),
                }
            }
        }
    }

    fn hide_limits_but(&self, limits: &[RateLimit]) {
        let buckets = self
            .series
            .buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_named = |bucket: &str| limits.iter().any(|limit| limit.bucket.label() == bucket);
        for bucket in buckets.iter().filter(|bucket| !is_named(bucket)) {
            let labels = [self.series.account.as_str(), bucket.as_str()];
            for gauge in [
                &self.series.all.rate_limit,
                &self.series.all.rate_limit_remaining,
                &self.series.all.rate_limit_reset,
            ] {
                // An error here means that it was not shown before either.
                drop(gauge.remove_label_values(&labels));
            }
        }
    }

    /// Whether there is room for a limit of this name, which then is taken.
    fn shows(&self, bucket: &str) -> bool {
        let mut buckets = self
            .series
            .buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if buckets.len() < BUCKETS_MAX && !buckets.contains(bucket) {
            buckets.insert(bucket.to_owned());
        }
        buckets.contains(bucket)
    }

    /// Time was waited because Zendesk said that a limit was spent.
    pub fn on_rate_limit_wait(&self, waited: Duration) {
        self.series
            .all
            .rate_limit_wait
            .with_label_values(&[&self.series.account])
            .inc_by(waited.as_secs_f64());
    }

    /// Rows turned out to be `outcome`.
    pub fn on_rows(&self, outcome: Outcome, rows: u64) {
        self.series
            .all
            .rows
            .with_label_values(&[&self.series.account, outcome.label()])
            .inc_by(rows);
    }

    /// A page was applied and is on disk.
    pub fn on_commit(&self, duration: Duration) {
        self.series
            .all
            .commit_duration
            .with_label_values(&[&self.series.account])
            .observe(duration.as_secs_f64());
    }

    /// Rows had a value of `label` that has no label value of its own.
    pub fn on_label_values_dropped(&self, label: &str, rows: u64) {
        self.series
            .all
            .label_values_dropped
            .with_label_values(&[&self.series.account, label])
            .inc_by(rows);
    }

    /// New series of `family` found no room.
    pub fn on_series_dropped(&self, family: TicketFamily, times: u64) {
        self.series
            .all
            .series_dropped
            .with_label_values(&[&self.series.account, family.name])
            .inc_by(times);
    }
}
