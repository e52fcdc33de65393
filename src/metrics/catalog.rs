//! Every family this exporter can show, declared once.
//!
//! PURE. `docs/metrics.md` is rendered from [`ALL`], and a test fails when the two differ. To add
//! a family, add it here first.

/// The type of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value that goes up and down.
    Gauge,
    /// A value that only goes up.
    Counter,
    /// Observations in buckets.
    Histogram,
}

impl Kind {
    /// The word in a `# TYPE` line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// What a family speaks of, which is also its chapter in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// The tickets of an account.
    Tickets,
    /// How the reading of an account goes.
    Account,
    /// The process.
    Process,
}

/// Which labels a family has beside its own when the settings ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// None.
    None,
    /// Group and brand.
    Owner,
    /// These, and all others.
    All,
}

/// One metric family.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its chapter; all but those of the process also have the label `account`.
    pub chapter: Chapter,
    /// Its labels beside `account`, in the order in which they are written.
    pub labels: &'static [&'static str],
    /// Its HELP text: what is counted, and when it changes.
    pub help: &'static str,
    /// When its samples appear.
    pub appears: &'static str,
    /// A query that answers a question with it.
    pub example: &'static str,
}

impl Family {
    /// Its opt-in labels.
    pub fn opt_in(&self) -> OptIn {
        if self.chapter != Chapter::Tickets || WITHOUT_OPT_IN.contains(&self.name) {
            OptIn::None
        } else if self.labels.contains(&"channel") {
            OptIn::All
        } else {
            OptIn::Owner
        }
    }

    const fn tickets(
        name: &'static str,
        kind: Kind,
        labels: &'static [&'static str],
        [help, appears, example]: [&'static str; 3],
    ) -> Self {
        Self {
            name,
            kind,
            chapter: Chapter::Tickets,
            labels,
            help,
            appears,
            example,
        }
    }

    const fn account(
        name: &'static str,
        kind: Kind,
        labels: &'static [&'static str],
        [help, appears, example]: [&'static str; 3],
    ) -> Self {
        Self {
            name,
            kind,
            chapter: Chapter::Account,
            labels,
            help,
            appears,
            example,
        }
    }

    const fn process(
        name: &'static str,
        kind: Kind,
        labels: &'static [&'static str],
        [help, appears, example]: [&'static str; 3],
    ) -> Self {
        Self {
            name,
            kind,
            chapter: Chapter::Process,
            labels,
            help,
            appears,
            example,
        }
    }
}

const SYNCED: &str =
    "When the first full sync is complete; a series once seen stays, at 0 when empty.";
const SYNCED_EVENTS: &str = "At 0 when the first full sync is complete, for every priority, type and channel that zendesk_tickets has; later combinations when first seen.";
const AT_START: &str = "From the start.";
const ALL_AT_ZERO: &str = "From the start, at 0.";

const SYNCED_HISTOGRAMS: &str =
    "With export.metric_sets, at 0 for every priority when the first full sync is complete.";
const BUSINESS_HISTOGRAMS: &str =
    "As the family by the calendar; equal to it if the account has no schedule.";

const AGEING: &str = "When the first full sync is complete; a series once seen stays, at 0 when empty. Counted anew at least every 15 seconds, also while Zendesk cannot be reached.";
const DATED: &str = "When the first full sync is complete, and only while there is such a ticket.";
const DATED_UNREPLIED: &str = "When the first full sync is complete, with export.metric_sets, and only while there is such a ticket.";
const SLAS: &str = "With export.slas, for every metric and priority of which a target was seen; a series once seen stays, at 0 when empty. Counted anew at least every 15 seconds, also while Zendesk cannot be reached.";
const SLAS_DATED: &str = "With export.slas, and only while such a target is active.";
const SLAS_COUNTED: &str =
    "With export.slas, at 0 when the first target of that metric and priority is seen.";

