//! One account: everything it takes to read it, opened before anything runs, and how it goes on with
//! other settings.

mod settings;

pub(super) mod loops;

pub(super) mod open_state;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::open_accounts::Opening;
use super::start_error::StartError;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Account;
use crate::health::PollerHealth;
use crate::ledger::{Counting, Resets};
use crate::lookups::NewLookups;
use crate::metrics::{ExporterMetrics, Published};
use crate::poller::{NewSettings, Outlets};
use crate::reload::{Address, Receipt};
use crate::store::state_path;
use crate::ticket::UnixSeconds;
use crate::zendesk::{Client, ClientError, ClientSettings, Trust};
use loops::Loops;
use open_state::open_state;
use settings::{lookup_settings, metrics, poller_settings};

/// An account that is open and does nothing yet.
#[derive(Debug)]
pub(super) struct Opened {
    /// The address of its API, which its state is named after.
    identity: String,
    client: Arc<Client>,
    loops: Loops<SystemClock, Client>,
    /// What its settings have reset in the state that there was.
    pub(super) resets: Resets,
}

/// An account that is being read.
#[derive(Debug)]
pub(super) struct Running {
    /// The address of its API.
    pub(super) identity: String,
    client: Arc<Client>,
    outlets: Outlets,
    /// How often its credentials have changed since it was opened.
    credentials: u64,
    poller: Address<NewSettings<Client>>,
    lookups: Address<NewLookups<Client>>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// A client for the account. Asks nothing.
pub(super) fn client(account: &Account, trust: &Trust) -> Result<Arc<Client>, ClientError> {
    Ok(Arc::new(Client::trusting(
        ClientSettings::of(account),
        trust,
    )?))
}

impl Opened {
    /// Opens the state, which may take as long as reading every ticket.
    pub(super) fn open(
        account: &Account,
        client: Arc<Client>,
        opening: &Opening,
    ) -> Result<Self, StartError> {
        let Opening {
            directory,
            exporter,
            clock,
            keeps_caches,
        } = opening;
        let file = account.base_url.state_file_name();
        let path = state_path(directory, &file);
        let (mut store, resets) = open_state(account, &path, clock.now().wall())?;
        if !keeps_caches {
            store.keep_no_cache();
        }
        warn_of_login(account);
        let clocks = [Arc::clone(clock), Arc::clone(clock)];
        let loops = Loops::new(account, Arc::clone(&client), clocks, store, exporter);
        Ok(Self {
            identity: account.base_url.as_identity().to_owned(),
            client,
            loops,
            resets,
        })
    }

    /// What it shows.
    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.loops.outlets.published)
    }

    /// Begins to read it at `at` on the monotonic clock, until it is stopped or `shutdown`. What its
    /// state holds is shown before.
    pub(super) fn start(
        self,
        clock: &Arc<SystemClock>,
        at: Duration,
        shutdown: &CancellationToken,
    ) -> Running {
        let stop = shutdown.child_token();
        let wait = || {
            let (clock, stop) = (Arc::clone(clock), stop.clone());
            async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = clock.sleep_until(at) => {}
                }
                stop
            }
        };
        let Loops {
            poller,
            lookups,
            outlets,
        } = self.loops;
        let addresses = (poller.address(), lookups.address());
        let (until_lookups, until_poller) = (wait(), wait());
        let loops = [
            (
                "lookup",
                tokio::spawn(async move { lookups.run(until_lookups.await).await }),
            ),
            (
                "poller",
                tokio::spawn(async move { poller.run(until_poller.await).await }),
            ),
        ];
        let mut tasks = JoinSet::new();
        for (what, task) in loops {
            tasks.spawn(supervise(what, task, Arc::clone(&outlets.health)));
        }
        Running {
            identity: self.identity,
            client: self.client,
            outlets,
            credentials: 0,
            poller: addresses.0,
            lookups: addresses.1,
            stop,
            tasks,
        }
    }
}

impl Running {
    /// What it shows.
    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.outlets.published)
    }

    /// Which counters there are already, as far as is shown.
    pub(super) fn counting(&self) -> Counting {
        let snapshot = self.outlets.published.load();
        match snapshot.status().map(|status| &status.state) {
            Some(state) if state.initial_sync_complete => Counting::Since {
                own_series: None,
                business_hours_differ: state.business_hours_differ,
            },
            Some(state) if state.data_timestamp.is_some() => Counting::NotYet,
            _ => Counting::Nothing,
        }
    }

    /// When it is asked next, if that is still to come at `now`.
    pub(super) fn next_attempt(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.outlets.published.load().status()?.next_attempt(now)
    }

    /// Whether that is later because a changed login was tried less than a minute before.
    pub(super) fn waits_to_try_login(&self) -> bool {
        let snapshot = self.outlets.published.load();
        let status = snapshot.status();
        status.is_some_and(|status| status.waits_to_try_login)
    }

    /// How its poller is.
    pub(super) fn health(&self) -> Arc<PollerHealth> {
        Arc::clone(&self.outlets.health)
    }

    /// Whether its poller has ended, so that it can take no settings any more.
    pub(super) fn has_ended(&self) -> bool {
        self.outlets.health.has_ended()
    }

    /// Goes on with other settings, of which these `sections` differ; each loop from its next moment
    /// between two requests on. The poller signs the receipt. Without a new `client` that of before
    /// stays, with its token.
    pub(super) fn change(
        &mut self,
        account: &Account,
        client: Option<Arc<Client>>,
        sections: Vec<&'static str>,
        exporter: &ExporterMetrics,
        clock: &SystemClock,
    ) -> Receipt {
        if let Some(client) = client {
            warn_of_login(account);
            client.follow(&self.client);
            self.client = client;
        }
        if sections.contains(&"auth") {
            self.credentials += 1;
        }
        let lookups = lookup_settings(account, clock);
        let metrics = metrics(account, &lookups, exporter);
        self.outlets.metrics = metrics.clone();
        // The lookups first: what the poller tells them next is of these credentials.
        self.lookups.send(NewLookups {
            settings: lookups,
            source: Arc::clone(&self.client),
            metrics: metrics.clone(),
        });
        let receipt = Receipt::default();
        self.poller.send(NewSettings {
            settings: poller_settings(account, clock),
            source: Arc::clone(&self.client),
            layout: account.layout(),
            reach: account.reach(),
            metrics,
            credentials: self.credentials,
            changed: sections,
            receipt: receipt.clone(),
        });
        receipt
    }

    /// Tells its loops to end. A request under way is given up, a page that is being applied is
    /// applied to its end.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until its loops have ended and its state is closed.
    pub(super) async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Waits for a task that must not end by itself, so that its panic is seen and told.
async fn supervise(what: &'static str, task: JoinHandle<()>, health: Arc<PollerHealth>) {
    if let Err(failure) = task.await {
        error!(
            account = %health.account(),
            task = what,
            error = %failure,
            advice = "restart the exporter, and report this error",
            "a task of the account crashed"
        );
        health.died();
    }
}

fn warn_of_login(account: &Account) {
    let method = account.auth.method();
    if method.is_deprecated() {
        warn!(
            account = account.name,
            method = method.label(),
            advice = "create an OAuth client and set client_id and client_secret",
            "Zendesk deprecated this login method, API tokens stop working on 2027-04-30"
        );
    }
}
