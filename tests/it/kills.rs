//! The built program, killed with SIGKILL at random instants.

use tempfile::TempDir;
use zendesk_exporter::simulator::life::Rates;
use zendesk_exporter::simulator::{Asked, Options, OracleSettings, Simulator, Time};

use crate::desk::nonzero_of_all;
use crate::program::{Program, run, wait_for};

/// Kills during the first sync and during changes. At least fifty together.
const KILLS_WHILE_SYNCING: usize = 30;
const KILLS_WHILE_CHANGING: usize = 40;

fn environment(simulator: &Simulator) -> Vec<(String, String)> {
    let defaults = "ZENDESK_EXPORTER_DEFAULTS__EXPORT";
    [
        ("ZENDESK_BASE_URL".to_owned(), simulator.base_url()),
        (
            "ZENDESK_ACCESS_TOKEN".to_owned(),
            "simulator-token".to_owned(),
        ),
        (format!("{defaults}__POLL_INTERVAL"), "1s".to_owned()),
        (
            format!("{defaults}__REQUESTS_PER_MINUTE"),
            "1000000".to_owned(),
        ),
        (format!("{defaults}__PAGE_SIZE"), "25".to_owned()),
        // The simulated time leaps between two kills, so that replays come among the pages.
        (format!("{defaults}__REPLAY__EVERY"), "1m".to_owned()),
    ]
    .into()
}

/// Whether a request begins a replay: nothing else starts anywhere but at the beginning.
fn begins_replay(asked: &Asked) -> bool {
    asked.target.contains("start_time=") && !asked.target.contains("start_time=0&")
}

/// Starts the program, lets it make that many such requests, and kills it somewhere in the next.
fn start_and_kill(
    directory: &TempDir,
    environment: &[(&str, &str)],
    simulator: &Simulator,
    (requests, counts): (usize, fn(&Asked) -> bool),
    dice: &mut fastrand::Rng,
) {
    let count = || {
        simulator
            .asked()
            .iter()
            .filter(|asked| counts(asked))
            .count()
    };
    let wanted = count() + requests;
    let mut program = Program::serve(directory.path(), environment);
    wait_for("requests", || {
        let asked = count();
        if asked >= wanted { Ok(()) } else { Err(asked) }
    });
    // Anywhere between the answer and some milliseconds later: in the decoder, before, in or
    // after the transaction.
    for _ in 0..dice.u32(0..40_000) {
        std::hint::spin_loop();
    }
    program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn gauges_and_counters_are_those_of_a_run_that_was_never_killed() {
    let now = jiff_now();
    let simulator = Simulator::start(Options {
        time: Time::manual(now - 6 * 3600),
        tickets: 4_013,
        rates: Rates {
            tickets_per_day: 20_000.0,
        },
        ..Options::manual(0)
    })
    .await
    .expect("a free port");
    let directory = TempDir::new().expect("a directory");
    let environment = environment(&simulator);
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut dice = fastrand::Rng::with_seed(seed);

    tokio::task::block_in_place(|| {
        for _ in 0..KILLS_WHILE_SYNCING {
            let requests = (dice.usize(1..6), (|_| true) as fn(&Asked) -> bool);
            start_and_kill(&directory, &environment, &simulator, requests, &mut dice);
        }
        let mut program = Program::serve(directory.path(), &environment);
        program.wait_for("the first sync", |text| {
            text.contains("zendesk_exporter_initial_sync_complete{account=\"127.0.0.1\"} 1\n")
                .then_some(())
        });
        program.kill();
        for kill in 0..KILLS_WHILE_CHANGING {
            simulator.advance(dice.i64(60..300));
            let requests: (usize, fn(&Asked) -> bool) = if kill % 4 == 3 {
                (1, begins_replay)
            } else {
                (dice.usize(1..6), |_| true)
            };
            start_and_kill(&directory, &environment, &simulator, requests, &mut dice);
        }
        simulator.advance(300);
        let program = Program::serve(directory.path(), &environment);
        let data_as_of = simulator.world(|world| world.now()) - 60;
        program.wait_for("the end of the stream", |text| {
            let line = format!(
                "zendesk_exporter_data_timestamp_seconds{{account=\"127.0.0.1\"}} {data_as_of}\n"
            );
            text.contains(&line).then_some(())
        });
        let shown = nonzero_of_all(&program.get("/metrics"));
        assert_eq!(
            shown,
            simulator.expected("127.0.0.1", &OracleSettings::default()),
            "seed {seed}"
        );
        for counter in ["created", "solved", "reopened", "deleted", "updated"] {
            assert!(
                shown.contains(&format!("_{counter}_total{{")),
                "{counter}: {shown}"
            );
        }
        drop(program);
        let verified = run(directory.path(), &environment, &["state", "verify"]);
        let said = String::from_utf8_lossy(&verified.stdout);
        assert!(said.contains("all is well"), "{said}");
    });
}

/// The real time: the program takes a `Date` further than a day from its clock for broken.
fn jiff_now() -> i64 {
    use zendesk_exporter::clock::{Clock as _, SystemClock};
    SystemClock::new().now().wall().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_asked_to_end_does_so_with_nothing_half_done() {
    let simulator = Simulator::start(Options {
        time: Time::manual(jiff_now() - 3600),
        tickets: 3_000,
        ..Options::manual(0)
    })
    .await
    .expect("a free port");
    let directory = TempDir::new().expect("a directory");
    let environment = environment(&simulator);
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    tokio::task::block_in_place(|| {
        let mut program = Program::serve(directory.path(), &environment);
        wait_for("a request", || {
            if simulator.asked().is_empty() {
                Err("none")
            } else {
                Ok(())
            }
        });
        assert_eq!(program.terminate(), Some(0));
        let verified = run(directory.path(), &environment, &["state", "verify"]);
        assert_eq!(verified.status.code(), Some(0), "{verified:?}");
    });
}
