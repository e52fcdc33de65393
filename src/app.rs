//! The program put together: states, clients, pollers, server.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::clock::{Clock, SystemClock};
use crate::config::{Account, Config, ConfigError, Web};
use crate::health::PollerHealth;
use crate::ledger::Reach;
use crate::lookups::{LookupOutlets, LookupSettings, Lookups, SharedFindings};
use crate::metrics::{ExporterMetrics, Exposition, Published, Snapshot};
use crate::poller::{Outlets, OwnCounts, Poller, PollerSettings};
use crate::schedule::{Pacing, ResyncPacing};
use crate::server::{self, BindError, Limits, Protection, Service};
use crate::store::{Found, Store, StoreError, state_path};
use crate::systemd::{self, SocketError};
use crate::zendesk::{Client, ClientError, ClientSettings, Endpoint, Wanted};

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A state file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A listen address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A socket of systemd.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The web config file.
    #[error(transparent)]
    Web(#[from] ConfigError),
}

/// Everything that is open before anything runs.
#[derive(Debug)]
pub struct App {
    clock: Arc<SystemClock>,
    pollers: Vec<Poller<SystemClock, Client>>,
    lookups: Vec<Lookups<SystemClock, Client>>,
    health: Vec<Arc<PollerHealth>>,
    exposition: Exposition,
    listeners: Vec<TcpListener>,
    protection: Arc<Protection>,
    telemetry_path: String,
}

/// How long a poller may take to end. A page that is being applied is applied to its end.
const STOP_TIME_MAX: Duration = Duration::from_millis(1_800);

impl ClientSettings {
    /// The client's part of an account's settings.
    pub fn of(account: &Account) -> Self {
        Self {
            base_url: account.base_url.url().clone(),
            auth: account.auth.clone(),
            source: account.export.source,
            support_type_scope: account.export.support_type_scope,
            metric_sets: account.export.metric_sets,
            slas: account.export.slas,
            wanted: Wanted::of(&account.layout()),
            request_timeout: account.export.request_timeout,
        }
    }
}

impl App {
    /// Opens every state, sets up every client and binds every address. Asks Zendesk nothing yet.
    ///
    /// # Errors
    ///
    /// [`StartError`] for the first thing that cannot be opened.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let clock = Arc::new(SystemClock::new());
        let exporter = ExporterMetrics::new(clock.now().wall());
        let protection = match &config.web.config_file {
            Some(path) => Protection::open(path)?,
            None => Protection::none(),
        };
        let listeners = listeners(&config.web).await?;
        let mut pollers = Vec::new();
        let mut lookups = Vec::new();
        let mut health = Vec::new();
        let mut published = Vec::new();
        for account in &config.accounts {
            let file = account.base_url.state_file_name();
            let path = state_path(&config.state.directory, &file);
            let store = open_store(account, &path, clock.as_ref())?;
            let client = Arc::new(Client::new(ClientSettings::of(account))?);
            let outlets = outlets(account, &client, &exporter, clock.as_ref());
            lookups.push(Lookups::new(
                lookup_settings(account, clock.as_ref()),
                Arc::clone(&clock),
                Arc::clone(&client),
                LookupOutlets {
                    metrics: outlets.metrics.clone(),
                    findings: Arc::clone(&outlets.findings),
                    // A ledger that begins later holds a part of what the search counts.
                    ours: outlets.own_counts.reader(account.export.start_time.0 == 0),
                },
            ));
            health.push(Arc::clone(&outlets.health));
            published.push(Arc::clone(&outlets.published));
            pollers.push(Poller::new(
                poller_settings(account, clock.as_ref()),
                Arc::clone(&clock),
                client,
                store,
                outlets,
            ));
        }
        Ok(Self {
            exposition: Exposition::new(published, exporter),
            clock,
            pollers,
            lookups,
            health,
            listeners,
            protection,
            telemetry_path: config.web.telemetry_path.clone(),
        })
    }

    /// The addresses that are listened on, with the ports that were free for port 0.
    pub fn local_addresses(&self) -> Vec<std::net::SocketAddr> {
        self.listeners
            .iter()
            .filter_map(|listener| listener.local_addr().ok())
            .collect()
    }

    /// Polls and serves until `shutdown`, then ends within two seconds.
    pub async fn run(self, shutdown: CancellationToken) {
        for address in self.local_addresses() {
            info!(%address, path = self.telemetry_path, "serving metrics");
        }
        let limits =
            Limits::for_process(&std::fs::read_to_string("/proc/self/limits").unwrap_or_default());
        let service = Service {
            exposition: self.exposition,
            health: self.health.clone(),
            clock: Arc::clone(&self.clock),
            telemetry_path: self.telemetry_path,
        };
        let router = server::router(service, limits, &self.protection);
        let server = tokio::spawn(server::serve(
            self.listeners,
            router,
            limits,
            self.protection,
            shutdown.clone(),
        ));
        systemd::ready();
        tokio::spawn(systemd::watchdog(
            self.health.clone(),
            self.clock,
            shutdown.clone(),
        ));
        let mut tasks = JoinSet::new();
        for (lookups, health) in self.lookups.into_iter().zip(&self.health) {
            let task = tokio::spawn(lookups.run(shutdown.clone()));
            tasks.spawn(supervise("lookup", task, Arc::clone(health)));
        }
        for (poller, health) in self.pollers.into_iter().zip(self.health) {
            let task = tokio::spawn(poller.run(shutdown.clone()));
            tasks.spawn(supervise("poller", task, health));
        }
        shutdown.cancelled().await;
        info!("stopping");
        systemd::stopping();
        let stopped = tokio::time::timeout(STOP_TIME_MAX, async {
            while tasks.join_next().await.is_some() {}
            server.await
        });
        if stopped.await.is_err() {
            warn!("stopping took too long; what was not committed is read again at the next start");
        }
    }
}

