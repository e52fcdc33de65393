//! The whole program: it opens states and clients, and runs pollers, lookups and the server.

mod settings;

mod open_accounts;

mod account;

mod start_times;

mod reload;

mod start_error;

pub mod past;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::clock::{Clock as _, SystemClock};
use crate::config::{Account, Config, Web};
use crate::health::AllHealth;
use crate::metrics::{ExporterMetrics, Exposition};
use crate::open_files;
use crate::server::{self, Endpoints, Limits, Protection};
use crate::systemd;
use crate::zendesk::Trust;
use account::OpenedAccount;
use open_accounts::{AccountContext, open_all};
use past::InheritedMetrics;
use reload::RunningAccounts;
pub use settings::{LoadConfig, Reloading, load_settings};
pub use start_error::StartError;
use start_times::start_times;

/// The program when everything is open and nothing runs yet.
#[derive(Debug)]
pub struct App {
    clock: Arc<SystemClock>,
    exporter: ExporterMetrics,
    accounts: Vec<OpenedAccount>,
    listeners: Vec<TcpListener>,
    config: Config,
    protection: Arc<Protection>,
    /// How many connections of clients can be open beside the files of the accounts.
    connections_max: usize,
}

/// How long the pollers and the server may take to end. A page that is being applied is applied to its end.
const STOP_TIME_MAX: Duration = Duration::from_millis(1_800);

impl App {
    /// Opens every state, makes every client and binds every address. Sends no request to Zendesk yet.
    /// Raises the soft limit of open files. What the exporter counts of itself continues from `past`, and
    /// starts at 0 without one.
    ///
    /// # Errors
    ///
    /// [`StartError`] for the first thing that cannot be opened.
    pub async fn open(config: &Config, past: Option<InheritedMetrics>) -> Result<Self, StartError> {
        let clock = Arc::new(SystemClock::new());
        // `past` is dropped at the end of this function: the metrics of an account end when nothing holds
        // them, and until the accounts are open only `past` does.
        let exporter = match &past {
            Some(past) => past.exporter.clone(),
            None => ExporterMetrics::new(clock.now().wall()),
        };
        let allowed = open_files::raise_limit();
        let connections_max = open_files::connections_beside(config.accounts.len(), allowed)?;
        let protection = match &config.web.config_file {
            Some(path) => Protection::open(path)?,
            None => Protection::none(),
        };
        // Before the states, because an address in use is found at once and a state can take minutes.
        let listeners = listeners(&config.web).await?;
        let context = AccountContext::new(config, &exporter, &clock);
        let trust = Trust::default();
        let open = move |account: &Account| {
            let client = account::client(account, &trust)?;
            OpenedAccount::open(account, client, &context)
        };
        Ok(Self {
            accounts: open_all(config.accounts.clone(), open).await?,
            clock,
            exporter,
            listeners,
            config: config.clone(),
            protection,
            connections_max,
        })
    }

    /// Binds every address and releases it again, for a caller that works for minutes before it opens the
    /// program: it learns at once that an address is in use.
    ///
    /// # Errors
    ///
    /// [`StartError`] for the first address that cannot be listened on.
    pub async fn try_addresses(config: &Config) -> Result<(), StartError> {
        // The sockets of systemd can be taken only once.
        if !config.web.systemd_socket {
            listeners(&config.web).await?;
        }
        Ok(())
    }

    /// The addresses that the program listens on. Port 0 in the settings is the port that the system chose.
    pub fn local_addresses(&self) -> Vec<std::net::SocketAddr> {
        self.listeners
            .iter()
            .filter_map(|listener| listener.local_addr().ok())
            .collect()
    }

    fn log_start(&self) {
        let accounts = self.config.accounts.iter();
        let accounts: Vec<&str> = accounts.map(|account| account.name.as_str()).collect();
        let addresses = self.local_addresses();
        let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let settings_file = self.config.file.as_ref().map(|file| file.display());
        info!(
            version = env!("CARGO_PKG_VERSION"),
            revision = env!("BUILD_REVISION"),
            settings_file = settings_file.map(tracing::field::display),
            accounts = accounts.join(","),
            address = addresses.join(","),
            path = self.config.web.telemetry_path,
            "zendesk-exporter started"
        );
    }

    /// Polls and serves until `shutdown`, then ends within two seconds. With `reloading` it reads the settings
    /// again on request.
    pub async fn run(self, shutdown: CancellationToken, reloading: Option<Reloading>) {
        let web = self.config.web.clone();
        self.log_start();
        let limits = Limits::with_connections(self.connections_max);
        let published = self.accounts.iter().map(OpenedAccount::published).collect();
        let exposition = Exposition::new(published, self.exporter.clone());
        let health = AllHealth::default();
        let handle = reloading.as_ref().filter(|_| web.enable_lifecycle);
        let endpoints = Endpoints {
            exposition: exposition.clone(),
            health: health.clone(),
            clock: Arc::clone(&self.clock),
            telemetry_path: web.telemetry_path,
            reload: handle.map(|reloading| reloading.handle.clone()),
        };
        let server = tokio::spawn(server::serve(
            self.listeners,
            server::router(endpoints, limits, &self.protection),
            limits,
            self.protection,
            Arc::clone(&self.clock),
            shutdown.clone(),
        ));
        // The server answers from here on, with what the states held.
        systemd::ready();
        tokio::spawn(systemd::watchdog(
            health.clone(),
            Arc::clone(&self.clock),
            shutdown.clone(),
        ));
        let opened = self.accounts;
        let times = start_times(self.clock.now().monotonic, opened.len());
        let mut accounts = RunningAccounts {
            running: opened
                .into_iter()
                .zip(times)
                .map(|(account, at)| account.start(&self.clock, at, &shutdown))
                .collect(),
            config: self.config,
            exporter: self.exporter,
            exposition,
            health,
            clock: self.clock,
            connections_max: self.connections_max,
            shutdown: shutdown.clone(),
        };
        accounts.publish();
        tokio::select! {
            // A reload that is under way is given up: what it has not put into effect is dropped.
            biased;
            () = shutdown.cancelled() => {}
            () = accounts.reload_on_request(reloading) => {}
        }
        info!("stopping");
        systemd::stopping();
        let stopped = tokio::time::timeout(STOP_TIME_MAX, async {
            accounts.ended().await;
            server.await
        });
        if stopped.await.is_err() {
            warn!("stopping took too long, uncommitted pages are read again at the next start");
        } else {
            info!("stopped");
        }
    }
}

/// The sockets that the program listens on.
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
