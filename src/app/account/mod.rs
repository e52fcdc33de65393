//! One account: opening it, running it, and changing its settings while it runs.

mod settings;

pub(super) mod loops;

pub(super) mod open_state;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::open_accounts::AccountContext;
use super::start_error::StartError;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Account;
use crate::health::PollerHealth;
use crate::ledger::{Counting, Resets};
use crate::lookups::NewLookups;
use crate::metrics::{ExporterMetrics, Published};
use crate::poller::{NewSettings, Outlets};
use crate::reload::{MailboxSender, Receipt};
use crate::ticket::UnixSeconds;
use crate::zendesk::{Client, ClientError, ClientSettings, Trust};
use loops::Loops;
use open_state::open_state;
use settings::{lookup_settings, metrics, poller_settings};

/// An account whose state is open and whose loops do not run yet.
#[derive(Debug)]
pub(super) struct OpenedAccount {
    /// The address of its API. No two accounts have the same, and the state file is named after it.
    identity: String,
    client: Arc<Client>,
    loops: Loops<SystemClock, Client>,
    /// What its settings have reset in the state that there was.
    pub(super) resets: Resets,
}

/// An account whose loops run.
#[derive(Debug)]
pub(super) struct RunningAccount {
    /// As in [`OpenedAccount`].
    pub(super) identity: String,
    client: Arc<Client>,
    outlets: Outlets,
    /// How often the credentials have changed since the account was opened.
    credentials: u64,
    poller: MailboxSender<NewSettings<Client>>,
    lookups: MailboxSender<NewLookups<Client>>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// A client for the account. Sends no request.
pub(super) fn client(account: &Account, trust: &Trust) -> Result<Arc<Client>, ClientError> {
    Ok(Arc::new(Client::trusting(
        ClientSettings::from_account(account),
        trust,
    )?))
}

impl OpenedAccount {
    /// Opens the state and makes the loops. It takes as long as reading every ticket if the settings need other
    /// cells than the state has.
    pub(super) fn open(
        account: &Account,
        client: Arc<Client>,
        context: &AccountContext,
    ) -> Result<Self, StartError> {
        let AccountContext {
            directory,
            exporter,
            clock,
            keeps_caches,
        } = context;
        let path = directory.join(account.base_url.state_file_name());
        let now = clock.now().wall();
        let (state, resets) = open_state(account, &path, *keeps_caches, now)?;
        warn_of_login(account);
        let clocks = [Arc::clone(clock), Arc::clone(clock)];
        let loops = Loops::new(account, Arc::clone(&client), clocks, state, exporter);
        Ok(Self {
            identity: account.base_url.as_identity().to_owned(),
            client,
            loops,
            resets,
        })
    }

    /// What a scrape shows of the account.
    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.loops.outlets.published)
    }

    /// Starts the loops. They send requests from `at` on, on the monotonic clock, until the account is stopped
    /// or `shutdown`. What the state holds is shown before that.
    pub(super) fn start(
        self,
        clock: &Arc<SystemClock>,
        at: Duration,
        shutdown: &CancellationToken,
    ) -> RunningAccount {
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
        // Taken before the loops move into their tasks.
        let senders = (poller.sender(), lookups.sender());
        let (until_lookups, until_poller) = (wait(), wait());
        let lookups = async move { lookups.run(until_lookups.await).await };
        let poller = async move { poller.run(until_poller.await).await };
        let mut tasks = JoinSet::new();
        tasks.spawn(supervise("lookup", lookups, Arc::clone(&outlets.health)));
        tasks.spawn(supervise("poller", poller, Arc::clone(&outlets.health)));
        RunningAccount {
            identity: self.identity,
            client: self.client,
            outlets,
            credentials: 0,
            poller: senders.0,
            lookups: senders.1,
            stop,
            tasks,
        }
    }
}

impl RunningAccount {
    /// What a scrape shows of the account.
    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.outlets.published)
    }

    /// Which counters the account has already, as far as its published status tells.
    pub(super) fn counting(&self) -> Counting {
        let snapshot = self.outlets.published.load();
        match snapshot.status().map(|status| &status.state) {
            Some(state) if state.initial_sync_complete => Counting::Since {
                open_series: None,
                business_hours_differ: state.business_hours_differ,
            },
            Some(state) if state.data_timestamp.is_some() => Counting::NotYet,
            _ => Counting::Nothing,
        }
    }

    /// When the next request to Zendesk is due; `None` if one is due or running at `now`.
    pub(super) fn next_attempt(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.outlets.published.load().status()?.next_attempt(now)
    }

    /// Whether the next request waits because a changed login was tried less than a minute ago.
    pub(super) fn waits_to_try_login(&self) -> bool {
        let snapshot = self.outlets.published.load();
        let status = snapshot.status();
        status.is_some_and(|status| status.waits_to_try_login)
    }

    /// The health of the poller.
    pub(super) fn health(&self) -> Arc<PollerHealth> {
        Arc::clone(&self.outlets.health)
    }

    /// Whether the poller has ended, so that it can no longer take settings.
    pub(super) fn has_ended(&self) -> bool {
        self.outlets.health.has_ended()
    }

    /// Gives the loops other settings, of which `sections` differ. Each loop takes them between two requests;
    /// the poller signs the receipt when it has. Without a new `client` the present one stays, with its
    /// token.
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
        // The poller compares this number with the one that it has, so it needs no copy of the credentials.
        if sections.contains(&"auth") {
            self.credentials += 1;
        }
        let lookups = lookup_settings(account, clock);
        let metrics = metrics(account, &lookups, exporter);
        self.outlets.metrics = metrics.clone();
        // The lookups first. After this the poller may tell them that a login works, and they must take that
        // for the new credentials.
        self.lookups.send(NewLookups {
            settings: lookups,
            source: Arc::clone(&self.client),
            metrics: metrics.clone(),
        });
        let receipt = Receipt::default();
        self.poller.send(NewSettings {
            settings: poller_settings(account, clock),
            source: Arc::clone(&self.client),
            series: account.series(),
            ticket_scope: account.ticket_scope(),
            metrics,
            credentials: self.credentials,
            changed: sections,
            receipt: receipt.clone(),
        });
        receipt
    }

    /// Tells the loops to end. They give up a request that is under way, and apply a page to its end.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until the loops have ended and the state is closed.
    pub(super) async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Runs a loop in a task of its own. If it panics, logs that and reports it to the health
/// check.
async fn supervise(
    what: &'static str,
    work: impl Future<Output = ()> + Send + 'static,
    health: Arc<PollerHealth>,
) {
    if let Err(failure) = tokio::spawn(work).await {
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
