//! Tickets that are gone from the export, which does not say so, and the walk that finds them.

use std::time::Duration;

use tempfile::TempDir;
use zendesk_exporter::schedule::ResyncPacing;
use zendesk_exporter::source::{SourceKind, SupportTypeScope};
use zendesk_simulator::vocabulary::{Status, SupportType};
use zendesk_simulator::{Draft, Fault, Options, Simulator, Time};

use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::{Program, real_now, run, wait_for};

const RESYNC: ResyncPacing = ResyncPacing {
    every: Duration::from_secs(3600),
    requests_per_minute: 1_000_000,
};

const VANISHED: &str = "zendesk_exporter_vanished_tickets_total";
const REFUSED: &str = "zendesk_exporter_sweeps_refused_total";
const RATIO: &str = "zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"}";

fn settings(source: SourceKind) -> DeskSettings {
    DeskSettings {
        resync: Some(RESYNC),
        ..DeskSettings::of(source)
    }
}

/// A desk whose first sync found so many open tickets and as many solved ones, in turn, written
/// one a second; their ids begin at 1.
async fn desk_with_tickets(settings: DeskSettings, pairs: i64) -> Desk {
    let mut desk = Desk::open(settings).await;
    desk.simulator.world(|world| {
        for place in 0..2 * pairs {
            let status = [Status::Open, Status::Solved][usize::from(place % 2 == 1)];
            let draft = Draft {
                status,
                assigned: true,
                ..Draft::default()
            };
            world.create_at(&draft, NOW - 10_000 + place);
        }
    });
    desk.catch_up().await;
    desk
}

fn gauges(open: u32, solved: u32) -> String {
    let line = |status, count| {
        format!(
            "zendesk_tickets{{account=\"acme\",status=\"{status}\",priority=\"none\",type=\"none\",channel=\"web\"}} {count}\n"
        )
    };
    line("open", open) + &line("solved", solved)
}

/// Holds the gauges against what the export and the search of the simulator hold.
#[track_caller]
fn check_no_drift(desk: &Desk) {
    let text = desk.tickets();
    for status in [Status::Open, Status::Solved] {
        let label = format!("{{account=\"acme\",status=\"{}\"", status.label());
        let shown: f64 = text
            .lines()
            .filter(|line| line.starts_with("zendesk_tickets{") && line.contains(&label))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        let (exported, found) = desk.simulator.world(|world| {
            (
                world.with_status(status).len() as u64,
                world.searched(status, 0),
            )
        });
        assert_eq!(exported, found);
        assert_eq!(shown, found as f64, "{status:?}");
    }
}

/// Requests that began a walk at the beginning of the export.
fn walks_from_the_start(desk: &Desk) -> usize {
    let asked = desk.simulator.asked();
    asked
        .iter()
        .filter(|asked| asked.target.contains("start_time=0&"))
        .count()
}

#[tokio::test]
async fn a_thousand_tickets_deleted_for_good_leave_the_gauges_and_no_event_is_counted() {
    for source in [SourceKind::Cursor, SourceKind::Time] {
        let mut desk = desk_with_tickets(settings(source), 1_500).await;
        // One event of each kind that counters have, so that there is something to move.
        let id = desk
            .simulator
            .world(|world| world.create(&Draft::default()));
        desk.catch_up().await;
        desk.simulator.world(|world| {
            world.set_status(id, Status::Solved);
            world.vanish_many((1..=800).filter(|id| id % 2 == 1));
            world.vanish_many((1..=1_200).filter(|id| id % 2 == 0));
        });
        desk.catch_up().await;
        let events = "\
zendesk_ticket_status_changes_total{account=\"acme\",from=\"new\",to=\"solved\"} 1
zendesk_tickets_created_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"} 1
zendesk_tickets_solved_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"solved\",priority=\"none\",type=\"none\",channel=\"web\"} 1
";
        assert_eq!(desk.tickets(), events.to_owned() + &gauges(1_500, 1_501));
        assert_eq!(desk.value(RATIO), None);

        desk.live_until(|desk| desk.value(VANISHED) == Some(1_000.0))
            .await;
        // Whether that was all is known when all records have been looked at.
        desk.live_until(|desk| desk.value(RATIO) == Some(1.0)).await;
        assert_eq!(desk.tickets(), events.to_owned() + &gauges(1_100, 901));
        let text = desk.scrape();
        for line in [
            "zendesk_exporter_vanished_tickets_total{account=\"acme\"} 1000\n",
            "zendesk_exporter_sweeps_refused_total{account=\"acme\"} 0\n",
            "zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"initial\"} 1\nzendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"} 1\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
        check_no_drift(&desk);
        desk.restart();
        assert_eq!(desk.value(VANISHED), Some(1_000.0));
        assert_eq!(desk.tickets(), events.to_owned() + &gauges(1_100, 901));
    }
}