/// Labels of the histograms.
const PRIORITY_LABEL: &[&str] = &["priority"];
/// Labels of the families of unsolved tickets.
const STATUS_AND_PRIORITY: &[&str] = &["status", "priority"];
/// Labels of the families of SLA targets.
const SLA_LABELS: &[&str] = &["metric", "priority"];
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
    PRIORITY_LABEL,
    [
        "When the oldest unsolved ticket without an assignee was created.",
        DATED,
        "time() - zendesk_oldest_unassigned_ticket_created_timestamp_seconds{priority=\"urgent\"} > 900",
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
        "sum by (metric) (zendesk_sla_breached_tickets) > 0",
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
        "SLA targets that came to an end: fulfilled, dropped, or their ticket was solved. Observed between polls.",
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
        "SLA targets that came to an end after they were breached. Observed between polls.",
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

/// Created tickets.
pub const CREATED: Family = Family::tickets(
    "zendesk_tickets_created_total",
    Kind::Counter,
    EVENT_LABELS,
    [
        "Tickets created since the first sync began, with the labels they had when first seen.",
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
        "Times a ticket went from unsolved to solved or closed, merged and automatically closed ones included. Observed between polls: solved and reopened in between is not seen.",
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
        "Times a ticket went from solved or closed back to unsolved. Observed between polls: reopened and solved in between is not seen.",
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
        "Tickets that the export said were deleted, with the labels they had before. Tickets that vanish without a word are not among them.",
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
        "Deleted tickets that came back.",
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
        "Tickets seen with a new ticket event, with the labels they have after it. Several events between two polls count once; writes by Zendesk itself do not count.",
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
        "Times a ticket was seen in another status than before. Observed between polls: open, pending and open again in between is not seen.",
        "At 0 when the first full sync is complete, for every pair of statuses.",
        "sum by (from, to) (increase(zendesk_ticket_status_changes_total[1d])) > 0",
    ],
);

/// Time from creation to the first public reply of an agent, by the calendar.
pub const FIRST_REPLY: Family = Family::tickets(
    "zendesk_ticket_first_reply_seconds",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        "Time from creation to the first public reply of an agent, by the calendar, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time from creation to the first public reply of an agent, in business hours, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time from creation to the first time the ticket was solved, by the calendar, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time from creation to the first time the ticket was solved, in business hours, as Zendesk measured it to the minute; observed once a ticket. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time from creation to the latest time the ticket was solved, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time from creation to the latest time the ticket was solved, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time that the requester had waited in all, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time that the requester had waited in all, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time that agents had waited for the requester in all, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time that agents had waited for the requester in all, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time that the ticket had been on hold in all, by the calendar, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Time that the ticket had been on hold in all, in business hours, as Zendesk measured it to the minute; observed each time it is solved. Tickets that were there before the first sync count only for what they did not carry yet.",
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
        "Public replies of agents that a ticket had taken; observed each time it is solved.",
        SYNCED_HISTOGRAMS,
        "sum(rate(zendesk_ticket_replies_sum[1d])) / sum(rate(zendesk_ticket_replies_count[1d]))",
    ],
);

/// Reopens per resolution.
pub const REOPENS: Family = Family::tickets(
    "zendesk_ticket_reopens",
    Kind::Histogram,
    PRIORITY_LABEL,
    [
        "Times a ticket had been reopened; observed each time it is solved.",
        SYNCED_HISTOGRAMS,
        "sum(rate(zendesk_ticket_reopens_bucket{le=\"0\"}[1d])) / sum(rate(zendesk_ticket_reopens_count[1d]))",
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
        "Times a ticket's satisfaction score turned good or bad. Observed between polls.",
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

/// Whether Zendesk answers.
pub const UP: Family = Family::account(
    "zendesk_up",
    Kind::Gauge,
    &[],
    [
        "1 if the latest completed request to the export was understood, 0 if it failed. A spent request limit leaves it as it was.",
        "With the first outcome after the start.",
        "zendesk_up == 0",
    ],
);

/// Latest success.
pub const LAST_SUCCESS: Family = Family::account(
    "zendesk_exporter_last_success_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When the latest request to the export succeeded, by our clock.",
        "With the first success after the start.",
        "time() - zendesk_exporter_last_success_timestamp_seconds > 600",
    ],
);

/// Freshness.
pub const DATA_TIMESTAMP: Family = Family::account(
    "zendesk_exporter_data_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "The moment of which the ticket families are true, by Zendesk's clock: a minute before the latest answer that had nothing more to come. Never falls, also over restarts.",
        "With the first page.",
        "time() - zendesk_exporter_data_timestamp_seconds > 600",
    ],
);

