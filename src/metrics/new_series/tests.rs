use proptest::prelude::*;

use super::*;
use crate::ledger::testing::{Records, any_row, apply_all, last_page};
use crate::ledger::{
    Dimension, LabelSettings, LabelValues, Ledger, NUMBER_OTHER, Part, SeriesSettings,
    TicketFamily, family,
};
use crate::metrics::catalog::{self, Kind};
use crate::metrics::{FamilyLines, Words};
use crate::ticket::{
    NamedSet, PerSet, Priority, Score, Status, TicketChange, TicketType, UnixSeconds,
};

const HOLD: Duration = Duration::from_secs(120);

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn labels(priority: Priority, channel: u16) -> LabelValues {
    LabelValues::default()
        .with(Dimension::Status, Status::Open)
        .with(Dimension::Priority, priority)
        .with(Dimension::Type, TicketType::None)
        .with(Dimension::Channel, channel)
}

fn created(priority: Priority, channel: u16) -> Cell {
    family::CREATED.cell(&labels(priority, channel))
}

fn tickets() -> Cell {
    family::TICKETS.cell(&labels(Priority::High, 2))
}

/// A histogram with two buckets in use, whose sum is `sum`.
fn histogram(family: TicketFamily, counts: [u64; 2], sum: u64) -> Vec<(Cell, u64)> {
    let whole = family.cell(&labels(Priority::High, 2));
    let bucket = |index: u8| whole.with_part(Part::Bucket(index));
    vec![(bucket(0), counts[0]), (bucket(1), counts[1]), (whole, sum)]
}

fn aggregates(settings: &SeriesSettings, cells: &[(Cell, u64)]) -> Aggregates {
    let mut aggregates = Aggregates::new(settings.clone());
    for (cell, value) in cells {
        aggregates.restore(*cell, *value);
    }
    aggregates
}

/// Looks at these cells, and returns what is held of them.
fn look(new_series: &mut NewSeries, cells: &[(Cell, u64)], seconds: u64) -> Vec<Option<u64>> {
    look_under(new_series, &SeriesSettings::default(), cells, seconds)
}

fn look_under(
    new_series: &mut NewSeries,
    settings: &SeriesSettings,
    cells: &[(Cell, u64)],
    seconds: u64,
) -> Vec<Option<u64>> {
    new_series.let_go(at(seconds));
    let aggregates = aggregates(settings, cells);
    new_series.add_new(&aggregates, None, Occasion::Usual, at(seconds));
    held(new_series, cells)
}

fn held(new_series: &NewSeries, cells: &[(Cell, u64)]) -> Vec<Option<u64>> {
    let values = cells.iter().map(|(cell, _)| new_series.held(cell));
    values.map(|held| held.map(|held| held.value)).collect()
}

#[test]
fn a_series_that_begins_later_is_held_at_zero_until_the_time_is_over() {
    let mut new_series = NewSeries::held_for(HOLD);
    let old = (created(Priority::High, 2), 5);
    let new = (created(Priority::Low, 2), 3);
    assert_eq!(look(&mut new_series, &[old], 1_000), [None]);
    assert_eq!(look(&mut new_series, &[old, new], 1_010), [None, Some(0)]);
    assert_eq!(
        new_series.held(&new.0).map(|held| held.until),
        Some(at(1_130))
    );
    // What is counted meanwhile does not make it younger.
    let counted = (new.0, 4);
    assert_eq!(
        look(&mut new_series, &[old, counted], 1_129),
        [None, Some(0)]
    );
    assert_eq!(look(&mut new_series, &[old, counted], 1_130), [None, None]);
}

#[test]
fn neither_gauges_nor_what_was_there_at_the_start_are_held() {
    let mut new_series = NewSeries::held_for(HOLD);
    assert_eq!(
        look(&mut new_series, &[(created(Priority::High, 2), 5)], 0),
        [None]
    );
    let cells = [(created(Priority::High, 2), 5), (tickets(), 7)];
    assert_eq!(look(&mut new_series, &cells, 1), [None, None]);
}

#[test]
fn a_histogram_is_held_whole() {
    let mut new_series = NewSeries::held_for(HOLD);
    look(&mut new_series, &[], 0);
    let cells = histogram(family::REPLIES, [4, 0], 9);
    assert_eq!(look(&mut new_series, &cells, 1), [Some(0); 3]);
    let cells = histogram(family::REPLIES, [4, 1], 12);
    assert_eq!(look(&mut new_series, &cells, 60), [Some(0); 3]);
    assert_eq!(look(&mut new_series, &cells, 121), [None; 3]);
}

