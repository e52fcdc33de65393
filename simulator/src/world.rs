//! The tickets of a simulated account, and what can happen to them.
//!
//! PURE: advanced by `now`, in Unix seconds.

use std::collections::{BTreeMap, BTreeSet};

use super::counts::Counts;
use super::export_habits::{self, LastMinute};
use super::hours::Schedule;
use super::list_habits::ListHabits;
use super::names::Names;
use super::policy::{SlaPolicy, Step};
use super::spoil::Spoil;
use super::ticket::{Lateness, SetLateness, ShownSet};
use super::ticket_fields::{self, TicketField};
use crate::vocabulary::Status;
use listed::Listed;
use versions::Versions;

pub use super::ticket::{Draft, SimTicket};
pub use listed::{Bounds, ListPlace};
pub use versions::Eye;

mod events;

mod listed;

mod versions;

mod named;

/// The account.
#[derive(Debug)]
pub struct World {
    now: i64,
    tickets: BTreeMap<i64, SimTicket>,
    /// The order of the export: `(generated_at, id)`.
    order: BTreeSet<(i64, i64)>,
    /// The orders of the lists.
    listed: Listed,
    /// What was before the latest writes.
    versions: Versions,
    next_id: i64,
    /// Writes so far.
    writes: u64,
    names: Names,
    counts: Counts,
    /// Tickets whose rows are not as they should be.
    spoiled: BTreeMap<i64, Spoil>,
    /// The fields that tickets have, in the order of ids.
    pub ticket_fields: Vec<TicketField>,
    /// Whether measurements of solved tickets come only with a later write.
    pub measurements_late: bool,
    /// Which SLA targets tickets are given.
    pub sla_policy: SlaPolicy,
    /// By which schedule the tickets that are created from now on are measured.
    pub schedule: Schedule,
    /// Which rows show the metric set of the row before.
    pub metric_sets_late: SetLateness,
    /// What the lists do beyond what every account's do.
    pub list_habits: ListHabits,
    /// What the exports show of a ticket that was written in their last minute.
    pub last_minute: LastMinute,
}

impl World {
    /// An empty account at `now`.
    pub fn new(now: i64) -> Self {
        Self {
            now,
            tickets: BTreeMap::new(),
            order: BTreeSet::new(),
            listed: Listed::default(),
            versions: Versions::default(),
            next_id: 1,
            writes: 0,
            names: Names::default(),
            counts: Counts::default(),
            spoiled: BTreeMap::new(),
            ticket_fields: ticket_fields::at_first(),
            measurements_late: false,
            sla_policy: SlaPolicy::None,
            schedule: Schedule::default(),
            metric_sets_late: SetLateness::Never,
            list_habits: ListHabits::default(),
            last_minute: LastMinute::Hidden,
        }
    }

    /// The account's clock.
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// Sets the clock forward; it never goes back.
    pub fn advance_to(&mut self, now: i64) {
        self.now = self.now.max(now);
    }

    /// Tickets in the export, deleted ones included.
    pub fn len(&self) -> usize {
        self.tickets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    /// One ticket.
    pub fn ticket(&self, id: i64) -> Option<&SimTicket> {
        self.tickets.get(&id)
    }

    /// Ids of the tickets in this status.
    pub fn with_status(&self, status: Status) -> Vec<i64> {
        let in_status = |ticket: &SimTicket| ticket.status == Some(status);
        self.tickets
            .iter()
            .filter(|(_, ticket)| in_status(ticket))
            .map(|(id, _)| *id)
            .collect()
    }

    /// All tickets in the order of ids, deleted ones included.
    pub fn by_id(&self) -> impl Iterator<Item = (i64, &SimTicket)> {
        self.tickets.iter().map(|(id, ticket)| (*id, ticket))
    }

    /// The rows of the export after `(generated_at, id)`, in its order.
    pub fn rows_after(&self, place: (i64, i64)) -> impl Iterator<Item = (i64, &SimTicket)> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.order
            .range((Excluded(place), Unbounded))
            .filter_map(|(_, id)| Some((*id, self.tickets.get(id)?)))
    }

    /// The tickets that are not deleted, in the order of `updated_at`.
    pub fn live_by_update(
        &self,
        bounds: Bounds,
    ) -> impl DoubleEndedIterator<Item = (ListPlace, i64, &SimTicket)> {
        self.with_tickets(self.listed.live(bounds))
    }

    /// The deleted tickets, in the order in which they were deleted.
    pub fn deleted_by_time(
        &self,
        bounds: Bounds,
    ) -> impl DoubleEndedIterator<Item = (ListPlace, i64, &SimTicket)> {
        self.with_tickets(self.listed.deleted(bounds))
    }

    fn with_tickets(
        &self,
        ids: impl DoubleEndedIterator<Item = (ListPlace, i64)>,
    ) -> impl DoubleEndedIterator<Item = (ListPlace, i64, &SimTicket)> {
        ids.filter_map(|(place, id)| Some((place, id, self.tickets.get(&id)?)))
    }

