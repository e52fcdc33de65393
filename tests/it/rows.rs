//! Rows that are not as they should be: each costs itself, and no ticket that is there is lost.

use std::time::Duration;
use zendesk_exporter::ticket::{NamedSet, PerSet};

use tempfile::TempDir;
use zendesk_exporter::ledger::{LabelSettings, SeriesSettings};
use zendesk_exporter::schedule::ResyncPacing;
use zendesk_exporter::source::SourceKind;
use zendesk_simulator::vocabulary::{Priority, Status};
use zendesk_simulator::{Draft, Options, Simulator, Spoil};

use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::{Program, account_of};

const REJECTED: &str = "zendesk_exporter_rows_total{account=\"acme\",outcome=\"rejected\"}";
const VANISHED: &str = "zendesk_exporter_vanished_tickets_total";
const REFUSED: &str = "zendesk_exporter_sweeps_refused_total";
const SOURCES: [SourceKind; 2] = [SourceKind::Cursor, SourceKind::Time];

fn failures(desk: &Desk) -> f64 {
    let text = desk.scrape();
    text.lines()
        .filter(|line| line.starts_with("zendesk_exporter_poll_failures_total"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

/// A desk of open tickets with the ids 1 to `count`, written one a second some hours ago.
async fn desk_of(settings: DeskSettings, count: i64) -> Desk {
    let mut desk = Desk::open(settings).await;
    desk.simulator.world(|world| {
        for place in 0..count {
            let draft = Draft {
                status: Status::Open,
                priority: Priority::High,
                assigned: true,
                ..Draft::default()
            };
            world.create_at(&draft, NOW - 10_000 + place);
        }
    });
    desk.catch_up().await;
    desk
}

fn tickets(lines: &[(&str, u32)]) -> String {
    let line = |(status, count): &(&str, u32)| {
        format!(
            "zendesk_tickets{{account=\"acme\",status=\"{status}\",priority=\"high\",type=\"none\",channel=\"web\"}} {count}\n"
        )
    };
    lines.iter().map(line).collect()
}

#[tokio::test]
async fn a_row_that_is_no_json_costs_itself_and_no_further_request() {
    for source in SOURCES {
        for spoil in [
            Spoil::NaN,
            Spoil::RawTab,
            Spoil::NaNWithoutId,
            Spoil::OddQuote,
            Spoil::NoBracket,
            Spoil::TwoBrackets,
        ] {
            let mut desk = desk_of(DeskSettings::of(source), 3).await;
            let before = desk.export_requests();
            desk.simulator.world(|world| {
                world.spoil(2, Some(spoil));
                for id in [1, 2, 3] {
                    world.set_status(id, Status::Solved);
                }
            });
            desk.simulator.advance(120);
            desk.clock.advance(Duration::from_secs(120));
            desk.step().await;
            let changes =
                "zendesk_ticket_status_changes_total{account=\"acme\",from=\"open\",to=\"solved\"}";
            assert_eq!(desk.value(changes), Some(2.0), "{spoil:?}");
            let shown = tickets(&[("open", 1), ("solved", 2)]);
            assert!(desk.tickets().contains(&shown), "{}", desk.tickets());
            assert_eq!(desk.value(REJECTED), Some(1.0), "{spoil:?}");
            assert_eq!(failures(&desk), 0.0, "{spoil:?}");
            assert_eq!(desk.value("zendesk_up"), Some(1.0));
            assert_eq!(desk.export_requests() - before, 1, "{spoil:?}");
            desk.check_against_oracle();
            // With its next good row the ticket is as it should be.
            desk.simulator.world(|world| {
                world.spoil(2, None);
                world.system_write(2, |_| {});
            });
            desk.catch_up().await;
            assert!(desk.tickets().contains(&tickets(&[("solved", 3)])));
            assert_eq!(desk.value(changes), Some(3.0));
            desk.check_against_oracle();
        }
    }
}

#[tokio::test]
async fn more_than_ten_such_rows_are_no_page_and_nothing_of_it_is_kept() {
    let mut desk = desk_of(DeskSettings::of(SourceKind::Cursor), 20).await;
    desk.simulator.world(|world| {
        for id in 1..=20 {
            world.set_status(id, Status::Solved);
            world.spoil(id, (id <= 11).then_some(Spoil::NaN));
        }
    });
    desk.simulator.advance(120);
    desk.clock.advance(Duration::from_secs(120));
    desk.step().await;
    assert_eq!(desk.tickets(), tickets(&[("open", 20)]));
    let decode = "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"decode\"}";
    assert_eq!(desk.value(decode), Some(1.0));
    assert_eq!(desk.value(REJECTED), Some(0.0));
    // One fewer, and the rest is read from the same place on.
    desk.simulator.world(|world| world.spoil(1, None));
    desk.catch_up().await;
    let shown = tickets(&[("open", 10), ("solved", 10)]);
    assert!(desk.tickets().contains(&shown), "{}", desk.tickets());
    assert_eq!(desk.value(REJECTED), Some(10.0));
}

#[tokio::test]
async fn odd_values_cost_nothing_that_can_be_read() {
    for source in SOURCES {
        let series = SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default()
                    .with(NamedSet::Group, true)
                    .with(NamedSet::Brand, true),
                tags: vec!["vip".to_owned()],
                ..LabelSettings::default()
            },
            slas: true,
            ..SeriesSettings::default()
        };
        let settings = DeskSettings {
            series,
            ..DeskSettings::of(source)
        };
        let mut desk = Desk::open(settings).await;
        desk.simulator.world(|world| {
            for place in 0..30 {
                let draft = Draft {
                    status: [Status::Open, Status::Pending][usize::from(place % 3 == 0)],
                    assigned: place % 2 == 0,
                    group: (place % 5 != 0).then_some(7 + place % 2),
                    brand: (place % 7 != 0).then_some(8),
                    tags: vec!["vip".into()],
                    ..Draft::default()
                };
                let id = world.create(&draft);
                world.spoil(id, (id % 4 != 0).then_some(Spoil::Odd));
            }
        });
        desk.catch_up().await;
        desk.check_against_oracle();
        desk.simulator.world(|world| {
            for id in 1..=20 {
                world.reply(id, 1);
                world.set_status(id, Status::Solved);
            }
        });
        desk.catch_up().await;
        desk.check_against_oracle();
        assert_eq!(desk.value(REJECTED), Some(0.0));
        assert_eq!(failures(&desk), 0.0);
    }
}

fn resyncing(source: SourceKind) -> DeskSettings {
    DeskSettings {
        resync: Some(ResyncPacing {
            every: Duration::from_secs(3600),
            requests_per_minute: 1_000_000,
        }),
        ..DeskSettings::of(source)
    }
}

#[tokio::test]
async fn a_resync_keeps_a_ticket_whose_row_shows_no_more_than_its_id() {
    for source in SOURCES {
        let mut desk = desk_of(resyncing(source), 2_000).await;
        desk.simulator.world(|world| {
            world.vanish_many(101..=120);
            for (id, spoil) in [
                (5, Spoil::NoStatus),
                (205, Spoil::NoOrderKey),
                (405, Spoil::NaN),
                (605, Spoil::RawTab),
                (905, Spoil::OddQuote),
                (1_005, Spoil::TwoBrackets),
                (1_105, Spoil::NoBracket),
                (805, Spoil::Odd),
            ] {
                world.spoil(id, Some(spoil));
            }
        });
        desk.live_until(|desk| desk.value(VANISHED) > Some(0.0))
            .await;
        assert_eq!(desk.value(VANISHED), Some(20.0));
        assert_eq!(desk.tickets(), tickets(&[("open", 1_980)]));
        desk.simulator.sweep_vanished();
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn a_resync_spares_as_many_tickets_as_there_are_rows_without_an_id() {
    for source in SOURCES {
        for hidden in [[7, 9, 11], [1_007, 1_009, 1_011], [1_907, 1_909, 2_000]] {
            let mut desk = desk_of(resyncing(source), 2_000).await;
            desk.simulator.world(|world| {
                world.vanish_many(101..=120);
                for (id, spoil) in
                    hidden
                        .into_iter()
                        .zip([Spoil::NoId, Spoil::NaNWithoutId, Spoil::NoId])
                {
                    world.spoil(id, Some(spoil));
                }
            });
            // How many there are is not forgotten over a restart.
            desk.live_until(|desk| {
                let ratio =
                    "zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"}";
                desk.value(ratio).is_some_and(|ratio| ratio > 0.12)
            })
            .await;
            desk.restart();
            desk.live_until(|desk| desk.value(VANISHED) > Some(0.0))
                .await;
            assert_eq!(desk.value(VANISHED), Some(20.0));
            assert_eq!(desk.value(REFUSED), Some(0.0));
            assert_eq!(desk.tickets(), tickets(&[("open", 1_980)]));
            desk.simulator.sweep_vanished();
            desk.check_against_oracle();
        }
    }
}

#[tokio::test]
async fn a_resync_sweeps_nothing_where_no_more_is_missing_than_rows_have_no_id() {
    let mut desk = desk_of(resyncing(SourceKind::Cursor), 1_000).await;
    // The newest ones: those that nobody has seen lie beyond all that was.
    desk.simulator.world(|world| {
        for id in 986..=1_000 {
            world.spoil(id, Some(Spoil::NoId));
        }
    });
    let walked = |desk: &Desk| {
        let ratio = "zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"}";
        desk.value(ratio) == Some(1.0)
    };
    desk.live_until(walked).await;
    let began = desk.elapsed();
    desk.live_until(|desk| desk.elapsed() - began > Duration::from_secs(1_800))
        .await;
    assert_eq!(desk.value(VANISHED), Some(0.0));
    assert_eq!(desk.value(REFUSED), Some(0.0));
    assert_eq!(desk.tickets(), tickets(&[("open", 1_000)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_why_tickets_that_were_not_seen_stay() {
    let simulator = account_of(Options {
        tickets: 50,
        ..Options::manual(0)
    })
    .await;
    let directory = TempDir::new().expect("a directory");
    let environment = |start_time: &'static str| {
        [
            ("ZENDESK_BASE_URL", simulator.base_url()),
            ("ZENDESK_ACCESS_TOKEN", "simulator-token".to_owned()),
            (
                "ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL",
                "1s".to_owned(),
            ),
            (
                "ZENDESK_EXPORTER_DEFAULTS__EXPORT__REQUESTS_PER_MINUTE",
                "1000000".to_owned(),
            ),
            (
                "ZENDESK_EXPORTER_DEFAULTS__EXPORT__RESYNC__REQUESTS_PER_MINUTE",
                "1000000".to_owned(),
            ),
            (
                "ZENDESK_EXPORTER_DEFAULTS__EXPORT__START_TIME",
                start_time.to_owned(),
            ),
        ]
    };
    let serve = |start_time| {
        let environment = environment(start_time);
        let pairs: Vec<(&str, &str)> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Program::serve(directory.path(), &pairs)
    };
    tokio::task::block_in_place(|| told(&simulator, serve));
}

fn told(simulator: &Simulator, serve: impl Fn(&'static str) -> Program) {
    let mut program = serve("0");
    program.wait_for_log("the first sync is complete");
    program.kill();
    // Of 50 tickets the oldest live one left the export, and of another the row is broken.
    let ids = simulator.world(|world| {
        let live = world
            .rows_after((0, 0))
            .filter(|(_, row)| row.status.is_some());
        let agents: Vec<i64> = live.map(|(id, _)| id).take(40).collect();
        world.vanish(agents[0]);
        world.spoil(agents[1], Some(Spoil::NaNWithoutId));
        agents
    });
    // Other settings start a resync at once; the end of its walk is read again later.
    let mut program = serve("1");
    let left_out = program.wait_for_log("skipped an unusable row");
    assert!(left_out.contains("reason=\"it is not JSON\""), "{left_out}");
    program.wait_for("the end of the walk", |text| {
        text.contains("walk=\"resync\"} 0.99\n").then_some(())
    });
    program.kill();
    simulator.advance(1_000);
    let mut program = serve("1");
    let end = program.wait_for_log("the resync is");
    for part in [
        "the resync is complete, but some missing tickets were kept",
        "removed=1",
        "kept=1",
        "rows_without_id=1",
    ] {
        assert!(end.contains(part), "{ids:?} {end}");
    }
}
