//! What people are told of lookups that fail: once when a trouble begins or changes, once when it
//! is over.

use std::collections::BTreeMap;
use std::fmt;

use tracing::{debug, info, warn};

use super::agenda::{Lookup, NAMES_MAX};
use crate::telemetry::with_sources;
use crate::zendesk::{ApiError, NamedSet};

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// Getting a token.
    Login,
    /// One of the lookups.
    Lookup(Lookup),
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login => formatter.write_str("an OAuth token"),
            Self::Lookup(Lookup::Count(status)) => {
                write!(
                    formatter,
                    "the search's count of {} tickets",
                    status.label()
                )
            }
            Self::Lookup(Lookup::Names(set)) => formatter.write_str(match set {
                NamedSet::Group => "the names of groups",
                NamedSet::Brand => "the names of brands",
                NamedSet::Form => "the names of ticket forms",
                NamedSet::CustomStatus => "the names of custom statuses",
            }),
        }
    }
}

/// What is in trouble at present, and by which word of ours.
#[derive(Debug)]
pub(super) struct Troubles {
    account: String,
    /// At most one per [`Subject`].
    present: BTreeMap<Subject, &'static str>,
}

impl Troubles {
    pub(super) fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            present: BTreeMap::new(),
        }
    }

    /// The account has another name.
    pub(super) fn rename(&mut self, account: &str) {
        account.clone_into(&mut self.account);
    }

    pub(super) fn on_good(&mut self, subject: Subject) {
        if self.present.remove(&subject).is_some() {
            info!(account = self.account, "got {subject} again");
        }
    }

    pub(super) fn on_failed(
        &mut self,
        subject: Subject,
        failure: &ApiError,
        request_id: Option<&str>,
    ) {
        if self.begins(subject, failure.reason()) {
            warn!(
                account = self.account,
                error = with_sources(failure),
                request_id,
                "cannot get {subject}, what was found last stays: {}",
                advice(failure)
            );
        }
    }

    /// A request met a connection that had gone stale, which is no trouble of its subject.
    pub(super) fn on_lost(&self, subject: Subject, lost: &ApiError) {
        debug!(
            account = self.account,
            error = with_sources(lost),
            "asking for {subject} once more, on a fresh connection"
        );
    }

    /// A count was answered, but with no number.
    pub(super) fn on_unknown(&mut self, lookup: Lookup) {
        let subject = Subject::Lookup(lookup);
        if self.begins(subject, "unknown") {
            warn!(
                account = self.account,
                "zendesk does not know {subject} at present, the last one stays"
            );
        }
    }

    /// A set has more names than are kept.
    pub(super) fn on_too_many(&mut self, lookup: Lookup) {
        let subject = Subject::Lookup(lookup);
        if self.begins(subject, "too_many") {
            warn!(
                account = self.account,
                names = NAMES_MAX,
                "{subject} are too many: the first ones are kept, the others have only their ids"
            );
        }
    }

    /// Whether `trouble` is another than the one that was told.
    fn begins(&mut self, subject: Subject, trouble: &'static str) -> bool {
        self.present.insert(subject, trouble) != Some(trouble)
    }
}

/// What somebody can do about it.
const fn advice(failure: &ApiError) -> &'static str {
    match failure {
        ApiError::Unauthorized { .. } => "check the account's credentials",
        ApiError::MissingScope { .. } => "give the OAuth client the scope `read`",
        ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. } => {
            "give the user behind the credentials the right to see this, or switch its setting off"
        }
        ApiError::NotFound { .. } => {
            "if the account's plan does not have this, switch its setting off"
        }
        _ => "nothing to do unless it lasts, it is asked again",
    }
}
