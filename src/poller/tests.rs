//! Pacing and outages over days and months, in process: a virtual clock, no sockets.

mod ageing;

mod cause;

mod change;

mod clocks;

mod logs;

mod replay;

mod sources;

mod totals;

mod waits;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use arc_swap::ArcSwap;

use super::*;
use crate::clock::{Moment, VirtualClock};
use crate::ledger::SeriesSettings;
use crate::ledger::testing::plain_change;
use crate::metrics::{ExporterMetrics, Snapshot, catalog};
use crate::schedule::{Because, ListPacing, Pacing, ResyncPacing, Retry};
use crate::source::{
    AnswerHead, ApiError, ArchivedTickets, AuthMethod, Bucket, CurrentUser, Endpoint, Exchange,
    Login, Page, PageRequest, Position, RateLimit, Row, Session, ShowRequest, Shown, SourceChoice,
    SourceKind, TicketSource, TokenLease, TokenUse,
};
use crate::state::memory::InMemory;
use crate::state::verify;
use crate::telemetry::captured::Captured;
use crate::ticket::RowKey;
use crate::ticket::TicketChange;
use crate::walk::WalkSettings;
use crate::zendesk::{TagsAndFields, decode};
use zendesk_simulator::Oracle;
use zendesk_simulator::export::{Filter, HOLD_BACK_SECONDS, cursor_page, read_cursor, time_page};
use zendesk_simulator::life::{Life, Rates};
use zendesk_simulator::limits::MinuteLimit;
use zendesk_simulator::oracle::{Carried, Served};
use zendesk_simulator::render::{MetricSets, cursor_body, time_body};
use zendesk_simulator::world::{SimTicket, World};

const NOW: i64 = 1_790_000_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The simulated account without HTTP. Its clock goes on with our monotonic one, from `ahead` of
/// [`NOW`], and an answer takes a while.
struct InProcess {
    clock: Arc<VirtualClock>,
    kind: SourceKind,
    account: Mutex<Account>,
    answer_time: Duration,
    ahead: AtomicI64,
    /// No answer comes while set.
    hangs: AtomicBool,
    /// So many requests meet a connection that went stale.
    stale: AtomicU32,
}

struct Account {
    world: World,
    life: Life,
    limit: MinuteLimit,
    requests: u64,
    refused: u64,
    /// Answers 503 while set.
    down: bool,
    /// Answers 403 while set.
    forbids: bool,
    /// Answers 401 while set.
    refuses: bool,
    /// Pages that begin there lead to where they begin.
    circles: Option<fn(&Position) -> bool>,
    /// Whether a token is needed, and whether one comes.
    login: (Login, bool),
    /// Answers so while set, where it says anything of a request that begins there.
    fails: Option<Fails>,
    /// What it answers to the question who asks; `None` for 500.
    role: Option<&'static str>,
    /// How long that answer asks to wait where it fails.
    wait: Option<Duration>,
    /// How often it was asked.
    asked_who: u64,
    /// What the next answers say of the time, each otherwise right.
    dates: VecDeque<Dated>,
    /// What an exact exporter shows, where a test asks for it.
    oracle: Option<Oracle>,
    /// Where pages were asked to begin.
    asked: Vec<Position>,
    /// Rows from the future are in the export.
    shows_the_future: bool,
}

/// What an answer to a request that begins there fails with.
type Fails = Box<dyn Fn(&Position) -> Option<ApiError> + Send>;

/// The `Date` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dated {
    Right,
    /// So many seconds ahead of the truth.
    Off(i64),
    Missing,
}

impl Account {
    const fn new(world: World, life: Life, limit: u32) -> Self {
        Self {
            world,
            life,
            limit: MinuteLimit::new(Some(limit)),
            requests: 0,
            refused: 0,
            down: false,
            forbids: false,
            refuses: false,
            fails: None,
            circles: None,
            login: (Login::NotNeeded, true),
            role: Some("admin"),
            wait: None,
            asked_who: 0,
            dates: VecDeque::new(),
            oracle: None,
            asked: Vec::new(),
            shows_the_future: false,
        }
    }

