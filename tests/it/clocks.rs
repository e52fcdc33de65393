//! Clocks that are wrong: of single answers, and this machine's own.

use tempfile::TempDir;
use zendesk_exporter::source::SourceKind;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Fault, Options, Simulator, Time};

use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::{Program, account_of, real_now};

const BOTH: [SourceKind; 2] = [SourceKind::Cursor, SourceKind::Time];
/// A program that polls each second, with these settings beside.
fn serve(directory: &TempDir, simulator: &Simulator, more: &[(&str, &str)]) -> Program {
    let base_url = simulator.base_url();
    let polling = [
        ("ZENDESK_BASE_URL", base_url.as_str()),
        ("ZENDESK_ACCESS_TOKEN", "simulator-token"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__REQUESTS_PER_MINUTE",
            "1000",
        ),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__SEARCH_COUNTS__EVERY",
            "0s",
        ),
    ];
    Program::serve(directory.path(), &[&polling, more].concat())
}

const FRESHNESS: &str = "zendesk_exporter_data_timestamp_seconds";

#[tokio::test]
async fn one_date_a_day_ahead_is_in_neither_freshness_nor_baseline() {
    for source in BOTH {
        // At the first answer, at the one after, and later.
        for answers_before in [0, 1, 3] {
            let mut desk = Desk::open(DeskSettings::of(source)).await;
            let old = desk
                .simulator
                .world(|world| world.create(&Draft::default()));
            desk.simulator.advance(120);
            desk.clock.advance(std::time::Duration::from_secs(120));
            for _ in 0..answers_before {
                desk.live_step().await;
            }
            desk.simulator.set_fault(Fault::EarlyDate, 1);
            desk.live_step().await;
            let now = desk.simulator.world(|world| world.now());
            let fresh = desk.value(FRESHNESS);
            assert!(fresh <= Some(now as f64), "{source:?}: {fresh:?} at {now}");

            desk.restart();
            desk.simulator.world(|world| {
                world.create(&Draft::default());
                world.set_status(old, Status::Solved);
            });
            desk.catch_up().await;
            let now = desk.simulator.world(|world| world.now());
            assert_eq!(desk.value(FRESHNESS), Some((now - 60) as f64));
            let text = desk.scrape();
            let created = "zendesk_tickets_created_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"} 1\n";
            assert!(text.contains(created), "{source:?}: {text}");
            desk.check_against_oracle();
        }
    }
}

