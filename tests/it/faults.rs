//! Everything that can go wrong with an answer: the last good values stay, and it recovers.

use std::time::Duration;

use zendesk_exporter::source::SourceKind;
use zendesk_simulator::faults::NAMES;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Fault};

use crate::desk::{Desk, DeskSettings};

async fn desk_with_tickets(source: SourceKind) -> (Desk, i64) {
    // Longer than anything takes on a busy machine.
    desk_with_timeout(source, Duration::from_secs(60)).await
}

async fn desk_with_timeout(source: SourceKind, request_timeout: Duration) -> (Desk, i64) {
    let mut desk = Desk::open(DeskSettings {
        request_timeout,
        page_size: 300,
        ..DeskSettings::of(source)
    })
    .await;
    let id = desk.simulator.world(|world| {
        world.create(&Draft::default());
        world.create(&Draft::default())
    });
    desk.catch_up().await;
    (desk, id)
}

/// What a fault does: the reason it is counted under (none if it is no failure), and whether
/// `zendesk_up` stays.
pub(crate) fn consequence(fault: Fault) -> (Option<&'static str>, bool) {
    match fault {
        Fault::RateLimited
        | Fault::RateLimitedSilently
        | Fault::RateLimitedLong
        | Fault::RateLimitedHtml
        | Fault::RateLimitedUntil => (Some("rate_limited"), true),
        Fault::StatusAbove(413, _) => (Some("too_large"), false),
        Fault::Status(_)
        | Fault::Unavailable
        | Fault::TimeoutAbove(_)
        | Fault::StatusAbove(..)
        | Fault::ProxyHtml => (Some("server"), false),
        Fault::Reset | Fault::Truncated | Fault::TruncatedAbove(_) => (Some("transport"), false),
        Fault::EndsEarly | Fault::EndsEarlyAbove(_) => (Some("decode"), false),
        Fault::SlowDrip | Fault::Hang => (Some("timeout"), false),
        Fault::Empty | Fault::Html | Fault::WrongShape | Fault::NoEndOfStream => {
            (Some("decode"), false)
        }
        Fault::Redirect | Fault::InvalidCursor | Fault::StartTimeRefused => {
            (Some("unexpected"), false)
        }
        Fault::Unauthorized => (Some("auth"), false),
        Fault::NotAdmin | Fault::NotAdminForeign | Fault::MissingScope | Fault::NotPaid => {
            (Some("forbidden"), false)
        }
        Fault::ClosedExport | Fault::EchoedLogin => (Some("export_forbidden"), false),
        Fault::NoHelpDesk => (Some("not_found"), false),
        Fault::Stuck | Fault::NullPosition => (Some("no_progress"), false),
        Fault::Huge | Fault::GzipBomb => (Some("too_large"), false),
        Fault::TooRecent
        | Fault::TooRecentText
        | Fault::BadRow
        | Fault::FutureRow
        | Fault::WrongDate
        | Fault::LateDate
        | Fault::EarlyDate
        | Fault::EmptyDate
        | Fault::BucketEmpty
        | Fault::LimitSpentUntil => (None, true),
    }
}

fn failures(desk: &Desk, reason: &str) -> Option<f64> {
    desk.value(&format!(
        "zendesk_exporter_poll_failures_total{{account=\"acme\",reason=\"{reason}\"}}"
    ))
}

async fn check(name: &str, fault: Fault, source: SourceKind) {
    // An invalid cursor, or a start_time, is told only to a request that has one. Here it is a recent
    // one, that may be too recent.
    let is_too_recent = matches!(fault, Fault::TooRecent | Fault::TooRecentText);
    if (is_too_recent && source == SourceKind::Cursor)
        || (fault == Fault::StartTimeRefused && source == SourceKind::Time)
        || (fault == Fault::InvalidCursor && source == SourceKind::Time)
    {
        return;
    }
    let (reason, up_stays) = consequence(fault);
    let (mut desk, id) = if reason == Some("timeout") {
        // The faults that never answer are waited for.
        desk_with_timeout(source, Duration::from_millis(700)).await
    } else {
        desk_with_tickets(source).await
    };
    let before = desk.tickets();
    desk.simulator
        .world(|world| world.set_status(id, Status::Solved));
    desk.simulator.advance(120);
    desk.simulator.set_fault(fault, 2);
    desk.step().await;
    if matches!(
        fault,
        Fault::Reset | Fault::Hang | Fault::Status(408 | 421) | Fault::StatusAbove(408 | 421, _)
    ) {
        // The connection had answered before: it may have gone stale, and is no failure yet.
        assert_eq!(desk.value("zendesk_up"), Some(1.0), "{name}");
        desk.step().await;
    }

    let up = if up_stays { 1.0 } else { 0.0 };
    assert_eq!(desk.value("zendesk_up"), Some(up), "{name}");
    match reason {
        Some(reason) => {
            assert_eq!(failures(&desk, reason), Some(1.0), "{name}");
            assert_eq!(desk.tickets(), before, "{name}: the last good values stay");
        }
        None => {
            let text = desk.scrape();
            let failed = text
                .lines()
                .filter(|line| line.starts_with("zendesk_exporter_poll_failures_total"))
                .any(|line| !line.ends_with(" 0"));
            assert!(!failed, "{name}: {text}");
        }
    }
    desk.simulator.clear_faults();
    desk.catch_up().await;
    assert_eq!(desk.value("zendesk_up"), Some(1.0), "{name}");
    desk.check_against_oracle();
}

