//! The built program, killed with SIGKILL at random instants.
//!
//! Of the answers it got, only the latest before a kill is in doubt: it takes one after the other.
//! That one must have been kept whole or not at all, so what the state shows right after the kill
//! must be one of two texts; which one it is tells the oracle what happened. Where both are the
//! same, the answer had nothing to lose. No tolerance is left: after every kill and at the end each
//! gauge, counter and bucket is what the answers that were kept make it.

use std::net::SocketAddr;

use tempfile::TempDir;
use zendesk_simulator::hours::Schedule;
use zendesk_simulator::life::Rates;
use zendesk_simulator::vocabulary::{Score, Status};
use zendesk_simulator::world::World;
use zendesk_simulator::{Asked, Draft, Habits, Options, OracleSettings, Simulator, Time};

use crate::desk::{differing, nonzero_of_all};
use crate::program::{Program, get_from, real_now, run, wait_for};

/// Kills during the first sync and during changes. At least fifty together.
const KILLS_WHILE_SYNCING: usize = 30;
const KILLS_WHILE_CHANGING: usize = 40;

const ACCOUNT: &str = "127.0.0.1";

/// What must be among the families that are compared, so that it is not nothing that is equal.
const COMPARED: [&str; 10] = [
    "zendesk_tickets",
    "zendesk_tickets_created_total",
    "zendesk_tickets_solved_total",
    "zendesk_tickets_reopened_total",
    "zendesk_tickets_deleted_total",
    "zendesk_tickets_updated_total",
    "zendesk_ticket_first_reply_seconds_count",
    "zendesk_ticket_full_resolution_business_seconds_bucket",
    "zendesk_ticket_replies_sum",
    "zendesk_satisfaction_ratings_total",
];

fn environment(simulator: &Simulator, source: &str) -> Vec<(String, String)> {
    let defaults = "ZENDESK_EXPORTER_DEFAULTS__EXPORT";
    let labels = "ZENDESK_EXPORTER_DEFAULTS__LABELS";
    [
        ("ZENDESK_BASE_URL".to_owned(), simulator.base_url()),
        (
            "ZENDESK_ACCESS_TOKEN".to_owned(),
            "simulator-token".to_owned(),
        ),
        (format!("{defaults}__SOURCE"), source.to_owned()),
        (format!("{defaults}__POLL_INTERVAL"), "1s".to_owned()),
        (
            format!("{defaults}__REQUESTS_PER_MINUTE"),
            "1000000".to_owned(),
        ),
        (format!("{defaults}__PAGE_SIZE"), "25".to_owned()),
        // The simulated time leaps between two kills, so that replays come among the pages.
        (format!("{defaults}__REPLAY__EVERY"), "1m".to_owned()),
        (format!("{defaults}__SLAS"), "true".to_owned()),
        (format!("{labels}__GROUP"), "true".to_owned()),
        (format!("{labels}__TAGS"), "vip,outage".to_owned()),
        // Room for every combination: what finds none is another story.
        (
            "ZENDESK_EXPORTER_DEFAULTS__MAX_SERIES".to_owned(),
            "1000000".to_owned(),
        ),
    ]
    .into()
}

