//! What the status page says of the sources: which of them are read, and what they do not show.
//!
//! PURE. Which source is the truth is in [`AccountState::source`](super::AccountState::source).

use super::problem::Problem;
use crate::ticket::UnixSeconds;

/// The status of the sources of one account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceStatus {
    /// After so many further refusals of the export in a row, the list of tickets takes its place. `None` while the
    /// export is not refused, and where the settings exclude the list.
    pub refusals_to_come: Option<u32>,
    /// The refused export; `None` while an export is the truth, and where the settings exclude it.
    pub export: Option<RefusedExport>,
    /// The fast lane.
    pub fast_lane: FastLane,
    /// The first walk through the whole list of tickets.
    pub list_walk: WalkStatus,
    /// Whether archived tickets are counted.
    pub archived: ArchivedTicketsStatus,
    /// What the list shows; `None` while an export is the truth.
    pub list: Option<ListStatus>,
}

impl SourceStatus {
    /// Whether the source lacks the SLA targets that the settings ask for.
    pub fn lacks_slas(&self) -> bool {
        let list = self.list.as_ref();
        list.is_some_and(|list| list.has_slas == Some(false))
    }
}

/// How far a walk is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WalkStatus {
    /// The share that is done, 0 to 1; `None` before the walk begins.
    pub ratio: Option<f64>,
    /// When the walk will end at its average speed since the start, as estimated at the time of publishing.
    pub ends_at: Option<UnixSeconds>,
}

impl WalkStatus {
    /// Whether it began and has not ended.
    pub fn is_under_way(&self) -> bool {
        self.ratio.is_some_and(|ratio| ratio < 1.0)
    }
}

/// An export that Zendesk refuses or refused, while the list of tickets is the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedExport {
    /// The latest failure; `None` once an answer came.
    pub failure: Option<Problem>,
    /// When the next request to it is due, by the local clock at the time of publishing. If this time has passed,
    /// the request is running.
    pub next_attempt_at: UnixSeconds,
    /// The walk through it beside the list; it has a share only while Zendesk answers. At its end the export is the
    /// truth.
    pub walk: WalkStatus,
}

/// Whether the list of tickets is read between the polls of the export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FastLane {
    /// The settings turn it off.
    #[default]
    Off,
    /// The list is the truth, so it is read anyway.
    NotNeeded,
    /// It begins when the export was read to its end.
    Waiting,
    /// Its share of the account's request limit is too small.
    NoRoom {
        /// The requests per minute that the share has.
        requests_per_minute: u32,
    },
    /// The list is being read to its end for the first time.
    Starting,
    /// The list is read between the polls.
    On,
    /// The list was the truth, and is read until the export was read to its end. The settings may turn the lane off.
    Returning,
}

impl FastLane {
    /// Its value in the JSON of the status.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::NotNeeded => "not_needed",
            Self::Waiting => "waiting",
            Self::NoRoom { .. } => "no_room",
            Self::Starting => "starting",
            Self::On => "on",
            Self::Returning => "returning",
        }
    }
}

/// What the list of tickets and its companions show, while the list is the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStatus {
    /// Whether Zendesk shows archived tickets by their ids, several in one request; `None` before it was tried.
    pub shows_archived_by_ids: Option<bool>,
    /// Whether Zendesk refuses the list of deleted tickets.
    pub deleted_is_refused: bool,
    /// Whether the list has SLA targets; `None` if the settings do not ask for them, or before the first row.
    pub has_slas: Option<bool>,
    /// The full walk through the list.
    pub full_walk: FullWalk,
}

/// Whether archived tickets, which the list does not show, are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ArchivedTicketsStatus {
    /// Not yet: the export is the truth, and was never read to its end with the present settings.
    #[default]
    AwaitsExport,
    /// They are: an export was read to its end.
    CountedFromExport,
    /// They are: they were read by their ids.
    CountedByIds,
    /// They are not: the settings ask only for their total.
    Totals,
    /// Not yet: the exporter tries whether Zendesk shows them by their ids.
    Probing,
    /// They are not: Zendesk does not show them by their ids.
    NotShown,
    /// They are being read by their ids.
    Reading(WalkStatus),
}

impl ArchivedTicketsStatus {
    /// Its value in the JSON of the status.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AwaitsExport => "awaits_export",
            Self::CountedFromExport | Self::CountedByIds => "counted",
            Self::Totals => "totals",
            Self::Probing => "probing",
            Self::NotShown => "not_shown",
            Self::Reading(_) => "reading",
        }
    }

    /// Whether they are counted, all of them.
    pub const fn are_counted(self) -> bool {
        matches!(self, Self::CountedFromExport | Self::CountedByIds)
    }

    /// How far the walk over all ids is.
    pub const fn walk(self) -> WalkStatus {
        match self {
            Self::Reading(walk) => walk,
            _ => WalkStatus {
                ratio: None,
                ends_at: None,
            },
        }
    }
}

/// The full walk through the list, which takes the place of a resync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullWalk {
    /// The settings turn resyncs off.
    Off,
    /// One is under way.
    Running,
    /// The next one is due then, by account time.
    Due(UnixSeconds),
}
