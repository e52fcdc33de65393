//! From the state to what a scrape shows.

use std::time::Duration;

use super::PollerSettings;
use super::ageing::Ageing;
use super::cell_lines::CellLines;
use super::found::{Found, OwnCounts};
use crate::lookups::SharedFindings;
use crate::metrics::{
    AccountState, AccountStatus, Occasion, Pace, Problem, RequestLimit, Snapshot, TicketCounts,
};
use crate::source::{AuthMethod, ExportSource, RateLimit};
use crate::store::Store;
use crate::ticket::UnixSeconds;

/// The clocks that what is shown depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// Zendesk's clock: tickets get older by it.
    pub(super) account: UnixSeconds,
    /// Ours, which nobody sets: new series are held by it.
    pub(super) monotonic: Duration,
}

/// What a poller shows beside what the state holds.
#[derive(Debug)]
pub(super) struct Publisher {
    account: String,
    source: ExportSource,
    auth_method: AuthMethod,
    up: Option<bool>,
    last_success: Option<UnixSeconds>,
    pub(super) token_expires_at: Option<UnixSeconds>,
    /// Kept between pages that change no cell.
    pub(super) cells: CellLines,
    /// What changes between pages.
    pub(super) ageing: Ageing,
    /// What the lookups found.
    found: Found,
    /// What the lookups compare it with.
    own_counts: OwnCounts,
    /// As of the last page that was stored.
    state: Option<AccountState>,
    /// What only the status page shows.
    pub(super) is_caught_up: bool,
    pub(super) is_stopped: bool,
    pub(super) next_attempt_at: Option<UnixSeconds>,
    pub(super) waits_to_try_login: bool,
    requests_per_minute: u32,
    initial_pace: Pace,
    resync_pace: Pace,
    resync_settles_at: Option<UnixSeconds>,
    limits: Vec<RequestLimit>,
    problem: Option<Problem>,
    counts: Option<TicketCounts>,
}

impl Publisher {
    pub(super) fn new(
        settings: &PollerSettings,
        auth_method: AuthMethod,
        findings: SharedFindings,
        own_counts: OwnCounts,
    ) -> Self {
        Self {
            account: settings.account.clone(),
            source: settings.source,
            auth_method,
            up: None,
            last_success: None,
            token_expires_at: None,
            cells: CellLines::new(settings.hold_new_series),
            ageing: Ageing::default(),
            found: Found::new(findings),
            own_counts,
            state: None,
            is_caught_up: false,
            is_stopped: false,
            next_attempt_at: None,
            waits_to_try_login: false,
            requests_per_minute: settings.pacing.requests_per_minute,
            initial_pace: Pace::default(),
            resync_pace: Pace::default(),
            resync_settles_at: None,
            limits: Vec::new(),
            problem: None,
            counts: None,
        }
    }

    /// Goes on from one before it: with how the latest requests went, and which series were shown.
    pub(super) fn after(mut self, before: &Self, hold_new_series: Duration) -> Self {
        self.cells = CellLines::after(&before.cells, hold_new_series);
        self.up = before.up;
        self.last_success = before.last_success;
        self.is_caught_up = before.is_caught_up;
        self.limits.clone_from(&before.limits);
        self.problem.clone_from(&before.problem);
        self
    }

    /// Whether any page has come yet, as of what was published, in this process or before.
    pub(super) fn has_been_read(&self) -> bool {
        let state = self.state.as_ref();
        self.last_success.is_some() || state.is_some_and(|state| state.data_timestamp.is_some())
    }

    pub(super) const fn on_success(&mut self, now: UnixSeconds) {
        self.up = Some(true);
        self.last_success = Some(now);
        if let Some(problem) = &mut self.problem {
            problem.is_over = true;
        }
    }

    pub(super) fn on_problem(&mut self, problem: Problem) {
        self.problem = Some(problem);
    }

    /// What an answer said about limits; as many as one answer is taken to hold.
    pub(super) fn on_limits(&mut self, limits: &[RateLimit], account_now: UnixSeconds) {
        let resets_at = |limit: &RateLimit| {
            let seconds = i64::try_from(limit.reset?.as_secs()).ok()?;
            Some(account_now.plus(seconds))
        };
        self.limits = limits
            .iter()
            .map(|limit| RequestLimit {
                name: limit.bucket.label().to_owned(),
                limit: limit.limit,
                remaining: limit.remaining,
                resets_at: resets_at(limit),
            })
            .collect();
    }

    pub(super) const fn on_failure(&mut self) {
        self.up = Some(false);
    }