fn borrowed(environment: &[(String, String)]) -> Vec<(&str, &str)> {
    environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// Whether a request is one of a replay: after the first sync nothing else goes back a quarter of
/// an hour.
fn is_of_replay(asked: &Asked) -> bool {
    let query = asked.target.split(['?', '&']);
    query
        .filter_map(|pair| pair.strip_prefix("start_time=")?.parse::<i64>().ok())
        .any(|start| start > 0 && start <= asked.at - 15 * 60)
}

/// Requests to let through before a kill, and which of them count.
type Requests = (usize, fn(&Asked) -> bool);

/// The last time before `now` that it was eight in the evening, UTC. What happens in the hours after
/// it takes no business hours, so that histograms in business hours differ at whatever time of day the
/// test runs.
fn evening_before(now: i64) -> i64 {
    now - (now - 20 * 3600).rem_euclid(24 * 3600)
}

/// A program on a state, again and again.
struct Victim {
    simulator: Simulator,
    directory: TempDir,
    environment: Vec<(String, String)>,
    dice: fastrand::Rng,
    seed: u64,
    /// Kills by whether the latest answer was kept, if it made a difference.
    kept_and_lost: [usize; 2],
}

impl Victim {
    async fn new(source: &str) -> Self {
        let seed = fastrand::u64(..);
        println!("{source}, seed {seed}");
        let simulator = Simulator::start(Options {
            time: Time::manual(evening_before(real_now() - 6 * 3600)),
            seed,
            tickets: 4_013,
            rates: Rates {
                tickets_per_day: 20_000.0,
            },
            habits: Habits {
                late_per_thousand: 500,
                ..Habits::LIVELY
            },
            // It gets one between two kills, and so the histograms in business hours.
            schedule: Schedule::None,
            ..Options::manual(0)
        })
        .await
        .expect("a free port");
        Self {
            directory: TempDir::new().expect("a directory"),
            environment: environment(&simulator, source),
            simulator,
            dice: fastrand::Rng::with_seed(seed),
            seed,
            kept_and_lost: [0, 0],
        }
    }

    /// Starts the program and holds what its state shows against both things that can have
    /// happened to the latest answer before it was killed.
    fn start(&mut self) -> Program {
        let settings = OracleSettings {
            slas: true,
            group: true,
            tags: vec!["vip".to_owned(), "outage".to_owned()],
            ..OracleSettings::default()
        };
        let [with, without] = self.simulator.expected_of_ended(ACCOUNT, &settings);
        self.simulator.hold();
        let program = Program::serve(self.directory.path(), &borrowed(&self.environment));
        let shown = nonzero_of_all(&program.get("/metrics"));
        if shown == with {
            self.simulator.settle();
        } else {
            let differing = differing(&shown, &without);
            let seed = self.seed;
            assert_eq!(differing, "", "neither kept nor lost, seed {seed}");
            self.simulator.lose_latest();
        }
        if with != without {
            self.kept_and_lost[usize::from(shown == without)] += 1;
        }
        self.simulator.release();
        program
    }

    /// Starts the program, lets it make that many such requests, and kills it somewhere in the
    /// next.
    fn start_and_kill(&mut self, (requests, counts): Requests) {
        let count = |simulator: &Simulator| {
            let asked = simulator.asked();
            asked.iter().filter(|asked| counts(asked)).count()
        };
        // Counted before it starts: the next replay after one that was missed is a minute away.
        let wanted = count(&self.simulator) + requests;
        let mut program = self.start();
        wait_for("requests", || {
            let asked = count(&self.simulator);
            if asked >= wanted { Ok(()) } else { Err(asked) }
        });
        // Anywhere between the answer and some milliseconds later: in the decoder, before, in or
        // after the transaction.
        for _ in 0..self.dice.u32(0..200_000) {
            std::hint::spin_loop();
        }
        self.kill(&mut program);
    }

    /// Kills the program, and waits until the requests that it had sent are answered.
    fn kill(&self, program: &mut Program) {
        program.kill();
        // Connections are accepted in their order: those of the program are when ours is.
        let address: SocketAddr = self
            .simulator
            .base_url()
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        get_from(address, "/simulator/status").expect("an answer");
        wait_for("connections to end", || {
            match self.simulator.connections() {
                0 => Ok(()),
                open => Err(open),
            }
        });
    }

    /// Lets some minutes pass in which a bit of everything happens, at night as well.
    fn live(&mut self) {
        let Self {
            simulator, dice, ..
        } = self;
        simulator.world(|world| {
            let mut any = |status| {
                let ids = world.with_status(status);
                // Nothing happens to a ticket that is not there.
                dice.choice(ids).unwrap_or_default()
            };
            let (deleted, reopened, rated) =
                (any(Status::Open), any(Status::Solved), any(Status::Closed));
            let (replied, solved) = (any(Status::New), any(Status::Open));
            let solved_before = world.with_status(Status::Solved).into_iter();
            let is_awaited = |id: &i64| world.ticket(*id).is_some_and(|ticket| !ticket.measured);
            let measured = solved_before.filter(is_awaited).min().unwrap_or_default();
            world.delete(deleted);
            world.set_status(reopened, Status::Open);
            world.set_score(rated, Score::Good);
            world.create(&Draft::default());
            // Made visible late: only a replay finds it.
            let late = world.now() - dice.i64(120..600);
            world.create_at(&Draft::default(), late);
            world.reply(replied, 3);
            // Its measurements come with the next write, some kills later.
            world.measurements_late = true;
            world.set_status(solved, Status::Solved);
            world.measurements_late = false;
            world.system_write(measured, |_| {});
        });
        simulator.advance(dice.i64(60..300));
    }

    fn kill_all_along(&mut self) {
        for _ in 0..KILLS_WHILE_SYNCING {
            let requests = self.dice.usize(1..6);
            self.start_and_kill((requests, |_| true));
        }
        let mut program = self.start();
        program.wait_for("the first sync", |text| {
            text.contains("zendesk_exporter_initial_sync_complete{account=\"127.0.0.1\"} 1\n")
                .then_some(())
        });
        self.kill(&mut program);
        for kill in 0..KILLS_WHILE_CHANGING {
            if kill == KILLS_WHILE_CHANGING / 2 {
                let with_schedule = |world: &mut World| world.schedule = Schedule::Workdays;
                self.simulator.world(with_schedule);
            }
            self.live();
            let requests: Requests = if kill % 4 == 3 {
                (1, is_of_replay)
            } else {
                (self.dice.usize(1..6), |_| true)
            };
            self.start_and_kill(requests);
        }
        println!("kept and lost: {:?}", self.kept_and_lost);
    }

    /// Lets the program read to the end, and compares for the last time.
    fn check_the_end(&mut self) {
        self.simulator.advance(300);
        let data_as_of = self.simulator.world(|world| world.now()) - 60;
        let mut program = self.start();
        program.wait_for("the end of the stream", |text| {
            let line = format!(
                "zendesk_exporter_data_timestamp_seconds{{account=\"127.0.0.1\"}} {data_as_of}\n"
            );
            text.contains(&line).then_some(())
        });
        // A replay is on its way by now: the last comparison is that of the last start.
        self.kill(&mut program);
        let mut program = self.start();
        let shown = nonzero_of_all(&program.get("/metrics"));
        self.kill(&mut program);
        for family in COMPARED {
            let is_there = |line: &str| line.split('{').next() == Some(family);
            assert!(shown.lines().any(is_there), "{family}: {shown}");
        }
        let environment = borrowed(&self.environment);
        let verified = run(self.directory.path(), &environment, &["state", "verify"]);
        let said = String::from_utf8_lossy(&verified.stdout);
        assert!(said.contains("no problem found"), "{said}");
    }
}

async fn check_kills(source: &str) {
    let mut victim = Victim::new(source).await;
    tokio::task::block_in_place(|| {
        victim.kill_all_along();
        victim.check_the_end();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn gauges_counters_and_histograms_are_those_of_a_run_that_was_never_killed() {
    check_kills("cursor").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_the_time_based_export() {
    check_kills("time").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_asked_to_end_does_so_with_nothing_half_done() {
    let simulator = Simulator::start(Options {
        time: Time::manual(real_now() - 3600),
        tickets: 3_000,
        ..Options::manual(0)
    })
    .await
    .expect("a free port");
    let directory = TempDir::new().expect("a directory");
    let environment = environment(&simulator, "cursor");
    let environment = borrowed(&environment);
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
