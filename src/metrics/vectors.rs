//! The `prometheus` vectors of the self-metrics, one for each family, and the removal of an account's series.

use std::collections::HashMap;

use prometheus::core::{Collector, MetricVec, MetricVecBuilder};
use prometheus::{
    CounterVec, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry,
};

use super::catalog::{self, Family};

/// Buckets for polls, in seconds. A poll of one page takes tenths of a second to a minute, a poll of many pages up
/// to hours.
const POLL_BUCKETS: &[f64] = &[
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0,
];
/// Buckets for requests, in seconds, up to the longest `request_timeout`.
const REQUEST_BUCKETS: &[f64] = &[
    0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0,
];
/// Buckets for commits, in seconds. A commit takes milliseconds on a healthy disk.
const COMMIT_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// One vector for every family of the self-metrics.
#[derive(Clone, Debug)]
pub(super) struct Vectors {
    pub(super) build_info: GaugeVec,
    pub(super) polls: IntCounterVec,
    pub(super) poll_failures: IntCounterVec,
    pub(super) poll_duration: HistogramVec,
    pub(super) commit_duration: HistogramVec,
    pub(super) api_requests: IntCounterVec,
    pub(super) api_request_duration: HistogramVec,
    pub(super) rate_limit: GaugeVec,
    pub(super) rate_limit_remaining: GaugeVec,
    pub(super) rate_limit_reset: GaugeVec,
    pub(super) rate_limit_wait: CounterVec,
    pub(super) rows: IntCounterVec,
    pub(super) silent_changes: IntCounterVec,
    pub(super) hidden_status_changes: IntCounterVec,
    pub(super) label_values_dropped: IntCounterVec,
    pub(super) series_dropped: IntCounterVec,
    pub(super) reload_successful: GaugeVec,
    pub(super) reload_timestamp: GaugeVec,
}

impl Vectors {
    /// Registers every family.
    ///
    /// # Panics
    ///
    /// If the catalogue declares a family that `prometheus` refuses, which its tests exclude.
    pub(super) fn new(registry: &Registry) -> Self {
        let build = Maker(registry);
        Self {
            build_info: build.gauge(&catalog::BUILD_INFO),
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
            silent_changes: build.counter(&catalog::SILENT_CHANGES),
            hidden_status_changes: build.counter(&catalog::HIDDEN_STATUS_CHANGES),
            label_values_dropped: build.counter(&catalog::LABEL_VALUES_DROPPED),
            series_dropped: build.counter(&catalog::SERIES_DROPPED),
            reload_successful: build.gauge(&catalog::CONFIG_RELOAD_SUCCESSFUL),
            reload_timestamp: build.gauge(&catalog::CONFIG_RELOAD_TIMESTAMP),
        }
    }

    /// Removes every series of `account`.
    pub(super) fn remove(&self, account: &str) {
        let counters = [
            &self.polls,
            &self.poll_failures,
            &self.api_requests,
            &self.rows,
            &self.silent_changes,
            &self.hidden_status_changes,
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
}

/// Removes the series of `account` from a vector.
fn remove_series<T: MetricVecBuilder>(vector: &MetricVec<T>, account: &str) {
    // A vector removes a series only by all of its label values, so those of the account are searched first.
    for family in vector.collect() {
        for metric in family.get_metric() {
            let labels = metric.get_label().iter();
            let labels: HashMap<&str, &str> =
                labels.map(|pair| (pair.name(), pair.value())).collect();
            if labels.get("account") == Some(&account) {
                // This fails if the series is gone already, which is the aim.
                drop(vector.remove(&labels));
            }
        }
    }
}

/// Creates and registers vectors from the declarations in the catalogue.
struct Maker<'a>(&'a Registry);

pub(super) const CATALOGUE_HOLDS: &str = "the catalogue declares each family once and in order";

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

    fn register<C: Collector + Clone + 'static>(&self, collector: C) -> C {
        self.0
            .register(Box::new(collector.clone()))
            .expect(CATALOGUE_HOLDS);
        collector
    }
}

fn options(family: &Family) -> Opts {
    Opts::new(family.name, family.help)
}

/// The labels of a family. `account` is first, as in the lines that `text` writes; families of the process lack it.
fn labels(family: &Family) -> Vec<&'static str> {
    let account = (family.chapter != catalog::Chapter::Process).then_some("account");
    account
        .into_iter()
        .chain(family.labels.iter().copied())
        .collect()
}
