//! How far an account was read, and how a page changes that.

mod marks;

mod truth;

mod list_progress;

mod ticket_scope;

mod resync;

pub use list_progress::{ArchiveWalk, ListProgress};
pub use marks::Marks;
pub use resync::{
    BEYOND_MAX, IdRange, RECORDS_LOOKED_AT_MAX, Refusal, Resync, ResyncEnd, SETTLE_SECONDS,
    SWEPT_MAX, SWEPT_ONE_IN_MIN, Unseen,
};
pub(super) use resync::{Judging, Looked};
pub use ticket_scope::TicketScope;
pub use truth::Truth;

use super::page::{PageRead, Walk};
use super::resets::Counting;
use super::transition::Baseline;
use crate::ticket::UnixSeconds;

/// The age in hours from which a state is reported as old. It is longer than an upgrade or a move to another host
/// takes, and shorter than the interval of nightly copies.
const STATE_OLD_HOURS: i64 = 6;

/// How far an account was read. Stored in the transaction of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the state was created, by the local clock.
    pub created_at: UnixSeconds,
    /// When a change of settings last restarted counters or histograms at 0, by the local clock; `None` if they
    /// count since the state was created.
    pub counters_restarted_at: Option<UnixSeconds>,
    /// Which source is the truth.
    pub truth: Truth,
    /// How far the exports were read.
    pub exports: Marks,
    /// Whether the main walk has ever reached the end of an export.
    pub exports_have_ended: bool,
    /// How far the lists were read.
    pub list: ListProgress,
    /// Account time at the first answer of the initial sync.
    pub baseline: Option<UnixSeconds>,
    /// Whether the initial sync has reached the first end of the truth.
    pub initial_sync_complete: bool,
    /// When the last minutes were last read completely, by account time: by a replay, or at the end of the initial
    /// sync.
    pub replayed_at: Option<UnixSeconds>,
    /// The tickets that the settings select; `None` before they were set.
    pub ticket_scope: Option<TicketScope>,
    /// The resyncs.
    pub resync: Resync,
    /// The number of records that are not tombstones.
    pub tickets: u64,
}

impl Progress {
    /// The progress before anything was read.
    pub fn new(created_at: UnixSeconds) -> Self {
        Self {
            created_at,
            counters_restarted_at: None,
            truth: Truth::EXPORT,
            exports: Marks::default(),
            exports_have_ended: false,
            list: ListProgress::default(),
            baseline: None,
            initial_sync_complete: false,
            replayed_at: None,
            ticket_scope: None,
            resync: Resync::NONE,
            tickets: 0,
        }
    }

    /// Sets which source is the truth.
    pub fn set_truth(&mut self, truth: Truth) {
        let returns = self.truth.is_list && !truth.is_list;
        self.truth = truth;
        if returns {
            self.resync.on_export_returned();
        }
    }

    /// Sets the tickets that the settings select.
    pub fn set_ticket_scope(&mut self, ticket_scope: TicketScope) {
        let before = self.ticket_scope.replace(ticket_scope);
        // Before the first answer, nothing was read under the earlier settings.
        if before.is_some_and(|before| before != ticket_scope) && self.baseline.is_some() {
            self.resync.on_scope_changed();
            self.list.on_settings_changed();
        }
    }

    /// The settings need more from each ticket than was read.
    pub fn on_settings_changed(&mut self) {
        self.resync.on_settings_changed();
        self.list.on_settings_changed();
    }

    /// Whether tickets are still to be read again, because the settings select others than before, or need more from
    /// each. A full walk of the list reads those that are not archived.
    pub fn awaits_reading_again(&self) -> bool {
        let was_list_read = self.truth.is_list && self.resync.ended_at().is_some();
        self.resync.settings_changed() && !was_list_read
    }

    /// How many hours the counters are behind `now`, if that is old enough to be reported: an older state may have
    /// been restored.
    pub fn age_hours(&self, now: UnixSeconds) -> Option<i64> {
        let since = self
            .data_timestamp()
            .filter(|_| self.initial_sync_complete)?;
        let hours = now.since(since) / 3600;
        (hours >= STATE_OLD_HOURS).then_some(hours)
    }

    /// The time up to which the ledger is complete: the latest that any truth has reached. Never falls.
    pub fn data_timestamp(&self) -> Option<UnixSeconds> {
        self.exports
            .data_timestamp
            .max(self.list.marks.data_timestamp)
    }

    /// What counters exist, for [`Resets::between`](super::Resets::between). `business_hours_differ` says whether a
    /// value in business hours has differed from the one in calendar time.
    pub fn counting(&self, business_hours_differ: bool) -> Counting {
        match self.counting_from() {
            Baseline::Initial if self.baseline.is_none() => Counting::Nothing,
            Baseline::Initial | Baseline::Syncing(_) => Counting::NotYet,
            Baseline::Since(_) => Counting::Since {
                open_series: None,
                business_hours_differ,
            },
        }
    }

