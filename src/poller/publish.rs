//! From the state to what a scrape shows.

use std::sync::Arc;

use crate::metrics::{AccountState, Snapshot, TicketLines};
use crate::store::Store;
use crate::ticket::UnixSeconds;

/// What a poller shows beside what the state holds.
#[derive(Debug)]
pub(super) struct Publisher {
    account: String,
    auth_method: &'static str,
    up: Option<bool>,
    last_success: Option<UnixSeconds>,
    pub(super) token_expires_at: Option<UnixSeconds>,
    /// Kept between pages that change no cell.
    tickets: Option<Arc<TicketLines>>,
}

impl Publisher {
    pub(super) fn new(account: &str, auth_method: &'static str) -> Self {
        Self {
            account: account.to_owned(),
            auth_method,
            up: None,
            last_success: None,
            token_expires_at: None,
            tickets: None,
        }
    }

    pub(super) const fn on_success(&mut self, now: UnixSeconds) {
        self.up = Some(true);
        self.last_success = Some(now);
    }

    pub(super) const fn on_failure(&mut self) {
        self.up = Some(false);
    }

    /// Renders everything, the ticket lines only if a cell changed.
    pub(super) fn snapshot(
        &mut self,
        store: &Store,
        account_now: UnixSeconds,
        cells_changed: bool,
    ) -> Snapshot {
        let progress = store.progress();
        if progress.initial_sync_complete && (cells_changed || self.tickets.is_none()) {
            let lines = TicketLines::render(&self.account, store.aggregates().cells(), |channel| {
                store.dictionaries().channel_name(channel)
            });
            self.tickets = Some(Arc::new(lines));
        }
        let state = AccountState {
            up: self.up,
            last_success: self.last_success,
            data_timestamp: progress.data_timestamp,
            initial_sync_complete: progress.initial_sync_complete,
            initial_sync_ratio: progress.initial_sync_ratio(account_now),
            state_tickets: progress.tickets,
            state_size_bytes: store.size_bytes(),
            state_created: progress.created_at,
            token_expires_at: self.token_expires_at,
            auth_method: self.auth_method,
        };
        Snapshot::new(&self.account, &state, self.tickets.clone())
    }
}
