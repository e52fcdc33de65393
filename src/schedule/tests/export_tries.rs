//! The export while the list is the truth.

use super::*;

/// The list is the truth since 0, and the export is requested at 0.
fn trying() -> Schedule {
    let mut schedule = Schedule::new(PACING, 0);
    schedule.set_list_role(ListRole::Truth, at(0));
    schedule.try_export(at(0));
    schedule
}

/// The seconds from `now` until the export is requested.
fn wait(schedule: &Schedule, now: u64) -> f64 {
    let tried_at = schedule.next_of(Walk::Main, at(now)).expect("it is tried");
    tried_at.saturating_sub(at(now).monotonic).as_secs_f64()
}

fn server(retry_after: Option<u64>) -> ApiError {
    ApiError::Server {
        status: 503,
        retry_after: retry_after.map(Duration::from_secs),
        explanation: None,
    }
}

#[test]
fn a_refused_export_is_tried_a_day_later_and_one_that_fails_soon() {
    let day = 86_400.0;
    let table = [
        (ApiError::ExportForbidden { explanation: None }, day..=day),
        (ApiError::NotFound { explanation: None }, day..=day),
        (ApiError::Gone { explanation: None }, day..=day),
        (server(None), 1.0..=2.0),
        (ApiError::Timeout, 1.0..=2.0),
        (ApiError::StartTimeTooRecent, 1.0..=2.0),
        (server(Some(900)), 900.0..=901.0),
        (ApiError::RateLimited { retry_after: None }, 60.0..=61.0),
        (ApiError::Unauthorized { explanation: None }, 300.0..=300.0),
        (ApiError::TokenExpired, 0.0..=0.0),
    ];
    for (failure, expected) in table {
        let mut schedule = trying();
        schedule.on_ended(Walk::Main, &Ended::Failed(&failure), at(0));
        let wait = wait(&schedule, 0);
        assert!(expected.contains(&wait), "{failure:?}: {wait}");
    }
    for ended in [
        Ended::Unusable,
        Ended::NoProgress,
        Ended::NoToken(&server(None)),
    ] {
        let mut schedule = trying();
        schedule.on_ended(Walk::Main, &ended, at(0));
        assert!((1.0..=2.0).contains(&wait(&schedule, 0)), "{ended:?}");
    }
}

#[test]
fn an_export_beside_the_list_that_keeps_failing_waits_for_retry_maximum_at_most() {
    let mut schedule = trying();
    let mut waits = Vec::new();
    for _ in 0..12 {
        schedule.on_ended(Walk::Main, &Ended::Failed(&server(None)), at(0));
        waits.push(wait(&schedule, 0));
    }
    assert!(waits.iter().all(|wait| *wait <= 300.0), "{waits:?}");
    assert!(waits[10] >= 150.0, "{waits:?}");
    // A page ends that: two requests a minute, and the next failure is a first one.
    schedule.on_ended(Walk::Main, &page(false), at(400));
    assert_eq!(wait(&schedule, 400), 30.0);
    schedule.on_ended(Walk::Main, &Ended::Failed(&server(None)), at(430));
    assert!(wait(&schedule, 430) <= 2.0);
}

#[test]
fn pages_of_an_export_beside_the_list_shrink_when_they_time_out() {
    let mut schedule = trying();
    schedule.on_ended(Walk::Main, &Ended::Failed(&ApiError::Timeout), at(0));
    assert_eq!(schedule.page_sizes.rows(Walk::Main), 500);
    for _ in 0..PAGES_BEFORE_GROWING {
        schedule.on_ended(Walk::Main, &page(false), at(60));
    }
    assert_eq!(schedule.page_sizes.rows(Walk::Main), 1000);
}

#[test]
fn a_wait_that_zendesk_asked_for_is_not_shortened_by_another_try() {
    let mut schedule = trying();
    schedule.on_ended(Walk::Main, &Ended::Failed(&server(Some(900))), at(0));
    schedule.on_new_credentials(at(10));
    schedule.try_export(at(10));
    assert!(wait(&schedule, 10) >= 890.0);
    // Nor by a setting that reads the export from now on.
    schedule.set_list_role(ListRole::Off, at(20));
    assert!(schedule.next(at(20)).at >= Duration::from_secs(900));
    let mut schedule = trying();
    schedule.on_ended(Walk::Main, &Ended::Failed(&ApiError::Timeout), at(0));
    schedule.set_list_role(ListRole::Off, at(0));
    assert_eq!(schedule.next(at(0)).at, Duration::ZERO);
}
