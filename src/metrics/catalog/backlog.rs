//! Families of the unsolved tickets: most of them depend on the clock.

use super::{Chapter, Family, Kind, PRIORITY_LABEL, SYNCED};

const AGEING: &str = "When the first sync is complete. A series stays, with the value 0, when no ticket matches any more. The exporter calculates the values again at least every 15 seconds, also while Zendesk cannot be reached.";
const DATED: &str =
    "When the first sync is complete. The series is absent while there is no such ticket.";
const DATED_UNREPLIED: &str = "With `export.metric_sets`, when the first sync is complete. The series is absent while there is no such ticket.";
const SLAS: &str = "With `export.slas`, for each metric and priority for which the exporter has read a target. A series stays, with the value 0, when no ticket matches any more. The exporter calculates the values again at least every 15 seconds, also while Zendesk cannot be reached.";
const SLAS_DATED: &str =
    "With `export.slas`. The series is absent while there is no such active target.";
const SLAS_COUNTED: &str = "With `export.slas`, with the value 0, when the exporter reads the first target of the metric and priority.";
/// What of a ticket becomes of these families where Zendesk does not say when it was created.
const WITHOUT_CREATED_AT: &str = "Tickets without a `ticket.created_at` are left out.";
/// Labels of the families of unsolved tickets.
const STATUS_AND_PRIORITY: &[&str] = &["status", "priority"];
/// Labels of the families of SLA targets.
const SLA_LABELS: &[&str] = &["metric", "priority"];

/// Unsolved tickets by age.
pub const UNSOLVED: Family = Family {
    name: "zendesk_unsolved_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["status", "priority", "age"],
    help: "Number of unsolved tickets (ticket.status new, open, pending or hold) by the time since ticket.created_at.",
    details: "The ranges of `age` do not overlap: 0-4h, 4h-1d, 1d-3d, 3d-7d, 7d-30d, 30d-90d, 90d+. The sum over `age` is therefore the backlog. If a ticket has no `ticket.created_at`, its last update is used.",
    appears: AGEING,
    example: "sum(zendesk_unsolved_tickets{age=~\"7d-30d|30d-90d|90d[+]\"}) / sum(zendesk_unsolved_tickets)",
};

/// Unsolved tickets that nobody has.
pub const UNASSIGNED: Family = Family {
    name: "zendesk_unassigned_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: STATUS_AND_PRIORITY,
    help: "Number of unsolved tickets (ticket.status new, open, pending or hold) without a ticket.assignee_id.",
    details: "",
    appears: SYNCED,
    example: "sum by (priority) (zendesk_unassigned_tickets)",
};

/// Unsolved tickets without a reply.
pub const UNREPLIED: Family = Family {
    name: "zendesk_unreplied_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: STATUS_AND_PRIORITY,
    help: "Number of unsolved tickets without a public agent reply (ticket.metric_set.replies is 0 or null).",
    details: "A ticket also counts as replied if `ticket.metric_set.reply_time_in_minutes.calendar` or `ticket.metric_set.reply_time_in_minutes.business` has a value. A ticket whose metric set the exporter has not read yet is not counted.",
    appears: "With `export.metric_sets`, when the first sync is complete. A series stays, with the value 0, when no ticket matches any more.",
    example: "sum by (priority) (zendesk_unreplied_tickets)",
};

/// The oldest unsolved tickets.
pub const OLDEST_UNSOLVED: Family = Family {
    name: "zendesk_oldest_unsolved_ticket_created_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: STATUS_AND_PRIORITY,
    help: "Creation time (ticket.created_at) of the oldest unsolved ticket, as a Unix timestamp in seconds.",
    details: WITHOUT_CREATED_AT,
    appears: DATED,
    example: "time() - min by (priority) (zendesk_oldest_unsolved_ticket_created_timestamp_seconds)",
};

/// The oldest tickets that nobody has.
pub const OLDEST_UNASSIGNED: Family = Family {
    name: "zendesk_oldest_unassigned_ticket_created_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: STATUS_AND_PRIORITY,
    help: "Creation time (ticket.created_at) of the oldest unsolved ticket without an assignee, as a Unix timestamp in seconds.",
    details: WITHOUT_CREATED_AT,
    appears: DATED,
    example: "time() - min by (priority) (zendesk_oldest_unassigned_ticket_created_timestamp_seconds{status=~\"new|open\"}) > 900",
};

