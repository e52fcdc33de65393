//! A desk to tell stories with: the simulator, and a poller that is stepped by hand.
//!
//! Requests go over real sockets; the poller's waits are on a clock that jumps, so nothing sleeps.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use zendesk_exporter::clock::{Clock as _, VirtualClock};
use zendesk_exporter::health::PollerHealth;
use zendesk_exporter::ledger::{BusinessHours, SeriesSettings, TicketScope};
use zendesk_exporter::lookups::{
    LookupOutlets, LookupSettings, Lookups, NewLookups, SharedFindings,
};
use zendesk_exporter::metrics::{AccountMetrics, ExporterMetrics, Exposition, Snapshot};
use zendesk_exporter::poller::{NewSettings, Outlets, Poller, PollerSettings};
use zendesk_exporter::reload::Receipt;
use zendesk_exporter::schedule::{ListPacing, Pacing, ResyncPacing, Retry, SharedAccountClock};
use zendesk_exporter::source::{ArchivedTickets, Auth, SourceChoice, SourceKind, SupportTypeScope};
use zendesk_exporter::state::State;
use zendesk_exporter::state::sqlite::Sqlite;
use zendesk_exporter::ticket::{NamedSet, UnixSeconds};
use zendesk_exporter::walk::{Choice, WalkSettings};
use zendesk_exporter::zendesk::{Client, ClientSettings, TagsAndFields};
use zendesk_simulator::{Options, OracleSettings, Simulator, oracle};

use crate::program::wait_for;

/// When the stories begin.
pub(crate) const NOW: i64 = 1_790_000_000;

const RETRY: Retry = Retry {
    initial: Duration::from_secs(1),
    maximum: Duration::from_secs(300),
};

/// Steps after which a story is going nowhere.
const STEPS_MAX: usize = 500;

pub(crate) struct Desk {
    pub(crate) simulator: Simulator,
    pub(crate) clock: Arc<VirtualClock>,
    poller: Option<Poller<VirtualClock, Client>>,
    lookups: Option<Lookups<VirtualClock, Client>>,
    exporter: ExporterMetrics,
    /// Of the poller that runs.
    outlets: Option<Outlets>,
    exposition: Exposition,
    settings: DeskSettings,
    /// How often the credentials have changed while the poller ran.
    credentials: u64,
    directory: TempDir,
}

#[derive(Clone)]
pub(crate) struct DeskSettings {
    /// The export that is read if any is.
    pub(crate) source: SourceKind,
    pub(crate) choice: SourceChoice,
    pub(crate) lists: ListPacing,
    pub(crate) archive: ArchivedTickets,
    pub(crate) poll_interval: Duration,
    pub(crate) page_size: u32,
    pub(crate) auth: Auth,
    pub(crate) scope: SupportTypeScope,
    pub(crate) request_timeout: Duration,
    pub(crate) series: SeriesSettings,
    pub(crate) start_time: i64,
    pub(crate) resync: Option<ResyncPacing>,
    /// Stories look at what was counted at once.
    pub(crate) hold_new_series: Duration,
}

impl DeskSettings {
    pub(crate) fn of(source: SourceKind) -> Self {
        Self {
            source,
            choice: match source {
                SourceKind::Cursor => SourceChoice::Cursor,
                SourceKind::Time => SourceChoice::Time,
                SourceKind::List => SourceChoice::List,
            },
            lists: ListPacing::DEFAULT,
            archive: ArchivedTickets::Totals,
            poll_interval: Duration::from_secs(60),
            page_size: 100,
            auth: Auth::AccessToken("simulator-token".into()),
            scope: SupportTypeScope::Agent,
            request_timeout: Duration::from_secs(10),
            series: SeriesSettings::default(),
            start_time: 0,
            resync: None,
            hold_new_series: Duration::ZERO,
        }
    }

