//! Families of what is kept in the state file, and of what has no series of its own.

use super::{ALL_AT_ZERO, AT_START, Chapter, Family, Kind};

/// Duration of commits.
pub const COMMIT_DURATION: Family = Family {
    name: "zendesk_exporter_state_commit_duration_seconds",
    kind: Kind::Histogram,
    chapter: Chapter::Account,
    labels: &[],
    help: "Duration of writing one page of tickets to the state file in seconds.",
    details: "The duration ends when the page is on disk.",
    appears: ALL_AT_ZERO,
    example: "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_state_commit_duration_seconds_bucket[1h])))",
};

/// Records.
pub const STATE_TICKETS: Family = Family {
    name: "zendesk_exporter_state_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Number of ticket records in the state file, without deleted tickets.",
    details: "Tickets that a resync removed from the gauges stay in the state file and are counted here.",
    appears: AT_START,
    example: "zendesk_exporter_state_tickets",
};

/// Bytes on disk.
pub const STATE_SIZE: Family = Family {
    name: "zendesk_exporter_state_size_bytes",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Size of the state file and its write-ahead log in bytes.",
    details: "",
    appears: AT_START,
    example: "zendesk_exporter_state_size_bytes / zendesk_exporter_state_tickets",
};

/// Age of the state.
pub const STATE_CREATED: Family = Family {
    name: "zendesk_exporter_state_created_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Creation time of the state file, as a Unix timestamp in seconds.",
    details: "Ticket counters count from this time on, except those that a change of the settings has reset to 0; `zendesk_exporter_counters_restarted_timestamp_seconds` shows the time of the last reset. If the creation time changes, all ticket counters and histograms were reset to 0.",
    appears: AT_START,
    example: "changes(zendesk_exporter_state_created_timestamp_seconds[1d]) > 0",
};

/// Beginning of the counters.
pub const COUNTERS_RESTARTED: Family = Family {
    name: "zendesk_exporter_counters_restarted_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &[],
    help: "Time at which counters or histograms of tickets were last reset to 0, as a Unix timestamp in seconds.",
    details: "The time is that of the exporter's clock. A new state file resets all of them; a change of the settings resets those whose labels, buckets or families it changes. An older state file that is restored from a backup does not change the value.",
    appears: AT_START,
    example: "changes(zendesk_exporter_counters_restarted_timestamp_seconds[7d]) > 0",
};

/// Label values without a label of their own.
pub const LABEL_VALUES_DROPPED: Family = Family {
    name: "zendesk_exporter_label_values_dropped_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &["label"],
    help: "Total number of rows whose label value is shown as other because the label already has labels.max_values values, by label.",
    details: "",
    appears: "At the start of the exporter, with the value 0, for every label with a limited number of values.",
    example: "increase(zendesk_exporter_label_values_dropped_total[1d]) > 0",
};

/// Series without room.
pub const SERIES_DROPPED: Family = Family {
    name: "zendesk_exporter_series_dropped_total",
    kind: Kind::Counter,
    chapter: Chapter::Account,
    labels: &["family"],
    help: "Total number of times that a value was counted with the label value other because max_series was reached, by family.",
    details: "The label `channel` and every opt-in label of such a value are other. The families that depend on the current time always show 0 here: the families of oldest tickets and of overdue tasks follow `zendesk_unsolved_tickets`, and the families of current SLA targets follow `zendesk_sla_targets_total`.",
    appears: "At the start of the exporter, with the value 0, for every family with such labels.",
    example: "increase(zendesk_exporter_series_dropped_total[1d]) > 0",
};
