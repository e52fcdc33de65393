//! The tickets of a simulated account, and what can happen to them.
//!
//! PURE: advanced by `now`, in Unix seconds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::counts::Counts;
use super::hours::Schedule;
use super::names::{NameList, Named, Names};
use super::policy::{SlaPolicy, Step};
use super::spoil::Spoil;
use super::tags::{CLOSED_BY_MERGE, Tags};
use super::ticket::Lateness;
use super::ticket_fields::{self, TicketField};
use crate::vocabulary::{Score, SlaTarget, Status};

pub use super::ticket::{Draft, SimTicket};

/// The account.
#[derive(Debug)]
pub struct World {
    now: i64,
    tickets: BTreeMap<i64, SimTicket>,
    /// The order of the export: `(generated_at, id)`.
    order: BTreeSet<(i64, i64)>,
    next_id: i64,
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
}

impl World {
    /// An empty account at `now`.
    pub fn new(now: i64) -> Self {
        Self {
            now,
            tickets: BTreeMap::new(),
            order: BTreeSet::new(),
            next_id: 1,
            names: Names::default(),
            counts: Counts::default(),
            spoiled: BTreeMap::new(),
            ticket_fields: ticket_fields::at_first(),
            measurements_late: false,
            sla_policy: SlaPolicy::None,
            schedule: Schedule::default(),
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

    /// The rows of the export after `(generated_at, id)`, in its order.
    pub fn rows_after(&self, place: (i64, i64)) -> impl Iterator<Item = (i64, &SimTicket)> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.order
            .range((Excluded(place), Unbounded))
            .filter_map(|(_, id)| Some((*id, self.tickets.get(id)?)))
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
        self.order.insert((generated_at, id));
        self.tickets.insert(id, ticket);
        id
    }

    /// Changes a ticket by a ticket event: `updated_at` and its place in the export move. Nothing
    /// happens to a ticket that is not there.
    pub fn update(&mut self, id: i64, change: impl FnOnce(&mut SimTicket)) {
        let now = self.now;
        self.write(id, |ticket| {
            change(ticket);
            ticket.updated_at = now;
        });
    }

    /// Changes a ticket as Zendesk itself does: only its place in the export moves.
    pub fn system_write(&mut self, id: i64, change: impl FnOnce(&mut SimTicket)) {
        self.write(id, |ticket| {
            change(ticket);
            ticket.measured = true;
        });
    }

    /// Sets the status by a ticket event, with what goes with it.
    pub fn set_status(&mut self, id: i64, status: Status) {
        self.update(id, |ticket| ticket.status = Some(status));
    }

    /// An agent takes the ticket and replies.
    pub fn reply(&mut self, id: i64, agent: u16) {
        let (now, policy) = (self.now, self.sla_policy);
        self.update(id, |ticket| {
            ticket.assignee = Some(agent);
            ticket.replies += 1;
            ticket.replied_at.get_or_insert(now);
            policy.follow(ticket, Step::Replied, now);
        });
    }

    /// Deletes a ticket; it stays in the export as deleted.
    pub fn delete(&mut self, id: i64) {
        self.update(id, |ticket| ticket.status = None);
    }

    /// Brings a deleted ticket back.
    pub fn restore(&mut self, id: i64, status: Status) {
        self.update(id, |ticket| ticket.status = Some(status));
    }

    /// Takes the content out of a deleted ticket, its tags and fields too.
    pub fn scrub(&mut self, id: i64) {
        self.system_write(id, |ticket| {
            ticket.scrubbed = true;
            ticket.tags = Tags::default();
            ticket.product = None;
            ticket.is_escalated = None;
        });
    }

    /// Merges a ticket into another: it just becomes closed, and is tagged so.
    pub fn merge(&mut self, id: i64) {
        self.update(id, |ticket| {
            ticket.status = Some(Status::Closed);
            ticket.tags.insert(Cow::Borrowed(CLOSED_BY_MERGE));
        });
    }

    /// Tags a ticket.
    pub fn tag(&mut self, id: i64, tag: impl Into<Cow<'static, str>>) {
        self.update(id, |ticket| ticket.tags.insert(tag.into()));
    }

    /// Takes a tag off a ticket.
    pub fn untag(&mut self, id: i64, tag: &str) {
        self.update(id, |ticket| ticket.tags.remove(tag));
    }

    /// The requester is asked for a score, or gives one.
    pub fn set_score(&mut self, id: i64, score: Score) {
        self.update(id, |ticket| ticket.score = score);
    }

    /// Sets the SLA targets of a ticket by a ticket event, at most one a metric.
    pub fn set_sla(&mut self, id: i64, targets: Vec<SlaTarget>) {
        self.update(id, |ticket| ticket.set_sla(targets));
    }

    /// Sets the SLA targets of a ticket as Zendesk itself does, when somebody changes a policy.
    pub fn set_sla_by_system(&mut self, id: i64, targets: Vec<SlaTarget>) {
        self.system_write(id, |ticket| ticket.set_sla(targets));
    }

    /// Deletes a ticket permanently: it is gone from the export, which does not say so.
    pub fn vanish(&mut self, id: i64) {
        if let Some(ticket) = self.tickets.remove(&id) {
            self.order.remove(&(ticket.generated_at, id));
            self.counts.moved(ticket.status, None, self.now);
        }
    }

    /// Deletes tickets for good, as a deletion schedule does.
    pub fn vanish_many(&mut self, ids: impl IntoIterator<Item = i64>) {
        for id in ids {
            self.vanish(id);
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

    /// A list of names, in the order of ids.
    pub fn names(&self, list: NameList) -> &[Named] {
        self.names.list(list)
    }

    /// Renames a group, brand, form or custom status. Returns whether there is one with this id.
    pub fn rename(&mut self, list: NameList, id: i64, name: &str) -> bool {
        self.rewrite_name(list, id, |named| name.clone_into(&mut named.name))
    }

    /// Deletes a group or brand, or switches a form or custom status off, or brings it back.
    /// Returns whether there is one with this id.
    pub fn set_name_deleted(&mut self, list: NameList, id: i64, is_deleted: bool) -> bool {
        self.rewrite_name(list, id, |named| named.is_deleted = is_deleted)
    }

    /// Adds a group, brand, form, or a custom status of the category open. Returns its id.
    pub fn add_name(&mut self, list: NameList, name: &str) -> i64 {
        let names = self.names.list_mut(list);
        let id = names.last().map_or(1, |last| last.id + 1);
        names.push(Named {
            id,
            name: name.to_owned(),
            is_deleted: false,
            category: (list == NameList::CustomStatuses).then_some(Status::Open),
        });
        id
    }

    fn rewrite_name(&mut self, list: NameList, id: i64, change: impl FnOnce(&mut Named)) -> bool {
        let names = self.names.list_mut(list);
        let Some(named) = names.iter_mut().find(|named| named.id == id) else {
            return false;
        };
        change(named);
        true
    }

    /// Changes a ticket and whatever goes with it, be it a person or Zendesk who does.
    fn write(&mut self, id: i64, change: impl FnOnce(&mut SimTicket)) {
        let Some(ticket) = self.tickets.get_mut(&id) else {
            return;
        };
        self.order.remove(&(ticket.generated_at, id));
        let (before, since) = (ticket.status, ticket.history.since);
        change(ticket);
        if ticket.status != before {
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
        self.order.insert((ticket.generated_at, id));
    }
}

#[cfg(test)]
mod tests;
