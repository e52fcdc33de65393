//! The built program, killed with SIGKILL at random instants.
//!
//! Of the answers it got, only the latest before a kill is in doubt: it takes one after the other.
//! That one must have been kept whole or not at all, so what the state shows right after the kill
//! must be one of two texts; which one it is tells the oracle what happened. Where both are the
//! same, the answer had nothing to lose. Of the lists the first answer after a start is in doubt with the
//! second, for which it waits. No tolerance is left: after every kill and at the end each
//! gauge, counter and bucket is what the answers that were kept make it.

use std::net::SocketAddr;

use tempfile::TempDir;
use zendesk_simulator::hours::Schedule;
use zendesk_simulator::life::Rates;
use zendesk_simulator::list_habits::{GeneratedTimestamp, Visibility};
use zendesk_simulator::oracle::Truth;
use zendesk_simulator::ticket::SetLateness;
use zendesk_simulator::vocabulary::{Score, Status};
use zendesk_simulator::world::World;
use zendesk_simulator::{Asked, Draft, Habits, Options, OracleSettings, Simulator, Time};

use crate::desk::{differing, nonzero_of_all};
use crate::program::{Program, get_from, real_now, run, wait_for};

/// Kills at each stage.
#[derive(Clone, Copy)]
struct Kills {
    /// During the first sync.
    syncing: usize,
    /// During changes.
    changing: usize,
    /// While tickets are missing that were deleted for good.
    removing: usize,
}

/// What the program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// The export by cursor.
    Cursor,
    /// The export by time.
    Time,
    /// The export by cursor, and the list between its polls.
    FastLane,
    /// The list, as the settings say.
    List,
    /// The list, because the export is refused. It is tried at each start.
    ListInstead,
}

impl Reads {
    /// Whether the list is the truth.
    const fn is_list(self) -> bool {
        matches!(self, Self::List | Self::ListInstead)
    }

    /// Whether the list is read.
    const fn reads_list(self) -> bool {
        matches!(self, Self::FastLane) || self.is_list()
    }

    /// The setting `source`.
    const fn source(self) -> &'static str {
        match self {
            Self::Cursor | Self::FastLane => "cursor",
            Self::Time => "time",
            Self::List => "list",
            Self::ListInstead => "auto",
        }
    }

    /// At least fifty of each source together.
    const fn kills(self) -> Kills {
        let (syncing, changing, removing) = match self {
            Self::Cursor | Self::Time => (30, 40, 0),
            Self::FastLane => (20, 30, 0),
            Self::List => (20, 30, 10),
            Self::ListInstead => (10, 10, 5),
        };
        Kills {
            syncing,
            changing,
            removing,
        }
    }

    /// Requests that come seldom, and that are waited for now and then.
    const fn seldom(self) -> fn(&Asked) -> bool {
        match self {
            Self::Cursor | Self::Time => is_of_replay,
            Self::FastLane => is_of_list,
            Self::List | Self::ListInstead => is_of_round,
        }
    }

    /// How many seconds old the data is at the end.
    const fn held_back_seconds(self) -> i64 {
        if self.is_list() { 0 } else { 60 }
    }
}

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

