//! A desk whose agents keep up: every ticket comes in, is assigned, answered and solved after times
//! that its priority gives, so that the backlog stays what it is.
//!
//! PURE. What happens next to a ticket is in a queue by time, so that nothing depends on how often
//! anyone looks.

mod hours;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub(super) use hours::DAY_SECONDS;
pub use hours::Rhythm;
use hours::{HOUR, MINUTE};

use super::habits::{Desk, Habits, LATE_SECONDS, next_score};
use crate::vocabulary::{Priority, Score, Status};
use crate::world::World;

impl Desk {
    /// Tickets a second at this time, where a day has so many on average.
    pub(super) fn tickets_per_second(&self, tickets_per_day: f64, at: i64) -> f64 {
        let times = match self.rush {
            Some(rush) if (rush.from..rush.until).contains(&at) => rush.times,
            _ => 1.0,
        };
        tickets_per_day * self.rhythm.activity(at) * times / DAY_SECONDS as f64
    }

    /// How much longer the agents take for a ticket of this time: they have all of a rush to do, and
    /// those who work around the clock are many.
    fn slowness(&self, at: i64) -> f64 {
        let usual = match self.rhythm {
            Rhythm::Office => 1.0,
            Rhythm::Hourly { .. } => 0.4,
        };
        match self.rush {
            Some(rush) if (rush.from..rush.until + 2 * HOUR).contains(&at) => 2.5 * usual,
            _ => usual,
        }
    }
}

/// What happens to a ticket next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    Assign,
    Reply { rounds: u8 },
    CustomerWrites { rounds: u8 },
    Hold { rounds: u8 },
    Solve,
    Measure,
    Rate,
    Reopen,
    Close,
    Scrub,
    Vanish,
}

/// What happens next to which ticket, the soonest first.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    queue: BinaryHeap<Reverse<(i64, u64, i64, Next)>>,
    /// Things of the same second happen in the order in which they were planned.
    planned: u64,
}

impl Agenda {
    fn plan(&mut self, at: i64, id: i64, next: Next) {
        self.planned += 1;
        self.queue.push(Reverse((at, self.planned, id, next)));
    }

    /// When the next thing happens.
    pub(super) fn next_at(&self) -> Option<i64> {
        self.queue.peek().map(|Reverse((at, ..))| *at)
    }
}

/// The desk at work on one thing that happens at `now`.
pub(super) struct Turn<'a> {
    pub(super) desk: Desk,
    pub(super) habits: Habits,
    pub(super) dice: &'a mut fastrand::Rng,
    pub(super) agenda: &'a mut Agenda,
    pub(super) now: i64,
}

