//! Families of what Zendesk measures of each ticket, in the metric set of `metric_sets`.

use super::{Chapter, Family, Kind, PRIORITY_LABEL};

/// A histogram of one of Zendesk's times, which are pairs: `$hours` is `calendar` or `business`.
macro_rules! time {
    ($name:literal, $what:literal, $field:literal . calendar, $details:expr) => {
        time!(
            $name,
            $what,
            $field,
            "calendar time",
            ".calendar",
            $details,
            CALENDAR_APPEARS
        )
    };
    ($name:literal, $what:literal, $field:literal . business, $details:expr) => {
        time!(
            $name,
            $what,
            $field,
            "business hours",
            ".business",
            $details,
            BUSINESS_APPEARS
        )
    };
    ($name:literal, $what:literal, $field:literal, $hours:literal, $key:literal, $details:expr, $appears:expr) => {
        Family {
            name: $name,
            kind: Kind::Histogram,
            chapter: Chapter::Tickets,
            labels: PRIORITY_LABEL,
            help: concat!(
                $what,
                ", in seconds of ",
                $hours,
                " (ticket.metric_set.",
                $field,
                $key,
                ")."
            ),
            details: $details,
            appears: $appears,
            example: concat!(
                "histogram_quantile(0.9, sum by (le) (rate(",
                $name,
                "_bucket[1d])))"
            ),
        }
    };
}

const CALENDAR_APPEARS: &str = "With `export.metric_sets`, when the first sync is complete, with the value 0 for every priority. With the label `group` or `brand`, a series appears with its first observation.";
const BUSINESS_APPEARS: &str = "With `export.business_hours: auto`, when a value in business hours first differs from the value in calendar time; the family then contains everything that was observed before. Without a schedule in Zendesk the values never differ. With `export.business_hours: true`, together with the family in calendar time.";
const COUNTS_APPEAR: &str = "With `export.metric_sets`, with the first observation.";
/// Of the values that a ticket has once.
const ONCE: &str = "Each ticket is observed once.";
/// Of the values that a ticket has for each resolution.
const EACH_RESOLUTION: &str =
    "A ticket is observed each time it is solved, with its total up to then.";

/// Time from creation to the first public reply of an agent, in calendar time.
pub const FIRST_REPLY: Family = time!(
    "zendesk_ticket_first_reply_seconds",
    "Time from ticket creation to the first public agent reply",
    "reply_time_in_minutes".calendar,
    ONCE
);

/// Time from creation to the first public reply of an agent, in business hours.
pub const FIRST_REPLY_BUSINESS: Family = time!(
    "zendesk_ticket_first_reply_business_seconds",
    "Time from ticket creation to the first public agent reply",
    "reply_time_in_minutes".business,
    ONCE
);

/// Time from creation to the first time the ticket was solved, in calendar time.
pub const FIRST_RESOLUTION: Family = time!(
    "zendesk_ticket_first_resolution_seconds",
    "Time from ticket creation to its first resolution",
    "first_resolution_time_in_minutes".calendar,
    ONCE
);

/// Time from creation to the first time the ticket was solved, in business hours.
pub const FIRST_RESOLUTION_BUSINESS: Family = time!(
    "zendesk_ticket_first_resolution_business_seconds",
    "Time from ticket creation to its first resolution",
    "first_resolution_time_in_minutes".business,
    ONCE
);

/// Time from creation to the latest time the ticket was solved, in calendar time.
pub const FULL_RESOLUTION: Family = time!(
    "zendesk_ticket_full_resolution_seconds",
    "Time from ticket creation to its last resolution",
    "full_resolution_time_in_minutes".calendar,
    EACH_RESOLUTION
);

/// Time from creation to the latest time the ticket was solved, in business hours.
pub const FULL_RESOLUTION_BUSINESS: Family = time!(
    "zendesk_ticket_full_resolution_business_seconds",
    "Time from ticket creation to its last resolution",
    "full_resolution_time_in_minutes".business,
    EACH_RESOLUTION
);

/// Time that the requester had waited in all, in calendar time.
pub const REQUESTER_WAIT: Family = time!(
    "zendesk_ticket_requester_wait_seconds",
    "Total time that the requester waited",
    "requester_wait_time_in_minutes".calendar,
    EACH_RESOLUTION
);

/// Time that the requester had waited in all, in business hours.
pub const REQUESTER_WAIT_BUSINESS: Family = time!(
    "zendesk_ticket_requester_wait_business_seconds",
    "Total time that the requester waited",
    "requester_wait_time_in_minutes".business,
    EACH_RESOLUTION
);

/// Time that agents had waited for the requester in all, in calendar time.
pub const AGENT_WAIT: Family = time!(
    "zendesk_ticket_agent_wait_seconds",
    "Total time that agents waited for the requester",
    "agent_wait_time_in_minutes".calendar,
    EACH_RESOLUTION
);

/// Time that agents had waited for the requester in all, in business hours.
pub const AGENT_WAIT_BUSINESS: Family = time!(
    "zendesk_ticket_agent_wait_business_seconds",
    "Total time that agents waited for the requester",
    "agent_wait_time_in_minutes".business,
    EACH_RESOLUTION
);

/// Time that the ticket had been on hold in all, in calendar time.
pub const ON_HOLD: Family = time!(
    "zendesk_ticket_on_hold_seconds",
    "Total time that the ticket was on hold",
    "on_hold_time_in_minutes".calendar,
    EACH_RESOLUTION
);

/// Time that the ticket had been on hold in all, in business hours.
pub const ON_HOLD_BUSINESS: Family = time!(
    "zendesk_ticket_on_hold_business_seconds",
    "Total time that the ticket was on hold",
    "on_hold_time_in_minutes".business,
    EACH_RESOLUTION
);

/// Replies per resolution.
pub const REPLIES: Family = Family {
    name: "zendesk_ticket_replies",
    kind: Kind::Histogram,
    chapter: Chapter::Tickets,
    labels: PRIORITY_LABEL,
    help: "Number of public agent replies per solved ticket (ticket.metric_set.replies).",
    details: EACH_RESOLUTION,
    appears: COUNTS_APPEAR,
    example: "sum(rate(zendesk_ticket_replies_sum[1d])) / sum(rate(zendesk_ticket_replies_count[1d]))",
};

/// Reopens per resolution.
pub const REOPENS: Family = Family {
    name: "zendesk_ticket_reopens",
    kind: Kind::Histogram,
    chapter: Chapter::Tickets,
    labels: PRIORITY_LABEL,
    help: "Number of reopens per solved ticket (ticket.metric_set.reopens).",
    details: EACH_RESOLUTION,
    appears: COUNTS_APPEAR,
    example: "sum(rate(zendesk_ticket_reopens_bucket{le=~\"0([.]0)?\"}[1d])) / sum(rate(zendesk_ticket_reopens_count[1d]))",
};
