//! What can happen to a ticket.

use std::borrow::Cow;

use super::World;
use crate::policy::Step;
use crate::tags::{CLOSED_BY_MERGE, Tags};
use crate::ticket::SimTicket;
use crate::vocabulary::{Score, SlaTarget, Status};

impl World {
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

    /// Deletes tickets for good, as a deletion schedule does.
    pub fn vanish_many(&mut self, ids: impl IntoIterator<Item = i64>) {
        for id in ids {
            self.vanish(id);
        }
    }

    /// Solves an unsolved ticket and opens it again, or opens a solved one and solves it again, all in
    /// the present second: whoever looks later sees the status that it had before.
    pub fn flip(&mut self, id: i64) {
        match self.ticket(id).and_then(|ticket| ticket.status) {
            Some(before) if before.is_unsolved() => {
                self.set_status(id, Status::Solved);
                self.set_status(id, before);
            }
            Some(Status::Solved) => {
                self.set_status(id, Status::Open);
                self.set_status(id, Status::Solved);
            }
            _ => {}
        }
    }

    /// Writes the tickets whose rows show late metric sets, as Zendesk itself does: their rows show
    /// them as they are now.
    pub fn bring_late_metric_sets(&mut self) {
        let is_late = |(id, ticket): (i64, &SimTicket)| ticket.shows_late_set().then_some(id);
        let late: Vec<i64> = self.by_id().filter_map(is_late).collect();
        let lateness = std::mem::take(&mut self.metric_sets_late);
        for id in late {
            self.system_write(id, |_| {});
        }
        self.metric_sets_late = lateness;
    }
}
