//! Other labels on a state that there is already.

use super::label_values::{by, by_channel};
use super::*;
use crate::ledger::{LabelSettings, TicketFamily, family};
use crate::ticket::{NamedSet, PerSet, SlaMetric, SlaStage, SlaTarget};

#[test]
fn other_labels_recount_the_gauges_and_restart_only_the_counters_they_change() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(filled_state(&path));
    let settings = SeriesSettings {
        support_type: true,
        ..SeriesSettings::default()
    };
    let (state, _) = open_at(&path, ACCOUNT, settings.clone(), NOW).expect("opens");
    let sum = |family: TicketFamily| -> u64 {
        state
            .aggregates()
            .cells()
            .filter(|(cell, _)| cell.family() == family)
            .map(|(_, value)| value)
            .sum()
    };
    assert_eq!(sum(family::TICKETS), 2);
    assert_eq!(sum(family::SOLVED), 0);
    assert_eq!(sum(family::STATUS_CHANGES), 1);
    let expected = cells(&state);
    drop(state);
    let (state, _) = open_at(&path, ACCOUNT, settings.clone(), NOW).expect("opens again");
    assert_eq!(cells(&state), expected);
    drop(state);
    check_verified(&path);
}

#[test]
fn less_room_ends_counters_rather_than_to_move_tickets_to_other() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    // Ten channels with a ticket each: a gauge, five events and an update apiece.
    let room_for = |series: usize| SeriesSettings {
        max_series: SeriesSettings::default().fallback_series() + series,
        ..SeriesSettings::default()
    };
    let (mut state, _) = open_at(&path, ACCOUNT, room_for(70), NOW).expect("opens");
    let channels = "web email chat voice sms api line viber twitter facebook".split(' ');
    let rows = (1..).zip(channels).map(|(id, name)| by(id, name, 1_000));
    apply(&mut state, &page(rows.collect(), "a", true)).expect("a page applies");
    let expected = by_channel(&state);
    assert_eq!(expected.len(), 10);
    drop(state);
    // The counters alone would fit.
    let (state, _) = open_at(&path, ACCOUNT, room_for(65), NOW).expect("opens");
    assert_eq!(by_channel(&state), expected);
    drop(state);
    check_verified(&path);
}

#[test]
fn a_series_that_no_ticket_is_left_of_stays_where_its_labels_do() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open_at(&path, ACCOUNT, SeriesSettings::default(), NOW).expect("opens");
    let unassigned_by_fax = by(1, "fax", 1_000);
    apply(&mut state, &page(vec![unassigned_by_fax], "a", true)).expect("a page applies");
    let solved_by_web = TicketChange {
        standing: Standing::Live(Status::Solved),
        assigned: true,
        ..by(1, "web", 2_000)
    };
    apply(&mut state, &page(vec![solved_by_web], "b", true)).expect("a page applies");
    let gauges = |state: &State| -> Vec<(Cell, u64)> {
        let cells = state.aggregates().cells();
        cells.filter(|(cell, _)| cell.is_gauge()).collect()
    };
    let before = gauges(&state);
    let zeros = before.iter().filter(|(_, value)| *value == 0);
    assert_eq!((before.len(), zeros.count()), (4, 3));
    let other_families = SeriesSettings {
        slas: true,
        business_hours: BusinessHours::Always,
        ..SeriesSettings::default()
    };
    state.apply_settings(other_families, NOW).expect("rebuilt");
    assert_eq!(gauges(&state), before);
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    state.apply_settings(with_group, NOW).expect("rebuilt");
    assert_eq!(gauges(&state).len(), 1);
    drop(state);
    check_verified(&path);
}

#[test]
fn targets_that_somebody_waits_for_do_not_begin_again_with_other_families() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let settings = |business_hours| SeriesSettings {
        slas: true,
        business_hours,
        ..SeriesSettings::default()
    };
    let target = SlaTarget {
        metric: SlaMetric::ReplyTime,
        stage: SlaStage::Active,
        breach_at: Some(NOW),
    };
    let with = |id, at, sla: &[SlaTarget]| TicketChange {
        sla: Some(sla.to_vec()),
        ..by(id, "web", at)
    };
    let auto = settings(BusinessHours::Auto);
    let (mut state, _) = open_at(&path, ACCOUNT, auto, NOW).expect("opens");
    let waiting = vec![with(1, 1_000, &[target]), with(2, 1_000, &[target])];
    apply(&mut state, &page(waiting, "a", true)).expect("a page applies");
    apply(&mut state, &page(vec![with(1, 2_000, &[])], "b", true)).expect("a page applies");
    let ended = |state: &State| -> u64 {
        let cells = state.aggregates().cells();
        let ended = cells.filter(|(cell, _)| cell.family() == family::SLA_TARGETS);
        ended.map(|(_, value)| value).sum()
    };
    assert_eq!(ended(&state), 1);
    state
        .apply_settings(settings(BusinessHours::Always), NOW)
        .expect("rebuilt");
    assert_eq!(ended(&state), 1);
}
