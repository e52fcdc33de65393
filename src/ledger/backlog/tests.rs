use super::view::age;
use super::*;
use crate::ledger::labels::AGES;
use crate::ledger::testing::plain_record;
use crate::ledger::{
    Aggregates, Dictionaries, Dimension, LabelValues, SeriesSettings, TicketRecord,
};
use crate::ticket::SlaStage;
use crate::ticket::{Priority, SlaMetric, Status};

const NOW: UnixSeconds = UnixSeconds(1_000_000_000);

/// What the clock-dependent families need of a ticket, with SLAs shown.
fn waiting(record: &TicketRecord) -> Option<Waiting> {
    let settings = SeriesSettings {
        slas: true,
        ..SeriesSettings::default()
    };
    Aggregates::new(settings).waiting(record, &Dictionaries::new(64))
}

fn backlog_of(records: &[TicketRecord]) -> Backlog {
    let mut backlog = Backlog::default();
    for (id, record) in (1..).zip(records) {
        backlog.apply(TicketId(id), waiting(record).as_ref());
    }
    backlog
}

/// The only status, and the only priority, of what these records show at [`NOW`].
#[track_caller]
fn shown(records: &[TicketRecord]) -> (StatusView, PriorityView) {
    let view = backlog_of(records).view(NOW);
    assert_eq!((view.statuses.len(), view.priorities.len()), (1, 1));
    let mut first = view
        .statuses
        .into_values()
        .zip(view.priorities.into_values());
    first.next().expect("there is one")
}

fn created(seconds_ago: i64) -> TicketRecord {
    TicketRecord {
        created_at: Some(NOW.plus(-seconds_ago)),
        ..plain_record()
    }
}

#[test]
fn an_age_begins_where_the_one_before_it_ends() {
    let table = [
        (i64::MIN, "0-4h"),
        (-1, "0-4h"),
        (0, "0-4h"),
        (4 * 3600 - 1, "0-4h"),
        (4 * 3600, "4h-1d"),
        (86_400 - 1, "4h-1d"),
        (86_400, "1d-3d"),
        (3 * 86_400 - 1, "1d-3d"),
        (3 * 86_400, "3d-7d"),
        (7 * 86_400 - 1, "3d-7d"),
        (7 * 86_400, "7d-30d"),
        (30 * 86_400 - 1, "7d-30d"),
        (30 * 86_400, "30d-90d"),
        (90 * 86_400 - 1, "30d-90d"),
        (90 * 86_400, "90d+"),
        (i64::MAX, "90d+"),
    ];
    for (seconds, expected) in table {
        let since = UnixSeconds(NOW.0.saturating_sub(seconds));
        assert_eq!(AGES[age(since, NOW)], expected, "{seconds}");
    }
}

