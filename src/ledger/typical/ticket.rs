//! Simulates single tickets with the distribution of a usual support desk.

use fastrand::Rng;

use super::population::Population;
use crate::ledger::{FieldLabel, SeriesSettings};
use crate::ticket::{
    Channel, FieldValue, MetricSet, Minutes, NamedSet, PerSet, Priority, Reference, RowKey, Score,
    SlaMetric, SlaStage, SlaTarget, Standing, Status, SupportType, TagSet, TicketChange, TicketId,
    TicketType, UnixSeconds,
};

/// Most values of a label that are simulated: few tickets have further values.
const VALUES_MADE_UP_MAX: usize = 256;

/// The share of tickets with each value, in percent; the rest has the first value.
pub(super) const PRIORITIES: &[(Priority, u32)] = &[
    (Priority::None, 70),
    (Priority::Normal, 14),
    (Priority::High, 7),
    (Priority::Low, 6),
    (Priority::Urgent, 3),
];
pub(super) const TYPES: &[(TicketType, u32)] = &[
    (TicketType::None, 75),
    (TicketType::Question, 13),
    (TicketType::Incident, 7),
    (TicketType::Problem, 3),
    (TicketType::Task, 2),
];
pub(super) const UNSOLVED: &[(Status, u32)] = &[
    (Status::Open, 38),
    (Status::Pending, 33),
    (Status::New, 22),
    (Status::Hold, 7),
];
pub(super) const DONE: &[(Status, u32)] = &[(Status::Closed, 90), (Status::Solved, 10)];
pub(super) const SCORES: &[(Score, u32)] = &[
    (Score::None, 78),
    (Score::Good, 12),
    (Score::Offered, 7),
    (Score::Bad, 3),
];
pub(super) const SUPPORT_TYPES: &[(SupportType, u32)] =
    &[(SupportType::Agent, 90), (SupportType::AiAgent, 10)];

/// The percentage of tickets that have a listed tag, and of those that have no value in a field.
const TAGGED: u32 = 10;
const FIELD_EMPTY: u32 = 40;

/// The time until a target is breached, in seconds. It is longer than the simulation, so that none is breached.
const TARGET_SECONDS: i64 = 1_000 * 24 * 3600;

/// The SLA targets of an unsolved ticket.
const TARGETS: [SlaMetric; 2] = [SlaMetric::FirstReplyTime, SlaMetric::TotalResolutionTime];

impl Population {
    /// A ticket with this status and creation time.
    pub(super) fn ticket(
        &self,
        id: i64,
        (status, created_at): (Status, UnixSeconds),
        settings: &SeriesSettings,
        rng: &mut Rng,
    ) -> TicketChange {
        let ticket_type = pick(TYPES, rng);
        let id_of = |values: usize, rng: &mut Rng| {
            zipf(values, rng).map_or(Reference::None, |place| Reference::Id(place + 1))
        };
        TicketChange {
            id: TicketId(id),
            order_key: RowKey::Generated(created_at),
            standing: Standing::Live(status),
            created_at: Some(created_at),
            updated_at: Some(created_at),
            due_at: (ticket_type == TicketType::Task).then_some(created_at.plus(24 * 3600)),
            priority: pick(PRIORITIES, rng),
            ticket_type,
            channel: zipf(self.channels, rng).map_or(Channel::NONE, |place| {
                Channel::parse(&format!("channel_{place}"))
            }),
            support_type: pick(SUPPORT_TYPES, rng),
            references: PerSet::from_fn(|set| match set {
                NamedSet::CustomStatus => self.custom_status(status, rng),
                set => id_of(self.named[set], rng),
            }),
            assigned: is_assigned(status, rng),
            score: score(status, rng),
            metric_set: settings.metric_sets.then(|| self.measured(status)),
            sla: settings.slas.then(|| targets(status, created_at)),
            tags: tags(settings.labels.tags.len(), rng),
            fields: self.fields(settings, rng),
        }
    }

