//! One ticket of the simulated account, and the draft it is made from.
//!
//! PURE.

use std::borrow::Cow;

use super::hours::Schedule;
use super::tags::Tags;
use crate::vocabulary::{
    MetricSet, Minutes, Priority, Score, SlaTarget, Status, SupportType, TicketType,
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
    pub channel: Cow<'static, str>,
    /// People or AI agents.
    pub support_type: SupportType,
    /// The agent who has it.
    pub assignee: Option<u16>,
    /// Id of its group.
    pub group: Option<i64>,
    /// Id of its brand.
    pub brand: Option<i64>,
    /// Id of its form.
    pub form: Option<i64>,
    /// Id of its custom status, of the category that its status has; a deleted ticket keeps the
    /// one it had.
    pub custom_status: i64,
    /// Its tags.
    pub tags: Tags,
    /// Value of the drop-down field 360001.
    pub product: Option<Cow<'static, str>>,
    /// Value of the checkbox field 360002.
    pub is_escalated: Option<bool>,
    /// When the task is due.
    pub due_at: Option<i64>,
    /// Satisfaction score.
    pub score: Score,
    /// When it was created.
    pub created_at: i64,
    /// When a ticket event last happened.
    pub updated_at: i64,
    /// When anything last wrote it: its place in the export.
    pub generated_at: i64,
    /// When it was last solved; `None` while it is not.
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
    /// What came of the statuses it has been in.
    pub history: History,
    /// By which schedule its time is measured: the one that the account had when it was created.
    pub schedule: Schedule,
    /// Its SLA targets. Boxed: most tickets have none, and there may be a million.
    #[expect(clippy::box_collection, reason = "a thin pointer per ticket")]
    sla: Option<Box<Vec<SlaTarget>>>,
}

/// How long a ticket was in the statuses that somebody waits in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Since when it has its status.
    pub since: i64,
    /// The requester waited: new, open and hold.
    pub requester_wait: Waited,
    /// The agents waited: pending.
    pub agent_wait: Waited,
    /// In hold.
    pub on_hold: Waited,
}

/// Seconds, by the clock and in business hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    calendar: u32,
    business: u32,
}

impl Waited {
    /// The time from one moment to another.
    fn between(from: i64, to: i64, schedule: Schedule) -> Self {
        let seconds = |seconds: i64| u32::try_from(seconds).unwrap_or(0);
        Self {
            calendar: seconds(to - from),
            business: seconds(schedule.seconds(from, to)),
        }
    }

    const fn add(&mut self, more: Self) {
        self.calendar = self.calendar.saturating_add(more.calendar);
        self.business = self.business.saturating_add(more.business);
    }

    /// Whole minutes, as Zendesk tells them.
    pub fn minutes(self) -> Minutes {
        Minutes {
            calendar: Some(self.calendar / 60),
            business: Some(self.business / 60),
        }
    }
}

impl SimTicket {
    /// A ticket that was created as the draft says and written at `generated_at`. Until then it
    /// was open.
    pub fn new(draft: &Draft, custom_status: i64, generated_at: i64, schedule: Schedule) -> Self {
        let created_at = draft.created_at.unwrap_or(generated_at);
        let solved = draft.status.is_done().then_some(generated_at);
        let mut history = History {
            since: created_at,
            ..History::default()
        };
        history.leave(Status::Open, generated_at, schedule);
        let mut ticket = Self {
            status: Some(draft.status),
            priority: draft.priority,
            ticket_type: draft.ticket_type,
            channel: Cow::Borrowed(draft.channel),
            support_type: draft.support_type,
            assignee: draft.assigned.then_some(1),
            group: draft.group,
            brand: draft.brand,
            form: draft.form,
            custom_status,
            tags: Tags::default(),
            product: draft.product.clone(),
            is_escalated: draft.is_escalated,
            due_at: draft.due_at,
            score: draft.score,
            created_at,
            updated_at: generated_at,
            generated_at,
            solved_at: solved,
            replies: u32::from(draft.replied_at.is_some()),
            reopens: 0,
            replied_at: draft.replied_at,
            first_solved_at: solved,
            scrubbed: false,
            measured: true,
            history,
            schedule,
            sla: None,
        };
        for tag in &draft.tags {
            ticket.tags.insert(tag.clone());
        }
        ticket.set_sla(draft.sla.clone());
        ticket
    }

