//! The table of ticket families, one row for each, in the order of a scrape. A new family is a new row.

use super::{AtZero, Chapter, Family, Kind, Needs, OptIn, Row, Rules, TicketFamily};
use crate::ledger::labels::Dimension;
use crate::ticket::{NamedSet, Score};

const SYNCED: &str = "When the first sync is complete. A series stays, with the value 0, when no ticket matches any more.";
const SYNCED_EVENTS: &str = "When the first sync is complete, with the value 0, for the label combinations of the unsolved tickets. Any other combination appears with its first event.";
const AGEING: &str = "When the first sync is complete. A series stays, with the value 0, when no ticket matches any more. The exporter calculates the values again at least every 15 seconds, also while Zendesk cannot be reached.";
const DATED: &str =
    "When the first sync is complete. The series is absent while there is no such ticket.";
const DATED_UNREPLIED: &str = "With `export.metric_sets`, when the first sync is complete. The series is absent while there is no such ticket.";
const SLAS: &str = "With `export.slas`, unless the source is the list of tickets and contains no targets, for each metric and priority for which the exporter has read a target. A series stays, with the value 0, when no ticket matches any more. The exporter calculates the values again at least every 15 seconds, also while Zendesk cannot be reached.";
const SLAS_DATED: &str = "With `export.slas`, unless the source is the list of tickets and contains no targets. The series is absent while there is no such active target.";
const SLAS_COUNTED: &str = "With `export.slas`, unless the source is the list of tickets and contains no targets, with the value 0, when the exporter reads the first target of the metric and priority.";
/// How these families treat tickets without a creation time.
const WITHOUT_CREATED_AT: &str = "Tickets without a `ticket.created_at` are left out.";
const CALENDAR_APPEARS: &str = "With `export.metric_sets`, when the first sync is complete, with the value 0 for every priority. With the label `group` or `brand`, a series appears with its first observation.";
const BUSINESS_APPEARS: &str = "With `export.business_hours: auto`, when a value in business hours first differs from the value in calendar time; the family then contains everything that was observed before. Without a schedule in Zendesk the values never differ. With `export.business_hours: true`, together with the family in calendar time.";
const COUNTS_APPEAR: &str = "With `export.metric_sets`, with the first observation.";
/// The details of values that a ticket has once.
const ONCE: &str = "Each ticket is observed once.";
/// The details of values that a ticket has for each resolution.
const EACH_RESOLUTION: &str =
    "A ticket is observed each time it is solved, with its total up to then.";

/// Bounds of buckets. They are times that support teams promise and ask for, from minutes to months.
const REPLY_SECONDS: &[u64] = &[
    300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 259_200, 604_800, 1_209_600,
];
const RESOLUTION_SECONDS: &[u64] = &[
    900, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 259_200, 604_800, 1_209_600, 2_592_000,
    7_776_000,
];

