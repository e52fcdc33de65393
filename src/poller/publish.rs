//! From the state to what a scrape shows.

use std::time::Duration;

use super::ageing::Ageing;
use super::cell_lines::CellLines;
use super::lookup_lines::LookupLines;
use super::settings::PollerSettings;
use super::walk_forecast::{Paces, RequestsPerMinute};
use crate::lookups::SharedFindings;
use crate::metrics::{
    AccountState, AccountStatus, Occasion, Problem, RequestLimit, Snapshot, TicketCounts,
};
use crate::source::{AuthMethod, RateLimit, SourceKind};
use crate::state::State;
use crate::ticket::UnixSeconds;

/// The clocks that what is shown depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// Zendesk's clock: tickets get older by it.
    pub(super) account: UnixSeconds,
    /// Ours, which nobody sets: new series are held by it.
    pub(super) monotonic: Duration,
}

/// What a poller shows.
#[derive(Debug)]
pub(super) struct Publisher {
    /// What is shown of the account itself: of the state as of the last page that was stored.
    pub(super) status: AccountStatus,
    /// Kept between pages that change no cell.
    pub(super) cells: CellLines,
    /// What changes between pages.
    pub(super) ageing: Ageing,
    /// What the lookups found.
    lookup_lines: LookupLines,
    /// The requests that walks may make, by the settings and by Zendesk's limits.
    pub(super) requests_per_minute: RequestsPerMinute,
    /// The export that is read if any is.
    export: SourceKind,
    /// The latest failure of the export while the list of tickets is the truth; `None` once it answers.
    pub(super) export_failure: Option<Problem>,
    paces: Paces,
}

impl Publisher {
    /// Shows nothing of the tickets of `state` until it is asked for a snapshot.
    pub(super) fn new(
        settings: &PollerSettings,
        auth_method: AuthMethod,
        findings: SharedFindings,
        state: &State,
    ) -> Self {
        Self {
            status: AccountStatus::new(
                settings.account.clone(),
                read_state(state, UnixSeconds(0), auth_method, settings.walks.source),
            ),
            cells: CellLines::new(settings.hold_new_series),
            ageing: Ageing::default(),
            lookup_lines: LookupLines::new(findings),
            requests_per_minute: RequestsPerMinute::default(),
            export: settings.walks.source,
            export_failure: None,
            paces: Paces::default(),
        }
    }

    /// Shows everything anew by these settings. How the latest requests went stays, and which series
    /// were shown.
    pub(super) fn apply_settings(&mut self, settings: &PollerSettings, auth_method: AuthMethod) {
        let status = &mut self.status;
        status.account.clone_from(&settings.account);
        status.state.auth_method = auth_method;
        // Perhaps of another login.
        status.state.token_expires_at = None;
        // Counted anew with the next snapshot.
        status.tickets = None;
        self.cells.render_anew(settings.hold_new_series);
        self.ageing = Ageing::default();
        self.lookup_lines.render_anew();
        self.export = settings.walks.source;
        self.paces = Paces::default();
    }

    /// Another source is the truth from now on.
    pub(super) fn on_truth(&mut self) {
        // A walk through another source goes at another pace.
        self.paces = Paces::default();
        self.export_failure = None;
    }

    /// The list of tickets is the truth from now on, because Zendesk refuses the export. The refusal no longer keeps
    /// the account from being read.
    pub(super) fn on_export_replaced(&mut self) {
        self.on_truth();
        self.export_failure = self.status.problem.take();
    }

    /// Whether any page has come yet, as of what was published, in this process or before.
    pub(super) const fn has_been_read(&self) -> bool {
        let state = &self.status.state;
        state.last_success.is_some() || state.data_timestamp.is_some()
    }

    pub(super) const fn on_success(&mut self, now: UnixSeconds) {
        self.status.state.up = Some(true);
        self.status.state.last_success = Some(now);
        if let Some(problem) = &mut self.status.problem {
            problem.is_over = true;
        }
    }

    /// What an answer said about limits; as many as one answer is taken to hold.
    pub(super) fn on_limits(&mut self, limits: &[RateLimit], account_now: UnixSeconds) {
        let resets_at = |limit: &RateLimit| {
            let seconds = i64::try_from(limit.reset?.as_secs()).ok()?;
            Some(account_now.plus(seconds))
        };
        self.status.limits = limits
            .iter()
            .map(|limit| RequestLimit {
                name: limit.bucket.label().to_owned(),
                limit: limit.limit,
                remaining: limit.remaining,
                resets_at: resets_at(limit),
            })
            .collect();
    }