fn environment(simulator: &Simulator, reads: Reads) -> Vec<(String, String)> {
    let defaults = "ZENDESK_EXPORTER_DEFAULTS__EXPORT";
    let labels = "ZENDESK_EXPORTER_DEFAULTS__LABELS";
    let fast_lane = if reads == Reads::FastLane { "1s" } else { "0s" };
    [
        (format!("{defaults}__LIST__FAST_LANE"), fast_lane.to_owned()),
        ("ZENDESK_BASE_URL".to_owned(), simulator.base_url()),
        (
            "ZENDESK_ACCESS_TOKEN".to_owned(),
            "simulator-token".to_owned(),
        ),
        (format!("{defaults}__SOURCE"), reads.source().to_owned()),
        (
            format!("{defaults}__LIST__BUDGET_PERCENT"),
            "100".to_owned(),
        ),
        (format!("{defaults}__LIST__VERIFY__EVERY"), "1s".to_owned()),
        (format!("{defaults}__LIST__DELETED__EVERY"), "1s".to_owned()),
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

/// Whether a request is one for the list.
fn is_of_list(asked: &Asked) -> bool {
    asked.target.starts_with("/api/v2/tickets?")
}

/// Whether a request is one of a verify round.
fn is_of_round(asked: &Asked) -> bool {
    asked.target.starts_with("/api/v2/tickets/show_many")
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
    reads: Reads,
    simulator: Simulator,
    directory: TempDir,
    environment: Vec<(String, String)>,
    dice: fastrand::Rng,
    seed: u64,
    /// Kills by whether the latest answer was kept, if it made a difference.
    kept_and_lost: [usize; 2],
}

impl Victim {
    async fn new(reads: Reads) -> Self {
        let seed = fastrand::u64(..);
        println!("{reads:?}, seed {seed}");
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
            account_requests_per_minute: reads.reads_list().then_some(1_000_000),
            // A minute of an account whose time stands still does not end.
            tickets_index_per_minute: None,
            deleted_tickets_per_minute: None,
            ..Options::manual(0)
        })
        .await
        .expect("a free port");
        let mut dice = fastrand::Rng::with_seed(seed);
        if reads.reads_list() {
            prepare_lists(&simulator, &mut dice);
        }
        if reads.is_list() {
            simulator.set_truth(Truth::List);
        }
        if reads == Reads::ListInstead {
            simulator.refuse_exports(403);
        }
        Self {
            reads,
            directory: TempDir::new().expect("a directory"),
            environment: environment(&simulator, reads),
            simulator,
            dice,
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
        let expected = self.simulator.expected_of_ended(ACCOUNT, &settings);
        self.simulator.hold();
        let program = Program::serve(self.directory.path(), &borrowed(&self.environment));
        let shown = nonzero_of_all(&program.get("/metrics"));
        // Whether an answer of an export that waited was kept shows in the requests that follow.
        let in_doubt = if self.reads.reads_list() { 2 } else { 1 };
        let lost = expected[..=in_doubt].iter().position(|text| *text == shown);
        let Some(lost) = lost else {
            let differing = differing(&shown, &expected[1]);
            panic!("neither kept nor lost, seed {}:\n{differing}", self.seed);
        };
        self.simulator.lose_latest(lost);
        if expected[0] != expected[1] {
            self.kept_and_lost[usize::from(lost > 0)] += 1;
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
            reads,
            simulator,
            dice,
            ..
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
            if reads.reads_list() {
                happen_unseen(world, dice);
            } else {
                // Made visible late: only a replay finds it.
                let late = world.now() - dice.i64(120..600);
                world.create_at(&Draft::default(), late);
            }
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
        let Kills {
            syncing, changing, ..
        } = self.reads.kills();
        for _ in 0..syncing {
            let requests = self.dice.usize(1..6);
            self.start_and_kill((requests, |_| true));
        }
        let mut program = self.start();
        program.wait_for("the first sync", |text| {
            text.contains("zendesk_exporter_initial_sync_complete{account=\"127.0.0.1\"} 1\n")
                .then_some(())
        });
        self.kill(&mut program);
        for kill in 0..changing {
            if kill == changing / 2 {
                let with_schedule = |world: &mut World| world.schedule = Schedule::Workdays;
                self.simulator.world(with_schedule);
            }
            self.live();
            let requests: Requests = if kill % 4 == 3 {
                (1, self.reads.seldom())
            } else {
                (self.dice.usize(1..6), |_| true)
            };
            self.start_and_kill(requests);
        }
        println!("kept and lost: {:?}", self.kept_and_lost);
    }

    /// Kills the program in verify rounds while tickets are missing that were deleted for good. A round that was
    /// killed counts for nothing, so that none of them is removed before the program is let live.
    fn kill_during_removal(&mut self) {
        self.simulator.world(|world| {
            let unsolved = [Status::New, Status::Open, Status::Pending];
            let gone: Vec<i64> = unsolved
                .into_iter()
                .flat_map(|status| world.with_status(status).into_iter().step_by(7))
                .collect();
            world.vanish_many(gone);
        });
        // Nobody shows them any more.
        self.simulator.advance(180);
        for _ in 0..self.reads.kills().removing {
            let requests = self.dice.usize(1..4);
            self.start_and_kill((requests, is_of_round));
        }
        let mut program = self.start();
        program.wait_for("the tickets to be removed", |text| {
            let none = "zendesk_exporter_vanished_tickets_total{account=\"127.0.0.1\"} 0\n";
            (!text.contains(none)).then_some(())
        });
        self.kill(&mut program);
        self.simulator.sweep_vanished_under_list();
    }

    /// Lets the program read to the end, and compares for the last time.
    fn check_the_end(&mut self) {
        self.simulator.advance(300);
        let data_as_of = self.simulator.world(|world| world.now());
        let data_as_of = data_as_of - self.reads.held_back_seconds();
        let mut program = self.start();
        program.wait_for("the end of the stream", |text| {
            let line = format!(
                "zendesk_exporter_data_timestamp_seconds{{account=\"127.0.0.1\"}} {data_as_of}\n"
            );
            text.contains(&line).then_some(())
        });
        // A replay or a round is on its way by now: the last comparison is that of the last start.
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

/// An account whose lists show each write at a moment of its own, and metric sets late now and then.
fn prepare_lists(simulator: &Simulator, dice: &mut fastrand::Rng) {
    let generated = [
        GeneratedTimestamp::Carried,
        GeneratedTimestamp::Missing,
        GeneratedTimestamp::Zero,
    ];
    let generated = generated[dice.usize(0..generated.len())];
    println!("generated_timestamp {generated:?}");
    simulator.world(|world| {
        world.list_habits.generated_timestamp = generated;
        world.list_habits.visibility = Visibility::Within(60);
        world.metric_sets_late = SetLateness::PerThousand(300);
    });
}

/// What no row of the list shows: a status that moves and comes back, and a change that leaves `updated_at` as it is.
fn happen_unseen(world: &mut World, dice: &mut fastrand::Rng) {
    let mut any = |status| dice.choice(world.with_status(status)).unwrap_or_default();
    let (flipped, flopped, changed) =
        (any(Status::Open), any(Status::Solved), any(Status::Pending));
    world.flip(flipped);
    world.flip(flopped);
    world.system_write(changed, |ticket| ticket.status = Some(Status::Hold));
}

async fn check_kills(reads: Reads) {
    let mut victim = Victim::new(reads).await;
    tokio::task::block_in_place(|| {
        victim.kill_all_along();
        if reads.is_list() {
            victim.kill_during_removal();
        }
        victim.check_the_end();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn gauges_counters_and_histograms_are_those_of_a_run_that_was_never_killed() {
    check_kills(Reads::Cursor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_the_time_based_export() {
    check_kills(Reads::Time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_a_fast_lane() {
    check_kills(Reads::FastLane).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_the_list() {
    check_kills(Reads::List).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_the_list_in_the_place_of_a_refused_export() {
    check_kills(Reads::ListInstead).await;
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
    let environment = environment(&simulator, Reads::Cursor);
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