/// Whether the first sync is over.
pub const INITIAL_SYNC_COMPLETE: Family = Family::account(
    "zendesk_exporter_initial_sync_complete",
    Kind::Gauge,
    &[],
    [
        "1 once the whole export has been read for the first time; until then no ticket family is shown.",
        AT_START,
        "zendesk_exporter_initial_sync_complete == 0",
    ],
);

/// How far a walk is.
pub const SYNC_PROGRESS: Family = Family::account(
    "zendesk_exporter_sync_progress_ratio",
    Kind::Gauge,
    &["walk"],
    [
        "Share of the walk through the whole export that is done, by time: from its first row to now. 1 while no such walk is under way.",
        "initial from the start; resync when the first resync begins.",
        "zendesk_exporter_sync_progress_ratio{walk=\"initial\"}",
    ],
);

/// Swept tickets.
pub const VANISHED: Family = Family::account(
    "zendesk_exporter_vanished_tickets_total",
    Kind::Counter,
    &[],
    [
        "Tickets that left the export without a word, as those deleted for good do, and were taken out of the gauges by a resync. Not among zendesk_tickets_deleted_total. Continues over restarts.",
        ALL_AT_ZERO,
        "increase(zendesk_exporter_vanished_tickets_total[30d])",
    ],
);

/// Refused sweeps.
pub const SWEEPS_REFUSED: Family = Family::account(
    "zendesk_exporter_sweeps_refused_total",
    Kind::Counter,
    &[],
    [
        "Resyncs that took no ticket out of the gauges because too many were missing, more than 1,000 and than a tenth, or because the export ended before the newest tickets: the login may have lost rights. Continues over restarts.",
        ALL_AT_ZERO,
        "increase(zendesk_exporter_sweeps_refused_total[8d]) > 0",
    ],
);

/// Polls.
pub const POLLS: Family = Family::account(
    "zendesk_exporter_polls_total",
    Kind::Counter,
    &[],
    [
        "Polls: runs of requests until Zendesk has nothing more, one fails, or a bounded number of pages is read.",
        ALL_AT_ZERO,
        "rate(zendesk_exporter_polls_total[10m]) * 60",
    ],
);

/// Failed polls.
pub const POLL_FAILURES: Family = Family::account(
    "zendesk_exporter_poll_failures_total",
    Kind::Counter,
    &["reason"],
    [
        "Polls that ended in a failure, by what failed.",
        "From the start, every reason at 0.",
        "sum by (reason) (increase(zendesk_exporter_poll_failures_total[1h])) > 0",
    ],
);

/// Duration of polls.
pub const POLL_DURATION: Family = Family::account(
    "zendesk_exporter_poll_duration_seconds",
    Kind::Histogram,
    &[],
    [
        "How long polls took, waits for the request budget included.",
        ALL_AT_ZERO,
        "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_poll_duration_seconds_bucket[1h])))",
    ],
);

/// Duration of commits.
pub const COMMIT_DURATION: Family = Family::account(
    "zendesk_exporter_state_commit_duration_seconds",
    Kind::Histogram,
    &[],
    [
        "How long it took to apply one page to the state file and have it on disk.",
        ALL_AT_ZERO,
        "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_state_commit_duration_seconds_bucket[1h])))",
    ],
);

/// Requests.
pub const API_REQUESTS: Family = Family::account(
    "zendesk_exporter_api_requests_total",
    Kind::Counter,
    &["endpoint", "code"],
    [
        "Requests to Zendesk by endpoint and HTTP status; code is none where no answer came.",
        "Code 200 of the endpoints in use from the start at 0, others when first seen.",
        "sum by (code) (rate(zendesk_exporter_api_requests_total[10m])) * 60",
    ],
);

/// Duration of requests.
pub const API_REQUEST_DURATION: Family = Family::account(
    "zendesk_exporter_api_request_duration_seconds",
    Kind::Histogram,
    &["endpoint"],
    [
        "How long requests to Zendesk took, from sending to the last byte decoded.",
        "From the start at 0 for the endpoints in use.",
        "histogram_quantile(0.95, sum by (le) (rate(zendesk_exporter_api_request_duration_seconds_bucket[1h])))",
    ],
);

