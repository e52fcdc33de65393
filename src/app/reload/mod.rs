//! A reload: reads the settings again and puts them into effect. What can fail comes first, then the rest
//! without a pause.

mod answer;

mod next_attempts;

use std::error::Error;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::account::{self, OpenedAccount, RunningAccount};
use super::open_accounts::AccountContext;
use super::settings::{LoadConfig, Reloading};
use super::start_times::start_times;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::health::AllHealth;
use crate::ledger::Resets;
use crate::metrics::{ExporterMetrics, Exposition};
use crate::open_files;
use crate::reload::changes::{self, AccountChange, Changes, account_at};
use crate::telemetry::{LogLevel, warn_of_settings};
use crate::zendesk::{Client, ClientSettings, Trust};
use answer::Reloaded;
use next_attempts::{ChangedAccount, Effective};

/// The accounts that run, and the settings that are in effect.
#[derive(Debug)]
pub(super) struct RunningAccounts {
    /// In the order of the settings. No two have the same address.
    pub(super) running: Vec<RunningAccount>,
    pub(super) config: Config,
    pub(super) exporter: ExporterMetrics,
    pub(super) exposition: Exposition,
    pub(super) health: AllHealth,
    pub(super) clock: Arc<SystemClock>,
    /// How many connections of clients can be open. It does not change until the program ends.
    pub(super) connections_max: usize,
    pub(super) shutdown: CancellationToken,
}

/// What a reload has prepared for an account of the new settings, before it changes any account. `New` is a
/// `T`: first a client, then an account that is open.
enum PreparedAccount<T> {
    /// The account continues as it is.
    Unchanged,
    /// The account continues with other settings.
    Changed {
        /// A new client, if the settings need one.
        client: Option<Arc<Client>>,
        /// The sections of the settings that differ.
        sections: Vec<&'static str>,
    },
    /// The account starts.
    New(T),
}

impl RunningAccounts {
    /// Reloads the settings at each request. Never returns.
    pub(super) async fn reload_on_request(&mut self, reloading: Option<Reloading>) {
        let Some(Reloading {
            load,
            log_level,
            mut requests,
            ..
        }) = reloading
        else {
            return std::future::pending().await;
        };
        loop {
            let pending = requests.next().await;
            let outcome = self.reload(&load, &log_level).await;
            let outcome = outcome.map_err(|error| error.to_string());
            self.exporter
                .on_settings(outcome.is_ok(), self.clock.now().wall());
            match &outcome {
                Ok(reloaded) => log(reloaded),
                Err(why) => error!(
                    error = why,
                    "cannot reload the settings, keeping the previous ones"
                ),
            }
            pending.answer(&outcome.map(|reloaded| reloaded.answer()));
        }
    }

    async fn reload(
        &mut self,
        load: &Arc<LoadConfig>,
        log_level: &LogLevel,
    ) -> Result<Reloaded, Box<dyn Error + Send + Sync>> {
        let load = Arc::clone(load);
        let wanted = tokio::task::spawn_blocking(move || load()).await??;
        let changes = Changes::between(&self.config, &wanted)?;
        let allowed = open_files::raise_limit();
        open_files::room_for(wanted.accounts.len(), self.connections_max, allowed)?;
        let prepared = self.prepare(&wanted, &changes).await?;
        let resets = self.resets(&wanted, &prepared);
        let sentences = changes.sentences(&self.config, &wanted);
        let name_changes = changes::renamed_and_moved(&self.config, &wanted);
        if let Some(level) = changes.log_level {
            log_level.set(level);
        }
        let warnings = wanted.warnings.clone();
        let (mut ended, changed) = self.put_into_effect(wanted, prepared);
        // The next reload can add one of these accounts again, and then opens its state.
        for account in &mut ended {
            account.ended().await;
        }
        let attempts = next_attempts::described(&changed, &self.running, &self.clock).await;
        Ok(Reloaded {
            counts: changes.counts(),
            changes: sentences,
            attempts,
            name_changes,
            resets,
            warnings,
        })
    }

    /// What the new settings reset in the states, a sentence for each account where that is something.
    fn resets(&self, wanted: &Config, prepared: &[PreparedAccount<OpenedAccount>]) -> Vec<String> {
        let accounts = wanted.accounts.iter().zip(prepared);
        let resets = accounts.filter_map(|(account, prepared)| {
            let resets = match prepared {
                PreparedAccount::Unchanged => return None,
                PreparedAccount::New(opened) => opened.resets.clone(),
                PreparedAccount::Changed { .. } => {
                    let before = account_at(&self.config, account)?;
                    let counting = self.running_as(account)?.counting();
                    Resets::between(&before.asked(), &account.asked(), counting)
                }
            };
            let resync_every = account.export.resync.every;
            let sentence = (!resets.is_empty()).then(|| resets.sentence(resync_every))?;
            Some(format!("{}: {sentence}", account.name))
        });
        resets.collect()
    }

