//! How far the list of tickets was read, and the list of deleted tickets beside it.

use serde::{Deserialize, Serialize};

use super::Marks;
use crate::ledger::page::PageRead;
use crate::source::{Position, SHOWN_MAX};
use crate::ticket::{TicketId, UnixSeconds};

/// How far the lists were read. Stored in this form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListProgress {
    /// How far the list of tickets was read.
    #[serde(flatten)]
    pub marks: Marks,
    /// Whether a walk has reached the end of the list of tickets.
    #[serde(default)]
    pub has_ended: bool,
    /// Whether a row of the list of tickets ever had a list of SLA targets.
    #[serde(default)]
    pub has_slas: bool,
    /// Where the next page of the list of deleted tickets begins.
    #[serde(default)]
    pub deleted: Option<Position>,
    /// Whether Zendesk refuses the list of deleted tickets.
    #[serde(default)]
    pub deleted_is_refused: bool,
    /// When the latest verify round ended, by account time.
    #[serde(default)]
    pub verified_at: Option<UnixSeconds>,
    /// Where the next page of a full walk begins, if one is under way.
    #[serde(default)]
    pub full_walk: Option<Position>,
    /// The walk over all ids, for archived tickets; `None` before it began.
    #[serde(default)]
    pub archive: Option<ArchiveWalk>,
}

/// The walk over all ids up to the greatest, which reads archived tickets once. Stored in this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveWalk {
    /// Every id up to this one was asked for; the last one is `until`.
    After { id: TicketId, until: TicketId },
    /// Every id was asked for.
    Complete,
}

impl ArchiveWalk {
    /// The ids that are asked for next, as many as one request can have; none if every id was asked for.
    pub fn next_ids(self) -> Vec<TicketId> {
        match self {
            Self::After { id, until } => {
                let ids = (id.0.saturating_add(1)..=until.0).take(SHOWN_MAX);
                ids.map(TicketId).collect()
            }
            Self::Complete => Vec::new(),
        }
    }

    /// The walk after the answer to a request for [`Self::next_ids`].
    fn passed(self) -> Self {
        match (self, self.next_ids().last()) {
            (Self::After { until, .. }, Some(id)) if *id < until => Self::After { id: *id, until },
            _ => Self::Complete,
        }
    }

    /// The share that is done, 0 to 1. Example: after id 250 of 1,000 it is 0.25.
    pub fn ratio(self) -> f64 {
        match self {
            Self::After { id, until } => (id.0 as f64 / until.0.max(1) as f64).clamp(0.0, 1.0),
            Self::Complete => 1.0,
        }
    }
}

impl ListProgress {
    /// Updates the marks after a page of the list of tickets. `is_truth` says whether the list is the truth.
    pub(super) fn pass(&mut self, read: &PageRead, is_truth: bool) {
        self.has_ended |= read.page.end_of_stream;
        self.has_slas |= read.page.tickets().any(|ticket| ticket.sla.is_some());
        // Before the first end nobody knows how much of the list is missing.
        let moves_freshness = is_truth && self.has_ended;
        self.marks.pass_list(read, moves_freshness);
    }

    /// The share of the first walk through the list that is done, 0 to 1; `None` before its first row.
    pub fn walk_ratio(&self, account_now: UnixSeconds) -> Option<f64> {
        match (self.has_ended, self.marks.first_row) {
            (true, _) => Some(1.0),
            (false, Some(_)) => Some(self.marks.ratio(account_now)),
            (false, None) => None,
        }
    }

    /// Updates the walk over all ids after a page of it.
    pub(super) fn pass_archive(&mut self) {
        self.archive = self.archive.map(ArchiveWalk::passed);
    }

    /// The settings select other tickets, or need more from each: the walks that read every ticket once begin again.
    pub(super) fn on_settings_changed(&mut self) {
        self.full_walk = None;
        self.archive = None;
    }