    /// The custom status of a ticket. Each custom status belongs to one status, and each of the five statuses has
    /// at least one.
    pub(super) fn custom_status(&self, status: Status, rng: &mut Rng) -> Reference {
        let category = match status {
            Status::Closed => Status::Solved,
            other => other,
        };
        let categories = usize::from(Status::Solved.index()) + 1;
        let of_category = self.named[NamedSet::CustomStatus].div_ceil(categories);
        zipf(of_category, rng).map_or(Reference::None, |place| {
            Reference::Id(i64::from(category.index()) + 1 + place * categories as i64)
        })
    }

    fn fields(&self, settings: &SeriesSettings, rng: &mut Rng) -> Vec<FieldValue> {
        let mut value = |field: &FieldLabel| {
            if rng.u32(0..100) < FIELD_EMPTY {
                return FieldValue::None;
            }
            let Some(place) = zipf(self.values_of(field), rng) else {
                return FieldValue::None;
            };
            let listed = usize::try_from(place)
                .ok()
                .and_then(|place| field.values.get(place));
            let value = listed.cloned();
            FieldValue::Value(value.unwrap_or_else(|| format!("value_{place}")))
        };
        settings.labels.fields.iter().map(&mut value).collect()
    }

    /// The measurements of a ticket with this status. Their size does not matter, because a histogram has all its
    /// buckets from the start.
    pub(super) fn measured(&self, status: Status) -> MetricSet {
        let in_business_hours = if self.business_hours_differ == Some(false) {
            30
        } else {
            20
        };
        let took = |is_so: bool| Minutes {
            calendar: is_so.then_some(30),
            business: is_so.then_some(in_business_hours),
        };
        let (is_replied, is_done) = (status != Status::New, status.is_done());
        MetricSet {
            reply: took(is_replied),
            first_resolution: took(is_done),
            full_resolution: took(is_done),
            requester_wait: took(is_done),
            agent_wait: took(is_done),
            on_hold: took(is_done),
            replies: Some(u32::from(is_replied)),
            reopens: Some(0),
            solved_at: None,
            status_updated_at: None,
        }
    }
}

pub(super) fn is_assigned(status: Status, rng: &mut Rng) -> bool {
    status != Status::New && rng.u32(0..10) > 0
}

pub(super) fn score(status: Status, rng: &mut Rng) -> Score {
    if status.is_done() {
        pick(SCORES, rng)
    } else {
        Score::None
    }
}

pub(super) fn targets(status: Status, created_at: UnixSeconds) -> Vec<SlaTarget> {
    let stage = if status.is_unsolved() {
        SlaStage::Active
    } else {
        SlaStage::Fulfilled
    };
    let target = |metric| SlaTarget {
        metric,
        stage,
        breach_at: Some(created_at.plus(TARGET_SECONDS)),
    };
    TARGETS.map(target).into()
}

fn tags(listed: usize, rng: &mut Rng) -> TagSet {
    let mut tags = TagSet::default();
    for place in 0..listed {
        if rng.u32(0..100) < TAGGED {
            tags.insert(place);
        }
    }
    tags
}

/// One of the values, each with its share in percent.
pub(super) fn pick<T: Copy>(shares: &[(T, u32)], rng: &mut Rng) -> T {
    let mut roll = rng.u32(0..100);
    for (value, share) in shares {
        if roll < *share {
            return *value;
        }
        roll -= share;
    }
    shares[0].0
}

/// A random index below `values`: the second index is half as frequent as the first, the third a third as frequent,
/// and so on. `None` without values.
pub(super) fn zipf(values: usize, rng: &mut Rng) -> Option<i64> {
    let values = values.min(VALUES_MADE_UP_MAX);
    let share = |place: usize| 1.0 / (place + 1) as f64;
    let all: f64 = (0..values).map(share).sum();
    let mut roll = rng.f64() * all;
    for place in 0..values {
        roll -= share(place);
        if roll < 0.0 {
            return i64::try_from(place).ok();
        }
    }
    values
        .checked_sub(1)
        .and_then(|last| i64::try_from(last).ok())
}
