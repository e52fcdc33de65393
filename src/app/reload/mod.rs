//! Putting settings into effect that were read again: what can fail first, then the rest at once.

mod next_attempts;

use std::error::Error;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::account::{self, Opened, Running};
use super::open_accounts::Opening;
use super::settings::{LoadConfig, Reloading};
use super::start_times::start_times;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::health::AllHealth;
use crate::ledger::Resets;
use crate::metrics::{ExporterMetrics, Exposition};
use crate::open_files;
use crate::reload::changes::{self, Changes, Fate, account_at};
use crate::telemetry::{LogLevel, warn_of_settings};
use crate::zendesk::{Client, ClientSettings, Trust};
use next_attempts::{Changed, Holds};

/// The accounts that are being read, and the settings that hold.
#[derive(Debug)]
pub(super) struct Accounts {
    /// In the order of the settings; no two have the same address.
    pub(super) running: Vec<Running>,
    pub(super) config: Config,
    pub(super) exporter: ExporterMetrics,
    pub(super) exposition: Exposition,
    pub(super) health: AllHealth,
    pub(super) clock: Arc<SystemClock>,
    /// Connections of clients that there may be.
    pub(super) connections_max: usize,
    pub(super) shutdown: CancellationToken,
}

/// What is ready for an account of the new settings, before any other is touched: for a new one a `T`.
enum Ready<T> {
    /// It goes on as it is.
    Kept,
    /// It goes on with other settings.
    Changed {
        /// Another client, if the settings take one.
        client: Option<Arc<Client>>,
        /// Which sections of the settings differ.
        sections: Vec<&'static str>,
    },
    /// It begins.
    New(T),
}

impl Accounts {
    /// Reads the settings again whenever somebody asks. Never returns.
    pub(super) async fn reload_when_asked(&mut self, reloading: Option<Reloading>) {
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
            let waiting = requests.next().await;
            let outcome = self.reload(&load, &log_level).await;
            let outcome = outcome.map_err(|error| error.to_string());
            self.exporter
                .on_settings(outcome.is_ok(), self.clock.now().wall());
            match &outcome {
                Ok(reloaded) => reloaded.log(),
                Err(why) => error!(
                    error = why,
                    "cannot reload the settings, keeping the previous ones"
                ),
            }
            waiting.answer(&outcome.map(|reloaded| reloaded.words()));
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
        let ready = self.make_ready(&wanted, &changes).await?;
        let resets = self.resets(&wanted, &ready);
        let sentences = changes.sentences(&self.config, &wanted);
        let news = changes::renamed_and_moved(&self.config, &wanted);
        if let Some(level) = changes.log_level {
            log_level.set(level);
        }
        let warnings = wanted.warnings.clone();
        let (mut ended, changed) = self.put_into_effect(wanted, ready);
        // Their states must be closed before anybody asks for these accounts again.
        for account in &mut ended {
            account.ended().await;
        }
        let attempts = next_attempts::words(&changed, &self.running, &self.clock).await;
        Ok(Reloaded {
            counts: changes.counts(),
            changes: sentences,
            attempts,
            news,
            resets,
            warnings,
        })
    }

