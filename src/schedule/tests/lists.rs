//! The waits of the lists after answers that lead nowhere, and after refusals.

use super::*;
use crate::source::Bucket;

/// The lists are the truth since 0.
fn reading_lists() -> Schedule {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.set_list_role(ListRole::Truth, at(0));
    schedule
}

fn wait(schedule: &Schedule, now: u64) -> Duration {
    schedule.next(at(now)).at.saturating_sub(at(now).monotonic)
}

#[test]
fn a_walk_whose_second_page_leads_nowhere_waits_longer_each_time() {
    let mut schedule = reading_lists();
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..8 {
        schedule.on_ended(Walk::List, &page(false), at(now));
        schedule.on_ended(Walk::List, &Ended::NoProgress, at(now));
        let wait = wait(&schedule, now).as_secs_f64();
        waits.push(wait);
        now += 61;
    }
    for (place, wait) in waits.iter().enumerate() {
        let longest = 2.0_f64
            .powi(i32::try_from(place).expect("small") + 1)
            .min(60.0);
        assert!((longest / 2.0..=longest).contains(wait), "{waits:?}");
    }
    // The end of the other list is not the end of this one.
    schedule.on_ended(Walk::Deleted, &page(true), at(now));
    schedule.on_ended(Walk::List, &Ended::NoProgress, at(now));
    assert!(wait(&schedule, now) >= Duration::from_secs(30));
    schedule.on_ended(Walk::List, &page(true), at(now));
    schedule.on_ended(Walk::List, &Ended::NoProgress, at(now));
    assert!(wait(&schedule, now) <= Duration::from_secs(2));
}

#[test]
fn a_refusal_holds_back_the_walk_that_was_refused_and_no_other() {
    let refusal = ApiError::NotFound { explanation: None };
    for walk in [Walk::Resync, Walk::Archive] {
        let mut schedule = reading_lists();
        schedule.ask_list(walk, at(0));
        schedule.on_ended(walk, &Ended::Failed(&refusal), at(0));
        let next = schedule.next(at(0));
        assert_eq!((next.walk, next.at), (Walk::List, Duration::ZERO));
        schedule.on_ended(Walk::List, &page(true), at(0));
        schedule.on_ended(Walk::Deleted, &page(true), at(0));
        for poll in [60, 120, 180, 240, 300] {
            assert_eq!(schedule.next(at(poll)).walk, Walk::List, "{walk:?}");
            schedule.on_ended(Walk::List, &page(true), at(poll));
        }
        schedule.on_ended(Walk::Deleted, &page(true), at(300));
        let next = schedule.next(at(300));
        assert_eq!((next.walk, next.due), (walk, PACING.retry.maximum));
    }
    let mut schedule = reading_lists();
    schedule.on_ended(Walk::List, &Ended::Failed(&refusal), at(0));
    assert_eq!(wait(&schedule, 0), PACING.retry.maximum);
}

#[test]
fn the_list_is_not_asked_while_a_fifth_of_the_accounts_limit_or_less_remains() {
    let mut schedule = Schedule::new(PACING, 0);
    for (remaining, may_ask) in [(21, true), (20, false), (0, false), (21, true)] {
        let limit = RateLimit {
            bucket: Bucket::Account,
            limit: Some(100),
            remaining: Some(remaining),
            reset: Some(Duration::from_secs(30)),
        };
        schedule.on_answer(Endpoint::TicketsCursor, [at(0), at(0)], &[limit]);
        assert_eq!(schedule.may_ask_list(at(1)), may_ask, "{remaining}");
        assert!(schedule.may_ask_list(at(31)), "{remaining}");
    }
}
