use super::*;
use crate::ledger::labels::Numbers;
use crate::ledger::testing::{plain_change, plain_record};
use crate::ledger::transition::{Baseline, Circumstances, Outcome, Transition, transition};
use crate::ticket::{MetricSet, Priority, RowKey, Standing, Status, TicketChange};

use KeyOrigin::{Generated, Updated};
use Outcome::{Changed, Duplicate, Rejected, Stale, System};

/// The time up to which a list shows every write when it answers at 10,000.
const AS_LISTED: i64 = 9_940;

/// An export wrote the ticket at 1,100; somebody updated it at 1,000.
fn stored(life: Life) -> TicketRecord {
    TicketRecord {
        order_key: UnixSeconds(1_100),
        life,
        status: match life {
            Life::Live => Status::Open,
            Life::Tombstone | Life::Swept => Status::Other,
        },
        assigned: false,
        ..plain_record()
    }
}

/// The same, after a row of the list.
fn listed() -> TicketRecord {
    TicketRecord {
        key_origin: Updated,
        ..stored(Life::Live)
    }
}

/// A row of an open ticket that was updated at 1,000, or when its key says so.
fn row(order_key: RowKey) -> TicketChange {
    TicketChange {
        order_key,
        updated_at: match order_key {
            RowKey::Generated(_) => Some(UnixSeconds(1_000)),
            RowKey::Updated(at) => Some(at),
        },
        ..plain_change(1)
    }
}

const fn generated(at: i64) -> RowKey {
    RowKey::Generated(UnixSeconds(at))
}

const fn updated(at: i64) -> RowKey {
    RowKey::Updated(UnixSeconds(at))
}

fn with_status_updated_at(change: TicketChange, at: i64) -> TicketChange {
    TicketChange {
        metric_set: Some(MetricSet {
            status_updated_at: Some(UnixSeconds(at)),
            ..MetricSet::default()
        }),
        ..change
    }
}

/// An answer at 10,000, while the list decides.
const LIST_DECIDES: RowContext = RowContext {
    list_is_truth: true,
    ..RowContext::at(UnixSeconds(10_000))
};

/// Applies a row at 10,000, while an export or the list decides.
fn applied(stored: &TicketRecord, change: &TicketChange, list_is_truth: bool) -> Transition {
    let context = RowContext {
        list_is_truth,
        ..LIST_DECIDES
    };
    applied_in(stored, change, context)
}

fn applied_in(stored: &TicketRecord, change: &TicketChange, context: RowContext) -> Transition {
    let circumstances = Circumstances {
        baseline: Baseline::Since(UnixSeconds(900)),
        context,
        resync_mark: 0,
        slas: true,
    };
    transition(Some(stored), change, Numbers::default, circumstances)
}

/// The outcome of a row, and the key of the record that is written.
type Expected = (Outcome, Option<(i64, KeyOrigin)>);

#[track_caller]
fn check(stored: &TicketRecord, change: &TicketChange, list_is_truth: bool, expected: Expected) {
    let step = applied(stored, change, list_is_truth);
    let written = step.record.as_ref();
    let key = written.map(|record| (record.order_key.0, record.key_origin));
    assert_eq!(
        (step.outcome, key),
        expected,
        "{:?}, the list decides: {list_is_truth}, {:?}",
        change.order_key,
        stored.life
    );
    // What was applied says nothing new when it comes again.
    if let Some(record) = written {
        let again = applied(record, change, list_is_truth);
        assert_eq!((again.outcome, again.record), (Duplicate, None));
    } else {
        assert_eq!(step.counted, crate::ledger::Counted::default());
    }
}

#[test]
fn a_row_of_a_live_ticket_is_compared_by_its_key_or_its_update() {
    let record = stored(Life::Live);
    let changed = |key| TicketChange {
        priority: Priority::High,
        ..row(key)
    };
    // Key, the same while either decides: the same content, other content.
    let table: [(RowKey, Expected, Expected); 7] = [
        (generated(1_099), (Stale, None), (Stale, None)),
        (
            generated(1_100),
            (Duplicate, None),
            (System, Some((1_100, Generated))),
        ),
        (
            generated(1_101),
            (System, Some((1_101, Generated))),
            (System, Some((1_101, Generated))),
        ),
        (updated(999), (Stale, None), (Stale, None)),
        // The key of the record is later than the update, and never falls.
        (
            updated(1_001),
            (Changed, Some((1_100, Updated))),
            (Changed, Some((1_100, Updated))),
        ),
        (
            updated(1_200),
            (Changed, Some((1_200, Updated))),
            (Changed, Some((1_200, Updated))),
        ),
        (updated(13_601), (Rejected, None), (Rejected, None)),
    ];
    for (key, same, other) in table {
        for list_is_truth in [false, true] {
            check(&record, &row(key), list_is_truth, same);
            check(&record, &changed(key), list_is_truth, other);
        }
    }
    // A change without an update is left to the export, unless the list decides.
    check(&record, &row(updated(1_000)), true, (Duplicate, None));
    check(&record, &row(updated(1_000)), false, (Duplicate, None));
    check(&record, &changed(updated(1_000)), false, (Duplicate, None));
    let silent = (System, Some((AS_LISTED, Updated)));
    check(&record, &changed(updated(1_000)), true, silent);
}