    /// The list of tickets by this choice of the source; the export is the one by cursor.
    pub(crate) fn of_list(choice: SourceChoice) -> Self {
        Self {
            choice,
            ..Self::of(SourceKind::Cursor)
        }
    }
}

impl Desk {
    pub(crate) async fn open(settings: DeskSettings) -> Self {
        Self::open_at(settings, Options::manual(NOW)).await
    }

    pub(crate) async fn open_at(settings: DeskSettings, options: Options) -> Self {
        let simulator = Simulator::start(options).await.expect("a free port");
        let exporter = ExporterMetrics::new(UnixSeconds(NOW));
        let mut desk = Self {
            simulator,
            clock: Arc::new(VirtualClock::starting_at(UnixSeconds(NOW))),
            poller: None,
            lookups: None,
            outlets: None,
            exposition: Exposition::new(Vec::new(), exporter.clone()),
            exporter,
            settings,
            credentials: 0,
            directory: TempDir::new().expect("a directory"),
        };
        desk.restart();
        desk
    }

    /// Ends the poller between two steps and starts another on the same state.
    pub(crate) fn restart(&mut self) {
        self.poller = None;
        self.exporter = ExporterMetrics::new(UnixSeconds(NOW));
        let (client, series) = (self.client(), self.series());
        let state = self.open_state(&series);
        let published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        let outlets = Outlets {
            metrics: self.metrics(),
            published: Arc::clone(&published),
            findings: SharedFindings::default(),
            health: Arc::new(PollerHealth::new("acme", Duration::ZERO)),
            account_clock: SharedAccountClock::default(),
        };
        self.exposition = Exposition::new(vec![published], self.exporter.clone());
        let found_by = LookupOutlets {
            metrics: outlets.metrics.clone(),
            findings: outlets.findings.clone(),
            published: Arc::clone(&outlets.published),
            account_clock: outlets.account_clock.clone(),
        };
        self.lookups = Some(Lookups::new(
            self.lookup_settings(),
            Arc::clone(&self.clock),
            Arc::clone(&client),
            found_by,
        ));
        let clock = Arc::clone(&self.clock);
        self.outlets = Some(outlets.clone());
        let settings = self.poller_settings();
        self.poller = Some(Poller::new(settings, clock, client, state, outlets));
    }