/// The oldest tickets without a reply.
pub const OLDEST_UNREPLIED: Family = Family {
    name: "zendesk_oldest_unreplied_ticket_created_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: PRIORITY_LABEL,
    help: "Creation time (ticket.created_at) of the oldest unsolved ticket without a public agent reply, as a Unix timestamp in seconds.",
    details: WITHOUT_CREATED_AT,
    appears: DATED_UNREPLIED,
    example: "time() - min(zendesk_oldest_unreplied_ticket_created_timestamp_seconds)",
};

/// The tickets left alone for longest.
pub const STALEST_UNSOLVED: Family = Family {
    name: "zendesk_stalest_unsolved_ticket_updated_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: STATUS_AND_PRIORITY,
    help: "Oldest ticket.updated_at of all unsolved tickets, as a Unix timestamp in seconds.",
    details: "Zendesk's own system writes do not change `ticket.updated_at`, so they do not count as updates.",
    appears: DATED,
    example: "time() - min by (status) (zendesk_stalest_unsolved_ticket_updated_timestamp_seconds)",
};

/// Tasks that are due.
pub const OVERDUE: Family = Family {
    name: "zendesk_overdue_tasks",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: PRIORITY_LABEL,
    help: "Number of unsolved tickets whose due date (ticket.due_at) has passed.",
    details: "In Zendesk only tickets of the type task have a due date.",
    appears: AGEING,
    example: "sum(zendesk_overdue_tasks) > 0",
};

/// SLA targets that are breached now.
pub const SLA_BREACHED: Family = Family {
    name: "zendesk_sla_breached_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: SLA_LABELS,
    help: "Number of unsolved tickets with an active or paused SLA target whose ticket.slas.policy_metrics[].breach_at has passed.",
    details: "A ticket is counted once for each `metric` of which it has a breached target. The exporter compares the `breach_at` of an active target with the current time, so a breach shows without another answer from Zendesk. It compares the `breach_at` of a paused target with the `ticket.generated_timestamp` of the row that it read last, so a paused target does not become breached.",
    appears: SLAS,
    example: "sum by (metric) (zendesk_sla_breached_tickets)",
};

/// The next SLA breach.
pub const SLA_NEXT_BREACH: Family = Family {
    name: "zendesk_sla_next_breach_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: SLA_LABELS,
    help: "Earliest future ticket.slas.policy_metrics[].breach_at of the active SLA targets of unsolved tickets, as a Unix timestamp in seconds.",
    details: "",
    appears: SLAS_DATED,
    example: "min by (metric) (zendesk_sla_next_breach_timestamp_seconds) - time() < 900",
};

/// SLA targets that came to an end.
pub const SLA_TARGETS: Family = Family {
    name: "zendesk_sla_targets_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: SLA_LABELS,
    help: "Total number of SLA targets that ended (ticket.slas.policy_metrics[].stage is no longer active or paused).",
    details: "A target ends when it is fulfilled, when Zendesk removes it from the ticket, and when the ticket is solved or closed. The exporter compares the states of a ticket at two polls: a target that begins and ends between them is not counted. Targets of a deleted ticket are not counted.",
    appears: SLAS_COUNTED,
    example: "1 - sum(increase(zendesk_sla_targets_breached_total[7d])) / sum(increase(zendesk_sla_targets_total[7d]))",
};

/// SLA targets that came to an end too late.
pub const SLA_TARGETS_BREACHED: Family = Family {
    name: "zendesk_sla_targets_breached_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: SLA_LABELS,
    help: "Total number of SLA targets that ended after their ticket.slas.policy_metrics[].breach_at.",
    details: "`zendesk_sla_targets_total` says when a target ends. A breach is counted when the target ends, not when `breach_at` passes; `zendesk_sla_breached_tickets` shows the breached targets that have not ended.",
    appears: SLAS_COUNTED,
    example: "sum by (metric) (increase(zendesk_sla_targets_breached_total[1d]))",
};
