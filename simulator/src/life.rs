//! What a support desk does all day.
//!
//! PURE: a seed and the time give the same life again.

mod birth;

mod desk;

mod habits;

use std::collections::VecDeque;

pub use desk::Rhythm;
use desk::{Agenda, DAY_SECONDS, Turn};
pub use habits::{Desk, Habits, Rates, Rush};
use habits::{LATE_SECONDS, next_score};

use super::world::World;
use crate::vocabulary::Status;

/// The life of a desk.
#[derive(Debug)]
pub struct Life {
    dice: fastrand::Rng,
    rates: Rates,
    habits: Habits,
    /// Tickets whose measurements come late, and when, soonest first.
    late: VecDeque<(i64, i64)>,
    /// Tickets that were solved or opened for a moment: when that is undone, and to which status.
    flipped: VecDeque<(i64, i64, Status)>,
    lived_until: i64,
    /// Tickets of late, the ones that things happen to.
    recent: VecDeque<i64>,
    /// What a desk whose agents keep up has to do.
    agenda: Agenda,
    /// When such a desk gets its next ticket.
    next_birth: f64,
}

/// Tickets that things happen to. Older ones rest, as on a real desk.
const RECENT_MAX: usize = 5_000;

/// Length of one step of life, in seconds.
const STEP_SECONDS: i64 = 10;

impl Life {
    /// A desk that starts to live at the world's time.
    pub fn new(seed: u64, rates: Rates, world: &World) -> Self {
        Self {
            dice: fastrand::Rng::with_seed(seed),
            rates,
            habits: Habits::default(),
            late: VecDeque::new(),
            flipped: VecDeque::new(),
            lived_until: world.now(),
            recent: VecDeque::new(),
            agenda: Agenda::default(),
            next_birth: world.now() as f64,
        }
    }

    /// The same desk with these habits; `world` takes on its policy.
    #[must_use]
    pub fn with_habits(self, habits: Habits, world: &mut World) -> Self {
        world.sla_policy = habits.sla_policy;
        Self { habits, ..self }
    }

    /// Takes the world to `now`, step by step, so that what happens does not depend on how often
    /// anyone looks.
    pub fn live_until(&mut self, world: &mut World, now: i64) {
        if self.rates.tickets_per_day <= 0.0 {
            self.lived_until = now;
        }
        if let Some(desk) = self.habits.desk {
            return self.keep_up_until(desk, world, now);
        }
        while self.lived_until + STEP_SECONDS <= now {
            self.lived_until += STEP_SECONDS;
            world.advance_to(self.lived_until);
            self.measure_late(world);
            self.flip_back(world);
            let chance = self.rates.tickets_per_day * activity(self.lived_until)
                / (DAY_SECONDS / STEP_SECONDS) as f64;
            let births = chance.floor() as u32 + u32::from(self.dice.f64() < chance.fract());
            for _ in 0..births {
                let draft = self.draft(self.lived_until);
                let id = world.create(&draft);
                self.remember(id);
            }
            // A ticket lives through some seven steps from new to closed.
            for _ in 0..births * 7 {
                self.something_happens(world);
            }
        }
        world.advance_to(now);
    }

    /// The same of a desk whose agents keep up.
    fn keep_up_until(&mut self, desk: Desk, world: &mut World, now: i64) {
        loop {
            let birth = self.next_birth.ceil() as i64;
            let is_quiet = self.rates.tickets_per_day <= 0.0;
            let birth = (!is_quiet).then_some(birth);
            let next = self.agenda.next_at();
            let Some(at) = birth.into_iter().chain(next).min().filter(|at| *at <= now) else {
                break;
            };
            self.lived_until = at;
            world.advance_to(at);
            let born = (birth == Some(at)).then(|| {
                let per_second = desk.tickets_per_second(self.rates.tickets_per_day, at);
                self.next_birth += -(1.0 - self.dice.f64()).ln() / per_second;
                let draft = self.draft(at);
                (world.create(&draft), draft.priority)
            });
            let mut turn = Turn {
                desk,
                habits: self.habits,
                dice: &mut self.dice,
                agenda: &mut self.agenda,
                now: at,
            };
            match born {
                Some((id, priority)) => turn.on_created(id, priority),
                None => turn.take(world),
            }
        }
        world.advance_to(now);
    }

    fn remember(&mut self, id: i64) {
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(id);
    }

