//! How the reading of an account goes, and the lines that say so.

use super::catalog::{self, Family};
use super::family_lines::Writer;
use super::text::Lines;
use crate::source::AuthMethod;
use crate::ticket::UnixSeconds;

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
    /// Tickets that a resync found to be gone from the export.
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

/// A family, the value of its label beside `account`, and what is shown.
type Sample<'a> = (&'static Family, Option<&'a str>, Option<f64>);

impl AccountState {
    /// Its samples, with no value where there is nothing to show.
    fn samples(&self) -> [Sample<'_>; 14] {
        let seconds = |time: Option<UnixSeconds>| time.map(|time| time.0 as f64);
        let flag = |flag: bool| f64::from(u8::from(flag));
        [
            (&catalog::UP, None, self.up.map(flag)),
            (&catalog::LAST_SUCCESS, None, seconds(self.last_success)),
            (&catalog::DATA_TIMESTAMP, None, seconds(self.data_timestamp)),
            (
                &catalog::INITIAL_SYNC_COMPLETE,
                None,
                Some(flag(self.initial_sync_complete)),
            ),
            (
                &catalog::SYNC_PROGRESS,
                Some("initial"),
                Some(self.initial_sync_ratio),
            ),
            (&catalog::SYNC_PROGRESS, Some("resync"), self.resync_ratio),
            (&catalog::VANISHED, None, Some(self.vanished_tickets as f64)),
            (
                &catalog::SWEEPS_REFUSED,
                None,
                Some(self.sweeps_refused as f64),
            ),
            (
                &catalog::STATE_TICKETS,
                None,
                Some(self.state_tickets as f64),
            ),
            (
                &catalog::STATE_SIZE,
                None,
                Some(self.state_size_bytes as f64),
            ),
            (
                &catalog::STATE_CREATED,
                None,
                seconds(Some(self.state_created)),
            ),
            (
                &catalog::COUNTERS_RESTARTED,
                None,
                // A clock that knows no time yet dates nothing.
                seconds(Some(self.counters_restarted).filter(|time| time.0 > 0)),
            ),
            (&catalog::TOKEN_EXPIRY, None, seconds(self.token_expires_at)),
            (
                &catalog::AUTH_INFO,
                Some(self.auth_method.label()),
                Some(1.0),
            ),
        ]
    }

    pub(super) fn lines(&self, account: &str) -> Vec<(&'static Family, Lines)> {
        let mut writer = Writer::new(account);
        for (family, value, sample) in self.samples() {
            if let Some(sample) = sample {
                let labels = family.labels.iter().copied().zip(value);
                writer.write(family, labels, sample);
            }
        }
        writer.into_families()
    }
}
