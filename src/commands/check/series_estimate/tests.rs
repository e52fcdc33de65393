use super::*;
use crate::ledger::{FieldLabel, LabelSettings};
use crate::ticket::{NamedSet, PerSet};

fn product() -> FieldLabel {
    FieldLabel {
        id: 7,
        label: "product".to_owned(),
        values: Vec::new(),
    }
}

/// A ledger that has read such an account under these settings.
fn read(population: &Population, settings: &SeriesSettings) -> Ledger {
    population.read_by(settings).0
}

/// What the line says that the estimate goes by.
fn told(read: Option<&Ledger>, settings: &SeriesSettings) -> String {
    let line = series(read, settings);
    let told = line.split_once("; ").expect("what it goes by").1;
    // How many more there may be comes first.
    let basis = told.split_once("business hours differ; ");
    basis.map_or(told, |(_, basis)| basis).to_owned()
}

#[test]
fn estimates_are_rounded_and_large_numbers_can_be_read() {
    let table = [
        (0, "0", "0"),
        (7, "7", "7"),
        (99, "99", "99"),
        (994, "990", "1,000"),
        (995, "1,000", "1,000"),
        (1_449, "1,400", "1,500"),
        (1_450, "1,500", "1,500"),
        (1_500, "1,500", "1,500"),
        (12_345_678, "12,000,000", "13,000,000"),
    ];
    for (number, near, no_less) in table {
        assert_eq!(grouped(rounded(number) as u64), near);
        assert_eq!(grouped(rounded_up(number) as u64), no_less);
    }
}

#[test]
fn what_the_estimate_goes_by_is_told() {
    let settings = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default()
                .with(NamedSet::Group, true)
                .with(NamedSet::CustomStatus, true),
            fields: vec![product()],
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    assert_eq!(
        told(None, &SeriesSettings::default()),
        "assumed: 3,000 tickets, 8 channels, a schedule)"
    );
    assert_eq!(
        told(None, &settings),
        "assumed: 3,000 tickets, 8 channels, 6 groups, 5 custom statuses, 5 values of a field, a schedule)"
    );
    let small = Population {
        done: 0,
        unsolved: 1,
        channels: 1,
        ..Population::USUAL
    };
    assert_eq!(
        told(
            Some(&read(&small, &SeriesSettings::default())),
            &SeriesSettings::default()
        ),
        "from the state: 1 ticket, 1 channel; assumed: a schedule)"
    );
}

/// Groups, brands, forms and custom statuses are kept whether or not their label is on.
#[test]
fn what_the_state_does_not_have_is_none_and_not_what_is_usual() {
    let bare = Population {
        done: 20,
        unsolved: 5,
        channels: 0,
        named: PerSet::default(),
        ..Population::USUAL
    };
    let every_label = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::from_fn(|_| true),
            ..LabelSettings::default()
        },
        business_hours: BusinessHours::Never,
        ..SeriesSettings::default()
    };
    for before in [&SeriesSettings::default(), &every_label] {
        assert_eq!(
            told(Some(&read(&bare, before)), &every_label),
            "from the state: 25 tickets, 0 channels, 0 groups, 0 brands, 0 forms, 0 custom statuses)"
        );
    }
}

