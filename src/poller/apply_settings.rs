//! What new settings change in a poller that runs.
//!
//! It goes on rather than being replaced: what it has learnt of Zendesk's clock and limits, what it
//! waits for, and where it is in the export all stay. Other credentials alone end a wait.

use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::archive_probe::ArchiveProbe;
use super::known_cause::KnownCause;
use super::settings::NewSettings;
use super::{Poller, STOP, Step};
use crate::clock::Clock;
use crate::ledger::Walk;
use crate::source::TicketSource;
use crate::state::State;
use crate::walk::{Choice, VerifyRounds};

/// Longest that rebuilding the cells is expected to take: every record is read.
const REBUILD_TIME_MAX: Duration = Duration::from_secs(15 * 60);

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Puts new settings into effect: first in the state, where it can fail, then everywhere else.
    ///
    /// Until the state has them everything stays as it was, and they are tried again when the
    /// schedule lets a request go out.
    pub(super) async fn put_into_effect(&mut self, new: &Arc<NewSettings<S>>) -> Step {
        let now = self.clock.now();
        self.outlets
            .health
            .expect_by(now.monotonic + REBUILD_TIME_MAX);
        let (series, ticket_scope) = (new.series.clone(), new.ticket_scope);
        let choice = Choice::new(new.settings.source);
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        let (truth_before, scope_before) = (progress.truth, progress.ticket_scope);
        let truth = choice.truth(truth_before);
        let work = move |state: &mut State| {
            state.apply_settings(series, now.wall())?;
            state.set_ticket_scope(ticket_scope)?;
            state.set_truth(truth)?;
            Ok(state.take_resets())
        };
        let kept = self.with_state(Walk::Main, work).await;
        // The disk may be full. Tried again no sooner than a page would be, and not in a loop.
        if kept.is_err() {
            let retry_at = self.schedule.next(self.clock.now()).at;
            self.pending_settings.try_again(new, retry_at);
        }
        let resets = kept?;
        if scope_before != Some(ticket_scope) {
            self.forget_what_is_shown();
        }
        self.adopt(new)?;
        self.tell_truth(truth_before, truth);
        new.receipt.sign();
        let account = &self.settings.account;
        let resync_every = self.settings.pacing.resync.map(|resync| resync.every);
        let changed = new.changed.join(", ");
        let effect = (!resets.is_empty()).then(|| resets.sentence(resync_every));
        info!(account, changed, effect, "new settings are in effect");
        Ok(())
    }

    /// What Zendesk showed so far says nothing of what it shows to other credentials or under other settings: which
    /// tickets are missing, and whether archived tickets are shown.
    fn forget_what_is_shown(&mut self) {
        self.rounds = VerifyRounds::default();
        self.probe = ArchiveProbe::default();
        self.refuses_alone = false;
    }

    fn adopt(&mut self, new: &NewSettings<S>) -> Step {
        let source_before = self.settings.source;
        if self.settings.archive != new.settings.archive {
            self.forget_what_is_shown();
        }
        self.settings = new.settings.clone();
        if !Arc::ptr_eq(&self.source, &new.source) {
            // Perhaps with other credentials.
            self.cause = KnownCause::default();
        }
        self.source = Arc::clone(&new.source);
        self.outlets.metrics = new.metrics.clone();
        self.outlets.health.rename(&self.settings.account);
        let now = self.clock.now();
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        let pacing = self.settings.pacing;
        // In this order: `on_progress` needs the new pacing, and the walks need to know whether the
        // times of replays changed.
        let replays_otherwise = self.schedule.repace(pacing, progress.replayed_at, now);
        self.schedule.on_progress(progress, now);
        self.walks
            .on_settings(self.settings.walks, replays_otherwise);
        let are_other_credentials = self.pending_settings.use_credentials(new.credentials);
        if are_other_credentials {
            self.schedule.on_new_credentials(self.clock.now());
            self.forget_what_is_shown();
        }
        let is_other_source = source_before != self.settings.source;
        if are_other_credentials || is_other_source {
            // What was refused to others says nothing of these.
            self.choice = Choice::new(self.settings.source);
        }
        // Another setting may ask for an export that was refused. Other credentials may open it: the schedule has
        // brought its next try forward.
        self.follow_truth(is_other_source);
        let method = self.source.auth_method();
        self.publisher.apply_settings(&self.settings, method);
        self.fill_backlog();
        self.publish(true);
        Ok(())
    }
}
