//! Histograms in business hours beside those by the calendar.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ledger::family::{
    FIRST_REPLY, FIRST_REPLY_BUSINESS, ON_HOLD, ON_HOLD_BUSINESS, REPLIES,
};
use crate::ledger::testing::{Records, any_change, apply_all, last_page};
use crate::ledger::{Buckets, BusinessHours, LabelSettings, Ledger, Part};
use crate::ticket::{MetricSet, Minutes, NamedSet, PerSet, Priority, TicketChange, UnixSeconds};

fn settings(business_hours: BusinessHours) -> SeriesSettings {
    SeriesSettings {
        business_hours,
        ..SeriesSettings::default()
    }
}

/// The labels of a ticket of one priority.
fn high() -> LabelValues {
    LabelValues::default().with(Dimension::Priority, Priority::High)
}

/// Takes observations into the histograms of one priority, as one row after the other gives them.
fn observed(aggregates: &mut Aggregates, rows: &[&[(TicketFamily, u64)]]) {
    for row in rows {
        aggregates.observe(row, &high());
    }
}

/// Observations of a measure and their sum, as shown; `None` if it is not.
fn shown(aggregates: &Aggregates, wanted: TicketFamily) -> Option<(u64, u64)> {
    let (mut count, mut sum) = (0, None);
    let cells = aggregates.shown_cells();
    for (cell, value) in cells.filter(|(cell, _)| cell.family() == wanted) {
        match cell.part() {
            Some(Part::Bucket(_)) => count += value,
            _ => sum = Some(sum.unwrap_or_default() + value),
        }
    }
    Some((count, sum?))
}

#[test]
fn values_differ_where_they_are_not_the_same_or_only_one_is_there() {
    let table: [(&[(TicketFamily, u64)], bool); 7] = [
        (&[], false),
        (&[(REPLIES, 3)], false),
        (&[(FIRST_REPLY, 60), (FIRST_REPLY_BUSINESS, 60)], false),
        (&[(FIRST_REPLY, 60), (FIRST_REPLY_BUSINESS, 0)], true),
        (&[(FIRST_REPLY, 60)], true),
        (&[(ON_HOLD_BUSINESS, 60)], true),
        (
            &[
                (FIRST_REPLY, 60),
                (FIRST_REPLY_BUSINESS, 60),
                (ON_HOLD, 0),
                (ON_HOLD_BUSINESS, 1),
            ],
            true,
        ),
    ];
    for (row, expected) in table {
        let mut aggregates = Aggregates::new(settings(BusinessHours::Auto));
        observed(&mut aggregates, &[row]);
        assert_eq!(aggregates.business_hours_differ(), expected, "{row:?}");
    }
}

#[test]
fn twins_begin_with_all_that_was_observed_before_they_differed() {
    let mut aggregates = Aggregates::new(settings(BusinessHours::Auto));
    aggregates.add_counters();
    let same: &[(TicketFamily, u64)] = &[(FIRST_REPLY, 600), (FIRST_REPLY_BUSINESS, 600)];
    observed(&mut aggregates, &[same, same]);
    assert_eq!(shown(&aggregates, FIRST_REPLY), Some((2, 1_200)));
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), None);
    aggregates.commit_page();

    let differs: &[(TicketFamily, u64)] = &[(FIRST_REPLY, 900), (FIRST_REPLY_BUSINESS, 60)];
    observed(&mut aggregates, &[same, differs]);
    assert_eq!(shown(&aggregates, FIRST_REPLY), Some((4, 2_700)));
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), Some((4, 1_860)));
    // All at once, at 0 where nothing was observed.
    assert_eq!(shown(&aggregates, ON_HOLD_BUSINESS), Some((0, 0)));
    // Who had watched them would have seen what was there before this page.
    let began = aggregates.take_twins_began().expect("they have begun");
    let sums: u64 = began
        .iter()
        .filter(|(cell, _)| cell.part() == Some(Part::Sum))
        .map(|(_, value)| value)
        .sum();
    assert_eq!(sums, 1_200);
    let observations: u64 = began
        .iter()
        .filter(|(cell, _)| matches!(cell.part(), Some(Part::Bucket(_))))
        .map(|(_, value)| value)
        .sum();
    assert_eq!(observations, 2);
    observed(&mut aggregates, &[differs]);
    assert_eq!(aggregates.take_twins_began(), None);
}