#[tokio::test]
async fn a_resync_that_ends_before_the_newest_tickets_sweeps_nothing() {
    let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 1_000).await;
    // What the login may see of the export ends earlier now.
    desk.simulator
        .world(|world| world.vanish_many(1_981..=2_000));
    desk.live_until(|desk| desk.value(REFUSED) == Some(1.0))
        .await;
    assert_eq!(desk.tickets(), gauges(1_000, 1_000));
    assert_eq!(desk.value(VANISHED), Some(0.0));
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
    // It is tried again, not at once but after its interval.
    let refused_at = desk.elapsed();
    desk.live_until(|desk| desk.value(REFUSED) == Some(2.0))
        .await;
    assert!(desk.elapsed() - refused_at >= RESYNC.every);
}

#[tokio::test]
async fn more_than_a_thousand_and_a_tenth_are_not_swept() {
    let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 1_000).await;
    desk.simulator.world(|world| world.vanish_many(1..=1_001));
    desk.live_until(|desk| desk.value(REFUSED) == Some(1.0))
        .await;
    assert_eq!(desk.tickets(), gauges(1_000, 1_000));
    assert_eq!(desk.value(VANISHED), Some(0.0));
}

#[tokio::test]
async fn an_export_that_is_suddenly_empty_sweeps_nothing() {
    let mut desk = desk_with_tickets(settings(SourceKind::Time), 4).await;
    desk.simulator.world(|world| world.vanish_many(1..=8));
    desk.live_until(|desk| desk.value(REFUSED) == Some(1.0))
        .await;
    assert_eq!(desk.tickets(), gauges(4, 4));
}

#[tokio::test]
async fn a_resync_goes_on_after_a_restart_where_it_was() {
    for source in [SourceKind::Cursor, SourceKind::Time] {
        let mut desk = desk_with_tickets(settings(source), 1_000).await;
        desk.simulator.world(|world| world.vanish_many(101..=200));
        let mut restarts = 0;
        desk.live_until(|desk| desk.value(RATIO).is_some_and(|ratio| ratio > 0.1))
            .await;
        let before = desk.export_requests();
        while desk.value(VANISHED) == Some(0.0) {
            desk.restart();
            restarts += 1;
            // After a restart the main walk must have caught up first.
            desk.live_until(|desk| desk.value("zendesk_up") == Some(1.0))
                .await;
            desk.live_step().await;
            assert!(restarts < 200, "{}", desk.scrape());
        }
        assert_eq!(desk.value(VANISHED), Some(100.0));
        assert_eq!(desk.tickets(), gauges(950, 950));
        check_no_drift(&desk);
        assert_eq!(walks_from_the_start(&desk), 2);
        // 20 pages, the end of the export again, and a poll for each restart.
        let requests = desk.export_requests() - before - restarts;
        assert!((15..=60).contains(&requests), "{requests}");
    }
}

#[tokio::test]
async fn a_ticket_that_moves_while_the_walk_is_under_way_is_not_swept() {
    let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 500).await;
    desk.simulator.world(|world| world.vanish_many([7, 9]));
    // Nearly at the end; what is written now is held back for a minute.
    desk.live_until(|desk| desk.value(RATIO).is_some_and(|ratio| ratio > 0.05))
        .await;
    desk.simulator
        .world(|world| world.system_write(999, |_| {}));
    desk.live_until(|desk| desk.value(VANISHED) == Some(2.0))
        .await;
    assert_eq!(desk.tickets(), gauges(498, 500));
    check_no_drift(&desk);
}

