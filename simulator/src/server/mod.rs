//! The simulated account over HTTP, and the handles to change it.

mod answer;

mod control;

mod routes;

mod pages;

mod neighbours;

mod refusals;

mod traffic;

#[cfg(any(test, feature = "oracle"))]
mod witness;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::faults::{Fault, FaultPlan};
use super::hours::Schedule;
use super::life::{Habits, Life, Rates};
use super::limits::MinuteLimit;
use super::neighbour_faults::NeighbourFault;
#[cfg(any(test, feature = "oracle"))]
use super::oracle::Oracle;
use super::render::MetricSets;
use super::time::Time;
use super::world::World;
use traffic::Traffic;

/// What the account is like.
#[derive(Debug)]
pub struct Options {
    /// Where to listen; loopback only.
    pub listen: SocketAddr,
    /// How its time passes.
    pub time: Time,
    /// Seed of its past and its life.
    pub seed: u64,
    /// Tickets that it has from the start.
    pub tickets: u64,
    /// Days that it has lived as it does before it is looked at, those tickets being older.
    pub lived_days: u32,
    /// How busy it is.
    pub rates: Rates,
    /// Requests to the exports per clock minute; `None` for no limit.
    pub requests_per_minute: Option<u32>,
    /// OAuth client and its secret.
    pub client: (String, String),
    /// A bearer token that always works.
    pub access_token: String,
    /// E-mail, and what works as API token and as password.
    pub user: (String, String),
    /// Life of OAuth tokens in seconds; `None` leaves it out of the answer.
    pub token_life_seconds: Option<i64>,
    /// Where metric sets stand when they are asked for.
    pub metric_sets: MetricSets,
    /// How far the search index lags, in seconds of the account; at most
    /// [`LAG_SECONDS_MAX`](super::counts::LAG_SECONDS_MAX).
    pub search_lag_seconds: i64,
    /// What it does beyond what every account does.
    pub habits: Habits,
    /// Whether it has a schedule from the start.
    pub schedule: Schedule,
}

impl Options {
    /// What the account of the demo allows.
    pub const DEMO_REQUESTS_PER_MINUTE: u32 = 1_000;

    /// The account of the demo: a busy desk whose agents keep up, where something happens every few
    /// seconds at any hour. Most customers write some minutes after `live_from`, in Unix seconds: that
    /// is when somebody looks first.
    pub fn demo(time: Time, live_from: i64) -> Self {
        Self {
            time,
            tickets: 3_000,
            lived_days: 7,
            rates: Rates {
                tickets_per_day: 2_400.0,
            },
            requests_per_minute: Some(Self::DEMO_REQUESTS_PER_MINUTE),
            habits: Habits::keeping_up(live_from + 300),
            // Its agents work around the clock.
            schedule: Schedule::None,
            ..Self::manual(0)
        }
    }

    /// An empty, quiet account whose time stands still at `now`.
    pub fn manual(now: i64) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            time: Time::manual(now),
            seed: 1,
            tickets: 0,
            lived_days: 0,
            rates: Rates {
                tickets_per_day: 0.0,
            },
            requests_per_minute: None,
            client: ("simulator".to_owned(), "simulator-secret".to_owned()),
            access_token: "simulator-token".to_owned(),
            user: (
                "admin@example.invalid".to_owned(),
                "simulator-key".to_owned(),
            ),
            token_life_seconds: Some(1800),
            metric_sets: MetricSets::Inside,
            search_lag_seconds: 120,
            habits: Habits::default(),
            schedule: Schedule::default(),
        }
    }
}

/// A request that came, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    /// Scheme of the `Authorization` header.
    pub scheme: Option<String>,
    /// The account's clock.
    pub at: i64,
    /// Status of the answer; 0 for a connection that was dropped.
    pub status: u16,
}

/// Requests that are remembered.
const ASKED_MAX: usize = 10_000;

/// The account behind the server.
#[derive(Debug)]
struct Account {
    world: World,
    life: Life,
    #[cfg(any(test, feature = "oracle"))]
    oracle: Oracle,
    limit: MinuteLimit,
    faults: FaultPlan,
    neighbour_faults: FaultPlan<NeighbourFault>,
    /// OAuth tokens that are good, and when they end.
    tokens: Vec<(String, Option<i64>)>,
    tokens_made: u64,
    /// How the token endpoint spells its answer, `{token}` for the token; `None` for as usual.
    token_answer: Option<String>,
    /// Of the user behind all credentials, if it was given one.
    role: Option<&'static str>,
    /// The latest request for an export was refused as one of somebody who is no admin.
    refused_as_agent: bool,
    /// The latest request for an export was refused for its scope, which any other needs as well.
    lacks_scope: bool,
    asked: VecDeque<Asked>,
}