#[test]
fn with_the_first_sync_everything_but_gauges_is_held_at_zero_whether_it_has_counted_or_not() {
    let mut cells = vec![
        (tickets(), 7),
        (created(Priority::High, 2), 0),
        (created(Priority::Low, 2), 2),
    ];
    cells.extend(histogram(family::REPLIES, [0, 0], 0));
    cells.extend(histogram(family::REOPENS, [1, 0], 0));
    let mut new_series = NewSeries::held_for(HOLD);
    let first = aggregates(&SeriesSettings::default(), &cells);
    new_series.add_new(&first, None, Occasion::FirstSync, at(5));
    let at_zero = [vec![None], vec![Some(0); 8]].concat();
    assert_eq!(held(&new_series, &cells), at_zero);
    assert_eq!(
        new_series.held(&cells[1].0).map(|held| held.until),
        Some(at(125))
    );
    // What is counted meanwhile, and what begins.
    cells[1].1 = 1;
    cells.push((created(Priority::Urgent, 2), 1));
    let with_young = [at_zero, vec![Some(0)]].concat();
    assert_eq!(look(&mut new_series, &cells, 124), with_young);
    let mut only_young = vec![None; 10];
    only_young[9] = Some(0);
    assert_eq!(look(&mut new_series, &cells, 125), only_young);
    assert_eq!(look(&mut new_series, &cells, 244), [None; 10]);
}

#[test]
fn without_a_hold_the_first_sync_holds_nothing() {
    let cells = [(created(Priority::High, 2), 0)];
    let mut new_series = NewSeries::held_for(Duration::ZERO);
    let first = aggregates(&SeriesSettings::default(), &cells);
    new_series.add_new(&first, None, Occasion::FirstSync, at(5));
    assert_eq!(held(&new_series, &cells), [None]);
    // A shorter hold than before lets go at once.
    let mut new_series = NewSeries::held_for(HOLD);
    new_series.add_new(&first, None, Occasion::FirstSync, at(5));
    new_series.hold_for(at(10));
    assert_eq!(look(&mut new_series, &cells, 15), [None]);
}

#[test]
fn other_labels_during_the_first_hold_begin_a_hold_of_their_own() {
    let kept = (
        family::RATINGS.cell(&labels(Priority::High, 2).with(Dimension::Score, Score::Good)),
        0,
    );
    let cells = [kept, (created(Priority::High, 2), 0)];
    let mut new_series = NewSeries::held_for(HOLD);
    let first = aggregates(&SeriesSettings::default(), &cells);
    new_series.add_new(&first, None, Occasion::FirstSync, at(0));
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let held = look_under(&mut new_series, &with_group, &cells, 100);
    assert_eq!(held, [Some(0); 2]);
    let held = look_under(&mut new_series, &with_group, &cells, 120);
    assert_eq!(held, [None, Some(0)]);
    let held = look_under(&mut new_series, &with_group, &cells, 220);
    assert_eq!(held, [None; 2]);
}

#[test]
fn after_a_restart_with_other_labels_what_begins_anew_is_held_and_nothing_that_goes_on() {
    let ratings = (
        family::RATINGS.cell(&labels(Priority::High, 2).with(Dimension::Score, Score::Good)),
        5,
    );
    let change = |to: Status, count| {
        let labels = labels(Priority::High, 2)
            .with(Dimension::From, Status::Open)
            .with(Dimension::To, to);
        (family::STATUS_CHANGES.cell(&labels), count)
    };
    use Status::{Pending, Solved};
    let event = created(Priority::High, 2);
    let before = [ratings, change(Solved, 0), (event, 9)];
    let with_form = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Form, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    // Of a family that goes on, one series was there at 0, and another one was not.
    let after = [ratings, change(Solved, 0), change(Pending, 0), (event, 0)];
    let mut new_series = NewSeries::held_for(HOLD);
    let shown = ShownSeries::of(&aggregates(&SeriesSettings::default(), &before));
    new_series.go_on_from(shown.clone());
    let held = look_under(&mut new_series, &with_form, &after, 1_000);
    assert_eq!(held, [None, None, Some(0), Some(0)]);
    let held = look_under(&mut new_series, &with_form, &after, 1_120);
    assert_eq!(held, [None; 4]);
    // With the settings of before nothing is held.
    let mut new_series = NewSeries::held_for(HOLD);
    new_series.go_on_from(shown);
    assert_eq!(look(&mut new_series, &before, 1_000), [None; 3]);
}