#[tokio::test]
async fn the_first_page_waits_for_one_more_answer_where_its_date_is_far_from_our_clock() {
    for source in BOTH {
        let mut desk = Desk::open_at(
            DeskSettings::of(source),
            Options::manual(NOW + 2 * 365 * 86_400),
        )
        .await;
        desk.simulator
            .world(|world| world.create(&Draft::default()));
        desk.simulator.advance(120);
        desk.step().await;
        assert_eq!(desk.export_requests(), 2, "{source:?}");
        assert_eq!(
            desk.value("zendesk_exporter_initial_sync_complete"),
            Some(1.0)
        );
        let now = desk.simulator.world(|world| world.now());
        assert_eq!(desk.value(FRESHNESS), Some((now - 60) as f64));
        assert_eq!(
            desk.samples(&["zendesk_unsolved_tickets"])
                .lines()
                .filter(|line| !line.ends_with(" 0"))
                .collect::<Vec<_>>(),
            [
                "zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"0-4h\"} 1"
            ]
        );
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn a_ticket_created_since_the_first_answer_is_counted_though_the_first_sync_brings_it() {
    for source in BOTH {
        let mut desk = Desk::open(DeskSettings {
            page_size: 2,
            ..DeskSettings::of(source)
        })
        .await;
        desk.simulator.world(|world| {
            for place in 0..5 {
                world.create_at(&Draft::default(), NOW - 1_000 + place);
            }
        });
        desk.step().await;
        let (open, done) = desk.simulator.world(|world| {
            let open = world.create(&Draft::default());
            let done = world.create(&Draft::default());
            world.set_status(done, Status::Solved);
            (open, done)
        });
        assert_ne!(open, done);
        desk.simulator.advance(120);
        desk.clock.advance(std::time::Duration::from_secs(120));
        while desk.value("zendesk_exporter_initial_sync_complete") != Some(1.0) {
            desk.step().await;
        }
        let labels = "{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"}";
        let text = desk.scrape();
        for line in [
            format!("zendesk_tickets_created_total{labels} 2\n"),
            format!("zendesk_tickets_solved_total{labels} 1\n"),
        ] {
            assert!(text.contains(&line), "{line}: {text}");
        }
        desk.check_against_oracle();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_a_date_are_told_once_and_dated_by_our_clock() {
    let simulator = account_of(Options {
        tickets: 50,
        ..Options::manual(0)
    })
    .await;
    simulator.set_fault(Fault::EmptyDate, 1_000_000);
    let directory = TempDir::new().expect("a directory");
    tokio::task::block_in_place(|| {
        let program = serve(&directory, &simulator, &[]);
        // The account's own time is an hour behind.
        let account_now = simulator.world(|world| world.now());
        program.wait_for("freshness", |text| {
            let line = text.lines().find(|line| line.starts_with(FRESHNESS))?;
            let fresh: f64 = line.rsplit(' ').next()?.parse().ok()?;
            (fresh > (account_now + 3_000) as f64).then_some(())
        });
        let asked = simulator.asked().len();
        program.wait_for("further polls", |_| {
            (simulator.asked().len() > asked + 2).then_some(())
        });
        let log = program.all_logged();
        let told: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("no Date header"))
            .collect();
        assert_eq!(told.len(), 1, "{log}");
        assert!(told[0].contains("level=warn"), "{log}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_whose_clock_is_two_years_off_reads_both_exports_and_says_so_once() {
    for source in ["cursor", "time"] {
        for off in [-2 * 365 * 86_400, 86_400] {
            let real = real_now();
            let simulator = Simulator::start(Options {
                time: Time::manual(real - off),
                tickets: 400,
                ..Options::manual(0)
            })
            .await
            .expect("a free port");
            let directory = TempDir::new().expect("a directory");
            tokio::task::block_in_place(|| {
                let program = serve(
                    &directory,
                    &simulator,
                    &[
                        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SOURCE", source),
                        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__PAGE_SIZE", "100"),
                    ],
                );
                let fresh = simulator.world(|world| world.now()) - 60;
                program.wait_for("the end of the stream", |text| {
                    let line = format!("{FRESHNESS}{{account=\"127.0.0.1\"}} {fresh}\n");
                    text.contains(&line).then_some(())
                });
                let first = |start: &str| {
                    let asked = simulator.asked();
                    let is_first = |target: &str| target.contains(start);
                    asked.iter().filter(|asked| is_first(&asked.target)).count()
                };
                assert_eq!(first("start_time=0&"), 2, "{source} {off}");
                let log = program.all_logged();
                let told = log
                    .matches("two answers in a row have another time")
                    .count();
                assert_eq!(told, 1, "{log}");
            });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_a_day_behind_loses_no_row_where_answers_have_no_date_either() {
    for source in ["cursor", "time"] {
        let real = real_now();
        let simulator = Simulator::start(Options {
            time: Time::manual(real + 86_400),
            ..Options::manual(0)
        })
        .await
        .expect("a free port");
        // Created today by Zendesk's clock, which is tomorrow by ours.
        for _ in 0..30 {
            simulator.world(|world| world.create(&Draft::default()));
            simulator.advance(60);
        }
        simulator.set_fault(Fault::EmptyDate, 1_000_000);
        let directory = TempDir::new().expect("a directory");
        tokio::task::block_in_place(|| {
            let program = serve(
                &directory,
                &simulator,
                &[
                    ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SOURCE", source),
                    ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__PAGE_SIZE", "10"),
                ],
            );
            let line = "zendesk_tickets{account=\"127.0.0.1\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"} 30\n";
            program.wait_for("every ticket", |text| text.contains(line).then_some(()));
            program.wait_for("the end of the initial sync", |text| {
                let line = "zendesk_exporter_initial_sync_complete{account=\"127.0.0.1\"} 1\n";
                text.contains(line).then_some(())
            });
            let text = program.wait_for("the metrics", |text| Some(text.to_owned()));
            let rejected =
                "zendesk_exporter_rows_total{account=\"127.0.0.1\",outcome=\"rejected\"} 0\n";
            assert!(text.contains(rejected), "{source}: {text}");
            let asked = simulator.asked();
            let at_the_beginning = asked
                .iter()
                .filter(|asked| asked.target.contains("start_time=0&"));
            assert_eq!(at_the_beginning.count(), 1, "{source}");
        });
    }
}
