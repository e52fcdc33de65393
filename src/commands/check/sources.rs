//! Which sources of tickets a login can use, and what each would miss, for `check --online`.
//!
//! PURE.

use crate::config::Export;
use crate::source::{ApiError, ArchivedTickets, SourceChoice};

/// What the sources of an account answered.
#[derive(Debug)]
pub(super) struct Probes {
    /// The sample of the export.
    pub(super) export: Result<Sample, Failure>,
    /// The list of tickets and what belongs to it; `None` if no request can succeed.
    pub(super) list: Option<Result<ListProbes, Failure>>,
    /// Whether the user behind the credentials is known to be no admin.
    pub(super) is_not_admin: bool,
}

impl Probes {
    /// Whether the fields of tickets can be read. Every agent may read them.
    pub(super) const fn can_read_fields(&self) -> bool {
        match (&self.export, &self.list) {
            (Ok(_), _) | (_, Some(Ok(_))) => true,
            (Err(failure), _) => matches!(failure.meaning, Meaning::RefusedToUser),
        }
    }
}

/// What a page of the export showed.
#[derive(Debug)]
pub(super) struct Sample {
    /// Number of rows.
    pub(super) rows: usize,
}

/// What the first page of the list showed, and whether the requests that complete it are answered.
#[derive(Debug)]
pub(super) struct ListProbes {
    /// Number of tickets in the page.
    pub(super) tickets: usize,
    /// Whether a ticket has a metric set.
    pub(super) metric_sets: bool,
    /// Whether a ticket has SLA targets, even if they are none.
    pub(super) slas: bool,
    /// The list of deleted tickets.
    pub(super) deleted: Result<(), Failure>,
    /// Tickets by their ids; not requested if the page has no ticket.
    pub(super) by_ids: Result<(), Failure>,
}

/// Why a request gave nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// What was requested from which address, the cause, and what to do.
    pub(super) sentence: String,
    /// What follows for other requests.
    pub(super) meaning: Meaning,
}

/// What a failure means for other requests of the same login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// No request can succeed: login, address or network are wrong.
    Everything,
    /// Zendesk refuses this endpoint to the user, who is not an admin.
    RefusedToUser,
    /// Zendesk refuses this endpoint.
    Refused,
    /// The next request may succeed.
    Passing,
}

impl Meaning {
    /// The meaning of an error that was judged by the user's role.
    pub(super) const fn of(error: &ApiError) -> Self {
        match error {
            ApiError::Unauthorized { .. }
            | ApiError::TokenExpired
            | ApiError::NoToken { .. }
            | ApiError::NotPaid { .. }
            | ApiError::Proxy { .. }
            | ApiError::ProxyLogin { .. }
            | ApiError::Transport(_)
            | ApiError::ConnectionLost(_)
            | ApiError::Timeout => Self::Everything,
            ApiError::NotAdmin { .. } => Self::RefusedToUser,
            error if error.is_refusal() => Self::Refused,
            _ => Self::Passing,
        }
    }

    /// Whether Zendesk refuses the endpoint.
    pub(super) const fn is_refusal(self) -> bool {
        matches!(self, Self::RefusedToUser | Self::Refused)
    }
}

/// What was found about the sources.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SourceFindings {
    /// A sentence each.
    pub(super) sentences: Vec<String>,
    /// Whether the settings name a source that can be read.
    pub(super) is_good: bool,
}

impl SourceFindings {
    /// What the answers of the sources mean under these settings.
    pub(super) fn of(probes: &Probes, settings: &Export) -> Self {
        let mut sentences = vec![match &probes.export {
            Ok(sample) => format!(
                "the export can be read, {} in a sample of the last 24 hours",
                counted(sample.rows, "row")
            ),
            Err(failure) => failure.sentence.clone(),
        }];
        match &probes.list {
            None => {}
            Some(Err(failure)) => sentences.push(failure.sentence.clone()),
            Some(Ok(list)) => {
                sentences.push(about_list(list, settings, probes.is_not_admin));
                sentences.extend(missing_from_list(list, settings));
            }
        }
        if let Some(list) = &probes.list {
            sentences.extend(truth(probes.export.as_ref().err(), list.is_ok(), settings));
        }
        Self {
            sentences,
            is_good: is_good(probes, settings.source),
        }
    }
}