#[tokio::test]
async fn other_scopes_sweep_without_vanished_and_what_comes_back_is_adopted() {
    let mut desk = Desk::open(DeskSettings {
        scope: SupportTypeScope::All,
        ..settings(SourceKind::Cursor)
    })
    .await;
    desk.simulator.world(|world| {
        for place in 0..30 {
            let draft = Draft {
                support_type: if place % 3 == 0 {
                    SupportType::Agent
                } else {
                    SupportType::AiAgent
                },
                assigned: true,
                status: Status::Open,
                ..Draft::default()
            };
            world.create_at(&draft, NOW - 10_000 + place);
        }
    });
    desk.catch_up().await;
    let line = |support_type: &str, count: u32| {
        format!(
            "zendesk_tickets{{account=\"acme\",status=\"open\",priority=\"none\",type=\"none\",channel=\"web\"{support_type}}} {count}\n"
        )
    };
    let both = line(",support_type=\"agent\"", 10) + &line(",support_type=\"ai_agent\"", 20);
    assert_eq!(desk.tickets(), both);

    desk.change_settings(|settings| settings.scope = SupportTypeScope::Agent);
    let began = desk.elapsed();
    desk.live_until(|desk| desk.tickets() == line("", 10)).await;
    assert!(
        desk.elapsed() - began < RESYNC.every,
        "it does not begin at once"
    );
    assert_eq!(desk.value(VANISHED), Some(0.0));
    assert_eq!(desk.value(REFUSED), Some(0.0));

    desk.change_settings(|settings| settings.scope = SupportTypeScope::All);
    desk.live_until(|desk| desk.tickets() == both).await;
    assert_eq!(desk.value(VANISHED), Some(0.0));
}

#[tokio::test]
async fn a_later_start_time_sweeps_what_lies_before_it_and_an_earlier_one_brings_it_back() {
    let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 1_000).await;
    // Two of three are not asked for any more: no brake holds that.
    desk.change_settings(|settings| settings.start_time = NOW - 10_000 + 1_500);
    desk.live_until(|desk| desk.tickets() == gauges(250, 250))
        .await;
    assert_eq!(desk.value(VANISHED), Some(0.0));
    desk.change_settings(|settings| settings.start_time = 0);
    desk.live_until(|desk| desk.tickets() == gauges(1_000, 1_000))
        .await;
    assert_eq!(desk.value(REFUSED), Some(0.0));
}

#[tokio::test]
async fn newly_listed_tags_are_looked_for_at_once() {
    let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 50).await;
    desk.change_settings(|settings| settings.series.labels.tags = vec!["vip".to_owned()]);
    let began = desk.elapsed();
    desk.live_until(|desk| desk.value(RATIO).is_some()).await;
    assert!(desk.elapsed() - began < Duration::from_secs(300));
    assert_eq!(walks_from_the_start(&desk), 2);
}

#[tokio::test]
async fn a_resync_that_lost_its_cursor_starts_over_from_its_last_row_and_leaves_the_main_walk() {
    let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 1_000).await;
    desk.simulator.world(|world| world.vanish_many([1_001]));
    desk.live_until(|desk| desk.value(RATIO).is_some_and(|ratio| ratio > 0.08))
        .await;
    let asked_before = desk.simulator.asked().len();
    desk.simulator.set_fault(Fault::InvalidCursor, 1);
    desk.live_until(|desk| desk.value(VANISHED) == Some(1.0))
        .await;
    let asked = desk.simulator.asked();
    let restarts: Vec<i64> = asked[asked_before..]
        .iter()
        .filter_map(|asked| {
            let (_, rest) = asked.target.split_once("start_time=")?;
            rest.split('&').next()?.parse().ok()
        })
        .collect();
    // In the midst of the export, then before its end again; no other walk was disturbed.
    let written = NOW - 10_000..NOW - 8_000;
    assert_eq!(restarts.len(), 2, "{restarts:?}");
    assert!(written.contains(&(restarts[0] + 900)), "{restarts:?}");
    assert_eq!(restarts[1], NOW - 10_000 + 1_999 - 900);
    check_no_drift(&desk);
}

#[tokio::test]
async fn pages_that_fail_or_lead_nowhere_delay_a_resync_and_nothing_else() {
    for fault in [Fault::ClosedExport, Fault::Stuck, Fault::Unavailable] {
        let mut desk = desk_with_tickets(settings(SourceKind::Cursor), 500).await;
        desk.simulator.world(|world| world.vanish_many([11]));
        desk.live_until(|desk| desk.value(RATIO).is_some_and(|ratio| ratio > 0.05))
            .await;
        desk.simulator.set_fault(fault, 1);
        let data = "zendesk_exporter_data_timestamp_seconds";
        let (mut fresh_as_of, mut steps) = (desk.value(data), 0);
        while desk.value(VANISHED) == Some(0.0) {
            let before = desk.elapsed();
            desk.live_until(|desk| {
                desk.value(data) > fresh_as_of || desk.value(VANISHED) > Some(0.0)
            })
            .await;
            assert!(
                desk.elapsed() - before <= Duration::from_secs(61),
                "{fault:?}"
            );
            fresh_as_of = desk.value(data);
            steps += 1;
            assert!(steps < 100, "{fault:?}");
        }
        assert_eq!(desk.tickets(), gauges(499, 500), "{fault:?}");
        assert_eq!(desk.value("zendesk_up"), Some(1.0), "{fault:?}");
        assert_eq!(walks_from_the_start(&desk), 2, "{fault:?}");
    }
}

