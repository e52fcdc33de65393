//! Proptest strategies for records and rows.

use proptest::prelude::*;

use super::plain_change;
use crate::ledger::measured::Measured;
use crate::ledger::record::{KeyOrigin, Life, TicketRecord};
use crate::ledger::reopens::Reopens;
use crate::ticket::{
    Channel, FIELDS_MAX, MetricSet, Minutes, NamedSet, PerSet, Priority, Reference, RowKey, Score,
    SlaMetric, SlaStage, SlaTarget, Standing, Status, SupportType, TicketChange, TicketId,
    TicketType, UnixSeconds,
};

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn any_time() -> impl Strategy<Value = Option<UnixSeconds>> {
    proptest::option::of(prop_oneof![
        (0i64..4_000_000_000).prop_map(UnixSeconds),
        any::<i64>().prop_map(UnixSeconds),
    ])
}

/// Any record at all, extremes included.
pub(crate) fn any_record() -> impl Strategy<Value = TicketRecord> {
    let sets = (
        any_of(Status::ALL),
        any_of(Priority::ALL),
        any_of(TicketType::ALL),
        any_of(SupportType::ALL),
        any_of(Score::ALL),
        any_of(&[Life::Live, Life::Tombstone, Life::Swept]),
        any_of(&[KeyOrigin::Generated, KeyOrigin::Updated]),
        0u16..1 << Measured::BITS,
    );
    let times = (
        prop_oneof![0i64..4_000_000_000, any::<i64>()],
        any_time(),
        any_time(),
        any_time(),
    );
    let reopens = any::<(u32, bool)>().prop_map(|(count, is_stated)| Reopens { count, is_stated });
    let numbers = (any::<([u16; 5], bool, u64)>(), reopens);
    let later_times = [any_time(), any_time(), any_time()];
    let target = (any_of(SlaMetric::ALL), any_of(SlaStage::ALL), any_time()).prop_map(
        |(metric, stage, breach_at)| SlaTarget {
            metric,
            stage,
            breach_at,
        },
    );
    let more = (
        proptest::collection::vec(any::<u16>(), 0..4),
        proptest::collection::vec(any::<(u16, u16)>(), 0..=FIELDS_MAX),
        proptest::collection::vec(target, 0..4),
    );
    (sets, times, numbers, later_times, more).prop_map(|(sets, times, numbers, later, more)| {
        let (status, priority, ticket_type, support_type, score, life, key_origin, measured) = sets;
        let (order_key, created_at, updated_at, due_at) = times;
        let ((numbers, assigned, resync_mark), reopens) = numbers;
        let [solved_at, swept_at, sla_stated_at] = later;
        let (tags, fields, sla) = more;
        let [channel, group, brand, form, custom_status] = numbers;
        TicketRecord {
            order_key: UnixSeconds(order_key),
            key_origin,
            created_at,
            updated_at,
            due_at,
            life,
            status,
            priority,
            ticket_type,
            support_type,
            channel,
            named: PerSet([group, brand, form, custom_status]),
            assigned,
            score,
            measured: Measured::from_bits(measured).expect("bits below the bound"),
            tags,
            fields,
            sla,
            sla_stated_at,
            reopens,
            solved_at,
            swept_at,
            resync_mark,
        }
    })
}

/// A row of one of a few tickets, with keys that often collide.
pub(crate) fn any_change() -> impl Strategy<Value = TicketChange> {
    let standing = prop_oneof![
        5 => any_of(Status::ALL).prop_map(Standing::Live),
        1 => Just(Standing::Deleted),
    ];
    let minutes = proptest::option::of(0u32..500).prop_map(|calendar| Minutes {
        calendar,
        business: calendar.map(|minutes| minutes / 3),
    });
    // Every row carries a set, as Zendesk's do when they are asked for.
    let metric_set = (minutes, 0u32..3).prop_map(|(minutes, count)| {
        Some(MetricSet {
            reply: minutes,
            first_resolution: minutes,
            full_resolution: minutes,
            requester_wait: minutes,
            agent_wait: minutes,
            on_hold: minutes,
            replies: Some(count),
            reopens: Some(count),
            solved_at: minutes
                .calendar
                .map(|minutes| UnixSeconds(900 + i64::from(minutes))),
            status_updated_at: None,
        })
    });
    let labels = (
        any_of(Priority::ALL),
        any_of(TicketType::ALL),
        any_of(&["web", "email", "api", "chat", "voice", "none", "other"]),
        any_of(SupportType::ALL),
        any::<bool>(),
    );
    let times = (1_000i64..1_020, 0i64..4, 900i64..1_010);
    (1i64..6, standing, times, labels, metric_set).prop_map(
        |(id, standing, (order_key, since_update, created_at), labels, metric_set)| {
            let (priority, ticket_type, channel, support_type, assigned) = labels;
            TicketChange {
                id: TicketId(id),
                order_key: RowKey::Generated(UnixSeconds(order_key)),
                standing,
                created_at: Some(UnixSeconds(created_at)),
                updated_at: Some(UnixSeconds(order_key - since_update)),
                priority,
                ticket_type,
                channel: Channel::from_static(channel),
                support_type,
                assigned,
                metric_set,
                ..plain_change(id)
            }
        },
    )
}

/// The same rows, some of them without a `generated_timestamp`.
pub(crate) fn with_any_key(
    rows: impl Strategy<Value = TicketChange>,
) -> impl Strategy<Value = TicketChange> {
    (rows, any::<bool>()).prop_map(|(row, is_listed)| TicketChange {
        order_key: match row.updated_at {
            Some(at) if is_listed => RowKey::Updated(at),
            _ => row.order_key,
        },
        ..row
    })
}

/// As [`any_change`], with what only some rows have: a group, a due date, SLA targets.
pub(crate) fn any_row() -> impl Strategy<Value = TicketChange> {
    let target = (any_of(SlaMetric::ALL), any_of(SlaStage::ALL), 900i64..1_100).prop_map(
        |(metric, stage, breach_at)| SlaTarget {
            metric,
            stage,
            breach_at: Some(UnixSeconds(breach_at)),
        },
    );
    let sla = proptest::option::of(proptest::collection::vec(target, 0..3));
    let due_at = proptest::option::of((900i64..1_100).prop_map(UnixSeconds));
    let group_id = prop_oneof![
        Just(Reference::None),
        Just(Reference::Other),
        (1i64..5).prop_map(Reference::Id),
    ];
    (any_change(), group_id, due_at, sla).prop_map(|(change, group_id, due_at, sla)| TicketChange {
        references: PerSet::default().with(NamedSet::Group, group_id),
        due_at,
        sla: sla.map(|mut targets| {
            targets.sort_unstable();
            targets.dedup_by_key(|target| target.metric);
            targets
        }),
        ..change
    })
}
