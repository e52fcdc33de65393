//! Pages that come while account time is in doubt.

use super::*;
use crate::schedule::AccountClock;

const HOUR: i64 = 3_600;

const fn at_second(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall_ms: (NOW.0 + second.cast_signed()) * 1000,
    }
}

/// The account's clock after answers a minute apart whose `Date` was so far ahead of our clock.
fn clock_after(ahead: &[i64]) -> AccountClock {
    let mut clock = AccountClock::default();
    for (minute, ahead) in (0..).zip(ahead) {
        let moment = at_second(minute * 60);
        clock.observe(moment, moment, Some(moment.wall().plus(*ahead)));
    }
    clock
}

/// A page of the main walk, asked for from `start` on by our own clock or by a sure one.
fn arrived(start: Position, is_time_sure: bool) -> Arrived {
    let mut asked = asked(Walk::Main, start);
    asked.request.is_time_sure = is_time_sure;
    Arrived {
        asked,
        page: page(Some(cursor("next")), false),
    }
}

#[test]
fn a_page_waits_while_nothing_confirms_the_first_date() {
    let progress = at(None, None);
    let mut walks = walks(SourceKind::Cursor);
    let mut arrive = |start, clock: &AccountClock| {
        let arrived = arrived(start, false);
        walks.on_arrival(arrived, &progress, clock, at_second(120))
    };
    let doubted = clock_after(&[HOUR]);
    assert!(!doubted.is_settled());
    assert!(matches!(arrive(time(7), &doubted), Arrival::Waits));
    // A second one is not kept.
    assert!(matches!(arrive(time(8), &doubted), Arrival::Waits));
    let confirmed = clock_after(&[HOUR, HOUR]);
    let Arrival::Use(pages) = arrive(time(7), &confirmed) else {
        panic!("the time is known");
    };
    let used: Vec<_> = pages
        .iter()
        .map(|page| (page.asked.request.start.clone(), page.asked.has_waited))
        .collect();
    assert_eq!(used, [(time(7), true), (time(7), false)]);
    assert!(!walks.has_waiting_page());
}

#[test]
fn a_page_that_waits_is_taken_once_the_time_is_known() {
    let mut walks = walks(SourceKind::Cursor);
    let doubted = clock_after(&[HOUR]);
    walks.on_arrival(
        arrived(time(7), false),
        &at(None, None),
        &doubted,
        at_second(0),
    );
    assert!(walks.take_waiting(&doubted).is_none());
    let page = walks.take_waiting(&clock_after(&[HOUR, HOUR]));
    assert!(page.is_some_and(|page| page.asked.has_waited));
    assert!(!walks.has_waiting_page());
}

#[test]
fn a_page_is_outdated_that_began_by_a_time_which_proved_wrong() {
    // It is 100,000 by now, and the replay would begin at 99,040.
    let table = [
        (time(99_040), false, true),
        (time(99_340), false, true),
        (time(98_740), false, true),
        (time(99_341), false, false),
        (time(12_640), false, false),
        (time(12_640), true, true),
        (cursor("a"), false, false),
        (cursor("a"), true, true),
    ];
    for (start, is_time_sure, is_wanted) in table {
        let mut arrived = arrived(start, is_time_sure);
        arrived.asked.walk = Walk::Replay;
        let mut walks = walks(SourceKind::Cursor);
        let found = walks.is_wanted(&arrived.asked, &at(None, None), NOW);
        assert_eq!(found, is_wanted, "{:?}", arrived.asked.request);
        walks.end_replay();
        let clock = clock_after(&[0]);
        let arrival = walks.on_arrival(arrived, &at(None, None), &clock, at_second(0));
        let is_used = matches!(arrival, Arrival::Use(_));
        assert_eq!(is_used, is_wanted, "{arrival:?}");
    }
}

#[test]
fn an_answer_is_dated_by_the_clock_as_it_is_known_when_the_page_is_used() {
    let date = NOW.plus(HOUR);
    let mut asked = asked(Walk::Main, time(7));
    asked.head.date = Some(date);
    let used_at = at_second(60);
    let dated = |asked: &AnsweredRequest, clock: &AccountClock| {
        let time = asked.answer_time(&page(None, true), clock, used_at);
        (time.date, time.came_at, time.account_now, time.our_now)
    };
    let our_now = NOW.plus(60);
    assert_eq!(
        dated(&asked, &clock_after(&[HOUR])),
        (AnswerDate::Doubted(date), NOW, our_now, our_now)
    );
    assert_eq!(
        dated(&asked, &clock_after(&[HOUR, HOUR])),
        (
            AnswerDate::Believed(date),
            date,
            our_now.plus(HOUR),
            our_now
        )
    );
    asked.head.date = None;
    assert_eq!(
        dated(&asked, &AccountClock::default()),
        (AnswerDate::Missing, NOW, our_now, our_now)
    );
}