/// Size of a limit.
pub const RATE_LIMIT: Family = Family::account(
    "zendesk_exporter_api_rate_limit",
    Kind::Gauge,
    &["bucket"],
    [
        "Requests that Zendesk allows per window, from the headers of the latest answer; bucket is account or the endpoint bucket's own name.",
        "When an answer has the header.",
        "zendesk_exporter_api_rate_limit",
    ],
);

/// What is left of a limit.
pub const RATE_LIMIT_REMAINING: Family = Family::account(
    "zendesk_exporter_api_rate_limit_remaining",
    Kind::Gauge,
    &["bucket"],
    [
        "Requests left in the present window, all tools on the account together.",
        "When an answer has the header.",
        "zendesk_exporter_api_rate_limit_remaining / zendesk_exporter_api_rate_limit",
    ],
);

/// End of a window.
pub const RATE_LIMIT_RESET: Family = Family::account(
    "zendesk_exporter_api_rate_limit_reset_timestamp_seconds",
    Kind::Gauge,
    &["bucket"],
    [
        "When the present window of the limit ends, by Zendesk's clock.",
        "When an answer has the header.",
        "zendesk_exporter_api_rate_limit_reset_timestamp_seconds - time()",
    ],
);

/// Time lost to limits.
pub const RATE_LIMIT_WAIT: Family = Family::account(
    "zendesk_exporter_rate_limit_wait_seconds_total",
    Kind::Counter,
    &[],
    [
        "Time waited because Zendesk said that a request limit was spent.",
        ALL_AT_ZERO,
        "rate(zendesk_exporter_rate_limit_wait_seconds_total[1h]) > 0.1",
    ],
);

/// Rows.
pub const ROWS: Family = Family::account(
    "zendesk_exporter_rows_total",
    Kind::Counter,
    &["outcome"],
    [
        "Rows of the export by what they turned out to be; a rejected row could not be read as a ticket, or is dated more than an hour ahead.",
        "From the start, every outcome at 0.",
        "sum by (outcome) (rate(zendesk_exporter_rows_total[10m])) * 60",
    ],
);

/// Records.
pub const STATE_TICKETS: Family = Family::account(
    "zendesk_exporter_state_tickets",
    Kind::Gauge,
    &[],
    [
        "Ticket records in the state file, deleted tickets left out.",
        AT_START,
        "zendesk_exporter_state_tickets",
    ],
);

/// Bytes on disk.
pub const STATE_SIZE: Family = Family::account(
    "zendesk_exporter_state_size_bytes",
    Kind::Gauge,
    &[],
    [
        "Size of the state file and its write-ahead log.",
        AT_START,
        "zendesk_exporter_state_size_bytes / zendesk_exporter_state_tickets",
    ],
);

/// Age of the state.
pub const STATE_CREATED: Family = Family::account(
    "zendesk_exporter_state_created_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When the state file was made. Counters are counted since then; when it changes, they began anew.",
        AT_START,
        "changes(zendesk_exporter_state_created_timestamp_seconds[1d]) > 0",
    ],
);

/// Label values without a label of their own.
pub const LABEL_VALUES_DROPPED: Family = Family::account(
    "zendesk_exporter_label_values_dropped_total",
    Kind::Counter,
    &["label"],
    [
        "Rows whose label value is shown as other because labels.max_values others came first.",
        "From the start, every bounded label at 0.",
        "increase(zendesk_exporter_label_values_dropped_total[1d]) > 0",
    ],
);

/// Series without room.
pub const SERIES_DROPPED: Family = Family::account(
    "zendesk_exporter_series_dropped_total",
    Kind::Counter,
    &["family"],
    [
        "Times a sample was counted under channel other because max_series series were there already.",
        "From the start, every family that can be bounded at 0.",
        "increase(zendesk_exporter_series_dropped_total[1d]) > 0",
    ],
);

/// Our count less Zendesk's.
pub const COUNT_DRIFT: Family = Family::account(
    "zendesk_exporter_count_drift_tickets",
    Kind::Gauge,
    &["status"],
    [
        "Tickets of the ledger less those of Zendesk's search, taken together. Some are normal, as both are minutes old; what stays is vanished tickets, until the next resync.",
        "With export.search_counts and start_time 0, once the first full sync is complete and the search has counted since.",
        "abs(sum by (account) (zendesk_exporter_count_drift_tickets)) > 100",
    ],
);