#[tokio::test]
async fn every_fault_of_the_cursor_based_export_is_survived() {
    for (name, fault) in NAMES {
        check(name, *fault, SourceKind::Cursor).await;
    }
}

#[tokio::test]
async fn every_fault_of_the_time_based_export_is_survived() {
    for (name, fault) in NAMES {
        check(name, *fault, SourceKind::Time).await;
    }
}

#[tokio::test]
async fn a_spent_limit_and_a_recent_start_leave_up_as_it_was() {
    let waits = [
        Fault::RateLimited,
        Fault::RateLimitedSilently,
        Fault::RateLimitedHtml,
        Fault::RateLimitedUntil,
        Fault::TooRecent,
        Fault::TooRecentText,
    ];
    for fault in waits {
        let (mut desk, _) = desk_with_tickets(SourceKind::Time).await;
        let last_success = desk.value("zendesk_exporter_last_success_timestamp_seconds");
        for (before, up) in [(None, Some(1.0)), (Some(Fault::Status(503)), Some(0.0))] {
            if let Some(failure) = before {
                desk.simulator.set_fault(failure, 1);
                desk.step().await;
            }
            desk.simulator.set_fault(fault, 1);
            desk.step().await;
            assert_eq!(desk.value("zendesk_up"), up, "{fault:?}");
        }
        let name = "zendesk_exporter_last_success_timestamp_seconds";
        assert_eq!(desk.value(name), last_success, "{fault:?}");
        desk.restart();
        desk.simulator.set_fault(fault, 1);
        desk.step().await;
        assert_eq!(desk.value("zendesk_up"), None, "{fault:?}");
    }
}

