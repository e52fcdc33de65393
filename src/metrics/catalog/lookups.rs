//! Families of what is looked up beside the export.

use super::{Family, Kind};

/// Names of groups.
pub const GROUP_INFO: Family = Family::tickets(
    "zendesk_group_info",
    Kind::Gauge,
    &["group", "name"],
    [
        "Name of a group that is a value of the label group, always 1. A rename replaces the series and splits no other.",
        "With labels.group, once the names were looked up; looked up again every hour.",
        "sum by (account, group) (zendesk_unsolved_tickets) * on (account, group) group_left (name) zendesk_group_info",
    ],
);

/// Names of brands.
pub const BRAND_INFO: Family = Family::tickets(
    "zendesk_brand_info",
    Kind::Gauge,
    &["brand", "name"],
    [
        "Name of a brand that is a value of the label brand, always 1.",
        "With labels.brand, once the names were looked up; looked up again every hour.",
        "sum by (account, brand) (zendesk_tickets) * on (account, brand) group_left (name) zendesk_brand_info",
    ],
);

/// Names of forms.
pub const FORM_INFO: Family = Family::tickets(
    "zendesk_form_info",
    Kind::Gauge,
    &["form", "name"],
    [
        "Name of a ticket form that is a value of the label form, always 1.",
        "With labels.form, once the names were looked up; looked up again every hour.",
        "sum by (account, form) (zendesk_tickets) * on (account, form) group_left (name) zendesk_form_info",
    ],
);

/// Names of custom statuses.
pub const CUSTOM_STATUS_INFO: Family = Family::tickets(
    "zendesk_custom_status_info",
    Kind::Gauge,
    &["custom_status", "name"],
    [
        "Agents' name of a custom status that is a value of the label custom_status, always 1.",
        "With labels.custom_status, once the names were looked up; looked up again every hour.",
        "sum by (account, custom_status) (zendesk_tickets) * on (account, custom_status) group_left (name) zendesk_custom_status_info",
    ],
);

/// The search's counts.
pub const SEARCH_TICKETS: Family = Family::tickets(
    "zendesk_search_tickets",
    Kind::Gauge,
    &["status"],
    [
        "Tickets with a status as Zendesk's search counts them: some minutes old, and only what the user may see. For totals while the first sync runs.",
        "With export.search_counts, once counted; within a minute of the start.",
        "sum by (status) (zendesk_search_tickets)",
    ],
);

/// When the search counted.
pub const SEARCH_TICKETS_TIMESTAMP: Family = Family::tickets(
    "zendesk_search_tickets_timestamp_seconds",
    Kind::Gauge,
    &["status"],
    [
        "When zendesk_search_tickets was last counted.",
        "As zendesk_search_tickets.",
        "time() - zendesk_search_tickets_timestamp_seconds > 7200",
    ],
);

/// Our count less Zendesk's.
pub const COUNT_DRIFT: Family = Family::account(
    "zendesk_exporter_count_drift_tickets",
    Kind::Gauge,
    &["status"],
    [
        "Tickets of the ledger less those of Zendesk's search, taken together. Some are normal, as both are minutes old; what stays is vanished tickets, until the next resync.",
        "With export.search_counts, support_type_scope: all and start_time 0, as the search counts all tickets; once the first full sync is complete, or the resync after a change of these settings, and the search has counted since.",
        "abs(sum by (account) (zendesk_exporter_count_drift_tickets)) > 100",
    ],
);
