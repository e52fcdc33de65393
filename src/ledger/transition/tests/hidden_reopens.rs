//! Solves and reopens that no row shows.

use super::*;
use crate::ledger::reopens::HIDDEN_REOPENS_MAX;
use crate::ticket::Minutes;

const OPEN: Standing = Standing::Live(Status::Open);
const PENDING: Standing = Standing::Live(Status::Pending);
const SOLVED: Standing = Standing::Live(Status::Solved);
const CLOSED: Standing = Standing::Live(Status::Closed);
const OTHER: Standing = Standing::Live(Status::Other);
const GONE: Standing = Standing::Deleted;

/// A ticket that somebody created before the baseline, and one that was created since.
const ADOPTED: i64 = 999;
const CREATED: i64 = 1_000;

/// How often the ticket was solved and reopened, as counted.
fn counted(counted: &Counted) -> (u32, u32) {
    let of = |family| u32::from(counted.families.contains(&family)) + counted.hidden_reopens;
    (of(family::SOLVED), of(family::REOPENED))
}

fn row_with(standing: Standing, reopens: Option<u32>, created_at: i64) -> TicketChange {
    TicketChange {
        metric_set: reopens.map(|reopens| MetricSet {
            reopens: Some(reopens),
            ..MetricSet::default()
        }),
        ..row(standing, created_at)
    }
}

/// Rows of a ticket, one after the other: its standing, the reopens in its metric set if it has one, and what is
/// counted in all after it.
type Story<'a> = &'a [(Standing, Option<u32>, (u32, u32))];

#[track_caller]
fn check_story(created_at: i64, rows: Story<'_>) {
    let mut stored: Option<TicketRecord> = None;
    let mut total = (0, 0);
    for (key, (standing, reopens, expected)) in (2_000..).zip(rows) {
        let row = TicketChange {
            order_key: RowKey::Generated(UnixSeconds(key)),
            updated_at: Some(UnixSeconds(key)),
            ..row_with(*standing, *reopens, created_at)
        };
        let step = transition(stored.as_ref(), &row, Numbers::default, COUNTING);
        let (solved, reopened) = counted(&step.counted);
        total = (total.0 + solved, total.1 + reopened);
        assert_eq!(total, *expected, "row {} of {rows:?}", key - 1_999);
        // It comes again, and counts nothing.
        let again = transition(step.record.as_ref(), &row, Numbers::default, COUNTING);
        assert_eq!(again.counted, Counted::default());
        stored = step.record;
    }
}

