//! The only loop of an account: wait, ask, store, publish.
//!
//! Takes no decision: when and what to ask comes from [`schedule`](crate::schedule) and
//! [`walk`](crate::walk), what a row means from [`ledger`](crate::ledger). Generic over the clock
//! and the source, so that a month can be run in a test.

mod settings;

mod request;

mod apply_page;

mod outcome;

mod resync_records;

mod sources;

mod verify;

mod archive_probe;

mod archive_walk;

mod refresh;

mod publish;

mod source_status;

mod cell_lines;

mod ageing;

mod lookup_lines;

mod walk_forecast;

mod pending_settings;

mod apply_settings;

mod state;

mod refusal_cause;

mod known_cause;

mod report;

mod streaks;

mod clock_news;

mod clock_report;

mod token_expiry;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::health::PollerHealth;
use crate::lookups::SharedFindings;
use crate::metrics::{AccountMetrics, Published};
use crate::reload::MailboxSender;
use crate::schedule::{Polls, Schedule, SharedAccountClock};
use crate::source::TicketSource;
use crate::state::State;
use crate::ticket::UnixSeconds;
use crate::walk::{Choice, VerifyRounds, Walks};
use archive_probe::ArchiveProbe;
use clock_news::ClockNews;
use known_cause::KnownCause;
use pending_settings::PendingSettings;
use publish::{Now, Publisher};
pub use settings::{NewSettings, PollerSettings};
use streaks::Streaks;
use walk_forecast::RequestsPerMinute;

/// Where a poller shows what it does.
#[derive(Clone, Debug)]
pub struct Outlets {
    /// Self-metrics.
    pub metrics: AccountMetrics,
    /// What a scrape shows.
    pub published: Published,
    /// What the lookups of the account find.
    pub findings: SharedFindings,
    /// What `/-/healthy` asks.
    pub health: Arc<PollerHealth>,
    /// The account's clock, which lookups help to know.
    pub account_clock: SharedAccountClock,
}

