//! How far an account was read, and how a page changes that.

mod marks;

mod ticket_scope;

mod resync;

pub use marks::Marks;
pub use resync::{
    BEYOND_MAX, IdRange, RECORDS_LOOKED_AT_MAX, Refusal, Resync, ResyncEnd, SETTLE_SECONDS,
    SWEPT_MAX, SWEPT_ONE_IN_MIN, Unseen,
};
pub(super) use resync::{Judging, Looked};
pub use ticket_scope::TicketScope;

use super::answer_time::AnswerTime;
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
    /// How far the exports were read.
    pub exports: Marks,
    /// Account time at the first answer of the initial sync.
    pub baseline: Option<UnixSeconds>,
    /// Whether the initial sync has reached its first end of the stream.
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
            exports: Marks::default(),
            baseline: None,
            initial_sync_complete: false,
            replayed_at: None,
            ticket_scope: None,
            resync: Resync::NONE,
            tickets: 0,
        }
    }

    /// Sets the tickets that the settings select.
    pub fn set_ticket_scope(&mut self, ticket_scope: TicketScope) {
        let before = self.ticket_scope.replace(ticket_scope);
        // Before the first answer, nothing was read under the earlier settings.
        if before.is_some_and(|before| before != ticket_scope) && self.baseline.is_some() {
            self.resync.on_settings_changed();
        }
    }

    /// How many hours the counters are behind `now`, if that is old enough to be reported: an older state may have
    /// been restored.
    pub fn age_hours(&self, now: UnixSeconds) -> Option<i64> {
        let since = self
            .exports
            .data_timestamp
            .filter(|_| self.initial_sync_complete)?;
        let hours = now.since(since) / 3600;
        (hours >= STATE_OLD_HOURS).then_some(hours)
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

    /// Prepares for a page of the main walk. The first page sets the baseline.
    pub fn begin(&mut self, time: &AnswerTime) {
        self.baseline.get_or_insert_with(|| time.baseline());
    }

    /// Updates the progress after a page. Returns whether this page completed the initial sync.
    pub fn pass(&mut self, read: &PageRead) -> bool {
        let PageRead { walk, page, time } = read;
        match walk {
            Walk::Main => self.begin(time),
            Walk::Replay => {
                if page.end_of_stream {
                    self.replayed_at = Some(time.account_now);
                }
                return false;
            }
            Walk::Resync => {
                self.resync.pass(read);
                return false;
            }
        }
        self.exports.pass(read);
        let completes = page.end_of_stream && !self.initial_sync_complete;
        self.initial_sync_complete |= page.end_of_stream;
        if completes {
            // Otherwise a program that never runs as long as the interval of replays would never start one.
            self.replayed_at = Some(time.account_now);
            self.resync.on_initial_sync(time.account_now);
        }
        completes
    }

    /// The share of the initial sync that is done, 0 to 1, measured from the first row to now.
    pub fn initial_sync_ratio(&self, account_now: UnixSeconds) -> f64 {
        if self.initial_sync_complete {
            return 1.0;
        }
        self.exports.ratio(account_now)
    }
}

#[cfg(test)]
mod tests;
