//! Families of how the reading of an account goes.

use super::{AT_START, Family, Kind};

const ALL_AT_ZERO: &str = "From the start, at 0.";

/// Whether Zendesk answers.
pub const UP: Family = Family::account(
    "zendesk_up",
    Kind::Gauge,
    &[],
    [
        "1 if the latest completed request to the export was understood, 0 if it failed. A spent request limit leaves it as it was.",
        "With the first outcome after the start.",
        "zendesk_up == 0",
    ],
);

/// Latest success.
pub const LAST_SUCCESS: Family = Family::account(
    "zendesk_exporter_last_success_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When the latest request to the export succeeded, by our clock.",
        "With the first success after the start.",
        "time() - zendesk_exporter_last_success_timestamp_seconds > 600",
    ],
);

/// Freshness.
pub const DATA_TIMESTAMP: Family = Family::account(
    "zendesk_exporter_data_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "The moment of which the ticket families are true, by Zendesk's clock: a minute before the latest answer that had nothing more to come. Our own clock dates answers without a Date. Never falls, also over restarts.",
        "With the first page.",
        "time() - zendesk_exporter_data_timestamp_seconds > 600",
    ],
);

/// Whether the first sync is over.
pub const INITIAL_SYNC_COMPLETE: Family = Family::account(
    "zendesk_exporter_initial_sync_complete",
    Kind::Gauge,
    &[],
    [
        "1 once the whole export has been read for the first time; until then no ticket family is shown.",
        AT_START,
        "zendesk_exporter_initial_sync_complete == 0",
    ],
);

/// How far a walk is.
pub const SYNC_PROGRESS: Family = Family::account(
    "zendesk_exporter_sync_progress_ratio",
    Kind::Gauge,
    &["walk"],
    [
        "Share of the walk through the whole export that is done, by time: from its first row to now. 1 while no such walk is under way.",
        "initial from the start; resync when the first resync begins.",
        "zendesk_exporter_sync_progress_ratio{walk=\"initial\"}",
    ],
);

/// Swept tickets.
pub const VANISHED: Family = Family::account(
    "zendesk_exporter_vanished_tickets_total",
    Kind::Counter,
    &[],
    [
        "Tickets that a resync took out of the gauges because the export no longer has them, as happens when tickets are deleted permanently. Not among zendesk_tickets_deleted_total. Continues over restarts.",
        ALL_AT_ZERO,
        "increase(zendesk_exporter_vanished_tickets_total[30d])",
    ],
);

/// Refused sweeps.
pub const SWEEPS_REFUSED: Family = Family::account(
    "zendesk_exporter_sweeps_refused_total",
    Kind::Counter,
    &[],
    [
        "Resyncs that took no ticket out of the gauges because too many were missing, more than 1,000 and than a tenth, or because the export ended before the newest tickets: the login may have lost rights. Continues over restarts.",
        ALL_AT_ZERO,
        "increase(zendesk_exporter_sweeps_refused_total[8d]) > 0",
    ],
);

/// Polls.
pub const POLLS: Family = Family::account(
    "zendesk_exporter_polls_total",
    Kind::Counter,
    &[],
    [
        "Polls: runs of requests until Zendesk has nothing more, one fails, or a bounded number of pages is read.",
        ALL_AT_ZERO,
        "rate(zendesk_exporter_polls_total[10m]) * 60",
    ],
);

/// Failed polls.
pub const POLL_FAILURES: Family = Family::account(
    "zendesk_exporter_poll_failures_total",
    Kind::Counter,
    &["reason"],
    [
        "Polls, and requests of a resync, that ended in a failure, by what failed.",
        "From the start, every reason at 0.",
        "sum by (reason) (increase(zendesk_exporter_poll_failures_total[1h])) > 0",
    ],
);

/// Duration of polls.
pub const POLL_DURATION: Family = Family::account(
    "zendesk_exporter_poll_duration_seconds",
    Kind::Histogram,
    &[],
    [
        "How long polls took, waits for the request budget included.",
        ALL_AT_ZERO,
        "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_poll_duration_seconds_bucket[1h])))",
    ],
);

/// Duration of commits.
pub const COMMIT_DURATION: Family = Family::account(
    "zendesk_exporter_state_commit_duration_seconds",
    Kind::Histogram,
    &[],
    [
        "How long it took to apply one page to the state file and have it on disk.",
        ALL_AT_ZERO,
        "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_state_commit_duration_seconds_bucket[1h])))",
    ],
);

/// Requests.
pub const API_REQUESTS: Family = Family::account(
    "zendesk_exporter_api_requests_total",
    Kind::Counter,
    &["endpoint", "code"],
    [
        "Requests to Zendesk by endpoint and HTTP status; code is none where no answer came. A series that is not there from the start begins with its first request, which increase() does not count.",
        "Code 200 of the endpoints in use from the start at 0; of the export and of oauth_tokens also 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504, 524 and none. Others when first seen.",
        "sum by (code) (rate(zendesk_exporter_api_requests_total[10m])) * 60",
    ],
);

/// Duration of requests.
pub const API_REQUEST_DURATION: Family = Family::account(
    "zendesk_exporter_api_request_duration_seconds",
    Kind::Histogram,
    &["endpoint"],
    [
        "How long requests to Zendesk took, from sending to the last byte decoded.",
        "From the start at 0 for the endpoints in use.",
        "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_api_request_duration_seconds_bucket[1h])))",
    ],
);

