//! The tickets of a simulated account, and what can happen to them.
//!
//! PURE: advanced by `now`, in Unix seconds.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::{
    Channel, MetricSet, Minutes, Priority, Score, Status, SupportType, TicketType,
};

/// One ticket as the account has it.
#[derive(Clone, Debug, PartialEq)]
pub struct SimTicket {
    /// `None` for a deleted ticket.
    pub status: Option<Status>,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Name of the channel.
    pub channel: Channel,
    /// People or AI agents.
    pub support_type: SupportType,
    /// The agent who has it.
    pub assignee: Option<u16>,
    /// Its group.
    pub group: Option<u16>,
    /// Satisfaction score.
    pub score: Score,
    /// When it was created.
    pub created_at: i64,
    /// When a ticket event last happened.
    pub updated_at: i64,
    /// When anything last wrote it: its place in the export.
    pub generated_at: i64,
    /// When it was last solved.
    pub solved_at: Option<i64>,
    /// Public replies.
    pub replies: u32,
    /// Times reopened.
    pub reopens: u32,
    /// When an agent first replied.
    pub replied_at: Option<i64>,
    /// When it was first solved.
    pub first_solved_at: Option<i64>,
    /// Whether its content was scrubbed after a deletion.
    pub scrubbed: bool,
    /// Whether the account has computed its measurements already.
    pub measured: bool,
}

impl SimTicket {
    /// Zendesk's measurements as of now; `None` for a deleted ticket.
    pub fn metric_set(&self) -> Option<MetricSet> {
        self.status?;
        let minutes = |until: Option<i64>| Minutes {
            calendar: until.map(|until| u32::try_from((until - self.created_at) / 60).unwrap_or(0)),
            // A third of the time is business hours, roughly.
            business: until
                .map(|until| u32::try_from((until - self.created_at) / 180).unwrap_or(0)),
        };
        let computed = |minutes: Minutes| {
            if self.measured {
                minutes
            } else {
                Minutes::default()
            }
        };
        Some(MetricSet {
            reply: minutes(self.replied_at),
            first_resolution: computed(minutes(self.first_solved_at)),
            full_resolution: computed(minutes(self.solved_at)),
            requester_wait: computed(minutes(self.solved_at)),
            agent_wait: computed(minutes(self.solved_at.map(|_| self.created_at))),
            on_hold: Minutes {
                calendar: Some(0),
                business: Some(0),
            },
            replies: Some(self.replies),
            reopens: Some(self.reopens),
        })
    }
}

/// A ticket that a test wants to exist.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Channel.
    pub channel: &'static str,
    /// Whether an agent has it.
    pub assigned: bool,
    /// People or AI agents.
    pub support_type: SupportType,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            status: Status::New,
            priority: Priority::None,
            ticket_type: TicketType::None,
            channel: "web",
            assigned: false,
            support_type: SupportType::Agent,
        }
    }
}

/// The account.
#[derive(Debug)]
pub struct World {
    now: i64,
    tickets: BTreeMap<i64, SimTicket>,
    /// The order of the export: `(generated_at, id)`.
    order: BTreeSet<(i64, i64)>,
    next_id: i64,
    /// Whether measurements of solved tickets come only with a later write.
    pub measurements_late: bool,
}

impl World {
    /// An empty account at `now`.
    pub const fn new(now: i64) -> Self {
        Self {
            now,
            tickets: BTreeMap::new(),
            order: BTreeSet::new(),
            next_id: 1,
            measurements_late: false,
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
        let solved = draft.status.is_done().then_some(generated_at);
        let ticket = SimTicket {
            status: Some(draft.status),
            priority: draft.priority,
            ticket_type: draft.ticket_type,
            channel: Channel::known(draft.channel),
            support_type: draft.support_type,
            assignee: draft.assigned.then_some(1),
            group: Some(1),
            score: Score::None,
            created_at: generated_at,
            updated_at: generated_at,
            generated_at,
            solved_at: solved,
            replies: 0,
            reopens: 0,
            replied_at: None,
            first_solved_at: solved,
            scrubbed: false,
            measured: true,
        };
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
        let (now, late) = (self.now, self.measurements_late);
        self.update(id, |ticket| {
            let was_done = ticket.status.is_some_and(Status::is_done);
            if status.is_done() && !was_done {
                ticket.solved_at = Some(now);
                ticket.first_solved_at.get_or_insert(now);
                ticket.measured = !late;
            } else if was_done && !status.is_done() {
                ticket.solved_at = None;
                ticket.reopens += 1;
            }
            ticket.status = Some(status);
        });
    }

    /// An agent takes the ticket and replies.
    pub fn reply(&mut self, id: i64, agent: u16) {
        let now = self.now;
        self.update(id, |ticket| {
            ticket.assignee = Some(agent);
            ticket.replies += 1;
            ticket.replied_at.get_or_insert(now);
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

    /// Takes the content out of a deleted ticket.
    pub fn scrub(&mut self, id: i64) {
        self.system_write(id, |ticket| ticket.scrubbed = true);
    }

    /// Merges a ticket into another: it just becomes closed.
    pub fn merge(&mut self, id: i64) {
        self.set_status(id, Status::Closed);
    }

    /// Deletes a ticket for good: it leaves the export without a word.
    pub fn vanish(&mut self, id: i64) {
        if let Some(ticket) = self.tickets.remove(&id) {
            self.order.remove(&(ticket.generated_at, id));
        }
    }

    fn write(&mut self, id: i64, change: impl FnOnce(&mut SimTicket)) {
        let Some(ticket) = self.tickets.get_mut(&id) else {
            return;
        };
        self.order.remove(&(ticket.generated_at, id));
        change(ticket);
        // A row that was made visible late can be written again in the same second at the latest.
        ticket.generated_at = self.now.max(ticket.generated_at);
        self.order.insert((ticket.generated_at, id));
    }
}
