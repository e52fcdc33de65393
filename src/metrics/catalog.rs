//! Every family this exporter can show, declared once.
//!
//! PURE. `docs/metrics.md` is rendered from [`ALL`], and a test fails when the two differ. To add
//! a family, add it here first.

/// The HELP text of a counter or histogram of tickets, with what holds for all of them.
macro_rules! counted {
    ($help:literal) => {
        concat!(
            $help,
            " A new series is shown at 0 for hold_new_series (setting) before its value."
        )
    };
}

/// The same of a histogram in business hours, which can begin with what was counted before.
macro_rules! counted_in_business_hours {
    ($help:literal) => {
        concat!(
            $help,
            " A new series is shown at 0 for hold_new_series (setting) before its value; but one that appears because values first differ from those by the calendar, or because business_hours is changed, is shown for that time with what was counted before."
        )
    };
}

mod tickets;

mod backlog;

mod durations;

mod lookups;

mod account;

mod process;

pub use account::{
    API_REQUEST_DURATION, API_REQUESTS, AUTH_INFO, COMMIT_DURATION, COUNTERS_RESTARTED,
    DATA_TIMESTAMP, INITIAL_SYNC_COMPLETE, LABEL_VALUES_DROPPED, LAST_SUCCESS, POLL_DURATION,
    POLL_FAILURES, POLLS, RATE_LIMIT, RATE_LIMIT_REMAINING, RATE_LIMIT_RESET, RATE_LIMIT_WAIT,
    ROWS, SERIES_DROPPED, STATE_CREATED, STATE_SIZE, STATE_TICKETS, SWEEPS_REFUSED, SYNC_PROGRESS,
    TOKEN_EXPIRY, UP, VANISHED,
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
const AT_START: &str = "From the start.";
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