ticket_families! {
rows {
    TICKETS = "zendesk_tickets", Gauge, [Status, Priority, Type, Channel], All, {
        help: "Number of tickets by ticket.status, ticket.priority, ticket.type and ticket.via.channel (archived tickets only if the source shows them).",
        details: "The family shows the latest state that the exporter has read. The exporter reads the changes every `export.poll_interval`; `zendesk_exporter_data_timestamp_seconds` shows how current the numbers are. Deleted tickets are not counted. The list of tickets does not show archived tickets: while it is the source, only those are counted that the exporter knew before, or that it read by their ids (`export.list.archive: ids`). If `export.start_time` is later than 0, only tickets that changed since that time are counted.",
        appears: SYNCED,
        example: "sum by (status) (zendesk_tickets)",
    }
    UNSOLVED = "zendesk_unsolved_tickets", Gauge, [Status, Priority, Age], Owner, {
        help: "Number of unsolved tickets (ticket.status new, open, pending or hold) by the time since ticket.created_at.",
        details: "The ranges of `age` do not overlap: 0-4h, 4h-1d, 1d-3d, 3d-7d, 7d-30d, 30d-90d, 90d+. The sum over `age` is therefore the backlog. If a ticket has no `ticket.created_at`, its last update is used.",
        appears: AGEING,
        example: "sum(zendesk_unsolved_tickets{age=~\"7d-30d|30d-90d|90d[+]\"}) / sum(zendesk_unsolved_tickets)",
        // The seven ages; three times (the oldest, the oldest without an assignee, the least recently updated); and
        // two series by priority alone.
        series: 7 + 3 + 2,
    }
    UNASSIGNED = "zendesk_unassigned_tickets", Gauge, [Status, Priority], Owner, {
        help: "Number of unsolved tickets (ticket.status new, open, pending or hold) without a ticket.assignee_id.",
        details: "",
        appears: SYNCED,
        example: "sum by (priority) (zendesk_unassigned_tickets)",
    }
    UNREPLIED = "zendesk_unreplied_tickets", Gauge, [Status, Priority], Owner, {
        help: "Number of unsolved tickets without a public agent reply (ticket.metric_set.replies is 0 or null).",
        details: "A ticket also counts as replied if `ticket.metric_set.reply_time_in_minutes.calendar` or `ticket.metric_set.reply_time_in_minutes.business` has a value. A ticket whose metric set the exporter has not read yet is not counted.",
        appears: "With `export.metric_sets`, when the first sync is complete. A series stays, with the value 0, when no ticket matches any more.",
        example: "sum by (priority) (zendesk_unreplied_tickets)",
        needs: Needs::MetricSets,
    }
    OLDEST_UNSOLVED = "zendesk_oldest_unsolved_ticket_created_timestamp_seconds", Gauge, [Status, Priority], Owner, {
        help: "Creation time (ticket.created_at) of the oldest unsolved ticket, as a Unix timestamp in seconds.",
        details: WITHOUT_CREATED_AT,
        appears: DATED,
        example: "time() - min by (priority) (zendesk_oldest_unsolved_ticket_created_timestamp_seconds)",
        series: 0,
    }
    OLDEST_UNASSIGNED = "zendesk_oldest_unassigned_ticket_created_timestamp_seconds", Gauge, [Status, Priority], Owner, {
        help: "Creation time (ticket.created_at) of the oldest unsolved ticket without an assignee, as a Unix timestamp in seconds.",
        details: WITHOUT_CREATED_AT,
        appears: DATED,
        example: "time() - min by (priority) (zendesk_oldest_unassigned_ticket_created_timestamp_seconds{status=~\"new|open\"}) > 900",
        series: 0,
    }
    OLDEST_UNREPLIED = "zendesk_oldest_unreplied_ticket_created_timestamp_seconds", Gauge, [Priority], Owner, {
        help: "Creation time (ticket.created_at) of the oldest unsolved ticket without a public agent reply, as a Unix timestamp in seconds.",
        details: WITHOUT_CREATED_AT,
        appears: DATED_UNREPLIED,
        example: "time() - min(zendesk_oldest_unreplied_ticket_created_timestamp_seconds)",
        series: 0,
    }
    STALEST_UNSOLVED = "zendesk_stalest_unsolved_ticket_updated_timestamp_seconds", Gauge, [Status, Priority], Owner, {
        help: "Oldest ticket.updated_at of all unsolved tickets, as a Unix timestamp in seconds.",
        details: "Zendesk's own system writes do not change `ticket.updated_at`, so they do not count as updates.",
        appears: DATED,
        example: "time() - min by (status) (zendesk_stalest_unsolved_ticket_updated_timestamp_seconds)",
        series: 0,
    }
    OVERDUE = "zendesk_overdue_tasks", Gauge, [Priority], Owner, {
        help: "Number of unsolved tickets whose due date (ticket.due_at) has passed.",
        details: "In Zendesk only tickets of the type task have a due date.",
        appears: AGEING,
        example: "sum(zendesk_overdue_tasks) > 0",
        series: 0,
    }
    CREATED = "zendesk_tickets_created_total", Counter, [Priority, Type, Channel], All, {
        help: "Total number of tickets created (ticket.created_at) since the first sync began.",
        details: "A ticket is counted when the exporter reads it for the first time, with the labels that it has then.",
        appears: SYNCED_EVENTS,
        example: "sum by (channel) (rate(zendesk_tickets_created_total[1h])) * 3600",
        at_zero: AtZero::OfUnsolved,
    }
    SOLVED = "zendesk_tickets_solved_total", Counter, [Priority, Type, Channel], All, {
        help: "Total number of times that ticket.status changed from unsolved to solved or closed, also between two polls (by ticket.metric_set.reopens).",
        details: "Unsolved is new, open, pending or hold. Tickets that were closed by a merge or by an automation are included. A ticket that is created and solved between two polls counts as created and as solved. With `export.metric_sets`, a ticket that is solved and reopened between two polls counts too: Zendesk counts the reopens of a ticket, and each one that no poll shows counts once here and once in `zendesk_tickets_reopened_total`. If Zendesk writes the number late, they count when it comes. Without metric sets, and for what the first metric set of an older ticket contains, only what two polls show is counted.",
        appears: SYNCED_EVENTS,
        example: "sum(increase(zendesk_tickets_solved_total[1d]))",
        at_zero: AtZero::OfUnsolved,
    }
    REOPENED = "zendesk_tickets_reopened_total", Counter, [Priority, Type, Channel], All, {
        help: "Total number of times that ticket.status changed from solved or closed to unsolved, also between two polls (by ticket.metric_set.reopens).",
        details: "Unsolved is new, open, pending or hold. With `export.metric_sets`, reopens between two polls count too, as in `zendesk_tickets_solved_total`. Without metric sets only what two polls show is counted.",
        appears: SYNCED_EVENTS,
        example: "sum(increase(zendesk_tickets_reopened_total[1d])) / sum(increase(zendesk_tickets_solved_total[1d]))",
        at_zero: AtZero::OfUnsolved,
    }
    DELETED = "zendesk_tickets_deleted_total", Counter, [Priority, Type, Channel], All, {
        help: "Total number of times that ticket.status changed to deleted.",
        details: "A deleted ticket is counted with the labels that it had before. A permanently deleted ticket is counted only if the export showed it as deleted before; otherwise the next resync counts it in `zendesk_exporter_vanished_tickets_total`.",
        appears: SYNCED_EVENTS,
        example: "sum(increase(zendesk_tickets_deleted_total[1d]))",
        at_zero: AtZero::OfUnsolved,
    }
    RESTORED = "zendesk_tickets_restored_total", Counter, [Priority, Type, Channel], All, {
        help: "Total number of times that ticket.status changed from deleted to another status.",
        details: "",
        appears: SYNCED_EVENTS,
        example: "sum(increase(zendesk_tickets_restored_total[1d]))",
        at_zero: AtZero::OfUnsolved,
    }
    UPDATED = "zendesk_tickets_updated_total", Counter, [Status, Priority, Type, Channel], All, {
        help: "Total number of times that the exporter read a ticket with a new ticket.updated_at.",
        details: "An update is counted with the labels that the ticket has after it. Several updates between two polls count once. A created ticket counts as one update. Zendesk's own system writes do not change `ticket.updated_at`, so they are not counted.",
        appears: SYNCED_EVENTS,
        example: "sum by (status) (rate(zendesk_tickets_updated_total[1h])) * 3600",
        at_zero: AtZero::OfUnsolved,
    }
    STATUS_CHANGES = "zendesk_ticket_status_changes_total", Counter, [From, To], Owner, {
        help: "Total number of changes of ticket.status that the exporter saw, by the status before and after the change.",
        details: "The exporter compares the states of a ticket at two polls: if a ticket goes from open to pending and back to open between them, no change is counted. If it goes from open to solved and back, that counts in `zendesk_tickets_solved_total` and `zendesk_tickets_reopened_total`, but not here. Deletions and restorations are not status changes.",
        appears: "When the first sync is complete, with the value 0, for every pair of statuses. With the label `group` or `brand`, it appears for the groups and brands of the unsolved tickets; any other combination appears with its first change.",
        example: "sum by (from, to) (increase(zendesk_ticket_status_changes_total[1d])) > 0",
        at_zero: AtZero::Always,
    }
}
// The order of the histograms is part of the stored form: the key `buckets` of `meta` holds one item
// for each, in this order. A new histogram comes after all others.
durations {
    FIRST_REPLY, FIRST_REPLY_BUSINESS = "first_reply", "reply_time_in_minutes",
        "Time from ticket creation to the first public agent reply", ONCE, REPLY_SECONDS;
    FIRST_RESOLUTION, FIRST_RESOLUTION_BUSINESS = "first_resolution", "first_resolution_time_in_minutes",
        "Time from ticket creation to its first resolution", ONCE, RESOLUTION_SECONDS;
    FULL_RESOLUTION, FULL_RESOLUTION_BUSINESS = "full_resolution", "full_resolution_time_in_minutes",
        "Time from ticket creation to its last resolution", EACH_RESOLUTION, RESOLUTION_SECONDS;
    REQUESTER_WAIT, REQUESTER_WAIT_BUSINESS = "requester_wait", "requester_wait_time_in_minutes",
        "Total time that the requester waited", EACH_RESOLUTION, RESOLUTION_SECONDS;
    AGENT_WAIT, AGENT_WAIT_BUSINESS = "agent_wait", "agent_wait_time_in_minutes",
        "Total time that agents waited for the requester", EACH_RESOLUTION, RESOLUTION_SECONDS;
    ON_HOLD, ON_HOLD_BUSINESS = "on_hold", "on_hold_time_in_minutes",
        "Total time that the ticket was on hold", EACH_RESOLUTION, RESOLUTION_SECONDS;
}
rows {
    REPLIES = "zendesk_ticket_replies", Histogram, [Priority], Owner, {
        help: "Number of public agent replies per solved ticket (ticket.metric_set.replies).",
        details: EACH_RESOLUTION,
        appears: COUNTS_APPEAR,
        example: "sum(rate(zendesk_ticket_replies_sum[1d])) / sum(rate(zendesk_ticket_replies_count[1d]))",
        needs: Needs::MetricSets,
        buckets: &[0, 1, 2, 3, 5, 8, 13, 21],
    }
    REOPENS = "zendesk_ticket_reopens", Histogram, [Priority], Owner, {
        help: "Number of reopens per solved ticket (ticket.metric_set.reopens).",
        details: EACH_RESOLUTION,
        appears: COUNTS_APPEAR,
        example: "sum(rate(zendesk_ticket_reopens_bucket{le=~\"0([.]0)?\"}[1d])) / sum(rate(zendesk_ticket_reopens_count[1d]))",
        needs: Needs::MetricSets,
        buckets: &[0, 1, 2, 3, 5, 8],
    }
    SATISFACTION = "zendesk_ticket_satisfaction", Gauge, [Score], Owner, {
        help: "Number of tickets by current ticket.satisfaction_rating.score (offered, good or bad).",
        details: "Zendesk does not write the answers to its newer customer satisfaction surveys into this field, so they are not counted.",
        appears: SYNCED,
        example: "zendesk_ticket_satisfaction{score=\"good\"} / ignoring (score) sum without (score) (zendesk_ticket_satisfaction{score=~\"good|bad\"})",
        scores: &[Score::Offered, Score::Good, Score::Bad],
    }
    RATINGS = "zendesk_satisfaction_ratings_total", Counter, [Score], None, {
        help: "Total number of times that ticket.satisfaction_rating.score changed to good or bad.",
        details: "The exporter compares the states of a ticket at two polls: if the score changes several times between them, only the last score is counted.",
        appears: "When the first sync is complete, with the value 0.",
        example: "sum by (score) (increase(zendesk_satisfaction_ratings_total[1d]))",
        scores: &[Score::Good, Score::Bad],
        at_zero: AtZero::Always,
    }
    TAGGED = "zendesk_tagged_tickets", Gauge, [Tag, Status, Priority], None, {
        help: "Number of tickets that have a tag in ticket.tags that the setting labels.tags lists.",
        details: "A ticket with two of these tags is counted under both, so do not add up the values of `tag`.",
        appears: "With `labels.tags`, when the first sync is complete. The tickets of a tag that is listed later are counted when they are read again.",
        example: "sum by (tag) (zendesk_tagged_tickets{status=~\"new|open|pending|hold\"})",
    }
}
names {
    GROUP_INFO = Group, "group", "a group", "ticket.group_id", "groups[].name",
        " After a rename the series with the new name replaces the series with the old name; the series of the other families do not change.",
        "zendesk_unsolved_tickets";
    BRAND_INFO = Brand, "brand", "a brand", "ticket.brand_id", "brands[].name", "", "zendesk_tickets";
    FORM_INFO = Form, "form", "a ticket form", "ticket.ticket_form_id", "ticket_forms[].name", "", "zendesk_tickets";
    CUSTOM_STATUS_INFO = CustomStatus, "custom_status", "a custom status", "ticket.custom_status_id", "custom_statuses[].agent_label",
        " The name is the one that agents see.", "zendesk_tickets";
}
rows {
    SEARCH_TICKETS = "zendesk_search_tickets", Gauge, [Status], None, {
        help: "Number of tickets by ticket.status, as counted by Zendesk's search API (api/v2/search/count).",
        details: "The search API counts only the tickets that the user of the exporter may see, and its counts are some minutes old. Use this family for totals while the first sync runs.",
        appears: "With `export.search_counts`, when the exporter has read the counts, within a minute of its start.",
        example: "sum by (status) (zendesk_search_tickets)",
        series: 0,
    }
    SEARCH_TICKETS_TIMESTAMP = "zendesk_search_tickets_timestamp_seconds", Gauge, [Status], None, {
        help: "Time of the last read of zendesk_search_tickets, as a Unix timestamp in seconds.",
        details: "",
        appears: "Together with `zendesk_search_tickets`.",
        example: "time() - zendesk_search_tickets_timestamp_seconds > 7200",
        series: 0,
    }
    SLA_BREACHED = "zendesk_sla_breached_tickets", Gauge, [Metric, Priority], Owner, {
        help: "Number of unsolved tickets with an active or paused SLA target whose ticket.slas.policy_metrics[].breach_at has passed.",
        details: "A ticket is counted once for each `metric` of which it has a breached target. The exporter compares the `breach_at` of an active target with the current time, so a breach shows without another answer from Zendesk. It compares the `breach_at` of a paused target with the `ticket.generated_timestamp` of the row that it read last, or with the time of the answer if the row has none, so a paused target does not become breached.",
        appears: SLAS,
        example: "sum by (metric) (zendesk_sla_breached_tickets)",
        series: 0,
    }
    SLA_NEXT_BREACH = "zendesk_sla_next_breach_timestamp_seconds", Gauge, [Metric, Priority], Owner, {
        help: "Earliest future ticket.slas.policy_metrics[].breach_at of the active SLA targets of unsolved tickets, as a Unix timestamp in seconds.",
        details: "",
        appears: SLAS_DATED,
        example: "min by (metric) (zendesk_sla_next_breach_timestamp_seconds) - time() < 900",
        series: 0,
    }
    SLA_TARGETS = "zendesk_sla_targets_total", Counter, [Metric, Priority], Owner, {
        help: "Total number of SLA targets that ended (ticket.slas.policy_metrics[].stage is no longer active or paused).",
        details: "A target ends when it is fulfilled, when Zendesk removes it from the ticket, and when the ticket is solved or closed. The exporter compares the states of a ticket at two polls: a target that begins and ends between them is not counted. Targets of a deleted ticket are not counted.",
        appears: SLAS_COUNTED,
        example: "1 - sum(increase(zendesk_sla_targets_breached_total[7d])) / sum(increase(zendesk_sla_targets_total[7d]))",
        needs: Needs::Slas,
        // The target, the number that is breached now, and the next breach.
        series: 3,
    }
    SLA_TARGETS_BREACHED = "zendesk_sla_targets_breached_total", Counter, [Metric, Priority], Owner, {
        help: "Total number of SLA targets that ended after their ticket.slas.policy_metrics[].breach_at.",
        details: "`zendesk_sla_targets_total` says when a target ends. A breach is counted when the target ends, not when `breach_at` passes; `zendesk_sla_breached_tickets` shows the breached targets that have not ended.",
        appears: SLAS_COUNTED,
        example: "sum by (metric) (increase(zendesk_sla_targets_breached_total[1d]))",
        needs: Needs::Slas,
    }
}
}
