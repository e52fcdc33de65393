//! How far an account has been read, and the rules by which that moves.

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

/// From this age on a state is old: longer than an upgrade or a move to another host takes, shorter
/// than the way from one nightly copy to the next.
const STATE_OLD_HOURS: i64 = 6;

/// How far an account has been read. Stored in the same transaction as the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the state was made, by our clock.
    pub created_at: UnixSeconds,
    /// When other settings last made counters or histograms begin at 0, by our clock; `None` if
    /// they count since the state was made.
    pub counters_restarted_at: Option<UnixSeconds>,
    /// How far the exports have been read.
    pub exports: Marks,
    /// Account time at the first answer of the initial sync.
    pub baseline: Option<UnixSeconds>,
    /// Whether the initial sync has seen its first end of the stream.
    pub initial_sync_complete: bool,
    /// When the last minutes were last read as a whole, by account time: by a replay, or by the end
    /// of the initial sync.
    pub replayed_at: Option<UnixSeconds>,
    /// Which tickets the settings asked for; `None` before anybody said.
    pub ticket_scope: Option<TicketScope>,
    /// The walks over the whole export.
    pub resync: Resync,
    /// Records that are not tombstones.
    pub tickets: u64,
}

impl Progress {
    /// Nothing read yet.
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

    /// The settings ask for these tickets. Returns whether that is news that must be stored.
    pub fn set_ticket_scope(&mut self, ticket_scope: TicketScope) -> bool {
        let before = self.ticket_scope.replace(ticket_scope);
        if before.is_some_and(|before| before != ticket_scope) && self.baseline.is_some() {
            self.resync.on_settings_changed();
        }
        before != Some(ticket_scope)
    }

    /// How many hours the counters are behind `now`, if that is worth telling: then an older state may
    /// have been put back.
    pub fn age_hours(&self, now: UnixSeconds) -> Option<i64> {
        let since = self
            .exports
            .data_timestamp
            .filter(|_| self.initial_sync_complete)?;
        let hours = now.since(since) / 3600;
        (hours >= STATE_OLD_HOURS).then_some(hours)
    }

    /// Whether there are counters already, for [`Resets::between`](super::Resets::between), given
    /// whether a value in business hours has differed from the one by the calendar.
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

    /// When counters or histograms last began at 0: with the state, or with other settings.
    pub fn counters_restarted(&self) -> UnixSeconds {
        self.counters_restarted_at.unwrap_or(self.created_at)
    }

    /// From when on events are counted.
    pub const fn counting_from(&self) -> Baseline {
        match self.baseline {
            Some(baseline) if self.initial_sync_complete => Baseline::Since(baseline),
            Some(baseline) => Baseline::Syncing(baseline),
            None => Baseline::Initial,
        }
    }

    /// A page of the main walk is about to be applied: the first one says from when on tickets are
    /// created.
    pub fn begin(&mut self, time: &AnswerTime) {
        self.baseline.get_or_insert_with(|| time.baseline());
    }

    /// Moves on past a page. Returns whether this page completed the initial sync.
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
            // Else a program that never runs for as long as a replay waits would never replay.
            self.replayed_at = Some(time.account_now);
            self.resync.on_initial_sync(time.account_now);
        }
        completes
    }

    /// Share of the initial sync that is done, 0 to 1: the way from the first row to now.
    pub fn initial_sync_ratio(&self, account_now: UnixSeconds) -> f64 {
        if self.initial_sync_complete {
            return 1.0;
        }
        self.exports.ratio(account_now)
    }
}

#[cfg(test)]
mod tests;