/// Size of a limit.
pub const RATE_LIMIT: Family = Family::account(
    "zendesk_exporter_api_rate_limit",
    Kind::Gauge,
    &["limit"],
    [
        "Requests that Zendesk allows per window, from the headers of the latest answer; limit is account or an endpoint's own limit by the name Zendesk gives it.",
        "When an answer has the header.",
        "zendesk_exporter_api_rate_limit",
    ],
);

/// What is left of a limit.
pub const RATE_LIMIT_REMAINING: Family = Family::account(
    "zendesk_exporter_api_rate_limit_remaining",
    Kind::Gauge,
    &["limit"],
    [
        "Requests left in the present window, all tools on the account together.",
        "When an answer has the header.",
        "zendesk_exporter_api_rate_limit_remaining / zendesk_exporter_api_rate_limit",
    ],
);

/// End of a window.
pub const RATE_LIMIT_RESET: Family = Family::account(
    "zendesk_exporter_api_rate_limit_reset_timestamp_seconds",
    Kind::Gauge,
    &["limit"],
    [
        "When the present window of the limit ends, by Zendesk's clock.",
        "When an answer has the header.",
        "zendesk_exporter_api_rate_limit_reset_timestamp_seconds - time()",
    ],
);

/// Time lost to limits.
pub const RATE_LIMIT_WAIT: Family = Family::account(
    "zendesk_exporter_rate_limit_wait_seconds_total",
    Kind::Counter,
    &[],
    [
        "Time waited because Zendesk said that a request limit was spent.",
        ALL_AT_ZERO,
        "rate(zendesk_exporter_rate_limit_wait_seconds_total[1h]) > 0.1",
    ],
);

/// Rows.
pub const ROWS: Family = Family::account(
    "zendesk_exporter_rows_total",
    Kind::Counter,
    &["outcome"],
    [
        "Rows of the export by what they turned out to be; a rejected row could not be read as a ticket, or is dated more than an hour ahead.",
        "From the start, every outcome at 0.",
        "sum by (outcome) (rate(zendesk_exporter_rows_total[10m])) * 60",
    ],
);

/// Records.
pub const STATE_TICKETS: Family = Family::account(
    "zendesk_exporter_state_tickets",
    Kind::Gauge,
    &[],
    [
        "Ticket records in the state file, deleted tickets left out. Tickets that a resync took out of the gauges stay among them.",
        AT_START,
        "zendesk_exporter_state_tickets",
    ],
);

/// Bytes on disk.
pub const STATE_SIZE: Family = Family::account(
    "zendesk_exporter_state_size_bytes",
    Kind::Gauge,
    &[],
    [
        "Size of the state file and its write-ahead log.",
        AT_START,
        "zendesk_exporter_state_size_bytes / zendesk_exporter_state_tickets",
    ],
);

/// Age of the state.
pub const STATE_CREATED: Family = Family::account(
    "zendesk_exporter_state_created_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When the state file was made. Ticket counters count since then, except those that a change of settings set back to 0; zendesk_exporter_counters_restarted_timestamp_seconds says when. When it changes, all counters began again at 0.",
        AT_START,
        "changes(zendesk_exporter_state_created_timestamp_seconds[1d]) > 0",
    ],
);

/// Beginning of the counters.
pub const COUNTERS_RESTARTED: Family = Family::account(
    "zendesk_exporter_counters_restarted_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When counters or histograms of tickets last began at 0, by our clock: with a new state file, or with settings that change their labels, buckets or families. An older state file that is put back does not move it.",
        AT_START,
        "changes(zendesk_exporter_counters_restarted_timestamp_seconds[7d]) > 0",
    ],
);

/// Label values without a label of their own.
pub const LABEL_VALUES_DROPPED: Family = Family::account(
    "zendesk_exporter_label_values_dropped_total",
    Kind::Counter,
    &["label"],
    [
        "Rows whose label value is shown as other because labels.max_values others are shown.",
        "From the start, every bounded label at 0.",
        "increase(zendesk_exporter_label_values_dropped_total[1d]) > 0",
    ],
);

/// Series without room.
pub const SERIES_DROPPED: Family = Family::account(
    "zendesk_exporter_series_dropped_total",
    Kind::Counter,
    &["family"],
    [
        "Times a sample was counted under other in channel and every opt-in label because max_series series were there already. A family that depends on the clock goes with zendesk_unsolved_tickets or zendesk_sla_targets_total.",
        "From the start, every family that can be bounded at 0.",
        "increase(zendesk_exporter_series_dropped_total[1d]) > 0",
    ],
);

/// Token expiry.
pub const TOKEN_EXPIRY: Family = Family::account(
    "zendesk_exporter_auth_token_expiry_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When the OAuth token in use expires; it is renewed before.",
        "With OAuth client credentials, while the token has an end.",
        "zendesk_exporter_auth_token_expiry_timestamp_seconds - time() < 0",
    ],
);

/// Way to log in.
pub const AUTH_INFO: Family = Family::account(
    "zendesk_exporter_auth_info",
    Kind::Gauge,
    &["method"],
    [
        "1, with the way this account is logged in to. Zendesk ends api_token on 2027-04-30.",
        AT_START,
        "zendesk_exporter_auth_info{method=~\"api_token|password\"}",
    ],
);
