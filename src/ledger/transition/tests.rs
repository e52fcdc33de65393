use super::*;
use crate::ledger::family::{self, TicketFamily};
use crate::ledger::record::Life;
use crate::ledger::reopens::Reopens;
use crate::ledger::testing::{plain_change, plain_record};
use crate::ticket::{MetricSet, RowKey, Standing, Status, UnixSeconds};

mod hidden_reopens;

/// Events count from 1,000 on; it is 10,000 now.
const COUNTING: Circumstances = Circumstances {
    baseline: Baseline::Since(UnixSeconds(1_000)),
    context: RowContext::at(UnixSeconds(10_000)),
    resync_mark: 0,
    slas: true,
};

const UNSOLVED: [Status; 4] = [Status::New, Status::Open, Status::Pending, Status::Hold];
const DONE: [Status; 2] = [Status::Solved, Status::Closed];

fn live(status: Status) -> Option<TicketRecord> {
    Some(TicketRecord {
        status,
        ..plain_record()
    })
}

fn ended(life: Life) -> Option<TicketRecord> {
    Some(TicketRecord {
        life,
        status: Status::Other,
        ..plain_record()
    })
}

fn row(standing: Standing, created_at: i64) -> TicketChange {
    TicketChange {
        standing,
        created_at: Some(UnixSeconds(created_at)),
        order_key: RowKey::Generated(UnixSeconds(2_000)),
        updated_at: Some(UnixSeconds(2_000)),
        ..plain_change(1)
    }
}

/// The events that were counted, without updates, changes of the status and ratings.
fn events_of(counted: &Counted) -> Vec<TicketFamily> {
    let others = [family::UPDATED, family::STATUS_CHANGES, family::RATINGS];
    let families = counted.families.iter().copied();
    families.filter(|family| !others.contains(family)).collect()
}

/// The two statuses, if a change was counted.
fn status_change(stored: Option<&TicketRecord>, step: &Transition) -> Option<(Status, Status)> {
    let is_counted = step.counted.families.contains(&family::STATUS_CHANGES);
    let after = step.record.as_ref().filter(|_| is_counted)?;
    Some((stored?.status, after.status))
}

#[track_caller]
fn check(stored: &Option<TicketRecord>, row: &TicketChange, events: &[TicketFamily]) {
    let step = transition(stored.as_ref(), row, Numbers::default, COUNTING);
    let counted = events_of(&step.counted);
    assert_eq!(counted, events, "{stored:?} -> {:?}", row.standing);
    // The initial sync fills the ledger with the same record and counts nothing.
    let initial = Circumstances {
        baseline: Baseline::Initial,
        ..COUNTING
    };
    let silent = transition(stored.as_ref(), row, Numbers::default, initial);
    assert_eq!(silent.counted, Counted::default());
    assert_eq!(silent.outcome, step.outcome);
}

#[test]
fn targets_are_forgotten_of_rows_that_come_while_nobody_asks_for_them() {
    use crate::ticket::{SlaMetric, SlaStage, SlaTarget};
    let target = SlaTarget {
        metric: SlaMetric::FirstReplyTime,
        stage: SlaStage::Active,
        breach_at: Some(UnixSeconds(1_500)),
    };
    let stored = TicketRecord {
        sla: vec![target],
        ..plain_record()
    };
    let row = row(Standing::Live(Status::Open), 500);
    for (slas, expected) in [(true, vec![target]), (false, Vec::new())] {
        let circumstances = Circumstances { slas, ..COUNTING };
        let step = transition(Some(&stored), &row, Numbers::default, circumstances);
        assert_eq!(step.record.map(|record| record.sla), Some(expected));
    }
}