#[test]
fn twins_with_buckets_of_their_own_are_kept_from_the_first_observation_and_shown_when_they_differ()
{
    let mut buckets = Buckets::default();
    buckets
        .set(FIRST_REPLY_BUSINESS, vec![60])
        .expect("one bound");
    let mut aggregates = Aggregates::new(SeriesSettings {
        buckets,
        ..settings(BusinessHours::Auto)
    });
    aggregates.add_counters();
    let same: &[(TicketFamily, u64)] = &[(FIRST_REPLY, 600), (FIRST_REPLY_BUSINESS, 600)];
    observed(&mut aggregates, &[same]);
    aggregates.commit_page();
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), None);
    observed(&mut aggregates, &[&[(ON_HOLD, 60), (ON_HOLD_BUSINESS, 0)]]);
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), Some((1, 600)));
    assert_eq!(shown(&aggregates, ON_HOLD_BUSINESS), Some((1, 0)));
    let beyond = FIRST_REPLY_BUSINESS
        .cell(&high())
        .with_part(Part::Bucket(1));
    let value = aggregates.cells().find(|(cell, _)| *cell == beyond);
    assert_eq!(value, Some((beyond, 1)));
    let began = aggregates.take_twins_began().expect("they have begun");
    assert_eq!(began.get(&beyond), Some(&1));
}

#[test]
fn twins_that_begin_with_the_first_observation_of_all_are_told_to_have_begun() {
    let mut aggregates = Aggregates::new(SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..settings(BusinessHours::Auto).labels
        },
        ..settings(BusinessHours::Auto)
    });
    aggregates.add_counters();
    assert_eq!(aggregates.take_twins_began(), None);
    let differs: &[(TicketFamily, u64)] = &[(FIRST_REPLY, 900), (FIRST_REPLY_BUSINESS, 60)];
    observed(&mut aggregates, &[differs]);
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), Some((1, 60)));
    assert_eq!(aggregates.take_twins_began(), Some(BTreeMap::new()));
    // Once.
    assert_eq!(aggregates.take_twins_began(), None);
}

#[test]
fn twins_of_owners_that_find_no_room_begin_under_other() {
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..settings(BusinessHours::Auto).labels
        },
        ..settings(BusinessHours::Auto)
    };
    // Room for one owner's first replies by the calendar.
    let max_series = with_group.fallback_series() + 15;
    let mut aggregates = Aggregates::new(SeriesSettings {
        max_series,
        ..with_group
    });
    let of_group = |group: u16| high().with(Dimension::Named(NamedSet::Group), group);
    let same = [(FIRST_REPLY, 600), (FIRST_REPLY_BUSINESS, 600)];
    aggregates.observe(&same, &of_group(7));
    let differs = [(FIRST_REPLY, 600), (FIRST_REPLY_BUSINESS, 60)];
    aggregates.observe(&differs, &of_group(7));
    let sums = |wanted: TicketFamily| -> Vec<Cell> {
        let cells = aggregates.shown_cells().map(|(cell, _)| cell);
        let is_sum = |cell: &Cell| cell.family() == wanted && cell.part() == Some(Part::Sum);
        cells.filter(is_sum).collect()
    };
    assert_eq!(sums(FIRST_REPLY), [FIRST_REPLY.cell(&of_group(7))]);
    let other = FIRST_REPLY_BUSINESS.cell(&of_group(NUMBER_OTHER));
    assert_eq!(sums(FIRST_REPLY_BUSINESS), [other]);
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), Some((2, 660)));
}

/// What another setting shows of two equal observations, and of a third if there was one that
/// differed.
#[track_caller]
fn check_change(differs: bool, [before, after]: [BusinessHours; 2], expected: Option<(u64, u64)>) {
    let mut aggregates = Aggregates::new(settings(before));
    let same: &[(TicketFamily, u64)] = &[(FIRST_REPLY, 600), (FIRST_REPLY_BUSINESS, 600)];
    observed(&mut aggregates, &[same, same]);
    if differs {
        observed(
            &mut aggregates,
            &[&[(FIRST_REPLY, 900), (FIRST_REPLY_BUSINESS, 60)]],
        );
    }
    let by_calendar = shown(&aggregates, FIRST_REPLY);
    let kept = aggregates.rebuild(settings(after));
    aggregates.take_back(kept);
    aggregates.add_counters();
    let case = format!("{before:?} {after:?} {differs}");
    assert_eq!(shown(&aggregates, FIRST_REPLY), by_calendar, "{case}");
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), expected, "{case}");
    assert_eq!(aggregates.business_hours_differ(), differs, "{case}");
}

#[test]
fn another_setting_shows_all_that_is_known_and_makes_nothing_up() {
    use BusinessHours::{Always, Auto, Never};
    // Until values differ those by the calendar tell everything.
    check_change(false, [Auto, Always], Some((2, 1_200)));
    check_change(false, [Never, Always], Some((2, 1_200)));
    check_change(false, [Always, Auto], None);
    check_change(false, [Never, Auto], None);
    check_change(false, [Auto, Never], None);
    // Afterwards what was kept goes on, and what was not begins at 0.
    check_change(true, [Auto, Always], Some((3, 1_260)));
    check_change(true, [Always, Auto], Some((3, 1_260)));
    check_change(true, [Never, Auto], Some((0, 0)));
    check_change(true, [Never, Always], Some((0, 0)));
    check_change(true, [Always, Never], None);
    check_change(true, [Auto, Never], None);
}

