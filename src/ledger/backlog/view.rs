//! The view of the backlog at one time, and how each ticket counts in it.

use std::collections::BTreeMap;

use super::entry::Entry;
use crate::ledger::cell::Cell;
use crate::ledger::labels::AGES;
use crate::ledger::sla::is_breached;
use crate::ticket::{SlaStage, SlaTarget, UnixSeconds};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The ages in seconds at which the next value of [`AGES`] begins.
const AGE_ENDS: [i64; AGES.len() - 1] = [4 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY];

/// The values of the backlog at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// By status, priority and owner: cells of [`crate::ledger::family::UNSOLVED`].
    pub statuses: BTreeMap<Cell, StatusView>,
    /// By priority and owner: cells of [`crate::ledger::family::OVERDUE`].
    pub priorities: BTreeMap<Cell, PriorityView>,
    /// By metric, priority and owner: cells of [`crate::ledger::family::SLA_TARGETS`].
    pub slas: BTreeMap<Cell, SlaView>,
}

/// The unsolved tickets of one status, priority and owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusView {
    /// The number of tickets of each of [`AGES`].
    pub ages: [u64; AGES.len()],
    /// The creation time of the oldest ticket.
    pub oldest_created: Option<UnixSeconds>,
    /// The creation time of the oldest ticket without an assignee.
    pub oldest_unassigned: Option<UnixSeconds>,
    /// The update time of the ticket that was not updated for the longest time.
    pub stalest_updated: Option<UnixSeconds>,
}

/// The unsolved tickets of one priority and owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriorityView {
    /// The creation time of the oldest ticket without a reply.
    pub oldest_unreplied: Option<UnixSeconds>,
    /// The number of overdue tickets.
    pub overdue: u64,
}

/// The SLA targets of one metric, priority and owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlaView {
    /// The number of breached targets.
    pub breached: u64,
    /// The time of the next breach.
    pub next_breach: Option<UnixSeconds>,
}

impl StatusView {
    pub(super) fn count(&mut self, entry: &Entry, now: UnixSeconds) {
        self.ages[age(entry.since, now)] += 1;
        self.oldest_created = earliest(self.oldest_created, entry.created_at());
        if entry.is(Entry::UNASSIGNED) {
            self.oldest_unassigned = earliest(self.oldest_unassigned, entry.created_at());
        }
        self.stalest_updated = earliest(self.stalest_updated, entry.updated_at());
    }
}

impl PriorityView {
    pub(super) fn count(&mut self, entry: &Entry, now: UnixSeconds) {
        if entry.is(Entry::UNREPLIED) {
            self.oldest_unreplied = earliest(self.oldest_unreplied, entry.created_at());
        }
        let due_at = entry.rare.as_ref().and_then(|rare| rare.due_at);
        self.overdue += u64::from(due_at.is_some_and(|due_at| due_at <= now));
    }

    pub(super) fn add(&mut self, other: Self) {
        self.oldest_unreplied = earliest(self.oldest_unreplied, other.oldest_unreplied);
        self.overdue += other.overdue;
    }
}

impl SlaView {
    pub(super) fn count(&mut self, target: &SlaTarget, row: UnixSeconds, now: UnixSeconds) {
        if is_breached(target, row, now) {
            self.breached += 1;
        // The time of a paused target does not run, so it has no next breach.
        } else if target.stage == SlaStage::Active {
            self.next_breach = earliest(self.next_breach, target.breach_at);
        }
    }
}

/// The index in [`AGES`] of an age since `since`. Example: 4 hours are index 1, `4h-1d`. A time in the future gives
/// index 0, because the clocks differ.
pub(super) fn age(since: UnixSeconds, now: UnixSeconds) -> usize {
    let seconds = now.since(since);
    AGE_ENDS.partition_point(|end| *end <= seconds)
}

/// The earlier of two times, or the only one.
fn earliest(one: Option<UnixSeconds>, other: Option<UnixSeconds>) -> Option<UnixSeconds> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
