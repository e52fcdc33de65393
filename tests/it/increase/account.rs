//! An account that lives on a virtual clock, and what was scraped of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use zendesk_exporter::clock::{Clock, Moment, VirtualClock};
use zendesk_exporter::health::PollerHealth;
use zendesk_exporter::ledger::{BusinessHours, SeriesSettings, TicketScope};
use zendesk_exporter::lookups::SharedFindings;
use zendesk_exporter::metrics::{ExporterMetrics, Exposition, Snapshot};
use zendesk_exporter::poller::{NewSettings, Outlets, Poller, PollerSettings};
use zendesk_exporter::reload::Receipt;
use zendesk_exporter::schedule::{ListPacing, Pacing, Retry, SharedAccountClock};
use zendesk_exporter::source::{ArchivedTickets, Auth, SourceChoice, SourceKind, SupportTypeScope};
use zendesk_exporter::state::State;
use zendesk_exporter::state::sqlite::Sqlite;
use zendesk_exporter::ticket::{NamedSet, UnixSeconds};
use zendesk_exporter::walk::WalkSettings;
use zendesk_exporter::zendesk::{Client, ClientSettings, TagsAndFields};
use zendesk_simulator::hours::Schedule;
use zendesk_simulator::life::Rates;
use zendesk_simulator::{Habits, Options, OracleSettings, Simulator, oracle};

use crate::connections::client_settings;
use crate::desk::NOW;
use crate::program::wait_for;

/// Monday, twenty to five: there is much to do, and business hours end at half-time.
pub(super) const START: i64 = NOW + 8_700;

/// How long the account lives, and is then left alone until no series is held any more.
pub(super) const LIFE: Duration = Duration::from_secs(2_400);
const QUIET: Duration = Duration::from_secs(200);

/// A clock that jumps, but stops wherever a scrape is due, and takes the account's time along.
struct ScrapedClock {
    time: VirtualClock,
    simulator: Arc<Simulator>,
    exposition: Exposition,
    interval: Duration,
    next_scrape: Mutex<Duration>,
    scrapes: Mutex<Vec<Scrape>>,
}

/// When it was, in milliseconds, and the samples of counters and histograms.
pub(super) struct Scrape {
    pub(super) at_ms: i64,
    pub(super) samples: BTreeMap<String, f64>,
}

impl ScrapedClock {
    fn advance(&self, by: Duration) {
        let before = self.time.now().monotonic;
        self.time.advance(by);
        let after = self.time.now().monotonic.min(LIFE);
        let seconds = after.as_secs().saturating_sub(before.as_secs());
        let seconds = i64::try_from(seconds).expect("small");
        self.simulator.advance(seconds);
    }

    /// Time passes in which nobody answers a scrape. The next one comes a while after it.
    fn go_down(&self, down: Duration) {
        self.advance(down);
        *self.next_scrape.lock().expect("no panic") = self.now().monotonic + UP_BEFORE_SCRAPE;
    }

    fn scrape(&self) {
        let scrape = Scrape {
            at_ms: self.time.now().wall_ms,
            samples: counters(&self.exposition.encode()),
        };
        self.scrapes.lock().expect("no panic").push(scrape);
    }
}

impl Clock for ScrapedClock {
    fn now(&self) -> Moment {
        self.time.now()
    }

    async fn sleep_until(&self, deadline: Duration) {
        while self.now().monotonic < deadline {
            let scrape_at = *self.next_scrape.lock().expect("no panic");
            let until = scrape_at.min(deadline);
            self.advance(until.saturating_sub(self.now().monotonic));
            // What goes on beside the wait gets its turn before anybody looks.
            tokio::task::yield_now().await;
            if until == scrape_at {
                self.scrape();
                *self.next_scrape.lock().expect("no panic") = scrape_at + self.interval;
            }
        }
        tokio::task::yield_now().await;
    }

    async fn passes(&self, deadline: Duration) {
        self.time.passes(deadline).await;
    }
}

