//! Families of the unsolved tickets: most of them depend on the clock.

use super::{Family, Kind, PRIORITY_LABEL, SYNCED};

const AGEING: &str = "When the first full sync is complete; a series once seen stays, at 0 when empty. Counted anew at least every 15 seconds, also while Zendesk cannot be reached.";
const DATED: &str = "When the first full sync is complete, and only while there is such a ticket.";
const DATED_UNREPLIED: &str = "When the first full sync is complete, with export.metric_sets, and only while there is such a ticket.";
const SLAS: &str = "With export.slas, for every metric and priority of which a target was seen; a series once seen stays, at 0 when empty. Counted anew at least every 15 seconds, also while Zendesk cannot be reached.";
const SLAS_DATED: &str = "With export.slas, and only while such a target is active.";
const SLAS_COUNTED: &str =
    "With export.slas, at 0 when the first target of that metric and priority is seen.";
/// Labels of the families of unsolved tickets.
const STATUS_AND_PRIORITY: &[&str] = &["status", "priority"];
/// Labels of the families of SLA targets.
const SLA_LABELS: &[&str] = &["metric", "priority"];

/// Unsolved tickets by age.
pub const UNSOLVED: Family = Family::tickets(
    "zendesk_unsolved_tickets",
    Kind::Gauge,
    &["status", "priority", "age"],
    [
        "Unsolved tickets (new, open, pending, hold) by the time since they were created, in brackets that exclude each other: 0-4h, 4h-1d, 1d-3d, 3d-7d, 7d-30d, 30d-90d, 90d+. The sum over age is the backlog; a ticket that does not say when it was created counts from its latest update.",
        AGEING,
        "sum(zendesk_unsolved_tickets{age=~\"7d-30d|30d-90d|90d[+]\"}) / sum(zendesk_unsolved_tickets)",
    ],
);

/// The oldest unsolved tickets.
pub const OLDEST_UNSOLVED: Family = Family::tickets(
    "zendesk_oldest_unsolved_ticket_created_timestamp_seconds",
    Kind::Gauge,
    STATUS_AND_PRIORITY,
    [
        "When the oldest unsolved ticket was created.",
        DATED,
        "time() - min by (priority) (zendesk_oldest_unsolved_ticket_created_timestamp_seconds)",
    ],
);

/// The oldest tickets that nobody has.
pub const OLDEST_UNASSIGNED: Family = Family::tickets(
    "zendesk_oldest_unassigned_ticket_created_timestamp_seconds",
    Kind::Gauge,
    STATUS_AND_PRIORITY,
    [
        "When the oldest unsolved ticket without an assignee was created.",
        DATED,
        "time() - min by (priority) (zendesk_oldest_unassigned_ticket_created_timestamp_seconds{status=~\"new|open\"}) > 900",
    ],
);

/// The oldest tickets without a reply.
pub const OLDEST_UNREPLIED: Family = Family::tickets(
    "zendesk_oldest_unreplied_ticket_created_timestamp_seconds",
    Kind::Gauge,
    PRIORITY_LABEL,
    [
        "When the oldest unsolved ticket was created to which no agent has replied publicly yet.",
        DATED_UNREPLIED,
        "time() - min(zendesk_oldest_unreplied_ticket_created_timestamp_seconds)",
    ],
);

/// The tickets left alone for longest.
pub const STALEST_UNSOLVED: Family = Family::tickets(
    "zendesk_stalest_unsolved_ticket_updated_timestamp_seconds",
    Kind::Gauge,
    STATUS_AND_PRIORITY,
    [
        "When the unsolved ticket that was left alone for longest was last updated. Writes by Zendesk itself are no updates.",
        DATED,
        "time() - min by (status) (zendesk_stalest_unsolved_ticket_updated_timestamp_seconds)",
    ],
);

/// Tasks that are due.
pub const OVERDUE: Family = Family::tickets(
    "zendesk_overdue_tasks",
    Kind::Gauge,
    PRIORITY_LABEL,
    [
        "Unsolved tickets whose due date has passed. Only tickets of type task have one.",
        AGEING,
        "sum(zendesk_overdue_tasks) > 0",
    ],
);

/// SLA targets that are breached now.
pub const SLA_BREACHED: Family = Family::tickets(
    "zendesk_sla_breached_tickets",
    Kind::Gauge,
    SLA_LABELS,
    [
        "Unsolved tickets with an SLA target of this metric that is breached and still open. An active target is breached from its breach_at on, without a further answer of Zendesk; a paused one stays as it was when it was paused.",
        SLAS,
        "sum by (metric) (zendesk_sla_breached_tickets)",
    ],
);

/// The next SLA breach.
pub const SLA_NEXT_BREACH: Family = Family::tickets(
    "zendesk_sla_next_breach_timestamp_seconds",
    Kind::Gauge,
    SLA_LABELS,
    [
        "When the next active SLA target of an unsolved ticket will be breached.",
        SLAS_DATED,
        "min by (metric) (zendesk_sla_next_breach_timestamp_seconds) - time() < 900",
    ],
);

/// SLA targets that came to an end.
pub const SLA_TARGETS: Family = Family::tickets(
    "zendesk_sla_targets_total",
    Kind::Counter,
    SLA_LABELS,
    [
        counted!(
            "SLA targets that came to an end: fulfilled, dropped, or their ticket was solved. Observed between polls."
        ),
        SLAS_COUNTED,
        "1 - sum(increase(zendesk_sla_targets_breached_total[7d])) / sum(increase(zendesk_sla_targets_total[7d]))",
    ],
);

/// SLA targets that came to an end too late.
pub const SLA_TARGETS_BREACHED: Family = Family::tickets(
    "zendesk_sla_targets_breached_total",
    Kind::Counter,
    SLA_LABELS,
    [
        counted!(
            "SLA targets that came to an end after they were breached. Observed between polls."
        ),
        SLAS_COUNTED,
        "sum by (metric) (increase(zendesk_sla_targets_breached_total[1d]))",
    ],
);

/// Unsolved tickets that nobody has.
pub const UNASSIGNED: Family = Family::tickets(
    "zendesk_unassigned_tickets",
    Kind::Gauge,
    STATUS_AND_PRIORITY,
    [
        "Unsolved tickets (new, open, pending, hold) without an assignee.",
        SYNCED,
        "sum by (priority) (zendesk_unassigned_tickets)",
    ],
);

/// Unsolved tickets without a reply.
pub const UNREPLIED: Family = Family::tickets(
    "zendesk_unreplied_tickets",
    Kind::Gauge,
    STATUS_AND_PRIORITY,
    [
        "Unsolved tickets to which no agent has replied publicly yet.",
        "When the first full sync is complete, with export.metric_sets; a series once seen stays, at 0 when empty.",
        "sum by (priority) (zendesk_unreplied_tickets)",
    ],
);