#[test]
fn a_ticket_that_was_solved_and_reopened_between_two_rows_counts_in_both() {
    let mut stories: Vec<(i64, Story<'_>)> = Vec::new();
    // Open, and open again; three times at once; solved, and solved again.
    stories.push((
        ADOPTED,
        &[(OPEN, Some(0), (0, 0)), (PENDING, Some(1), (1, 1))],
    ));
    stories.push((ADOPTED, &[(OPEN, Some(2), (0, 0)), (OPEN, Some(5), (3, 3))]));
    stories.push((
        ADOPTED,
        &[(SOLVED, Some(0), (0, 0)), (CLOSED, Some(1), (1, 1))],
    ));
    // What the rows show counts once, and what is between is added.
    stories.push((
        ADOPTED,
        &[
            (OPEN, Some(0), (0, 0)),
            (SOLVED, Some(0), (1, 0)),
            (OPEN, Some(1), (1, 1)),
            (SOLVED, Some(3), (4, 3)),
            (OPEN, Some(4), (4, 4)),
            (OPEN, Some(4), (4, 4)),
        ],
    ));
    // A created ticket begins at 0 and not done.
    stories.push((CREATED, &[(OPEN, Some(2), (2, 2)), (OPEN, Some(2), (2, 2))]));
    stories.push((CREATED, &[(SOLVED, Some(1), (2, 1))]));
    stories.push((
        CREATED,
        &[(OTHER, Some(1), (0, 0)), (OPEN, Some(1), (0, 0))],
    ));
    for (created_at, rows) in stories {
        check_story(created_at, rows);
    }
}

#[test]
fn a_metric_set_that_is_late_lags_or_is_missing_counts_nothing_twice() {
    // Each set is that of the row before.
    check_story(
        ADOPTED,
        &[
            (OPEN, Some(0), (0, 0)),
            // Solved and reopened in between.
            (OPEN, Some(0), (0, 0)),
            (SOLVED, Some(1), (2, 1)),
            (OPEN, Some(1), (2, 2)),
            (OPEN, Some(2), (2, 2)),
        ],
    );
    check_story(
        CREATED,
        &[
            (OPEN, Some(0), (0, 0)),
            (OPEN, None, (0, 0)),
            (SOLVED, Some(1), (2, 1)),
            (SOLVED, Some(2), (3, 2)),
        ],
    );
    // The sets stand still, fall, and are missing.
    check_story(
        ADOPTED,
        &[
            (SOLVED, Some(3), (0, 0)),
            (OPEN, Some(3), (0, 1)),
            (SOLVED, Some(0), (1, 1)),
            (OPEN, None, (1, 2)),
            (SOLVED, None, (2, 2)),
            (SOLVED, Some(5), (2, 2)),
            (SOLVED, Some(6), (3, 3)),
        ],
    );
}

#[test]
fn without_a_metric_set_only_what_the_rows_show_is_counted() {
    check_story(
        ADOPTED,
        &[
            (OPEN, None, (0, 0)),
            (SOLVED, None, (1, 0)),
            (OPEN, None, (1, 1)),
            // The first set can contain reopens of any time.
            (OPEN, Some(7), (1, 1)),
            (OPEN, Some(8), (2, 2)),
        ],
    );
    // The first set comes with the row that reopens the ticket.
    check_story(
        ADOPTED,
        &[
            (SOLVED, None, (0, 0)),
            (OPEN, Some(7), (0, 1)),
            (OPEN, Some(8), (1, 2)),
        ],
    );
}

#[test]
fn over_a_deletion_or_an_unknown_status_the_rows_alone_count_and_the_number_follows() {
    for between in [GONE, OTHER] {
        // The ticket is restored with that row or the next one, and counted as such.
        check_story(
            ADOPTED,
            &[
                (OPEN, Some(1), (0, 0)),
                (between, Some(3), (0, 0)),
                (OPEN, Some(5), (0, 0)),
                (OPEN, Some(6), (1, 1)),
            ],
        );
        // The number can only follow where a set states it.
        check_story(
            ADOPTED,
            &[
                (SOLVED, Some(1), (0, 0)),
                (between, None, (0, 0)),
                (OPEN, None, (0, 0)),
                (OPEN, Some(2), (1, 1)),
            ],
        );
    }
    let swept = TicketRecord {
        reopens: Reopens {
            count: 1,
            is_stated: true,
        },
        ..plain_record().swept(UnixSeconds(1_500))
    };
    let lifted = row_with(OPEN, Some(4), 500);
    let step = transition(Some(&swept), &lifted, Numbers::default, COUNTING);
    assert_eq!(counted(&step.counted), (0, 0));
    let kept = step.record.map(|record| record.reopens.count);
    assert_eq!(kept, Some(4));
}

#[test]
fn a_number_beyond_reason_is_told_and_not_counted() {
    check_story(
        ADOPTED,
        &[
            (OPEN, Some(0), (0, 0)),
            (OPEN, Some(4_000_000_000), (0, 0)),
            (SOLVED, Some(4_000_000_000), (1, 0)),
            // What rows show counts on.
            (OPEN, Some(1), (1, 1)),
        ],
    );
    let stored = TicketRecord {
        reopens: Reopens {
            count: 0,
            is_stated: true,
        },
        ..plain_record()
    };
    for (number, is_doubted) in [(HIDDEN_REOPENS_MAX, false), (HIDDEN_REOPENS_MAX + 1, true)] {
        let row = row_with(OPEN, Some(number), 500);
        let step = transition(Some(&stored), &row, Numbers::default, COUNTING);
        assert_eq!(step.counted.noticed.doubted_reopens, is_doubted);
    }
}

#[test]
fn a_metric_set_that_comes_alone_is_counted() {
    let stored = TicketRecord {
        measured: crate::ledger::measured::Measured {
            carried: true,
            ..crate::ledger::measured::Measured::default()
        },
        reopens: Reopens {
            count: 1,
            is_stated: true,
        },
        assigned: false,
        ..plain_record()
    };
    // With the same `generated_timestamp`, and in a list that decides.
    for (order_key, list_is_truth) in [
        (RowKey::Generated(UnixSeconds(1_000)), false),
        (RowKey::Updated(UnixSeconds(1_000)), true),
    ] {
        let row = TicketChange {
            order_key,
            updated_at: Some(UnixSeconds(1_000)),
            ..row_with(OPEN, Some(2), 500)
        };
        let circumstances = Circumstances {
            context: RowContext {
                list_is_truth,
                ..COUNTING.context
            },
            ..COUNTING
        };
        let step = transition(Some(&stored), &row, Numbers::default, circumstances);
        assert_eq!(
            (step.outcome, counted(&step.counted)),
            (Outcome::System, (1, 1))
        );
        assert!(
            !step.counted.noticed.silent_change,
            "the ticket is the same"
        );
        let again = transition(step.record.as_ref(), &row, Numbers::default, circumstances);
        assert_eq!((again.outcome, again.record), (Outcome::Duplicate, None));
    }
}

#[test]
fn a_resolution_is_observed_once_a_row_and_only_if_the_ticket_is_done_after_it() {
    let stored = |status| TicketRecord {
        status,
        measured: crate::ledger::measured::Measured {
            carried: true,
            first_resolution: true,
            ..crate::ledger::measured::Measured::default()
        },
        reopens: Reopens {
            count: 0,
            is_stated: true,
        },
        ..plain_record()
    };
    let minutes = Minutes {
        calendar: Some(2),
        business: None,
    };
    for (before, after, hidden, observations) in [
        (Status::Open, OPEN, 1, 0),
        (Status::Open, SOLVED, 0, 1),
        (Status::Open, SOLVED, 2, 1),
        (Status::Solved, CLOSED, 0, 0),
        (Status::Solved, CLOSED, 1, 1),
    ] {
        let row = TicketChange {
            metric_set: Some(MetricSet {
                full_resolution: minutes,
                reopens: Some(hidden),
                ..MetricSet::default()
            }),
            ..row(after, 500)
        };
        let step = transition(Some(&stored(before)), &row, Numbers::default, COUNTING);
        let observed = step.counted.observed.iter();
        let observed = observed.filter(|(family, _)| *family == family::FULL_RESOLUTION);
        assert_eq!(observed.count(), observations, "{before:?} -> {after:?}");
    }
}

#[test]
fn a_status_that_moved_and_came_back_is_noticed_once() {
    let stored = plain_record();
    let at = |changed_at: i64, standing| TicketChange {
        metric_set: Some(MetricSet {
            status_updated_at: Some(UnixSeconds(changed_at)),
            ..MetricSet::default()
        }),
        ..row(standing, 500)
    };
    // The key of the record is 1,000, that of the row 2,000.
    for (changed_at, standing, is_hidden) in [
        (1_000, OPEN, false),
        (1_001, OPEN, true),
        (2_000, OPEN, true),
        // It will be seen with a later row.
        (2_001, OPEN, false),
        (1_001, PENDING, false),
        (1_001, GONE, false),
    ] {
        let row = at(changed_at, standing);
        let step = transition(Some(&stored), &row, Numbers::default, COUNTING);
        let noticed = step.counted.noticed;
        assert_eq!(noticed.hidden_status_change, is_hidden, "{row:?}");
        let later = TicketChange {
            order_key: RowKey::Generated(UnixSeconds(3_000)),
            ..row
        };
        let step = transition(step.record.as_ref(), &later, Numbers::default, COUNTING);
        let is_later = changed_at > 2_000;
        assert_eq!(step.counted.noticed.hidden_status_change, is_later);
    }
    // In a list that decides, the time is a difference by itself.
    let listed = TicketChange {
        order_key: RowKey::Updated(UnixSeconds(1_000)),
        updated_at: Some(UnixSeconds(1_000)),
        ..at(1_500, OPEN)
    };
    let circumstances = Circumstances {
        context: RowContext {
            list_is_truth: true,
            ..COUNTING.context
        },
        ..COUNTING
    };
    let mut before = Some(stored);
    for is_hidden in [true, false] {
        let step = transition(before.as_ref(), &listed, Numbers::default, circumstances);
        assert_eq!(step.counted.noticed.hidden_status_change, is_hidden);
        before = step.record.or(before);
    }
}

#[test]
fn a_change_without_an_update_is_silent_if_the_ticket_itself_changed() {
    let stored = TicketRecord {
        assigned: false,
        ..plain_record()
    };
    let row = |at: i64, assigned| TicketChange {
        order_key: RowKey::Generated(UnixSeconds(2_000)),
        updated_at: Some(UnixSeconds(at)),
        assigned,
        ..plain_change(1)
    };
    for (change, is_silent) in [
        (row(1_000, true), true),
        (row(1_000, false), false),
        (row(1_500, true), false),
        (row_with(OPEN, Some(1), 500), false),
    ] {
        let step = transition(Some(&stored), &change, Numbers::default, COUNTING);
        assert_eq!(step.counted.noticed.silent_change, is_silent, "{change:?}");
    }
    let swept = stored.swept(UnixSeconds(1_500));
    let step = transition(Some(&swept), &row(1_000, true), Numbers::default, COUNTING);
    assert_eq!(step.counted.noticed, Noticed::default());
}
