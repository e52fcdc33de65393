//! Families of tickets and of what happens to them.

use super::{Chapter, Family, Kind, SYNCED};

const SYNCED_EVENTS: &str = "When the first sync is complete, with the value 0, for the label combinations of the unsolved tickets. Any other combination appears with its first event.";
/// Labels of the event counters.
const EVENT_LABELS: &[&str] = &["priority", "type", "channel"];
/// Labels of the families that tell statuses apart.
const STATUS_LABELS: &[&str] = &["status", "priority", "type", "channel"];

/// Current tickets.
pub const TICKETS: Family = Family {
    name: "zendesk_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: STATUS_LABELS,
    help: "Number of tickets by ticket.status, ticket.priority, ticket.type and ticket.via.channel.",
    details: "The family shows the latest state that the exporter has read. The exporter reads the changes every `export.poll_interval`; `zendesk_exporter_data_timestamp_seconds` shows how current the numbers are. Deleted tickets are not counted. If `export.start_time` is later than 0, only tickets that changed since that time are counted.",
    appears: SYNCED,
    example: "sum by (status) (zendesk_tickets)",
};

/// Created tickets.
pub const CREATED: Family = Family {
    name: "zendesk_tickets_created_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: EVENT_LABELS,
    help: "Total number of tickets created (ticket.created_at) since the first sync began.",
    details: "A ticket is counted when the exporter reads it for the first time, with the labels that it has then.",
    appears: SYNCED_EVENTS,
    example: "sum by (channel) (rate(zendesk_tickets_created_total[1h])) * 3600",
};

/// Solved tickets.
pub const SOLVED: Family = Family {
    name: "zendesk_tickets_solved_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: EVENT_LABELS,
    help: "Total number of times that ticket.status changed from new, open, pending or hold to solved or closed.",
    details: "Tickets that were closed by a merge or by an automation are included. A ticket that is created and solved between two polls counts as created and as solved. The exporter compares the states of a ticket at two polls: if a ticket is solved and reopened between them, neither is counted.",
    appears: SYNCED_EVENTS,
    example: "sum(increase(zendesk_tickets_solved_total[1d]))",
};

/// Reopened tickets.
pub const REOPENED: Family = Family {
    name: "zendesk_tickets_reopened_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: EVENT_LABELS,
    help: "Total number of times that ticket.status changed from solved or closed to new, open, pending or hold.",
    details: "The exporter compares the states of a ticket at two polls: if a ticket is reopened and solved between them, neither is counted.",
    appears: SYNCED_EVENTS,
    example: "sum(increase(zendesk_tickets_reopened_total[1d])) / sum(increase(zendesk_tickets_solved_total[1d]))",
};

/// Deleted tickets.
pub const DELETED: Family = Family {
    name: "zendesk_tickets_deleted_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: EVENT_LABELS,
    help: "Total number of times that ticket.status changed to deleted.",
    details: "A deleted ticket is counted with the labels that it had before. A permanently deleted ticket is counted only if the export showed it as deleted before; otherwise the next resync counts it in `zendesk_exporter_vanished_tickets_total`.",
    appears: SYNCED_EVENTS,
    example: "sum(increase(zendesk_tickets_deleted_total[1d]))",
};

/// Restored tickets.
pub const RESTORED: Family = Family {
    name: "zendesk_tickets_restored_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: EVENT_LABELS,
    help: "Total number of times that ticket.status changed from deleted to another status.",
    details: "",
    appears: SYNCED_EVENTS,
    example: "sum(increase(zendesk_tickets_restored_total[1d]))",
};

/// Updated tickets.
pub const UPDATED: Family = Family {
    name: "zendesk_tickets_updated_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: STATUS_LABELS,
    help: "Total number of times that the exporter read a ticket with a new ticket.updated_at.",
    details: "An update is counted with the labels that the ticket has after it. Several updates between two polls count once. A created ticket counts as one update. Zendesk's own system writes do not change `ticket.updated_at`, so they are not counted.",
    appears: SYNCED_EVENTS,
    example: "sum by (status) (rate(zendesk_tickets_updated_total[1h])) * 3600",
};

/// Status changes.
pub const STATUS_CHANGES: Family = Family {
    name: "zendesk_ticket_status_changes_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: &["from", "to"],
    help: "Total number of changes of ticket.status that the exporter saw, by the status before and after the change.",
    details: "The exporter compares the states of a ticket at two polls: if a ticket goes from open to pending and back to open between them, no change is counted. Deletions and restorations are not status changes.",
    appears: "When the first sync is complete, with the value 0, for every pair of statuses. With the label `group` or `brand`, it appears for the groups and brands of the unsolved tickets; any other combination appears with its first change.",
    example: "sum by (from, to) (increase(zendesk_ticket_status_changes_total[1d])) > 0",
};

/// Satisfaction scores.
pub const SATISFACTION: Family = Family {
    name: "zendesk_ticket_satisfaction",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["score"],
    help: "Number of tickets by current ticket.satisfaction_rating.score (offered, good or bad).",
    details: "Zendesk does not write the answers to its newer customer satisfaction surveys into this field, so they are not counted.",
    appears: SYNCED,
    example: "zendesk_ticket_satisfaction{score=\"good\"} / ignoring (score) sum without (score) (zendesk_ticket_satisfaction{score=~\"good|bad\"})",
};

/// Ratings given.
pub const RATINGS: Family = Family {
    name: "zendesk_satisfaction_ratings_total",
    kind: Kind::Counter,
    chapter: Chapter::Tickets,
    labels: &["score"],
    help: "Total number of times that ticket.satisfaction_rating.score changed to good or bad.",
    details: "The exporter compares the states of a ticket at two polls: if the score changes several times between them, only the last score is counted.",
    appears: "When the first sync is complete, with the value 0.",
    example: "sum by (score) (increase(zendesk_satisfaction_ratings_total[1d]))",
};

/// Tagged tickets.
pub const TAGGED: Family = Family {
    name: "zendesk_tagged_tickets",
    kind: Kind::Gauge,
    chapter: Chapter::Tickets,
    labels: &["tag", "status", "priority"],
    help: "Number of tickets that have a tag in ticket.tags that the setting labels.tags lists.",
    details: "A ticket with two of these tags is counted under both, so do not add up the values of `tag`.",
    appears: "With `labels.tags`, when the first sync is complete. The tickets of a tag that is listed later are counted when they are read again.",
    example: "sum by (tag) (zendesk_tagged_tickets{status=~\"new|open|pending|hold\"})",
};