impl Account {
    fn new(options: &Options) -> Self {
        let now = options.time.now();
        let mut world = World::new(now - i64::from(options.lived_days) * 86_400);
        world.schedule = options.schedule;
        let mut life =
            Life::new(options.seed, options.rates, &world).with_habits(options.habits, &mut world);
        life.furnish(&mut world, options.tickets);
        life.live_until(&mut world, now);
        Self {
            world,
            life,
            #[cfg(any(test, feature = "oracle"))]
            oracle: Oracle::default(),
            limit: MinuteLimit::new(options.requests_per_minute),
            faults: FaultPlan::default(),
            neighbour_faults: FaultPlan::default(),
            role: None,
            refused_as_agent: false,
            lacks_scope: false,
            token_answer: None,
            tokens: Vec::new(),
            tokens_made: 0,
            asked: VecDeque::new(),
        }
    }

    /// The role of the user behind the credentials: an admin's, unless the exports say otherwise.
    fn role(&self) -> &'static str {
        let as_refused = if self.refused_as_agent {
            "agent"
        } else {
            "admin"
        };
        self.role.unwrap_or(as_refused)
    }

    /// An export is asked, and this is wrong with its answer.
    fn on_fault(&mut self, fault: Option<Fault>) {
        let as_agent = [Fault::NotAdmin, Fault::NotAdminForeign];
        self.refused_as_agent = fault.is_some_and(|fault| as_agent.contains(&fault));
        self.lacks_scope = fault == Some(Fault::MissingScope);
    }

    fn clear_faults(&mut self) {
        self.faults.clear();
        self.neighbour_faults.clear();
    }
}

#[derive(Debug)]
struct Shared {
    options: Options,
    account: Mutex<Account>,
    traffic: Traffic,
}

impl Shared {
    /// The account at its present time.
    fn account(&self) -> MutexGuard<'_, Account> {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let Account { world, life, .. } = &mut *account;
        life.live_until(world, self.options.time.now());
        account
    }
}

/// A running account. Stops when dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    shutdown: CancellationToken,
}

impl Simulator {
    /// Makes the account and listens.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or is not loopback.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        if !options.listen.ip().is_loopback() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "the simulator listens on loopback only",
            ));
        }
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let account = Account::new(&options);
        let shared = Arc::new(Shared {
            options,
            account: Mutex::new(account),
            traffic: Traffic::new(),
        });
        let shutdown = CancellationToken::new();
        tokio::spawn(listen(listener, Arc::clone(&shared), shutdown.clone()));
        Ok(Self {
            shared,
            address,
            shutdown,
        })
    }

    /// The address of its API.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the tickets or changes them.
    pub fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.shared.account().world)
    }

    /// Moves time that stands still.
    pub fn advance(&self, seconds: i64) {
        self.shared.options.time.advance(seconds);
    }

    /// Ends the past of an account that has one: from now on its time is the machine's.
    pub fn go_live(&self) {
        self.shared.options.time.go_live();
    }

    /// The account's clock, in Unix seconds.
    pub fn now(&self) -> i64 {
        self.shared.options.time.now()
    }

    /// Lets the next `answers` of the exports go wrong.
    pub fn set_fault(&self, fault: Fault, answers: u32) {
        self.shared.account().faults.set(fault, answers);
    }

    /// Lets the next `answers` of names and counts go wrong; the exports stay as they are.
    pub fn set_neighbour_fault(&self, fault: NeighbourFault, answers: u32) {
        self.shared.account().neighbour_faults.set(fault, answers);
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        self.shared.account().clear_faults();
    }

    /// Gives the user behind the credentials another role than `admin`. The exports go on: what they
    /// refuse is a fault.
    pub fn set_role(&self, role: &'static str) {
        self.shared.account().role = Some(role);
    }

    /// Lets the token endpoint spell its answer so, with `{token}` where the token is.
    pub fn set_token_answer(&self, spelling: &str) {
        self.shared.account().token_answer = Some(spelling.to_owned());
    }

    /// Ends every OAuth token, as an admin can.
    pub fn revoke_tokens(&self) {
        self.shared.account().tokens.clear();
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.account().asked.iter().cloned().collect()
    }

    /// Connections that were accepted and are open. Of an exporter that was killed there may be
    /// requests on their way until there are none.
    pub fn connections(&self) -> usize {
        self.shared.traffic.connections()
    }

    /// Lets requests wait, but those to the simulator itself, until [`Self::release`].
    pub fn hold(&self) {
        self.shared.traffic.hold(true);
    }

    /// Answers the requests that wait, and all that come.
    pub fn release(&self) {
        self.shared.traffic.hold(false);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let shared = Arc::clone(&shared);
        let shutdown = shutdown.clone();
        let open = shared.traffic.opened();
        tokio::spawn(async move {
            let _open = open;
            let service = service_fn(move |request| routes::answer(Arc::clone(&shared), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = shutdown.cancelled() => {}
                // How a client ends its connection does not matter here.
                _ = connection => {}
            }
        });
    }
}