#[test]
fn twins_that_went_with_a_setting_come_back_whole_if_no_value_has_differed() {
    let mut aggregates = Aggregates::new(settings(BusinessHours::Always));
    let same: &[(TicketFamily, u64)] = &[(FIRST_REPLY, 600), (FIRST_REPLY_BUSINESS, 600)];
    observed(&mut aggregates, &[same]);
    for business_hours in [BusinessHours::Never, BusinessHours::Auto] {
        let kept = aggregates.rebuild(settings(business_hours));
        aggregates.take_back(kept);
        observed(&mut aggregates, &[same]);
        assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), None);
    }
    observed(&mut aggregates, &[&[(FIRST_REPLY, 60)]]);
    assert_eq!(shown(&aggregates, FIRST_REPLY_BUSINESS), Some((3, 1_800)));
}

/// The cells of histograms that hold something.
fn histograms(cells: impl Iterator<Item = (Cell, u64)>) -> BTreeMap<Cell, u64> {
    cells
        .filter(|(cell, value)| cell.part().is_some() && *value > 0)
        .collect()
}

fn synced(settings: SeriesSettings) -> Ledger {
    let mut ledger = Ledger::new(settings, UnixSeconds(0));
    ledger.pass(&last_page(1_000));
    ledger
}

/// The row of an account whose values in business hours are those by the calendar.
fn without_schedule(mut row: TicketChange) -> TicketChange {
    let same = |minutes: Minutes| Minutes {
        business: minutes.calendar,
        ..minutes
    };
    row.metric_set = row.metric_set.map(|set| MetricSet {
        reply: same(set.reply),
        first_resolution: same(set.first_resolution),
        full_resolution: same(set.full_resolution),
        requester_wait: same(set.requester_wait),
        agent_wait: same(set.agent_wait),
        on_hold: same(set.on_hold),
        ..set
    });
    row
}

proptest! {
    #[test]
    fn what_auto_shows_is_what_always_shows_from_the_moment_on_in_which_values_differ(
        rows in prop::collection::vec(any_change(), 1..80),
        begins_at in 0usize..80,
        own_buckets in any::<bool>(),
        rebuilds in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let mut buckets = Buckets::default();
        if own_buckets {
            buckets.set(ON_HOLD_BUSINESS, vec![60, 120]).expect("bounds that rise");
        }
        let with = |business_hours| SeriesSettings { buckets: buckets.clone(), ..settings(business_hours) };
        let mut auto = (synced(with(BusinessHours::Auto)), Records::new());
        let mut always = (synced(with(BusinessHours::Always)), Records::new());
        let rebuilds: Vec<usize> = rebuilds.iter().map(|place| place.index(rows.len())).collect();
        for (place, row) in rows.into_iter().enumerate() {
            let row = if place < begins_at { without_schedule(row) } else { row };
            for (ledger, records) in [&mut auto, &mut always] {
                apply_all(ledger, records, std::slice::from_ref(&row));
                ledger.aggregates.commit_page();
            }
            if rebuilds.contains(&place) {
                // There and back: other settings for a while, in which nothing happens.
                for business_hours in [BusinessHours::Always, BusinessHours::Auto] {
                    let aggregates = &mut auto.0.aggregates;
                    let kept = aggregates.rebuild(with(business_hours));
                    for record in auto.1.values() {
                        let nothing = Counted::default();
                        aggregates.fold(None, record, &nothing, &auto.0.dictionaries).expect("enters");
                    }
                    aggregates.take_back(kept);
                }
            }
            let shown = histograms(auto.0.aggregates.shown_cells());
            let expected = histograms(always.0.aggregates.cells());
            prop_assert_eq!(
                auto.0.aggregates.business_hours_differ(),
                always.0.aggregates.business_hours_differ()
            );
            if auto.0.aggregates.business_hours_differ() {
                prop_assert_eq!(shown, expected);
            } else {
                let is_business = |cell: &Cell| cell.family().is_business();
                let (business, by_calendar): (BTreeMap<_, _>, BTreeMap<_, _>) =
                    expected.into_iter().partition(|(cell, _)| is_business(cell));
                prop_assert_eq!(shown, by_calendar);
                // What always shows beside it tells nothing more.
                let is_sum = |(cell, _): &(Cell, u64)| cell.part() == Some(Part::Sum);
                let business_sums = business.into_iter().filter(is_sum);
                let sums: u64 = business_sums.map(|(_, value)| value).sum();
                let all: u64 = histograms(auto.0.aggregates.shown_cells())
                    .into_iter()
                    .filter(is_sum)
                    .filter(|(cell, _)| cell.family().is_duration())
                    .map(|(_, value)| value)
                    .sum();
                prop_assert_eq!(sums, all);
            }
        }
    }
}