#[test]
fn without_a_hold_nothing_is_held_and_what_was_shown_is_known_all_the_same() {
    let mut new_series = NewSeries::held_for(Duration::ZERO);
    look(&mut new_series, &[], 0);
    let first = (created(Priority::High, 2), 1);
    assert_eq!(look(&mut new_series, &[first], 1), [None]);
    new_series.hold_for(HOLD);
    let second = (created(Priority::Low, 2), 1);
    assert_eq!(look(&mut new_series, &[first, second], 2), [None, Some(0)]);
    // A shorter one lets go at once, and what was let go is not held again.
    new_series.hold_for(at(10));
    assert_eq!(look(&mut new_series, &[first, second], 12), [None, None]);
    new_series.hold_for(HOLD);
    assert_eq!(look(&mut new_series, &[first, second], 13), [None, None]);
}

#[test]
fn the_cell_for_what_finds_no_room_is_held_like_any_other() {
    let mut new_series = NewSeries::held_for(HOLD);
    let own = (created(Priority::High, 2), 1);
    look(&mut new_series, &[own], 0);
    let fallback = (created(Priority::High, NUMBER_OTHER), 1);
    assert_eq!(look(&mut new_series, &[own, fallback], 1), [None, Some(0)]);
}

#[test]
fn other_labels_hold_what_begins_anew_at_what_it_begins_with_and_nothing_that_goes_on() {
    let mut new_series = NewSeries::held_for(HOLD);
    let (kept, young) = (
        family::RATINGS.cell(&labels(Priority::High, 2).with(Dimension::Score, Score::Good)),
        family::RATINGS.cell(&labels(Priority::High, 2).with(Dimension::Score, Score::Bad)),
    );
    let event = created(Priority::High, 2);
    look(&mut new_series, &[(kept, 5), (event, 9)], 0);
    look(&mut new_series, &[(kept, 5), (event, 9), (young, 1)], 60);
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    // The event's labels are others now, though its cell looks the same; it began again at 0.
    let cells = [(kept, 5), (event, 0), (young, 2)];
    let held = look_under(&mut new_series, &with_group, &cells, 100);
    assert_eq!(held, [None, Some(0), Some(0)]);
    let cells = [(kept, 5), (event, 1), (young, 2)];
    let held = look_under(&mut new_series, &with_group, &cells, 180);
    assert_eq!(held, [None, Some(0), None]);
    let held = look_under(&mut new_series, &with_group, &cells, 220);
    assert_eq!(held, [None; 3]);
    // There was no room for it for a while: it ended.
    let less = SeriesSettings {
        max_series: 5_000,
        ..with_group.clone()
    };
    look_under(&mut new_series, &less, &[(kept, 5), (young, 2)], 300);
    let cells = [(kept, 5), (young, 2), (event, 1)];
    let held = look_under(&mut new_series, &less, &cells, 400);
    assert_eq!(held, [None, None, Some(0)]);
}

/// What one is told of the twins when they begin.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// What they held before.
    Values,
    /// That nothing had been observed before.
    None,
    /// Nothing: it is not known any more.
    Nothing,
}

/// What is held of the twin of first replies when values in business hours begin to differ at 500,
/// in an account that shows them `when`, and whose first reply by the calendar was there at `seen`.
#[track_caller]
fn check_twins(when: BusinessHours, (seen, told): (u64, Told), expected: [Option<u64>; 3]) {
    let settings = SeriesSettings {
        business_hours: when,
        ..SeriesSettings::default()
    };
    let mut new_series = NewSeries::held_for(HOLD);
    look_under(&mut new_series, &settings, &[], 0);
    if seen < 500 {
        let by_calendar = histogram(family::FIRST_REPLY, [3, 1], 90);
        look_under(&mut new_series, &settings, &by_calendar, seen);
    }
    let mut all = histogram(family::FIRST_REPLY, [4, 1], 95);
    let twin = histogram(family::FIRST_REPLY_BUSINESS, [5, 0], 91);
    all.extend(&twin);
    let mut aggregates = aggregates(&settings, &all);
    aggregates.restore_business_hours_differ(true);
    let began: Option<BTreeMap<Cell, u64>> = match told {
        Told::Values => {
            let began = histogram(family::FIRST_REPLY_BUSINESS, [3, 1], 90);
            Some(began.into_iter().collect())
        }
        Told::None => Some(BTreeMap::new()),
        Told::Nothing => None,
    };
    new_series.let_go(at(500));
    new_series.add_new(&aggregates, began.as_ref(), Occasion::Usual, at(500));
    assert_eq!(
        held(&new_series, &twin),
        expected,
        "{when:?} {seen} {told:?}"
    );
}

#[test]
fn twins_begin_with_what_those_by_the_calendar_showed_before() {
    use BusinessHours::{Always, Auto};
    let before = [Some(3), Some(1), Some(90)];
    check_twins(Auto, (10, Told::Values), before);
    // They were held themselves.
    check_twins(Auto, (450, Told::Values), [Some(0); 3]);
    // What they held before is not known any more.
    let present = [Some(5), Some(0), Some(91)];
    check_twins(Auto, (10, Told::Nothing), present);
    // Where they are always shown they do not begin because values differ.
    check_twins(Always, (10, Told::Nothing), [Some(0); 3]);
}

