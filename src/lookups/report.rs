//! What people are told of lookups that fail: once when a trouble begins or changes, once when it
//! is over.

use std::collections::BTreeMap;
use std::fmt;

use tracing::{info, warn};

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

    pub(super) fn account(&self) -> &str {
        &self.account
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
        // Asked again with the next token: nothing has failed yet.
        if matches!(failure, ApiError::TokenExpired) {
            return;
        }
        if self.begins(subject, failure.reason()) {
            warn!(
                account = self.account,
                error = with_sources(failure),
                request_id,
                "cannot get {subject}, what was found last stays: {}",
                advice(subject, failure)
            );
        }
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

    /// The pages of a set lead back to where they began.
    pub(super) fn on_circling(&mut self, lookup: Lookup) {
        let subject = Subject::Lookup(lookup);
        if self.begins(subject, "no_progress") {
            warn!(
                account = self.account,
                "cannot get {subject}, what was found last stays: zendesk's pages of them lead back to one that was read; nothing to do unless it lasts, they are read again in an hour"
            );
        }
    }

    /// Whether `trouble` is another than the one that was told.
    fn begins(&mut self, subject: Subject, trouble: &'static str) -> bool {
        self.present.insert(subject, trouble) != Some(trouble)
    }
}

/// What somebody can do about it. Whether the credentials are good is told by the export alone.
const fn advice(subject: Subject, failure: &ApiError) -> &'static str {
    match (subject, failure) {
        (Subject::Login, _) if failure.needs_a_person() => {
            "the failures of the export say what to do"
        }
        (_, ApiError::Unauthorized { .. }) => {
            "if the export is read, Zendesk refuses these credentials here alone: give the user behind them the right to see this, or switch its setting off"
        }
        (_, ApiError::MissingScope { .. }) => "give the OAuth client the scope `read`",
        (_, ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. }) => {
            "give the user behind the credentials the right to see this, or switch its setting off"
        }
        (_, ApiError::NotFound { .. }) => {
            "if the account's plan does not have this, switch its setting off"
        }
        _ => "nothing to do unless it lasts, it is asked again",
    }
}
