//! Rows and records for tests of this crate.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::measured::Measured;
use super::record::{Life, TicketRecord};
use super::{
    AnswerTime, Cell, Counted, FieldLabel, LabelSettings, Ledger, PageRead, SeriesSettings,
    TicketRecord as Record, Walk,
};
use crate::source::{Cursor, Page, Position, Row, SourceKind};
use crate::ticket::{
    Channel, FIELDS_MAX, MetricSet, Minutes, NamedSet, PerSet, Priority, Reference, Score,
    SlaMetric, SlaStage, SlaTarget, Standing, Status, SupportType, TagSet, TicketChange, TicketId,
    TicketType, UnixSeconds,
};

/// An open web ticket with no priority, type or assignee, written at 1,000.
pub(crate) fn plain_change(id: i64) -> TicketChange {
    TicketChange {
        id: TicketId(id),
        order_key: UnixSeconds(1_000),
        standing: Standing::Live(Status::Open),
        created_at: Some(UnixSeconds(500)),
        updated_at: Some(UnixSeconds(1_000)),
        due_at: None,
        priority: Priority::None,
        ticket_type: TicketType::None,
        channel: Channel::from_static("web"),
        support_type: SupportType::Agent,
        references: PerSet([
            Reference::None,
            Reference::None,
            Reference::None,
            Reference::None,
        ]),
        assigned: false,
        score: Score::None,
        metric_set: None,
        sla: None,
        tags: TagSet::default(),
        fields: Vec::new(),
    }
}

/// A page of one walk, answered at `now` as all clocks have it: two rows with these order keys, and
/// a cursor named after the last one.
pub(crate) fn page_of_keys(
    walk: Walk,
    keys: Option<(i64, i64)>,
    end_of_stream: bool,
    now: UnixSeconds,
) -> PageRead {
    let rows = keys.into_iter().flat_map(|(first, last)| [first, last]);
    let row = |key| TicketChange {
        order_key: UnixSeconds(key),
        ..plain_change(key)
    };
    PageRead {
        walk,
        page: Page {
            source: SourceKind::Cursor,
            rows: rows.map(row).map(Row::Ticket).collect(),
            rejected: Vec::new(),
            end_of_stream,
            next: keys.map(|(_, last)| Position::Cursor(Cursor(last.to_string()))),
        },
        time: AnswerTime::agreed(now),
    }
}

/// The page that completes the initial sync at `now`, without a row.
pub(crate) fn last_page(now: i64) -> PageRead {
    page_of_keys(Walk::Main, None, true, UnixSeconds(now))
}

/// Settings with every label on, and room for whatever they make.
pub(crate) fn every_label() -> SeriesSettings {
    SeriesSettings {
        support_type: true,
        labels: LabelSettings {
            named: PerSet([true, true, true, true]),
            tags: vec!["vip".to_owned()],
            fields: vec![FieldLabel {
                id: 7,
                label: "product".to_owned(),
                values: Vec::new(),
            }],
            ..LabelSettings::default()
        },
        slas: true,
        max_series: 1_000_000,
        ..SeriesSettings::default()
    }
}

/// The record of an open, assigned ticket.
pub(crate) fn plain_record() -> TicketRecord {
    TicketRecord {
        order_key: UnixSeconds(1_000),
        created_at: Some(UnixSeconds(500)),
        updated_at: Some(UnixSeconds(1_000)),
        due_at: None,
        life: Life::Live,
        status: Status::Open,
        priority: Priority::None,
        ticket_type: TicketType::None,
        support_type: SupportType::Agent,
        channel: 0,
        named: PerSet([0, 0, 0, 0]),
        assigned: true,
        score: Score::None,
        measured: Measured::default(),
        tags: Vec::new(),
        fields: Vec::new(),
        sla: Vec::new(),
        reopens: 0,
        solved_at: None,
        resync_mark: 0,
    }
}

/// A table of records by ticket, as the state keeps it.
pub(crate) type Records = BTreeMap<TicketId, Record>;

/// Applies rows one after the other, as one page does.
pub(crate) fn apply_all(ledger: &mut Ledger, records: &mut Records, rows: &[TicketChange]) {
    for row in rows {
        let applied = ledger
            .apply(records.get(&row.id), row, Some(UnixSeconds(1_000_000)))
            .expect("rows applied to their own records balance");
        if let Some(record) = applied.record {
            records.insert(row.id, record);
        }
    }
}

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
        0u16..1 << Measured::BITS,
    );
    let times = (
        prop_oneof![0i64..4_000_000_000, any::<i64>()],
        any_time(),
        any_time(),
        any_time(),
    );
    let numbers = (any::<([u16; 5], bool, u64, u32)>(), any_time());
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
    (sets, times, numbers, more).prop_map(|(sets, times, numbers, (tags, fields, sla))| {
        let (status, priority, ticket_type, support_type, score, life, measured) = sets;
        let (order_key, created_at, updated_at, due_at) = times;
        let ((numbers, assigned, resync_mark, reopens), solved_at) = numbers;
        let [channel, group, brand, form, custom_status] = numbers;
        TicketRecord {
            order_key: UnixSeconds(order_key),
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
            reopens,
            solved_at,
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
                order_key: UnixSeconds(order_key),
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

/// A ledger that has completed its initial sync.
pub(crate) fn synced_ledger(settings: SeriesSettings) -> Ledger {
    let mut ledger = Ledger::new(settings, UnixSeconds(0));
    ledger.pass(&last_page(1_000));
    ledger
}

/// Gauge cells that hold something.
pub(crate) fn gauges_of(ledger: &Ledger) -> BTreeMap<Cell, u64> {
    ledger
        .aggregates
        .cells()
        .filter(|(cell, value)| *value > 0 && cell.is_gauge())
        .collect()
}

/// The gauges of records that all turn up at once, in a ledger with the same dictionaries.
pub(crate) fn recount(ledger: &Ledger, records: &Records) -> BTreeMap<Cell, u64> {
    let mut fresh = synced_ledger(ledger.aggregates.settings().clone());
    for entry in ledger.dictionaries.entries() {
        assert!(fresh.dictionaries.restore(entry));
    }
    for record in records.values() {
        let counted = Counted::default();
        fresh
            .aggregates
            .fold(None, record, &counted, &fresh.dictionaries)
            .expect("tickets that only enter balance");
    }
    gauges_of(&fresh)
}