#[test]
fn twins_begin_at_zero_where_those_by_the_calendar_begin_with_the_same_page() {
    use BusinessHours::Auto;
    check_twins(Auto, (500, Told::None), [Some(0); 3]);
    check_twins(Auto, (500, Told::Nothing), [Some(0); 3]);
}

/// The counters and histograms of an account, by sample and its value.
fn samples(lines: &FamilyLines) -> BTreeMap<String, f64> {
    let families = catalog::ALL.iter();
    let counters = families.filter(|family| family.kind != Kind::Gauge);
    let mut samples = BTreeMap::new();
    for family in counters {
        let of_family = lines.families.iter();
        for (_, text) in of_family.filter(|(known, _)| known.name == family.name) {
            for line in text.as_str().lines() {
                let (sample, value) = line.rsplit_once(' ').expect("a value");
                let value: f64 = value.parse().expect("a number");
                assert_eq!(samples.insert(sample.to_owned(), value), None, "{sample}");
            }
        }
    }
    samples
}

fn rendered(ledger: &Ledger, new_series: &NewSeries) -> FamilyLines {
    let aggregates = &ledger.aggregates;
    let words = Words {
        dictionaries: &ledger.dictionaries,
        settings: aggregates.settings(),
    };
    FamilyLines::of_cells("acme", aggregates.shown_cells(), words, new_series)
}

/// An account that has read `rows` in its first sync.
fn synced(rows: &[TicketChange]) -> (Ledger, Records) {
    let settings = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        slas: true,
        business_hours: BusinessHours::Never,
        ..SeriesSettings::default()
    };
    let mut ledger = Ledger::new(settings, UnixSeconds(0));
    let mut records = Records::new();
    apply_all(&mut ledger, &mut records, rows);
    let completes = ledger.pass(&last_page(900));
    assert!(completes);
    ledger.aggregates.add_counters();
    (ledger, records)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whoever_scrapes_more_often_than_series_are_held_sees_every_event(
        first in prop::collection::vec(any_row(), 0..20),
        pages in prop::collection::vec((prop::collection::vec(any_row(), 0..8), 1u64..200), 1..25),
        hold in 20u64..300,
        (share, phase) in (1u64..20, 0u64..20),
    ) {
        let interval = (hold * share / 20).max(1);
        let (mut ledger, mut records) = synced(&first);
        let mut new_series = NewSeries::held_for(at(hold));
        new_series.add_new(&ledger.aggregates, None, Occasion::FirstSync, at(0));
        let mut lines = rendered(&ledger, &new_series);
        // What is seen of each series: its latest value, and its increase.
        let mut seen: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        // A second writing of what is to be shown: when each series was first there.
        let mut born: BTreeMap<String, u64> =
            samples(&lines).into_keys().map(|sample| (sample, 0)).collect();
        let mut pages = pages.into_iter().peekable();
        let mut page_at = pages.peek().map(|(_, gap)| *gap);
        let mut cells = samples(&rendered(&ledger, &NewSeries::default()));
        // Pages may come before anybody has looked.
        let mut now = interval * phase / 20;
        while now <= 25 * 200 + 600 {
            while page_at.is_some_and(|at| at < now)
                && let (Some((rows, _)), Some(time)) = (pages.next(), page_at)
            {
                apply_all(&mut ledger, &mut records, &rows);
                new_series.let_go(at(time));
                new_series.add_new(&ledger.aggregates, None, Occasion::Usual, at(time));
                lines = rendered(&ledger, &new_series);
                cells = samples(&rendered(&ledger, &NewSeries::default()));
                for sample in cells.keys() {
                    born.entry(sample.clone()).or_insert(time);
                }
                page_at = pages.peek().map(|(_, gap)| time + gap);
            }
            lines = lines.as_of(at(now)).unwrap_or(lines);
            let shown = samples(&lines);
            for (sample, value) in &shown {
                let is_held = now < born[sample] + hold;
                prop_assert_eq!(*value, if is_held { 0.0 } else { cells[sample] }, "{} at {}", sample, now);
                let (latest, increase) = seen.entry(sample.clone()).or_insert((*value, 0.0));
                prop_assert!(*value >= *latest, "{} fell", sample);
                *increase += *value - *latest;
                *latest = *value;
            }
            prop_assert_eq!(shown.len(), cells.len());
            now += interval;
        }
        for (sample, value) in &cells {
            prop_assert_eq!(seen[sample].1, *value, "{}", sample);
        }
    }
}