    /// Its SLA targets; none where no policy applies.
    pub fn sla(&self) -> &[SlaTarget] {
        self.sla.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Replaces its SLA targets.
    pub fn set_sla(&mut self, targets: Vec<SlaTarget>) {
        self.sla = (!targets.is_empty()).then(|| Box::new(targets));
    }

    /// Zendesk's measurements as of the latest write; `None` for a deleted ticket.
    pub fn metric_set(&self) -> Option<MetricSet> {
        self.status?;
        let until = |until: Option<i64>| {
            until.map_or_else(Minutes::default, |until| {
                Waited::between(self.created_at, until, self.schedule).minutes()
            })
        };
        let computed = |is_there: bool, minutes: Minutes| {
            if is_there {
                minutes
            } else {
                Minutes::default()
            }
        };
        // A first resolution that was told once stays, however late the latest one is.
        let is_first = self.first_solved_at == self.solved_at;
        // Nothing is totalled up before the ticket has left its first status.
        let has_waited = self.measured && self.history.since > self.created_at;
        let waited = has_waited || (self.measured && self.first_solved_at.is_some());
        Some(MetricSet {
            reply: until(self.replied_at),
            first_resolution: computed(self.measured || !is_first, until(self.first_solved_at)),
            full_resolution: computed(self.measured, until(self.solved_at)),
            requester_wait: computed(waited, self.history.requester_wait.minutes()),
            agent_wait: computed(waited, self.history.agent_wait.minutes()),
            on_hold: self.history.on_hold.minutes(),
            replies: Some(self.replies),
            reopens: Some(self.reopens),
        })
    }

    /// Does what goes with having come from `before` to the present status at `now`.
    ///
    /// A ticket that is deleted neither waits nor is it reopened; what it was before that counts
    /// when it comes back.
    pub fn follow_status(&mut self, before: Option<Status>, now: i64, late: Lateness) {
        if let Some(before) = before {
            self.history.leave(before, now, self.schedule);
        }
        self.history.since = now;
        let Some(status) = self.status else {
            return;
        };
        if status.is_done() && self.solved_at.is_none() {
            self.solved_at = Some(now);
            self.first_solved_at.get_or_insert(now);
            self.measured = late == Lateness::InTime;
        } else if status.is_unsolved() && self.solved_at.take().is_some() {
            self.reopens += 1;
        }
    }
}

/// When the measurements of a resolution are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// With it.
    InTime,
    /// With a later write.
    Late,
}

impl History {
    /// Adds up the time since the latest change, which was spent in `status`.
    fn leave(&mut self, status: Status, now: i64, schedule: Schedule) {
        let passed = Waited::between(self.since, now, schedule);
        self.since = now;
        match status {
            Status::New | Status::Open => self.requester_wait.add(passed),
            // Whoever put it on hold, the requester waits.
            Status::Hold => {
                self.requester_wait.add(passed);
                self.on_hold.add(passed);
            }
            Status::Pending => self.agent_wait.add(passed),
            Status::Solved | Status::Closed | Status::Other => {}
        }
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
    /// Id of its group.
    pub group: Option<i64>,
    /// Id of its brand.
    pub brand: Option<i64>,
    /// Id of its form.
    pub form: Option<i64>,
    /// Id of its custom status; `None` for the default one of its status.
    pub custom_status: Option<i64>,
    /// Its tags.
    pub tags: Vec<Cow<'static, str>>,
    /// Value of the drop-down field 360001.
    pub product: Option<Cow<'static, str>>,
    /// Value of the checkbox field 360002.
    pub is_escalated: Option<bool>,
    /// When the task is due, in Unix seconds.
    pub due_at: Option<i64>,
    /// When it was created, if that was before its row is written, in Unix seconds.
    pub created_at: Option<i64>,
    /// When an agent replied to it, in Unix seconds.
    pub replied_at: Option<i64>,
    /// Satisfaction score.
    pub score: Score,
    /// SLA targets, beside those that the account's policy gives it.
    pub sla: Vec<SlaTarget>,
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
            group: Some(super::names::GROUP),
            brand: Some(super::names::BRAND),
            form: Some(super::names::FORM),
            custom_status: None,
            tags: Vec::new(),
            product: None,
            is_escalated: None,
            due_at: None,
            created_at: None,
            replied_at: None,
            score: Score::None,
            sla: Vec::new(),
        }
    }
}
