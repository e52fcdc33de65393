//! Families of what Zendesk measures of each ticket.

use super::{Family, Kind, PRIORITY_LABEL};

const SYNCED_HISTOGRAMS: &str = "With export.metric_sets, at 0 for every priority when the first full sync is complete; with label group or brand with the first observation.";
const OBSERVED_HISTOGRAMS: &str = "With export.metric_sets, with the first observation.";
const BUSINESS_HISTOGRAMS: &str = "With export.business_hours: auto, once a value in business hours has differed from the one by the calendar, with all that was observed before; without a schedule none ever does. With true as the family by the calendar.";

/// Time from creation to the first public reply of an agent, by the calendar.
pub const FIRST_REPLY: Family = Family::tickets(
    "zendesk_ticket_first_reply_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Time from creation to the first public reply of an agent, by the calendar, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        SYNCED_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_first_reply_seconds_bucket[1d])))",
    ],
);

/// Time from creation to the first public reply of an agent, in business hours.
pub const FIRST_REPLY_BUSINESS: Family = Family::tickets(
    "zendesk_ticket_first_reply_business_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted_in_business_hours!(
            "Time from creation to the first public reply of an agent, in business hours, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        BUSINESS_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_first_reply_business_seconds_bucket[1d])))",
    ],
);

/// Time from creation to the first time the ticket was solved, by the calendar.
pub const FIRST_RESOLUTION: Family = Family::tickets(
    "zendesk_ticket_first_resolution_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Time from creation to the first time the ticket was solved, by the calendar, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        SYNCED_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_first_resolution_seconds_bucket[1d])))",
    ],
);

/// Time from creation to the first time the ticket was solved, in business hours.
pub const FIRST_RESOLUTION_BUSINESS: Family = Family::tickets(
    "zendesk_ticket_first_resolution_business_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted_in_business_hours!(
            "Time from creation to the first time the ticket was solved, in business hours, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        BUSINESS_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_first_resolution_business_seconds_bucket[1d])))",
    ],
);

/// Time from creation to the latest time the ticket was solved, by the calendar.
pub const FULL_RESOLUTION: Family = Family::tickets(
    "zendesk_ticket_full_resolution_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Time from creation to the latest time the ticket was solved, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        SYNCED_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_full_resolution_seconds_bucket[1d])))",
    ],
);

/// Time from creation to the latest time the ticket was solved, in business hours.
pub const FULL_RESOLUTION_BUSINESS: Family = Family::tickets(
    "zendesk_ticket_full_resolution_business_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted_in_business_hours!(
            "Time from creation to the latest time the ticket was solved, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        BUSINESS_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_full_resolution_business_seconds_bucket[1d])))",
    ],
);

/// Time that the requester had waited in all, by the calendar.
pub const REQUESTER_WAIT: Family = Family::tickets(
    "zendesk_ticket_requester_wait_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Time that the requester had waited in all, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        SYNCED_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_requester_wait_seconds_bucket[1d])))",
    ],
);

/// Time that the requester had waited in all, in business hours.
pub const REQUESTER_WAIT_BUSINESS: Family = Family::tickets(
    "zendesk_ticket_requester_wait_business_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted_in_business_hours!(
            "Time that the requester had waited in all, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        BUSINESS_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_requester_wait_business_seconds_bucket[1d])))",
    ],
);

/// Time that agents had waited for the requester in all, by the calendar.
pub const AGENT_WAIT: Family = Family::tickets(
    "zendesk_ticket_agent_wait_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Time that agents had waited for the requester in all, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        SYNCED_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_agent_wait_seconds_bucket[1d])))",
    ],
);

/// Time that agents had waited for the requester in all, in business hours.
pub const AGENT_WAIT_BUSINESS: Family = Family::tickets(
    "zendesk_ticket_agent_wait_business_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted_in_business_hours!(
            "Time that agents had waited for the requester in all, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        BUSINESS_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_agent_wait_business_seconds_bucket[1d])))",
    ],
);

/// Time that the ticket had been on hold in all, by the calendar.
pub const ON_HOLD: Family = Family::tickets(
    "zendesk_ticket_on_hold_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Time that the ticket had been on hold in all, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        SYNCED_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_on_hold_seconds_bucket[1d])))",
    ],
);

/// Time that the ticket had been on hold in all, in business hours.
pub const ON_HOLD_BUSINESS: Family = Family::tickets(
    "zendesk_ticket_on_hold_business_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted_in_business_hours!(
            "Time that the ticket had been on hold in all, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet."
        ),
        BUSINESS_HISTOGRAMS,
        "histogram_quantile(0.9, sum by (le) (rate(zendesk_ticket_on_hold_business_seconds_bucket[1d])))",
    ],
);

/// Replies per resolution.
pub const REPLIES: Family = Family::tickets(
    "zendesk_ticket_replies",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!(
            "Public replies of agents that a ticket had taken; observed each time it is solved."
        ),
        OBSERVED_HISTOGRAMS,
        "sum(rate(zendesk_ticket_replies_sum[1d])) / sum(rate(zendesk_ticket_replies_count[1d]))",
    ],
);

/// Reopens per resolution.
pub const REOPENS: Family = Family::tickets(
    "zendesk_ticket_reopens",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        counted!("Times a ticket had been reopened; observed each time it is solved."),
        OBSERVED_HISTOGRAMS,
        "sum(rate(zendesk_ticket_reopens_bucket{le=~\"0([.]0)?\"}[1d])) / sum(rate(zendesk_ticket_reopens_count[1d]))",
    ],
);