    /// Renders everything, the ticket lines only if a cell changed. Nothing is taken from a store
    /// whose last page failed: that page was not kept.
    pub(super) fn snapshot(&mut self, store: &Store, now: Now, cells_changed: bool) -> Snapshot {
        let account_now = now.account;
        self.cells.let_go(now.monotonic);
        if store.is_suspect()
            && let Some(state) = &mut self.state
        {
            state.up = self.up;
            let state = *state;
            self.ageing.look(&self.account, account_now);
            return self.of(&state, account_now);
        }
        let progress = store.progress();
        if progress.initial_sync_complete && (cells_changed || self.cells.is_empty()) {
            let was_synced = self.state.is_none_or(|state| state.initial_sync_complete);
            let occasion = if was_synced {
                Occasion::Usual
            } else {
                Occasion::FirstSync
            };
            self.cells
                .render(&self.account, store, occasion, now.monotonic);
            self.ageing.learn(store);
            self.counts = Some(TicketCounts::of_cells(store.aggregates().cells()));
        }
        // Until a resync has read what other settings ask for, the ledger holds what the earlier
        // ones asked for.
        self.own_counts
            .show(self.counts.filter(|_| !progress.resync.settings_changed));
        if cells_changed || self.state.is_none() {
            self.found.learn(store);
        }
        self.found.look(&self.account);
        if progress.initial_sync_complete {
            self.ageing.look(&self.account, account_now);
        }
        self.resync_settles_at = progress.resync.settles_at();
        let state = AccountState {
            up: self.up,
            last_success: self.last_success,
            data_timestamp: progress.data_timestamp,
            initial_sync_complete: progress.initial_sync_complete,
            initial_sync_ratio: progress.initial_sync_ratio(account_now),
            resync_ratio: progress.resync.ratio(account_now),
            vanished_tickets: progress.resync.vanished,
            sweeps_refused: progress.resync.refused,
            state_tickets: progress.tickets,
            state_size_bytes: store.size_bytes(),
            state_created: progress.created_at,
            counters_restarted: progress.counters_restarted(),
            business_hours_differ: store.aggregates().business_hours_differ(),
            token_expires_at: self.token_expires_at,
            auth_method: self.auth_method,
        };
        let snapshot = self.of(&state, account_now);
        self.state = Some(state);
        snapshot
    }

    /// The latest snapshot again, with what has changed by the mere passing of time; `None` if
    /// that is nothing.
    pub(super) fn refreshed(&mut self, now: Now) -> Option<Snapshot> {
        let let_go = self.cells.let_go(now.monotonic);
        let state = self.state?;
        let found = self.found.look(&self.account);
        let aged = state.initial_sync_complete && self.ageing.look(&self.account, now.account);
        (let_go || found || aged).then(|| self.of(&state, now.account))
    }

    fn of(&mut self, state: &AccountState, account_now: UnixSeconds) -> Snapshot {
        let status = AccountStatus {
            account: self.account.clone(),
            source: self.source,
            is_caught_up: self.is_caught_up,
            is_stopped: self.is_stopped,
            next_attempt_at: self.next_attempt_at,
            waits_to_try_login: self.waits_to_try_login,
            initial_sync_ends_at: self.initial_pace.expected_end(
                Some(state.initial_sync_ratio),
                account_now,
                self.requests_per_minute,
            ),
            resync_ends_at: self.resync_pace.expected_end(
                state.resync_ratio,
                account_now,
                self.requests_per_minute,
            ),
            resync_settles_at: self.resync_settles_at,
            limits: self.limits.clone(),
            problem: self.problem.clone(),
            tickets: self.counts,
            state: *state,
        };
        let tickets = self.cells.lines().into_iter();
        Snapshot::new(&self.account, state, tickets.chain(self.ageing.lines()))
            .and(self.found.lines())
            .with_status(status)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::ledger::testing::plain_change;
    use crate::ledger::{AnswerTime, SeriesSettings, Walk};
    use crate::metrics::catalog;
    use crate::schedule::{Pacing, Retry};
    use crate::source::Page;
    use crate::store::PageAnswer;

    fn settings() -> PollerSettings {
        let second = Duration::from_secs(1);
        PollerSettings {
            account: "acme".to_owned(),
            pacing: Pacing {
                requests_per_minute: 8,
                poll_interval: second,
                page_size: 1_000,
                retry: Retry {
                    initial: second,
                    maximum: second,
                },
                replay_every: None,
                resync: None,
            },
            source: ExportSource::Cursor,
            start_time: UnixSeconds(0),
            replay_window: second,
            request_timeout: second,
            hold_new_series: Duration::ZERO,
            seed: 1,
        }
    }

    const fn at(account_seconds: i64) -> Now {
        Now {
            account: UnixSeconds(account_seconds),
            monotonic: Duration::ZERO,
        }
    }

    fn answer(page: &Page, now: i64) -> PageAnswer<'_> {
        PageAnswer {
            page,
            walk: Walk::Main,
            time: AnswerTime::agreed(UnixSeconds(now)),
        }
    }

    fn page(tickets: std::ops::Range<i64>) -> Page {
        Page {
            changes: tickets.map(plain_change).collect(),
            rejected: Vec::new(),
            end_of_stream: true,
            next: None,
        }
    }

    #[test]
    fn nothing_of_a_page_that_could_not_be_stored_is_shown() {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("acme.sqlite");
        let series = SeriesSettings::default();
        let (mut store, _) = Store::open(&path, "acme", series, UnixSeconds(0)).expect("opens");
        store
            .apply(answer(&page(0..3), 5_000))
            .expect("the first page");
        let mut publisher = Publisher::new(
            &settings(),
            AuthMethod::AccessToken,
            SharedFindings::default(),
            OwnCounts::default(),
        );
        publisher.on_success(UnixSeconds(5_000));
        let shown = |snapshot: &Snapshot| {
            [&catalog::TICKETS, &catalog::DATA_TIMESTAMP, &catalog::UP]
                .map(|family| snapshot.lines(family).to_owned())
        };
        let before = shown(&publisher.snapshot(&store, at(5_000), true));

        store.fill_disk();
        let failed = store.apply(answer(&page(0..3_000), 9_000));
        assert!(failed.is_err());
        publisher.on_failure();
        let [tickets, data_timestamp, up] = shown(&publisher.snapshot(&store, at(9_000), false));
        assert_eq!([tickets, data_timestamp], before[..2]);
        assert_eq!(up, "zendesk_up{account=\"acme\"} 0\n");
    }
}