/// Rows that were left out and named, so that they are not named again: they come with every poll of a time-based
/// export, with every replay, and with every walk through a list.
type LeftOut = BTreeSet<(Option<i64>, &'static str)>;

/// Reads one account for as long as the program runs.
#[derive(Debug)]
pub struct Poller<C, S> {
    settings: PollerSettings,
    clock: Arc<C>,
    source: Arc<S>,
    /// `None` only while a page is being applied on another thread.
    state: Option<State>,
    outlets: Outlets,
    publisher: Publisher,
    pending_settings: PendingSettings<S>,
    schedule: Schedule,
    walks: Walks,
    choice: Choice,
    rounds: VerifyRounds,
    probe: ArchiveProbe,
    /// Zendesk refused to show any missing ticket by itself, in the latest round that asked for some.
    refuses_alone: bool,
    /// The export answers again after refusals, and has not caught up yet.
    is_returning: bool,
    /// The share of the account's limit is too small for the fast lane.
    lane_lacks_room: bool,
    polls: Polls,
    /// When what depends on the clock is next shown anew, on the monotonic clock.
    refresh_at: Duration,
    /// What people were told of clocks.
    clock_news: ClockNews,
    streaks: Streaks,
    left_out: LeftOut,
    /// Failures in a row of the list of deleted tickets.
    deleted_failures: u32,
    cause: KnownCause,
}

/// Added to the longest that a step can take before the poller counts as hung.
const STEP_MARGIN: Duration = Duration::from_secs(30);

/// A part of a step; `Err` if the step ends with it.
type Step<T = ()> = Result<T, ControlFlow<()>>;

/// The step ends, and so does the poller.
const STOP: ControlFlow<()> = ControlFlow::Break(());

/// The step ends, and the next one begins.
const AGAIN: ControlFlow<()> = ControlFlow::Continue(());

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// A poller of an account whose state is open. Publishes what the state holds.
    pub fn new(
        settings: PollerSettings,
        clock: Arc<C>,
        source: Arc<S>,
        mut state: State,
        outlets: Outlets,
    ) -> Self {
        let mut publisher = Publisher::new(
            &settings,
            source.auth_method(),
            outlets.findings.clone(),
            &state,
        );
        // Series that were shown before the restart are not new, so they are not held at 0 again.
        if let Some(shown) = state.take_shown_before() {
            publisher.cells.go_on_from(shown);
        }
        let mut poller = Self {
            schedule: Schedule::new(settings.pacing, settings.seed),
            publisher,
            pending_settings: PendingSettings::default(),
            clock,
            source,
            state: Some(state),
            outlets,
            walks: Walks::new(settings.walks),
            choice: Choice::new(settings.source),
            rounds: VerifyRounds::default(),
            probe: ArchiveProbe::default(),
            refuses_alone: false,
            is_returning: false,
            lane_lacks_room: false,
            polls: Polls::default(),
            settings,
            refresh_at: Duration::ZERO,
            clock_news: ClockNews::default(),
            streaks: Streaks::default(),
            left_out: LeftOut::new(),
            deleted_failures: 0,
            cause: KnownCause::default(),
        };
        poller.follow_truth(true);
        poller.fill_backlog();
        poller.publish(true);
        poller
    }

    /// Sends new settings to this loop, which takes them between two requests.
    pub fn sender(&self) -> MailboxSender<NewSettings<S>> {
        self.pending_settings.sender()
    }

    /// Polls until `shutdown`, or until the state turns out to be damaged.
    ///
    /// A page that is being applied when `shutdown` comes is applied to its end; a request that is
    /// under way is given up, as its page can be asked for again. With a damaged state the last
    /// values stay until `shutdown`, and tickets go on getting older.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while self.step(&shutdown).await.is_continue() {}
        // Dropped before the wait below, so that its file is closed and another process can open it.
        self.state = None;
        self.outlets.health.stopped();
        self.while_refreshing(shutdown.cancelled()).await;
    }

    /// One request: waits until it is due, asks, applies, publishes. Or what comes before it: new
    /// settings, a page that has waited, and, while there is time, a run of the records that a resync
    /// looks at.
    pub async fn step(&mut self, shutdown: &CancellationToken) -> ControlFlow<()> {
        self.take_step(shutdown).await.err().unwrap_or(AGAIN)
    }

    async fn take_step(&mut self, shutdown: &CancellationToken) -> Step {
        if shutdown.is_cancelled() {
            return Err(STOP);
        }
        self.follow_account_clock();
        // Before anything is asked or applied by the settings of before.
        if let Some(new) = self.pending_settings.next(self.clock.now()) {
            return self.put_into_effect(&new).await;
        }
        if let Some(page) = self.walks.take_waiting(self.schedule.account_clock()) {
            return self.use_waiting(page).await;
        }
        // No request is due while there is time for this.
        if self.has_records_to_look_at() {
            return self.look_at_records().await;
        }
        if self.has_records_to_verify() {
            return self.look_for_round().await;
        }
        let next = self.wait_for_turn(shutdown).await?;
        // A page could not be stored before: nothing is asked for that cannot be stored either.
        self.recover_state()?;
        self.log_in(next, shutdown).await?;
        self.ask(next, shutdown).await
    }

    /// The state as of the last page.
    pub fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    fn publish(&mut self, cells_changed: bool) {
        let now = self.now();
        let token_expires_at = self.token_expires_at();
        let next_attempt_at = self.next_attempt_at();
        if let Some(state) = &self.state {
            let sources = self.source_status(state.progress());
            let status = &mut self.publisher.status;
            status.state.token_expires_at = token_expires_at;
            status.sources = sources;
            status.is_caught_up = self.schedule.is_caught_up();
            status.next_attempt_at = next_attempt_at;
            status.waits_to_try_login = self.schedule.waits_to_try_credentials(self.clock.now());
            self.publisher.requests_per_minute = RequestsPerMinute {
                export: self.settings.pacing.requests_per_minute,
                list: self.schedule.list_requests_per_minute(),
                beside_list: self.schedule.beside_requests_per_minute(),
            };
            let snapshot = self.publisher.snapshot(state, now, cells_changed);
            self.outlets.published.store(Arc::new(snapshot));
            self.refresh_later(now);
        }
    }

    fn now(&self) -> Now {
        Now {
            account: self.account_now(),
            monotonic: self.clock.now().monotonic,
        }
    }

    /// When the next request is due by our clock, in full seconds so that it is no sooner; `None` once
    /// nothing is asked any more.
    fn next_attempt_at(&self) -> Option<UnixSeconds> {
        let at = self.wall_at(self.schedule.next(self.clock.now()).at);
        (!self.publisher.status.is_stopped).then_some(at)
    }

    fn account_now(&self) -> UnixSeconds {
        self.schedule.account_clock().now(self.clock.now())
    }
}
