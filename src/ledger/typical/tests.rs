use std::collections::{BTreeMap, BTreeSet};

use super::ticket::{DONE, PRIORITIES, SCORES, SUPPORT_TYPES, TYPES, UNSOLVED, zipf};

use super::*;
use crate::ledger::Cell;
use crate::ledger::LabelSettings;
use crate::ledger::family::{AtZero, TicketFamily};
use crate::ledger::testing::every_label;
use crate::ticket::{PerSet, Standing};

fn cells(ledger: &Ledger) -> Vec<(Cell, u64)> {
    ledger.aggregates.cells().collect()
}

#[test]
fn the_same_account_is_made_up_each_time() {
    let [(first, _), (second, _)] = [(); 2].map(|()| Population::USUAL.read_by(&every_label()));
    assert_eq!(cells(&first), cells(&second));
}

#[test]
fn an_account_that_was_read_is_as_it_was_made_up() {
    let populations = [
        Population::USUAL,
        Population {
            done: 9_000,
            unsolved: 1_000,
            channels: 12,
            named: PerSet([20, 1, 4, 10]),
            ..Population::USUAL
        },
    ];
    for population in populations {
        for settings in [SeriesSettings::default(), every_label()] {
            let (ledger, backlog) = population.read_by(&settings);
            let fields = settings.labels.fields.iter();
            let found = Population {
                field_values: fields
                    .map(|field| (field.id, FIELD_VALUES_ASSUMED))
                    .collect(),
                ..population.clone()
            };
            assert_eq!(Population::of(&ledger), found);
            assert_eq!(backlog.len() as u64, population.unsolved);
        }
    }
}

#[test]
fn nobody_s_account_and_a_huge_one_can_be_made_up() {
    let nobody = Population {
        done: 0,
        unsolved: 0,
        channels: 0,
        named: PerSet::default(),
        field_values: BTreeMap::from([(7, 0)]),
        business_hours_differ: None,
    };
    let huge = Population {
        done: u64::MAX / 2,
        unsolved: u64::MAX / 2,
        named: PerSet::default().with(NamedSet::Group, 100_000),
        ..Population::USUAL
    };
    for population in [nobody, huge] {
        let (mut ledger, mut backlog) = population.read_by(&every_label());
        let tickets = Population::of(&ledger).tickets();
        assert!(tickets <= 2 * MADE_UP_MAX, "{tickets}");
        population.live(&mut ledger, &mut backlog);
        let tickets = Population::of(&ledger).tickets();
        assert!(tickets <= 3 * MADE_UP_MAX, "{tickets}");
        let most = population.series_max(&every_label());
        assert!(most <= every_label().max_series, "{most}");
    }
}

#[test]
fn no_account_takes_more_series_than_it_can_at_most() {
    let few = SeriesSettings {
        labels: LabelSettings {
            max_values: 2,
            ..every_label().labels
        },
        ..every_label()
    };
    let bounded = SeriesSettings {
        max_series: 20_000,
        ..every_label()
    };
    for settings in [SeriesSettings::default(), every_label(), few, bounded] {
        let (mut ledger, mut backlog) = Population::USUAL.read_by(&settings);
        let most = Population::USUAL.series_max(&settings);
        let series = |ledger: &Ledger| -> usize {
            let cells = cells(ledger);
            cells.iter().map(|(cell, _)| cell.series()).sum()
        };
        let at_first = series(&ledger);
        Population::USUAL.live(&mut ledger, &mut backlog);
        let later = series(&ledger);
        assert!(at_first < later && later <= most, "{later} of {most}");
    }
}

#[test]
fn the_first_values_are_the_most_usual_ones_and_none_is_left_out() {
    let mut rng = Rng::with_seed(1);
    let mut seen = [0; 8];
    for _ in 0..3_000 {
        let place = zipf(seen.len(), &mut rng).expect("one of eight");
        seen[usize::try_from(place).expect("small")] += 1;
    }
    assert!(
        seen.is_sorted_by(|first, second| first + 60 > *second),
        "{seen:?}"
    );
    assert!(seen[7] > 60, "{seen:?}");
    assert_eq!(zipf(0, &mut rng), None);
}

#[test]
fn shares_are_of_a_hundred() {
    fn sum<T>(shares: &[(T, u32)]) -> u32 {
        shares.iter().map(|(_, share)| share).sum()
    }
    let sums = [
        sum(PRIORITIES),
        sum(TYPES),
        sum(UNSOLVED),
        sum(DONE),
        sum(SCORES),
        sum(SUPPORT_TYPES),
    ];
    assert_eq!(sums, [100; 6]);
}

#[test]
fn everything_that_can_be_counted_begins_as_tickets_come_in_and_are_solved() {
    let settings = every_label();
    let (mut ledger, mut backlog) = Population::USUAL.read_by(&settings);
    let families = |ledger: &Ledger| -> BTreeSet<TicketFamily> {
        let counted = cells(ledger).into_iter().filter(|(_, value)| *value > 0);
        counted.map(|(cell, _)| cell.family()).collect()
    };
    let before = families(&ledger);
    assert!(TicketFamily::histograms().all(|family| !before.contains(&family)));
    Population::USUAL.live(&mut ledger, &mut backlog);
    let after = families(&ledger);
    let is_event = |family: &TicketFamily| family.at_zero() == AtZero::OfUnsolved;
    let counted = TicketFamily::all().filter(|family| is_event(family) || family.is_histogram());
    let missing: Vec<TicketFamily> = counted.filter(|family| !after.contains(family)).collect();
    assert_eq!(missing, []);
    assert!(ledger.aggregates.business_hours_differ());
    // Those that were there are there still.
    assert_eq!(backlog.len() as u64, Population::USUAL.unsolved);
}

#[test]
fn without_a_schedule_business_hours_never_differ() {
    let population = Population {
        business_hours_differ: Some(false),
        ..Population::USUAL
    };
    let (mut ledger, mut backlog) = population.read_by(&SeriesSettings::default());
    population.live(&mut ledger, &mut backlog);
    assert!(!ledger.aggregates.business_hours_differ());
    assert_eq!(Population::of(&ledger).business_hours_differ, Some(false));
}

#[test]
fn a_life_ends_before_the_next_one_begins_and_most_are_closed() {
    let settings = SeriesSettings::default();
    let mut rng = Rng::with_seed(3);
    let mut closed = 0;
    for place in 0..500 {
        let change =
            Population::USUAL.ticket(1, (Status::New, comes_in(place)), &settings, &mut rng);
        let rows = Population::USUAL.life(change, &settings, &mut rng);
        assert!(rows.is_sorted_by(|one, other| one.order_key < other.order_key));
        let last = rows.last().expect("it comes in");
        assert!(last.order_key.time() < comes_in(place + 1));
        assert!(last.order_key.time() < Population::USUAL.end());
        closed += u32::from(last.standing == Standing::Live(Status::Closed));
    }
    assert!(closed > 450, "{closed}");
}
