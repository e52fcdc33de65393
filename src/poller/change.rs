//! New settings for a poller that runs.
//!
//! It goes on rather than being replaced: what it has learnt of Zendesk's clock and limits, what it
//! waits for, and where it is in the export all stay.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::publish::Publisher;
use super::resync::ResyncWalk;
use super::{Poller, PollerSettings, Source};
use crate::clock::{Clock, Moment};
use crate::ledger::{Layout, Reach, Walk};
use crate::metrics::AccountMetrics;
use crate::reload::{Address, Mailbox};
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
    pub layout: Layout,
    /// Which tickets are asked for.
    pub reach: Reach,
    /// Self-metrics.
    pub metrics: AccountMetrics,
}

/// New settings that have come, and those that could not be put into effect yet.
#[derive(Debug)]
pub(super) struct Change<S> {
    mailbox: Mailbox<NewSettings<S>>,
    /// Could not be put into effect, because of the state: what, and when to try again.
    failed: Option<(Arc<NewSettings<S>>, Duration)>,
}

/// Longest that giving the cells another layout is taken to last: every record is read.
const LAYOUT_TIME_MAX: Duration = Duration::from_secs(15 * 60);

impl<S> Default for Change<S> {
    fn default() -> Self {
        Self {
            mailbox: Mailbox::default(),
            failed: None,
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
        let (layout, reach) = (new.layout.clone(), new.reach);
        let work = move |store: &mut Store| keep(store, layout, reach);
        let kept = match self.with_store(work).await {
            Ok(kept) => kept,
            Err(flow) => return flow,
        };
        if let Err(failure) = kept {
            let flow = self.on_store_failure(Walk::Main, &failure, self.clock.now());
            let retry_at = self.schedule.next(self.clock.now()).at;
            self.change.failed = Some((Arc::clone(new), retry_at));
            return flow;
        }
        self.adopt(new, resync_due_before);
        info!(
            account = self.settings.account,
            "new settings are in effect"
        );
        ControlFlow::Continue(())
    }

    fn adopt(&mut self, new: &NewSettings<S>, resync_due_before: Option<UnixSeconds>) {
        let before = std::mem::replace(&mut self.settings, new.settings.clone());
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
        }
        // It was asked for with the settings of before.
        self.kept = None;
        // Where these walks have been says nothing of where they go from now on: the state may have
        // sent them back to the beginning.
        self.main_trail = Trail::default();
        self.resync = ResyncWalk::default();
        let replayed_at = store.progress().replayed_at;
        self.schedule.repace(pacing, replayed_at, self.clock.now());
        // Said again it would differ by parts of a second.
        if self.schedule.is_caught_up() && self.resync_due() != resync_due_before {
            self.set_resync_due();
        }
        self.show_anew();
    }

    /// Renders everything from the state, as at the start; how the latest requests went stays.
    fn show_anew(&mut self) {
        let findings = Arc::clone(&self.outlets.findings);
        let own_counts = self.outlets.own_counts.clone();
        let (settings, method) = (&self.settings, self.source.auth_method());
        let anew = Publisher::new(
            &settings.account,
            settings.source,
            method,
            findings,
            own_counts,
        );
        self.publisher = anew.after(&self.publisher);
        self.fill_backlog();
        self.publish(true);
    }
}

/// Lets the state fit the settings.
fn keep(store: &mut Store, layout: Layout, reach: Reach) -> Result<(), StoreError> {
    store.lay_out(layout)?;
    store.aim(reach)
}