    /// What the changes reset, a sentence for each account where something is.
    fn resets(&self, wanted: &Config, ready: &[Ready<Opened>]) -> Vec<String> {
        let accounts = wanted.accounts.iter().zip(ready);
        let resets = accounts.filter_map(|(account, ready)| {
            let resets = match ready {
                Ready::Kept => return None,
                Ready::New(opened) => opened.resets.clone(),
                Ready::Changed { .. } => {
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

    /// Does all that can fail: every client first, then the states of new accounts. What was made is
    /// dropped again if anything fails.
    async fn make_ready(
        &self,
        wanted: &Config,
        changes: &Changes,
    ) -> Result<Vec<Ready<Opened>>, String> {
        // Whoever reloads may have changed the authorities, too.
        let trust = Trust::default();
        let accounts = || wanted.accounts.iter();
        let with_clients = accounts().zip(&changes.accounts).map(|(account, fate)| {
            let client =
                || account::client(account, &trust).map_err(|error| failed(account, &error));
            let running = self
                .running_as(account)
                .filter(|running| !running.has_ended());
            Ok(match (fate, running) {
                (Fate::Kept, _) => Ready::Kept,
                (Fate::Changed(sections), Some(_)) => Ready::Changed {
                    client: self.needs_client(account).then(client).transpose()?,
                    sections: sections.clone(),
                },
                (Fate::Added | Fate::Changed(_), _) => Ready::New(client()?),
            })
        });
        let with_clients = with_clients.collect::<Result<Vec<_>, String>>()?;
        let mut ready = Vec::new();
        for (account, with_client) in accounts().zip(with_clients) {
            ready.push(match with_client {
                Ready::Kept => Ready::Kept,
                Ready::Changed { client, sections } => Ready::Changed { client, sections },
                Ready::New(client) => Ready::New(self.open(account.clone(), client, wanted).await?),
            });
        }
        Ok(ready)
    }

    /// Whether the client of a running account does not do for these settings.
    fn needs_client(&self, account: &Account) -> bool {
        account_at(&self.config, account)
            .is_none_or(|before| ClientSettings::of(before) != ClientSettings::of(account))
    }

    fn running_as(&self, account: &Account) -> Option<&Running> {
        let identity = account.base_url.as_identity();
        let mut running = self.running.iter();
        running.find(|running| running.identity == identity)
    }

    async fn open(
        &self,
        account: Account,
        client: Arc<Client>,
        wanted: &Config,
    ) -> Result<Opened, String> {
        let opening = Opening::new(wanted, &self.exporter, &self.clock);
        let job = tokio::task::spawn_blocking(move || {
            let opened = Opened::open(&account, client, &opening);
            opened.map_err(|error| failed(&account, &error))
        });
        // A panic must not end what runs well.
        job.await.map_err(|failure| failure.to_string())?
    }

    /// Does what cannot fail, without a pause. Returns the accounts that were told to end, and those
    /// that begin or were told to change.
    fn put_into_effect(
        &mut self,
        wanted: Config,
        ready: Vec<Ready<Opened>>,
    ) -> (Vec<Running>, Vec<Changed>) {
        let mut changed = Vec::new();
        let mut before: Vec<Running> = std::mem::take(&mut self.running);
        let mut times = start_times(self.clock.now().monotonic, ready.len());
        for (account, ready) in wanted.accounts.iter().zip(ready) {
            let identity = account.base_url.as_identity();
            let index = before
                .iter()
                .position(|running| running.identity == identity);
            let (running, holds) = match (ready, index) {
                (Ready::New(opened), _) => {
                    let at = times.next().unwrap_or_default();
                    let running = opened.start(&self.clock, at, &self.shutdown);
                    (running, Some(Holds::From(at)))
                }
                (Ready::Kept, Some(index)) => (before.swap_remove(index), None),
                (Ready::Changed { client, sections }, Some(index)) => {
                    let mut running = before.swap_remove(index);
                    let (exporter, clock) = (&self.exporter, &self.clock);
                    let receipt = running.change(account, client, sections, exporter, clock);
                    (running, Some(Holds::Once(receipt)))
                }
                (Ready::Kept | Ready::Changed { .. }, None) => continue,
            };
            if let Some(holds) = holds {
                changed.push(Changed {
                    name: account.name.clone(),
                    running: self.running.len(),
                    holds,
                });
            }
            self.running.push(running);
        }
        self.config = wanted;
        self.show();
        for running in &before {
            running.stop();
        }
        (before, changed)
    }

    /// Shows the accounts that there are, and watches over them.
    pub(super) fn show(&self) {
        let running = || self.running.iter();
        self.exposition
            .show(running().map(Running::published).collect());
        self.health.watch(running().map(Running::health).collect());
    }

    /// Waits until every account has ended, which `shutdown` tells them to.
    pub(super) async fn ended(&mut self) {
        for running in &mut self.running {
            running.ended().await;
        }
    }
}

/// What a reload has done.
#[derive(Debug)]
struct Reloaded {
    /// Accounts added, removed and changed.
    counts: [usize; 3],
    /// What changed, a sentence each.
    changes: Vec<String>,
    /// When the new and changed ones are asked next, in words.
    attempts: String,
    /// Other names and addresses: the account, and what they mean.
    news: Vec<(String, String)>,
    /// What is reset, a sentence for each account.
    resets: Vec<String>,
    /// What is probably meant otherwise in the settings, a sentence each.
    warnings: Vec<String>,
}

impl Reloaded {
    /// The answer to who asked for it.
    fn words(&self) -> String {
        let [added, removed, changed] = self.counts;
        let attempts = &self.attempts;
        let mut lines = vec![format!(
            "settings reloaded; accounts added: {added}, removed: {removed}, changed: {changed}{attempts}"
        )];
        if self.changes.is_empty() {
            lines.push("no setting changed".to_owned());
        }
        lines.extend_from_slice(&self.changes);
        let warnings = self.warnings.iter();
        lines.extend(warnings.map(|warning| format!("warning: {warning}")));
        let news = self.news.iter();
        lines.extend(news.map(|(account, sentence)| format!("{account}: {sentence}")));
        lines.extend_from_slice(&self.resets);
        lines.join("\n")
    }

    /// What each account changes and resets it tells itself, once that holds.
    fn log(&self) {
        let [added, removed, changed] = self.counts;
        let next_attempts = self.attempts.strip_prefix("; ");
        let changes = (!self.changes.is_empty()).then(|| self.changes.join("; "));
        info!(
            added,
            removed, changed, next_attempts, changes, "reloaded the settings"
        );
        for (account, effect) in &self.news {
            info!(account, effect, "the name or address of an account changed");
        }
        warn_of_settings(&self.warnings);
    }
}

fn failed(account: &Account, error: &dyn Error) -> String {
    format!("account {}: {}", account.name, with_sources(error))
}