#[test]
fn the_table_of_events_holds_in_every_cell() {
    use family::{CREATED, DELETED, REOPENED, RESTORED, SOLVED};
    type Row<'a> = (Option<TicketRecord>, i64, [&'a [TicketFamily]; 3]);
    let table: [Row<'_>; 5] = [
        // stored, created_at: row unsolved, row done, row deleted
        (None, 1_000, [&[CREATED], &[CREATED, SOLVED], &[]]),
        (None, 999, [&[], &[], &[]]),
        (live(Status::Open), 500, [&[], &[SOLVED], &[DELETED]]),
        (ended(Life::Tombstone), 500, [&[RESTORED], &[RESTORED], &[]]),
        (ended(Life::Swept), 500, [&[], &[], &[]]),
    ];
    for (stored, created_at, [unsolved, done, deleted]) in &table {
        let (stored, created_at) = (stored, *created_at);
        for status in UNSOLVED {
            check(stored, &row(Standing::Live(status), created_at), unsolved);
        }
        for status in DONE {
            check(stored, &row(Standing::Live(status), created_at), done);
        }
        check(stored, &row(Standing::Deleted, created_at), deleted);
        check(stored, &row(Standing::Live(Status::Other), created_at), &[]);
    }
    for from in DONE {
        for to in UNSOLVED {
            check(&live(from), &row(Standing::Live(to), 500), &[REOPENED]);
        }
        for to in DONE {
            check(&live(from), &row(Standing::Live(to), 500), &[]);
        }
        check(&live(from), &row(Standing::Deleted, 500), &[DELETED]);
    }
    for from in UNSOLVED {
        for to in DONE {
            check(&live(from), &row(Standing::Live(to), 500), &[SOLVED]);
        }
    }
}

#[test]
fn a_status_nobody_knows_causes_no_event_but_a_status_change() {
    let to_other = row(Standing::Live(Status::Other), 500);
    let open = live(Status::Open);
    let step = transition(open.as_ref(), &to_other, Numbers::default, COUNTING);
    assert_eq!(
        step.counted,
        Counted {
            families: vec![family::STATUS_CHANGES],
            ..Counted::default()
        }
    );
    let change = status_change(open.as_ref(), &step);
    assert_eq!(change, Some((Status::Open, Status::Other)));
    check(
        &live(Status::Other),
        &row(Standing::Live(Status::Solved), 500),
        &[],
    );
    check(&live(Status::Other), &row(Standing::Deleted, 500), &[]);
}

#[test]
fn a_status_change_needs_two_known_statuses_that_differ() {
    let solved = row(Standing::Live(Status::Solved), 1_500);
    let table = [
        (live(Status::Open), Some((Status::Open, Status::Solved))),
        (live(Status::Solved), None),
        (ended(Life::Tombstone), None),
        (ended(Life::Swept), None),
        (None, None),
    ];
    for (stored, expected) in table {
        let step = transition(stored.as_ref(), &solved, Numbers::default, COUNTING);
        assert_eq!(
            status_change(stored.as_ref(), &step),
            expected,
            "{stored:?}"
        );
    }
    let deleted = row(Standing::Deleted, 500);
    let step = transition(
        live(Status::Open).as_ref(),
        &deleted,
        Numbers::default,
        COUNTING,
    );
    assert!(!step.counted.families.contains(&family::STATUS_CHANGES));
}

/// `(order key, updated_at, standing)` against a live, open record of key and update 1,000.
#[track_caller]
fn check_outcome(
    stored: &Option<TicketRecord>,
    (order_key, updated_at, standing): (i64, Option<i64>, Standing),
    outcome: Outcome,
    updated: bool,
) {
    let change = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(order_key)),
        updated_at: updated_at.map(UnixSeconds),
        standing,
        assigned: true,
        ..plain_change(1)
    };
    let step = transition(stored.as_ref(), &change, Numbers::default, COUNTING);
    assert_eq!(
        (
            step.outcome,
            step.counted.families.contains(&family::UPDATED)
        ),
        (outcome, updated),
        "{change:?}"
    );
    let kept = matches!(outcome, Outcome::New | Outcome::System | Outcome::Changed);
    assert_eq!(step.record.is_some(), kept);
}

#[test]
fn a_row_is_told_by_its_key_and_by_whether_updated_at_moved() {
    let open = Standing::Live(Status::Open);
    let pending = Standing::Live(Status::Pending);
    let stored = live(Status::Open);
    check_outcome(&None, (1_000, Some(1_000), open), Outcome::New, false);
    check_outcome(&stored, (999, Some(999), pending), Outcome::Stale, false);
    check_outcome(
        &stored,
        (1_000, Some(1_000), open),
        Outcome::Duplicate,
        false,
    );
    check_outcome(
        &stored,
        (1_000, Some(1_000), pending),
        Outcome::System,
        false,
    );
    check_outcome(
        &stored,
        (1_000, Some(1_001), pending),
        Outcome::Changed,
        true,
    );
    check_outcome(&stored, (1_005, Some(1_000), open), Outcome::System, false);
    check_outcome(&stored, (1_005, None, open), Outcome::System, false);
    check_outcome(&stored, (1_005, Some(1_005), open), Outcome::Changed, true);
    check_outcome(
        &stored,
        (1_005, Some(1_005), Standing::Deleted),
        Outcome::Changed,
        false,
    );
    check_outcome(
        &stored,
        (13_601, Some(1_005), open),
        Outcome::Rejected,
        false,
    );
    check_outcome(&stored, (13_600, Some(1_005), open), Outcome::Changed, true);
}

