//! An account with both sources, in process: schedules of refusals, kills and changes of the account.

mod account;

mod lane;

mod order;

mod property;

mod rounds;

mod stories;

mod refusals;

mod status;

use zendesk_simulator::world::Draft;

use super::*;
use crate::ledger::{Progress, Truth};
use account::BothSources;

/// A poller of an account with both sources, which can be killed.
struct Desk {
    poller: Poller<VirtualClock, BothSources>,
    source: Arc<BothSources>,
    clock: Arc<VirtualClock>,
    published: Published,
    memory: InMemory,
    settings: PollerSettings,
}

/// Settings of a poller that reads what `source` says, with short intervals.
fn settings(source: SourceChoice, fast_lane: Option<Duration>) -> PollerSettings {
    PollerSettings {
        account: "acme".to_owned(),
        pacing: Pacing {
            resync: Some(ResyncPacing {
                every: Duration::from_secs(4 * 3600),
                requests_per_minute: 2,
            }),
            list: ListPacing {
                fast_lane,
                ..ListPacing::DEFAULT
            },
            ..PACING
        },
        source,
        archive: ArchivedTickets::Totals,
        walks: WalkSettings {
            source: source.export(),
            start_time: UnixSeconds(0),
            replay_window: Duration::from_secs(900),
        },
        request_timeout: Duration::from_secs(60),
        hold_new_series: Duration::ZERO,
        seed: 1,
    }
}

/// An account of so many new tickets, each a minute after the one before, the latest an hour ago.
fn world(tickets: i64) -> World {
    let first = NOW - 3_600 - 60 * tickets;
    let mut world = World::new(first);
    for ticket in 0..tickets {
        world.advance_to(first + 60 * ticket);
        world.create(&Draft::default());
    }
    world
}

impl Desk {
    fn open(settings: PollerSettings, world: World) -> Self {
        let clock = Arc::new(VirtualClock::starting_at(UnixSeconds(NOW)));
        let source = Arc::new(BothSources::new(Arc::clone(&clock), world));
        let memory = InMemory::default();
        let (poller, published) = poller_on(&memory, &clock, &source, &settings);
        Self {
            poller,
            source,
            clock,
            published,
            memory,
            settings,
        }
    }

    /// Ends the process, and starts another one on the same state.
    fn kill(&mut self) {
        let (poller, published) =
            poller_on(&self.memory, &self.clock, &self.source, &self.settings);
        (self.poller, self.published) = (poller, published);
    }

    async fn run_for(&mut self, duration: Duration) {
        let deadline = self.clock.now().monotonic + duration;
        let shutdown = CancellationToken::new();
        while self.clock.now().monotonic < deadline {
            // A step that waits for longer would go beyond the deadline.
            let now = self.clock.now();
            let is_idle = !self.poller.has_records_to_verify();
            if is_idle && self.poller.schedule.next(now).at >= deadline {
                return self.clock.advance(deadline - now.monotonic);
            }
            assert!(self.poller.step(&shutdown).await.is_continue());
        }
    }

    async fn run_for_seconds(&mut self, seconds: u64) {
        self.run_for(Duration::from_secs(seconds)).await;
    }

    fn truth(&self) -> Truth {
        self.progress().truth
    }

    /// How many requests this endpoint got.
    fn asked(&self, endpoint: Endpoint) -> usize {
        let account = self.source.lock();
        let asked = account.asked.iter().filter(|asked| **asked == endpoint);
        asked.count()
    }

    fn progress(&self) -> Progress {
        self.poller.state().expect("open").progress().clone()
    }

    /// The sum of the samples of a family.
    fn shown(&self, family: &catalog::Family) -> u64 {
        let snapshot = self.published.load();
        let samples = snapshot.lines(family).lines();
        let values = samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum::<f64>() as u64
    }

    fn shown_at(&self, family: &catalog::Family) -> Option<String> {
        let snapshot = self.published.load();
        let line = snapshot.lines(family).lines().next()?.to_owned();
        line.rsplit(' ').next().map(str::to_owned)
    }
}

fn poller_on(
    memory: &InMemory,
    clock: &Arc<VirtualClock>,
    source: &Arc<BothSources>,
    settings: &PollerSettings,
) -> (Poller<VirtualClock, BothSources>, Published) {
    let series = SeriesSettings::default();
    let now = clock.now().wall();
    let opened = State::open(memory.clone(), "acme", series.clone(), now);
    let (mut state, _) = opened.expect("opens");
    let truth = Choice::new(settings.source).truth(state.progress().truth);
    state.set_truth(truth).expect("stored");
    let published: Published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
    let health = Arc::new(PollerHealth::new("acme", clock.now().monotonic));
    let exporter = ExporterMetrics::new(now);
    let outlets = Outlets {
        metrics: exporter.for_account("acme", &[], &series),
        published: Arc::clone(&published),
        findings: SharedFindings::default(),
        health,
        account_clock: SharedAccountClock::default(),
    };
    let poller = Poller::new(
        settings.clone(),
        Arc::clone(clock),
        Arc::clone(source),
        state,
        outlets,
    );
    (poller, published)
}
