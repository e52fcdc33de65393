use super::*;
use crate::ledger::{Backlog, BusinessHours, FieldLabel};

fn every_label() -> Layout {
    Layout {
        support_type: true,
        group: true,
        brand: true,
        form: true,
        custom_status: true,
        tags: vec!["vip".to_owned()],
        fields: vec![FieldLabel {
            id: 7,
            label: "product".to_owned(),
            values: Vec::new(),
        }],
        slas: true,
        max_series: 1_000_000,
        ..Layout::default()
    }
}

fn small() -> Population {
    Population {
        done: 900,
        unsolved: 60,
        ..Population::USUAL
    }
}

/// A ledger that has been in use for some time.
fn lived(layout: &Layout) -> (Ledger, Backlog) {
    let population = small();
    let (mut ledger, mut backlog) = population.read_by(layout);
    population.live(&mut ledger, &mut backlog);
    (ledger, backlog)
}

#[test]
fn cells_tell_how_many_series_the_backlog_shows() {
    let end = small().end();
    for layout in [Layout::default(), every_label()] {
        for (ledger, backlog) in [small().read_by(&layout), lived(&layout)] {
            let shown = series_of(&ledger, ledger.aggregates.shown_cells(), &backlog.view(end));
            let by_cells = ticket_series(&ledger);
            if layout.slas {
                // Of a target that nobody waits for now there is no next breach.
                let targets = ledger.aggregates.cells();
                let targets = targets.filter(|(cell, _)| matches!(cell, Cell::SlaTargets { .. }));
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
    for layout in [
        Layout::default(),
        Layout {
            group: true,
            ..Layout::default()
        },
        every_label(),
    ] {
        let (ledger, _) = lived(&layout);
        let shown = ticket_series(&ledger);
        let fresh = SeriesEstimate::of(&Population::of(&ledger), &layout);
        assert!(fresh.at_first < shown, "it has grown: {fresh:?} {shown}");
        let estimate = SeriesEstimate::on(&ledger, &layout);
        let beside = SeriesEstimate::own_series(&layout) + names(&Population::of(&ledger), &layout);
        assert_eq!(estimate.at_first, shown + beside);
        assert!(estimate.later >= estimate.at_first && estimate.most >= estimate.later);
    }
}

#[test]
fn series_that_go_on_under_other_settings_are_counted_and_those_that_end_are_not() {
    let before = Layout {
        group: true,
        ..Layout::default()
    };
    let (ledger, _) = lived(&before);
    let now = SeriesEstimate::on(&ledger, &before).at_first;
    let with = |change: &dyn Fn(&mut Layout)| {
        let mut layout = before.clone();
        change(&mut layout);
        SeriesEstimate::on(&ledger, &layout).at_first
    };
    let tagged = with(&|layout| layout.tags = vec!["vip".to_owned()]);
    assert!(tagged >= now, "{tagged} {now}");
    let without_group = with(&|layout| layout.group = false);
    assert!(without_group < now / 2, "{without_group} {now}");
    let without_business = with(&|layout| layout.business_hours = BusinessHours::Never);
    let ended = now - without_business;
    assert!(ended > 1_000, "{without_business} {now}");
    let bounded = with(&|layout| layout.max_series = 4_000);
    assert!(
        bounded <= 4_000 + SeriesEstimate::own_series(&before) + 6,
        "{bounded} {now}"
    );
}
