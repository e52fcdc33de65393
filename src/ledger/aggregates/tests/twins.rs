//! Histograms in business hours beside those by the calendar.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ledger::testing::{Records, any_change, apply_all};
use crate::ledger::{
    AnswerTime, Buckets, BusinessHours, LabelSettings, Ledger, Measure, PageFacts, Walk,
};
use crate::ticket::{MetricSet, Minutes, NamedSet, PerSet, TicketChange, UnixSeconds};

fn settings(business_hours: BusinessHours) -> SeriesSettings {
    SeriesSettings {
        business_hours,
        ..SeriesSettings::default()
    }
}

/// Takes observations into the histograms of one priority, as one row after the other gives them.
fn observed(aggregates: &mut Aggregates, rows: &[&[(Measure, u64)]]) {
    for row in rows {
        aggregates.observe(row, Priority::High, Owner::default());
    }
}

/// Observations of a measure and their sum, as shown; `None` if it is not.
fn shown(aggregates: &Aggregates, wanted: Measure) -> Option<(u64, u64)> {
    let (mut count, mut sum) = (0, None);
    for (cell, value) in aggregates.shown_cells() {
        match cell {
            Cell::HistogramBucket { measure, .. } if measure == wanted => count += value,
            Cell::HistogramSum { measure, .. } if measure == wanted => {
                sum = Some(sum.unwrap_or_default() + value);
            }
            _ => {}
        }
    }
    Some((count, sum?))
}

use Measure::{FirstReply, FirstReplyBusiness, OnHold, OnHoldBusiness, Replies};

