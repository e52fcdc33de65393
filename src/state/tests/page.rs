//! What pages do to a state, and a page that fails.

use super::*;
use crate::ticket::RowKey;

#[test]
fn a_deletion_in_a_page_leaves_a_tombstone_that_is_no_ticket() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut store, _) = open(&path).expect("a new state");
    let tickets = page(vec![plain_change(1), plain_change(2)], "a", true);
    apply(&mut store, &tickets).expect("a page applies");
    let deletion = Page {
        rows: vec![Row::Deletion {
            id: TicketId(1),
            at: UnixSeconds(2_000),
        }],
        ..page(Vec::new(), "b", true)
    };
    for outcome in [Outcome::Changed, Outcome::Duplicate] {
        let applied = apply(&mut store, &deletion).expect("a page applies");
        assert_eq!(applied.outcomes[outcome as usize], 1);
        assert_eq!(store.progress().tickets, 1);
    }
    drop(store);
    check_verified(&path);
}

#[test]
fn what_was_applied_is_there_after_reopening() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let state = filled_state(&path);
    let (expected_cells, expected_progress) = (cells(&state), state.progress().clone());
    drop(state);
    let (state, found) = open(&path).expect("the state opens again");
    assert_eq!(found, Opened::Existing);
    assert_eq!(cells(&state), expected_cells);
    assert_eq!(state.progress(), &expected_progress);
    assert_eq!(
        state.progress().exports.position,
        Some(Position::Cursor(Cursor("b".to_owned())))
    );
}

#[test]
fn a_page_applied_again_changes_nothing() {
    let directory = TempDir::new().expect("a directory");
    let mut state = filled_state(&state_in(&directory));
    let before = cells(&state);
    let applied = apply(&mut state, &page(vec![solved(1)], "b", true)).expect("a page applies");
    assert_eq!(applied.outcomes[Outcome::Duplicate as usize], 1);
    assert!(!applied.cells_changed);
    assert_eq!(cells(&state), before);
}

#[test]
fn a_page_that_fails_leaves_the_state_of_the_page_before() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    let before = (cells(&state), state.progress().clone());
    set_broken(&path, true);
    let failed = apply(&mut state, &page(vec![solved(2)], "c", true));
    assert!(
        matches!(
            failed,
            Err(StateError {
                cause: Cause::Passing { .. },
                ..
            })
        ),
        "{failed:?}"
    );
    set_broken(&path, false);

    state.recover().expect("the state is read again");
    assert_eq!((cells(&state), state.progress().clone()), before);
    apply(&mut state, &page(vec![solved(2)], "c", true)).expect("the page applies now");
    drop(state);
    check_verified(&path);
}

#[test]
fn what_pages_change_of_the_backlog_is_what_the_state_reads_of_it() {
    let directory = TempDir::new().expect("a directory");
    let (mut state, _) = open(&state_in(&directory)).expect("a new state opens");
    let mut kept_up = Backlog::default();
    let reopened = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(3_000)),
        ..plain_change(1)
    };
    let deleted = TicketChange {
        order_key: RowKey::Generated(UnixSeconds(3_000)),
        standing: Standing::Deleted,
        ..plain_change(2)
    };
    for (changes, expected) in [
        ((1..=5).map(plain_change).collect(), 5),
        (vec![solved(1), solved(1), solved(9)], 4),
        // Old rows and repeated ones, a ticket that comes and goes within the page.
        (
            vec![plain_change(1), plain_change(3), plain_change(7), solved(7)],
            4,
        ),
        (vec![reopened, deleted], 4),
    ] {
        let applied = apply(&mut state, &page(changes, "a", true)).expect("a page applies");
        for (id, waiting) in &applied.unsolved {
            kept_up.apply(*id, waiting.as_ref());
        }
        kept_up.ensure_series(state.aggregates().cells().map(|(cell, _)| cell));
        let read = state.backlog().expect("readable");
        assert_eq!((kept_up.len(), read.len()), (expected, expected));
        assert_eq!(kept_up.view(NOW), read.view(NOW));
    }
}

#[test]
fn counters_that_no_longer_fit_start_anew_so_that_the_bound_holds() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let changes = (1..=60)
        .map(|id| TicketChange {
            channel: Channel::parse(&format!("channel_{id}")),
            ..plain_change(id)
        })
        .collect();
    apply(&mut state, &page(changes, "a", true)).expect("a page applies");
    drop(state);
    let settings = SeriesSettings {
        max_series: SeriesSettings::default().fallback_series() + 100,
        ..SeriesSettings::default()
    };
    let (state, _) = open_at(&path, ACCOUNT, settings.clone(), NOW).expect("opens");
    assert!(state.aggregates().cells().count() <= settings.max_series);
    drop(state);
    check_verified(&path);
}

/// The sum of one family's cells.
fn sum(state: &State, family: TicketFamily) -> u64 {
    let cells = state.aggregates().cells();
    let of_family = cells.filter(|(cell, _)| cell.family() == family);
    of_family.map(|(_, value)| value).sum()
}

/// A ticket that was created at this time and not touched since.
fn created(id: i64, at: UnixSeconds) -> TicketChange {
    TicketChange {
        order_key: RowKey::Generated(at),
        created_at: Some(at),
        updated_at: Some(at),
        ..plain_change(id)
    }
}

