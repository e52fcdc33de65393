//! How pages change the progress.

mod other_settings;

use std::time::Duration;

use super::super::answer_time::{AnswerDate, AnswerTime};
use super::*;
use crate::ledger::testing::page_of_keys;
use crate::source::Position;

fn page(walk: Walk, keys: Option<(i64, i64)>, end_of_stream: bool) -> PageRead {
    page_of_keys(walk, keys, end_of_stream, UnixSeconds(10_000))
}

/// The page, if it leads to this time.
fn leading_to(time: i64, mut read: PageRead) -> PageRead {
    read.page.next = Some(Position::Time(UnixSeconds(time)));
    read
}

#[test]
fn an_empty_page_with_nulls_leaves_the_position() {
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&page(Walk::Main, Some((100, 200)), true));
    let before = progress.clone();
    progress.pass(&page(Walk::Main, None, true));
    assert_eq!(progress, before);
}

#[test]
fn high_water_and_freshness_never_fall() {
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&page(Walk::Main, Some((100, 200)), true));
    assert_eq!(progress.exports.data_timestamp, Some(UnixSeconds(9_940)));
    progress.pass(&page(Walk::Main, Some((50, 60)), false));
    assert_eq!(progress.exports.high_water, Some(UnixSeconds(200)));
    assert_eq!(progress.exports.data_timestamp, Some(UnixSeconds(9_940)));
}

#[test]
fn rows_of_the_future_move_neither_mark_nor_position_beyond_the_present() {
    let mut progress = Progress::new(UnixSeconds(0));
    let page = page(Walk::Main, Some((100, 12_000)), true);
    progress.pass(&leading_to(99_000, page));
    assert_eq!(progress.exports.high_water, Some(UnixSeconds(10_000)));
    let latest = Position::Time(UnixSeconds(9_940));
    assert_eq!(progress.exports.position, Some(latest));
}

#[test]
fn an_answer_without_a_date_is_as_fresh_as_our_own_clock_says() {
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&PageRead {
        time: AnswerTime {
            date: AnswerDate::Missing,
            ..AnswerTime::agreed(UnixSeconds(10_000))
        },
        ..page(Walk::Main, Some((100, 200)), true)
    });
    assert_eq!(progress.exports.data_timestamp, Some(UnixSeconds(9_940)));
}

#[test]
fn a_replay_moves_nothing_but_its_own_time() {
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&page(Walk::Main, Some((100, 200)), true));
    let mut replayed = progress.clone();
    let later = PageRead {
        time: AnswerTime::agreed(UnixSeconds(11_000)),
        ..page(Walk::Replay, Some((900, 950)), true)
    };
    assert!(!replayed.pass(&later));
    progress.replayed_at = Some(UnixSeconds(11_000));
    assert_eq!(replayed, progress);
}

#[test]
fn the_end_of_the_initial_sync_is_as_good_as_a_replay() {
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&page(Walk::Main, Some((100, 200)), false));
    assert_eq!(progress.replayed_at, None);
    progress.pass(&page(Walk::Main, Some((300, 400)), true));
    assert_eq!(progress.replayed_at, Some(UnixSeconds(10_000)));
    let later = PageRead {
        time: AnswerTime::agreed(UnixSeconds(20_000)),
        ..page(Walk::Main, None, true)
    };
    progress.pass(&later);
    assert_eq!(progress.replayed_at, Some(UnixSeconds(10_000)));
}

#[test]
fn events_are_counted_from_the_first_answer_on_once_the_initial_sync_is_complete() {
    let mut progress = Progress::new(UnixSeconds(0));
    assert!(!progress.pass(&page(Walk::Main, Some((100, 200)), false)));
    let from = UnixSeconds(10_000);
    assert_eq!(progress.counting_from(), Baseline::Syncing(from));
    assert!(progress.pass(&page(Walk::Main, Some((300, 400)), true)));
    assert_eq!(
        progress.counting_from(),
        Baseline::Since(UnixSeconds(10_000))
    );
    assert!(!progress.pass(&page(Walk::Main, Some((500, 600)), true)));
}

