//! What one account publishes: immutable, swapped whole, copied at a scrape.

use std::sync::Arc;

use super::catalog::{self, Family};
use super::status::AccountStatus;
use super::text::write_sample;
use super::tickets::TicketLines;
use crate::ticket::UnixSeconds;
use crate::zendesk::AuthMethod;

/// How the reading of an account goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AccountState {
    /// Whether the latest completed request was understood; `None` before the first.
    pub up: Option<bool>,
    /// When a request last succeeded, by our clock.
    pub last_success: Option<UnixSeconds>,
    /// The moment of which the ticket families are true.
    pub data_timestamp: Option<UnixSeconds>,
    /// Whether the first sync is over.
    pub initial_sync_complete: bool,
    /// How far it is, 0 to 1.
    pub initial_sync_ratio: f64,
    /// How far the resync is, 0 to 1; 1 while there is none, `None` before the first.
    pub resync_ratio: Option<f64>,
    /// Tickets that left the export without a word.
    pub vanished_tickets: u64,
    /// Resyncs that swept nothing because it would have been too much.
    pub sweeps_refused: u64,
    /// Records that are not tombstones.
    pub state_tickets: u64,
    /// Bytes on disk.
    pub state_size_bytes: u64,
    /// When the state was made.
    pub state_created: UnixSeconds,
    /// When counters or histograms last began at 0.
    pub counters_restarted: UnixSeconds,
    /// Whether a value in business hours has ever differed from the one by the calendar.
    pub business_hours_differ: bool,
    /// When the OAuth token ends.
    pub token_expires_at: Option<UnixSeconds>,
    /// How the account is logged in to.
    pub auth_method: AuthMethod,
}

/// Everything an account shows that must fit together: sync state, freshness and tickets.
#[derive(Debug, Default)]
pub struct Snapshot {
    state: Vec<(&'static Family, String)>,
    tickets: Vec<Arc<TicketLines>>,
    status: Option<Arc<AccountStatus>>,
}

impl Snapshot {
    /// Renders `state`; `tickets` are left out until the first sync is complete.
    pub fn new(
        account: &str,
        state: &AccountState,
        tickets: impl IntoIterator<Item = Arc<TicketLines>>,
    ) -> Self {
        let seconds = |time: Option<UnixSeconds>| time.map(|time| time.0 as f64);
        let flag = |flag: bool| f64::from(u8::from(flag));
        let samples: [(&'static Family, &[&str], Option<f64>); 14] = [
            (&catalog::UP, &[], state.up.map(flag)),
            (&catalog::LAST_SUCCESS, &[], seconds(state.last_success)),
            (&catalog::DATA_TIMESTAMP, &[], seconds(state.data_timestamp)),
            (
                &catalog::INITIAL_SYNC_COMPLETE,
                &[],
                Some(flag(state.initial_sync_complete)),
            ),
            (
                &catalog::SYNC_PROGRESS,
                &["initial"],
                Some(state.initial_sync_ratio),
            ),
            (&catalog::SYNC_PROGRESS, &["resync"], state.resync_ratio),
            (&catalog::VANISHED, &[], Some(state.vanished_tickets as f64)),
            (
                &catalog::SWEEPS_REFUSED,
                &[],
                Some(state.sweeps_refused as f64),
            ),
            (
                &catalog::STATE_TICKETS,
                &[],
                Some(state.state_tickets as f64),
            ),
            (
                &catalog::STATE_SIZE,
                &[],
                Some(state.state_size_bytes as f64),
            ),
            (
                &catalog::STATE_CREATED,
                &[],
                seconds(Some(state.state_created)),
            ),
            (
                &catalog::COUNTERS_RESTARTED,
                &[],
                // A clock that knows no time yet dates nothing.
                seconds(Some(state.counters_restarted).filter(|time| time.0 > 0)),
            ),
            (&catalog::TOKEN_EXPIRY, &[], seconds(state.token_expires_at)),
            (&catalog::AUTH_INFO, &[state.auth_method.label()], Some(1.0)),
        ];
        let mut state_lines: Vec<(&'static Family, String)> = Vec::new();
        for (family, values, sample) in samples {
            let Some(sample) = sample else { continue };
            match state_lines.last_mut() {
                Some((known, lines)) if known.name == family.name => {
                    write_sample(lines, family, account, values, None, sample);
                }
                _ => {
                    let mut line = String::new();
                    write_sample(&mut line, family, account, values, None, sample);
                    state_lines.push((family, line));
                }
            }
        }
        Self {
            state: state_lines,
            tickets: tickets
                .into_iter()
                .filter(|_| state.initial_sync_complete)
                .collect(),
            status: None,
        }
    }

    /// With lines that are shown whatever the first sync does.
    #[must_use]
    pub fn and(mut self, lines: Option<Arc<TicketLines>>) -> Self {
        self.tickets.extend(lines);
        self
    }

    /// With what the status page shows.
    #[must_use]
    pub fn with_status(self, status: AccountStatus) -> Self {
        Self {
            status: Some(Arc::new(status)),
            ..self
        }
    }

    /// What the status page shows; `None` before the poller has published anything.
    pub const fn status(&self) -> Option<&Arc<AccountStatus>> {
        self.status.as_ref()
    }

    /// The lines of one family, empty if it has none now.
    pub fn lines(&self, family: &Family) -> &str {
        let tickets = self.tickets.iter().flat_map(|tickets| &tickets.families);
        self.state
            .iter()
            .chain(tickets)
            .find(|(known, _)| known.name == family.name)
            .map_or("", |(_, lines)| lines)
    }
}