#[test]
fn a_ticket_created_since_the_first_answer_counts_whichever_page_of_the_sync_brings_it() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let older = created(1, NOW.plus(-1));
    let first = page(vec![older, created(2, NOW)], "a", false);
    apply(&mut state, &first).expect("a page applies");
    let counts = |state: &State| {
        [family::CREATED, family::SOLVED, family::UPDATED].map(|family| sum(state, family))
    };
    assert_eq!(counts(&state), [1, 0, 1]);

    // A restart, later: the baseline of the first answer stays.
    drop(state);
    let (mut state, _) = open(&path).expect("the state opens again");
    let later = NOW.plus(100_000);
    let change = |id, created_at: UnixSeconds| TicketChange {
        order_key: RowKey::Generated(NOW.plus(500)),
        updated_at: Some(NOW.plus(500)),
        standing: Standing::Live(Status::Solved),
        ..created(id, created_at)
    };
    let second = page(
        vec![
            change(1, NOW.plus(-1)),
            change(2, NOW),
            change(3, NOW.plus(400)),
        ],
        "b",
        false,
    );
    apply_at(&mut state, Walk::Main, &second, later).expect("a page applies");
    assert_eq!(state.progress().baseline, Some(NOW));
    assert_eq!(counts(&state), [2, 2, 3]);
    // The same page again, as after a kill.
    apply_at(&mut state, Walk::Main, &second, later).expect("a page applies");
    assert_eq!(counts(&state), [2, 2, 3]);
    apply_at(&mut state, Walk::Main, &page(Vec::new(), "c", true), later).expect("applies");
    assert_eq!(counts(&state), [2, 2, 3]);
    drop(state);
    check_verified(&path);
}

#[test]
fn that_values_in_business_hours_differ_is_kept_over_restarts_and_given_up_with_its_page() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let reply = |id, calendar, business| TicketChange {
        created_at: Some(NOW),
        metric_set: Some(MetricSet {
            reply: Minutes {
                calendar: Some(calendar),
                business: Some(business),
            },
            ..MetricSet::default()
        }),
        ..plain_change(id)
    };
    let sum = |state: &State| {
        let cells = state.aggregates().shown_cells();
        let of_business =
            cells.filter(|(cell, _)| cell.part() == Some(Part::Sum) && cell.family().is_business());
        of_business
            .map(|(_, value)| value)
            .reduce(|one, other| one + other)
    };
    apply(&mut state, &page(Vec::new(), "a", true)).expect("a page applies");
    apply(&mut state, &page(vec![reply(1, 20, 20)], "b", true)).expect("a page applies");
    drop(state);
    let (mut state, _) = open(&path).expect("opens again");
    assert_eq!(sum(&state), None);
    // The page that tells them apart cannot be written, and is not kept in memory either.
    set_broken(&path, true);
    let differs = page(vec![reply(2, 20, 20), reply(3, 20, 5)], "c", true);
    apply(&mut state, &differs).expect_err("the state is broken");
    set_broken(&path, false);
    state.recover().expect("the state is read again");
    assert_eq!(sum(&state), None);
    assert!(!state.aggregates().business_hours_differ());

    let applied = apply(&mut state, &differs).expect("a page applies");
    let began = applied.twins_began.expect("they have begun").into_iter();
    let began = began.filter(|(cell, _)| cell.part() == Some(Part::Sum));
    assert_eq!(began.map(|(_, value)| value).sum::<u64>(), 1_200);
    assert_eq!(sum(&state), Some(1_200 + 1_200 + 300));
    drop(state);
    check_verified(&path);
    let (mut state, _) = open(&path).expect("opens again");
    assert_eq!(sum(&state), Some(2_700));
    let more = page(vec![reply(4, 20, 10)], "d", true);
    let applied = apply(&mut state, &more).expect("a page applies");
    assert_eq!(applied.twins_began, None);
    assert_eq!(sum(&state), Some(3_300));
}

#[test]
fn a_page_tells_what_its_rows_show_besides_events() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state opens");
    let set = |reopens, status_updated_at| {
        Some(MetricSet {
            reopens: Some(reopens),
            status_updated_at: Some(UnixSeconds(status_updated_at)),
            ..MetricSet::default()
        })
    };
    let first = (1..5).map(|id| TicketChange {
        metric_set: set(0, 900),
        ..plain_change(id)
    });
    let applied = apply(&mut state, &page(first.collect(), "a", true)).expect("a page applies");
    assert_eq!(
        (applied.silent_changes, applied.hidden_status_changes),
        (0, 0)
    );
    let later = |id| TicketChange {
        order_key: RowKey::Generated(UnixSeconds(2_000)),
        metric_set: set(0, 900),
        ..plain_change(id)
    };
    let second = vec![
        TicketChange {
            priority: Priority::High,
            ..later(1)
        },
        TicketChange {
            metric_set: set(1, 1_500),
            ..later(2)
        },
        TicketChange {
            metric_set: set(4_000_000_000, 900),
            ..later(3)
        },
        later(4),
    ];
    let applied = apply(&mut state, &page(second, "b", true)).expect("a page applies");
    assert_eq!(
        (applied.silent_changes, applied.hidden_status_changes),
        (1, 1)
    );
    assert_eq!(applied.doubted_reopens, [TicketId(3)]);
    let counts = [family::SOLVED, family::REOPENED].map(|family| sum(&state, family));
    assert_eq!(counts, [1, 1]);
}
