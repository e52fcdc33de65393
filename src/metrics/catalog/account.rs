//! Families of how the reading of an account goes.

use super::{ALL_AT_ZERO, AT_START, Chapter, Family, Kind};

/// Whether Zendesk answers.
pub const UP: Family = Family {
    name: "zendesk_up",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "1 if the last request to Zendesk's ticket export succeeded, 0 if it failed.",
    details: "A request succeeds when the exporter has read the answer and has written its tickets to the state file. The value does not change when Zendesk answers that a request limit is used up (HTTP 429) or that `start_time` is too recent.",
    appears: "With the result of the first request after the start.",
    example: "zendesk_up == 0",
};

/// Latest success.
pub const LAST_SUCCESS: Family = Family {
    name: "zendesk_exporter_last_success_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Time of the last successful request to Zendesk's ticket export, as a Unix timestamp in seconds.",
    details: "The time is that of the exporter's clock.",
    appears: "With the first successful request after the start.",
    example: "time() - zendesk_exporter_last_success_timestamp_seconds > 600",
};

/// Freshness.
pub const DATA_TIMESTAMP: Family = Family {
    name: "zendesk_exporter_data_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Time up to which the ticket metrics are complete, as a Unix timestamp in seconds.",
    details: "The time is that of Zendesk's clock, and is normally one to two minutes ago. It is the `Date` header of the last answer after which no further page was available, minus one minute, because Zendesk withholds the changes of the last minute. While further pages are available, it is the `ticket.generated_timestamp` of the last row that was read. If an answer has no `Date` header, the exporter uses its own clock. The value never decreases, also not after a restart.",
    appears: "With the first page of tickets.",
    example: "time() - zendesk_exporter_data_timestamp_seconds > 600",
};

/// Whether the first sync is over.
pub const INITIAL_SYNC_COMPLETE: Family = Family {
    name: "zendesk_exporter_initial_sync_complete",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "1 if the exporter has read the whole ticket export once (first sync), 0 before that.",
    details: "While the value is 0, the families in the chapter Tickets are absent, except the `_info` families, `zendesk_search_tickets` and `zendesk_search_tickets_timestamp_seconds`.",
    appears: AT_START,
    example: "zendesk_exporter_initial_sync_complete == 0",
};

/// How far a walk is.
pub const SYNC_PROGRESS: Family = Family {
    name: "zendesk_exporter_sync_progress_ratio",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &["walk"],
    help: "Progress of reading the whole ticket export, from 0 to 1, by walk (initial for the first sync, resync for the last resync).",
    details: "The progress is measured by time: it is the share of the time from the first row to now that the rows read so far cover. The value is 1 while no such sync is running. That of a resync is 0.99 at most until the resync is complete.",
    appears: "`initial` at the start of the exporter, `resync` when the first resync begins.",
    example: "zendesk_exporter_sync_progress_ratio{walk=\"initial\"}",
};

/// Swept tickets.
pub const VANISHED: Family = Family {
    name: "zendesk_exporter_vanished_tickets_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &[],
    help: "Total number of tickets that resyncs removed from the gauges because Zendesk's ticket export no longer contains them.",
    details: "Zendesk's export does not report permanently deleted tickets, so the exporter finds them with a resync. They are not counted in `zendesk_tickets_deleted_total`. The counter continues after a restart.",
    appears: ALL_AT_ZERO,
    example: "increase(zendesk_exporter_vanished_tickets_total[30d])",
};

/// Refused sweeps.
pub const SWEEPS_REFUSED: Family = Family {
    name: "zendesk_exporter_sweeps_refused_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &[],
    help: "Total number of resyncs that removed no ticket because implausibly many tickets were missing from Zendesk's ticket export.",
    details: "A resync is refused if more than 1,000 tickets and more than a tenth of all tickets are missing, or if the export ended before the newest known tickets. The usual cause is that the user of the exporter has lost permissions. The counter continues after a restart.",
    appears: ALL_AT_ZERO,
    example: "increase(zendesk_exporter_sweeps_refused_total[8d]) > 0",
};

/// Polls.
pub const POLLS: Family = Family {
    name: "zendesk_exporter_polls_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &[],
    help: "Total number of polls of Zendesk's ticket export.",
    details: "A poll is one or more requests. It ends when Zendesk has no further page, when a request fails, or when a fixed number of pages has been read.",
    appears: ALL_AT_ZERO,
    example: "rate(zendesk_exporter_polls_total[10m]) * 60",
};

/// Failed polls.
pub const POLL_FAILURES: Family = Family {
    name: "zendesk_exporter_poll_failures_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &["reason"],
    help: "Total number of failed polls and failed resync requests, by reason of the failure.",
    details: "",
    appears: "At the start of the exporter, with the value 0, for every reason.",
    example: "sum by (reason) (increase(zendesk_exporter_poll_failures_total[1h])) > 0",
};

/// Duration of polls.
pub const POLL_DURATION: Family = Family {
    name: "zendesk_exporter_poll_duration_seconds",
    kind: Kind::Histogram,
    chapter: Chapter::Account,
    labels: &[],
    help: "Duration of polls in seconds, including the time spent waiting for the limit export.requests_per_minute.",
    details: "",
    appears: ALL_AT_ZERO,
    example: "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_poll_duration_seconds_bucket[1h])))",
};

/// Rows.
pub const ROWS: Family = Family {
    name: "zendesk_exporter_rows_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &["outcome"],
    help: "Total number of rows read from Zendesk's ticket export, by outcome.",
    details: "The outcomes are: new (the ticket was not known), changed (`ticket.updated_at` is new), system (only other fields are new, as after a system write), duplicate (nothing is new), stale (the row is older than the known state) and rejected (the row is not a readable ticket, or its `ticket.generated_timestamp` is more than an hour in the future).",
    appears: "At the start of the exporter, with the value 0, for every outcome.",
    example: "sum by (outcome) (rate(zendesk_exporter_rows_total[10m])) * 60",
};