async fn listeners(web: &Web) -> Result<Vec<TcpListener>, StartError> {
    if web.systemd_socket {
        return Ok(systemd::sockets()?);
    }
    let mut listeners = Vec::new();
    for address in &web.listen_addresses {
        listeners.push(server::bind(address).await?);
    }
    Ok(listeners)
}

/// Waits for a task that must not end by itself, so that its panic is seen and told.
async fn supervise(what: &'static str, task: JoinHandle<()>, health: Arc<PollerHealth>) {
    if let Err(failure) = task.await {
        error!(error = %failure, "a {what} task has died");
        health.died();
    }
}

fn open_store(
    account: &Account,
    path: &std::path::Path,
    clock: &SystemClock,
) -> Result<Store, StoreError> {
    let start_time = account.export.start_time;
    if start_time > clock.now().wall() {
        warn!(
            account = account.name,
            start_time = start_time.0,
            "export.start_time lies in the future: nothing is read before"
        );
    }
    let identity = account.base_url.as_identity();
    let (mut store, found) = Store::open(path, identity, account.layout(), clock.now().wall())?;
    store.aim(Reach {
        scope: account.export.support_type_scope,
        start_time,
    })?;
    let account = &account.name;
    let path = path.display();
    match found {
        Found::Nothing => warn!(account, %path, "no state yet: reading the account from the start"),
        Found::State => {
            let tickets = store.progress().tickets;
            info!(account, %path, tickets, "going on from the state");
        }
    }
    Ok(store)
}

fn outlets(
    account: &Account,
    client: &Client,
    exporter: &ExporterMetrics,
    clock: &SystemClock,
) -> Outlets {
    if account.auth.is_deprecated() {
        warn!(
            account = account.name,
            method = account.auth.method(),
            "Zendesk is ending this way to log in (API tokens on 2027-04-30): make an OAuth client and set client_id and client_secret"
        );
    }
    let mut endpoints = vec![client.export_endpoint()];
    if account.auth.method() == "oauth_client_credentials" {
        endpoints.push(Endpoint::OAuthToken);
    }
    endpoints.extend(lookup_settings(account, clock).endpoints());
    let published: Published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
    Outlets {
        metrics: exporter.for_account(&account.name, &endpoints, &account.layout()),
        published,
        findings: SharedFindings::default(),
        own_counts: OwnCounts::default(),
        health: Arc::new(PollerHealth::new(&account.name, clock.now().monotonic)),
    }
}

fn lookup_settings(account: &Account, clock: &SystemClock) -> LookupSettings {
    LookupSettings {
        account: account.name.clone(),
        search_counts_every: account.export.search_counts_every,
        names: LookupSettings::names_for(&account.layout()),
        retry: account.retry,
        seed: seed(account, clock),
    }
}

/// Accounts and restarts must not jitter alike.
fn seed(account: &Account, clock: &SystemClock) -> u64 {
    clock.now().wall_ms.cast_unsigned() ^ u64::from(crc32fast::hash(account.name.as_bytes()))
}

fn poller_settings(account: &Account, clock: &SystemClock) -> PollerSettings {
    let export = &account.export;
    PollerSettings {
        account: account.name.clone(),
        pacing: Pacing {
            requests_per_minute: export.requests_per_minute,
            poll_interval: export.poll_interval,
            page_size: export.page_size,
            retry: account.retry,
            replay_every: export.replay.every,
            resync: export.resync.every.map(|every| ResyncPacing {
                every,
                requests_per_minute: export.resync.requests_per_minute,
            }),
        },
        source: export.source,
        start_time: export.start_time,
        replay_window: export.replay.window,
        request_timeout: export.request_timeout,
        seed: seed(account, clock),
    }
}