/// The samples of counters and histograms of tickets.
fn counters(text: &str) -> BTreeMap<String, f64> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let counting: BTreeSet<&str> = types
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, kind)| *kind != "gauge")
        .map(|(name, _)| name)
        .collect();
    let is_counter = |sample: &str| {
        let name = sample.split('{').next().unwrap_or_default();
        let endings = ["", "_bucket", "_sum", "_count"];
        name.starts_with("zendesk_")
            && !name.starts_with("zendesk_exporter_")
            && endings.iter().any(|ending| {
                name.strip_suffix(ending)
                    .is_some_and(|family| counting.contains(family))
            })
    };
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .filter_map(|line| line.rsplit_once(' '))
        .filter(|(sample, _)| is_counter(sample))
        .map(|(sample, value)| (sample.to_owned(), value.parse().expect("a number")))
        .collect()
}

/// How an account is read and scraped.
pub(super) struct Setting {
    pub(super) interval: u64,
    /// When the first scrape comes, after the start.
    pub(super) first_scrape: Duration,
    pub(super) poll_interval: Duration,
    pub(super) hold: Duration,
    pub(super) series: SeriesSettings,
    /// What the settings show from half-time on, if that is something else, and how they come.
    pub(super) later: Option<(By, SeriesSettings)>,
    pub(super) schedule: Schedule,
}

/// How long a restart takes: long enough that the first poll after it has something to tell.
const DOWN: Duration = Duration::from_secs(90);
const UP_BEFORE_SCRAPE: Duration = Duration::from_secs(7);

/// How other settings are put into effect.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Reload,
    Restart,
}

/// What that came to.
pub(super) struct Lived {
    pub(super) scrapes: Vec<Scrape>,
    /// All events, as counters that began at 0.
    pub(super) events: BTreeMap<String, f64>,
    /// Those of the first half.
    pub(super) first_half: BTreeMap<String, f64>,
}

fn oracle_settings(series: &SeriesSettings) -> OracleSettings {
    OracleSettings {
        group: series.labels.named[NamedSet::Group],
        brand: series.labels.named[NamedSet::Brand],
        business_hours: match series.business_hours {
            BusinessHours::Auto => oracle::BusinessHours::Auto,
            BusinessHours::Always => oracle::BusinessHours::Always,
            BusinessHours::Never => oracle::BusinessHours::Never,
        },
        ..OracleSettings::default()
    }
}

fn settings(setting: &Setting) -> PollerSettings {
    PollerSettings {
        account: "acme".to_owned(),
        pacing: Pacing {
            requests_per_minute: 1_000_000,
            poll_interval: setting.poll_interval,
            page_size: 1_000,
            retry: Retry {
                initial: Duration::from_secs(1),
                maximum: Duration::from_secs(300),
            },
            replay_every: None,
            resync: None,
            list: ListPacing::DEFAULT,
        },
        source: SourceChoice::Cursor,
        archive: ArchivedTickets::Totals,
        walks: WalkSettings {
            source: SourceKind::Cursor,
            start_time: UnixSeconds(0),
            replay_window: Duration::from_secs(900),
        },
        request_timeout: Duration::from_secs(10),
        hold_new_series: setting.hold,
        seed: 7,
    }
}

async fn simulator(schedule: Schedule) -> Arc<Simulator> {
    let options = Options {
        tickets: 300,
        rates: Rates {
            tickets_per_day: 6_000.0,
        },
        habits: Habits::LIVELY,
        schedule,
        ..Options::manual(START)
    };
    Arc::new(Simulator::start(options).await.expect("a free port"))
}