#[test]
fn a_ticket_of_unknown_creation_is_as_old_as_what_is_known_of_it() {
    let undated = TicketRecord {
        created_at: None,
        updated_at: Some(NOW.plus(-86_400)),
        order_key: NOW,
        ..plain_record()
    };
    let (status, _) = shown(std::slice::from_ref(&undated));
    assert_eq!(status.ages, [0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(status.oldest_created, None);
    assert_eq!(status.stalest_updated, Some(NOW.plus(-86_400)));

    let silent = TicketRecord {
        updated_at: None,
        ..undated
    };
    let (status, _) = shown(&[silent]);
    assert_eq!(status.ages, [1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(status.stalest_updated, None);
}

#[test]
fn the_oldest_of_each_kind_is_dated_and_the_rest_is_not() {
    let unassigned = TicketRecord {
        assigned: false,
        ..created(500)
    };
    let mut unreplied = created(300);
    unreplied.measured.carried = true;
    let mut replied = created(900);
    replied.measured.carried = true;
    replied.measured.replied = true;
    replied.updated_at = Some(NOW.plus(-50));
    let records = [unassigned, unreplied, replied];
    let (status, priority) = shown(&records);
    assert_eq!(status.oldest_created, Some(NOW.plus(-900)));
    assert_eq!(status.stalest_updated, Some(UnixSeconds(1_000)));
    assert_eq!(status.oldest_unassigned, Some(NOW.plus(-500)));
    assert_eq!(priority.oldest_unreplied, Some(NOW.plus(-300)));

    let (status, priority) = shown(&records[2..]);
    assert_eq!(status.stalest_updated, Some(NOW.plus(-50)));
    assert_eq!(status.oldest_unassigned, None);
    assert_eq!(priority, PriorityView::default());
}

#[test]
fn the_oldest_without_an_assignee_is_dated_for_each_status() {
    let unassigned = |status, seconds_ago| TicketRecord {
        assigned: false,
        status,
        ..created(seconds_ago)
    };
    let assigned = created(9_000);
    let view = backlog_of(&[
        unassigned(Status::New, 300),
        unassigned(Status::New, 400),
        unassigned(Status::Pending, 7_000),
        unassigned(Status::Hold, 8_000),
        assigned,
    ])
    .view(NOW);
    let oldest: BTreeMap<Status, Option<UnixSeconds>> = view
        .statuses
        .iter()
        .filter_map(|(cell, shown)| Some((cell.status()?, shown.oldest_unassigned)))
        .collect();
    assert_eq!(
        oldest,
        BTreeMap::from([
            (Status::New, Some(NOW.plus(-400))),
            (Status::Open, None),
            (Status::Pending, Some(NOW.plus(-7_000))),
            (Status::Hold, Some(NOW.plus(-8_000))),
        ])
    );
}

#[test]
fn a_task_is_overdue_from_the_second_on_in_which_it_is_due() {
    let due = |seconds: i64| TicketRecord {
        due_at: Some(NOW.plus(seconds)),
        ..plain_record()
    };
    let (_, priority) = shown(&[due(-1), due(0), due(1), plain_record()]);
    assert_eq!(priority.overdue, 2);
}

#[test]
fn a_target_is_breached_or_will_be_or_stands_still() {
    let target = |stage, seconds| SlaTarget {
        metric: SlaMetric::ReplyTime,
        stage,
        breach_at: Some(NOW.plus(seconds)),
    };
    let with = |targets: Vec<SlaTarget>| TicketRecord {
        order_key: NOW.plus(-100),
        sla: targets,
        ..plain_record()
    };
    let records = [
        with(vec![target(SlaStage::Active, 0)]),
        with(vec![target(SlaStage::Active, 60)]),
        with(vec![target(SlaStage::Active, 30)]),
        // Stopped before its time came, and after.
        with(vec![target(SlaStage::Paused, -99)]),
        with(vec![target(SlaStage::Paused, -100)]),
        with(vec![SlaTarget {
            breach_at: None,
            ..target(SlaStage::Active, 0)
        }]),
    ];
    let slas = |now| -> Vec<SlaView> {
        let view = backlog_of(&records).view(now);
        view.slas.into_values().collect()
    };
    let at = |breached, seconds: i64| SlaView {
        breached,
        next_breach: Some(NOW.plus(seconds)),
    };
    assert_eq!(slas(NOW.plus(-1)), [at(1, 0)]);
    assert_eq!(slas(NOW), [at(2, 30)]);
    assert_eq!(slas(NOW.plus(29)), [at(2, 30)]);
    assert_eq!(slas(NOW.plus(30)), [at(3, 60)]);
    let over = SlaView {
        breached: 4,
        next_breach: None,
    };
    assert_eq!(slas(NOW.plus(60)), [over]);
}

#[test]
fn a_series_once_seen_stays_at_zero_and_dates_nothing() {
    let mut backlog = backlog_of(&[created(500)]);
    backlog.apply(TicketId(1), None);
    assert!(backlog.is_empty());
    let view = backlog.view(NOW);
    let places: Vec<StatusView> = view.statuses.into_values().collect();
    assert_eq!(places, [StatusView::default()]);

    let mut fresh = Backlog::default();
    let labels = LabelValues::default()
        .with(Dimension::Status, Status::Hold)
        .with(Dimension::Priority, Priority::Low)
        .with(Dimension::Metric, SlaMetric::Other);
    let cells = [family::UNSOLVED, family::SLA_TARGETS].map(|family| family.cell(&labels));
    fresh.ensure_series(cells.into_iter());
    let view = fresh.view(NOW);
    assert_eq!(view.statuses.len(), 1);
    assert_eq!(view.priorities[&family::OVERDUE.cell(&labels)].overdue, 0);
    assert_eq!(view.slas.into_values().next(), Some(SlaView::default()));
}

#[test]
fn only_unsolved_tickets_wait_and_targets_only_where_slas_are_shown() {
    let target = SlaTarget {
        metric: SlaMetric::ReplyTime,
        stage: SlaStage::Active,
        breach_at: Some(NOW),
    };
    for status in Status::ALL {
        let record = TicketRecord {
            status: *status,
            sla: vec![target],
            ..plain_record()
        };
        assert_eq!(waiting(&record).is_some(), status.is_unsolved());
        let hidden =
            Aggregates::new(SeriesSettings::default()).waiting(&record, &Dictionaries::new(64));
        assert!(hidden.is_none_or(|waiting| waiting.sla.is_empty()));
    }
}

#[test]
fn an_entry_takes_few_bytes() {
    assert_eq!(size_of::<Entry>(), 32);
}
