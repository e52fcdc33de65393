//! New settings for a poller that runs.
//!
//! It goes on rather than being replaced: what it has learnt of Zendesk's clock and limits, what it
//! waits for, and where it is in the export all stay. Other credentials alone end a wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::publish::Publisher;
use super::{Poller, PollerSettings, STOP, Step};
use crate::clock::{Clock, Moment};
use crate::ledger::{Layout, Reach, Walk};
use crate::metrics::AccountMetrics;
use crate::reload::{Address, Mailbox, Receipt};
use crate::source::TicketSource;
use crate::store::Store;

/// What a poller does from now on.
#[derive(Debug)]
pub struct NewSettings<S> {
    /// Its settings; the seed is not used again.
    pub settings: PollerSettings,
    /// Where pages come from.
    pub source: Arc<S>,
    /// The labels and families that are shown.
    pub layout: Layout,
    /// Which tickets are asked for.
    pub reach: Reach,
    /// Self-metrics.
    pub metrics: AccountMetrics,
    /// How often the account's credentials have changed since its poller was made. A number rather than
    /// a flag, because a letter that was not taken yet gives way to the next one.
    pub credentials: u64,
    /// Which sections of the account's settings differ, for the log.
    pub changed: Vec<&'static str>,
    /// Signed once all of this holds.
    pub receipt: Receipt,
}

/// New settings that have come, and those that could not be put into effect yet.
#[derive(Debug)]
pub(super) struct Change<S> {
    mailbox: Mailbox<NewSettings<S>>,
    /// Could not be put into effect, because of the state: what, and when to try again.
    failed: Option<(Arc<NewSettings<S>>, Duration)>,
    /// Which credentials are used, as [`NewSettings::credentials`].
    credentials: u64,
    /// No page has come with them yet.
    is_unproven: bool,
}

/// Longest that giving the cells another layout is taken to last: every record is read.
const LAYOUT_TIME_MAX: Duration = Duration::from_secs(15 * 60);

impl<S> Default for Change<S> {
    fn default() -> Self {
        Self {
            mailbox: Mailbox::default(),
            failed: None,
            credentials: 0,
            is_unproven: false,
        }
    }
}

impl<S> Change<S> {
    pub(super) fn address(&self) -> Address<NewSettings<S>> {
        self.mailbox.address()
    }

    /// The settings to put into effect now, if any.
    pub(super) fn next(&mut self, now: Moment) -> Option<Arc<NewSettings<S>>> {
        if let Some(new) = self.mailbox.take() {
            self.failed = None;
            return Some(new);
        }
        let is_time = |(_, at): &mut (_, Duration)| *at <= now.monotonic;
        self.failed.take_if(is_time).map(|(new, _)| new)
    }

    /// Uses these credentials from now on. Returns whether they are others.
    fn use_credentials(&mut self, credentials: u64) -> bool {
        let are_others = std::mem::replace(&mut self.credentials, credentials) != credentials;
        self.is_unproven |= are_others;
        are_others
    }

    /// A page came. Returns whether it is the first one with other credentials than before.
    pub(super) const fn prove_credentials(&mut self) -> bool {
        std::mem::replace(&mut self.is_unproven, false)
    }
}

impl<S: Send + Sync + 'static> Change<S> {
    /// Returns when new settings have come.
    pub(super) fn arrival(&self) -> impl Future<Output = ()> + Send + use<S> {
        self.mailbox.arrival()
    }
}

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Puts new settings into effect: first in the state, where it can fail, then everywhere else.
    ///
    /// Until the state has them everything stays as it was, and they are tried again when the
    /// schedule lets a request go out.
    pub(super) async fn take(&mut self, new: &Arc<NewSettings<S>>) -> Step {
        let now = self.clock.now();
        self.outlets
            .health
            .expect_by(now.monotonic + LAYOUT_TIME_MAX);
        let (layout, reach) = (new.layout.clone(), new.reach);
        let work = move |store: &mut Store| {
            store.lay_out(layout, now.wall())?;
            store.aim(reach)?;
            Ok(store.take_resets())
        };
        let kept = self.with_store(Walk::Main, work).await;
        if kept.is_err() {
            let retry_at = self.schedule.next(self.clock.now()).at;
            self.change.failed = Some((Arc::clone(new), retry_at));
        }
        let resets = kept?;
        self.adopt(new)?;
        new.receipt.sign();
        let account = &self.settings.account;
        let resync_every = self.settings.pacing.resync.map(|resync| resync.every);
        let changed = new.changed.join(", ");
        let effect = (!resets.is_empty()).then(|| resets.sentence(resync_every));
        info!(account, changed, effect, "new settings are in effect");
        Ok(())
    }

    fn adopt(&mut self, new: &NewSettings<S>) -> Step {
        self.settings = new.settings.clone();
        if !Arc::ptr_eq(&self.source, &new.source) {
            // Perhaps with other credentials.
            self.asker = None;
        }
        self.source = Arc::clone(&new.source);
        self.outlets.metrics = new.metrics.clone();
        self.outlets.health.rename(&self.settings.account);
        let now = self.clock.now();
        let progress = self.store.as_ref().ok_or(STOP)?.progress();
        let pacing = self.settings.pacing;
        let replays_otherwise = self.schedule.repace(pacing, progress.replayed_at, now);
        self.schedule.on_progress(progress, now);
        self.walks
            .on_settings(self.settings.walks, replays_otherwise);
        if self.change.use_credentials(new.credentials) {
            self.schedule.on_new_credentials(self.clock.now());
        }
        self.show_anew();
        Ok(())
    }

    /// Renders everything from the state, as at the start; how the latest requests went stays.
    fn show_anew(&mut self) {
        let findings = self.outlets.findings.clone();
        let own_counts = self.outlets.own_counts.clone();
        let (settings, method) = (&self.settings, self.source.auth_method());
        let anew = Publisher::new(settings, method, findings, own_counts);
        self.publisher = anew.after(&self.publisher, settings.hold_new_series);
        self.fill_backlog();
        self.publish(true);
    }
}