    /// When counters or histograms last restarted at 0: when the state was created, or by a change of settings.
    pub fn counters_restarted(&self) -> UnixSeconds {
        self.counters_restarted_at.unwrap_or(self.created_at)
    }

    /// The baseline from which events are counted.
    pub const fn counting_from(&self) -> Baseline {
        match self.baseline {
            Some(baseline) if self.initial_sync_complete => Baseline::Since(baseline),
            Some(baseline) => Baseline::Syncing(baseline),
            None => Baseline::Initial,
        }
    }

    /// Prepares for a page. The first page of the truth sets the baseline.
    pub fn begin(&mut self, read: &PageRead) {
        let sets_baseline = match read.walk {
            Walk::Main => true,
            Walk::List => self.truth.is_list,
            _ => false,
        };
        if sets_baseline {
            self.baseline.get_or_insert_with(|| read.time.baseline());
        }
        if read.walk == Walk::Resync && read.page.source.is_export() {
            self.resync.begin();
        }
    }

    /// Updates the progress after a page. Returns whether this page completed the initial sync.
    pub fn pass(&mut self, read: &PageRead) -> bool {
        self.begin(read);
        let PageRead { walk, page, time } = read;
        match walk {
            Walk::Main => self.pass_export(read),
            Walk::List => self.list.pass(read, self.truth.is_list),
            Walk::Deleted => self.list.pass_deleted(read),
            Walk::Replay if page.end_of_stream => self.replayed_at = Some(time.account_now),
            Walk::Resync if page.source.is_export() => self.resync.pass(read),
            Walk::Resync => self.pass_full_walk(read),
            Walk::Archive => self.list.pass_archive(),
            Walk::Replay | Walk::Verify => {}
        }
        self.completes_initial_sync(*walk, page.end_of_stream, time.account_now)
    }

    fn pass_export(&mut self, read: &PageRead) {
        self.exports.pass(read);
        self.exports_have_ended |= read.page.end_of_stream;
        // Until an export was read to its end once, it shows less than the list does.
        if self.truth.is_list && self.exports_have_ended {
            self.set_truth(Truth::EXPORT);
        }
    }

    fn pass_full_walk(&mut self, read: &PageRead) {
        if read.page.end_of_stream {
            self.list.full_walk = None;
            self.resync.on_full_walk(read.time.account_now);
        } else {
            self.list.full_walk.clone_from(&read.page.next);
        }
    }

    /// Zendesk refuses the list of deleted tickets. Returns whether that completes the initial sync, because nothing
    /// else was missing.
    pub fn on_deleted_refused(&mut self, account_now: UnixSeconds) -> bool {
        self.list.deleted_is_refused = true;
        self.completes_initial_sync(Walk::Deleted, true, account_now)
    }

    /// The initial sync is complete at the first end of the truth. That of the list is the end of the list of
    /// deleted tickets after it, unless Zendesk refuses that list.
    fn completes_initial_sync(
        &mut self,
        walk: Walk,
        end_of_stream: bool,
        account_now: UnixSeconds,
    ) -> bool {
        let is_end = match walk {
            Walk::Main => !self.truth.is_list,
            Walk::List => self.truth.is_list && self.list.has_ended && self.list.deleted_is_refused,
            Walk::Deleted => self.truth.is_list && self.list.has_ended,
            Walk::Replay | Walk::Resync | Walk::Verify | Walk::Archive => false,
        };
        let completes = is_end && end_of_stream && !self.initial_sync_complete;
        if completes {
            self.initial_sync_complete = true;
            // Otherwise a program that never runs as long as the interval of replays would never start one.
            self.replayed_at = Some(account_now);
            self.resync.on_initial_sync(account_now);
        }
        completes
    }

    /// Whether archived tickets are in the ledger: an export shows them, and so does the walk over all ids.
    pub fn archived_are_counted(&self) -> bool {
        self.export_has_shown_archived() || self.list.archive == Some(ArchiveWalk::Complete)
    }

    /// Whether an export has shown the archived tickets that the settings select.
    pub const fn export_has_shown_archived(&self) -> bool {
        self.exports_have_ended && !self.resync.scope_changed()
    }

    /// The share of the initial sync that is done, 0 to 1, measured from the first row to now.
    pub fn initial_sync_ratio(&self, account_now: UnixSeconds) -> f64 {
        if self.initial_sync_complete {
            return 1.0;
        }
        if self.truth.is_list {
            return self.list.marks.ratio(account_now);
        }
        self.exports.ratio(account_now)
    }
}

#[cfg(test)]
mod tests;
