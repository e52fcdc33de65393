//! What the status page says of the sources of one account: which one is read and why, and what it does not show.

use maud::{Markup, html};

use super::account::AccountSection;
use super::tables::{Fact, fact_table};
use super::text::sentence;
use crate::metrics::{ArchivedTicketsStatus, FastLane, FullWalk, ListStatus, RefusedExport};
use crate::source::{SourceKind, SourceReason};

impl AccountSection<'_> {
    /// The truth, and what is read beside it.
    pub(super) fn source_facts(&self) -> Vec<Fact> {
        let sources = &self.status.sources;
        let mut facts = vec![("Source", self.source())];
        if let Some(export) = &sources.export {
            facts.push(("Export", self.refused_export(export)));
        }
        // An account that reads the list needs no fast lane.
        if sources.list.is_none() || sources.fast_lane != FastLane::Off {
            facts.push(("Fast lane", self.fast_lane(sources.fast_lane)));
        }
        facts
    }

    fn source(&self) -> Markup {
        let (source, reason) = self.status.state.source;
        let name = match source {
            SourceKind::Cursor => "incremental ticket export, cursor based",
            SourceKind::Time => "incremental ticket export, time based",
            SourceKind::List => "list of tickets",
        };
        let why = match reason {
            SourceReason::Configured if source.is_export() => "",
            SourceReason::Configured => ", as export.source says",
            SourceReason::Refused => ", because Zendesk refuses the export",
            SourceReason::NotAdmin => {
                ", because the export is for admins and the user behind the credentials is not one"
            }
        };
        html! { (name) (why) }
    }

    fn refused_export(&self, export: &RefusedExport) -> Markup {
        let next = export.next_attempt_at;
        html! {
            @if let Some(failure) = &export.failure {
                div { (sentence(&failure.message)) }
                @if let Some(advice) = failure.advice {
                    div { strong { "What to do: " } (advice) "." }
                }
                div.when { (self.when(failure.at)) }
            } @else if export.walk.ratio.is_some() {
                div { "Zendesk answers again. The export is the source as soon as it is read to its end." }
                div { (self.walk(export.walk)) }
            }
            div.when {
                "Next request: "
                @if next > self.now { (self.when(next)) } @else { "running now" }
            }
        }
    }

    fn fast_lane(&self, fast_lane: FastLane) -> Markup {
        match fast_lane {
            FastLane::Off => html! { "off (export.list.fast_lane)" },
            FastLane::NotNeeded => html! { "no effect while the list of tickets is the source" },
            FastLane::Waiting => html! { "begins when the export has been read to its end" },
            FastLane::NoRoom {
                requests_per_minute,
            } => html! {
                "off, because export.list.budget_percent leaves it only " (requests_per_minute)
                " requests per minute"
            },
            FastLane::Starting => html! {
                "begins when the list of tickets has been read to its end: "
                (self.walk(self.status.sources.list_walk))
            },
            FastLane::On => html! { "on" },
            FastLane::Returning => {
                html! { "the list of tickets is read until the export has been read to its end" }
            }
        }
    }

    /// What takes the place of a resync while the list is the truth.
    pub(super) fn full_walk(&self, full_walk: FullWalk) -> Markup {
        match full_walk {
            FullWalk::Off => html! { "off (export.resync.every)" },
            FullWalk::Running => html! { "running" },
            FullWalk::Due(at) if at > self.now => html! { "next " (self.when(at)) },
            FullWalk::Due(_) => html! { "due" },
        }
    }

    /// What the list shows, and what it does not.
    pub(super) fn list(&self, list: &ListStatus) -> Markup {
        let by_ids = match list.shows_archived_by_ids {
            None => "not known yet whether they show archived tickets",
            Some(true) => "show archived tickets",
            Some(false) => "do not show archived tickets",
        };
        let deleted = if list.deleted_is_refused {
            "Zendesk refuses the list of deleted tickets. Verify rounds find tickets that were deleted, and these count as vanished."
        } else {
            "read from the list of deleted tickets"
        };
        let mut facts = vec![
            ("Archived tickets", self.archived()),
            ("Requests by ids", html! { (by_ids) }),
            ("Deleted tickets", html! { (deleted) }),
            ("Verify rounds", self.verify_rounds()),
        ];
        if let Some(has_slas) = list.has_slas {
            let slas = if has_slas {
                "in the list"
            } else {
                "not in the list, so the families of SLA targets are absent"
            };
            facts.push(("SLA targets", html! { (slas) }));
        }
        fact_table("What the list of tickets shows", facts)
    }

    fn archived(&self) -> Markup {
        let archived = self.status.sources.archived;
        match archived {
            ArchivedTicketsStatus::CountedFromExport => {
                html! { "counted, because the export has been read to its end" }
            }
            ArchivedTicketsStatus::CountedByIds => {
                html! { "counted, because they were read by their ids" }
            }
            ArchivedTicketsStatus::Totals => {
                html! { "not counted, except in the totals of Zendesk's search (export.list.archive: totals)" }
            }
            ArchivedTicketsStatus::AwaitsExport => html! { "not all counted yet" },
            ArchivedTicketsStatus::Probing => {
                html! { "not counted yet; the exporter finds out whether Zendesk shows them by their ids" }
            }
            ArchivedTicketsStatus::NotShown => {
                html! { "not counted, because Zendesk does not show them by their ids" }
            }
            ArchivedTicketsStatus::Reading(walk) => html! {
                "not all counted yet: "
                (self.walk(walk))
            },
        }
    }

    fn verify_rounds(&self) -> Markup {
        html! {
            div {
                @match self.status.state.verified_at {
                    Some(at) => { "last one ended " (self.when(at)) }
                    None => { "none has ended yet" }
                }
            }
            div.when {
                "They find permanent deletions and changes that do not move updated_at, but not those of closed tickets."
            }
        }
    }
}
