//! The gauges about the reading of an account: success, freshness, syncs and state.

use super::catalog::{self, Family};
use super::family_lines::Writer;
use super::text::Lines;
use crate::source::{AuthMethod, SourceKind, SourceReason};
use crate::ticket::UnixSeconds;

/// The values of these gauges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AccountState {
    /// The source that is read, and why.
    pub source: (SourceKind, SourceReason),
    /// When the latest verify round ended.
    pub verified_at: Option<UnixSeconds>,
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

/// A family, the values of its labels other than `account`, and the value; `None` if no sample is shown.
type Sample<'a> = (&'static Family, [Option<&'a str>; 2], Option<f64>);

const NO_LABEL: [Option<&str>; 2] = [None, None];

impl AccountState {
    /// All samples; the value of a sample that is not shown is `None`.
    fn samples(&self) -> [Sample<'_>; 16] {
        let seconds = |time: Option<UnixSeconds>| time.map(|time| time.0 as f64);
        let flag = |flag: bool| f64::from(u8::from(flag));
        let count = |count: u64| Some(count as f64);
        let plain = |family, value| (family, NO_LABEL, value);
        let of_walk = |walk, ratio| (&catalog::SYNC_PROGRESS, [Some(walk), None], ratio);
        // The time 0 means that the clock was not known yet, and is no date.
        let counters_restarted = Some(self.counters_restarted).filter(|time| time.0 > 0);
        let (source, reason) = self.source;
        [
            plain(&catalog::UP, self.up.map(flag)),
            plain(&catalog::LAST_SUCCESS, seconds(self.last_success)),
            plain(&catalog::DATA_TIMESTAMP, seconds(self.data_timestamp)),
            plain(
                &catalog::INITIAL_SYNC_COMPLETE,
                Some(flag(self.initial_sync_complete)),
            ),
            of_walk("initial", Some(self.initial_sync_ratio)),
            of_walk("resync", self.resync_ratio),
            plain(&catalog::VANISHED, count(self.vanished_tickets)),
            plain(&catalog::SWEEPS_REFUSED, count(self.sweeps_refused)),
            plain(&catalog::STATE_TICKETS, count(self.state_tickets)),
            plain(&catalog::STATE_SIZE, count(self.state_size_bytes)),
            plain(&catalog::STATE_CREATED, seconds(Some(self.state_created))),
            plain(&catalog::COUNTERS_RESTARTED, seconds(counters_restarted)),
            plain(&catalog::TOKEN_EXPIRY, seconds(self.token_expires_at)),
            (
                &catalog::AUTH_INFO,
                [Some(self.auth_method.label()), None],
                Some(1.0),
            ),
            (
                &catalog::SOURCE_INFO,
                [Some(source.label()), Some(reason.label())],
                Some(1.0),
            ),
            plain(&catalog::VERIFY_ROUND, seconds(self.verified_at)),
        ]
    }

    pub(super) fn lines(&self, account: &str) -> Vec<(&'static Family, Lines)> {
        let mut writer = Writer::new(account);
        for (family, value, sample) in self.samples() {
            if let Some(sample) = sample {
                let values = value.into_iter().flatten();
                debug_assert_eq!(
                    family.labels.len(),
                    values.clone().count(),
                    "{}",
                    family.name
                );
                let labels = family.labels.iter().copied().zip(values);
                writer.write(family, labels, sample);
            }
        }
        writer.into_families()
    }
}
