//! Properties that hold for any rows in any order.

mod two_sources;

use crate::ledger::LabelSettings;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::family;
use super::testing::{
    Records, any_change, any_row, apply_all, gauges_of, recount, synced_ledger, with_any_key,
};
use super::{Backlog, Cell, Ledger, SeriesSettings, View};
use crate::ticket::{NamedSet, PerSet, TicketChange, UnixSeconds};

/// Room for little more than one channel, so that bounds take part in every property.
fn tight() -> SeriesSettings {
    let settings = SeriesSettings {
        support_type: true,
        labels: LabelSettings {
            max_values: 3,
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    SeriesSettings {
        max_series: settings.fallback_series() + 40,
        ..settings
    }
}

fn wide() -> SeriesSettings {
    SeriesSettings::default()
}

fn counters(ledger: &Ledger) -> BTreeMap<Cell, u64> {
    ledger
        .aggregates
        .cells()
        .filter(|(cell, _)| !cell.is_gauge())
        .collect()
}

/// Rows sorted by key; those of one ticket with equal keys keep their order.
fn in_export_order(mut rows: Vec<TicketChange>) -> Vec<TicketChange> {
    rows.sort_by_key(|row| row.order_key);
    rows
}

/// Shuffles `rows` by `picks`, but leaves rows of one ticket with equal keys in their order.
fn reordered(rows: &[TicketChange], picks: &[prop::sample::Index]) -> Vec<TicketChange> {
    let mut left = rows.to_vec();
    let mut out = Vec::new();
    for pick in picks.iter().cycle() {
        if left.is_empty() {
            break;
        }
        let candidate = pick.index(left.len());
        let same = |row: &TicketChange| {
            row.id == left[candidate].id && row.order_key == left[candidate].order_key
        };
        let first = left
            .iter()
            .position(same)
            .expect("the candidate itself matches");
        out.push(left.remove(first));
    }
    out
}

/// What all records show that turn up at once.
fn view_from_scratch(ledger: &Ledger, records: &Records, now: UnixSeconds) -> View {
    let mut backlog = Backlog::default();
    backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
    for (id, record) in records {
        backlog.apply(*id, ledger.waiting(record).as_ref());
    }
    backlog.view(now)
}

proptest! {
    #[test]
    fn a_backlog_that_was_kept_up_is_that_of_all_records(
        rows in prop::collection::vec(with_any_key(any_row()), 1..60),
        now in 900i64..400_000,
        is_tight in any::<bool>(),
    ) {
        let settings = SeriesSettings { labels: LabelSettings { named: PerSet::default().with(NamedSet::Group, true), ..if is_tight { tight() } else { wide() }.labels }, slas: true, ..if is_tight { tight() } else { wide() } };
        let settings = SeriesSettings {
            max_series: if is_tight { settings.fallback_series() + 60 } else { settings.max_series },
            ..settings
        };
        let mut ledger = synced_ledger(settings);
        let mut records = Records::new();
        let mut backlog = Backlog::default();
        for row in &rows {
            apply_all(&mut ledger, &mut records, std::slice::from_ref(row));
            let waiting = ledger.waiting(&records[&row.id]);
            backlog.apply(row.id, waiting.as_ref());
        }
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
        let now = UnixSeconds(now);
        let view = backlog.view(now);
        prop_assert_eq!(&view, &view_from_scratch(&ledger, &records, now));
        // Every ticket has one age, and counts where its cell does.
        let by_age: BTreeMap<Cell, u64> = view
            .statuses
            .iter()
            .map(|(cell, shown)| (*cell, shown.ages.iter().sum()))
            .collect();
        let cells: BTreeMap<Cell, u64> = ledger
            .aggregates
            .cells()
            .filter(|(cell, _)| cell.family() == family::UNSOLVED)
            .collect();
        prop_assert_eq!(by_age, cells);
        let overdue: u64 = view.priorities.values().map(|shown| shown.overdue).sum();
        let is_overdue = |due_at: Option<UnixSeconds>| due_at.is_some_and(|at| at <= now);
        let expected = records
            .values()
            .filter(|record| record.is_unsolved() && is_overdue(record.due_at));
        prop_assert_eq!(overdue, expected.count() as u64);
    }

    #[test]
    fn any_order_of_rows_gives_the_same_gauges(
        rows in prop::collection::vec(any_change(), 1..40),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 40),
    ) {
        let mut ordered = (synced_ledger(wide()), Records::new());
        apply_all(&mut ordered.0, &mut ordered.1, &in_export_order(rows.clone()));
        let mut shuffled = (synced_ledger(wide()), Records::new());
        // The same numbers for the same channels, whatever came first.
        for entry in ordered.0.dictionaries.entries() {
            prop_assert!(shuffled.0.dictionaries.restore(entry));
        }
        apply_all(&mut shuffled.0, &mut shuffled.1, &reordered(&rows, &picks));
        prop_assert_eq!(gauges_of(&shuffled.0), gauges_of(&ordered.0));
    }

    #[test]
    fn overlap_and_repetition_change_nothing_at_all(
        rows in prop::collection::vec(any_change(), 1..40),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let rows = in_export_order(rows);
        let mut once = (synced_ledger(wide()), Records::new());
        apply_all(&mut once.0, &mut once.1, &rows);
        // A crash repeats the latest page; the time-based export repeats the last second.
        let mut again = (synced_ledger(wide()), Records::new());
        let mut done = 0;
        for cut in cuts {
            let end = done + cut.index(rows.len() - done + 1);
            apply_all(&mut again.0, &mut again.1, &rows[done..end]);
            if distinct_keys(&rows[done..end]) {
                apply_all(&mut again.0, &mut again.1, &rows[done..end]);
            }
            done = end;
        }
        apply_all(&mut again.0, &mut again.1, &rows[done..]);
        prop_assert_eq!(again.1, once.1);
        prop_assert_eq!(gauges_of(&again.0), gauges_of(&once.0));
        prop_assert_eq!(counters(&again.0), counters(&once.0));
    }

    #[test]
    fn folding_effects_equals_recounting_the_records(
        rows in prop::collection::vec(with_any_key(any_change()), 1..60),
    ) {
        let mut ledger = synced_ledger(wide());
        let mut records = Records::new();
        apply_all(&mut ledger, &mut records, &rows);
        prop_assert_eq!(gauges_of(&ledger), recount(&ledger, &records));
        let tickets = records.values().filter(|record| record.life != super::Life::Tombstone);
        prop_assert_eq!(ledger.progress.tickets, tickets.count() as u64);
    }

    #[test]
    fn sweeping_moves_no_counter_and_the_same_row_again_undoes_it(
        rows in prop::collection::vec(with_any_key(any_change()), 1..40),
        picks in prop::collection::vec(any::<bool>(), 40),
    ) {
        let mut ledger = synced_ledger(wide());
        let mut records = Records::new();
        let latest: BTreeMap<_, _> = rows.iter().map(|row| (row.id, row.clone())).collect();
        let rows: Vec<TicketChange> = latest.into_values().collect();
        apply_all(&mut ledger, &mut records, &rows);
        let (gauges_before, counters_before) = (gauges_of(&ledger), counters(&ledger));
        for (record, _) in records.values_mut().zip(picks).filter(|(_, pick)| *pick) {
            if record.life == super::Life::Live {
                *record = ledger.sweep(record, UnixSeconds(2_000)).expect("it balances");
            }
        }
        prop_assert_eq!(gauges_of(&ledger), recount(&ledger, &records));
        prop_assert_eq!(counters(&ledger), counters_before.clone());
        apply_all(&mut ledger, &mut records, &rows);
        prop_assert_eq!(gauges_of(&ledger), gauges_before);
        prop_assert_eq!(counters(&ledger), counters_before);
    }

    #[test]
    fn counters_never_fall_and_no_cell_goes_away(
        rows in prop::collection::vec(with_any_key(any_change()), 1..60),
    ) {
        let mut ledger = synced_ledger(tight());
        let mut records = Records::new();
        for row in &rows {
            let cells_before: Vec<Cell> = ledger.aggregates.cells().map(|(cell, _)| cell).collect();
            let before = counters(&ledger);
            apply_all(&mut ledger, &mut records, std::slice::from_ref(row));
            let after = counters(&ledger);
            for (cell, value) in &before {
                prop_assert!(after[cell] >= *value, "{:?} fell", cell);
            }
            let cells: BTreeMap<Cell, u64> = ledger.aggregates.cells().collect();
            prop_assert!(cells_before.iter().all(|cell| cells.contains_key(cell)));
        }
    }

    #[test]
    fn the_series_stay_below_their_bound_and_no_ticket_is_lost(
        rows in prop::collection::vec(with_any_key(any_change()), 1..80),
    ) {
        let mut ledger = synced_ledger(tight());
        let mut records = Records::new();
        apply_all(&mut ledger, &mut records, &rows);
        prop_assert!(ledger.aggregates.cells().count() <= tight().max_series);
        let live = records.values().filter(|record| record.life == super::Life::Live).count();
        let shown: u64 = gauges_of(&ledger)
            .iter()
            .filter(|(cell, _)| cell.family() == family::TICKETS)
            .map(|(_, value)| value)
            .sum();
        prop_assert_eq!(shown, live as u64);
    }
}

/// Rows of one ticket with equal keys are told apart by their order only, so repeating them is
/// not a repetition that an export makes.
fn distinct_keys(rows: &[TicketChange]) -> bool {
    let mut keys: Vec<_> = rows.iter().map(|row| (row.id, row.order_key)).collect();
    keys.sort_unstable();
    keys.windows(2).all(|pair| pair[0] != pair[1])
}
