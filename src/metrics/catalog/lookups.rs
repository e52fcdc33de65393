//! Families of what is looked up beside the export.

use super::{Chapter, Family, Kind};

/// Names of groups.
pub const GROUP_INFO: Family = Family {
    name: "zendesk_group_info",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["group", "name"],
    help: "A metric with a constant '1' value labeled by the id of a group (ticket.group_id) and its name (groups[].name).",
    details: "There is a series for each id that is a value of the label `group`. After a rename the series with the new name replaces the series with the old name; the series of the other families do not change.",
    appears: "With `labels.group`, when the exporter has read the names. It reads them again every hour.",
    example: "sum by (account, group) (zendesk_unsolved_tickets) * on (account, group) group_left (name) zendesk_group_info",
};

/// Names of brands.
pub const BRAND_INFO: Family = Family {
    name: "zendesk_brand_info",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["brand", "name"],
    help: "A metric with a constant '1' value labeled by the id of a brand (ticket.brand_id) and its name (brands[].name).",
    details: "There is a series for each id that is a value of the label `brand`.",
    appears: "With `labels.brand`, when the exporter has read the names. It reads them again every hour.",
    example: "sum by (account, brand) (zendesk_tickets) * on (account, brand) group_left (name) zendesk_brand_info",
};

/// Names of forms.
pub const FORM_INFO: Family = Family {
    name: "zendesk_form_info",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["form", "name"],
    help: "A metric with a constant '1' value labeled by the id of a ticket form (ticket.ticket_form_id) and its name (ticket_forms[].name).",
    details: "There is a series for each id that is a value of the label `form`.",
    appears: "With `labels.form`, when the exporter has read the names. It reads them again every hour.",
    example: "sum by (account, form) (zendesk_tickets) * on (account, form) group_left (name) zendesk_form_info",
};

/// Names of custom statuses.
pub const CUSTOM_STATUS_INFO: Family = Family {
    name: "zendesk_custom_status_info",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["custom_status", "name"],
    help: "A metric with a constant '1' value labeled by the id of a custom status (ticket.custom_status_id) and its name (custom_statuses[].agent_label).",
    details: "There is a series for each id that is a value of the label `custom_status`. The name is the one that agents see.",
    appears: "With `labels.custom_status`, when the exporter has read the names. It reads them again every hour.",
    example: "sum by (account, custom_status) (zendesk_tickets) * on (account, custom_status) group_left (name) zendesk_custom_status_info",
};

/// The search's counts.
pub const SEARCH_TICKETS: Family = Family {
    name: "zendesk_search_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["status"],
    help: "Number of tickets by ticket.status, as counted by Zendesk's search API (api/v2/search/count).",
    details: "The search API counts only the tickets that the user of the exporter may see, and its counts are some minutes old. Use this family for totals while the first sync runs.",
    appears: "With `export.search_counts`, when the exporter has read the counts, within a minute of its start.",
    example: "sum by (status) (zendesk_search_tickets)",
};

/// When the search counted.
pub const SEARCH_TICKETS_TIMESTAMP: Family = Family {
    name: "zendesk_search_tickets_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["status"],
    help: "Time of the last read of zendesk_search_tickets, as a Unix timestamp in seconds.",
    details: "",
    appears: "Together with `zendesk_search_tickets`.",
    example: "time() - zendesk_search_tickets_timestamp_seconds > 7200",
};

/// Our count less Zendesk's.
pub const COUNT_DRIFT: Family = Family {
    name: "zendesk_exporter_count_drift_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Account,
    labels: &["status"],
    help: "Number of tickets that the exporter counts minus the number that Zendesk's search API counts, by ticket.status.",
    details: "The exporter takes both numbers at the same time. Each of them is some minutes old, so small differences are normal. A difference that stays comes from tickets that were deleted permanently; the next resync removes it.",
    appears: "With `export.search_counts`, `export.support_type_scope: all` and `export.start_time: 0`, because the search API counts all tickets. The first sync must be complete, or, after a change of these settings, the resync; and the exporter must have read the counts of the search API since then.",
    example: "abs(sum by (account) (zendesk_exporter_count_drift_tickets)) > 100",
};
