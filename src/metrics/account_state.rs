//! The gauges about the reading of an account: success, freshness, syncs and state.

use super::catalog::{self, Family};
use super::family_lines::Writer;
use super::text::Lines;
use crate::source::AuthMethod;
use crate::ticket::UnixSeconds;

/// The values of these gauges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AccountState {
    /// Whether the latest completed request succeeded; `None` before the first.
    pub up: Option<bool>,
    /// When a request last succeeded, by the local clock.
    pub last_success: Option<UnixSeconds>,
    /// The time up to which the ticket families are complete.
    pub data_timestamp: Option<UnixSeconds>,
    /// Whether the first sync is complete.
    pub initial_sync_complete: bool,
    /// The progress of the first sync, 0 to 1.
    pub initial_sync_ratio: f64,
    /// The progress of the resync, 0 to 1; 1 while none runs, `None` before the first.
    pub resync_ratio: Option<f64>,
    /// How many tickets resyncs found missing from the export.
    pub vanished_tickets: u64,
    /// How many resyncs removed nothing, because they would have removed too many records.
    pub sweeps_refused: u64,
    /// How many records are not tombstones.
    pub state_tickets: u64,
    /// The size of the state in bytes.
    pub state_size_bytes: u64,
    /// When the state was created.
    pub state_created: UnixSeconds,
    /// When counters or histograms last restarted at 0.
    pub counters_restarted: UnixSeconds,
    /// Whether a value in business hours has ever differed from the one in calendar time.
    pub business_hours_differ: bool,
    /// When the OAuth token expires.
    pub token_expires_at: Option<UnixSeconds>,
    /// The login method of the account.
    pub auth_method: AuthMethod,
}

/// A family, the value of its label other than `account`, and the value; `None` if no sample is shown.
type Sample<'a> = (&'static Family, Option<&'a str>, Option<f64>);

impl AccountState {
    /// All samples; the value of a sample that is not shown is `None`.
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
                // The time 0 means that the clock was not known yet, and is no date.
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
                debug_assert_eq!(family.labels.len(), value.iter().len(), "{}", family.name);
                let labels = family.labels.iter().copied().zip(value);
                writer.write(family, labels, sample);
            }
        }
        writer.into_families()
    }
}