#[test]
fn only_a_greater_key_lifts_a_deletion_but_an_equal_one_lifts_a_sweep() {
    let open = (1_000, Some(1_000), Standing::Live(Status::Open));
    check_outcome(&ended(Life::Tombstone), open, Outcome::Stale, false);
    check_outcome(&ended(Life::Swept), open, Outcome::System, false);
    let deleted_too = (1_000, Some(1_000), Standing::Deleted);
    check_outcome(
        &ended(Life::Tombstone),
        deleted_too,
        Outcome::Duplicate,
        false,
    );
}

#[test]
fn a_scrubbed_row_of_a_deleted_ticket_is_a_system_write_without_events() {
    let scrubbed = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(5_000)),
        updated_at: Some(UnixSeconds(1_000)),
        standing: Standing::Deleted,
        assigned: true,
        ..plain_change(1)
    };
    let tombstone = ended(Life::Tombstone);
    let step = transition(tombstone.as_ref(), &scrubbed, Numbers::default, COUNTING);
    assert_eq!(step.outcome, Outcome::System);
    assert_eq!(step.counted, Counted::default());
}

#[test]
fn system_writes_count_every_event_but_updated() {
    let closed_by_the_system = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(5_000)),
        updated_at: Some(UnixSeconds(1_000)),
        standing: Standing::Live(Status::Closed),
        ..plain_change(1)
    };
    let step = transition(
        live(Status::Open).as_ref(),
        &closed_by_the_system,
        Numbers::default,
        COUNTING,
    );
    assert_eq!(step.outcome, Outcome::System);
    assert_eq!(
        step.counted.families,
        [family::SOLVED, family::STATUS_CHANGES]
    );
}

#[test]
fn an_update_is_counted_for_created_rows_and_never_for_adopted_or_lifted_ones() {
    let table = [
        (None, 1_000, true),
        (None, 999, false),
        (ended(Life::Tombstone), 500, true),
        (ended(Life::Swept), 500, false),
    ];
    for (stored, created_at, updated) in table {
        let open = row(Standing::Live(Status::Open), created_at);
        let step = transition(stored.as_ref(), &open, Numbers::default, COUNTING);
        let is_updated = step.counted.families.contains(&family::UPDATED);
        assert_eq!(is_updated, updated, "{stored:?}");
    }
}

#[test]
fn a_ticket_that_says_nothing_of_its_creation_is_adopted() {
    let unborn = TicketChange {
        created_at: None,
        ..row(Standing::Live(Status::Open), 0)
    };
    check(&None, &unborn, &[]);
}