#[test]
fn values_differ_where_they_are_not_the_same_or_only_one_is_there() {
    let table: [(&[(Measure, u64)], bool); 7] = [
        (&[], false),
        (&[(Replies, 3)], false),
        (&[(FirstReply, 60), (FirstReplyBusiness, 60)], false),
        (&[(FirstReply, 60), (FirstReplyBusiness, 0)], true),
        (&[(FirstReply, 60)], true),
        (&[(OnHoldBusiness, 60)], true),
        (
            &[
                (FirstReply, 60),
                (FirstReplyBusiness, 60),
                (OnHold, 0),
                (OnHoldBusiness, 1),
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
    let same: &[(Measure, u64)] = &[(FirstReply, 600), (FirstReplyBusiness, 600)];
    observed(&mut aggregates, &[same, same]);
    assert_eq!(shown(&aggregates, FirstReply), Some((2, 1_200)));
    assert_eq!(shown(&aggregates, FirstReplyBusiness), None);
    aggregates.commit_page();

    let differs: &[(Measure, u64)] = &[(FirstReply, 900), (FirstReplyBusiness, 60)];
    observed(&mut aggregates, &[same, differs]);
    assert_eq!(shown(&aggregates, FirstReply), Some((4, 2_700)));
    assert_eq!(shown(&aggregates, FirstReplyBusiness), Some((4, 1_860)));
    // All at once, at 0 where nothing was observed.
    assert_eq!(shown(&aggregates, OnHoldBusiness), Some((0, 0)));
    // Who had watched them would have seen what was there before this page.
    let began = aggregates.take_twins_began().expect("they have begun");
    let sums: u64 = began
        .iter()
        .filter(|(cell, _)| matches!(cell, Cell::HistogramSum { .. }))
        .map(|(_, value)| value)
        .sum();
    assert_eq!(sums, 1_200);
    let observations: u64 = began
        .iter()
        .filter(|(cell, _)| matches!(cell, Cell::HistogramBucket { .. }))
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
        .set(FirstReplyBusiness, vec![60])
        .expect("one bound");
    let mut aggregates = Aggregates::new(SeriesSettings {
        buckets,
        ..settings(BusinessHours::Auto)
    });
    aggregates.add_counters();
    let same: &[(Measure, u64)] = &[(FirstReply, 600), (FirstReplyBusiness, 600)];
    observed(&mut aggregates, &[same]);
    aggregates.commit_page();
    assert_eq!(shown(&aggregates, FirstReplyBusiness), None);
    observed(&mut aggregates, &[&[(OnHold, 60), (OnHoldBusiness, 0)]]);
    assert_eq!(shown(&aggregates, FirstReplyBusiness), Some((1, 600)));
    assert_eq!(shown(&aggregates, OnHoldBusiness), Some((1, 0)));
    let beyond = Cell::HistogramBucket {
        measure: FirstReplyBusiness,
        priority: Priority::High,
        owner: Owner::default(),
        place: 1,
    };
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
    let differs: &[(Measure, u64)] = &[(FirstReply, 900), (FirstReplyBusiness, 60)];
    observed(&mut aggregates, &[differs]);
    assert_eq!(shown(&aggregates, FirstReplyBusiness), Some((1, 60)));
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
    let owner = Owner {
        group: Some(crate::ledger::LabelValue(7)),
        brand: None,
    };
    let same = [(FirstReply, 600), (FirstReplyBusiness, 600)];
    aggregates.observe(&same, Priority::High, owner);
    let differs = [(FirstReply, 600), (FirstReplyBusiness, 60)];
    aggregates.observe(&differs, Priority::High, owner);
    let owners = |wanted: Measure| -> Vec<Owner> {
        let cells = aggregates.shown_cells();
        cells
            .filter_map(|(cell, _)| match cell {
                Cell::HistogramSum { measure, owner, .. } if measure == wanted => Some(owner),
                _ => None,
            })
            .collect()
    };
    assert_eq!(owners(FirstReply), [owner]);
    let other = Owner {
        group: Some(crate::ledger::LabelValue::OTHER),
        brand: None,
    };
    assert_eq!(owners(FirstReplyBusiness), [other]);
    assert_eq!(shown(&aggregates, FirstReplyBusiness), Some((2, 660)));
}

/// What another setting shows of two equal observations, and of a third if there was one that
/// differed.
#[track_caller]
fn check_change(differs: bool, [before, after]: [BusinessHours; 2], expected: Option<(u64, u64)>) {
    let mut aggregates = Aggregates::new(settings(before));
    let same: &[(Measure, u64)] = &[(FirstReply, 600), (FirstReplyBusiness, 600)];
    observed(&mut aggregates, &[same, same]);
    if differs {
        observed(
            &mut aggregates,
            &[&[(FirstReply, 900), (FirstReplyBusiness, 60)]],
        );
    }
    let by_calendar = shown(&aggregates, FirstReply);
    let kept = aggregates.rebuild(settings(after));
    aggregates.take_back(kept);
    aggregates.add_counters();
    let case = format!("{before:?} {after:?} {differs}");
    assert_eq!(shown(&aggregates, FirstReply), by_calendar, "{case}");
    assert_eq!(shown(&aggregates, FirstReplyBusiness), expected, "{case}");
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
    let same: &[(Measure, u64)] = &[(FirstReply, 600), (FirstReplyBusiness, 600)];
    observed(&mut aggregates, &[same]);
    for business_hours in [BusinessHours::Never, BusinessHours::Auto] {
        let kept = aggregates.rebuild(settings(business_hours));
        aggregates.take_back(kept);
        observed(&mut aggregates, &[same]);
        assert_eq!(shown(&aggregates, FirstReplyBusiness), None);
    }
    observed(&mut aggregates, &[&[(FirstReply, 60)]]);
    assert_eq!(shown(&aggregates, FirstReplyBusiness), Some((3, 1_800)));
}

/// The cells of histograms that hold something.
fn histograms(cells: impl Iterator<Item = (Cell, u64)>) -> BTreeMap<Cell, u64> {
    cells
        .filter(|(cell, value)| cell.measure().is_some() && *value > 0)
        .collect()
}

fn synced(settings: SeriesSettings) -> Ledger {
    let mut ledger = Ledger::new(settings, UnixSeconds(0));
    ledger.pass(&PageFacts {
        walk: Walk::Main,
        time: AnswerTime::agreed(UnixSeconds(1_000)),
        end_of_stream: true,
        next: None,
        first_and_last_key: None,
        greatest_key: None,
    });
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
            buckets.set(OnHoldBusiness, vec![60, 120]).expect("bounds that rise");
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
                let is_business = |cell: &Cell| cell.measure().is_some_and(Measure::is_business);
                let (business, by_calendar): (BTreeMap<_, _>, BTreeMap<_, _>) =
                    expected.into_iter().partition(|(cell, _)| is_business(cell));
                prop_assert_eq!(shown, by_calendar);
                // What always shows beside it tells nothing more.
                let business_sums = business.into_iter().filter_map(|(cell, value)| match cell {
                    Cell::HistogramSum { .. } => Some(value),
                    _ => None,
                });
                let sums: u64 = business_sums.sum();
                let all: u64 = histograms(auto.0.aggregates.shown_cells())
                    .into_iter()
                    .filter_map(|(cell, value)| match cell {
                        Cell::HistogramSum { measure, .. } if !measure.is_count() => Some(value),
                        _ => None,
                    })
                    .sum();
                prop_assert_eq!(sums, all);
            }
        }
    }
}