    /// Changes the settings of the poller that runs, as a reload does: they hold from its next step on.
    /// `changed` are the sections that differ.
    pub(crate) fn reload(
        &mut self,
        changed: &[&'static str],
        change: impl FnOnce(&mut DeskSettings),
    ) {
        change(&mut self.settings);
        self.credentials += u64::from(changed.contains(&"auth"));
        let client = self.client();
        let metrics = self.metrics();
        let (poller, lookups) = (&self.poller, &self.lookups);
        let (Some(poller), Some(lookups), Some(outlets)) = (poller, lookups, &mut self.outlets)
        else {
            panic!("the poller runs");
        };
        outlets.metrics = metrics;
        let (poller, lookups) = (poller.sender(), lookups.sender());
        let metrics = outlets.metrics.clone();
        lookups.send(NewLookups {
            settings: self.lookup_settings(),
            source: Arc::clone(&client),
            metrics: metrics.clone(),
        });
        poller.send(NewSettings {
            settings: self.poller_settings(),
            source: client,
            series: self.series(),
            ticket_scope: self.ticket_scope(),
            metrics,
            credentials: self.credentials,
            changed: changed.to_vec(),
            receipt: Receipt::default(),
        });
    }

    fn client(&self) -> Arc<Client> {
        let series = self.series();
        let settings = &self.settings;
        let client = Client::new(ClientSettings {
            base_url: self.simulator.base_url().parse().expect("a URL"),
            auth: settings.auth.clone(),
            proxy: None,
            source: settings.source,
            support_type_scope: settings.scope,
            metric_sets: series.metric_sets,
            slas: series.slas,
            tags_and_fields: TagsAndFields::from_labels(&series.labels),
            request_timeout: settings.request_timeout,
        });
        Arc::new(client.expect("credentials that can be sent"))
    }

    fn metrics(&self) -> AccountMetrics {
        self.exporter.for_account(
            "acme",
            &[self.settings.source.sees().endpoint],
            &self.series(),
        )
    }

    fn poller_settings(&self) -> PollerSettings {
        let settings = &self.settings;
        PollerSettings {
            account: "acme".to_owned(),
            pacing: Pacing {
                requests_per_minute: 1_000_000,
                poll_interval: settings.poll_interval,
                page_size: settings.page_size,
                retry: RETRY,
                replay_every: Some(Duration::from_secs(3600)),
                resync: settings.resync,
                list: settings.lists,
            },
            source: settings.choice,
            archive: settings.archive,
            walks: WalkSettings {
                source: settings.source,
                start_time: UnixSeconds(settings.start_time),
                replay_window: Duration::from_secs(900),
            },
            request_timeout: settings.request_timeout,
            hold_new_series: settings.hold_new_series,
            seed: 7,
        }
    }

    fn series(&self) -> SeriesSettings {
        SeriesSettings {
            support_type: self.settings.scope == SupportTypeScope::All,
            ..self.settings.series.clone()
        }
    }

    fn open_state(&self, series: &SeriesSettings) -> State {
        let path = self.directory.path().join("acme.sqlite");
        // A program that another test starts has our files for the moment until it is itself.
        let (mut state, _) = wait_for("the lock", || {
            State::open(
                Sqlite::open(&path)?,
                "acme",
                series.clone(),
                UnixSeconds(NOW),
            )
        });
        state.set_ticket_scope(self.ticket_scope()).expect("stored");
        let truth = Choice::new(self.settings.choice).truth(state.progress().truth);
        state.set_truth(truth).expect("stored");
        state
    }

    const fn ticket_scope(&self) -> TicketScope {
        TicketScope {
            scope: self.settings.scope,
            start_time: UnixSeconds(self.settings.start_time),
        }
    }

    fn lookup_settings(&self) -> LookupSettings {
        LookupSettings {
            account: "acme".to_owned(),
            search_counts_every: Some(Duration::from_secs(3600)),
            is_whole: self.ticket_scope().is_whole(),
            names: self.settings.series.labels.shown_sets().collect(),
            retry: RETRY,
            seed: 7,
        }
    }

    /// Changes the settings, which takes a restart.
    pub(crate) fn change_settings(&mut self, change: impl FnOnce(&mut DeskSettings)) {
        change(&mut self.settings);
        self.restart();
    }

    /// One request of the poller, whatever it waits for, and more where it waits for answers that
    /// tell what time it is.
    pub(crate) async fn step(&mut self) {
        let shutdown = CancellationToken::new();
        loop {
            let poller = self.poller.as_mut().expect("the poller runs");
            let flow = poller.step(&shutdown).await;
            assert!(flow.is_continue(), "the poller stopped");
            // A page that was understood waits as long as nobody knows what time it is.
            let is_understood = self.value("zendesk_up") == Some(1.0);
            if !is_understood || self.is_time_settled() {
                break;
            }
        }
        // A step ends when its answer is kept, unless that could not be understood.
        if self.value("zendesk_up") == Some(1.0) {
            self.simulator.settle();
        }
    }

    fn is_time_settled(&self) -> bool {
        let outlets = self.outlets.as_ref();
        outlets.is_some_and(|outlets| outlets.account_clock.read().is_settled())
    }

    /// So many requests of the lookups, each when it is due.
    pub(crate) async fn look_up(&mut self, requests: usize) {
        let lookups = self.lookups.as_mut().expect("they run");
        let shutdown = CancellationToken::new();
        for _ in 0..requests {
            assert!(lookups.step(&shutdown).await.is_continue());
        }
    }

    /// Lets the poller wait for its next request, and only `pass` of that time go by: no request is
    /// sent. Goes on when the scrape shows `wanted`.
    pub(crate) async fn wait_without_a_request(&mut self, pass: Duration, wanted: &str) {
        self.clock.hold();
        let asked = self.export_requests();
        let Self {
            poller,
            clock,
            exposition,
            ..
        } = self;
        let poller = poller.as_mut().expect("the poller runs");
        let shutdown = CancellationToken::new();
        let seen = async {
            clock.advance(pass);
            for _ in 0..STEPS_MAX {
                if exposition.encode().contains(wanted) {
                    return;
                }
                tokio::task::yield_now().await;
            }
            panic!("{wanted} is not in\n{}", exposition.encode());
        };
        tokio::select! {
            _ = poller.step(&shutdown) => panic!("it did not wait"),
            () = seen => {}
        }
        assert_eq!(self.export_requests(), asked);
    }

    /// Lets two minutes pass, so that what happened is out of the held-back minute, and polls
    /// until the data is as of then.
    pub(crate) async fn catch_up(&mut self) {
        self.simulator.advance(120);
        self.clock.advance(Duration::from_secs(120));
        let wanted = self.simulator.world(|world| world.now()) - 60;
        for _ in 0..STEPS_MAX {
            if self.value("zendesk_exporter_data_timestamp_seconds") >= Some(wanted as f64) {
                return;
            }
            self.step().await;
        }
        panic!("no end of the stream:\n{}", self.scrape());
    }

    /// Polls until `is_so`, the account's clock following ours.
    pub(crate) async fn live_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..STEPS_MAX {
            if is_so(self) {
                return;
            }
            self.live_step().await;
        }
        panic!("it never came:\n{}", self.scrape());
    }