    /// Makes a ticket. Returns its id.
    pub fn create(&mut self, draft: &Draft) -> i64 {
        self.create_at(draft, self.now)
    }

    /// Makes a ticket whose row is written at `generated_at`, which may lie before rows that were
    /// served already: a row made visible late.
    pub fn create_at(&mut self, draft: &Draft, generated_at: i64) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        let custom_status = self
            .names
            .custom_status_for(draft.status, draft.custom_status.unwrap_or(0));
        let mut ticket = SimTicket::new(draft, custom_status, generated_at, self.schedule);
        let created_at = ticket.created_at;
        self.sla_policy
            .follow(&mut ticket, Step::Created, created_at);
        self.counts.moved(None, ticket.status, self.now);
        // One from the past is there already.
        if generated_at >= self.now {
            self.keep_version(id);
            self.writes += 1;
            if self.metric_sets_late.is_late(id, self.writes) {
                ticket.show_set(Some(Some(ShownSet::at_first(created_at))));
            }
        }
        self.order.insert((generated_at, id));
        self.listed.insert(id, &ticket);
        self.tickets.insert(id, ticket);
        id
    }

    /// Deletes a ticket permanently: it is gone from the export, which does not say so.
    pub fn vanish(&mut self, id: i64) {
        self.keep_version(id);
        if let Some(ticket) = self.tickets.remove(&id) {
            self.order.remove(&(ticket.generated_at, id));
            self.listed.remove(id, &ticket);
            self.counts.moved(ticket.status, None, self.now);
        }
    }

    /// Lets the row of a ticket be wrong wherever it is shown, or right again.
    pub fn spoil(&mut self, id: i64, spoil: Option<Spoil>) {
        match spoil {
            Some(spoil) => self.spoiled.insert(id, spoil),
            None => self.spoiled.remove(&id),
        };
    }

    /// The tickets whose rows are wrong, and how.
    pub const fn spoiled(&self) -> &BTreeMap<i64, Spoil> {
        &self.spoiled
    }

    /// Tickets in `status` as the search index knows them, which lags by so many seconds.
    pub fn searched(&self, status: Status, lag_seconds: i64) -> u64 {
        self.counts.as_of(status, self.now - lag_seconds)
    }

    /// The tickets that looked otherwise at `moment` than they do now, and how; `None` where there was
    /// none. Known of are the moments that the habits of this account need.
    pub fn as_of(&self, moment: i64, eye: Eye) -> impl Iterator<Item = (i64, Option<&SimTicket>)> {
        self.versions.as_of(moment, eye)
    }

    /// Keeps how a ticket is, or that there is none, before a write replaces that.
    fn keep_version(&mut self, id: i64) {
        let for_export = match self.last_minute {
            LastMinute::Hidden => 0,
            LastMinute::AsItWas => export_habits::HOLD_BACK_SECONDS,
        };
        let kept = for_export.max(self.list_habits.seconds_late_max());
        self.versions.forget(self.now - kept);
        if kept > 0 {
            let ticket = self.tickets.get(&id).cloned();
            let more_seconds = self.list_habits.visibility.seconds(id, self.writes);
            self.versions.keep(id, ticket, self.now, more_seconds);
        }
    }

    /// Changes a ticket and whatever goes with it, be it a person or Zendesk who does.
    fn write(&mut self, id: i64, change: impl FnOnce(&mut SimTicket)) {
        self.keep_version(id);
        let Some(ticket) = self.tickets.get_mut(&id) else {
            return;
        };
        self.order.remove(&(ticket.generated_at, id));
        self.listed.remove(id, ticket);
        self.writes += 1;
        let is_late = self.metric_sets_late.is_late(id, self.writes);
        let late_set = is_late.then(|| Some(ticket.present_set()));
        let (before, since) = (ticket.status, ticket.history.since);
        let from_archive = ticket.is_archived(self.now, self.list_habits.archive_after_seconds);
        change(ticket);
        if ticket.status != before {
            ticket.note_end(before, self.now, from_archive);
            let lateness = if self.measurements_late {
                Lateness::Late
            } else {
                Lateness::InTime
            };
            ticket.follow_status(before, self.now, lateness);
            let step = Step::Left(before, since);
            self.sla_policy.follow(ticket, step, self.now);
            self.counts.moved(before, ticket.status, self.now);
        }
        if let Some(status) = ticket.status {
            ticket.custom_status = self.names.custom_status_for(status, ticket.custom_status);
        }
        // A row that was made visible late can be written again in the same second at the latest.
        ticket.generated_at = self.now.max(ticket.generated_at);
        ticket.show_set(late_set);
        self.order.insert((ticket.generated_at, id));
        self.listed.insert(id, ticket);
    }
}

#[cfg(test)]
mod tests;
