//! One account: everything it takes to read it, opened before anything runs, and how it goes on with
//! other settings.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::StartError;
use super::loops::{Loops, lookup_settings, metrics, ours, poller_settings};
use super::opening::{self, Opening};
use crate::clock::{Clock as _, SystemClock};
use crate::config::Account;
use crate::health::PollerHealth;
use crate::ledger::{Counting, Resets};
use crate::lookups::{Lookups, NewLookups};
use crate::metrics::{AccountMetrics, ExporterMetrics, Published};
use crate::poller::{NewSettings, OwnCounts, Poller};
use crate::reload::{Address, Receipt};
use crate::store::state_path;
use crate::ticket::UnixSeconds;
use crate::zendesk::{Client, ClientError, ClientSettings, Trust, Wanted};

/// An account that is open and does nothing yet.
#[derive(Debug)]
pub(super) struct Opened {
    poller: Poller<SystemClock, Client>,
    lookups: Lookups<SystemClock, Client>,
    handles: Handles,
    /// What its settings reset in the state.
    resets: Resets,
}

/// What is kept of an account beside its loops.
#[derive(Debug)]
struct Handles {
    /// The address of its API, which its state is named after.
    identity: String,
    client: Arc<Client>,
    metrics: AccountMetrics,
    published: Published,
    health: Arc<PollerHealth>,
    own_counts: OwnCounts,
    /// How often its credentials have changed since it was opened.
    credentials: u64,
    poller: Address<NewSettings<Client>>,
    lookups: Address<NewLookups<Client>>,
}

/// What is ready for an account that goes on with other settings.
#[derive(Debug)]
pub(super) struct MadeReady {
    /// Another client, if the settings take one.
    pub(super) client: Option<Arc<Client>>,
    /// Which sections of the settings differ.
    pub(super) sections: Vec<&'static str>,
}

/// An account that is being read.
#[derive(Debug)]
pub(super) struct Running {
    handles: Handles,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl ClientSettings {
    /// The client's part of an account's settings.
    pub fn of(account: &Account) -> Self {
        Self {
            base_url: account.base_url.url().clone(),
            auth: account.auth.clone(),
            proxy: account.proxy.clone(),
            source: account.export.source,
            support_type_scope: account.export.support_type_scope,
            metric_sets: account.export.metric_sets,
            slas: account.export.slas,
            wanted: Wanted::of(&account.labels),
            request_timeout: account.export.request_timeout,
        }
    }
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
        let (mut store, resets) = opening::store(account, &path, clock.now().wall())?;
        if !keeps_caches {
            store.keep_no_cache();
        }
        warn_of_login(account);
        let Loops {
            poller,
            lookups,
            outlets,
        } = Loops::new(
            account,
            &client,
            Arc::clone(&client),
            [Arc::clone(clock), Arc::clone(clock)],
            store,
            exporter,
        );
        let handles = Handles {
            identity: account.base_url.as_identity().to_owned(),
            client,
            metrics: outlets.metrics,
            published: outlets.published,
            health: outlets.health,
            own_counts: outlets.own_counts,
            credentials: 0,
            poller: poller.address(),
            lookups: lookups.address(),
        };
        Ok(Self {
            poller,
            lookups,
            handles,
            resets,
        })
    }

    /// What it shows.
    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.handles.published)
    }

    /// What its settings have reset in the state that there was.
    pub(super) const fn resets(&self) -> &Resets {
        &self.resets
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
        let mut tasks = JoinSet::new();
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
        let (lookups, poller) = (self.lookups, self.poller);
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
        for (what, task) in loops {
            let health = Arc::clone(&self.handles.health);
            tasks.spawn(supervise(what, task, health));
        }
        Running {
            handles: self.handles,
            stop,
            tasks,
        }
    }
}

impl Running {
    /// The address of its API.
    pub(super) fn identity(&self) -> &str {
        &self.handles.identity
    }

    /// What it shows.
    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.handles.published)
    }

    /// Which counters there are already, as far as is shown.
    pub(super) fn counting(&self) -> Counting {
        let snapshot = self.handles.published.load();
        match snapshot.status().map(|status| &status.state) {
            Some(state) if state.initial_sync_complete => Counting::Since {
                open_series: None,
                business_hours_differ: state.business_hours_differ,
            },
            Some(state) if state.data_timestamp.is_some() => Counting::NotYet,
            _ => Counting::Nothing,
        }
    }

    /// When it is asked next, if that is still to come at `now`.
    pub(super) fn next_attempt(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.handles.published.load().status()?.next_attempt(now)
    }

    /// Whether that is later because a changed login was tried less than a minute before.
    pub(super) fn waits_to_try_login(&self) -> bool {
        let snapshot = self.handles.published.load();
        let status = snapshot.status();
        status.is_some_and(|status| status.waits_to_try_login)
    }

    /// How its poller is.
    pub(super) fn health(&self) -> Arc<PollerHealth> {
        Arc::clone(&self.handles.health)
    }

    /// Whether its poller has ended, so that it can take no settings any more.
    pub(super) fn has_ended(&self) -> bool {
        self.handles.health.has_ended()
    }

    /// Goes on with other settings, each loop from its next moment between two requests on; the
    /// receipt is signed by the poller. Without a new `client` that of before stays, with its token.
    pub(super) fn change(
        &mut self,
        account: &Account,
        MadeReady { client, sections }: MadeReady,
        exporter: &ExporterMetrics,
        clock: &SystemClock,
    ) -> Receipt {
        if let Some(client) = client {
            warn_of_login(account);
            client.follow(&self.handles.client);
            self.handles.client = client;
        }
        let handles = &mut self.handles;
        if sections.contains(&"auth") {
            handles.credentials += 1;
        }
        handles.metrics = metrics(account, &handles.client, exporter, clock);
        // The lookups first: what the poller tells them next is of these credentials.
        handles.lookups.send(NewLookups {
            settings: lookup_settings(account, clock),
            source: Arc::clone(&handles.client),
            metrics: handles.metrics.clone(),
            ours: ours(account, &handles.own_counts),
        });
        let receipt = Receipt::default();
        handles.poller.send(NewSettings {
            settings: poller_settings(account, clock),
            source: Arc::clone(&handles.client),
            series: account.series(),
            reach: account.reach(),
            metrics: handles.metrics.clone(),
            credentials: handles.credentials,
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
