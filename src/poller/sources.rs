//! Which source is read, and what follows from a refusal.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::request::or_shutdown;
use super::{Poller, STOP, Step};
use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::ledger::{Progress, Truth, Walk};
use crate::schedule::ListRole;
use crate::source::{ApiError, Endpoint, Page, PageRequest, Position, SourceReason, TicketSource};
use crate::state::State;
use crate::ticket::UnixSeconds;
use crate::walk::{Choice, Refused};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Whether requests of `walk` go to the source that is the truth. Only these decide whether the account can be
    /// read.
    pub(super) fn is_of_truth(&self, walk: Walk) -> bool {
        let is_of_list = self.schedule.is_of_list(walk);
        is_of_list == (self.schedule.list_role() == ListRole::Truth)
    }

    /// Reads the lists for what the state says that they are needed for. At the start, and with other settings, a
    /// refused export is tried at once.
    pub(super) fn follow_truth(&mut self, tries_at_once: bool) {
        let Some(state) = &self.state else { return };
        let now = self.clock.now();
        let progress = state.progress();
        let truth = progress.truth;
        let was_truth = self.schedule.list_role() == ListRole::Truth;
        // After the list was the truth it is read until the export has caught up, so that nothing shows later than it
        // did. Other settings than `auto` exclude the list.
        let is_behind = progress.list.marks.data_timestamp > progress.exports.data_timestamp;
        self.is_returning = is_behind
            && !truth.is_list
            && self.choice.tries_export()
            && !self.schedule.main_has_caught_up();
        let role = self.wanted_role(truth);
        self.schedule.set_list_role(role, now);
        if role == ListRole::Truth {
            if !self.choice.tries_export() {
                self.schedule.never_try_export();
            } else if tries_at_once {
                self.schedule.try_export(now);
            }
        }
        if was_truth != (role == ListRole::Truth) {
            self.rounds.forget();
        }
        self.plan_list_work(now);
    }

    fn wanted_role(&mut self, truth: Truth) -> ListRole {
        if truth.is_list {
            return ListRole::Truth;
        }
        if self.is_returning {
            return ListRole::FastLane;
        }
        let Some(every) = self.settings.pacing.list.fast_lane else {
            return ListRole::Off;
        };
        if !self.schedule.main_has_caught_up() {
            return ListRole::Off;
        }
        let has_room = self.schedule.has_room_for_lane(every);
        self.tell_room_for_lane(has_room, every);
        if has_room {
            ListRole::FastLane
        } else {
            ListRole::Off
        }
    }

    fn tell_room_for_lane(&mut self, has_room: bool, every: Duration) {
        let lacked_room = std::mem::replace(&mut self.lane_lacks_room, !has_room);
        if !has_room && !lacked_room {
            warn!(
                account = self.settings.account,
                fast_lane_seconds = every.as_secs(),
                requests_per_minute = self.schedule.list_requests_per_minute(),
                advice = "raise export.list.budget_percent or export.list.fast_lane",
                "the fast lane is off, because its share of the account's request limit is too small"
            );
        }
    }

    /// Says that another source is the truth since `before`.
    pub(super) fn tell_truth(&self, before: Truth, after: Truth) {
        let account = &self.settings.account;
        match (before.is_list, after.is_list) {
            (false, true) if after.reason == SourceReason::Configured => info!(
                account,
                "reading the list of tickets instead of the export, as the settings say"
            ),
            (false, true) => warn!(
                account,
                reason = after.reason.label(),
                advice = "see the section Sources of docs/limits.md for what the list of tickets does not show",
                "reading the list of tickets instead of the export"
            ),
            (true, false) => info!(
                account,
                "reading the export again instead of the list of tickets"
            ),
            _ => {}
        }
    }

    /// Zendesk refused the export: perhaps the list takes its place.
    pub(super) async fn on_refused(
        &mut self,
        refusal: &ApiError,
        shutdown: &CancellationToken,
    ) -> Step {
        let now = self.clock.now();
        let apart = self.settings.pacing.retry.maximum;
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        if let Some(truth) = self
            .choice
            .corrected(progress.truth, refusal, self.cause.asker)
        {
            self.store_truth(truth).await?;
        }
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        let refused = self.choice.on_refusal(progress, now.monotonic, apart);
        // How near the switch is.
        self.publish(false);
        if refused == Refused::Stays {
            return Ok(());
        }
        // The next refusal asks.
        if !self.schedule.may_ask_list(self.clock.now()) {
            debug!(
                account = self.settings.account,
                "the list of tickets is not requested, because too little of a request limit remains"
            );
            return Ok(());
        }
        let reason = Choice::reason(refusal, self.cause.asker);
        match or_shutdown(self.ask_list_once(), shutdown).await? {
            Ok(page) => {
                let progress = self.state.as_ref().ok_or(STOP)?.progress();
                let rows = page.rows.len() + page.rejected.len();
                if Choice::can_read_list(progress, rows) {
                    return self.take_truth(Truth::list(reason)).await;
                }
                warn!(
                    account = self.settings.account,
                    advice = "check which tickets the user behind the credentials can see",
                    "the list of tickets is empty, so it cannot take the place of the refused export"
                );
            }
            Err(failure) => warn!(
                account = self.settings.account,
                error = with_sources(&failure),
                advice = failure.advice_at(Endpoint::TicketsList, self.source.auth_method()),
                "the list of tickets cannot take the place of the refused export"
            ),
        }
        Ok(())
    }

    /// Requests one ticket of the list, once more if the connection or the token turns out to have ended.
    pub(super) async fn ask_list_once(&mut self) -> Result<Page, ApiError> {
        match self.ask_list().await {
            Err(failure) if failure.is_repeated_at_once() => self.ask_list().await,
            answer => answer,
        }
    }

    async fn ask_list(&mut self) -> Result<Page, ApiError> {
        let request = PageRequest {
            start: Position::List(None),
            page_size: 1,
            account_now: self.account_now(),
            is_time_sure: self.schedule.account_clock().is_believed(),
        };
        let sent = self.clock.now();
        self.schedule.on_request(Walk::List, sent);
        let source = Arc::clone(&self.source);
        let exchange = self.while_refreshing(source.fetch(&request)).await;
        self.on_answer(&exchange.head, sent);
        exchange.outcome
    }

    /// Makes a source the truth, in the state first.
    async fn take_truth(&mut self, truth: Truth) -> Step {
        let before = self.state.as_ref().ok_or(STOP)?.progress().truth;
        self.store_truth(truth).await?;
        self.tell_truth(before, truth);
        self.publisher.on_export_replaced();
        self.follow_truth(false);
        self.publish(false);
        Ok(())
    }

    async fn store_truth(&mut self, truth: Truth) -> Step {
        let work = move |state: &mut State| state.set_truth(truth);
        self.with_state(Walk::Main, work).await.map(drop)
    }

    /// A page of `walk` was applied that may have changed the truth.
    pub(super) fn after_page(&mut self, walk: Walk, before: Truth) {
        let after = self
            .state
            .as_ref()
            .map_or(before, |state| state.progress().truth);
        if before != after {
            self.tell_truth(before, after);
            self.publisher.on_truth();
        }
        self.follow_truth(false);
        // The page was published before this was known.
        if before != after || (walk == Walk::Main && after.is_list) {
            self.publish(false);
        }
    }

    /// What the lists are to be asked for besides their polls: a full walk, and archived tickets.
    pub(super) fn plan_list_work(&mut self, now: Moment) {
        let Some(state) = &self.state else { return };
        let progress = state.progress();
        if self.schedule.list_role() != ListRole::Truth || !self.schedule.list_has_caught_up() {
            return;
        }
        if is_full_walk_due(
            progress,
            self.settings.pacing.resync.map(|resync| resync.every),
            self.account_now(),
        ) {
            self.schedule.ask_list(Walk::Resync, now);
        }
        self.plan_archive(now);
    }

    /// The list of deleted tickets is refused, or fails for so long that the first sync does not wait for it: the poller
    /// goes on without it.
    pub(super) async fn on_deleted_refused(&mut self, failure: &ApiError) -> Step {
        self.schedule.on_deleted_refused(self.clock.now());
        let was_refused = self
            .state
            .as_ref()
            .ok_or(STOP)?
            .progress()
            .list
            .deleted_is_refused;
        let account_now = self.account_now();
        let work = move |state: &mut State| state.on_deleted_refused(account_now);
        let applied = self.with_state(Walk::Deleted, work).await?;
        if was_refused {
            debug!(
                account = self.settings.account,
                "the list of deleted tickets is still refused"
            );
        } else {
            let error = with_sources(failure);
            let follows = match self.schedule.list_role() {
                ListRole::Truth => {
                    "deleted tickets are found by verify rounds and counted as vanished"
                }
                ListRole::Off | ListRole::FastLane => {
                    "the fast lane does not show deletions earlier than the export"
                }
            };
            let what = if failure.is_refusal() {
                "Zendesk refuses the list of deleted tickets"
            } else {
                "the list of deleted tickets cannot be read"
            };
            warn!(account = self.settings.account, error, "{what}; {follows}");
        }
        if applied.completed_initial_sync {
            self.log_initial_sync();
            self.fill_backlog();
        }
        self.rounds.on_deleted_end();
        self.advance_round().await?;
        self.publish(applied.completed_initial_sync);
        Ok(())
    }
}

/// Whether a full walk of the list is under way or due, which takes the place of a resync of an export.
fn is_full_walk_due(
    progress: &Progress,
    every: Option<Duration>,
    account_now: UnixSeconds,
) -> bool {
    let is_due = every.is_some_and(|every| progress.resync.full_walk_due(every) <= account_now);
    progress.initial_sync_complete && (progress.list.full_walk.is_some() || is_due)
}
