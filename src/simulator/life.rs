//! What a support desk does all day.
//!
//! PURE: a seed and the time give the same life again.

use std::collections::VecDeque;

use super::world::{Draft, World};
use crate::ticket::{Priority, Score, Status, SupportType, TicketType};

/// How busy the desk is.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// New tickets per day, on average over the week; 0 switches life off.
    pub tickets_per_day: f64,
}

/// The life of a desk.
#[derive(Debug)]
pub struct Life {
    dice: fastrand::Rng,
    rates: Rates,
    lived_until: i64,
    /// Tickets of late, the ones that things happen to.
    recent: VecDeque<i64>,
}

/// Tickets that things happen to. Older ones rest, as on a real desk.
const RECENT_MAX: usize = 5_000;

/// Length of one step of life, in seconds.
const STEP_SECONDS: i64 = 10;

const DAY_SECONDS: i64 = 86_400;

const CHANNELS: &[(&str, u32)] = &[
    ("email", 38),
    ("web", 22),
    ("native_messaging", 12),
    ("api", 8),
    ("chat", 8),
    ("voice", 7),
    ("whatsapp", 3),
    ("facebook", 1),
    ("mobile_sdk", 1),
];

impl Life {
    /// A desk that starts to live at the world's time.
    pub fn new(seed: u64, rates: Rates, world: &World) -> Self {
        Self {
            dice: fastrand::Rng::with_seed(seed),
            rates,
            lived_until: world.now(),
            recent: VecDeque::new(),
        }
    }

    /// Fills an account with `count` tickets of the last two years, most of them closed.
    pub fn furnish(&mut self, world: &mut World, count: u64) {
        let now = world.now();
        let span = 2 * 365 * DAY_SECONDS;
        for index in 0..count {
            let age = span
                - i64::try_from(index).unwrap_or(0) * span
                    / i64::try_from(count.max(1)).unwrap_or(1);
            let at = now - age - 120;
            let status = match self.dice.u32(0..1000) {
                _ if age > 60 * DAY_SECONDS => Status::Closed,
                0..700 => Status::Solved,
                700..760 => Status::New,
                760..860 => Status::Open,
                860..950 => Status::Pending,
                950..970 => Status::Hold,
                _ => Status::Closed,
            };
            let draft = Draft {
                status,
                assigned: status != Status::New && self.dice.u32(0..10) > 0,
                ..self.draft()
            };
            let id = world.create_at(&draft, at);
            if self.dice.u32(0..200) == 0 {
                world.system_write(id, |ticket| ticket.status = None);
            }
            self.remember(id);
        }
    }

    /// Takes the world to `now`, step by step, so that what happens does not depend on how often
    /// anyone looks.
    pub fn live_until(&mut self, world: &mut World, now: i64) {
        if self.rates.tickets_per_day <= 0.0 {
            self.lived_until = now;
        }
        while self.lived_until + STEP_SECONDS <= now {
            self.lived_until += STEP_SECONDS;
            world.advance_to(self.lived_until);
            let chance = self.rates.tickets_per_day * activity(self.lived_until)
                / (DAY_SECONDS / STEP_SECONDS) as f64;
            let births = chance.floor() as u32 + u32::from(self.dice.f64() < chance.fract());
            for _ in 0..births {
                let draft = self.draft();
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

    fn remember(&mut self, id: i64) {
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(id);
    }

    fn draft(&mut self) -> Draft {
        let total: u32 = CHANNELS.iter().map(|(_, weight)| weight).sum();
        let mut pick = self.dice.u32(0..total);
        let channel = CHANNELS
            .iter()
            .find(|(_, weight)| {
                let found = pick < *weight;
                pick = pick.saturating_sub(*weight);
                found
            })
            .map_or("web", |(channel, _)| channel);
        let priority = match self.dice.u32(0..100) {
            0..70 => Priority::None,
            70..76 => Priority::Low,
            76..90 => Priority::Normal,
            90..97 => Priority::High,
            _ => Priority::Urgent,
        };
        let ticket_type = match self.dice.u32(0..100) {
            0..75 => TicketType::None,
            75..88 => TicketType::Question,
            88..95 => TicketType::Incident,
            95..98 => TicketType::Problem,
            _ => TicketType::Task,
        };
        Draft {
            status: Status::New,
            priority,
            ticket_type,
            channel,
            assigned: false,
            support_type: if self.dice.u32(0..20) == 0 {
                SupportType::AiAgent
            } else {
                SupportType::Agent
            },
            ..Draft::default()
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
        let roll = self.dice.u32(0..1000);
        let agent = self.dice.u16(1..12);
        match ticket.status {
            None if roll < 20 => world.restore(id, Status::Open),
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
                world.set_status(id, Status::Solved);
            }
            Some(Status::Pending | Status::Hold) => world.set_status(id, Status::Open),
            Some(Status::Open) => world.reply(id, agent),
            Some(Status::Solved) if roll < 110 => world.set_status(id, Status::Open),
            Some(Status::Solved) if roll < 250 => {
                let score = if roll.is_multiple_of(8) {
                    Score::Bad
                } else {
                    Score::Good
                };
                world.update(id, |ticket| ticket.score = score);
            }
            Some(Status::Solved) if roll < 400 => {
                world.system_write(id, |ticket| ticket.status = Some(Status::Closed));
            }
            Some(_) => {}
        }
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
mod tests {
    use super::*;

    /// A day of a desk that is looked at this often.
    fn lived(seed: u64, looks: i64) -> World {
        let mut world = World::new(1_700_000_000);
        let rates = Rates {
            tickets_per_day: 500.0,
        };
        let mut life = Life::new(seed, rates, &world);
        life.furnish(&mut world, 200);
        for look in 1..=looks {
            life.live_until(&mut world, 1_700_000_000 + DAY_SECONDS * look / looks);
        }
        world
    }

    #[test]
    fn the_same_seed_lives_the_same_life() {
        let rows = |world: &World| -> Vec<_> {
            world
                .rows_after((0, 0))
                .map(|(id, ticket)| (id, ticket.clone()))
                .collect()
        };
        assert_eq!(rows(&lived(7, 1)), rows(&lived(7, 1)));
        assert_ne!(rows(&lived(7, 1)), rows(&lived(8, 1)));
        assert_eq!(
            rows(&lived(7, 1)),
            rows(&lived(7, 1_440)),
            "who looks changes nothing"
        );
    }

    #[test]
    fn a_day_of_life_has_a_bit_of_everything() {
        let world = lived(7, 24);
        assert!(world.len() > 500, "{}", world.len());
        for status in &Status::ALL[..6] {
            assert!(!world.with_status(*status).is_empty(), "{status:?}");
        }
        let deleted = world
            .rows_after((0, 0))
            .filter(|(_, ticket)| ticket.status.is_none());
        assert!(deleted.count() > 0);
    }
}