    fn page(&mut self, kind: SourceKind, request: &PageRequest) -> Result<Page, ApiError> {
        let now = self.world.now();
        let place = match &request.start {
            Position::Time(time) if time.0 > now - HOLD_BACK_SECONDS => {
                return Err(ApiError::StartTimeTooRecent);
            }
            Position::Time(time) => (time.0, i64::MIN),
            Position::Cursor(cursor) => read_cursor(&cursor.0).expect("one of ours"),
            _ => unreachable!("only exports are read"),
        };
        self.asked.push(request.start.clone());
        let size = usize::try_from(request.page_size).expect("small");
        let page = match kind {
            SourceKind::Cursor => cursor_page(&self.world, place, size, Filter::default()),
            SourceKind::Time => time_page(&self.world, place.0, size, Filter::default()),
            SourceKind::List => unreachable!("only exports are read"),
        };
        let body = match kind {
            SourceKind::Cursor => cursor_body(&page, size, MetricSets::Inside),
            SourceKind::Time => time_body(&page, size, MetricSets::Inside),
            SourceKind::List => unreachable!("only exports are read"),
        };
        if let Some(oracle) = &mut self.oracle {
            let asked = match &request.start {
                Position::Time(time) => time.0.to_string(),
                Position::Cursor(cursor) => cursor.0.clone(),
                _ => unreachable!("only exports are read"),
            };
            oracle.on_request(&asked);
            let leads_to = page.after_cursor.clone();
            oracle.on_served(Served {
                asked,
                leads_to: leads_to.or_else(|| page.end_time.map(|time| time.to_string())),
                rows: page
                    .rows
                    .iter()
                    .map(|(id, row)| (*id, (*row).clone()))
                    .collect(),
                carried: Carried {
                    metric_sets: true,
                    slas: false,
                },
                end_of_stream: page.end_of_stream,
                date: now,
            });
        }
        let wanted = TagsAndFields::default();
        let mut page = decode(body.to_string().as_bytes(), kind, &wanted).expect("a page");
        if self.circles.is_some_and(|circles| circles(&request.start)) {
            page.end_of_stream = false;
            page.next = Some(request.start.clone());
        }
        if self.shows_the_future {
            let key = UnixSeconds(now).plus(2 * 24 * 3600);
            let future = (1_000_000..).map(|id| TicketChange {
                order_key: RowKey::Generated(key),
                ..plain_change(id)
            });
            let room = size.saturating_sub(page.rows.len());
            page.rows.extend(future.map(Row::Ticket).take(room));
            page.end_of_stream = false;
            page.next = Some(Position::Time(key));
        }
        Ok(page)
    }
}

impl InProcess {
    fn lock(&self) -> std::sync::MutexGuard<'_, Account> {
        self.account
            .lock()
            .expect("no test panics while it holds this")
    }

    fn now(&self) -> i64 {
        let passed = i64::try_from(self.clock.now().monotonic.as_secs()).expect("small");
        NOW + passed + self.ahead.load(Ordering::Relaxed)
    }

    fn answer(&self, request: &PageRequest) -> Exchange<Page> {
        let arrived = self.now();
        let mut account = self.lock();
        let account = &mut *account;
        account.life.live_until(&mut account.world, arrived);
        account.requests += 1;
        let counted = account.limit.count(arrived);
        let standing = counted.ok().flatten();
        let outcome = if counted.is_err() {
            account.refused += 1;
            Err(ApiError::RateLimited { retry_after: None })
        } else if let Some(failure) = account
            .fails
            .as_ref()
            .and_then(|fails| fails(&request.start))
        {
            Err(failure)
        } else if account.refuses {
            Err(ApiError::Unauthorized { explanation: None })
        } else if account.down {
            Err(ApiError::Server {
                status: 503,
                retry_after: None,
                explanation: None,
            })
        } else if account.forbids {
            Err(ApiError::ExportForbidden { explanation: None })
        } else {
            account.page(self.kind, request)
        };
        // The Date is written when the answer is ready.
        self.clock.advance(self.answer_time);
        let date = match account.dates.pop_front().unwrap_or(Dated::Right) {
            Dated::Right => Some(UnixSeconds(self.now())),
            Dated::Off(seconds) => Some(UnixSeconds(self.now() + seconds)),
            Dated::Missing => None,
        };
        Exchange {
            head: AnswerHead {
                status: Some(if account.forbids { 403 } else { 200 }),
                date,
                rate_limits: standing
                    .map(|standing| RateLimit {
                        bucket: Bucket::Endpoint("incremental-exports".to_owned()),
                        limit: Some(u64::from(standing.total)),
                        remaining: Some(u64::from(standing.remaining)),
                        reset: None,
                    })
                    .into_iter()
                    .collect(),
                ..AnswerHead::unanswered(Endpoint::TicketsCursor)
            },
            outcome,
        }
    }
}

