//! Other credentials while it runs.

use super::*;

/// When the next request goes out at `now`, as credentials that change say.
fn with_new_credentials(schedule: &mut Schedule, now: u64) -> (u64, Walk) {
    schedule.on_new_credentials(at(now));
    let next = schedule.next(at(now));
    (next.at.max(at(now).monotonic).as_secs(), next.walk)
}

#[test]
fn new_credentials_are_tried_at_once_unless_zendesk_asked_to_wait() {
    let server = |retry_after| ApiError::Server {
        status: 503,
        retry_after,
        explanation: None,
    };
    let limited = |retry_after| ApiError::RateLimited { retry_after };
    let asked = Some(Duration::from_secs(200));
    let unauthorized = || ApiError::Unauthorized { explanation: None };
    let table = [
        (None, 110..=110),
        (Some(unauthorized()), 110..=110),
        (Some(ApiError::StartTimeTooRecent), 110..=110),
        (Some(server(None)), 110..=110),
        (Some(limited(None)), 110..=110),
        (Some(limited(asked)), 300..=301),
        (Some(server(asked)), 300..=301),
    ];
    for (failure, expected) in table {
        for is_of_token in [false, true] {
            let mut schedule = Schedule::new(PACING, 0);
            schedule.on_ended(Walk::Main, &page(true), at(99));
            let ended = match &failure {
                Some(failure) if is_of_token => Ended::NoToken(failure),
                Some(failure) => Ended::Failed(failure),
                None => Ended::Unusable,
            };
            // The back-off has come to its end.
            for _ in 0..10 {
                schedule.on_ended(Walk::Main, &ended, at(100));
            }
            assert!(schedule.next(at(110)).at > at(110).monotonic, "{ended:?}");
            let (sent_at, walk) = with_new_credentials(&mut schedule, 110);
            assert!(expected.contains(&sent_at), "{ended:?}: {sent_at}");
            assert_eq!(walk, Walk::Main);
        }
    }
    let mut schedule = Schedule::new(PACING, 0);
    schedule.on_ended(Walk::Main, &page(true), at(100));
    assert_eq!(with_new_credentials(&mut schedule, 110), (110, Walk::Main));
}

/// When each of the first requests of these walks goes out from 110 on, after credentials that change then.
fn tried_at(schedule: &mut Schedule, walks: &[Walk]) -> Vec<u64> {
    schedule.on_new_credentials(at(110));
    let mut tried = vec![None; walks.len()];
    for moment in 110..900 {
        while schedule.next(at(moment)).at <= at(moment).monotonic {
            let walk = schedule.next(at(moment)).walk;
            schedule.on_ended(walk, &page(true), at(moment));
            if let Some(place) = walks.iter().position(|of| *of == walk) {
                tried[place].get_or_insert(moment);
            }
        }
    }
    tried.into_iter().map(|at| at.expect("tried")).collect()
}

#[test]
fn new_credentials_are_tried_with_the_list_where_it_is_the_truth() {
    let unauthorized = ApiError::Unauthorized { explanation: None };
    let forbidden = ApiError::ExportForbidden { explanation: None };
    let limited = ApiError::RateLimited {
        retry_after: Some(Duration::from_secs(200)),
    };
    for (failure, expected) in [
        (&unauthorized, 110..=110),
        (&forbidden, 110..=110),
        (&limited, 300..=301),
    ] {
        let mut schedule = Schedule::new(PACING, 0);
        schedule.set_list_role(ListRole::Truth, at(0));
        schedule.on_ended(Walk::List, &page(true), at(99));
        schedule.ask_list(Walk::Archive, at(99));
        schedule.on_ended(Walk::Archive, &Ended::Failed(&forbidden), at(99));
        schedule.on_deleted_refused(at(99));
        schedule.on_ended(Walk::List, &Ended::Failed(failure), at(100));
        // What was refused is tried as well: the deleted tickets, the archive and the export.
        let walks = [Walk::List, Walk::Deleted, Walk::Archive];
        for tried_at in tried_at(&mut schedule, &walks) {
            assert!(expected.contains(&tried_at), "{failure:?}: {tried_at}");
        }
    }
    let mut schedule = Schedule::new(PACING, 0);
    schedule.set_list_role(ListRole::Truth, at(0));
    schedule.on_ended(Walk::List, &page(true), at(100));
    assert_eq!(
        tried_at(&mut schedule, &[Walk::List, Walk::Main]),
        [110, 110]
    );
    // A fast lane is not needed to try them.
    let mut schedule = Schedule::new(PACING, 0);
    schedule.set_list_role(ListRole::FastLane, at(0));
    schedule.on_ended(Walk::Main, &page(true), at(100));
    schedule.on_ended(Walk::List, &page(true), at(100));
    schedule.on_ended(Walk::Deleted, &page(true), at(100));
    assert_eq!(
        tried_at(&mut schedule, &[Walk::Main, Walk::List]),
        [110, 160]
    );
}

#[test]
fn credentials_that_change_all_the_time_bring_one_request_a_minute_forward() {
    let unauthorized = ApiError::Unauthorized { explanation: None };
    let mut schedule = Schedule::new(PACING, 0);
    let mut sent = Vec::new();
    for moment in 0..600 {
        schedule.on_new_credentials(at(moment));
        if schedule.next(at(moment)).at <= at(moment).monotonic {
            sent.push(moment);
            schedule.on_request(Walk::Main, at(moment));
            schedule.on_ended(Walk::Main, &Ended::Failed(&unauthorized), at(moment));
        }
    }
    assert_eq!(sent, [0, 60, 120, 180, 240, 300, 360, 420, 480, 540]);
    // The last ones of a minute are not forgotten, but tried when it is over.
    let mut schedule = Schedule::new(PACING, 0);
    for (moment, expected) in [(5, 5), (7, 65), (9, 65)] {
        assert_eq!(with_new_credentials(&mut schedule, moment).0, expected);
        schedule.on_ended(Walk::Main, &Ended::Failed(&unauthorized), at(moment));
        assert_eq!(schedule.next(at(moment)).at.as_secs(), moment + 300);
    }
}

#[test]
fn credentials_that_change_spend_no_request_that_the_budget_has_not() {
    let mut schedule = Schedule::new(PACING, 0);
    for _ in 0..PACING.requests_per_minute {
        schedule.on_request(Walk::Main, at(5));
    }
    schedule.on_ended(Walk::Main, &page(true), at(6));
    schedule.on_new_credentials(at(7));
    let next = schedule.next(at(7));
    assert_eq!((next.at.as_secs(), next.because), (60, Because::Budget));
}