    /// The measurements that are late until now.
    fn measure_late(&mut self, world: &mut World) {
        while let Some((due, id)) = self.late.front().copied()
            && due <= self.lived_until
        {
            self.late.pop_front();
            world.system_write(id, |_| {});
        }
    }

    /// Solves a ticket for a moment, or opens it for one.
    fn flip(&mut self, world: &mut World, id: i64, status: Status) {
        let for_a_moment = if status.is_unsolved() {
            Status::Solved
        } else {
            Status::Open
        };
        world.set_status(id, for_a_moment);
        let back_at = self.lived_until + STEP_SECONDS;
        self.flipped.push_back((back_at, id, status));
    }

    /// Undoes what was for a moment.
    fn flip_back(&mut self, world: &mut World) {
        while let Some((due, id, status)) = self.flipped.front().copied()
            && due <= self.lived_until
        {
            self.flipped.pop_front();
            let present = world.ticket(id).and_then(|ticket| ticket.status);
            // Something else may have happened to it meanwhile.
            if present.is_some_and(|present| present.is_done() != status.is_done()) {
                world.set_status(id, status);
            }
        }
    }

    fn something_happens(&mut self, world: &mut World) {
        if self.recent.is_empty() {
            return;
        }
        let id = self.recent[self.dice.usize(0..self.recent.len())];
        let Some(ticket) = world.ticket(id) else {
            return;
        };
        if self.happens(self.habits.vanished_per_thousand) {
            world.vanish(id);
            return;
        }
        if let Some(status) = ticket.status.filter(|status| *status != Status::Closed)
            && self.happens(self.habits.flips_per_thousand)
        {
            self.flip(world, id, status);
            return;
        }
        let roll = self.dice.u32(0..1000);
        let agent = self.dice.u16(1..12);
        match ticket.status {
            // What was scrubbed is gone for good.
            None if roll < 20 && !ticket.scrubbed => world.restore(id, Status::Open),
            None if roll < 120 => world.scrub(id),
            None => {}
            Some(_) if roll < 4 => world.delete(id),
            Some(_) if roll < 30 => world.system_write(id, |_| {}),
            Some(Status::New) => {
                world.reply(id, agent);
                world.set_status(id, Status::Open);
            }
            Some(Status::Open) if roll < 400 => world.set_status(id, Status::Pending),
            Some(Status::Open) if roll < 450 => world.set_status(id, Status::Hold),
            Some(Status::Open) if roll < 480 => world.merge(id),
            Some(Status::Open | Status::Pending | Status::Hold) if roll < 800 => {
                self.solve(world, id);
            }
            Some(Status::Pending | Status::Hold) => world.set_status(id, Status::Open),
            Some(Status::Open) if roll < 840 => world.tag(id, "outage"),
            Some(Status::Open) => world.reply(id, agent),
            Some(Status::Solved) if roll < 110 => world.set_status(id, Status::Open),
            Some(Status::Solved) if roll < 250 => {
                if let Some(score) = next_score(ticket.score, roll) {
                    world.set_score(id, score);
                }
            }
            Some(Status::Solved) if roll < 400 => {
                world.system_write(id, |ticket| ticket.status = Some(Status::Closed));
            }
            Some(_) => {}
        }
    }

    fn solve(&mut self, world: &mut World, id: i64) {
        let always = world.measurements_late;
        if self.happens(self.habits.late_per_thousand) {
            world.measurements_late = true;
            self.late.push_back((self.lived_until + LATE_SECONDS, id));
        }
        world.set_status(id, Status::Solved);
        world.measurements_late = always;
    }

    /// What is switched off throws no dice, so that switching it on elsewhere changes nothing here.
    fn happens(&mut self, per_thousand: u32) -> bool {
        per_thousand > 0 && self.dice.u32(0..1000) < per_thousand
    }
}

/// How busy the desk is at this time, around 1: days are busier than nights, weekends calm.
fn activity(at: i64) -> f64 {
    let hour = at.rem_euclid(DAY_SECONDS) / 3600;
    // The epoch was a Thursday.
    let weekday = (at.div_euclid(DAY_SECONDS) + 3).rem_euclid(7);
    let by_hour = match hour {
        8..=17 => 2.0,
        6..=7 | 18..=21 => 0.7,
        _ => 0.2,
    };
    if weekday >= 5 { by_hour * 0.3 } else { by_hour }
}

#[cfg(test)]
mod tests;