    /// One step, the account's clock following ours.
    pub(crate) async fn live_step(&mut self) {
        let before = self.elapsed();
        self.step().await;
        let passed = self.elapsed() - before;
        let seconds = i64::try_from(passed.as_secs()).expect("small");
        self.simulator.advance(seconds);
    }

    /// One step, the account's clock being ours at every request. Both began together.
    pub(crate) async fn step_in_time(&mut self) {
        let Self {
            poller,
            simulator,
            clock,
            ..
        } = self;
        let poller = poller.as_mut().expect("the poller runs");
        let shutdown = CancellationToken::new();
        // A sleep moves our clock, and lets this run before a request is sent.
        let follow = async {
            loop {
                let ours = NOW + clock.now().monotonic.as_secs().cast_signed();
                simulator.advance((ours - simulator.now()).max(0));
                tokio::task::yield_now().await;
            }
        };
        let flow = tokio::select! {
            biased;
            flow = poller.step(&shutdown) => flow,
            () = follow => unreachable!("it does not end"),
        };
        assert!(flow.is_continue(), "the poller stopped");
        if self.value("zendesk_up") == Some(1.0) {
            self.simulator.settle();
        }
    }

    /// Steps in time until `is_so`.
    pub(crate) async fn run_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..STEPS_MAX {
            if is_so(self) {
                return;
            }
            self.step_in_time().await;
        }
        panic!("it never came:\n{}", self.scrape());
    }

    /// Steps in time for so long.
    pub(crate) async fn run_for(&mut self, time: Duration) {
        let until = self.elapsed() + time;
        self.run_until(|desk| desk.elapsed() >= until).await;
    }

    pub(crate) const fn exposition(&self) -> &Exposition {
        &self.exposition
    }

    pub(crate) fn scrape(&self) -> String {
        self.exposition.encode()
    }

    /// The value of the only sample whose line begins so.
    pub(crate) fn value(&self, sample: &str) -> Option<f64> {
        let text = self.scrape();
        let mut lines = text.lines().filter(|line| line.starts_with(sample));
        let line = lines.next()?;
        line.rsplit(' ').next()?.parse().ok()
    }

    /// The sample lines of tickets and their events that are not zero, sorted.
    pub(crate) fn tickets(&self) -> String {
        nonzero_tickets(&self.scrape())
    }

    /// The sample lines of some families, in the order of the scrape.
    pub(crate) fn samples(&self, families: &[&str]) -> String {
        let text = self.scrape();
        let of_family = |line: &&str| {
            let name = line.split_once('{').map_or(*line, |(name, _)| name);
            families.contains(&name)
        };
        let lines = text.lines().filter(of_family);
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// Seconds since the poller's clock began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now().monotonic
    }

    /// Holds the text against what the simulator says an exact exporter must show.
    #[track_caller]
    pub(crate) fn check_against_oracle(&self) {
        let settings = self.oracle_settings();
        let expected = self.simulator.expected("acme", &settings);
        let differing = differing(&nonzero_of_all(&self.scrape()), &expected);
        assert_eq!(differing, "", "-shown +expected");
    }

    /// The settings as the oracle takes them.
    pub(crate) fn oracle_settings(&self) -> OracleSettings {
        let series = self.series();
        OracleSettings {
            slas: series.slas,
            tags: series.labels.tags,
            group: series.labels.named[NamedSet::Group],
            brand: series.labels.named[NamedSet::Brand],
            support_type: series.support_type,
            business_hours: match series.business_hours {
                BusinessHours::Auto => oracle::BusinessHours::Auto,
                BusinessHours::Always => oracle::BusinessHours::Always,
                BusinessHours::Never => oracle::BusinessHours::Never,
            },
        }
    }

    /// Requests to the exports so far.
    pub(crate) fn export_requests(&self) -> usize {
        let asked = self.simulator.asked();
        let is_export = |target: &str| target.starts_with("/api/v2/incremental/tickets");
        asked
            .iter()
            .filter(|asked| is_export(&asked.target))
            .count()
    }
}