#[test]
fn a_walk_that_lost_its_place_starts_before_the_high_water_mark() {
    let quarter = Duration::from_secs(900);
    let mut progress = Progress::new(UnixSeconds(0));
    assert_eq!(
        progress.exports.restart(UnixSeconds(7), quarter),
        UnixSeconds(7)
    );
    progress.pass(&page(Walk::Main, Some((100, 200)), false));
    assert_eq!(
        progress.exports.restart(UnixSeconds(7), quarter),
        UnixSeconds(7)
    );
    progress.pass(&page(Walk::Main, Some((5_000, 6_000)), false));
    assert_eq!(
        progress.exports.restart(UnixSeconds(7), quarter),
        UnixSeconds(5_100)
    );
}

#[test]
fn a_row_of_the_future_makes_nothing_fresher_than_now() {
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&page(Walk::Main, Some((100, 13_500)), false));
    assert_eq!(progress.exports.data_timestamp, Some(UnixSeconds(10_000)));
}

/// An answer that says `date`, in the middle of an initial sync or at its end.
fn dated(date: AnswerDate, keys: Option<(i64, i64)>, end_of_stream: bool) -> PageRead {
    PageRead {
        time: AnswerTime {
            date,
            ..AnswerTime::agreed(UnixSeconds(10_000))
        },
        ..page(Walk::Main, keys, end_of_stream)
    }
}

#[test]
fn a_date_that_is_not_believed_moves_neither_mark_nor_freshness() {
    let doubted = |date| AnswerDate::Doubted(UnixSeconds(date));
    // (Date, end of the stream, high water, freshness) of rows up to 9,500.
    let table = [
        (doubted(90_000), true, 9_500, 9_500),
        (doubted(90_000), false, 9_500, 9_500),
        (doubted(5_000), true, 5_000, 5_000),
        (
            AnswerDate::Believed(UnixSeconds(10_001)),
            true,
            9_500,
            9_941,
        ),
        (AnswerDate::Missing, true, 9_500, 9_940),
        (AnswerDate::Missing, false, 9_500, 9_500),
    ];
    for (date, end_of_stream, high_water, fresh) in table {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.pass(&dated(date, Some((100, 9_500)), end_of_stream));
        assert_eq!(
            progress.exports.high_water,
            Some(UnixSeconds(high_water)),
            "{date:?}"
        );
        assert_eq!(
            progress.exports.data_timestamp,
            Some(UnixSeconds(fresh)),
            "{date:?}"
        );
    }
    // Nor where our own clock, which is all there is yet, is years ahead.
    let mut progress = Progress::new(UnixSeconds(0));
    progress.pass(&PageRead {
        time: AnswerTime {
            date: doubted(10_000),
            ..AnswerTime::agreed(UnixSeconds(70_000_000))
        },
        ..page(Walk::Main, Some((100, 13_000)), true)
    });
    assert_eq!(progress.exports.high_water, Some(UnixSeconds(10_000)));
    assert_eq!(progress.exports.data_timestamp, Some(UnixSeconds(10_000)));
}

#[test]
fn a_position_is_cut_to_account_time_only_where_the_date_is_not_later() {
    let named = |progress: &mut Progress, date, time| {
        progress.pass(&leading_to(time, dated(date, None, false)));
        match progress.exports.position {
            Some(Position::Time(UnixSeconds(time))) => time,
            ref other => panic!("{other:?}"),
        }
    };
    // It is 10,000 by account time. (Date, named, kept)
    let day = 86_400;
    let table = [
        (AnswerDate::Missing, 9_000, 9_000),
        (AnswerDate::Missing, 10_000 + day, 9_940),
        (
            AnswerDate::Believed(UnixSeconds(10_000)),
            10_000 + day,
            9_940,
        ),
        (
            AnswerDate::Doubted(UnixSeconds(10_000 - day)),
            10_000,
            9_940,
        ),
        // Our clock is a day behind.
        (
            AnswerDate::Doubted(UnixSeconds(10_000 + day)),
            5_000 + day,
            5_000 + day,
        ),
        (
            AnswerDate::Doubted(UnixSeconds(10_000 + day)),
            90_000 + day,
            9_940 + day,
        ),
    ];
    for (date, time, kept) in table {
        let mut progress = Progress::new(UnixSeconds(0));
        assert_eq!(named(&mut progress, date, time), kept, "{date:?} {time}");
    }
    // Never to before rows that were read.
    let mut progress = Progress::new(UnixSeconds(0));
    progress.exports.high_water = Some(UnixSeconds(50_000));
    assert_eq!(named(&mut progress, AnswerDate::Missing, 49_970), 49_940);
    assert_eq!(
        progress.exports.at_least(UnixSeconds(10_000)),
        UnixSeconds(50_000)
    );
    assert_eq!(
        progress.exports.at_least(UnixSeconds(60_000)),
        UnixSeconds(60_000)
    );
}