/// Kills in the walk, at its end, and in the sweep.
const KILLS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_resync_that_is_killed_again_and_again_ends_as_it_should() {
    let simulator = Simulator::start(Options {
        time: Time::manual(real_now() - 6 * 3600),
        tickets: 3_000,
        ..Options::manual(0)
    })
    .await
    .expect("a free port");
    let directory = TempDir::new().expect("a directory");
    let of = |start_time: &str| environment(&simulator, start_time);
    let serve =
        |environment: &[(String, String)]| Program::serve(directory.path(), &as_pairs(environment));
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut dice = fastrand::Rng::with_seed(seed);

    tokio::task::block_in_place(|| {
        let mut program = serve(&of("0"));
        program.wait_for("the first sync", |text| {
            text.contains("zendesk_exporter_initial_sync_complete{account=\"127.0.0.1\"} 1\n")
                .then_some(())
        });
        program.kill();
        simulator.world(|world| world.vanish_many(500..1_900));
        // Other settings start a resync at once. Its brake for many tickets does not hold then.
        let changed = of("1");
        for _ in 0..KILLS {
            let wanted = simulator.asked().len() + dice.usize(1..12);
            let mut program = serve(&changed);
            wait_for("requests", || {
                let asked = simulator.asked().len();
                if asked >= wanted { Ok(()) } else { Err(asked) }
            });
            for _ in 0..dice.u32(0..40_000) {
                std::hint::spin_loop();
            }
            program.kill();
            simulator.advance(60);
        }
        // Its last part waits a quarter of an hour by the account's clock.
        let mut program = serve(&changed);
        // A share of 0.99 is also shown shortly before the end; the page knows when it was reached.
        program.wait_for("the end of the walk", |_| {
            let page = program.get("/");
            page.contains("reads the end of the export again at")
                .then_some(())
        });
        program.kill();
        simulator.advance(1_000);
        let program = serve(&changed);
        program.wait_for("the sweep", |text| {
            (live_tickets(text) == tickets_there(&simulator) as f64).then_some(())
        });
        let text = program.get("/metrics");
        assert!(
            text.contains("zendesk_exporter_vanished_tickets_total{account=\"127.0.0.1\"} 0\n"),
            "{text}"
        );
        drop(program);
        let verified = run(directory.path(), &as_pairs(&changed), &["state", "verify"]);
        let said = String::from_utf8_lossy(&verified.stdout);
        assert!(said.contains("no problem found"), "seed {seed}: {said}");
    });
    // Once for each kill before the first page at most; not once for each kill.
    let asked = simulator.asked();
    let begun = asked
        .iter()
        .filter(|asked| asked.target.contains("start_time=1&"))
        .count();
    assert!((1..=KILLS / 4).contains(&begun), "{begun}");
}

/// Settings of a program that reads in small pages, and nothing before `start_time`.
fn environment(simulator: &Simulator, start_time: &str) -> Vec<(String, String)> {
    let of_export = [
        ("POLL_INTERVAL", "1s"),
        ("REQUESTS_PER_MINUTE", "1000000"),
        ("RESYNC__REQUESTS_PER_MINUTE", "1000000"),
        ("PAGE_SIZE", "25"),
        ("START_TIME", start_time),
    ];
    let of_export = of_export.map(|(name, value)| {
        let name = format!("ZENDESK_EXPORTER_DEFAULTS__EXPORT__{name}");
        (name, value.to_owned())
    });
    let token = "simulator-token".to_owned();
    let mut environment = vec![
        ("ZENDESK_BASE_URL".to_owned(), simulator.base_url()),
        ("ZENDESK_ACCESS_TOKEN".to_owned(), token),
    ];
    environment.extend(of_export);
    environment
}

fn as_pairs(environment: &[(String, String)]) -> Vec<(&str, &str)> {
    environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// Tickets that the export shows to an exporter that asks for those of agents.
fn tickets_there(simulator: &Simulator) -> usize {
    simulator.world(|world| {
        let rows = world.rows_after((0, 0)).map(|(_, ticket)| ticket);
        rows.filter(|ticket| ticket.status.is_some())
            .filter(|ticket| ticket.support_type == SupportType::Agent)
            .count()
    })
}

/// The sum of `zendesk_tickets`.
fn live_tickets(text: &str) -> f64 {
    text.lines()
        .filter(|line| line.starts_with("zendesk_tickets{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}
