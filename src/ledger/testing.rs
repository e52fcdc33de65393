//! Builders of rows, pages and records for tests of this crate.

mod strategies;

use std::collections::BTreeMap;

use super::measured::Measured;
use super::record::{KeyOrigin, Life, TicketRecord};
use super::reopens::Reopens;
use super::{
    AnswerTime, Cell, Counted, FieldLabel, LabelSettings, Ledger, PageRead, RowContext,
    SeriesSettings, TicketRecord as Record, Walk,
};
use crate::source::{Cursor, Page, Position, Row, SourceKind};
use crate::ticket::{
    Channel, PerSet, Priority, RowKey, Score, Standing, Status, SupportType, TagSet, TicketChange,
    TicketId, TicketType, UnixSeconds,
};
pub(crate) use strategies::{any_change, any_record, any_row, with_any_key};

/// An open web ticket with no priority, type or assignee, written at 1,000.
pub(crate) fn plain_change(id: i64) -> TicketChange {
    TicketChange {
        id: TicketId(id),
        order_key: RowKey::Generated(UnixSeconds(1_000)),
        standing: Standing::Live(Status::Open),
        created_at: Some(UnixSeconds(500)),
        updated_at: Some(UnixSeconds(1_000)),
        due_at: None,
        priority: Priority::None,
        ticket_type: TicketType::None,
        channel: Channel::from_static("web"),
        support_type: SupportType::Agent,
        references: PerSet::default(),
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
        order_key: RowKey::Generated(UnixSeconds(key)),
        ..plain_change(key)
    };
    PageRead {
        walk,
        page: Page {
            source: SourceKind::Cursor,
            rows: rows.map(row).map(Row::Ticket).collect(),
            rejected: Vec::new(),
            is_last_rejected: false,
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
            named: PerSet::from_fn(|_| true),
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
        key_origin: KeyOrigin::Generated,
        created_at: Some(UnixSeconds(500)),
        updated_at: Some(UnixSeconds(1_000)),
        due_at: None,
        life: Life::Live,
        status: Status::Open,
        priority: Priority::None,
        ticket_type: TicketType::None,
        support_type: SupportType::Agent,
        channel: 0,
        named: PerSet::default(),
        assigned: true,
        score: Score::None,
        measured: Measured::default(),
        tags: Vec::new(),
        fields: Vec::new(),
        sla: Vec::new(),
        sla_stated_at: None,
        reopens: Reopens::default(),
        solved_at: None,
        swept_at: None,
        resync_mark: 0,
    }
}

/// A table of records by ticket, as the state keeps it.
pub(crate) type Records = BTreeMap<TicketId, Record>;

/// Applies rows one after the other, as one page does. For rows without a `generated_timestamp` the list decides.
pub(crate) fn apply_all(ledger: &mut Ledger, records: &mut Records, rows: &[TicketChange]) {
    let context = RowContext {
        list_is_truth: true,
        ..RowContext::at(UnixSeconds(1_000_000))
    };
    for row in rows {
        let applied = ledger
            .apply(records.get(&row.id), row, context)
            .expect("rows applied to their own records balance");
        if let Some(record) = applied.record {
            records.insert(row.id, record);
        }
    }
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
