//! Tickets as they come in, and those that an account has from the start.

use std::borrow::Cow;

use super::Life;
use super::desk::{DAY_SECONDS, Turn};
use super::habits::Desk;
use crate::names::{BRAND, FORM, GROUP};
use crate::vocabulary::{Priority, Score, Status, SupportType, TicketType};
use crate::world::{Draft, World};

/// How often a channel is used.
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

/// How often a product is named; the last one stands for none.
const PRODUCTS: &[(&str, u32)] = &[
    ("printer", 25),
    ("scanner", 15),
    ("ink_subscription", 12),
    ("mobile_app", 8),
    ("", 40),
];

/// Of a hundred tickets, how many come with a tag.
const TAGS: &[(&str, u32)] = &[
    ("vip", 8),
    ("billing", 15),
    ("refund", 6),
    ("bug", 12),
    ("onboarding", 5),
];

/// How the tickets spread over the groups, brands and forms, the first ones being usual.
const GROUPS: &[(i64, u32)] = &[
    (GROUP, 45),
    (GROUP + 1, 20),
    (GROUP + 2, 15),
    (GROUP + 3, 12),
    (GROUP + 4, 7),
    (GROUP + 5, 1),
];
const BRANDS: &[(i64, u32)] = &[(BRAND, 70), (BRAND + 1, 18), (BRAND + 2, 9), (0, 3)];
const FORMS: &[(i64, u32)] = &[(FORM, 80), (FORM + 1, 20)];

impl Life {
    /// Fills an account with `count` tickets of the last two years, most of them closed.
    pub fn furnish(&mut self, world: &mut World, count: u64) {
        if let Some(desk) = self.habits.desk {
            return self.furnish_desk(desk, world, count);
        }
        let now = world.now();
        let span = 2 * 365 * DAY_SECONDS;
        for index in 0..count {
            let age = span
                - i64::try_from(index).unwrap_or(0) * span
                    / i64::try_from(count.max(1)).unwrap_or(1);
            let at = now - age - 120;
            let draft = self.draft_of_old(at, age);
            let id = world.create_at(&draft, at);
            if self.dice.u32(0..200) == 0 {
                world.system_write(id, |ticket| ticket.status = None);
            }
            self.remember(id);
        }
    }

    /// The same where agents keep up: all of it is closed, but for the few tickets that wait for a
    /// customer.
    fn furnish_desk(&mut self, desk: Desk, world: &mut World, count: u64) {
        let now = world.now();
        let span = 2 * 365 * DAY_SECONDS;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        for index in 0..count {
            let age = span - span / count * index + 120;
            let at = now - age;
            let draft = self.draft_of_old(at, age.max(61 * DAY_SECONDS));
            let waits = age < 60 * DAY_SECONDS && index % 8 == 0;
            let draft = Draft {
                status: if waits {
                    Status::Pending
                } else {
                    Status::Closed
                },
                assigned: true,
                // One with targets would have missed them long ago.
                priority: if waits { Priority::Low } else { draft.priority },
                ..draft
            };
            let id = world.create_at(&draft, at);
            if waits && age < 6 * DAY_SECONDS {
                let mut turn = Turn {
                    desk,
                    habits: self.habits,
                    dice: &mut self.dice,
                    agenda: &mut self.agenda,
                    now,
                };
                turn.on_furnished(id);
            }
        }
    }

    /// A ticket that was last written at `at`, `age` seconds ago, and has a past before that.
    fn draft_of_old(&mut self, at: i64, age: i64) -> Draft {
        let status = match self.dice.u32(0..1000) {
            _ if age > 60 * DAY_SECONDS => Status::Closed,
            0..700 => Status::Solved,
            700..760 => Status::New,
            760..860 => Status::Open,
            860..950 => Status::Pending,
            950..970 => Status::Hold,
            _ => Status::Closed,
        };
        let is_new = status == Status::New;
        let past = self.dice.i64(0..4 * DAY_SECONDS);
        let created_at = if is_new { at } else { at - past };
        let score = match self.dice.u32(0..100) {
            0..12 if status.is_done() => Score::Good,
            12..15 if status.is_done() => Score::Bad,
            15..22 if status.is_done() => Score::Offered,
            _ => Score::None,
        };
        Draft {
            status,
            assigned: !is_new && self.dice.u32(0..10) > 0,
            created_at: Some(created_at),
            replied_at: (!is_new).then(|| created_at + past / 8),
            score,
            ..self.draft(created_at)
        }
    }

    /// A ticket that comes in at `at`.
    pub(super) fn draft(&mut self, at: i64) -> Draft {
        let ticket_type = match self.dice.u32(0..100) {
            0..75 => TicketType::None,
            75..88 => TicketType::Question,
            88..95 => TicketType::Incident,
            95..98 => TicketType::Problem,
            _ => TicketType::Task,
        };
        let due_in = self.dice.i64(1..72) * 3600;
        let tags = TAGS.iter().filter(|(_, per_hundred)| {
            let roll = self.dice.u32(0..100);
            roll < *per_hundred
        });
        let tags = tags.map(|(tag, _)| Cow::Borrowed(*tag)).collect();
        let product = self.pick(PRODUCTS);
        let brand = self.pick(BRANDS);
        Draft {
            priority: self.priority(),
            ticket_type,
            channel: self.channel(),
            // A desk of people has no AI agents.
            support_type: if self.dice.u32(0..20) == 0 && self.habits.desk.is_none() {
                SupportType::AiAgent
            } else {
                SupportType::Agent
            },
            group: Some(self.pick(GROUPS)),
            brand: (brand > 0).then_some(brand),
            form: Some(self.pick(FORMS)),
            tags,
            product: (!product.is_empty()).then_some(Cow::Borrowed(product)),
            is_escalated: match self.dice.u32(0..10) {
                0 => Some(true),
                1..7 => Some(false),
                _ => None,
            },
            due_at: (ticket_type == TicketType::Task).then_some(at + due_in),
            ..Draft::default()
        }
    }

    fn channel(&mut self) -> &'static str {
        let used = self.habits.channels.unwrap_or(CHANNELS.len());
        self.pick(&CHANNELS[..used.clamp(1, CHANNELS.len())])
    }

    fn priority(&mut self) -> Priority {
        match self.dice.u32(0..100) {
            0..70 => Priority::None,
            70..76 => Priority::Low,
            76..90 => Priority::Normal,
            90..97 => Priority::High,
            _ => Priority::Urgent,
        }
    }

    /// One of these, as often as its weight says.
    fn pick<T: Copy>(&mut self, weighted: &[(T, u32)]) -> T {
        let total: u32 = weighted.iter().map(|(_, weight)| weight).sum();
        let mut roll = self.dice.u32(0..total);
        for (value, weight) in weighted {
            if roll < *weight {
                return *value;
            }
            roll -= weight;
        }
        weighted[0].0
    }
}