/// Families of tickets that the oracle leaves alone: what they show depends on the clock, or is
/// told by other endpoints than the exports. They have stories of their own.
const NOT_FROM_ROWS: &[&str] = &[
    "zendesk_unsolved_tickets",
    "zendesk_oldest_",
    "zendesk_stalest_",
    "zendesk_overdue_tasks",
    "zendesk_sla_breached_tickets",
    "zendesk_sla_next_breach_timestamp_seconds",
    "zendesk_search_tickets",
    "zendesk_group_info",
    "zendesk_brand_info",
    "zendesk_form_info",
    "zendesk_custom_status_info",
    // What the exporter says of itself.
    "zendesk_up",
    "zendesk_exporter_",
];

/// The sample lines that are not zero, sorted, of every family that follows from the rows that
/// were served: of those of the oracle, and of any other that shows up.
pub(crate) fn nonzero_of_all(text: &str) -> String {
    let is_left_out = |line: &str| NOT_FROM_ROWS.iter().any(|name| line.starts_with(name));
    nonzero(text, |line| {
        line.starts_with("zendesk_") && !is_left_out(line)
    })
}

/// The same of the families that most stories are about: tickets and their events.
pub(crate) fn nonzero_tickets(text: &str) -> String {
    let told = [
        "zendesk_tickets",
        "zendesk_ticket_status",
        "zendesk_unassigned",
    ];
    nonzero(text, |line| told.iter().any(|name| line.starts_with(name)))
}

fn nonzero(text: &str, is_wanted: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| is_wanted(line) && !line.ends_with(" 0"))
        .map(|line| format!("{line}\n"))
        .collect();
    lines.sort_unstable();
    lines.concat()
}

/// The lines that only one of two texts has: `-` for the first, `+` for the second.
pub(crate) fn differing(first: &str, second: &str) -> String {
    let only = |sign: char, of: &str, other: &str| -> String {
        let other: BTreeSet<&str> = other.lines().collect();
        of.lines()
            .filter(|line| !other.contains(line))
            .map(|line| format!("{sign}{line}\n"))
            .collect()
    };
    only('-', first, second) + &only('+', second, first)
}