#[test]
fn a_deletion_is_lifted_by_what_is_later_than_it_and_a_sweep_by_what_is_as_old() {
    for list_is_truth in [false, true] {
        let tombstone = stored(Life::Tombstone);
        for (key, expected) in [
            (generated(1_100), (Stale, None)),
            (generated(1_101), (System, Some((1_101, Generated)))),
            (updated(1_000), (Stale, None)),
            (updated(1_001), (Changed, Some((1_100, Updated)))),
        ] {
            check(&tombstone, &row(key), list_is_truth, expected);
        }
        // A deletion may come again.
        for key in [generated(1_100), updated(1_000)] {
            let deleted = TicketChange {
                standing: Standing::Deleted,
                ..row(key)
            };
            check(&tombstone, &deleted, list_is_truth, (Duplicate, None));
        }
        let swept = TicketRecord {
            swept_at: Some(UnixSeconds(5_000)),
            ..stored(Life::Swept)
        };
        for (key, expected) in [
            (generated(1_099), (Stale, None)),
            (generated(1_100), (System, Some((1_100, Generated)))),
            (updated(999), (Stale, None)),
            (updated(1_000), (System, Some((AS_LISTED, Updated)))),
        ] {
            check(&swept, &row(key), list_is_truth, expected);
            let lifted = applied(&swept, &row(key), list_is_truth);
            assert!(lifted.counted.families.is_empty());
            let record = lifted.record;
            assert_eq!(record.and_then(|record| record.swept_at), None);
        }
    }
    // Of a deletion without a time only the key is known.
    let undated = TicketRecord {
        updated_at: None,
        ..stored(Life::Tombstone)
    };
    check(&undated, &row(updated(1_100)), false, (Stale, None));
    let later = (Changed, Some((1_101, Updated)));
    check(&undated, &row(updated(1_101)), false, later);
}

#[test]
fn a_row_of_an_export_lifts_a_sweep_by_its_update_if_the_list_has_raised_the_key() {
    let swept = |key_origin| TicketRecord {
        key_origin,
        ..stored(Life::Swept)
    };
    let row = |key, updated_at: Option<i64>| TicketChange {
        updated_at: updated_at.map(UnixSeconds),
        ..row(generated(key))
    };
    for (origin, row, expected) in [
        // The key, which never falls, is 1,100.
        (Updated, row(1_050, Some(1_000)), (System, Some(1_100))),
        (Updated, row(1_050, Some(1_001)), (Changed, Some(1_100))),
        (Updated, row(1_200, Some(1_000)), (System, Some(1_200))),
        (Updated, row(1_050, Some(999)), (Stale, None)),
        (Updated, row(1_050, None), (Stale, None)),
        (Generated, row(1_050, Some(1_000)), (Stale, None)),
    ] {
        let step = applied(&swept(origin), &row, false);
        assert!(step.counted.families.is_empty());
        let record = step.record.as_ref();
        let key = record.map(|record| record.order_key.0);
        assert_eq!((step.outcome, key), expected, "{origin:?} {row:?}");
        assert!(record.is_none_or(|record| record.life == Life::Live));
    }
}

#[test]
fn a_row_without_generated_timestamp_raises_the_key_to_when_the_status_changed() {
    let row = row(updated(1_200));
    for (changed_at, expected) in [
        (1_199, 1_200),
        (1_300, 1_300),
        // A time from the future would make every true row older.
        (13_600, 13_600),
        (13_601, 1_200),
    ] {
        let row = with_status_updated_at(row.clone(), changed_at);
        let expected = (Changed, Some((expected, Updated)));
        check(&stored(Life::Live), &row, false, expected);
    }
    let generated = with_status_updated_at(
        TicketChange {
            order_key: generated(1_200),
            ..row
        },
        1_300,
    );
    let expected = (Changed, Some((1_200, Generated)));
    check(&stored(Life::Live), &generated, false, expected);
}

#[test]
fn an_export_row_that_only_confirms_the_list_is_a_duplicate_whose_key_is_kept() {
    let record = listed();
    for (key, outcome) in [
        (1_099, (Stale, None)),
        (1_100, (Duplicate, Some((1_100, Generated)))),
        (1_105, (Duplicate, Some((1_105, Generated)))),
    ] {
        check(&record, &row(generated(key)), false, outcome);
    }
    let silent = TicketChange {
        priority: Priority::High,
        ..row(generated(1_105))
    };
    let system = (System, Some((1_105, Generated)));
    check(&record, &silent, false, system);
    let step = applied(&record, &row(generated(1_105)), false);
    let confirmed = step.record.expect("the key is kept");
    // The next write of the system is one, though it says nothing new either.
    let system = (System, Some((1_106, Generated)));
    check(&confirmed, &row(generated(1_106)), false, system);
}

