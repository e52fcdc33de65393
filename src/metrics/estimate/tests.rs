use super::*;
use crate::ledger::testing::every_label;
use crate::ledger::{Backlog, BusinessHours, LabelSettings};
use crate::ticket::{NamedSet, PerSet};

fn small() -> Population {
    Population {
        done: 900,
        unsolved: 60,
        ..Population::USUAL
    }
}

/// A ledger that has been in use for some time.
fn lived(settings: &SeriesSettings) -> (Ledger, Backlog) {
    let population = small();
    let (mut ledger, mut backlog) = population.read_by(settings);
    population.live(&mut ledger, &mut backlog);
    (ledger, backlog)
}

#[test]
fn cells_tell_how_many_series_the_backlog_shows() {
    let end = small().end();
    for settings in [SeriesSettings::default(), every_label()] {
        for (ledger, backlog) in [small().read_by(&settings), lived(&settings)] {
            let shown = series_of(&ledger, ledger.aggregates.shown_cells(), &backlog.view(end));
            let by_cells = ticket_series(&ledger);
            if settings.slas {
                // Of a target that nobody waits for now there is no next breach.
                let targets = ledger.aggregates.cells();
                let targets = targets.filter(|(cell, _)| cell.family() == family::SLA_TARGETS);
                let targets = targets.count();
                assert!(
                    (shown..=shown + targets).contains(&by_cells),
                    "{shown} {by_cells}"
                );
            } else {
                // Tickets of live accounts that are open at the end of their steps are few.
                assert!(by_cells.abs_diff(shown) <= 5, "{shown} {by_cells}");
            }
        }
    }
}

#[test]
fn an_account_that_has_been_read_is_told_no_less_than_it_shows() {
    for settings in [
        SeriesSettings::default(),
        SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default().with(NamedSet::Group, true),
                ..LabelSettings::default()
            },
            ..SeriesSettings::default()
        },
        every_label(),
    ] {
        let (ledger, _) = lived(&settings);
        let shown = ticket_series(&ledger);
        let fresh = SeriesEstimate::new(&Population::of(&ledger), &settings);
        assert!(fresh.at_first < shown, "it has grown: {fresh:?} {shown}");
        let estimate = SeriesEstimate::on(&ledger, &settings);
        let beside =
            SeriesEstimate::own_series(&settings) + names(&Population::of(&ledger), &settings);
        assert_eq!(estimate.at_first, shown + beside);
        assert!(estimate.later >= estimate.at_first && estimate.most >= estimate.later);
    }
}

#[test]
fn where_business_hours_are_known_to_differ_auto_is_estimated_as_true() {
    for settings in [SeriesSettings::default(), every_label()] {
        let [auto, always, never] = [
            BusinessHours::Auto,
            BusinessHours::Always,
            BusinessHours::Never,
        ]
        .map(|business_hours| SeriesSettings {
            business_hours,
            ..settings.clone()
        });
        let differing = Population {
            business_hours_differ: Some(true),
            ..small()
        };
        let of = |settings: &SeriesSettings| SeriesEstimate::new(&differing, settings);
        assert_eq!(of(&auto), of(&always));
        // With owner labels no histogram is shown before its first value.
        let has_more = of(&auto).at_first > of(&never).at_first;
        assert_eq!(has_more, !settings.shows_owner());
        // Before anything is known: not yet, but soon.
        let unknown = SeriesEstimate::new(&small(), &auto);
        assert_eq!(unknown.at_first, of(&never).at_first);
        let more = SeriesEstimate::in_business_hours(&small(), &auto);
        assert_eq!(unknown.at_first + more, of(&auto).at_first);
        for other in [&always, &never] {
            assert_eq!(SeriesEstimate::in_business_hours(&small(), other), 0);
        }
        // The state that tells it may have been read under other settings.
        let mut ledger = read_under(&never);
        ledger.aggregates.restore_business_hours_differ(true);
        let on = |settings: &SeriesSettings| SeriesEstimate::on(&ledger, settings);
        assert_eq!(on(&auto), on(&always));
    }
}

fn read_under(settings: &SeriesSettings) -> Ledger {
    small().read_by(settings).0
}

#[test]
fn series_that_go_on_under_other_settings_are_counted_and_those_that_end_are_not() {
    let before = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let (ledger, _) = lived(&before);
    let now = SeriesEstimate::on(&ledger, &before).at_first;
    let with = |change: &dyn Fn(&mut SeriesSettings)| {
        let mut settings = before.clone();
        change(&mut settings);
        SeriesEstimate::on(&ledger, &settings).at_first
    };
    let tagged = with(&|settings| settings.labels.tags = vec!["vip".to_owned()]);
    assert!(tagged >= now, "{tagged} {now}");
    let without_group = with(&|settings| settings.labels.named[NamedSet::Group] = false);
    assert!(without_group < now / 2, "{without_group} {now}");
    let without_business = with(&|settings| settings.business_hours = BusinessHours::Never);
    let ended = now - without_business;
    assert!(ended > 1_000, "{without_business} {now}");
    let bounded = with(&|settings| settings.max_series = 4_000);
    assert!(
        bounded <= 4_000 + SeriesEstimate::own_series(&before) + 6,
        "{bounded} {now}"
    );
}