/// Token expiry.
pub const TOKEN_EXPIRY: Family = Family::account(
    "zendesk_exporter_auth_token_expiry_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When the OAuth token in use expires; it is renewed before.",
        "With OAuth client credentials, while the token has an end.",
        "zendesk_exporter_auth_token_expiry_timestamp_seconds - time() < 0",
    ],
);

/// Way to log in.
pub const AUTH_INFO: Family = Family::account(
    "zendesk_exporter_auth_info",
    Kind::Gauge,
    &["method"],
    [
        "1, with the way this account is logged in to. Zendesk ends api_token on 2027-04-30.",
        AT_START,
        "zendesk_exporter_auth_info{method=~\"api_token|password\"}",
    ],
);

/// Build.
pub const BUILD_INFO: Family = Family::process(
    "zendesk_exporter_build_info",
    Kind::Gauge,
    &["version", "revision", "rustc"],
    [
        "1, with what this exporter was built from.",
        AT_START,
        "zendesk_exporter_build_info",
    ],
);

const WITH_PROC: &str = "Where /proc can be read.";

/// CPU.
pub const PROCESS_CPU: Family = Family::process(
    "process_cpu_seconds_total",
    Kind::Counter,
    &[],
    [
        "Total user and system CPU time spent in seconds.",
        WITH_PROC,
        "rate(process_cpu_seconds_total{job=\"zendesk\"}[5m])",
    ],
);

/// Open files.
pub const PROCESS_OPEN_FDS: Family = Family::process(
    "process_open_fds",
    Kind::Gauge,
    &[],
    [
        "Number of open file descriptors.",
        WITH_PROC,
        "process_open_fds{job=\"zendesk\"}",
    ],
);

/// Most open files.
pub const PROCESS_MAX_FDS: Family = Family::process(
    "process_max_fds",
    Kind::Gauge,
    &[],
    [
        "Maximum number of open file descriptors.",
        WITH_PROC,
        "process_open_fds{job=\"zendesk\"} / process_max_fds{job=\"zendesk\"}",
    ],
);

/// Virtual memory.
pub const PROCESS_VIRTUAL_MEMORY: Family = Family::process(
    "process_virtual_memory_bytes",
    Kind::Gauge,
    &[],
    [
        "Virtual memory size in bytes.",
        WITH_PROC,
        "process_virtual_memory_bytes{job=\"zendesk\"}",
    ],
);

/// Most virtual memory.
pub const PROCESS_VIRTUAL_MEMORY_MAX: Family = Family::process(
    "process_virtual_memory_max_bytes",
    Kind::Gauge,
    &[],
    [
        "Maximum amount of virtual memory available in bytes.",
        "Where /proc can be read and there is a limit.",
        "process_virtual_memory_max_bytes{job=\"zendesk\"}",
    ],
);

/// Resident memory.
pub const PROCESS_RESIDENT_MEMORY: Family = Family::process(
    "process_resident_memory_bytes",
    Kind::Gauge,
    &[],
    [
        "Resident memory size in bytes.",
        WITH_PROC,
        "process_resident_memory_bytes{job=\"zendesk\"}",
    ],
);

/// Threads.
pub const PROCESS_THREADS: Family = Family::process(
    "process_threads",
    Kind::Gauge,
    &[],
    [
        "Number of OS threads in the process.",
        WITH_PROC,
        "process_threads{job=\"zendesk\"}",
    ],
);

/// Start of the process.
pub const PROCESS_START_TIME: Family = Family::process(
    "process_start_time_seconds",
    Kind::Gauge,
    &[],
    [
        "Start time of the process since unix epoch in seconds.",
        AT_START,
        "time() - process_start_time_seconds{job=\"zendesk\"}",
    ],
);