#[test]
fn the_initial_sync_counts_tickets_that_were_created_since_the_baseline_and_no_others() {
    use family::{CREATED, DELETED, REOPENED, RESTORED, SOLVED};
    let syncing = Circumstances {
        baseline: Baseline::Syncing(UnixSeconds(1_000)),
        ..COUNTING
    };
    let [open, solved, deleted] = [
        Standing::Live(Status::Open),
        Standing::Live(Status::Solved),
        Standing::Deleted,
    ];
    let stored = |status: Status, created_at: i64| {
        live(status).map(|record| TicketRecord {
            created_at: Some(UnixSeconds(created_at)),
            ..record
        })
    };
    let buried = |created_at: i64| {
        ended(Life::Tombstone).map(|record| TicketRecord {
            created_at: Some(UnixSeconds(created_at)),
            ..record
        })
    };
    type Row<'a> = (Option<TicketRecord>, i64, [&'a [TicketFamily]; 3]);
    let table: [Row<'_>; 6] = [
        // stored, created_at: row unsolved, row done, row deleted
        (None, 999, [&[], &[], &[]]),
        (None, 1_000, [&[CREATED], &[CREATED, SOLVED], &[]]),
        (stored(Status::Open, 999), 999, [&[], &[], &[]]),
        (
            stored(Status::Open, 1_000),
            1_000,
            [&[], &[SOLVED], &[DELETED]],
        ),
        (
            stored(Status::Solved, 1_000),
            1_000,
            [&[REOPENED], &[], &[DELETED]],
        ),
        (buried(1_000), 1_000, [&[RESTORED], &[RESTORED], &[]]),
    ];
    for (stored, created_at, expected) in table {
        for (standing, events) in [open, solved, deleted].into_iter().zip(expected) {
            let row = row(standing, created_at);
            let step = transition(stored.as_ref(), &row, Numbers::default, syncing);
            let counted = events_of(&step.counted);
            assert_eq!(counted, events, "{stored:?} -> {standing:?}");
            let after = transition(stored.as_ref(), &row, Numbers::default, COUNTING);
            assert_eq!(step.record, after.record, "the record is the same");
            if created_at >= 1_000 {
                assert_eq!(step.counted, after.counted, "it counts as it does later");
            } else {
                assert_eq!(step.counted, Counted::default());
            }
        }
    }
    // Nobody says when it was created.
    let undated = TicketChange {
        created_at: None,
        ..row(open, 0)
    };
    let step = transition(None, &undated, Numbers::default, syncing);
    assert_eq!(step.counted, Counted::default());
}

#[test]
fn the_reopens_never_fall_and_the_time_of_the_solve_is_that_of_the_latest_set() {
    let set = |reopens, solved_at: Option<i64>| {
        Some(MetricSet {
            reopens,
            solved_at: solved_at.map(UnixSeconds),
            ..MetricSet::default()
        })
    };
    let (open, solved) = (Standing::Live(Status::Open), Standing::Live(Status::Solved));
    // Set of a row, its status: what is kept after it.
    let rows = [
        // Its set is that of the row before, which lacks the reopen.
        (set(Some(2), Some(700)), open, (3, Some(700))),
        (None, open, (3, Some(700))),
        (set(Some(1), None), open, (3, None)),
        (set(None, Some(800)), solved, (3, Some(800))),
        // So is this one, but the reopen is seen.
        (set(Some(3), Some(800)), open, (4, Some(800))),
        (set(Some(4), None), open, (4, None)),
        (None, solved, (4, None)),
        (None, open, (5, None)),
        (set(Some(9), Some(900)), Standing::Deleted, (5, None)),
        (set(Some(6), None), open, (6, None)),
    ];
    let mut stored = None;
    for (key, (metric_set, standing, expected)) in (2_000..).zip(rows) {
        let row = TicketChange {
            order_key: RowKey::Generated(UnixSeconds(key)),
            metric_set,
            ..row(standing, 500)
        };
        let step = transition(stored.as_ref(), &row, Numbers::default, COUNTING);
        stored = step.record;
        let kept = stored
            .as_ref()
            .map(|record| (record.reopens.count, record.solved_at.map(|at| at.0)));
        assert_eq!(kept, Some(expected), "{row:?}");
    }
}

#[test]
fn a_row_that_tells_only_reopens_and_the_time_of_the_solve_is_a_duplicate() {
    let row = TicketChange {
        metric_set: Some(MetricSet {
            reopens: Some(1),
            solved_at: Some(UnixSeconds(700)),
            ..MetricSet::default()
        }),
        ..plain_change(1)
    };
    let whole = transition(None, &row, Numbers::default, COUNTING).record;
    let whole = whole.expect("a record");
    let of_schema_3 = TicketRecord {
        reopens: Reopens::default(),
        solved_at: None,
        ..whole.clone()
    };
    // It is not written for them, but if it is written for its mark, they are kept.
    for resync_mark in [0, 1] {
        let circumstances = Circumstances {
            resync_mark,
            ..COUNTING
        };
        let step = transition(Some(&of_schema_3), &row, Numbers::default, circumstances);
        assert_eq!(step.outcome, Outcome::Duplicate);
        assert_eq!(step.counted, Counted::default());
        let marked = TicketRecord {
            resync_mark,
            ..whole.clone()
        };
        assert_eq!(step.record, (resync_mark == 1).then_some(marked));
    }
}
