//! Every family this exporter can show, declared once.
//!
//! PURE. `docs/metrics.md` is rendered from [`ALL`], and a test fails when the two differ. To add
//! a family, add it here first.

mod tickets;

mod backlog;

mod durations;

mod lookups;

mod account;

mod requests;

mod state;

mod process;

pub use account::{
    DATA_TIMESTAMP, INITIAL_SYNC_COMPLETE, LAST_SUCCESS, POLL_DURATION, POLL_FAILURES, POLLS, ROWS,
    SWEEPS_REFUSED, SYNC_PROGRESS, UP, VANISHED,
};
pub use backlog::{
    OLDEST_UNASSIGNED, OLDEST_UNREPLIED, OLDEST_UNSOLVED, OVERDUE, SLA_BREACHED, SLA_NEXT_BREACH,
    SLA_TARGETS, SLA_TARGETS_BREACHED, STALEST_UNSOLVED, UNASSIGNED, UNREPLIED, UNSOLVED,
};
pub use durations::{
    AGENT_WAIT, AGENT_WAIT_BUSINESS, FIRST_REPLY, FIRST_REPLY_BUSINESS, FIRST_RESOLUTION,
    FIRST_RESOLUTION_BUSINESS, FULL_RESOLUTION, FULL_RESOLUTION_BUSINESS, ON_HOLD,
    ON_HOLD_BUSINESS, REOPENS, REPLIES, REQUESTER_WAIT, REQUESTER_WAIT_BUSINESS,
};
pub use lookups::{
    BRAND_INFO, COUNT_DRIFT, CUSTOM_STATUS_INFO, FORM_INFO, GROUP_INFO, SEARCH_TICKETS,
    SEARCH_TICKETS_TIMESTAMP,
};
pub use process::{
    BUILD_INFO, CONFIG_RELOAD_SUCCESSFUL, CONFIG_RELOAD_TIMESTAMP, PROCESS_CPU, PROCESS_MAX_FDS,
    PROCESS_OPEN_FDS, PROCESS_RESIDENT_MEMORY, PROCESS_START_TIME, PROCESS_THREADS,
    PROCESS_VIRTUAL_MEMORY, PROCESS_VIRTUAL_MEMORY_MAX,
};
pub use requests::{
    API_REQUEST_DURATION, API_REQUESTS, AUTH_INFO, RATE_LIMIT, RATE_LIMIT_REMAINING,
    RATE_LIMIT_RESET, RATE_LIMIT_WAIT, TOKEN_EXPIRY,
};
pub use state::{
    COMMIT_DURATION, COUNTERS_RESTARTED, LABEL_VALUES_DROPPED, SERIES_DROPPED, STATE_CREATED,
    STATE_SIZE, STATE_TICKETS,
};
pub use tickets::{
    CREATED, DELETED, RATINGS, REOPENED, RESTORED, SATISFACTION, SOLVED, STATUS_CHANGES, TAGGED,
    TICKETS, UPDATED,
};

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
    /// Its HELP text: one sentence of at most [`HELP_CHARS_MAX`] characters that says what the value
    /// is, and names the field of Zendesk's API that it comes from, where it comes from one.
    pub help: &'static str,
    /// What else there is to know of its values, in Markdown, for the documentation only; may be empty.
    pub details: &'static str,
    /// When its samples appear, in Markdown.
    pub appears: &'static str,
    /// A query that answers a question with it.
    pub example: &'static str,
}

impl Family {
    /// Whether it is a counter or histogram of tickets: the state keeps its values, and a new series
    /// of it is shown at 0 first.
    pub fn counts_tickets(&self) -> bool {
        self.chapter == Chapter::Tickets && self.kind != Kind::Gauge
    }

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
}

/// Longest HELP text, in characters. Grafana and Prometheus show it beside the name while somebody
/// writes a query.
pub const HELP_CHARS_MAX: usize = 160;

const SYNCED: &str = "When the first sync is complete. A series stays, with the value 0, when no ticket matches any more.";
const AT_START: &str = "At the start of the exporter.";
const ALL_AT_ZERO: &str = "At the start of the exporter, with the value 0.";
/// Labels of the histograms.
const PRIORITY_LABEL: &[&str] = &["priority"];

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
    &COUNTERS_RESTARTED,
    &LABEL_VALUES_DROPPED,
    &SERIES_DROPPED,
    &COUNT_DRIFT,
    &TOKEN_EXPIRY,
    &AUTH_INFO,
    &BUILD_INFO,
    &CONFIG_RELOAD_SUCCESSFUL,
    &CONFIG_RELOAD_TIMESTAMP,
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

/// Values of `code` on [`API_REQUESTS`] that are there from the start for requests without which
/// nothing is read, beside `200`: a counter that began with the first failure would hide it from
/// `increase()`. They are those that failures have reasons of their own for, and Zendesk's proxies.
pub const FAILURE_CODES: &[&str] = &[
    "400", "401", "403", "404", "408", "413", "429", "500", "502", "503", "504", "524", "none",
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
mod tests;
