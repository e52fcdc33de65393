//! Builders of account states and counts for tests of this crate.

use super::{AccountState, AccountStatus, TicketCounts};
use crate::ledger::{Dimension, LabelValues, family};
use crate::source::{AuthMethod, SourceKind, SourceReason};
use crate::ticket::{Priority, Status, UnixSeconds};

/// An account of which little is known yet.
pub(crate) fn young_account() -> AccountState {
    AccountState {
        source: (SourceKind::Cursor, SourceReason::Configured),
        verified_at: None,
        up: Some(true),
        last_success: None,
        data_timestamp: None,
        initial_sync_complete: false,
        initial_sync_ratio: 0.0,
        resync_ratio: None,
        vanished_tickets: 0,
        sweeps_refused: 0,
        state_tickets: 0,
        state_size_bytes: 0,
        state_created: UnixSeconds(1_000_000),
        counters_restarted: UnixSeconds(1_000_000),
        business_hours_differ: false,
        token_expires_at: None,
        auth_method: AuthMethod::AccessToken,
    }
}

/// An account that has nothing to say yet.
pub(crate) fn starting() -> AccountStatus {
    let state = AccountState {
        up: None,
        ..young_account()
    };
    AccountStatus::new("acme".to_owned(), state)
}

/// So many tickets of each status and priority.
pub(crate) fn counts(tickets: &[(Status, Priority, u64)]) -> TicketCounts {
    TicketCounts::from_cells(tickets.iter().map(|(status, priority, count)| {
        let labels = LabelValues::default()
            .with(Dimension::Status, *status)
            .with(Dimension::Priority, *priority);
        (family::TICKETS.cell(&labels), *count)
    }))
}
