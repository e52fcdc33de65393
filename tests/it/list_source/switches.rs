//! Switches between the export and the list of an account that was read before: after refusals, and by reloads.

use std::time::Duration;

use zendesk_exporter::schedule::ListPacing;
use zendesk_exporter::source::SourceChoice;
use zendesk_simulator::Fault;
use zendesk_simulator::list_faults::ListEndpoint;

use super::*;
use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::ask;
use crate::reload::{Story, value, write};

const DATA_TIMESTAMP: &str = "zendesk_exporter_data_timestamp_seconds{account=\"acme\"} ";

#[tokio::test(flavor = "multi_thread")]
async fn three_refusals_make_the_list_the_source_and_the_values_stay_until_it_was_read() {
    let simulator = account_of_three().await;
    tokio::task::block_in_place(|| {
        let mut story = Story::begin(&acme(&simulator, OFTEN), &[]);
        story.wait_for(&source("cursor", "configured"));
        let before = wait_until_exact(&story.program, &simulator, Seen::ByExport);
        // The walk through the list fails, and a single row of it can be read.
        simulator.set_list_fault(ListEndpoint::Tickets, Fault::StatusAbove(503, 40), 1_000);
        simulator.refuse_exports(403);
        story
            .program
            .wait_for_log("reading the list of tickets instead of the export");
        simulator.set_truth(Truth::List);
        simulator.world(|world| world.set_status(1, Status::Solved));
        simulator.advance(600);
        let text = story.program.wait_for("a failure of the list", |text| {
            let failures = nonzero_of(text, "zendesk_exporter_poll_failures_total");
            let is_of_list = |line: &String| line.starts_with("reason=\"server\"");
            failures.iter().any(is_of_list).then(|| text.to_owned())
        });
        assert!(text.contains(&source("list", "refused")), "{text}");
        assert!(text.contains("zendesk_up{account=\"acme\"} 0\n"), "{text}");
        assert!(
            text.contains("poll_failures_total{account=\"acme\",reason=\"export_forbidden\"} 3\n"),
            "{text}"
        );
        assert_eq!(nonzero_of_all(&text), nonzero_of_all(&before));
        assert_eq!(value(&text, DATA_TIMESTAMP), value(&before, DATA_TIMESTAMP));
        simulator.clear_faults();
        let text = wait_until_exact(&story.program, &simulator, Seen::ByList);
        assert!(text.contains("zendesk_up{account=\"acme\"} 1\n"), "{text}");
        assert_eq!(value(&text, DATA_TIMESTAMP), simulator.now() as f64);
        assert!(
            text.contains("zendesk_tickets_solved_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"} 1\n"),
            "{text}"
        );
        let log = story.program.all_logged();
        let switched = "reading the list of tickets instead of the export";
        assert_eq!(log.matches(switched).count(), 1, "{log}");
    });
}

/// Settings that name a source.
fn reading(simulator: &Simulator, source: &str) -> String {
    acme(simulator, &format!("source: {source}, {OFTEN}"))
}

