//! What the status page says of the sources, from the state, the schedule and the walks.

use super::Poller;
use crate::clock::Clock;
use crate::ledger::{ArchiveWalk, Progress, Walk};
use crate::metrics::{
    ArchivedTicketsStatus, FastLane, FullWalk, ListStatus, RefusedExport, SourceStatus, WalkStatus,
};
use crate::schedule::ListRole;
use crate::source::{ArchivedTickets, TicketSource};
use crate::ticket::UnixSeconds;
use crate::walk::ArchivedShown;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// The status of the sources, without the expected ends of walks, which the publisher adds.
    pub(super) fn source_status(&self, progress: &Progress) -> SourceStatus {
        let is_list = progress.truth.is_list;
        SourceStatus {
            refusals_to_come: self.choice.refusals_to_come(progress),
            export: is_list.then(|| self.refused_export(progress)).flatten(),
            fast_lane: self.fast_lane(progress),
            list_walk: under_way(progress.list.walk_ratio(self.account_now())),
            archived: self.archived_tickets(progress),
            list: is_list.then(|| self.list_status(progress)),
        }
    }

    fn refused_export(&self, progress: &Progress) -> Option<RefusedExport> {
        let now = self.clock.now();
        let next_attempt_at = self.wall_at(self.schedule.next_of(Walk::Main, now)?);
        // An export that was read to its end before is the truth with its first page.
        let is_walked = self.choice.export_answers() && !progress.exports_have_ended;
        let ratio = is_walked.then(|| progress.exports.ratio(self.account_now()));
        Some(RefusedExport {
            failure: self.publisher.export_failure.clone(),
            next_attempt_at,
            walk: under_way(ratio),
        })
    }

    fn fast_lane(&self, progress: &Progress) -> FastLane {
        let is_wanted = self.settings.pacing.list.fast_lane.is_some();
        match self.schedule.list_role() {
            ListRole::Truth if is_wanted => FastLane::NotNeeded,
            ListRole::FastLane if self.is_returning => FastLane::Returning,
            ListRole::FastLane if !progress.list.has_ended => FastLane::Starting,
            ListRole::FastLane => FastLane::On,
            ListRole::Off if is_wanted && self.lane_lacks_room => FastLane::NoRoom {
                requests_per_minute: self.schedule.list_requests_per_minute(),
            },
            ListRole::Off if is_wanted => FastLane::Waiting,
            ListRole::Truth | ListRole::Off => FastLane::Off,
        }
    }

    fn archived_tickets(&self, progress: &Progress) -> ArchivedTicketsStatus {
        if progress.export_has_shown_archived() {
            return ArchivedTicketsStatus::CountedFromExport;
        }
        match progress.list.archive {
            Some(ArchiveWalk::Complete) => return ArchivedTicketsStatus::CountedByIds,
            _ if !progress.truth.is_list => return ArchivedTicketsStatus::AwaitsExport,
            _ => {}
        }
        match (self.settings.archive, progress.list.archive) {
            (ArchivedTickets::Totals, _) => ArchivedTicketsStatus::Totals,
            (ArchivedTickets::Ids, _) if self.probe.has_failed() => ArchivedTicketsStatus::NotShown,
            (ArchivedTickets::Ids, Some(walk)) => {
                ArchivedTicketsStatus::Reading(under_way(Some(walk.ratio())))
            }
            (ArchivedTickets::Ids, None) => ArchivedTicketsStatus::Probing,
        }
    }

    fn list_status(&self, progress: &Progress) -> ListStatus {
        let list = &progress.list;
        let asks_for_slas = self
            .state
            .as_ref()
            .is_some_and(|state| state.aggregates().settings().slas);
        // Without a row nobody knows what rows have.
        let can_tell = asks_for_slas && list.marks.first_row.is_some();
        ListStatus {
            shows_archived_by_ids: match self.rounds.archived() {
                ArchivedShown::Unknown => None,
                ArchivedShown::Yes => Some(true),
                ArchivedShown::No => Some(false),
            },
            deleted_is_refused: list.deleted_is_refused,
            has_slas: can_tell.then_some(list.has_slas),
            full_walk: match self.settings.pacing.resync {
                _ if list.full_walk.is_some() => FullWalk::Running,
                None => FullWalk::Off,
                Some(resync) => FullWalk::Due(progress.resync.full_walk_due(resync.every)),
            },
        }
    }

    /// A moment of the monotonic clock by the local clock, in full seconds so that it is no sooner.
    pub(super) fn wall_at(&self, at: std::time::Duration) -> UnixSeconds {
        let now = self.clock.now();
        let wait = at.saturating_sub(now.monotonic);
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let at_ms = now.wall_ms.saturating_add(wait_ms);
        UnixSeconds(at_ms.saturating_add(999).div_euclid(1000))
    }
}

const fn under_way(ratio: Option<f64>) -> WalkStatus {
    WalkStatus {
        ratio,
        ends_at: None,
    }
}
