//! The self-metrics of one account: polls, requests, limits, rows and commits, counted where they happen.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::catalog;
use super::lifetimes::AccountSeries;
use crate::ledger::{Outcome, TicketFamily};
use crate::source::{Endpoint, RateLimit};
use crate::ticket::UnixSeconds;

/// Self-metrics of one account.
///
/// Its series are shown while any clone exists. Dropping the last clone removes them.
#[derive(Clone, Debug)]
pub struct AccountMetrics {
    pub(super) series: Arc<AccountSeries>,
}

/// The most request limits that are shown for an account. Zendesk's answers name them, and two names are known.
const BUCKETS_MAX: usize = 8;

impl AccountMetrics {
    /// Counts a poll that ended after `duration`, with or without success.
    pub fn on_poll(&self, duration: Duration) {
        let account = [self.series.account.as_str()];
        self.series.all.polls.with_label_values(&account).inc();
        self.series
            .all
            .poll_duration
            .with_label_values(&account)
            .observe(duration.as_secs_f64());
    }

    /// Counts a failed poll; `reason` is one of [`catalog::FAILURE_REASONS`].
    pub fn on_poll_failed(&self, reason: &'static str) {
        debug_assert!(catalog::FAILURE_REASONS.contains(&reason), "{reason}");
        self.series
            .all
            .poll_failures
            .with_label_values(&[&self.series.account, reason])
            .inc();
    }

    /// Counts a request that ended after `duration`. `status` is the HTTP status, if an answer began.
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

    /// Shows the request limits that an answer states. Limits and values that it does not state are no longer
    /// shown.
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
                    // This fails if the series does not exist, which is the aim.
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
            // The set of names is valid even if a thread panicked while it held the lock.
            .unwrap_or_else(PoisonError::into_inner);
        let is_named = |bucket: &str| limits.iter().any(|limit| limit.bucket.label() == bucket);
        for bucket in buckets.iter().filter(|bucket| !is_named(bucket)) {
            let labels = [self.series.account.as_str(), bucket.as_str()];
            for gauge in [
                &self.series.all.rate_limit,
                &self.series.all.rate_limit_remaining,
                &self.series.all.rate_limit_reset,
            ] {
                // This fails if the series does not exist, which is the aim.
                drop(gauge.remove_label_values(&labels));
            }
        }
    }

    /// Whether the limit of this name is shown. A new name takes a place if there is one.
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

    /// Counts time that was waited because Zendesk reported an exhausted limit.
    pub fn on_rate_limit_wait(&self, waited: Duration) {
        self.series
            .all
            .rate_limit_wait
            .with_label_values(&[&self.series.account])
            .inc_by(waited.as_secs_f64());
    }

    /// Counts rows with this outcome.
    pub fn on_rows(&self, outcome: Outcome, rows: u64) {
        self.series
            .all
            .rows
            .with_label_values(&[&self.series.account, outcome.label()])
            .inc_by(rows);
    }

    /// Counts rows that show what no row showed before: changes without a ticket event, and statuses that came and
    /// went.
    pub fn on_noticed(&self, silent_changes: u64, hidden_status_changes: u64) {
        let account = &[&self.series.account];
        let all = &self.series.all;
        all.silent_changes
            .with_label_values(account)
            .inc_by(silent_changes);
        all.hidden_status_changes
            .with_label_values(account)
            .inc_by(hidden_status_changes);
    }

    /// Counts a page that was applied and committed in `duration`.
    pub fn on_commit(&self, duration: Duration) {
        self.series
            .all
            .commit_duration
            .with_label_values(&[&self.series.account])
            .observe(duration.as_secs_f64());
    }

    /// Counts rows whose value of `label` is shown as `other` because there are too many values.
    pub fn on_label_values_dropped(&self, label: &str, rows: u64) {
        self.series
            .all
            .label_values_dropped
            .with_label_values(&[&self.series.account, label])
            .inc_by(rows);
    }

    /// Counts new series of `family` that found no room in `max_series`.
    pub fn on_series_dropped(&self, family: TicketFamily, times: u64) {
        self.series
            .all
            .series_dropped
            .with_label_values(&[&self.series.account, family.name])
            .inc_by(times);
    }
}
