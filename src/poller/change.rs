//! New settings for a poller that runs.
//!
//! It goes on rather than being replaced: what it has learnt of Zendesk's clock and limits, what it
//! waits for, and where it is in the export all stay. Other credentials alone end a wait.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::publish::Publisher;
use super::resync::ResyncWalk;
use super::{Poller, PollerSettings};
use crate::clock::{Clock, Moment};
use crate::ledger::{Reach, Resets, SeriesSettings, Walk};
use crate::metrics::AccountMetrics;
use crate::reload::{Address, Mailbox, Receipt};
use crate::source::Source;
use crate::store::{Store, StoreError};
use crate::ticket::UnixSeconds;
use crate::walk::Trail;

/// What a poller does from now on.
#[derive(Debug)]
pub struct NewSettings<S> {
    /// Its settings; the seed is not used again.
    pub settings: PollerSettings,
    /// Where pages come from.
    pub source: Arc<S>,
    /// The labels and families that are shown.
    pub series: SeriesSettings,
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

/// Longest that giving the cells another series is taken to last: every record is read.
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

impl<C: Clock, S: Source> Poller<C, S> {
    /// Puts new settings into effect: first in the state, where it can fail, then everywhere else.
    ///
    /// Until the state has them everything stays as it was, and they are tried again when the
    /// schedule lets a request go out.
    pub(super) async fn take(
        &mut self,
        new: &Arc<NewSettings<S>>,
        shutdown: &CancellationToken,
    ) -> ControlFlow<()> {
        if shutdown.is_cancelled() {
            return ControlFlow::Break(());
        }
        let resync_due_before = self.resync_due();
        let now = self.clock.now().monotonic;
        self.outlets.health.expect_by(now + LAYOUT_TIME_MAX);
        let (series, reach) = (new.series.clone(), new.reach);
        let wall = self.clock.now().wall();
        let work = move |store: &mut Store| keep(store, series, reach, wall);
        let kept = match self.with_store(work).await {
            Ok(kept) => kept,
            Err(flow) => return flow,
        };
        let Kept {
            resets,
            resync_goes_on,
        } = match kept {
            Ok(kept) => kept,
            Err(failure) => {
                let flow = self.on_store_failure(Walk::Main, &failure, self.clock.now());
                let retry_at = self.schedule.next(self.clock.now()).at;
                self.change.failed = Some((Arc::clone(new), retry_at));
                return flow;
            }
        };
        if !resync_goes_on {
            self.resync = ResyncWalk::default();
        }
        self.adopt(new, resync_due_before);
        new.receipt.sign();
        let account = &self.settings.account;
        let resync_every = self.settings.pacing.resync.map(|resync| resync.every);
        let changed = new.changed.join(", ");
        let effect = (!resets.is_empty()).then(|| resets.sentence(resync_every));
        info!(account, changed, effect, "new settings are in effect");
        ControlFlow::Continue(())
    }

    fn adopt(&mut self, new: &NewSettings<S>, resync_due_before: Option<UnixSeconds>) {
        let before = std::mem::replace(&mut self.settings, new.settings.clone());
        if !Arc::ptr_eq(&self.source, &new.source) {
            // Perhaps with other credentials.
            self.asker = None;
        }
        self.source = Arc::clone(&new.source);
        self.outlets.metrics = new.metrics.clone();
        self.outlets.health.rename(&self.settings.account);
        let Some(store) = &self.store else { return };
        let pacing = self.settings.pacing;
        let replays_otherwise = before.pacing.replay_every != pacing.replay_every;
        if replays_otherwise || before.replay_window != self.settings.replay_window {
            self.replay = None;
        }
        if before.source != self.settings.source || before.start_time != self.settings.start_time {
            self.replay = None;
            self.resync = ResyncWalk::default();
        }
        // It was asked for with the settings of before.
        self.kept = None;
        // Where it has been says nothing of where it goes from now on.
        self.main_trail = Trail::default();
        let replayed_at = store.progress().replayed_at;
        self.schedule.repace(pacing, replayed_at, self.clock.now());
        if self.change.use_credentials(new.credentials) {
            self.schedule.on_new_credentials(self.clock.now());
        }
        // Said again it would differ by parts of a second.
        if self.schedule.is_caught_up() && self.resync_due() != resync_due_before {
            self.set_resync_due();
        }
        self.show_anew();
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

/// What the state has become.
struct Kept {
    resets: Resets,
    /// A resync is under way and stays so; otherwise the next one begins anew.
    resync_goes_on: bool,
}

/// Lets the state fit the settings.
fn keep(
    store: &mut Store,
    series: SeriesSettings,
    reach: Reach,
    now: UnixSeconds,
) -> Result<Kept, StoreError> {
    let resync_before = store.progress().resync.run.clone();
    store.apply_settings(series, now)?;
    store.aim(reach)?;
    let run = &store.progress().resync.run;
    let resync_goes_on = run.is_some() && *run == resync_before;
    Ok(Kept {
        resets: store.take_resets(),
        resync_goes_on,
    })
}