/// Some time of an account, from its first sync on.
pub(super) async fn live(setting: &Setting) -> Lived {
    let simulator = simulator(setting.schedule).await;
    let directory = TempDir::new().expect("a directory");
    let series = &setting.series;
    let client = client(&simulator, series);
    let path = directory.path().join("acme.sqlite");
    let state = open(&path, series);
    let exporter = ExporterMetrics::new(UnixSeconds(START));
    let published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
    let outlets = Outlets {
        metrics: exporter.for_account("acme", &[SourceKind::Cursor.sees().endpoint], series),
        published: Arc::clone(&published),
        findings: SharedFindings::default(),
        health: Arc::new(PollerHealth::new("acme", Duration::ZERO)),
        account_clock: SharedAccountClock::default(),
    };
    let clock = Arc::new(ScrapedClock {
        time: VirtualClock::starting_at(UnixSeconds(START)),
        simulator: Arc::clone(&simulator),
        exposition: Exposition::new(vec![published], exporter),
        interval: Duration::from_secs(setting.interval),
        next_scrape: Mutex::new(setting.first_scrape),
        scrapes: Mutex::default(),
    });
    let begin = |state| {
        let (clock, client) = (Arc::clone(&clock), Arc::clone(&client));
        Poller::new(settings(setting), clock, client, state, outlets.clone())
    };
    let mut poller = begin(state);
    let until = async |poller: &mut Poller<ScrapedClock, Client>, end: Duration| {
        let shutdown = CancellationToken::new();
        while clock.now().monotonic < end {
            assert!(poller.step(&shutdown).await.is_continue());
            simulator.settle();
        }
    };
    until(&mut poller, LIFE / 2).await;
    let later = setting.later.as_ref();
    let shown_last = later.map_or(series, |(_, series)| series);
    let first_half = events(&simulator, shown_last);
    simulator.world(|world| world.schedule = Schedule::Workdays);
    match later {
        None => {}
        Some((By::Reload, series)) => poller.sender().send(NewSettings {
            settings: settings(setting),
            source: Arc::clone(&client),
            series: series.clone(),
            ticket_scope: TICKET_SCOPE,
            metrics: outlets.metrics.clone(),
            credentials: 0,
            changed: vec!["labels"],
            receipt: Receipt::default(),
        }),
        Some((By::Restart, series)) => {
            drop(poller);
            clock.go_down(DOWN);
            poller = begin(open(&path, series));
        }
    }
    until(&mut poller, LIFE + QUIET).await;
    let scrapes = std::mem::take(&mut *clock.scrapes.lock().expect("no panic"));
    Lived {
        scrapes,
        events: events(&simulator, shown_last),
        first_half,
    }
}

const TICKET_SCOPE: TicketScope = TicketScope {
    scope: SupportTypeScope::Agent,
    start_time: UnixSeconds(0),
};

fn client(simulator: &Simulator, series: &SeriesSettings) -> Arc<Client> {
    let auth = Auth::AccessToken("simulator-token".into());
    let client = Client::new(ClientSettings {
        tags_and_fields: TagsAndFields::from_labels(&series.labels),
        request_timeout: Duration::from_secs(10),
        ..client_settings(&simulator.base_url(), auth)
    });
    Arc::new(client.expect("credentials that can be sent"))
}

fn open(path: &Path, series: &SeriesSettings) -> State {
    // A program that another test starts has our files for the moment until it is itself.
    let (mut state, _) = wait_for("the lock", || {
        State::open(
            Sqlite::open(path)?,
            "acme",
            series.clone(),
            UnixSeconds(START),
        )
    });
    state.set_ticket_scope(TICKET_SCOPE).expect("stored");
    state
}

/// The counters of all that has happened, by the oracle.
fn events(simulator: &Simulator, series: &SeriesSettings) -> BTreeMap<String, f64> {
    let text = simulator.expected("acme", &oracle_settings(series));
    let samples = text.lines().filter_map(|line| line.rsplit_once(' '));
    let samples = samples.filter(|(sample, _)| {
        let name = sample.split('{').next().unwrap_or_default();
        let endings = ["_total", "_bucket", "_sum", "_count"];
        endings.iter().any(|ending| name.ends_with(ending))
    });
    samples
        .map(|(sample, value)| (sample.to_owned(), value.parse().expect("a number")))
        .collect()
}