fn lost() -> Exchange<Page> {
    Exchange {
        head: AnswerHead::unanswered(Endpoint::TicketsCursor),
        outcome: Err(ApiError::ConnectionLost("nobody is there".into())),
    }
}

impl Session for InProcess {
    fn login(&self, _: TokenUse, _: Moment) -> Login {
        self.lock().login.0
    }

    async fn renew(&self, _: TokenUse, _: Moment) -> Option<Exchange<TokenLease>> {
        let (login, comes) = self.lock().login;
        if login == Login::NotNeeded {
            return None;
        }
        let refused = || ApiError::Unauthorized { explanation: None };
        Some(Exchange {
            head: AnswerHead {
                status: Some(if comes { 200 } else { 401 }),
                date: Some(UnixSeconds(self.now())),
                ..AnswerHead::unanswered(Endpoint::OAuthToken)
            },
            outcome: if comes {
                Ok(TokenLease { expires_at: None })
            } else {
                Err(refused())
            },
        })
    }
}

impl TicketSource for InProcess {
    async fn fetch(&self, request: &PageRequest) -> Exchange<Page> {
        if self.hangs.load(Ordering::Relaxed) {
            self.lock().requests += 1;
            std::future::pending::<()>().await;
        }
        let takes_one = |left: u32| left.checked_sub(1);
        let relaxed = Ordering::Relaxed;
        if self.stale.fetch_update(relaxed, relaxed, takes_one).is_ok() {
            self.lock().requests += 1;
            // As long as a request may take.
            self.clock.advance(Duration::from_secs(60));
            return lost();
        }
        self.answer(request)
    }

    async fn show(&self, _: &ShowRequest) -> Exchange<Shown> {
        unreachable!("only exports are read")
    }

    async fn current_user(&self, _: UnixSeconds) -> Exchange<CurrentUser> {
        let mut account = self.lock();
        account.asked_who += 1;
        Exchange {
            head: AnswerHead {
                status: Some(account.role.map_or(500, |_| 200)),
                date: Some(UnixSeconds(self.now())),
                ..AnswerHead::unanswered(Endpoint::CurrentUser)
            },
            outcome: match account.role {
                None => Err(ApiError::Server {
                    status: 500,
                    retry_after: account.wait,
                    explanation: None,
                }),
                role => Ok(CurrentUser {
                    is_somebody: true,
                    role,
                }),
            },
        }
    }

    fn token_expires_at(&self) -> Option<Duration> {
        None
    }

    fn auth_method(&self) -> AuthMethod {
        AuthMethod::AccessToken
    }

    fn address(&self, endpoint: Endpoint) -> String {
        endpoint.path().into_owned()
    }
}

struct Run {
    poller: Poller<VirtualClock, InProcess>,
    source: Arc<InProcess>,
    clock: Arc<VirtualClock>,
    published: Published,
    health: Arc<PollerHealth>,
    exporter: ExporterMetrics,
    memory: InMemory,
}

impl Run {
    /// Holds that what is stored fits together.
    fn check_verified(&self) {
        let state = verify(&mut self.memory.clone(), "acme");
        assert_eq!(state.expect("readable").problems, [""; 0]);
    }
}

struct Setting {
    tickets: u64,
    tickets_per_day: f64,
    requests_per_minute: u32,
    /// Zendesk's own limit.
    limit: u32,
    answer_time: Duration,
    ahead: i64,
    resync: Option<ResyncPacing>,
}

impl Setting {
    /// An account of so many tickets in which nothing happens, read as by default.
    const fn quiet(tickets: u64) -> Self {
        Self {
            tickets,
            tickets_per_day: 0.0,
            requests_per_minute: 8,
            limit: 10,
            answer_time: Duration::from_millis(300),
            ahead: 0,
            resync: None,
        }
    }
}

fn start(setting: &Setting) -> Run {
    start_at(setting, SourceKind::Cursor, NOW)
}

