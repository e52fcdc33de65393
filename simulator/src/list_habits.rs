//! What the lists of tickets do beyond what every account's do.
//!
//! PURE.

use crate::scatter;

/// What the lists do. By default closed tickets stay in them, every write shows at once, and whatever
/// is asked for is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListHabits {
    /// How long after it was closed a ticket leaves the list for the archive; `None` for never.
    pub archive_after_seconds: Option<i64>,
    /// Whether `show_many` shows tickets of the archive.
    pub shows_archived: bool,
    /// Whether `/tickets/{id}` does.
    pub shows_archived_alone: bool,
    /// What `show_many` answers where it shows not all tickets that are asked for.
    pub missing_ids: MissingIds,
    /// What rows say of the time of their latest write.
    pub generated_timestamp: GeneratedTimestamp,
    /// When the list and the list of deleted tickets show a write.
    pub visibility: Visibility,
    /// Who answers.
    pub replicas: Replicas,
    /// Whether the list carries metric sets where they are asked for.
    pub carries_metric_sets: bool,
    /// The same of `show_many` and `/tickets/{id}`.
    pub carries_metric_sets_by_id: bool,
    /// Whether any of them carries SLA targets where they are asked for.
    pub carries_slas: bool,
}

/// What `show_many` answers where it shows not all tickets that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingIds {
    /// The others.
    LeftOut,
    /// 404.
    NotFound,
}

/// What a row says of the time of its latest write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratedTimestamp {
    /// It is there, as in the exports.
    Carried,
    /// It is missing, as in recordings of 2023 and 2024.
    Missing,
    /// It is 0, as in some answers to writes.
    Zero,
}

/// When the lists show a write. Its place in them does not change by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// At once.
    AtOnce,
    /// So many seconds later.
    After(u32),
    /// Each write at a moment of its own, at most so many seconds later.
    Within(u32),
}

/// Who answers requests for lists and tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicas {
    /// The account itself.
    One,
    /// The account itself and a copy that lags, one after the other.
    InTurns {
        /// How far the copy lags.
        lag_seconds: u32,
    },
    /// The same, one of them at random.
    AtRandom {
        /// How far the copy lags.
        lag_seconds: u32,
    },
}

impl Default for ListHabits {
    fn default() -> Self {
        Self {
            archive_after_seconds: None,
            shows_archived: true,
            shows_archived_alone: true,
            missing_ids: MissingIds::LeftOut,
            generated_timestamp: GeneratedTimestamp::Carried,
            visibility: Visibility::AtOnce,
            replicas: Replicas::One,
            carries_metric_sets: true,
            carries_metric_sets_by_id: true,
            carries_slas: true,
        }
    }
}

impl ListHabits {
    /// The longest time from a write to when everybody shows it.
    pub(crate) fn seconds_late_max(&self) -> i64 {
        i64::from(self.visibility.most()) + i64::from(self.replicas.most())
    }
}

impl Visibility {
    const fn most(self) -> u32 {
        match self {
            Self::AtOnce => 0,
            Self::After(seconds) | Self::Within(seconds) => seconds,
        }
    }

    /// How long after it a write shows. `write` counts the writes of the account.
    pub(crate) fn seconds(self, id: i64, write: u64) -> i64 {
        match self {
            Self::AtOnce => 0,
            Self::After(seconds) => i64::from(seconds),
            Self::Within(most) => {
                let seconds = scatter::below(u64::from(most) + 1, id.cast_unsigned(), write);
                seconds.cast_signed()
            }
        }
    }
}

impl Replicas {
    const fn most(self) -> u32 {
        match self {
            Self::One => 0,
            Self::InTurns { lag_seconds } | Self::AtRandom { lag_seconds } => lag_seconds,
        }
    }

    /// How far the one lags that answers request number `request`.
    pub fn lag_seconds(self, request: u64) -> i64 {
        let lags = match self {
            Self::One => false,
            Self::InTurns { .. } => !request.is_multiple_of(2),
            Self::AtRandom { .. } => scatter::below(2, request, 0) == 1,
        };
        if lags { i64::from(self.most()) } else { 0 }
    }
}