#[test]
fn values_of_a_field_are_true_where_the_state_has_read_it_and_else_assumed() {
    let with = |fields: Vec<FieldLabel>| SeriesSettings {
        labels: LabelSettings {
            fields,
            ..LabelSettings::default()
        },
        business_hours: BusinessHours::Never,
        ..SeriesSettings::default()
    };
    let region = FieldLabel {
        id: 8,
        label: "region".to_owned(),
        ..product()
    };
    let listed = FieldLabel {
        values: vec!["shop".to_owned()],
        ..product()
    };
    let population = |values: usize| Population {
        done: 200,
        unsolved: 0,
        field_values: [(7, values)].into(),
        ..Population::USUAL
    };
    let table = [
        (with(vec![product()]), 12, "12 values of product)"),
        (with(vec![product()]), 1, "1 value of product)"),
        (with(vec![product()]), 0, "0 values of product)"),
        // Not asked for so far, or only of the values that were listed.
        (
            with(Vec::new()),
            12,
            "8 channels; assumed: 5 values of a field)",
        ),
        (
            with(vec![listed.clone()]),
            12,
            "8 channels; assumed: 5 values of a field)",
        ),
        (
            with(vec![region.clone()]),
            12,
            "8 channels; assumed: 5 values of a field)",
        ),
    ];
    for (before, values, expected) in table {
        let told = told(
            Some(&read(&population(values), &before)),
            &with(vec![product()]),
        );
        assert!(told.ends_with(expected), "{told}");
    }
    let both = with(vec![product(), region]);
    assert_eq!(
        told(Some(&read(&population(3), &with(vec![product()]))), &both),
        "from the state: 200 tickets, 8 channels, 3 values of product; assumed: 5 values of a field)"
    );
    // While everything is read again few values prove nothing, many do.
    for (values, expected) in [
        (3, "; assumed: 5 values of a field)"),
        (9, ", 9 values of product)"),
    ] {
        let mut ledger = read(&population(values), &with(vec![product()]));
        ledger.progress.resync.on_settings_changed();
        let told = told(Some(&ledger), &with(vec![product()]));
        assert!(told.ends_with(expected), "{told}");
    }
    assert!(!told(None, &with(vec![listed])).contains("value"));
}

#[test]
fn whether_there_is_a_schedule_is_known_once_much_was_solved() {
    let told_of = |tickets: u64, differ: bool| {
        let population = Population {
            done: tickets,
            unsolved: 0,
            business_hours_differ: Some(differ),
            ..Population::USUAL
        };
        let (mut ledger, mut backlog) = population.read_by(&SeriesSettings::default());
        population.live(&mut ledger, &mut backlog);
        let told = told(Some(&ledger), &SeriesSettings::default());
        told.rsplit_once(" channels")
            .expect("channels")
            .1
            .to_owned()
    };
    assert_eq!(told_of(500, true), ", a schedule)");
    assert_eq!(told_of(500, false), ", no schedule)");
    assert_eq!(told_of(20, false), "; assumed: a schedule)");
}

#[test]
fn the_line_says_of_when_each_number_is() {
    let usual = Population::USUAL;
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let ledger = read(&usual, &SeriesSettings::default());
    let table = [
        (series(None, &with_group), "after the first sync, about "),
        (
            series(Some(&ledger), &SeriesSettings::default()),
            "now, about ",
        ),
        (series(Some(&ledger), &with_group), "at first, about "),
    ];
    for (line, when) in table {
        let (start, rest) = line.split_once(when).expect("when");
        assert!(start.starts_with("about ") && start.ends_with(" series with these settings "));
        assert!(
            rest.contains(" after 3,000 more tickets (at most "),
            "{line}"
        );
    }
    // Nobody knows yet whether they differ, unless there is a state or they are shown anyway.
    let more = " more series when business hours differ; assumed: ";
    let never = SeriesSettings {
        business_hours: BusinessHours::Never,
        ..SeriesSettings::default()
    };
    let line = series(None, &SeriesSettings::default());
    let (_, number) = line.split_once("(at most ").expect("a bound");
    let (number, _) = number.split_once(more).expect("more");
    let (_, number) = number.split_once("; about ").expect("two numbers");
    let number: f64 = number.parse().expect("a number");
    let unknown = SeriesEstimate::new(&usual, &SeriesSettings::default()).at_first as f64;
    assert!((0.3..0.6).contains(&(number / unknown)), "{line}");
    for line in [
        series(None, &never),
        series(Some(&ledger), &SeriesSettings::default()),
    ] {
        assert!(!line.contains("more series"), "{line}");
    }
    // Nothing is told of what will not grow.
    let nobody = Population {
        done: 0,
        unsolved: 0,
        ..usual
    };
    let line = series(
        Some(&read(&nobody, &SeriesSettings::default())),
        &SeriesSettings::default(),
    );
    assert!(line.contains(" now (at most "), "{line}");
}