    /// A failure in words. `is_down` says that the account cannot be read.
    pub(super) fn on_problem(&mut self, problem: Problem, is_down: bool) {
        if is_down {
            self.status.state.up = Some(false);
        }
        self.status.problem = Some(problem);
    }

    /// Renders everything, the ticket lines only if a cell changed. Nothing is taken from a state
    /// whose last page failed: that page was not kept.
    pub(super) fn snapshot(&mut self, state: &State, now: Now, cells_changed: bool) -> Snapshot {
        self.cells.let_go(now.monotonic);
        if state.is_suspect() {
            self.ageing.render(&self.status.account, now.account);
            return self.render(now.account);
        }
        let progress = state.progress();
        if progress.initial_sync_complete && (cells_changed || self.cells.is_empty()) {
            let occasion = if self.status.state.initial_sync_complete {
                Occasion::Usual
            } else {
                Occasion::FirstSync
            };
            self.cells
                .render(&self.status.account, state, occasion, now.monotonic);
            self.ageing.take_labels(state);
            self.status.tickets = Some(TicketCounts::from_cells(state.aggregates().cells()));
        }
        if cells_changed {
            self.lookup_lines.take_labels(state);
        }
        self.lookup_lines.render(&self.status.account);
        if progress.initial_sync_complete {
            self.ageing.render(&self.status.account, now.account);
        }
        self.status.settings_changed = progress.awaits_reading_again();
        let settles_at = progress.resync.settles_at();
        self.status.resync_settles_at = settles_at.filter(|_| !progress.truth.is_list);
        let of_requests = self.status.state;
        self.status.state = AccountState {
            up: of_requests.up,
            last_success: of_requests.last_success,
            token_expires_at: of_requests.token_expires_at,
            ..read_state(state, now.account, of_requests.auth_method, self.export)
        };
        self.render(now.account)
    }

    /// The latest snapshot again, with what has changed by the mere passing of time; `None` if
    /// that is nothing.
    pub(super) fn refreshed(&mut self, now: Now) -> Option<Snapshot> {
        let let_go = self.cells.let_go(now.monotonic);
        let found = self.lookup_lines.render(&self.status.account);
        let aged = self.status.state.initial_sync_complete
            && self.ageing.render(&self.status.account, now.account);
        (let_go || found || aged).then(|| self.render(now.account))
    }

    fn render(&mut self, account_now: UnixSeconds) -> Snapshot {
        let status = &mut self.status;
        let allowed = self.requests_per_minute;
        self.paces.forecast(status, account_now, allowed);
        let tickets = self.cells.lines().into_iter();
        let tickets = tickets.chain(self.ageing.lines());
        let snapshot = Snapshot::new(&status.account, &status.state, tickets)
            .with_lookup_lines(self.lookup_lines.lines())
            .with_status(status.clone());
        // The targets that an export stated are out of date.
        if status.sources.lacks_slas() {
            snapshot.without_slas()
        } else {
            snapshot
        }
    }
}

/// What the state says of an account, before any request.
fn read_state(
    state: &State,
    account_now: UnixSeconds,
    auth_method: AuthMethod,
    export: SourceKind,
) -> AccountState {
    let progress = state.progress();
    let source = if progress.truth.is_list {
        SourceKind::List
    } else {
        export
    };
    AccountState {
        source: (source, progress.truth.reason),
        verified_at: progress.list.verified_at,
        up: None,
        last_success: None,
        data_timestamp: progress.data_timestamp(),
        initial_sync_complete: progress.initial_sync_complete,
        initial_sync_ratio: progress.initial_sync_ratio(account_now),
        // A resync waits while the list of tickets is the truth, so nothing is under way.
        resync_ratio: match progress.resync.ratio(account_now) {
            Some(_) if progress.truth.is_list => Some(1.0),
            ratio => ratio,
        },
        vanished_tickets: progress.resync.vanished(),
        sweeps_refused: progress.resync.refused(),
        state_tickets: progress.tickets,
        state_size_bytes: state.size_bytes(),
        state_created: progress.created_at,
        counters_restarted: progress.counters_restarted(),
        business_hours_differ: state.aggregates().business_hours_differ(),
        token_expires_at: None,
        auth_method,
    }
}

#[cfg(test)]
mod tests;
