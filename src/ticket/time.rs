//! Unix time in whole seconds, the resolution of Zendesk's times.
//!
//! PURE.

/// A time in whole seconds since the Unix epoch, the resolution of every Zendesk timestamp. States store the
/// number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// This time plus `seconds`, which may be negative. Saturates.
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative if `earlier` is later. Saturates.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time as messages show it, e.g. "2026-09-21 14:05:00 UTC"; `None` if the year is outside the calendar.
    pub fn in_utc(self) -> Option<String> {
        let timestamp = jiff::Timestamp::from_second(self.0).ok()?;
        Some(timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
    }

    /// The time as commands show it, e.g. "2026-09-21T14:05:00Z"; "-" without a time, and if the year is outside
    /// the calendar.
    pub fn in_rfc_3339(time: Option<Self>) -> String {
        time.and_then(|time| jiff::Timestamp::from_second(time.0).ok())
            .map_or_else(|| "-".to_owned(), |time| time.to_string())
    }
}