#[test]
fn a_repetition_by_the_list_leaves_the_key_of_the_export_also_when_it_is_marked() {
    for list_is_truth in [false, true] {
        let record = TicketRecord {
            resync_mark: 7,
            ..stored(Life::Live)
        };
        let step = applied(&record, &row(updated(1_000)), list_is_truth);
        let marked = TicketRecord {
            resync_mark: 0,
            ..record
        };
        assert_eq!((step.outcome, step.record), (Duplicate, Some(marked)));
    }
}

/// A row of the list with this status, and the time of its latest change.
fn with_status(status: Status, changed_at: i64) -> TicketChange {
    let row = TicketChange {
        standing: Standing::Live(status),
        ..row(updated(1_000))
    };
    with_status_updated_at(row, changed_at)
}

#[test]
fn a_status_from_before_the_record_needs_an_answer_of_which_no_server_is_behind() {
    // The metric set is late, the status changed twice in a second, or it is that of a time before the record.
    for changed_at in [1_000, 1_100] {
        let solved = with_status(Status::Solved, changed_at);
        for (answered_at, expected) in [
            (None, Stale),
            (Some(1_219), Stale),
            (Some(1_220), System),
            (Some(10_000), System),
        ] {
            let context = RowContext {
                answered_at: answered_at.map(UnixSeconds),
                ..LIST_DECIDES
            };
            let step = applied_in(&stored(Life::Live), &solved, context);
            assert_eq!(step.outcome, expected, "{changed_at} {answered_at:?}");
        }
        // The key is then a minute before the answer, so that a server which is behind changes nothing.
        let later = (System, Some((AS_LISTED, Updated)));
        check(&stored(Life::Live), &solved, true, later);
        let record = applied(&stored(Life::Live), &solved, true).record;
        let behind = with_status(Status::Open, 1_000);
        check(&record.expect("solved"), &behind, true, (Stale, None));
    }
}

#[test]
fn a_silent_change_of_the_status_counts_at_once_if_its_metric_set_says_when_it_was() {
    let solved = with_status(Status::Solved, 9_950);
    let expected = (System, Some((9_950, Updated)));
    check(&stored(Life::Live), &solved, true, expected);
    let solved = applied(&stored(Life::Live), &solved, true).record;
    let solved = solved.expect("a silent change");
    // A server that is behind shows the ticket as it was before.
    let behind = with_status(Status::Open, 1_000);
    check(&solved, &behind, true, (Stale, None));
    let reopened = with_status(Status::Open, 9_951);
    let expected = (System, Some((9_951, Updated)));
    check(&solved, &reopened, true, expected);
    // Without that time nothing tells the two apart, and the row that was fetched later is right.
    let expected = (System, Some((9_951, Updated)));
    check(&solved, &row(updated(1_000)), true, expected);
    // Another change is not judged by it, and a sweep is lifted in any case.
    let other = TicketChange {
        priority: Priority::High,
        ..with_status(Status::Open, 1_000)
    };
    let expected = (System, Some((AS_LISTED, Updated)));
    check(&stored(Life::Live), &other, true, expected);
    check(&stored(Life::Swept), &other, true, expected);
}

#[test]
fn an_export_that_is_behind_takes_back_nothing_that_the_list_has_shown() {
    let export = row(generated(1_100));
    let silent = TicketChange {
        priority: Priority::High,
        ..row(updated(1_000))
    };
    for list in [silent, row(updated(1_050))] {
        let step = applied(&stored(Life::Live), &list, true);
        let record = step.record.expect("the list decides");
        check(&record, &export, false, (Stale, None));
        // Its next row is newer, whatever it says.
        let newer = TicketChange {
            updated_at: Some(UnixSeconds(1_050)),
            ..row(generated(AS_LISTED + 1))
        };
        assert_ne!(applied(&record, &newer, false).outcome, Stale);
    }
    // The first of two updates can have been generated after the second one was made.
    let record = TicketRecord {
        updated_at: Some(UnixSeconds(1_100)),
        ..listed()
    };
    check(&record, &row(generated(1_104)), false, (Stale, None));
}

#[test]
fn a_silent_change_in_an_answer_without_a_time_still_raises_the_key() {
    for answered_at in [None, Some(UnixSeconds(1_000))] {
        let context = RowContext {
            answered_at,
            ..RowContext::at(UnixSeconds(10_000))
        };
        let mut record = TicketRecord {
            key_origin: Updated,
            ..stored(Life::Live)
        };
        raise_key(&mut record, &stored(Life::Live), context);
        assert_eq!(record.order_key, UnixSeconds(1_101));
    }
}

#[test]
fn neither_time_of_a_record_falls() {
    let record = stored(Life::Live);
    let older_update = TicketChange {
        updated_at: Some(UnixSeconds(900)),
        ..row(generated(1_200))
    };
    let undated = TicketChange {
        updated_at: None,
        ..row(generated(1_200))
    };
    for change in [older_update, undated] {
        let step = applied(&record, &change, false);
        assert_eq!(step.outcome, System);
        let after = step.record.expect("a newer row is stored");
        assert_eq!(after.updated_at, Some(UnixSeconds(1_000)));
        assert_eq!(after.order_key, UnixSeconds(1_200));
    }
}