/// Something of everything: a ticket that is created, one that is solved, one that is reopened, one that is deleted, and
/// one that is flipped. The ids of the first four tickets rotate.
fn live(simulator: &Simulator) {
    simulator.world(|world| {
        let id = world.create(&Draft::default());
        world.advance_to(world.now() + 1);
        world.set_status(id - 1, Status::Solved);
        world.set_status(id - 2, Status::Open);
        world.delete(id - 4);
        world.flip(id);
    });
    // Longer than the export holds back, and than the list needs to settle.
    simulator.advance(180);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_of_the_source_loses_and_doubles_nothing_in_either_direction() {
    let simulator = account_of_three().await;
    simulator.world(|world| {
        for _ in 0..5 {
            world.create(&Draft::default());
        }
    });
    simulator.advance(180);
    tokio::task::block_in_place(|| {
        let lifecycle = ["--web.enable-lifecycle"];
        let mut story = Story::begin(&reading(&simulator, "cursor"), &lifecycle);
        wait_until_exact(&story.program, &simulator, Seen::ByExport);
        let turns = [
            ("list", Truth::List, Seen::ByList, true),
            ("time", Truth::Export, Seen::ByExport, false),
            ("list", Truth::List, Seen::ByList, false),
            ("cursor", Truth::Export, Seen::ByExport, true),
            ("auto", Truth::Export, Seen::ByExport, true),
            ("list", Truth::List, Seen::ByList, true),
            ("auto", Truth::Export, Seen::ByExport, false),
        ];
        for (turn, (name, truth, seen, is_by_signal)) in turns.into_iter().enumerate() {
            // What happens before the switch may be read by either source.
            live(&simulator);
            let settings = reading(&simulator, name);
            if is_by_signal {
                story.reload(&settings);
            } else {
                write(&story.directory, &settings);
                let answer = ask(story.program.address(), "POST", "/-/reload");
                let answer = answer.expect("an answer");
                assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
            }
            let shown = if name == "auto" { "cursor" } else { name };
            story.wait_for(&source(shown, "configured"));
            simulator.set_truth(truth);
            live(&simulator);
            // Twice as often as it was switched, and the first ticket that was opened had not been solved.
            let lives = 2 * turn + 2;
            for (event, number) in [
                ("created", lives),
                ("solved", 2 * lives),
                ("reopened", 2 * lives - 1),
                ("deleted", lives),
            ] {
                story.wait_for(&format!(
                    "zendesk_tickets_{event}_total{{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"}} {number}\n"
                ));
            }
            let text = wait_until_exact(&story.program, &simulator, seen);
            assert!(text.contains("zendesk_up{account=\"acme\"} 1\n"), "{text}");
        }
        let text = story.program.get("/metrics");
        assert_eq!(
            nonzero_of(&text, "zendesk_exporter_poll_failures_total"),
            [""; 0]
        );
    });
}

#[tokio::test]
async fn a_daily_try_of_the_export_counts_as_a_request_alone() {
    let hour = Duration::from_secs(3_600);
    let mut desk = Desk::open(DeskSettings {
        poll_interval: hour / 4,
        lists: ListPacing {
            deleted_every: hour,
            ..ListPacing::DEFAULT
        },
        ..DeskSettings::of_list(SourceChoice::Auto)
    })
    .await;
    desk.simulator.set_truth(Truth::List);
    desk.simulator.refuse_exports(403);
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    let tries = "zendesk_exporter_api_requests_total{account=\"acme\",code=\"403\",endpoint=\"incremental_tickets_cursor\"}";
    for tried in 1..=3 {
        desk.run_until(|desk| desk.value(tries) == Some(f64::from(tried)))
            .await;
        // With the try, and with what follows it.
        for _ in 0..4 {
            if tried > 1 {
                assert_eq!(desk.value("zendesk_up"), Some(1.0), "{tried}");
            }
            desk.step_in_time().await;
        }
        let failures = desk.samples(&["zendesk_exporter_poll_failures_total"]);
        let failures = failures.lines().filter(|line| !line.ends_with(" 0"));
        let forbidden =
            "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"export_forbidden\"} 1";
        assert_eq!(failures.collect::<Vec<_>>(), [forbidden]);
        let days = desk.elapsed().as_secs_f64() / 86_400.0;
        let since = f64::from(tried - 1);
        assert!((since..since + 0.1).contains(&days), "{tried}: {days}");
    }
    assert!(desk.scrape().contains(&source("list", "refused")));
    desk.check_against_oracle();

    // Let back, it is the truth with the next try.
    desk.simulator.let_exports_back();
    desk.run_until(|desk| desk.scrape().contains(&source("cursor", "configured")))
        .await;
    let days = (desk.simulator.now() - NOW) as f64 / 86_400.0;
    assert!((3.0..3.1).contains(&days), "{days}");
    desk.simulator.set_truth(Truth::Export);
    desk.simulator
        .world(|world| world.set_status(1, Status::Solved));
    desk.catch_up().await;
    desk.check_against_oracle();
    let solved = "zendesk_tickets_solved_total{account=\"acme\"";
    assert_eq!(desk.value(solved), Some(1.0));
}