    /// Updates the position after a page of the list of deleted tickets.
    pub(super) fn pass_deleted(&mut self, read: &PageRead) {
        self.deleted_is_refused = false;
        if let Some((position, _)) = read.settled_position(self.marks.high_water) {
            self.deleted = Some(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testing::page_of_keys;
    use crate::ledger::{AnswerDate, Walk};
    use crate::source::{Row, SourceKind};

    /// A page of the list with rows of these times, answered at 10,000.
    fn page(first: i64, last: i64, end_of_stream: bool) -> PageRead {
        let keys = Some((first, last));
        let mut read = page_of_keys(Walk::List, keys, end_of_stream, UnixSeconds(10_000));
        read.page.source = SourceKind::List;
        for row in &mut read.page.rows {
            if let Row::Ticket(ticket) = row {
                ticket.updated_at = Some(ticket.order_key.time());
            }
        }
        read
    }

    #[test]
    fn the_first_walk_is_measured_until_it_has_ended_once() {
        let mut list = ListProgress::default();
        let now = UnixSeconds(10_000);
        assert_eq!(list.walk_ratio(now), None);
        list.pass(&page(2_000, 4_000, false), true);
        assert_eq!(list.walk_ratio(now), Some(0.25));
        list.pass(&page(4_000, 9_990, true), true);
        assert_eq!(list.walk_ratio(now), Some(1.0));
        list.pass(&page(9_000, 9_995, false), true);
        assert_eq!(list.walk_ratio(now), Some(1.0));
    }

    /// Where the list goes on after a page that is changed like this.
    #[track_caller]
    fn check_settled(change: impl Fn(&mut PageRead), is_settled: bool) {
        for walk in [Walk::List, Walk::Deleted] {
            let mut read = PageRead {
                walk,
                ..page(2_000, 9_880, false)
            };
            change(&mut read);
            let mut list = ListProgress::default();
            if walk == Walk::List {
                list.pass(&read, true);
            } else {
                list.pass_deleted(&read);
            }
            let position = list.deleted.or(list.marks.position);
            assert_eq!(position.is_some(), is_settled, "{read:?}");
        }
    }

    fn set_updated_at(read: &mut PageRead, index: usize, at: Option<i64>) {
        if let Some(Row::Ticket(ticket)) = read.page.rows.get_mut(index) {
            ticket.updated_at = at.map(UnixSeconds);
        }
    }

    #[test]
    fn a_list_goes_on_only_behind_rows_that_are_all_known_to_be_old() {
        check_settled(|_| {}, true);
        check_settled(|read| set_updated_at(read, 1, Some(9_881)), false);
        // Nobody knows what time the last row is of.
        check_settled(|read| read.page.is_last_rejected = true, false);
        check_settled(|read| set_updated_at(read, 1, None), false);
        // Behind a row from the future nothing would come for a long time.
        check_settled(|read| set_updated_at(read, 1, Some(17_201)), false);
        check_settled(|read| set_updated_at(read, 0, Some(17_201)), false);
        check_settled(|read| set_updated_at(read, 0, Some(9_950)), false);
    }

    #[test]
    fn a_list_goes_on_only_if_zendesk_says_when_it_answered() {
        let dates = [
            (AnswerDate::Believed(UnixSeconds(10_000)), true),
            (AnswerDate::Doubted(UnixSeconds(10_000)), false),
            (AnswerDate::Missing, false),
        ];
        for (date, is_settled) in dates {
            check_settled(|read| read.time.date = date, is_settled);
        }
    }

    #[test]
    fn without_a_date_a_list_goes_on_behind_rows_that_are_older_than_what_it_has_shown_since() {
        let undated = |first, last| {
            let mut read = page(first, last, false);
            read.time.date = AnswerDate::Missing;
            read
        };
        let mut list = ListProgress::default();
        list.pass(&undated(2_000, 4_000), true);
        list.pass(&undated(4_000, 4_100), true);
        assert_eq!(list.marks.position, None);
        list.pass(&undated(4_100, 4_120), true);
        assert_eq!(list.marks.position, None);
        // The second time.
        list.pass(&undated(2_000, 4_000), true);
        assert_eq!(list.marks.position_timestamp, Some(UnixSeconds(4_000)));
        list.pass(&undated(4_000, 4_001), true);
        assert_eq!(list.marks.position_timestamp, Some(UnixSeconds(4_000)));
    }

    #[test]
    fn a_list_that_is_not_in_its_order_goes_on_nowhere() {
        check_settled(|read| set_updated_at(read, 0, Some(9_881)), false);
        let is_out_of_order = |walk, first, source| {
            let mut read = page(first, 9_000, false);
            (read.walk, read.page.source) = (walk, source);
            read.is_out_of_order()
        };
        let list = SourceKind::List;
        for (walk, first, source, expected) in [
            (Walk::List, 9_000, list, false),
            (Walk::List, 9_001, list, true),
            (Walk::Deleted, 9_001, list, true),
            (Walk::Resync, 9_001, list, true),
            // It was updated while Zendesk made the answer.
            (Walk::List, 9_999, list, false),
            (Walk::Verify, 9_001, list, false),
            (Walk::Resync, 9_001, SourceKind::Cursor, false),
        ] {
            assert_eq!(
                is_out_of_order(walk, first, source),
                expected,
                "{walk:?} {first}"
            );
        }
    }

    #[test]
    fn one_row_with_targets_shows_that_the_list_has_them() {
        let mut list = ListProgress::default();
        list.pass(&page(2_000, 4_000, false), true);
        assert!(!list.has_slas);
        let mut with_targets = page(4_000, 5_000, false);
        if let Some(Row::Ticket(ticket)) = with_targets.page.rows.first_mut() {
            ticket.sla = Some(Vec::new());
        }
        list.pass(&with_targets, true);
        list.pass(&page(5_000, 6_000, false), true);
        assert!(list.has_slas);
    }

    #[test]
    fn the_walk_over_all_ids_is_measured_by_ids() {
        let after = |id, until| ArchiveWalk::After {
            id: TicketId(id),
            until: TicketId(until),
        };
        assert_eq!(after(0, 1_000).ratio(), 0.0);
        assert_eq!(after(250, 1_000).ratio(), 0.25);
        assert_eq!(after(0, 0).ratio(), 0.0);
        assert_eq!(ArchiveWalk::Complete.ratio(), 1.0);
    }

    #[test]
    fn the_walk_over_all_ids_asks_for_each_id_once() {
        for until in [0, 1, 99, 100, 101, 250, 300] {
            let mut list = ListProgress::default();
            list.pass_archive();
            assert_eq!(list.archive, None, "a probe");
            let (id, until) = (TicketId(0), TicketId(until));
            list.archive = Some(ArchiveWalk::After { id, until });
            let mut asked = Vec::new();
            while let Some(walk) = list.archive.filter(|walk| *walk != ArchiveWalk::Complete) {
                let ids = walk.next_ids();
                assert!(ids.len() <= SHOWN_MAX, "{ids:?}");
                asked.extend(ids);
                list.pass_archive();
            }
            let every: Vec<_> = (1..=until.0).map(TicketId).collect();
            assert_eq!(asked, every);
            assert_eq!(ArchiveWalk::Complete.next_ids(), []);
        }
    }
}