#[tokio::test]
async fn pages_that_time_out_are_asked_for_in_smaller_ones() {
    let mut desk = Desk::open(DeskSettings {
        page_size: 1000,
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    desk.simulator.world(|world| {
        for _ in 0..600 {
            world.create(&Draft::default());
        }
    });
    desk.simulator.set_fault(Fault::TimeoutAbove(250), 1_000);
    desk.catch_up().await;
    let sizes: Vec<bool> = [1000, 500, 250]
        .iter()
        .map(|size| {
            let parameter = format!("per_page={size}&");
            desk.simulator
                .asked()
                .iter()
                .any(|asked| asked.target.contains(&parameter))
        })
        .collect();
    assert_eq!(sizes, [true; 3]);
    desk.check_against_oracle();
}

/// The sizes of the pages that were asked for of an account of 600 tickets that has this fault for
/// pages of more than 250.
async fn sizes_asked_for(fault: Fault) -> Vec<u32> {
    let mut desk = Desk::open(DeskSettings {
        page_size: 1000,
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    desk.simulator.world(|world| {
        for _ in 0..600 {
            world.create(&Draft::default());
        }
    });
    desk.simulator.set_fault(fault, 1_000);
    desk.catch_up().await;
    desk.check_against_oracle();
    let asked = desk.simulator.asked();
    let size = |target: &str| {
        let parameter = target.split_once("per_page=")?.1;
        parameter.split('&').next()?.parse().ok()
    };
    asked
        .iter()
        .filter_map(|asked| size(&asked.target))
        .collect()
}

#[tokio::test]
async fn a_page_that_is_too_large_in_whatever_way_is_asked_for_in_smaller_ones() {
    for fault in [
        Fault::StatusAbove(413, 250),
        Fault::TruncatedAbove(250),
        Fault::EndsEarlyAbove(250),
    ] {
        let sizes = sizes_asked_for(fault).await;
        assert_eq!(sizes[..5], [1000, 1000, 500, 250, 250], "{fault:?}");
    }
    for status in [500, 502, 503] {
        let sizes = sizes_asked_for(Fault::StatusAbove(status, 250)).await;
        // Most likely it was an outage, so twice as much is tried with the next page, once.
        let expected = [1000, 1000, 500, 250, 500, 500, 250, 250];
        assert_eq!(sizes[..8], expected, "{status}");
    }
    // A 408 on a connection that has answered may be about that one, so it is asked once more.
    let sizes = sizes_asked_for(Fault::StatusAbove(408, 250)).await;
    let expected = [1000, 1000, 500, 250, 500, 500, 500, 250, 250];
    assert_eq!(sizes[..9], expected);
}

#[tokio::test]
async fn refused_credentials_are_retried_no_faster_than_the_maximum() {
    for fault in [
        Fault::Unauthorized,
        Fault::NotAdmin,
        Fault::MissingScope,
        Fault::ClosedExport,
        Fault::NoHelpDesk,
    ] {
        let (mut desk, _) = desk_with_tickets(SourceKind::Cursor).await;
        desk.simulator.set_fault(fault, 1_000);
        desk.step().await;
        let (began, before) = (desk.elapsed(), desk.export_requests());
        for _ in 0..5 {
            desk.step().await;
        }
        assert_eq!(desk.export_requests() - before, 5);
        assert_eq!((desk.elapsed() - began).as_secs(), 5 * 300, "{fault:?}");
    }
}

#[tokio::test]
async fn a_spent_bucket_is_waited_for_and_the_wait_is_counted() {
    let (mut desk, _) = desk_with_tickets(SourceKind::Cursor).await;
    desk.simulator.set_fault(Fault::RateLimitedSilently, 1);
    desk.step().await;
    desk.step().await;
    let waited = desk.value("zendesk_exporter_rate_limit_wait_seconds_total");
    let waited = waited.expect("it is shown from the start");
    assert!((59.0..=60.0).contains(&waited), "{waited}");
    desk.simulator.set_fault(Fault::BucketEmpty, 1);
    desk.step().await;
    let limit =
        "zendesk_exporter_api_rate_limit_remaining{account=\"acme\",limit=\"incremental-exports\"}";
    assert_eq!(desk.value(limit), Some(0.0));
}

#[tokio::test]
async fn a_row_from_the_future_and_a_broken_one_are_rejected_and_move_nothing() {
    let (mut desk, _) = desk_with_tickets(SourceKind::Cursor).await;
    for fault in [Fault::FutureRow, Fault::BadRow] {
        desk.simulator.set_fault(fault, 1);
        desk.step().await;
    }
    assert_eq!(
        desk.value("zendesk_exporter_rows_total{account=\"acme\",outcome=\"rejected\"}"),
        Some(2.0)
    );
    assert_eq!(desk.value("zendesk_exporter_state_tickets"), Some(2.0));
}

#[tokio::test]
async fn a_date_that_is_a_week_off_moves_no_freshness() {
    let (mut desk, _) = desk_with_tickets(SourceKind::Cursor).await;
    let before = desk.value("zendesk_exporter_data_timestamp_seconds");
    assert!(before.is_some());
    desk.simulator.advance(600);
    desk.simulator.set_fault(Fault::WrongDate, 1);
    desk.step().await;
    let after = desk.value("zendesk_exporter_data_timestamp_seconds");
    assert_eq!(after, before);
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
}

#[tokio::test]
async fn a_date_that_is_some_hours_behind_loses_no_row() {
    for source in [SourceKind::Cursor, SourceKind::Time] {
        let (mut desk, first) = desk_with_tickets(source).await;
        let fresh_as_of = desk.value("zendesk_exporter_data_timestamp_seconds");
        desk.simulator.set_fault(Fault::LateDate, 1_000);
        for _ in 0..3 {
            desk.simulator.world(|world| {
                world.create(&Draft::default());
                world.reply(first, 1);
            });
            desk.simulator.advance(120);
            desk.clock.advance(Duration::from_secs(120));
            desk.step().await;
        }
        let rejected = "zendesk_exporter_rows_total{account=\"acme\",outcome=\"rejected\"}";
        assert_eq!(desk.value(rejected), Some(0.0), "{source:?}");
        assert_eq!(desk.value("zendesk_exporter_state_tickets"), Some(5.0));
        let shown = desk.value("zendesk_exporter_data_timestamp_seconds");
        assert_eq!(shown, fresh_as_of, "{source:?}");
        desk.check_against_oracle();

        desk.simulator.clear_faults();
        desk.simulator
            .world(|world| world.set_status(first, Status::Solved));
        desk.catch_up().await;
        desk.check_against_oracle();
        assert_eq!(desk.value(rejected), Some(0.0), "{source:?}");
    }
}

#[tokio::test]
async fn a_truncated_answer_began_and_a_reset_one_did_not() {
    // A request without an answer is sent once more before it is a failure.
    for (fault, code, sent) in [(Fault::Truncated, "200", 1), (Fault::Reset, "none", 2)] {
        let (mut desk, _) = desk_with_tickets(SourceKind::Cursor).await;
        let requests = |desk: &Desk| {
            let sample = format!(
                "zendesk_exporter_api_requests_total{{account=\"acme\",code=\"{code}\",endpoint=\"incremental_tickets_cursor\"}}"
            );
            desk.value(&sample).unwrap_or_default()
        };
        let before = requests(&desk);
        desk.simulator.set_fault(fault, sent);
        for _ in 0..sent {
            assert_eq!(failures(&desk, "transport"), Some(0.0), "{fault:?}");
            desk.step().await;
        }
        assert_eq!(
            requests(&desk) - before,
            f64::from(sent),
            "{fault:?}\n{}",
            desk.scrape()
        );
        assert_eq!(failures(&desk, "transport"), Some(1.0), "{fault:?}");
    }
}