#[test]
fn the_baseline_is_account_time_at_the_first_answer() {
    let table = [
        (AnswerDate::Believed(UnixSeconds(10_002)), 10_002),
        (AnswerDate::Missing, 9_000),
        (AnswerDate::Doubted(UnixSeconds(90_000)), 9_000),
    ];
    for (date, baseline) in table {
        let mut progress = Progress::new(UnixSeconds(0));
        // It came some time before it is applied.
        let time = AnswerTime {
            date,
            came_at: UnixSeconds(9_000),
            ..AnswerTime::agreed(UnixSeconds(10_000))
        };
        progress.begin(&PageRead {
            time,
            ..page(Walk::Main, None, true)
        });
        assert_eq!(progress.baseline, Some(UnixSeconds(baseline)), "{date:?}");
        progress.begin(&PageRead {
            time: AnswerTime::agreed(UnixSeconds(20_000)),
            ..page(Walk::Main, None, true)
        });
        assert_eq!(progress.baseline, Some(UnixSeconds(baseline)), "it stays");
    }
}

#[test]
fn a_row_is_from_the_future_only_if_every_clock_thinks_so() {
    let time = AnswerTime {
        date: AnswerDate::Missing,
        came_at: UnixSeconds(0),
        account_now: UnixSeconds(10_000),
        our_now: UnixSeconds(5_000),
        rows_reach: None,
    };
    assert_eq!(
        time.latest_now(),
        None,
        "nothing tells that our clock is right"
    );
    let our_now = UnixSeconds(20_000);
    assert_eq!(AnswerTime { our_now, ..time }.latest_now(), None);
    for date in [
        AnswerDate::Doubted(UnixSeconds(30_000)),
        AnswerDate::Believed(UnixSeconds(30_000)),
    ] {
        let latest = AnswerTime {
            date,
            our_now,
            ..time
        }
        .latest_now();
        assert_eq!(latest, Some(UnixSeconds(30_000)));
    }
}

#[test]
fn a_state_is_old_when_its_counters_are_hours_behind() {
    let mut progress = Progress::new(UnixSeconds(0));
    let day = UnixSeconds(9_940 + 86_400);
    assert_eq!(progress.age_hours(day), None);
    // Before the first sync is complete there are no counters that could fall.
    progress.pass(&page(Walk::Main, Some((100, 200)), false));
    assert_eq!(progress.age_hours(day), None);
    progress.pass(&page(Walk::Main, Some((300, 400)), true));
    assert_eq!(progress.age_hours(day), Some(24));
    for (seconds, expected) in [(-60, None), (6 * 3600 - 1, None), (6 * 3600, Some(6))] {
        let age = progress.age_hours(UnixSeconds(9_940 + seconds));
        assert_eq!(age, expected, "{seconds}");
    }
}

#[test]
fn without_a_date_rows_tell_what_time_it_is_if_two_have_reached_it() {
    let day = 86_400;
    // It is 10,000 by our clock, which may be slow. (Reached by two rows, it is)
    let table = [
        (None, 10_000),
        (Some(9_000), 10_000),
        (Some(10_000 + day), 10_000 + day),
    ];
    for (reached, expected) in table {
        let time = AnswerTime {
            date: AnswerDate::Missing,
            rows_reach: reached.map(UnixSeconds),
            ..AnswerTime::agreed(UnixSeconds(10_000))
        };
        assert_eq!(time.zendesk_now(), UnixSeconds(expected), "{reached:?}");
        assert_eq!(time.certain_now(), UnixSeconds(expected), "{reached:?}");
        // Freshness is our own clock's to say.
        assert_eq!(time.given_at(), Some(UnixSeconds(10_000)), "{reached:?}");
        let dated = AnswerTime {
            date: AnswerDate::Believed(UnixSeconds(10_000)),
            ..time
        };
        assert_eq!(dated.zendesk_now(), UnixSeconds(10_000), "{reached:?}");
    }
}