impl Turn<'_> {
    /// A ticket has come in.
    pub(super) fn on_created(&mut self, id: i64, priority: Priority) {
        let pace = Pace::of(priority);
        self.after_work(id, pace.assign, Next::Assign);
        if self.habits.vanished_per_thousand > 0
            && self.dice.u32(0..1000) < self.habits.vanished_per_thousand
        {
            let at = self.now + self.dice.i64(HOUR..6 * DAY_SECONDS);
            self.agenda.plan(at, id, Next::Vanish);
        }
    }

    /// A ticket that waits for its customer as the account begins.
    pub(super) fn on_furnished(&mut self, id: i64) {
        self.after_customer(id, Next::CustomerWrites { rounds: 0 });
    }

    /// Does the next thing, which must be due.
    pub(super) fn take(&mut self, world: &mut World) {
        let Some(Reverse((_, _, id, next))) = self.agenda.queue.pop() else {
            return;
        };
        let Some(ticket) = world.ticket(id) else {
            return;
        };
        let (status, score, pace) = (ticket.status, ticket.score, Pace::of(ticket.priority));
        let is_unsolved = status.is_some_and(Status::is_unsolved);
        match next {
            Next::Vanish => world.vanish(id),
            Next::Scrub if status.is_none() => world.scrub(id),
            Next::Assign if is_unsolved => self.assign(world, id, pace),
            Next::Reply { rounds } if is_unsolved => self.reply(world, id, pace, rounds),
            Next::Hold { rounds } if is_unsolved => {
                world.set_status(id, Status::Hold);
                self.after_work(id, (HOUR, 16 * HOUR), Next::CustomerWrites { rounds });
            }
            Next::CustomerWrites { rounds } if is_unsolved => {
                world.set_status(id, Status::Open);
                self.after_work(id, pace.again, Next::Reply { rounds });
            }
            Next::Solve if is_unsolved => self.solve(world, id),
            Next::Measure => world.system_write(id, |_| {}),
            Next::Rate if status == Some(Status::Solved) => self.rate(world, id, score),
            Next::Reopen if status == Some(Status::Solved) => {
                world.set_status(id, Status::Open);
                self.after_work(id, pace.again, Next::Reply { rounds: 0 });
            }
            Next::Close if status == Some(Status::Solved) => {
                world.system_write(id, |ticket| ticket.status = Some(Status::Closed));
            }
            // Something else has happened to it meanwhile.
            _ => {}
        }
    }

    fn assign(&mut self, world: &mut World, id: i64, pace: Pace) {
        match self.dice.u32(0..1000) {
            0..8 => {
                world.delete(id);
                let at = self.now + self.dice.i64(DAY_SECONDS..20 * DAY_SECONDS);
                self.agenda.plan(at, id, Next::Scrub);
            }
            8..25 => world.merge(id),
            _ => {
                let agent = self.dice.u16(1..12);
                world.update(id, |ticket| {
                    ticket.assignee = Some(agent);
                    ticket.status = Some(Status::Open);
                });
                let rounds = match self.dice.u32(0..100) {
                    0..48 => 0,
                    48..78 => 1,
                    78..93 => 2,
                    _ => 3,
                };
                self.after_work(id, pace.reply, Next::Reply { rounds });
            }
        }
    }

    fn reply(&mut self, world: &mut World, id: i64, pace: Pace, rounds: u8) {
        let agent = self.dice.u16(1..12);
        world.reply(id, agent);
        let roll = self.dice.u32(0..1000);
        match rounds.checked_sub(1) {
            Some(rounds) if pace.may_hold && roll < 120 => {
                let at = self.now + self.dice.i64(MINUTE..10 * MINUTE);
                self.agenda.plan(at, id, Next::Hold { rounds });
            }
            Some(rounds) => {
                world.set_status(id, Status::Pending);
                self.after_customer(id, Next::CustomerWrites { rounds });
            }
            // The customer never answers, and after some weeks a rule of the account solves it.
            None if roll < 2 => {
                world.set_status(id, Status::Pending);
                let at = self.now + self.dice.i64(8 * DAY_SECONDS..21 * DAY_SECONDS);
                self.agenda.plan(at, id, Next::Solve);
            }
            None if roll < 600 => {
                // Solved unless the customer says otherwise.
                world.set_status(id, Status::Pending);
                self.after_customer(id, Next::Solve);
            }
            None => self.after_work(id, pace.finish, Next::Solve),
        }
    }

    fn solve(&mut self, world: &mut World, id: i64) {
        let always = world.measurements_late;
        if self.habits.late_per_thousand > 0
            && self.dice.u32(0..1000) < self.habits.late_per_thousand
        {
            world.measurements_late = true;
            let at = self.now + LATE_SECONDS;
            self.agenda.plan(at, id, Next::Measure);
        }
        world.set_status(id, Status::Solved);
        world.measurements_late = always;
        if self.dice.u32(0..100) < 9 {
            self.after_customer(id, Next::Reopen);
        } else if self.dice.u32(0..100) < 45 {
            let at = self.now + self.dice.i64(HOUR..2 * HOUR);
            self.agenda.plan(at, id, Next::Rate);
        }
        let at = self.now + 4 * DAY_SECONDS;
        self.agenda.plan(at, id, Next::Close);
    }

    /// Asks for a score, or gets one: half of the customers answer.
    fn rate(&mut self, world: &mut World, id: i64, score: Score) {
        let Some(next) = next_score(score, self.dice.u32(0..1000)) else {
            return;
        };
        world.set_score(id, next);
        if next == Score::Offered && self.dice.bool() {
            self.after_customer(id, Next::Rate);
        }
    }

    /// Plans what an agent does after some of their time, within these bounds.
    fn after_work(&mut self, id: i64, (least, most): (i64, i64), next: Next) {
        // Most is done soon.
        let share = self.dice.f64().powi(2);
        let takes = (least as f64 + (most - least) as f64 * share) * self.desk.slowness(self.now);
        let at = self.desk.rhythm.after_work(self.now, takes as i64);
        self.agenda.plan(at, id, next);
    }

    /// Plans what a customer does, after hours or days.
    fn after_customer(&mut self, id: i64, next: Next) {
        let hours = (1.0 + self.bell()).exp();
        let takes = (hours * HOUR as f64) as i64;
        let takes = takes.clamp(5 * MINUTE, 6 * DAY_SECONDS);
        self.agenda.plan(self.now + takes, id, next);
    }

    /// A number of the standard normal distribution.
    fn bell(&mut self) -> f64 {
        let spread = (-2.0 * (1.0 - self.dice.f64()).ln()).sqrt();
        spread * (std::f64::consts::TAU * self.dice.f64()).cos()
    }
}

/// Seconds of an agent's time that things take, at least and at most. Together they keep the targets
/// of [`SlaPolicy::ByPriority`](crate::SlaPolicy).
#[derive(Clone, Copy, Debug)]
struct Pace {
    assign: (i64, i64),
    reply: (i64, i64),
    again: (i64, i64),
    finish: (i64, i64),
    may_hold: bool,
}

impl Pace {
    const fn of(priority: Priority) -> Self {
        match priority {
            Priority::Urgent => Self {
                assign: (20, 4 * MINUTE),
                reply: (MINUTE, 10 * MINUTE),
                again: (MINUTE, 28 * MINUTE),
                finish: (MINUTE, 20 * MINUTE),
                may_hold: false,
            },
            Priority::High => Self {
                assign: (MINUTE, 15 * MINUTE),
                reply: (2 * MINUTE, 44 * MINUTE),
                again: (5 * MINUTE, 70 * MINUTE),
                finish: (5 * MINUTE, 50 * MINUTE),
                may_hold: false,
            },
            Priority::Normal => Self {
                assign: (2 * MINUTE, HOUR),
                reply: (5 * MINUTE, 5 * HOUR),
                again: (10 * MINUTE, 5 * HOUR),
                finish: (5 * MINUTE, 3 * HOUR),
                may_hold: true,
            },
            Priority::Low | Priority::None | Priority::Other => Self {
                assign: (2 * MINUTE, 2 * HOUR),
                reply: (5 * MINUTE, 6 * HOUR),
                again: (10 * MINUTE, 8 * HOUR),
                finish: (5 * MINUTE, 6 * HOUR),
                may_hold: true,
            },
        }
    }
}
