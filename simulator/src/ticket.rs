//! One ticket of the simulated account.
//!
//! PURE.

mod draft;

mod history;

mod shown_set;

use std::borrow::Cow;

use super::hours::Schedule;
use super::tags::Tags;
use crate::vocabulary::{
    MetricSet, Minutes, Priority, Score, SlaTarget, Status, SupportType, TicketType,
};

pub use draft::Draft;
pub use history::{History, Waited};
pub use shown_set::{SetLateness, ShownSet};

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
    /// Times solved, by whatever write.
    pub solves: u32,
    /// Times reopened.
    pub reopens: u32,
    /// When an agent first replied.
    pub replied_at: Option<i64>,
    /// When it was first solved.
    pub first_solved_at: Option<i64>,
    /// When it was closed; `None` while it is not. A deleted ticket keeps it.
    pub closed_at: Option<i64>,
    /// How it was deleted; `None` while it is not.
    pub deletion: Option<Deletion>,
    /// Whether its content was scrubbed after a deletion.
    pub scrubbed: bool,
    /// Whether the account has computed its measurements already.
    pub measured: bool,
    /// What came of the statuses it has been in.
    pub history: History,
    /// By which schedule its time is measured: the one that the account had when it was created.
    pub schedule: Schedule,
    /// The metric set that its row shows instead of the present one, which may be none.
    late_set: Option<Option<Box<ShownSet>>>,
    /// Its SLA targets. Boxed: most tickets have none, and there may be a million.
    #[expect(clippy::box_collection, reason = "a thin pointer per ticket")]
    sla: Option<Box<Vec<SlaTarget>>>,
}

/// How a ticket was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// When.
    pub at: i64,
    /// The status that it had.
    pub previous_status: Status,
    /// Whether it was in the archive, of which the list of deleted tickets shows nothing.
    pub from_archive: bool,
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
            solves: u32::from(solved.is_some()),
            reopens: 0,
            replied_at: draft.replied_at,
            first_solved_at: solved,
            closed_at: (draft.status == Status::Closed).then_some(generated_at),
            deletion: None,
            scrubbed: false,
            measured: true,
            history,
            schedule,
            late_set: None,
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

    /// Zendesk's measurements as the row shows them; `None` for a deleted ticket, and where the row does
    /// not show them yet.
    pub fn metric_set(&self) -> Option<MetricSet> {
        self.shown_set().map(|shown| shown.set)
    }

    /// The metric set that the row shows.
    pub fn shown_set(&self) -> Option<ShownSet> {
        self.status?;
        match &self.late_set {
            Some(late) => late.as_deref().cloned(),
            None => Some(self.present_set()),
        }
    }

    /// Whether the row shows the metric set of the row before.
    pub const fn shows_late_set(&self) -> bool {
        self.late_set.is_some()
    }

    /// Lets the row show this metric set, which may be none; or the present one.
    pub(crate) fn show_set(&mut self, late: Option<Option<ShownSet>>) {
        self.late_set = late.map(|late| late.map(Box::new));
    }

    /// The metric set as it is. That of a deleted ticket shows once it comes back.
    pub(crate) fn present_set(&self) -> ShownSet {
        ShownSet {
            set: self.measurements(),
            solved_at: self.solved_at,
            status_updated_at: self.history.since,
        }
    }

    fn measurements(&self) -> MetricSet {
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
        MetricSet {
            reply: until(self.replied_at),
            first_resolution: computed(self.measured || !is_first, until(self.first_solved_at)),
            full_resolution: computed(self.measured, until(self.solved_at)),
            requester_wait: computed(waited, self.history.requester_wait.minutes()),
            agent_wait: computed(waited, self.history.agent_wait.minutes()),
            on_hold: self.history.on_hold.minutes(),
            replies: Some(self.replies),
            reopens: Some(self.reopens),
        }
    }

    /// Whether it is in the archive, where closed tickets go so many seconds after they were closed.
    pub fn is_archived(&self, now: i64, archive_after_seconds: Option<i64>) -> bool {
        let closed_at = self
            .closed_at
            .filter(|_| self.status == Some(Status::Closed));
        closed_at
            .zip(archive_after_seconds)
            .is_some_and(|(closed_at, after)| closed_at + after <= now)
    }

    /// Notes that it was closed, deleted or brought back, having come from `before` at `now`.
    pub fn note_end(&mut self, before: Option<Status>, now: i64, from_archive: bool) {
        self.deletion = match (before, self.status) {
            (Some(previous_status), None) => Some(Deletion {
                at: now,
                previous_status,
                from_archive,
            }),
            (None, None) => self.deletion,
            (_, Some(_)) => None,
        };
        match self.status {
            Some(Status::Closed) => _ = self.closed_at.get_or_insert(now),
            Some(_) => self.closed_at = None,
            None => {}
        }
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
            self.solves += 1;
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
