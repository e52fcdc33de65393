//! Families of tickets and of what happens to them.

use super::{Family, Kind, SYNCED};

const SYNCED_EVENTS: &str = "At 0 when the first full sync is complete, for the labels that unsolved tickets have; for others with the first event.";
/// Labels of the event counters.
const EVENT_LABELS: &[&str] = &["priority", "type", "channel"];
/// Labels of the families that tell statuses apart.
const STATUS_LABELS: &[&str] = &["status", "priority", "type", "channel"];

/// Current tickets.
pub const TICKETS: Family = Family::tickets(
    "zendesk_tickets",
    Kind::Gauge,
    STATUS_LABELS,
    [
        "Tickets by their latest known state, deleted ones left out. Read every poll_interval, see zendesk_exporter_data_timestamp_seconds; with start_time > 0 only tickets changed since then.",
        SYNCED,
        "sum by (status) (zendesk_tickets)",
    ],
);

/// Created tickets.
pub const CREATED: Family = Family::tickets(
    "zendesk_tickets_created_total",
    Kind::Counter,
    EVENT_LABELS,
    [
        counted!(
            "Tickets created since the first sync began, with the labels they had when first seen."
        ),
        SYNCED_EVENTS,
        "sum by (channel) (rate(zendesk_tickets_created_total[1h])) * 3600",
    ],
);

/// Solved tickets.
pub const SOLVED: Family = Family::tickets(
    "zendesk_tickets_solved_total",
    Kind::Counter,
    EVENT_LABELS,
    [
        counted!(
            "Times a ticket went from unsolved to solved or closed, merged and automatically closed ones included. Observed between polls: solved and reopened in between is not seen."
        ),
        SYNCED_EVENTS,
        "sum(increase(zendesk_tickets_solved_total[1d]))",
    ],
);

/// Reopened tickets.
pub const REOPENED: Family = Family::tickets(
    "zendesk_tickets_reopened_total",
    Kind::Counter,
    EVENT_LABELS,
    [
        counted!(
            "Times a ticket went from solved or closed back to unsolved. Observed between polls: reopened and solved in between is not seen."
        ),
        SYNCED_EVENTS,
        "sum(increase(zendesk_tickets_reopened_total[1d])) / sum(increase(zendesk_tickets_solved_total[1d]))",
    ],
);

/// Deleted tickets.
pub const DELETED: Family = Family::tickets(
    "zendesk_tickets_deleted_total",
    Kind::Counter,
    EVENT_LABELS,
    [
        counted!(
            "Tickets that the export said were deleted, with the labels they had before. Tickets that were deleted permanently are not among them if the export did not say so first: see zendesk_exporter_vanished_tickets_total."
        ),
        SYNCED_EVENTS,
        "sum(increase(zendesk_tickets_deleted_total[1d]))",
    ],
);

/// Restored tickets.
pub const RESTORED: Family = Family::tickets(
    "zendesk_tickets_restored_total",
    Kind::Counter,
    EVENT_LABELS,
    [
        counted!("Deleted tickets that came back."),
        SYNCED_EVENTS,
        "sum(increase(zendesk_tickets_restored_total[1d]))",
    ],
);

/// Updated tickets.
pub const UPDATED: Family = Family::tickets(
    "zendesk_tickets_updated_total",
    Kind::Counter,
    STATUS_LABELS,
    [
        counted!(
            "Tickets seen with a new ticket event, with the labels they have after it. Several events between two polls count once; writes by Zendesk itself do not count."
        ),
        SYNCED_EVENTS,
        "sum by (status) (rate(zendesk_tickets_updated_total[1h])) * 3600",
    ],
);

/// Status changes.
pub const STATUS_CHANGES: Family = Family::tickets(
    "zendesk_ticket_status_changes_total",
    Kind::Counter,
    &["from", "to"],
    [
        counted!(
            "Times a ticket was seen in another status than before. Observed between polls: open, pending and open again in between is not seen."
        ),
        "At 0 when the first full sync is complete, for every pair of statuses, and with label group or brand for the values that unsolved tickets have; for others with the first change.",
        "sum by (from, to) (increase(zendesk_ticket_status_changes_total[1d])) > 0",
    ],
);

/// Satisfaction scores.
pub const SATISFACTION: Family = Family::tickets(
    "zendesk_ticket_satisfaction",
    Kind::Gauge,
    &["score"],
    [
        "Tickets by the satisfaction score that they have now: offered, good or bad. Answers to Zendesk's newer surveys do not show here.",
        SYNCED,
        "zendesk_ticket_satisfaction{score=\"good\"} / ignoring (score) sum without (score) (zendesk_ticket_satisfaction{score=~\"good|bad\"})",
    ],
);

/// Ratings given.
pub const RATINGS: Family = Family::tickets(
    "zendesk_satisfaction_ratings_total",
    Kind::Counter,
    &["score"],
    [
        counted!("Times a ticket's satisfaction score turned good or bad. Observed between polls."),
        "At 0 when the first full sync is complete.",
        "sum by (score) (increase(zendesk_satisfaction_ratings_total[1d]))",
    ],
);

/// Tagged tickets.
pub const TAGGED: Family = Family::tickets(
    "zendesk_tagged_tickets",
    Kind::Gauge,
    &["tag", "status", "priority"],
    [
        "Tickets that have a tag of labels.tags. A ticket with two of them counts under both: not additive over tag.",
        "With labels.tags, when the first full sync is complete; of a tag listed later, as its tickets are seen again.",
        "sum by (tag) (zendesk_tagged_tickets{status=~\"new|open|pending|hold\"})",
    ],
);