    /// Does everything that can fail: makes all clients, then opens the states of new accounts. If anything
    /// fails, drops what was made.
    ///
    /// An account whose loops have ended, because its state is damaged, is opened again if its settings
    /// changed.
    async fn prepare(
        &self,
        wanted: &Config,
        changes: &Changes,
    ) -> Result<Vec<PreparedAccount<OpenedAccount>>, String> {
        // The certificates of the system's authorities may have changed too.
        let trust = Trust::default();
        let accounts = || wanted.accounts.iter();
        let with_clients = accounts().zip(&changes.accounts).map(|(account, change)| {
            let client =
                || account::client(account, &trust).map_err(|error| failed(account, &error));
            let running = self
                .running_as(account)
                .filter(|running| !running.has_ended());
            Ok(match (change, running) {
                (AccountChange::Unchanged, _) => PreparedAccount::Unchanged,
                (AccountChange::Changed(sections), Some(_)) => PreparedAccount::Changed {
                    client: self.needs_client(account).then(client).transpose()?,
                    sections: sections.clone(),
                },
                (AccountChange::Added | AccountChange::Changed(_), _) => {
                    PreparedAccount::New(client()?)
                }
            })
        });
        let with_clients = with_clients.collect::<Result<Vec<_>, String>>()?;
        let mut prepared = Vec::new();
        for (account, with_client) in accounts().zip(with_clients) {
            prepared.push(match with_client {
                PreparedAccount::Unchanged => PreparedAccount::Unchanged,
                PreparedAccount::Changed { client, sections } => {
                    PreparedAccount::Changed { client, sections }
                }
                PreparedAccount::New(client) => {
                    PreparedAccount::New(self.open(account.clone(), client, wanted).await?)
                }
            });
        }
        Ok(prepared)
    }

    /// Whether a running account needs a new client for these settings.
    fn needs_client(&self, account: &Account) -> bool {
        let settings = ClientSettings::from_account;
        account_at(&self.config, account).is_none_or(|before| settings(before) != settings(account))
    }

    /// The running account with the address of `account`.
    fn running_as(&self, account: &Account) -> Option<&RunningAccount> {
        let identity = account.base_url.as_identity();
        let mut running = self.running.iter();
        running.find(|running| running.identity == identity)
    }

    async fn open(
        &self,
        account: Account,
        client: Arc<Client>,
        wanted: &Config,
    ) -> Result<OpenedAccount, String> {
        let context = AccountContext::new(wanted, &self.exporter, &self.clock);
        let job = tokio::task::spawn_blocking(move || {
            let opened = OpenedAccount::open(&account, client, &context);
            opened.map_err(|error| failed(&account, &error))
        });
        // A panic while an account is opened must not end the others.
        job.await.map_err(|failure| failure.to_string())?
    }

    /// Does everything that cannot fail, without a pause: starts new accounts, gives the others their settings,
    /// stops the rest. Returns the stopped accounts, and the new and changed ones.
    fn put_into_effect(
        &mut self,
        wanted: Config,
        prepared: Vec<PreparedAccount<OpenedAccount>>,
    ) -> (Vec<RunningAccount>, Vec<ChangedAccount>) {
        let mut changed = Vec::new();
        let mut before: Vec<RunningAccount> = std::mem::take(&mut self.running);
        let mut times = start_times(self.clock.now().monotonic, prepared.len());
        for (account, prepared) in wanted.accounts.iter().zip(prepared) {
            let identity = account.base_url.as_identity();
            let is_same = |running: &RunningAccount| running.identity == identity;
            let index = before.iter().position(is_same);
            let (running, effective) = match (prepared, index) {
                (PreparedAccount::New(opened), _) => {
                    let at = times.next().unwrap_or_default();
                    let running = opened.start(&self.clock, at, &self.shutdown);
                    (running, Some(Effective::FromStart(at)))
                }
                (PreparedAccount::Unchanged, Some(index)) => (before.swap_remove(index), None),
                (PreparedAccount::Changed { client, sections }, Some(index)) => {
                    let mut running = before.swap_remove(index);
                    let (exporter, clock) = (&self.exporter, &self.clock);
                    let receipt = running.change(account, client, sections, exporter, clock);
                    (running, Some(Effective::WhenSigned(receipt)))
                }
                (PreparedAccount::Unchanged | PreparedAccount::Changed { .. }, None) => continue,
            };
            if let Some(effective) = effective {
                changed.push(ChangedAccount {
                    name: account.name.clone(),
                    index: self.running.len(),
                    effective,
                });
            }
            self.running.push(running);
        }
        self.config = wanted;
        // Before the loops of the old accounts end: a scrape never shows an account without its loops.
        self.publish();
        for running in &before {
            running.stop();
        }
        (before, changed)
    }

    /// Shows these accounts in scrapes, and makes the health check watch them.
    pub(super) fn publish(&self) {
        let running = || self.running.iter();
        self.exposition
            .show(running().map(RunningAccount::published).collect());
        self.health
            .watch(running().map(RunningAccount::health).collect());
    }

    /// Waits until every account has ended after `shutdown`.
    pub(super) async fn ended(&mut self) {
        for running in &mut self.running {
            running.ended().await;
        }
    }
}

/// Logs the reload. Each account itself logs what it changes and resets, when that takes effect.
fn log(reloaded: &Reloaded) {
    let [added, removed, changed] = reloaded.counts;
    let next_attempts = reloaded.attempts.strip_prefix("; ");
    let changes = (!reloaded.changes.is_empty()).then(|| reloaded.changes.join("; "));
    info!(
        added,
        removed, changed, next_attempts, changes, "reloaded the settings"
    );
    for (account, effect) in &reloaded.name_changes {
        info!(account, effect, "the name or address of an account changed");
    }
    warn_of_settings(&reloaded.warnings);
}

fn failed(account: &Account, error: &dyn Error) -> String {
    format!("account {}: {}", account.name, with_sources(error))
}