/// Reads the export of this kind on a machine whose own clock shows `wall` at the start.
fn start_at(setting: &Setting, kind: SourceKind, wall: i64) -> Run {
    let clock = Arc::new(VirtualClock::starting_at(UnixSeconds(wall)));
    let mut world = World::new(NOW + setting.ahead);
    let rates = Rates {
        tickets_per_day: setting.tickets_per_day,
    };
    let mut life = Life::new(1, rates, &world);
    life.furnish(&mut world, setting.tickets);
    let source = Arc::new(InProcess {
        clock: Arc::clone(&clock),
        kind,
        account: Mutex::new(Account::new(world, life, setting.limit)),
        answer_time: setting.answer_time,
        ahead: AtomicI64::new(setting.ahead),
        hangs: AtomicBool::new(false),
        stale: AtomicU32::new(0),
    });
    let pacing = Pacing {
        requests_per_minute: setting.requests_per_minute,
        resync: setting.resync,
        ..PACING
    };
    run_on(InMemory::default(), &clock, &source, pacing)
}

/// Short intervals, without resyncs.
const PACING: Pacing = Pacing {
    requests_per_minute: 8,
    poll_interval: Duration::from_secs(60),
    page_size: 100,
    retry: Retry {
        initial: Duration::from_secs(1),
        maximum: Duration::from_secs(300),
    },
    replay_every: Some(Duration::from_secs(3600)),
    resync: None,
    list: ListPacing::DEFAULT,
};

/// A poller on the state in `memory`.
fn run_on(
    memory: InMemory,
    clock: &Arc<VirtualClock>,
    source: &Arc<InProcess>,
    pacing: Pacing,
) -> Run {
    let series = SeriesSettings::default();
    let now = clock.now().wall();
    let opened = State::open(memory.clone(), "acme", series.clone(), now);
    let (state, _) = opened.expect("opens");
    let published: Published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
    let health = Arc::new(PollerHealth::new("acme", clock.now().monotonic));
    let exporter = ExporterMetrics::new(now);
    let outlets = Outlets {
        metrics: exporter.for_account("acme", &[], &series),
        published: Arc::clone(&published),
        findings: SharedFindings::default(),
        health: Arc::clone(&health),
        account_clock: SharedAccountClock::default(),
    };
    let settings = PollerSettings {
        account: "acme".to_owned(),
        pacing,
        source: SourceChoice::Cursor,
        archive: ArchivedTickets::Totals,
        walks: WalkSettings {
            source: source.kind,
            start_time: UnixSeconds(0),
            replay_window: Duration::from_secs(900),
        },
        request_timeout: Duration::from_secs(60),
        hold_new_series: Duration::from_secs(120),
        seed: 1,
    };
    Run {
        poller: Poller::new(
            settings,
            Arc::clone(clock),
            Arc::clone(source),
            state,
            outlets,
        ),
        source: Arc::clone(source),
        clock: Arc::clone(clock),
        published,
        health,
        exporter,
        memory,
    }
}

impl Run {
    async fn run_until(&mut self, deadline: Duration) {
        let shutdown = CancellationToken::new();
        while self.clock.now().monotonic < deadline {
            assert!(self.poller.step(&shutdown).await.is_continue());
            assert_eq!(self.health.problem(self.clock.now().monotonic), None);
        }
    }

