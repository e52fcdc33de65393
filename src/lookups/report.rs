//! Logs failed lookups: the beginning, a change of the reason, every tenth failure, and the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use tracing::{debug, info, warn};

use super::agenda::{Lookup, NAMES_MAX};
use crate::error_chain::with_sources;
use crate::ledger::Dimension;
use crate::source::ApiError;
use crate::streak::Streak;
use crate::ticket::NamedSet;

/// The subject of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The request for a token.
    Login,
    /// A lookup.
    Lookup(Lookup),
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login => formatter.write_str("OAuth token"),
            Self::Lookup(Lookup::Count(status)) => {
                write!(formatter, "search count of {} tickets", status.label())
            }
            Self::Lookup(Lookup::Names(set)) => {
                write!(formatter, "names of {}", set.plural().replace('_', " "))
            }
        }
    }
}

impl Subject {
    /// The setting that turns the lookup on, if there is one.
    const fn setting(self) -> Option<&'static str> {
        match self {
            Self::Login => None,
            Self::Lookup(Lookup::Count(_)) => Some("export.search_counts.every"),
            Self::Lookup(Lookup::Names(set)) => Dimension::Named(set).setting(),
        }
    }
}

/// The failures that have not ended.
#[derive(Debug)]
pub(super) struct Troubles {
    account: String,
    /// The streaks of failures; at most one for each [`Subject`].
    present: BTreeMap<Subject, Streak>,
    /// The sets whose withheld names were reported.
    withheld: BTreeSet<NamedSet>,
    /// The time of the latest answer, on the monotonic clock.
    now: Duration,
}

impl Troubles {
    pub(super) fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            present: BTreeMap::new(),
            withheld: BTreeSet::new(),
            now: Duration::ZERO,
        }
    }

    /// Records the time of an answer, or of its absence. The next calls are about it.
    pub(super) const fn on_answer(&mut self, now: Duration) {
        self.now = now;
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// Sets another name of the account.
    pub(super) fn rename(&mut self, account: &str) {
        account.clone_into(&mut self.account);
    }

    pub(super) fn on_good(&mut self, subject: Subject) {
        let ended = self.present.remove(&subject);
        if let Some(ended) = ended.and_then(|mut streak| streak.on_success(self.now)) {
            info!(
                account = self.account,
                lookup = %subject,
                after_seconds = ended.after.as_secs(),
                failures = ended.failures,
                "the lookup succeeded after failures"
            );
        }
    }

    pub(super) fn on_failed(
        &mut self,
        subject: Subject,
        failure: &ApiError,
        request_id: Option<&str>,
    ) {
        // The lookup is sent again with the next token, so it has not failed yet.
        if matches!(failure, ApiError::TokenExpired) {
            return;
        }
        // The poller uses the same token, so it has the same failure and logs it with the advice.
        if subject == Subject::Login {
            debug!(
                account = self.account,
                error = with_sources(failure),
                request_id,
                "cannot get an OAuth token for the lookups"
            );
            return;
        }
        if let Some(failures) = self.failures_to_log(subject, failure.reason()) {
            warn!(
                account = self.account,
                lookup = %subject,
                setting = subject.setting(),
                error = with_sources(failure),
                advice = advice(failure),
                request_id,
                failures,
                "the lookup failed, will retry"
            );
        }
    }

    /// Logs a connection that no longer worked. This is not a failure of the subject.
    pub(super) fn on_lost(&self, subject: Subject, lost: &ApiError) {
        debug!(
            account = self.account,
            lookup = %subject,
            error = with_sources(lost),
            "repeating the lookup on a new connection"
        );
    }

    /// Logs an answer to a count that contains no number.
    pub(super) fn on_unknown(&mut self, lookup: Lookup) {
        let subject = Subject::Lookup(lookup);
        if self.failures_to_log(subject, "unknown").is_some() {
            warn!(
                account = self.account,
                lookup = %subject,
                "Zendesk has no value for the lookup at present"
            );
        }
    }

    /// Logs that a set has more names than are kept.
    pub(super) fn on_too_many(&mut self, lookup: Lookup) {
        let subject = Subject::Lookup(lookup);
        if self.failures_to_log(subject, "too_many").is_some() {
            warn!(
                account = self.account,
                lookup = %subject,
                names = NAMES_MAX,
                "the lookup has too many names, only the first ones are exported"
            );
        }
    }

    /// Logs that the pages of a set lead back to a page that was read before.
    pub(super) fn on_circling(&mut self, lookup: Lookup) {
        let subject = Subject::Lookup(lookup);
        if self.failures_to_log(subject, "no_progress").is_some() {
            warn!(
                account = self.account,
                lookup = %subject,
                error = "Zendesk says that more pages follow, but the next page is one that was already read",
                advice = "no action needed unless it persists, the exporter tries again in an hour",
                "the lookup failed, will retry"
            );
        }
    }

    /// Logs how many names of a set are left out because they repeat a credential: once, until a round has none.
    pub(super) fn on_withheld(&mut self, set: NamedSet, names: usize) {
        if names == 0 {
            self.withheld.remove(&set);
        } else if self.withheld.insert(set) {
            let subject = Subject::Lookup(Lookup::Names(set));
            warn!(
                account = self.account,
                lookup = %subject,
                names,
                advice = "rename them, or use other credentials",
                "names that repeat a credential are not exported"
            );
        }
    }

    /// The number of failures in a row, if this failure is to be logged.
    fn failures_to_log(&mut self, subject: Subject, reason: &'static str) -> Option<u32> {
        let streak = self.present.entry(subject).or_default();
        streak.on_failure(reason, self.now)
    }
}

/// What the operator can do. Only the export shows whether the credentials are good.
const fn advice(failure: &ApiError) -> &'static str {
    match failure {
        ApiError::Unauthorized { .. } => {
            "if the exporter can read the export, Zendesk refuses the credentials for this lookup only; give the user behind them permission to read it, or switch the setting off"
        }
        ApiError::MissingScope { .. } => "give the OAuth client the scope `read`",
        ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. } => {
            "give the user behind the credentials permission to read it, or switch the setting off"
        }
        ApiError::NotFound { .. } | ApiError::Gone { .. } => {
            "if the account's plan does not include it, switch the setting off"
        }
        _ => "no action needed unless it persists, the exporter tries again",
    }
}