/// Every family.
pub const ALL: &[&Family] = &[
    &TICKETS,
    &UNSOLVED,
    &UNASSIGNED,
    &UNREPLIED,
    &OLDEST_UNSOLVED,
    &OLDEST_UNASSIGNED,
    &OLDEST_UNREPLIED,
    &STALEST_UNSOLVED,
    &OVERDUE,
    &CREATED,
    &SOLVED,
    &REOPENED,
    &DELETED,
    &RESTORED,
    &UPDATED,
    &STATUS_CHANGES,
    &FIRST_REPLY,
    &FIRST_REPLY_BUSINESS,
    &FIRST_RESOLUTION,
    &FIRST_RESOLUTION_BUSINESS,
    &FULL_RESOLUTION,
    &FULL_RESOLUTION_BUSINESS,
    &REQUESTER_WAIT,
    &REQUESTER_WAIT_BUSINESS,
    &AGENT_WAIT,
    &AGENT_WAIT_BUSINESS,
    &ON_HOLD,
    &ON_HOLD_BUSINESS,
    &REPLIES,
    &REOPENS,
    &SATISFACTION,
    &RATINGS,
    &TAGGED,
    &GROUP_INFO,
    &BRAND_INFO,
    &FORM_INFO,
    &CUSTOM_STATUS_INFO,
    &SEARCH_TICKETS,
    &SEARCH_TICKETS_TIMESTAMP,
    &SLA_BREACHED,
    &SLA_NEXT_BREACH,
    &SLA_TARGETS,
    &SLA_TARGETS_BREACHED,
    &UP,
    &LAST_SUCCESS,
    &DATA_TIMESTAMP,
    &INITIAL_SYNC_COMPLETE,
    &SYNC_PROGRESS,
    &VANISHED,
    &SWEEPS_REFUSED,
    &POLLS,
    &POLL_FAILURES,
    &POLL_DURATION,
    &COMMIT_DURATION,
    &API_REQUESTS,
    &API_REQUEST_DURATION,
    &RATE_LIMIT,
    &RATE_LIMIT_REMAINING,
    &RATE_LIMIT_RESET,
    &RATE_LIMIT_WAIT,
    &ROWS,
    &STATE_TICKETS,
    &STATE_SIZE,
    &STATE_CREATED,
    &LABEL_VALUES_DROPPED,
    &SERIES_DROPPED,
    &COUNT_DRIFT,
    &TOKEN_EXPIRY,
    &AUTH_INFO,
    &BUILD_INFO,
    &PROCESS_CPU,
    &PROCESS_OPEN_FDS,
    &PROCESS_MAX_FDS,
    &PROCESS_VIRTUAL_MEMORY,
    &PROCESS_VIRTUAL_MEMORY_MAX,
    &PROCESS_RESIDENT_MEMORY,
    &PROCESS_THREADS,
    &PROCESS_START_TIME,
];

/// Values of `reason` on [`POLL_FAILURES`].
pub const FAILURE_REASONS: &[&str] = &[
    "auth",
    "forbidden",
    "export_forbidden",
    "not_found",
    "rate_limited",
    "timeout",
    "transport",
    "server",
    "unexpected",
    "decode",
    "too_large",
    "no_progress",
    "state",
];

/// The families of tickets that never have an opt-in label.
const WITHOUT_OPT_IN: &[&str] = &[
    RATINGS.name,
    TAGGED.name,
    GROUP_INFO.name,
    BRAND_INFO.name,
    FORM_INFO.name,
    CUSTOM_STATUS_INFO.name,
    SEARCH_TICKETS.name,
    SEARCH_TICKETS_TIMESTAMP.name,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_texts_follow_the_conventions_of_prometheus() {
        for family in ALL {
            let name = family.name;
            assert_eq!(
                name.ends_with("_total"),
                family.kind == Kind::Counter,
                "{name}"
            );
            assert!(
                name.starts_with("zendesk_") || name.starts_with("process_"),
                "{name}"
            );
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            for reserved in ["_count", "_sum", "_bucket", "_created"] {
                assert!(!name.ends_with(reserved), "{name}");
            }
            for text in [family.help, family.appears] {
                assert!(
                    text.ends_with('.') && !text.contains('\n'),
                    "{name}: {text}"
                );
            }
            assert!(family.example.contains(name), "{name}: {}", family.example);
            assert!(!family.labels.contains(&"account"), "{name}");
        }
    }

    #[test]
    fn every_family_is_declared_once() {
        let names: BTreeSet<&str> = ALL.iter().map(|family| family.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
