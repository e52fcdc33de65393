//! The account's SLA policy.
//!
//! PURE. A breach is nothing that happens to a ticket: it is only a time that passes.

use super::ticket::SimTicket;
use crate::life::Rhythm;
use crate::vocabulary::{Priority, SlaMetric, SlaStage, SlaTarget, Status};

/// Which targets tickets are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlaPolicy {
    /// None: targets are only what tests make them.
    #[default]
    None,
    /// By priority; tickets of low or no priority have none.
    ByPriority,
    /// The same where time counts while the office is open; the hours are such that some are missed.
    /// What stood still is given back by the calendar.
    ByPriorityInOfficeHours,
}

/// What a policy hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The ticket was made.
    Created,
    /// An agent replied.
    Replied,
    /// The status moved on from this one, which it had since then.
    Left(Option<Status>, i64),
}

impl SlaPolicy {
    /// Gives a ticket its targets, and moves those it has, after a step at `now`.
    pub fn follow(self, ticket: &mut SimTicket, step: Step, now: i64) {
        let Some(minutes) = self.minutes(ticket.priority) else {
            return;
        };
        let mut targets = ticket.sla().to_vec();
        match (step, ticket.status) {
            (_, Some(status)) if status.is_done() => targets.clear(),
            (_, None) => {}
            (Step::Created, Some(status)) => {
                start(
                    &mut targets,
                    SlaMetric::FirstReplyTime,
                    self.due(minutes[0], now),
                );
                if ticket.replied_at.is_some() {
                    fulfil_replies(&mut targets);
                }
                self.start_work(&mut targets, minutes, status, now);
            }
            (Step::Replied, Some(_)) => fulfil_replies(&mut targets),
            (Step::Left(before, since), Some(status)) => {
                if before.is_some_and(Status::is_done) {
                    self.start_work(&mut targets, minutes, status, now);
                }
                // Back from the customer, who has written and waits again.
                if before == Some(Status::Pending) && status == Status::Open {
                    start(
                        &mut targets,
                        SlaMetric::NextReplyTime,
                        self.due(minutes[1], now),
                    );
                }
                set_clocks(&mut targets, status, now - since);
            }
        }
        ticket.set_sla(targets);
    }

    /// Minutes for the first reply, the next reply, the requester's wait and the agents' work.
    const fn minutes(self, priority: Priority) -> Option<[i64; 4]> {
        match (self, priority) {
            (Self::None, _) | (_, Priority::None | Priority::Low | Priority::Other) => None,
            (Self::ByPriority, Priority::Urgent) => Some([15, 30, 240, 120]),
            (Self::ByPriority, Priority::High) => Some([60, 120, 480, 360]),
            (Self::ByPriority, Priority::Normal) => Some([480, 480, 2_880, 1_440]),
            (Self::ByPriorityInOfficeHours, Priority::Urgent) => Some([10, 20, 60, 45]),
            (Self::ByPriorityInOfficeHours, Priority::High) => Some([45, 60, 240, 180]),
            (Self::ByPriorityInOfficeHours, Priority::Normal) => Some([240, 240, 900, 600]),
        }
    }

    /// When so many minutes are over.
    fn due(self, minutes: i64, now: i64) -> i64 {
        match self {
            Self::ByPriorityInOfficeHours => Rhythm::Office.after_work(now, minutes * 60),
            Self::None | Self::ByPriority => now + minutes * 60,
        }
    }

    fn start_work(self, targets: &mut Vec<SlaTarget>, minutes: [i64; 4], status: Status, now: i64) {
        let [_, _, wait, work] = minutes.map(|minutes| self.due(minutes, now));
        start(targets, SlaMetric::RequesterWaitTime, wait);
        start(targets, SlaMetric::AgentWorkTime, work);
        set_clocks(targets, status, 0);
    }
}

fn fulfil_replies(targets: &mut [SlaTarget]) {
    for target in targets {
        if matches!(
            target.metric,
            SlaMetric::FirstReplyTime | SlaMetric::NextReplyTime
        ) {
            target.stage = SlaStage::Fulfilled;
        }
    }
}

/// Sets a target anew, in the order of [`SlaMetric::ALL`].
fn start(targets: &mut Vec<SlaTarget>, metric: SlaMetric, breach_at: i64) {
    targets.retain(|target| target.metric != metric);
    targets.push(SlaTarget {
        metric,
        stage: SlaStage::Active,
        breach_at: Some(breach_at),
    });
    targets.sort_unstable_by_key(|target| target.metric);
}

/// Stops and restarts the targets whose time does not run in every status. One that runs again
/// ends later by the `paused_seconds` it stood still.
fn set_clocks(targets: &mut [SlaTarget], status: Status, paused_seconds: i64) {
    for target in targets {
        let stands_still = match target.metric {
            SlaMetric::RequesterWaitTime => status == Status::Pending,
            SlaMetric::AgentWorkTime => matches!(status, Status::Pending | Status::Hold),
            _ => continue,
        };
        if target.stage == SlaStage::Paused {
            target.breach_at = target.breach_at.map(|at| at + paused_seconds);
        }
        target.stage = match (target.stage, stands_still) {
            (SlaStage::Fulfilled, _) => SlaStage::Fulfilled,
            (_, true) => SlaStage::Paused,
            (_, false) => SlaStage::Active,
        };
    }
}