/// Whether the settings name a source that can be read. With `auto` this is the list if Zendesk refuses the export.
fn is_good(probes: &Probes, source: SourceChoice) -> bool {
    let can_list = matches!(probes.list, Some(Ok(_)));
    match (source, &probes.export) {
        (SourceChoice::List, _) => can_list,
        (_, Ok(_)) => true,
        (SourceChoice::Auto, Err(failure)) => failure.meaning.is_refusal() && can_list,
        (SourceChoice::Cursor | SourceChoice::Time, Err(_)) => false,
    }
}

/// What the list shows, and what it leaves out in any case.
fn about_list(list: &ListProbes, settings: &Export, is_not_admin: bool) -> String {
    let archived = match settings.list.archive {
        ArchivedTickets::Totals => "archived tickets",
        ArchivedTickets::Ids => {
            "what changes in archived tickets after they were read once by their ids (export.list.archive: ids)"
        }
    };
    let visible = if is_not_admin {
        ", of those that the user may see"
    } else {
        ""
    };
    format!(
        "the list of tickets can be read, {} in its first page{visible}; it leaves out {archived}, and only verify rounds (export.list.verify.every) find permanent deletions and changes that leave updated_at as it is",
        counted(list.tickets, "ticket"),
    )
}

/// What is missing while the list is the source, because this account or this login does not get it.
fn missing_from_list(list: &ListProbes, settings: &Export) -> Vec<String> {
    let mut missing = Vec::new();
    if let Err(failure) = &list.deleted {
        missing.push(failure.sentence.clone());
    }
    if let Err(failure) = &list.by_ids {
        missing.push(format!(
            "{}; with the list as the source, nothing finds permanent deletions and changes that leave updated_at as it is",
            failure.sentence
        ));
    }
    let has_tickets = list.tickets > 0;
    if has_tickets && settings.metric_sets && !list.metric_sets {
        missing.push(
            "the list has no metric sets (export.metric_sets), so waiting times, replies and reopens are missing while it is the source".to_owned(),
        );
    }
    if has_tickets && settings.slas && !list.slas {
        missing.push(
            "the list has no SLA targets (export.slas), so the SLA metrics are missing while it is the source".to_owned(),
        );
    }
    missing
}

/// Which source the exporter would read, or why not the one that can be read. `export` is the failure of the export,
/// if it failed.
fn truth(export: Option<&Failure>, can_list: bool, settings: &Export) -> Option<String> {
    let would_read = match (settings.source, export.map(|failure| failure.meaning)) {
        (SourceChoice::Auto, None) => {
            "the exporter would read the export".to_owned()
        }
        (SourceChoice::Auto, Some(meaning)) if meaning.is_refusal() && can_list => format!(
            "the exporter would read the list of tickets, because {}",
            if meaning == Meaning::RefusedToUser {
                "only an admin can read the export"
            } else {
                "Zendesk refuses the export"
            }
        ),
        (SourceChoice::Auto, Some(meaning)) if meaning.is_refusal() => {
            "the exporter could read no source".to_owned()
        }
        (SourceChoice::Auto, Some(_)) => {
            "the exporter would request the export again, because it reads the list of tickets only while Zendesk refuses the export".to_owned()
        }
        (SourceChoice::Cursor | SourceChoice::Time, Some(_)) if can_list => {
            "the exporter would not read the list of tickets; set export.source: auto to read it while Zendesk refuses the export".to_owned()
        }
        (SourceChoice::List, None) if !can_list => {
            "the exporter would not read the export; set export.source: auto to read it".to_owned()
        }
        (SourceChoice::Cursor | SourceChoice::Time | SourceChoice::List, _) => return None,
    };
    let source = settings.source.label();
    Some(format!("with export.source: {source} {would_read}"))
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests;
