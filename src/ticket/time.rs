//! Moments, in the resolution that Zendesk's times have.
//!
//! PURE.

/// A moment in whole seconds since the Unix epoch, the resolution of every Zendesk timestamp. Stored as
/// the number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// This moment moved by `seconds`, which may be negative. Saturates.
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment, negative when it lies before. Saturates.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As people read it, "2026-09-21 14:05:00 UTC"; `None` in years that no calendar has.
    pub fn in_utc(self) -> Option<String> {
        let timestamp = jiff::Timestamp::from_second(self.0).ok()?;
        Some(timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
    }

    /// As commands show it, "2026-09-21T14:05:00Z"; "-" where there is none, and in years that no
    /// calendar has.
    pub fn in_rfc_3339(time: Option<Self>) -> String {
        time.and_then(|time| jiff::Timestamp::from_second(time.0).ok())
            .map_or_else(|| "-".to_owned(), |time| time.to_string())
    }
}