    fn shown(&self, family: &catalog::Family) -> f64 {
        let snapshot = self.published.load();
        let lines = snapshot.lines(family);
        lines
            .lines()
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}

#[tokio::test]
async fn a_month_takes_one_request_a_minute_and_ends_exact() {
    let mut run = start(&Setting {
        tickets: 500,
        tickets_per_day: 40.0,
        requests_per_minute: 8,
        limit: 10,
        answer_time: Duration::from_millis(300),
        ahead: 17,
        resync: None,
    });
    run.run_until(DAY * 30).await;
    let (requests, refused) = {
        let account = run.source.lock();
        (account.requests, account.refused)
    };
    assert_eq!(refused, 0);
    // A poll a minute and a replay an hour, less what the answers themselves take.
    assert!((43_000..=43_940).contains(&requests), "{requests}");
    // The desk rests, so that everything comes out of the held-back minute.
    {
        let mut account = run.source.lock();
        let quiet = Rates {
            tickets_per_day: 0.0,
        };
        account.life = Life::new(1, quiet, &account.world);
    }
    run.run_until(DAY * 30 + Duration::from_secs(300)).await;
    let exists = {
        let account = run.source.lock();
        let rows = account.world.rows_after((0, 0));
        rows.filter(|(_, ticket)| ticket.status.is_some()).count()
    };
    assert_eq!(run.shown(&catalog::TICKETS), exists as f64);
    let unsolved = {
        let account = run.source.lock();
        let rows = account.world.rows_after((0, 0));
        let is_unsolved =
            |ticket: &SimTicket| ticket.status.is_some_and(|status| status.is_unsolved());
        rows.filter(|(_, ticket)| is_unsolved(ticket)).count()
    };
    assert_eq!(run.shown(&catalog::UNSOLVED), unsolved as f64);
    run.check_verified();
}

#[tokio::test]
async fn a_request_on_a_stale_connection_is_sent_once_more_and_fails_no_poll() {
    let mut run = start(&Setting::quiet(50));
    run.run_until(Duration::from_secs(300)).await;
    let shutdown = CancellationToken::new();
    for _ in 0..5 {
        let before = (run.source.lock().requests, run.published.load_full());
        run.source.stale.store(1, Ordering::Relaxed);
        assert!(run.poller.step(&shutdown).await.is_continue());
        let lost_at = run.clock.now().monotonic;
        assert_eq!(run.source.lock().requests, before.0 + 1);
        // Nothing is told, and nobody finds the poller late.
        let shown = run.published.load_full();
        assert_eq!(shown.lines(&catalog::UP), before.1.lines(&catalog::UP));
        assert_eq!(run.health.problem(lost_at), None);
        assert!(run.poller.step(&shutdown).await.is_continue());
        assert_eq!(run.source.lock().requests, before.0 + 2);
        let answered_at = run.clock.now().monotonic;
        assert_eq!(answered_at - lost_at, Duration::from_millis(300));
        assert_eq!(run.shown(&catalog::UP), 1.0);
    }
}

#[tokio::test]
async fn a_first_sync_uses_the_whole_budget_and_causes_no_429() {
    // Zendesk's limit is no larger than our budget: one request in the wrong minute is refused.
    for (answer_time, per_minute) in [(300, 10), (2_000, 10), (5_900, 10), (9_000, 6)] {
        let mut run = start(&Setting {
            tickets: 60_000,
            tickets_per_day: 0.0,
            requests_per_minute: 10,
            limit: 10,
            answer_time: Duration::from_millis(answer_time),
            ahead: -3,
            resync: None,
        });
        let minutes = 50;
        run.run_until(Duration::from_secs(60 * minutes)).await;
        let account = run.source.lock();
        assert_eq!(account.refused, 0, "{answer_time} ms");
        let possible = minutes * per_minute;
        assert!(
            account.requests * 100 >= possible * 95,
            "{} of {possible} with answers of {answer_time} ms",
            account.requests
        );
    }
}

#[tokio::test]
async fn a_resync_beside_the_polls_delays_none_of_them_and_causes_no_429() {
    // Zendesk's limit is no larger than our budget, and slow pages leave little room for it.
    // With a single request a minute there is hardly any, and the polls go on all the same.
    let table = [
        (300, 1, false),
        (300, 2, true),
        (300, 8, true),
        (7_000, 8, true),
    ];
    for (answer_time, requests_per_minute, ends) in table {
        let mut run = start(&Setting {
            tickets: 6_000,
            tickets_per_day: 100.0,
            requests_per_minute,
            limit: requests_per_minute,
            answer_time: Duration::from_millis(answer_time),
            ahead: 5,
            resync: Some(ResyncPacing {
                every: DAY,
                requests_per_minute: 2,
            }),
        });
        // The first sync takes an hour at most, with a budget of one.
        run.run_until(DAY - Duration::from_secs(60)).await;
        assert_eq!(run.shown(&catalog::INITIAL_SYNC_COMPLETE), 1.0);
        let gone = {
            let world = &mut run.source.lock().world;
            let live: Vec<i64> = (1..=700)
                .filter(|id| {
                    world
                        .ticket(*id)
                        .is_some_and(|ticket| ticket.status.is_some())
                })
                .collect();
            world.vanish_many(live.iter().copied());
            live.len()
        };
        assert!(gone > 600);
        let shutdown = CancellationToken::new();
        while run.clock.now().monotonic < DAY + Duration::from_secs(3 * 3600) {
            assert!(run.poller.step(&shutdown).await.is_continue());
            let age = run.source.now() as f64 - run.shown(&catalog::DATA_TIMESTAMP);
            // The held-back minute, the interval, the answer, and what begins beside it.
            let most = 121.0 + 2.0 * run.source.answer_time.as_secs_f64();
            assert!(age <= most, "{age} s with {requests_per_minute} a minute");
        }
        let expected = if ends { gone as f64 } else { 0.0 };
        assert_eq!(run.shown(&catalog::VANISHED), expected);
        let account = run.source.lock();
        assert_eq!(account.refused, 0);
    }
}

#[tokio::test]
async fn an_outage_of_a_day_is_asked_about_gently_and_made_up_for() {
    let mut run = start(&Setting {
        tickets_per_day: 100.0,
        ..Setting::quiet(100)
    });
    run.run_until(DAY).await;
    let before = run.source.lock().requests;
    let created = run.shown(&catalog::CREATED);
    run.source.lock().down = true;
    run.run_until(DAY * 2).await;
    assert_eq!(run.shown(&catalog::UP), 0.0);
    assert_eq!(run.shown(&catalog::CREATED), created);
    let during = run.source.lock().requests - before;
    // Within a minute each time, after three quarters of that on average.
    assert!((1_440..=2_000).contains(&during), "{during}");
    run.source.lock().down = false;
    run.run_until(DAY * 2 + Duration::from_secs(900)).await;
    assert_eq!(run.shown(&catalog::UP), 1.0);
    assert!(run.shown(&catalog::CREATED) > created + 50.0);
}

#[tokio::test]
async fn an_outage_of_any_length_is_over_within_an_interval_of_its_end() {
    let mut run = start(&Setting {
        tickets_per_day: 10.0,
        ..Setting::quiet(10)
    });
    run.run_until(Duration::from_secs(120)).await;
    for minutes in [2, 3, 10, 60, 600] {
        run.source.lock().down = true;
        let end = run.clock.now().monotonic + Duration::from_secs(minutes * 60);
        run.run_until(end).await;
        assert_eq!(run.shown(&catalog::UP), 0.0);
        run.source.lock().down = false;
        let over = run.clock.now().monotonic;
        let shutdown = CancellationToken::new();
        while run.shown(&catalog::UP) == 0.0 {
            assert!(run.poller.step(&shutdown).await.is_continue());
        }
        let took = run.clock.now().monotonic.saturating_sub(over);
        let most = Duration::from_secs(60) + run.source.answer_time;
        assert!(took <= most, "{took:?} after {minutes} min");
    }
}

#[tokio::test]
async fn the_next_attempt_is_shown_until_it_is_made() {
    let mut run = start(&Setting {
        tickets_per_day: 10.0,
        ..Setting::quiet(10)
    });
    let shown = |run: &Run| {
        let snapshot = run.published.load();
        let now = run.clock.now().wall();
        let at = snapshot.status().expect("published").next_attempt(now);
        at.map(|at| at.since(now))
    };
    assert_eq!(shown(&run), None, "the first one is due at once");
    run.run_until(Duration::from_secs(60)).await;
    assert_eq!(shown(&run), Some(61), "in full seconds, and no sooner");
    run.source.lock().refuses = true;
    run.run_until(Duration::from_secs(120)).await;
    assert_eq!(shown(&run), Some(301));
    run.clock.advance(Duration::from_secs(250));
    assert_eq!(shown(&run), Some(51));
    run.clock.advance(Duration::from_secs(51));
    assert_eq!(shown(&run), None, "it is under way by now");
}

#[tokio::test]
async fn a_machine_whose_clock_is_set_keeps_polling() {
    let mut run = start(&Setting {
        tickets_per_day: 10.0,
        ..Setting::quiet(10)
    });
    run.run_until(Duration::from_secs(3600)).await;
    for wall in [NOW - 40_000, NOW + 40_000] {
        let before = run.source.lock().requests;
        let until = run.clock.now().monotonic + Duration::from_secs(3600);
        run.clock.set_wall(UnixSeconds(wall));
        run.run_until(until).await;
        let asked = run.source.lock().requests - before;
        assert!((55..=65).contains(&asked), "{asked}");
    }
}
